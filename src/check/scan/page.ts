/**
 * The summary as one page of HTML that needs nothing else: no script, nothing fetched, readable at phone width, in the dark, on paper and
 * to a screen reader, since every chart is a table whose bars are drawn beside its figures.
 */
import type { Words } from "../../words/index.ts";
import type { ScanSummary } from "./tally.ts";
import { number, percent, tellScan, type ToldBar, type ToldOperator, type ToldSummary } from "./tell.ts";

export function scanPage(words: Words, summary: ScanSummary): string {
  const told = tellScan(words, summary);
  const say = (key: string): string => escaped(words.say(key));
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escaped(told.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(told.title)}</h1>
<p>${escaped(told.counts)}</p>
${told.when === undefined ? "" : `<p class="quiet">${escaped(told.when)}</p>`}
</header>
${summary.checked === 0 ? `<p>${say("scan-none-looked-at")}</p>` : charts(words, summary, told)}
</main>
</body>
</html>
`;
}

/** Of nothing there is nothing to be drawn: a chart whose bars are all 0 % would say that all is bad. */
function charts(words: Words, { withMail }: ScanSummary, told: ToldSummary): string {
  const say = (key: string): string => escaped(words.say(key));
  return `<section aria-labelledby="levels">
<h2 id="levels">${say("scan-levels-title")}</h2>
<p class="quiet">${say("scan-levels-note")}</p>
${stack(words, told.levels)}
${bars(words, told.levels, "levels")}
</section>
<div class="columns">
${told.verdicts.length === 0 ? "" : section(words, "verdicts", told.verdicts)}
${withMail === 0 ? "" : section(words, "adoption", told.adoption, "scan-adoption-note")}
</div>
<section aria-labelledby="findings">
<h2 id="findings">${say("scan-findings-title")}</h2>
${told.faults.length === 0 ? `<p>${say("scan-findings-none")}</p>` : faults(words, told)}
</section>
${told.operators.length === 0 ? "" : operators(words, told.operators)}
${told.untested.length === 0 ? "" : section(words, "untested", told.untested, "scan-untested-note")}`;
}

function section(
  words: Words,
  id: "verdicts" | "adoption" | "untested",
  all: readonly ToldBar[],
  note?: string,
): string {
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${escaped(words.say(`scan-${id}-title`))}</h2>
${note === undefined ? "" : `<p class="quiet">${escaped(words.say(note))}</p>`}
${bars(words, all, id)}
</section>`;
}

/** One bar for all of them; what it says is said again by the table below it. */
function stack(words: Words, all: readonly ToldBar[]): string {
  const parts = all
    .filter(({ share }) => share > 0)
    .map(({ key, label, share }) => {
      const title = `${label}: ${percent(words, share)}`;
      return `<span class="${key}" style="width:${width(share)}" title="${escaped(title)}"></span>`;
    });
  return `<div class="stack" aria-hidden="true">${parts.join("")}</div>`;
}

