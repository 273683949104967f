/** How the page looks: a sheet of paper by day, slate by night; colours that differ in lightness too. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22252b; --soft: #6a6f78; --line: #dcd9d0; --raised: #fff;
  --good: #d8ecd9; --good-ink: #1d5b2a; --held: #d9e6f5; --held-ink: #1d4b80; --back: #f6ebc6; --back-ink: #6d5200;
  --clear: #f3b8b0; --clear-ink: #7c160b; --taken: #d9668a; --taken-ink: #fff; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --paper: #16181c; --ink: #e6e4de; --soft: #9a9fa8; --line: #33373f; --raised: #1e2127;
  --good: #1c3a24; --good-ink: #a9dcb3; --held: #1b324d; --held-ink: #a8cbf2; --back: #443811; --back-ink: #efd98a;
  --clear: #7a2a20; --clear-ink: #ffd9d3; --taken: #b23a63; --taken-ink: #fff; --focus: #8ab4f8; } }
:root[data-theme=dark] { color-scheme: dark; --paper: #16181c; --ink: #e6e4de; --soft: #9a9fa8; --line: #33373f; --raised: #1e2127;
  --good: #1c3a24; --good-ink: #a9dcb3; --held: #1b324d; --held-ink: #a8cbf2; --back: #443811; --back-ink: #efd98a;
  --clear: #7a2a20; --clear-ink: #ffd9d3; --taken: #b23a63; --taken-ink: #fff; --focus: #8ab4f8; }
:root[data-theme=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
header, main { max-width: 84rem; margin: 0 auto; padding: 1rem 1.25rem 0; }
header { display: grid; grid-template-columns: 1fr auto; gap: .25rem 1rem; align-items: center; }
h1 { font-size: 1.5rem; margin: 0; letter-spacing: -.01em; }
#intro { grid-column: 1 / -1; max-width: 46rem; margin: .25rem 0 .5rem; color: var(--soft); }
nav { display: flex; gap: .5rem; }
button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; padding: .35rem .75rem; cursor: pointer; }
button:hover { border-color: var(--soft); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
#senders { display: flex; flex-wrap: wrap; gap: .5rem; }
#senders button { text-align: left; }
#senders button[aria-selected=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
#senders small { display: block; opacity: .75; }
#legend { display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; margin: .9rem 0; font-size: .9rem; }
#legend span { display: inline-flex; gap: .45rem; align-items: center; }
#legend i { font-style: normal; }
#frame { overflow: auto; max-height: 82vh; border: 1px solid var(--line); border-radius: .75rem; background: var(--raised); }
table { border-collapse: separate; border-spacing: 0; font-size: .875rem; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--raised); height: 12rem; vertical-align: bottom; padding: 0; font-weight: 500; border-bottom: 1px solid var(--line); }
thead th div { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; padding: .5rem 0; margin: 0 auto; font-family: ui-monospace, "Noto Sans Mono", monospace; font-size: .78rem; }
:lang(zh) thead th { height: 18rem; }
:lang(zh) thead th div { transform: none; letter-spacing: .05em; font-family: inherit; white-space: normal; max-height: 17rem; line-height: 1.15; text-align: start; }
tbody th { position: sticky; left: 0; z-index: 1; background: var(--raised); text-align: left; font-weight: 400; padding: .1rem .75rem; min-width: 15rem; max-width: 20rem; line-height: 1.25; border-right: 1px solid var(--line); }
thead th:first-child { left: 0; z-index: 3; border-right: 1px solid var(--line); }
tbody tr:hover th { color: var(--focus); }
td { padding: 1.5px; text-align: center; }
td button, #legend i { display: inline-grid; place-items: center; width: 1.95rem; height: 1.6rem; padding: 0; border: 0; border-radius: .3rem; font-size: .8rem; font-weight: 600; }
td button:hover { filter: brightness(.93); }
.delivered { background: var(--good); color: var(--good-ink); } .held { background: var(--held); color: var(--held-ink); }
.bounced { background: var(--back); color: var(--back-ink); } .exposed-cleartext { background: var(--clear); color: var(--clear-ink); }
.exposed-to-attacker { background: var(--taken); color: var(--taken-ink); }
td button.wrong, .mark { outline: 3px solid #e8a200; outline-offset: -1px; }
#made { color: var(--soft); font-size: .85rem; padding-bottom: 1.5rem; }
dialog { width: min(64rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); border: 1px solid var(--line); border-radius: 1rem; background: var(--paper); color: var(--ink); padding: 1.25rem 1.5rem 1.5rem; overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog form { position: sticky; top: 0; float: right; z-index: 1; }
dialog h2 { margin: 0 0 .25rem; font-size: 1.3rem; padding-right: 5rem; }
dialog h3 { margin: 1.25rem 0 .35rem; font-size: .95rem; color: var(--soft); font-weight: 600; }
dialog p { margin: .35rem 0; max-width: 48rem; }
.route { color: var(--soft); }
.verdict { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; padding: .75rem .9rem; border-radius: .6rem; margin: .9rem 0; }
.verdict b { font-size: 1.05rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.pair h3 { margin-top: .75rem; }
ol.wire { list-style: none; margin: 0; padding: .6rem .7rem; background: var(--raised); border: 1px solid var(--line); border-radius: .6rem; font: .78rem/1.55 ui-monospace, "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
ol.wire li { display: grid; grid-template-columns: 1.1rem 1fr; }
ol.wire li::before { color: var(--soft); }
ol.wire .c::before { content: "→"; } ol.wire .s::before { content: "←"; } ol.wire .n::before { content: "·"; }
ol.wire .n { color: var(--soft); font-family: system-ui, "Noto Sans CJK SC", sans-serif; }
ol.wire .secret { background: var(--clear); color: var(--clear-ink); border-radius: .2rem; }
ul { margin: .35rem 0; padding-left: 1.2rem; }
code { font-family: ui-monospace, "Noto Sans Mono", monospace; font-size: .85em; }
@media (max-width: 44rem) {
  header, main { padding: .75rem .75rem 0; }
  header { grid-template-columns: 1fr; }
  tbody th { min-width: 8rem; max-width: 9rem; line-height: 1.2; font-size: .8rem; padding: .2rem .5rem; }
  td button { width: 2.2rem; height: 2.2rem; }
  dialog { width: 100vw; max-width: 100vw; max-height: 100dvh; height: 100dvh; border: 0; border-radius: 0; padding: 1rem; margin: 0; }
  .pair { grid-template-columns: 1fr; gap: .25rem; }
}
@media (prefers-reduced-motion: no-preference) { td button { transition: filter .1s; } }
@media print { #frame { max-height: none; overflow: visible; } nav { display: none; } }
`;
