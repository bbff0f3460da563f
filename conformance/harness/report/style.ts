/** The style sheet of the report: light and dark by the reader's setting, from 320 pixels up. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #fbfbfa; --panel: #ffffff; --text: #1d2126; --soft: #5b6470; --line: #d9dde2;
  --good: #18743a; --good-back: #e2f4e7; --bad: #b3261e; --bad-back: #fbe6e4; --skip: #5b6470; --skip-back: #eceef1;
  --code: #f3f4f6; --link: #1a5fb4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #15181c; --panel: #1d2126; --text: #e4e7eb; --soft: #a0a9b4; --line: #363c44;
    --good: #7bd694; --good-back: #1c3626; --bad: #ff9d94; --bad-back: #46211f; --skip: #a0a9b4; --skip-back: #2a2f36;
    --code: #14171a; --link: #8ab8f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
h2[id] { scroll-margin-top: 4rem; }
h2 small, .soft { color: var(--soft); font-weight: 400; font-size: .9rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
a { color: var(--link); }
code, pre { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; margin: .35rem 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow-y: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1rem; margin: 1.25rem 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; }
.card h2 { margin: 0 0 .15rem; font-size: 1.05rem; overflow-wrap: anywhere; }
.card p { margin: .15rem 0; }
.bar { display: flex; height: .6rem; border-radius: .3rem; overflow: hidden; background: var(--skip-back); margin: .6rem 0 .4rem; }
.bar i { display: block; }
.bar .passed { background: var(--good); } .bar .failed { background: var(--bad); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--panel); }
thead th { font-weight: 600; white-space: nowrap; }
td.count { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.failed { color: var(--bad); font-weight: 600; } td.passed { color: var(--good); } td.skipped { color: var(--soft); }
.filters { display: flex; flex-wrap: wrap; gap: .4rem; border: 0; padding: .6rem 0; margin: 1.5rem 0 0; position: sticky; top: 0; background: var(--back); z-index: 1; }
.filters legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.filters label { border: 1px solid var(--line); border-radius: 2rem; padding: .2rem .8rem; font-size: .875rem; cursor: pointer; background: var(--panel); }
.filters input { position: absolute; opacity: 0; }
.filters label:has(:checked) { background: var(--text); color: var(--back); border-color: var(--text); }
.filters label:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
.case { overflow: hidden; border: 1px solid var(--line); border-top-width: 0; background: var(--panel); }
h2 + .case { border-top-width: 1px; border-radius: 10px 10px 0 0; }
.case:last-child { border-radius: 0 0 10px 10px; }
h2 + .case:last-child { border-radius: 10px; }
.case > summary { display: grid; grid-template-columns: auto minmax(0, 18rem) minmax(0, 1fr); gap: .1rem .8rem; padding: .45rem .8rem; cursor: pointer; list-style: none; align-items: baseline; }
.case > summary::-webkit-details-marker { display: none; }
.case > summary:hover, .case[open] > summary { background: var(--code); }
.case > summary:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
.case > summary code { overflow-wrap: anywhere; color: var(--soft); }
.marks { display: flex; gap: .25rem; }
.mark { display: inline-block; min-width: 3.1rem; text-align: center; border-radius: .35rem; font-size: .75rem; font-weight: 600; padding: .05rem .4rem; }
.mark.passed { color: var(--good); background: var(--good-back); } .mark.failed { color: var(--bad); background: var(--bad-back); }
.mark.skipped, .mark.absent { color: var(--skip); background: var(--skip-back); }
.body { padding: .25rem 1rem 1rem; border-top: 1px solid var(--line); }
blockquote { margin: .75rem 0; padding: .1rem 0 .1rem .9rem; border-left: 3px solid var(--line); color: var(--soft); }
.body details { margin: .4rem 0; }
.body details > summary { cursor: pointer; color: var(--link); font-size: .9rem; }
.command { margin: .6rem 0 .8rem; }
.command > code { display: block; overflow-wrap: anywhere; font-weight: 600; }
.stream { color: var(--soft); font-size: .8rem; }
footer { color: var(--soft); font-size: .85rem; max-width: 70rem; margin: 2rem auto; padding: 0 1.25rem; }
body:has(#show-failed:checked) .case:not(.failed),
body:has(#show-skipped:checked) .case:not(.skipped),
body:has(#show-differs:checked) .case:not(.differs) { display: none; }
body:has(#show-failed:checked) .group:not(:has(.failed)),
body:has(#show-skipped:checked) .group:not(:has(.skipped)),
body:has(#show-differs:checked) .group:not(:has(.differs)) { display: none; }
@media (max-width: 44rem) {
  main, header, footer { padding-left: .8rem; padding-right: .8rem; }
  .case > summary { grid-template-columns: auto minmax(0, 1fr); }
  .case > summary .title { grid-column: 1 / -1; }
  .body { padding: .25rem .8rem 1rem; }
  td.count .soft { display: block; }
  th, td { padding: .4rem .6rem; }
}
`
