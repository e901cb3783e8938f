using System.Globalization;
using System.IO;
using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace LowLatency.Console.Tests.Reports;

/// <summary>The report in a real browser: nothing on the console, the JSON's numbers, no overlaps.</summary>
public sealed class ReportBrowserTests(ReportRun run) : IClassFixture<ReportRun>
{
    private const string Measure =
        """
        <script>
        window.onload = () => {
          const shown = [...document.querySelectorAll('svg.wide, svg.narrow')]
            .filter(s => getComputedStyle(s).display !== 'none');
          let overlaps = 0, cut = 0;
          for (const svg of shown) {
            const area = svg.getBoundingClientRect();
            const boxes = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
            for (let i = 0; i < boxes.length; i++) {
              const a = boxes[i];
              if (a.left < area.left - 1 || a.right > area.right + 1 || a.bottom > area.bottom + 1) cut++;
              for (let j = 0; j < i; j++) {
                const b = boxes[j];
                if (a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2) overlaps++;
              }
            }
          }
          const page = document.documentElement;
          const wide = page.scrollWidth - page.clientWidth;
          document.body.setAttribute('data-measured', `${shown.length} ${overlaps} ${cut} ${wide}`);
        };
        </script>
        """;

    [BrowserFact]
    public void Page_InChromium_HasNoConsoleLineAndTheJsonsNumbers()
    {
        BrowserPage page = Browser.Open(run.At("report.html"), 1280);
        Assert.Empty(page.ConsoleLines);
        MatchCollection numbers = Regex.Matches(
            page.Document, "<data value=\"([^\"]*)\" data-path=\"([^\"]*)\">([^<]*)</data>");
        Assert.Equal(Regex.Count(run.Page, "<data "), numbers.Count);
        Assert.True(numbers.Count > 200, $"{numbers.Count} numbers");
        foreach (Match number in numbers)
        {
            string path = WebUtility.HtmlDecode(number.Groups[2].Value);
            double shown = double.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.True(ReportRun.Resolve(run.Json, path).GetDouble() == shown, path);
        }

        Assert.Contains(run.Json.GetProperty("run").GetProperty("report").GetProperty("decision_hash").GetString()!,
            page.Document);
    }

    [BrowserFact]
    public void Page_ThatLoadsSomething_IsSeenOnTheConsole()
    {
        string path = run.At("loads.html");
        File.WriteAllText(path, run.Page.Replace("<main>", "<main><img src=\"https://example.invalid/x.png\"/>"));
        Assert.NotEmpty(Browser.Open(path, 1280).ConsoleLines); // the policy forbids it, and the test would notice
    }

    [BrowserFact]
    public void Drawings_WideAndNarrow_HaveNoLabelOverAnotherOrCutOff()
    {
        string path = run.At("measured.html");
        string open = Regex.Replace(run.Page, "<meta http-equiv=[^>]*>", string.Empty);
        File.WriteAllText(path, open.Replace("</body>", Measure + "</body>"));
        foreach (int width in (int[])[1280, 500])
        {
            string document = Browser.Open(path, width).Document;
            Match measured = Regex.Match(document, "data-measured=\"([^\"]*)\"");
            Assert.Equal(("5 0 0 0", width), (measured.Groups[1].Value, width)); // drawings, overlaps, cut, scrolled
        }
    }
}