function bars(words: Words, all: readonly ToldBar[], id: string): string {
  const rows = all.map(
    (one) => `<tr><th scope="row">${dot(one, id)}${escaped(one.label)}</th>${figures(words, one)}</tr>`,
  );
  return `<table><thead>${heads(words, ["what", "domains", "share"])}</thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function dot({ key }: ToldBar, id: string): string {
  return id === "levels" ? `<i class="dot ${key}" aria-hidden="true"></i>` : "";
}

function faults(words: Words, { faults: all }: ToldSummary): string {
  const rows = all.map(
    (one) =>
      `<tr><th scope="row">${escaped(one.label)}<br><code>${escaped(one.key)}</code></th><td class="text">${escaped(one.severity)}</td>${figures(words, one)}</tr>`,
  );
  return `<table><thead>${heads(words, ["what", "severity", "domains", "share"])}</thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function operators(words: Words, all: readonly ToldOperator[]): string {
  const rows = all.map(
    ({ operator, domains, share, authenticatedShare }) =>
      `<tr><th scope="row">${escaped(operator)}</th><td>${number(words, domains)}</td><td>${escaped(percent(words, share))}</td>${meter(words, authenticatedShare)}</tr>`,
  );
  return `<section aria-labelledby="operators">
<h2 id="operators">${escaped(words.say("scan-operators-title"))}</h2>
<p class="quiet">${escaped(words.say("scan-operators-note"))}</p>
<table><thead>${heads(words, ["operator", "domains", "share", "authenticated"])}</thead><tbody>${rows.join("\n")}</tbody></table>
</section>`;
}

function heads(words: Words, columns: readonly string[]): string {
  return `<tr>${columns.map((column) => `<th scope="col"${column === "severity" ? ' class="text"' : ""}>${escaped(words.say(`scan-column-${column}`))}</th>`).join("")}</tr>`;
}

function figures(words: Words, { domains, share }: ToldBar): string {
  return `<td>${number(words, domains)}</td>${meter(words, share)}`;
}

function meter(words: Words, share: number): string {
  const bar = `<i class="bar" aria-hidden="true"><b style="width:${width(share)}"></b></i>`;
  return `<td class="meter"><div>${bar}<span>${escaped(percent(words, share))}</span></div></td>`;
}

function width(share: number): string {
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Names of operators are strangers'. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => entities[mark] ?? "");
}

const style = `
:root{--ink:#1c2430;--quiet:#5a6675;--paper:#fff;--line:#d9dee5;--bar:#4f7fc4;--track:#eef1f5;--authenticated:#1b7f4c;--encrypted:#b87a0b;--cleartext:#c2372e;--none:#64748b;--unknown:#8791a0}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--quiet:#9aa6b5;--paper:#12161c;--line:#2c3541;--bar:#5b8fd6;--track:#1e2630;--authenticated:#3fae77;--encrypted:#e0a93b;--cleartext:#e2645b;--none:#8fa0b5;--unknown:#667283}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .25rem}
p{margin:.25rem 0}
.quiet{color:var(--quiet);font-size:.9rem}
.columns{display:grid;gap:0 2.5rem;grid-template-columns:1fr}
@media (min-width:56rem){.columns{grid-template-columns:1fr 1fr}}
.stack{display:flex;height:1.75rem;margin:.75rem 0;border-radius:.35rem;overflow:hidden;background:var(--line)}
.stack span{display:block;min-width:2px}
.stack span+span{border-left:1px solid var(--paper)}
.authenticated{background:var(--authenticated)}.encrypted{background:var(--encrypted)}.cleartext{background:var(--cleartext)}.none{background:var(--none)}.unknown{background:repeating-linear-gradient(135deg,var(--unknown) 0 3px,var(--paper) 3px 6px)}
.dot{display:inline-block;width:.75em;height:.75em;border-radius:50%;margin-right:.5em}
table{width:100%;border-collapse:collapse;margin:.5rem 0}
th,td{padding:.35rem .5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;font-variant-numeric:tabular-nums}
th:first-child,.text{text-align:left}
td.text{white-space:nowrap}
thead th{color:var(--quiet);font-weight:600;font-size:.85rem}
tbody th{font-weight:400;overflow-wrap:anywhere}
code{color:var(--quiet);font-size:.8rem}
.meter{width:30%}
.meter div{display:flex;align-items:center;gap:.5rem}
.bar{flex:1;height:1.1em;background:var(--track);border-radius:.2rem;overflow:hidden}
.bar b{display:block;height:100%;background:var(--bar)}
.meter span{min-width:3.4em}
@media (max-width:32rem){body{font-size:15px}.meter{width:26%}.bar{min-width:.75rem}th,td{padding:.35rem .25rem}thead th{font-size:.75rem}td.text{white-space:normal}}
@media print{.stack,.bar,.bar b,.dot{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
