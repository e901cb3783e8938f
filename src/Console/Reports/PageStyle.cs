using System;
using System.Security.Cryptography;
using System.Text;

namespace LowLatency.ConsoleHost.Reports;

/// <summary>The page's style: light and dark by the reader's setting, one column on a phone, no font loaded.</summary>
internal static class PageStyle
{
    /// <summary>SHA-256 of <see cref="Text"/> in base64: the one style that the page's policy allows.</summary>
    public static string Hash { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    // Each colour has a contrast of at least 4.5 with its background in each mode; lines differ by dashes too.
    public const string Text =
        """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--muted:#57606a;--line:#d0d7de;--panel:#f6f8fa;
        --c0:#0b62a8;--c1:#b45309;--c2:#1a7f37;--c3:#8250df;--c4:#bf3989;--c5:#0e7490;--c6:#5d6670;--c7:#7d5a00;
        --c8:#cf222e;--warn:#fff4d6;--warnline:#b08800}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1419;--fg:#e2e8ee;--muted:#9aa6b2;--line:#303a45;
        --panel:#171e26;--c0:#6cb6ff;--c1:#f0a35e;--c2:#57d18b;--c3:#c297ff;--c4:#ff8bc9;--c5:#4dd0e1;--c6:#9aa4af;
        --c7:#e3c15b;--c8:#ff7b72;--warn:#2b2410;--warnline:#9e7a17}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
        main{max-width:912px;margin:0 auto;padding:16px}
        h1{font-size:1.5em;margin:.2em 0}
        h2{font-size:1.15em;margin:2em 0 .4em;border-bottom:1px solid var(--line);padding-bottom:.2em}
        h3{font-size:1em;margin:1.4em 0 .3em}
        p{margin:.5em 0}
        .muted,.note{color:var(--muted)}.note{font-size:.88em}
        .banner{background:var(--warn);border-left:4px solid var(--warnline);padding:8px 12px;margin:10px 0}
        .mono,code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(max(128px,22%),1fr));gap:8px;margin:12px 0}
        .card{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:8px 10px}
        .card b{display:block;font-size:1.2em;font-variant-numeric:tabular-nums}
        .card span.k{color:var(--muted);font-size:.85em}
        .scroll{overflow-x:auto;margin:8px 0;background:linear-gradient(90deg,var(--bg) 30%,transparent) local,
        linear-gradient(270deg,var(--bg) 30%,transparent) 100% 0 local,linear-gradient(90deg,var(--muted),transparent)
        scroll,linear-gradient(270deg,var(--muted),transparent) 100% 0 scroll;background-repeat:no-repeat;
        background-size:40px 100%,40px 100%,10px 100%,10px 100%}
        table{border-collapse:collapse;width:100%;font-size:.92em}
        th,td{padding:3px 8px 3px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        th{color:var(--muted);font-weight:600;white-space:nowrap}
        td.n,th.n{text-align:right;padding-right:12px;font-variant-numeric:tabular-nums;white-space:nowrap}
        svg{width:100%;height:auto;display:block;margin:6px 0}
        svg.narrow{display:none}
        svg.bar{width:90px;height:12px;display:inline-block;margin:0;vertical-align:middle}
        svg.key{width:26px;height:10px;display:inline-block;margin:0 6px 0 0;vertical-align:middle}
        text{fill:var(--fg);font:12px system-ui,sans-serif}.axis{fill:var(--muted)}
        .grid{stroke:var(--line);stroke-width:1}.base{stroke:var(--muted);stroke-width:1}
        .curve{fill:none;stroke-width:1.6;stroke-linejoin:round}.thick{stroke-width:2.6}
        .d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}
        .range{stroke-width:3}
        .fill{stroke:none}.faint{opacity:.45}
        .c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}
        .c5{stroke:var(--c5)}.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}.c8{stroke:var(--c8)}
        .fill.c0{fill:var(--c0)}.fill.c1{fill:var(--c1)}.fill.c2{fill:var(--c2)}.fill.c3{fill:var(--c3)}
        .fill.c6{fill:var(--c6)}.fill.c8{fill:var(--c8)}
        .legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:6px 0;padding:0;list-style:none}
        .step{display:grid;grid-template-columns:200px 1fr 92px;gap:0 10px;align-items:center;margin:5px 0}
        .step svg.track{background:var(--panel);height:16px;margin:0}
        .step .n{text-align:right;font-variant-numeric:tabular-nums}
        .step .drops{grid-column:2/4;color:var(--muted);font-size:.88em}
        .unit{color:var(--muted);font-size:.85em;margin:12px 0 2px}
        td.key{font:.85em ui-monospace,monospace;white-space:nowrap}
        details{margin:10px 0}summary{cursor:pointer}
        @media(max-width:640px){main{padding:12px}svg.wide{display:none}svg.narrow{display:block}.opt{display:none}
        .step{grid-template-columns:1fr 92px}.step svg.track{grid-column:1/3;grid-row:2}
        .step .drops{grid-column:1/3}td,th,td.n,th.n{padding-right:6px}th{white-space:normal}svg.bar{width:48px}
        .best tr{display:flex;flex-wrap:wrap;justify-content:space-between;border-bottom:1px solid var(--line)}
        .best td,.best th{border:0}.best :last-child:not(tr){flex-basis:100%}.best :nth-child(2):not(tr){flex:1}}
        @media print{body{background:#fff}}
        """;
}
