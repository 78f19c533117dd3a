/** The style sheet of the page: light, dark and print, from a phone's width up. */
import { html } from './markup.ts';

export const STYLE = html`
:root { color-scheme: light dark; --page: #fff; --box: #f6f8fa; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0;
  --link: #0550ae; --good: #116329; --doubtful: #7d4e00; --bad: #b3101e; --unknown: #0a5c66; --note: #0550ae;
  --resolve: #8250df; --connect: #0969da; --tls: #1b7c83; --reply: #4d9e3a; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --box: #161b22; --ink: #e6edf3; --dim: #9aa4af; --line: #30363d;
  --link: #79b8ff; --good: #56d364; --doubtful: #e3b341; --bad: #ff8e86; --unknown: #56d4dd; --note: #79b8ff;
  --resolve: #bc8cff; --connect: #58a6ff; --tls: #39c5cf; --reply: #7ee787; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 2rem; align-items: baseline; padding-top: 1rem; }
header p { margin: 0; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; font-size: .9rem; }
footer { color: var(--dim); font-size: .85rem; padding-bottom: 2rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.dim, small { color: var(--dim); }
small { font-size: .85em; }
.nowrap { white-space: nowrap; }
section { margin: 2.5rem 0; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0; }
h2 { font-size: 1.35rem; border-bottom: 1px solid var(--line); padding-bottom: .35rem; margin-bottom: .9rem; }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
h4 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: var(--dim); margin: 1rem 0 .35rem; }
p { margin: .5rem 0; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre { white-space: pre-wrap; background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; margin: .35rem 0; max-height: 30rem; overflow-y: auto; }
.copy { user-select: all; }
summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.good { --tone: var(--good); } .doubtful { --tone: var(--doubtful); } .bad { --tone: var(--bad); } .unknown { --tone: var(--unknown); } .note { --tone: var(--note); }
.mark > span:first-child { color: var(--tone); font-weight: 700; }
.dot { display: inline-grid; place-items: center; width: 1.35rem; height: 1.35rem; border-radius: 50%; border: 2px solid var(--tone); color: var(--tone); background: var(--page); font-size: .8rem; font-weight: 700; line-height: 1; }
.dot.bad { background: var(--tone); color: var(--page); }
.dot.away { border: 2px dashed var(--line); }

.verdict { margin: 1rem 0 1.25rem; padding: 1.1rem 1.4rem; border: 1px solid var(--line); border-left: .5rem solid var(--tone); border-radius: 8px; background: var(--box); }
h1 { font-size: 2rem; text-transform: uppercase; letter-spacing: .03em; color: var(--tone); }
.lead { font-size: 1.1rem; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .5rem 0; }
.facts dt { font-size: .8rem; color: var(--dim); }
.facts dd { margin: 0; }

.finding { border: 1px solid var(--line); border-left: .35rem solid var(--tone); border-radius: 8px; padding: .9rem 1.2rem; margin: 1rem 0; }
.finding h3 { margin: 0; font-size: 1.15rem; }
.forward { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; margin: .5rem 0; }
.forward summary { font-weight: 600; }
.fix { margin: 0; padding-left: 1.4rem; }
.fix li { margin: .3rem 0; }
.endpoints { list-style: none; padding: 0; margin: .4rem 0; }
.endpoints li { padding: .15rem 0; }

.map { border-collapse: collapse; width: 100%; table-layout: fixed; }
.map th { font-weight: 600; text-align: center; padding: .4rem .25rem; vertical-align: bottom; }
.map th:first-child { text-align: left; width: 24%; }
.map th small { display: block; font-weight: 400; }
.map tbody th { vertical-align: top; padding-top: .55rem; }
.map td { position: relative; text-align: center; vertical-align: top; padding: .55rem .25rem; }
.map tbody tr { border-top: 1px solid var(--line); }
.map td small { display: block; line-height: 1.3; margin-top: .15rem; }
.map .vm { background: var(--box); border-left: 2px solid var(--dim); border-right: 2px solid var(--dim); }
.map thead .vm { border-top: 2px solid var(--dim); border-radius: 8px 8px 0 0; }
.map tbody tr:last-child .vm { border-bottom: 2px solid var(--dim); }
.map td::before, .map td::after { content: ""; position: absolute; top: 1.2rem; width: 50%; border-top: 3px solid var(--good); }
.map td::before { left: 0; } .map td::after { right: 0; }
.map td.vm::before, .map td.service::after { content: none; }
.map .in-part::before, .map .out-part::after { border-color: var(--doubtful); }
.map .in-none::before, .map .out-none::after { border-top: 3px dotted var(--line); }
.map .dot { position: relative; z-index: 1; }

.swatch { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; }
.resolve { background: var(--resolve); fill: var(--resolve); } .connect { background: var(--connect); fill: var(--connect); }
.TLS { background: var(--tls); fill: var(--tls); } .reply { background: var(--reply); fill: var(--reply); }
.failed { background: var(--bad); fill: var(--bad); }
.timing { border-top: 1px solid var(--line); }
.timing-row { display: grid; grid-template-columns: minmax(0, 26rem) minmax(6rem, 1fr) repeat(5, 4.6rem); gap: .1rem .6rem; align-items: center; padding: .35rem 0; margin: 0; }
.timing-row > :nth-child(n+3) { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding: 0; }
.timing-row > :nth-child(3) { font-weight: 700; }
.timing-head { font-size: .85rem; color: var(--dim); }
.scale { display: flex; justify-content: space-between; }
summary.timing-row { color: inherit; }
summary.timing-row .name::before { content: "▸ "; color: var(--link); } .timing[open] > summary .name::before { content: "▾ "; }
.timing table, .timing tbody { display: block; font-size: .92rem; }
.timing table { margin-bottom: .75rem; }
.timing tbody th { font-weight: 400; text-align: left; padding-left: 1.2rem; }
.timing td:nth-child(2) { padding: 0; }
.timing th .mark { display: flex; gap: .4em; }
.strips { list-style: none; margin: 0 0 .75rem; padding: 0; font-size: .92rem; }
.strips li { display: grid; grid-template-columns: minmax(0, 24rem) minmax(6rem, 1fr) minmax(0, 21rem); gap: .1rem 1rem; align-items: center; padding: .35rem 0; }
svg { display: block; width: 100%; height: .75rem; background: var(--box); border-radius: 2px; }
.strips .before { fill: var(--line); } .strips rect { fill: var(--tone); }

.scroll { overflow-x: auto; position: relative; }
.grid { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: break-word; }
.grid th, .grid td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); min-width: 5rem; }
.grid thead th { color: var(--dim); font-size: .85rem; }
.grid tbody th { font-weight: 400; }
.tag { border: 1px solid var(--line); border-radius: 4px; padding: 0 .3em; }
.chain { margin: .35rem 0; padding-left: 1.3rem; }
.pairs { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .3rem 1.25rem; margin: 0; }
.pairs dt { color: var(--dim); } .pairs dd { margin: 0; }
.evidence details details { margin-left: 1rem; }

@media screen and (max-width: 45rem) {
  body { font-size: 14px; }
  header, main, footer { padding-left: .9rem; padding-right: .9rem; }
  h1 { font-size: 1.6rem; }
  .map { font-size: .78rem; } .map th { padding: .4rem .1rem; } .map th:first-child { width: 32%; }
  .map thead small { display: none; }
  .timing-head { display: none; }
  .timing-row { grid-template-columns: repeat(3, auto); justify-content: start; gap: .1rem .9rem; padding: .5rem 0; }
  .timing-row > :nth-child(-n+2) { grid-column: 1 / -1; }
  .timing-row > :nth-child(n+3) { text-align: left; font-size: .9em; }
  .timing-row > :nth-child(3)::before { content: "total "; } .timing-row > :nth-child(4)::before { content: "resolve "; }
  .timing-row > :nth-child(5)::before { content: "connect "; } .timing-row > :nth-child(6)::before { content: "TLS "; }
  .timing-row > :nth-child(7)::before { content: "reply "; }
  .timing-row > :nth-child(n+3)::before { color: var(--dim); font-weight: 400; } .timing-row > .none { display: none; }
  .strips li { grid-template-columns: minmax(0, 1fr); padding: .5rem 0; }
  .grid { overflow-wrap: anywhere; } .grid th, .grid td { min-width: 6.5rem; } .grid td .copy { min-width: 14rem; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --box: #f6f8fa; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0;
    --link: #0550ae; --good: #116329; --doubtful: #7d4e00; --bad: #b3101e; --unknown: #0a5c66; --note: #0550ae;
    --resolve: #8250df; --connect: #0969da; --tls: #1b7c83; --reply: #4d9e3a; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; }
  nav, .skip, .forward, .evidence { display: none; }
  header, main, footer { max-width: none; padding: 0; }
  section { margin: 1.25rem 0; }
  a { color: inherit; text-decoration: none; }
  h2, h3, h4, summary { break-after: avoid; }
  tr, li, .verdict { break-inside: avoid; }
  pre { max-height: none; }
  .scroll { overflow: visible; }
  .grid { font-size: 8.5pt; table-layout: fixed; } .grid .nowrap { white-space: normal; }
  .grid th, .grid td { min-width: 0; } .endpoints { font-size: 8.5pt; }
  .timing-row { grid-template-columns: minmax(0, 15rem) minmax(4rem, 1fr) repeat(5, 3.2rem); font-size: 7.5pt; padding: .1rem 0; }
  .scale > :first-child { display: none; }
  details:not(.aside)::details-content { content-visibility: visible; display: block; }
}
`;
