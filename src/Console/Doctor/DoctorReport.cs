using System.Collections.Generic;
using System.IO;

namespace LowLatency.ConsoleHost.Doctor;

/// <summary>How a check came out.</summary>
internal enum CheckGrade
{
    /// <summary>Fine.</summary>
    Ok = 0,

    /// <summary>It works, but not as well as it could, or it could not be looked at.</summary>
    Warn = 1,

    /// <summary>A run would not work.</summary>
    Fail = 2,
}

/// <summary>One check.</summary>
/// <param name="Area">config, key, machine, or the endpoint's name.</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Grade">How it came out.</param>
/// <param name="Text">What was found, in words.</param>
/// <param name="Fix">What to do; empty if nothing.</param>
internal sealed record DoctorCheck(string Area, string Name, CheckGrade Grade, string Text, string Fix);

/// <summary>The checks of one visit. One owner at a time.</summary>
internal sealed class DoctorReport
{
    private readonly List<DoctorCheck> _checks = [];

    /// <summary>Checks in order.</summary>
    public IReadOnlyList<DoctorCheck> Checks => _checks;

    /// <summary>Adds a check.</summary>
    public void Add(string area, string name, CheckGrade grade, string text, string fix = "") =>
        _checks.Add(new DoctorCheck(area, name, grade, text, grade == CheckGrade.Ok ? string.Empty : fix));

    /// <summary>Adds another report's checks.</summary>
    public void Add(DoctorReport other) => _checks.AddRange(other._checks);

    /// <summary>How many came out like this.</summary>
    public int Count(CheckGrade grade) => _checks.FindAll(check => check.Grade == grade).Count;

    /// <summary>Writes the report as text for 80 columns.</summary>
    public void WriteText(TextWriter output)
    {
        string area = string.Empty;
        foreach (DoctorCheck check in _checks)
        {
            if (check.Area != area) output.WriteLine(check.Area);
            area = check.Area;
            string grade = check.Grade == CheckGrade.Fail ? "FAIL" : check.Grade.ToString().ToLowerInvariant();
            TextWrap.Write(output, $"  {grade,-4} {check.Name}: {check.Text}", 7);
            if (check.Fix.Length > 0) TextWrap.Write(output, $"       fix: {check.Fix}", 12);
        }

        int warnings = Count(CheckGrade.Warn);
        output.WriteLine($"{Count(CheckGrade.Ok)} ok, {warnings} warnings, {Count(CheckGrade.Fail)} failures");
    }

    /// <summary>Writes the report as JSON.</summary>
    public void WriteJson(TextWriter output)
    {
        List<CheckShape> rows = [];
        foreach (DoctorCheck check in _checks)
        {
            string grade = check.Grade.ToString().ToLowerInvariant();
            rows.Add(new CheckShape(check.Area, check.Name, grade, check.Text, check.Fix));
        }

        output.WriteLine(JsonOutput.Report(
            new ReportShape(Count(CheckGrade.Fail), Count(CheckGrade.Warn), rows)));
    }

    /// <summary>The report as JSON.</summary>
    internal sealed record ReportShape(int Failures, int Warnings, List<CheckShape> Checks);

    /// <summary>A check as JSON.</summary>
    internal sealed record CheckShape(string Area, string Name, string Grade, string Text, string Fix);
}
