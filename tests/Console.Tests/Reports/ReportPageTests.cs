using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using LowLatency.ConsoleHost;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>The page shows what the JSON says, and the JSON what the run did.</summary>
public sealed class ReportPageTests(ReportRun run) : IClassFixture<ReportRun>
{
    private static readonly string[] Sections = ["funnel", "latency", "lives", "race", "profit", "field", "facts"];

    [Fact]
    public void Verb_PrintsThePathsItWrote() => Assert.Equal(
        $"{run.At("report.html")}\n{run.At("report.json")}\n", run.Written);

    [Fact]
    public void Page_EveryNumber_IsTheJsonsAtItsPath()
    {
        List<XElement> tied = Parse(run.Page).Descendants().Where(e => e.Attribute("data-path") is not null).ToList();
        Assert.True(tied.Count > 500, $"{tied.Count} numbers");
        foreach (XElement element in tied)
        {
            string path = element.Attribute("data-path")!.Value;
            JsonElement json = ReportRun.Resolve(run.Json, path);
            if (element.Attribute("data-count") is { } count)
            {
                Assert.Equal(JsonValueKind.Array, json.ValueKind);
                Assert.Equal(json.GetArrayLength(), int.Parse(count.Value));
                continue;
            }

            string raw = (element.Attribute("value") ?? element.Attribute("data-value"))!.Value;
            if (json.ValueKind == JsonValueKind.String) Assert.Equal(json.GetString(), raw);
            else Assert.True(json.GetDouble() == double.Parse(raw, CultureInfo.InvariantCulture), $"{path}: {raw}");
            if (element.Name.LocalName == "data") AssertShows(element.Value, raw, path);
        }
    }

    [Fact]
    public void Page_NumbersInTables_AreAllTiedToTheJson()
    {
        foreach (XElement cell in Parse(run.Page).Descendants("td"))
        {
            string[] styles = cell.Attribute("class")?.Value.Split(' ') ?? [];
            if (!styles.Contains("n") || !cell.Value.Any(char.IsDigit)) continue;
            bool isBound = cell.Value.StartsWith("over ", StringComparison.Ordinal); // a half-life that is not known
            Assert.True(isBound || cell.Descendants("data").Any(), cell.ToString());
        }
    }

    [Fact]
    public void Page_IsSelfContained()
    {
        Assert.DoesNotMatch("(src|href|xlink)=", run.Page);
        Assert.DoesNotMatch(@"url\(|@import|<script|<link|<iframe", run.Page);
        Assert.DoesNotContain(" style=", run.Page);
        Assert.Contains("default-src 'none'; style-src 'sha256-", run.Page);
    }

    [Fact]
    public void Page_Structure_IsTheDocumentedOne()
    {
        XElement page = Parse(run.Page);
        Assert.Equal(Sections, page.Descendants("h2").Select(h => h.Attribute("id")!.Value));
        Assert.Contains("dry run: nothing was sent", run.Page);
        Assert.DoesNotContain(page.Descendants("p"), p => p.Attribute("class")?.Value == "nodata");
        Assert.Equal(5, Drawings(page, "wide").Count);
        Assert.Equal(
            Drawings(page, "wide").Select(d => d.Attribute("aria-label")!.Value),
            Drawings(page, "narrow").Select(d => d.Attribute("aria-label")!.Value));
        XElement latency = Drawings(page, "wide")[0];
        int steps = run.Json.GetProperty("run").GetProperty("curves").GetArrayLength();
        Assert.Equal(11, steps); // eight steps, three whole ways
        Assert.Equal(steps, latency.Elements("polyline").Count());
        int lives = run.Json.GetProperty("journal").GetProperty("lives").GetArrayLength();
        string bar = "journal.lives[";
        Assert.Equal(lives, Drawings(page, "wide")[1].Elements("rect").Count(r =>
            r.Attribute("data-path")!.Value.StartsWith(bar, StringComparison.Ordinal)));
    }

    [Fact]
    public void Funnel_ContinuedSteps_LoseExactlyWhatIsListed()
    {
        JsonElement report = run.Json.GetProperty("run").GetProperty("report");
        JsonElement[] steps = [.. report.GetProperty("funnel").EnumerateArray()];
        int continued = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            if (!steps[i].GetProperty("is_continued").GetBoolean()) continue;
            continued++;
            long lost = steps[i].GetProperty("drops").EnumerateArray().Sum(d => d.GetProperty("count").GetInt64());
            Assert.Equal(
                steps[i].GetProperty("count").GetInt64() - lost, steps[i + 1].GetProperty("count").GetInt64());
            Assert.Equal(steps[i].GetProperty("unit").GetString(), steps[i + 1].GetProperty("unit").GetString());
        }

        Assert.Equal(8, continued);
        Assert.Equal(report.GetProperty("messages_built").GetInt64(), steps[^1].GetProperty("count").GetInt64());
        Assert.Equal(
            report.GetProperty("endpoints").EnumerateArray().Sum(e => e.GetProperty("delivered").GetInt64()),
            report.GetProperty("messages").GetProperty("AccountNotification").GetInt64() - 1); // one after a close
    }

    [Fact]
    public void Profit_LastBucket_IsTheTotal_AndGosAreAllAccountedFor()
    {
        JsonElement journal = run.Json.GetProperty("journal");
        JsonElement last = journal.GetProperty("buckets").EnumerateArray().Last();
        JsonElement profit = journal.GetProperty("profit");
        Assert.Equal(Long(profit, "every_go_lamports"), Long(last, "every_go_lamports"));
        Assert.Equal(Long(profit, "once_lamports"), Long(last, "once_lamports"));
        JsonElement report = run.Json.GetProperty("run").GetProperty("report");
        Assert.Equal(Long(report.GetProperty("decisions"), "Go"), Long(profit, "gos"));
        Assert.Equal(0, Long(profit, "not_followed")); // every Go's cycle is followed in this capture
        Assert.InRange(Long(profit, "once_lamports"), 1, Long(profit, "every_go_lamports") - 1);
    }

    [Fact]
    public void Lives_InBuckets_AddUpToTheReportsLabels()
    {
        JsonElement journal = run.Json.GetProperty("journal");
        JsonElement labels = ReportRun.Resolve(run.Json, "run.report.lives.labels");
        string[] names = [.. journal.GetProperty("label_names").EnumerateArray().Select(n => n.GetString()!)];
        for (int label = 0; label < names.Length; label++)
        {
            long born = journal.GetProperty("buckets").EnumerateArray()
                .Sum(b => b.GetProperty("births")[label].GetInt64());
            Assert.Equal(labels.TryGetProperty(names[label], out JsonElement n) ? n.GetInt64() : 0, born);
        }
    }

    [Fact]
    public void HgrmFiles_HoldTheCurvesOfThePage()
    {
        foreach (JsonElement curve in run.Json.GetProperty("run").GetProperty("curves").EnumerateArray())
        {
            string[] rows = File.ReadAllLines(run.At(curve.GetProperty("file").GetString()!))
                .Where(l => Regex.IsMatch(l, @"^\s*[0-9]")).ToArray();
            JsonElement[] points = [.. curve.GetProperty("points").EnumerateArray()];
            Assert.Equal(points.Length, rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                string[] words = rows[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                double micros = points[i].GetProperty("value_ns").GetInt64() / 1e3;
                Assert.Equal(micros.ToString("F3", CultureInfo.InvariantCulture), words[0]);
                Assert.Equal(points[i].GetProperty("count_up_to").GetInt64(), long.Parse(words[2]));
            }

            Assert.Equal(curve.GetProperty("count").GetInt64(), points[^1].GetProperty("count_up_to").GetInt64());
        }
    }

    [Fact]
    public void Json_HoldsSettingsWithSources_MachineAndCapture()
    {
        JsonElement record = run.Json.GetProperty("run");
        JsonElement hops = record.GetProperty("settings").EnumerateArray()
            .Single(s => s.GetProperty("name").GetString() == "maxHops");
        Assert.Equal("3", hops.GetProperty("value").GetString());
        Assert.Equal("--max-hops", hops.GetProperty("source").GetString());
        Assert.Equal(Environment.ProcessorCount, record.GetProperty("machine").GetProperty("cores").GetInt32());
        Assert.Matches("^[0-9a-f]{64}$", record.GetProperty("input").GetProperty("sha256").GetString());
    }

    /// <summary>The page as XML, which it also is.</summary>
    internal static XElement Parse(string page)
    {
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Ignore };
        using XmlReader reader = XmlReader.Create(new StringReader(page), settings);
        return XElement.Load(reader);
    }

    private static long Long(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static List<XElement> Drawings(XElement page, string size) =>
        page.Descendants("svg").Where(s => s.Attribute("class")?.Value == size).ToList();

    /// <summary>What is shown must be the raw number in one of the page's formats.</summary>
    private static void AssertShows(string shown, string raw, string path)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        double number = double.Parse(raw, invariant);
        List<string> texts = [raw, number.ToString("0.00E+0", invariant)];
        for (int decimals = 0; decimals <= 6; decimals++) texts.Add(number.ToString($"N{decimals}", invariant));
        if (long.TryParse(raw, out long whole))
        {
            texts.Add(DurationText.Of(whole));
            texts.Add((whole / 1_000_000_000m).ToString("N9", invariant) + " SOL");
        }

        Assert.True(texts.Contains(shown), $"{path}: shows {shown} for {raw}");
    }
}
