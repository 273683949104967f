/**
 * Reports as one page that needs nothing else: no script, no font, no request. Light and dark as the reader has it, narrow as a telephone,
 * usable without a mouse (`details` is the browser's own).
 */
import type { Words } from "../../words/index.ts";
import { tellReport, type CellState, type ToldFinding, type ToldReport } from "../told.ts";
import type { Report, Verdict } from "../types.ts";

export function reportHtml(words: Words, reports: readonly Report[]): string {
  const told = reports.map((report) => ({ report, told: tellReport(words, report) }));
  const title = told.map((one) => one.told.title).join(" · ");
  return [
    "<!doctype html>",
    `<html lang="${text(words.language)}">`,
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Nothing that a stranger wrote can make this page do or fetch anything.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    '<meta name="color-scheme" content="light dark">',
    `<title>${text(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    ...told.map((one) => reportOf(words, one.report, one.told)),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function reportOf(words: Words, { verdict }: Report, told: ToldReport): string {
  const { title, level, hosts, findings, untested, when } = told;
  return [
    "<main>",
    `<h1>${text(title)}</h1>`,
    `<p class="verdict ${moods[verdict]}">${text(told.verdict)}</p>`,
    `<p>${text(words.say("check-level-label"))}${words.say("gap")}${text(level)}</p>`,
    ...stepsOf(words, told),
    matrixOf(words, told),
    `<h2>${text(words.say("check-findings-title"))}</h2>`,
    ...(findings.length === 0 ? [`<p>${text(words.say("check-clean"))}</p>`] : []),
    ...findings.map((one) => findingOf(words, one)),
    ...(hosts.length === 0 ? [] : [`<h2>${text(words.say("check-hosts-title"))}</h2>`, listOf(hosts)]),
    ...(untested.length === 0
      ? []
      : [
          `<h2>${text(words.say("check-untested-title"))}</h2>`,
          `<p>${text(words.say("check-untested-note"))}</p>`,
          listOf(untested),
        ]),
    `<footer>${text(when)}</footer>`,
    "</main>",
  ].join("\n");
}

function stepsOf(words: Words, { steps }: ToldReport): readonly string[] {
  if (steps.length === 0) return [];
  const items = steps.map(
    ({ who, fix, what }) =>
      `<li><strong>${text(who)}${text(words.say("check-colon"))}</strong>${text(fix)} <span class="note">${text(what)}</span></li>`,
  );
  return [`<h2>${text(words.say("check-steps-title"))}</h2>`, `<ol class="steps">${items.join("")}</ol>`];
}

function listOf(lines: readonly string[]): string {
  return `<ul>${lines.map((one) => `<li>${text(one)}</li>`).join("")}</ul>`;
}

function matrixOf(words: Words, { matrix }: ToldReport): string {
  if (matrix.rows.length === 0) return "";
  const heads = matrix.senders.map((sender) => `<th scope="col">${text(sender)}</th>`).join("");
  const rows = matrix.rows.map(({ attacker, cells }) => {
    const of = cells.map(
      ({ state, text: said }, at) =>
        `<td class="${cellMoods[state]}" data-sender="${text(matrix.senders[at] ?? "")}">${text(said)}</td>`,
    );
    return `<tr><th scope="row" data-lead="${text(words.say("check-matrix-attacker"))}">${text(attacker)}</th>${of.join("")}</tr>`;
  });
  return [
    `<h2>${text(words.say("check-matrix-title"))}</h2>`,
    `<table><thead><tr><th scope="col">${text(words.say("check-matrix-attacker"))}</th>${heads}</tr></thead>`,
    `<tbody>${rows.join("\n")}</tbody></table>`,
    `<p class="note">${text(words.say("check-matrix-note"))}</p>`,
  ].join("\n");
}

function findingOf(
  words: Words,
  { severity, severityText, what, why, fix, who, evidence, paste }: ToldFinding,
): string {
  const row = (key: string, value: string): string =>
    `<dt>${text(words.say(`check-label-${key}`))}</dt><dd>${value}</dd>`;
  const [content, ...others] = fix.split("\n\n");
  return [
    `<details class="${severity}"${severity === "error" ? " open" : ""}>`,
    `<summary><span class="badge">${text(severityText)}</span> ${text(what)}</summary>`,
    "<dl>",
    row("why", text(why)),
    row("fix", [text(content ?? ""), ...others.map((one) => `<pre>${text(one)}</pre>`)].join("")),
    row("who", text(who)),
    ...(evidence.length === 0 ? [] : [row("evidence", `<code>${evidence.map(text).join("<br>")}</code>`)]),
    ...(paste.length === 0 ? [] : [row("paste", `<pre tabindex="0">${paste.map(text).join("\n")}</pre>`)]),
    "</dl>",
    "</details>",
  ].join("\n");
}

/** What strangers wrote is text, in an element or in an attribute. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

type Mood = "good" | "fair" | "bad" | "calm";

const moods: Readonly<Record<Verdict, Mood>> = {
  "no-mail": "calm",
  safe: "good",
  "safe-dane": "good",
  "safe-sts": "good",
  uneven: "fair",
  unprotected: "bad",
  readable: "bad",
  held: "bad",
  undeliverable: "bad",
  unknown: "calm",
};

const cellMoods: Readonly<Record<CellState, Mood>> = {
  read: "bad",
  waits: "bad",
  stopped: "good",
  harmless: "good",
  arrives: "good",
  unknown: "calm",
};

const style = `
:root{--paper:#fff;--ink:#1c2024;--soft:#5b6570;--line:#d5dae0;--good:#0a6b3d;--good-bg:#e3f4ea;--fair:#7a5200;--fair-bg:#fff2d1;--bad:#a3161d;--bad-bg:#fde7e7;--calm:#3d4954;--calm-bg:#eef1f4}
@media (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6eaee;--soft:#a3adb7;--line:#39424b;--good:#7fdcaa;--good-bg:#10301f;--fair:#f0c76a;--fair-bg:#3a2c0b;--bad:#ff9c9c;--bad-bg:#431719;--calm:#c3ccd5;--calm-bg:#222a31}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif}
main{max-width:58rem;margin:0 auto;padding:1rem 1rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.6rem 0}
h2{font-size:1.2rem;margin:2rem 0 .6rem}
.verdict{font-size:1.15rem;padding:.8rem 1rem;border-left:.4rem solid;border-radius:.3rem;margin:.8rem 0}
.good{color:var(--good);background:var(--good-bg)}
.fair{color:var(--fair);background:var(--fair-bg)}
.bad{color:var(--bad);background:var(--bad-bg)}
.calm{color:var(--calm);background:var(--calm-bg)}
table{border-collapse:separate;border-spacing:2px;width:100%}
th,td{padding:.4rem .5rem;text-align:left;vertical-align:top;font-weight:400}
thead th{color:var(--soft)}
td{border-radius:.2rem;font-weight:600}
.steps{padding-left:1.6rem}
.steps li{margin:.4rem 0}
.steps .note{display:block}
.note,footer{color:var(--soft);font-size:.9rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0}
summary{cursor:pointer;padding:.6rem .8rem}
summary:focus-visible,pre:focus-visible{outline:3px solid currentColor;outline-offset:2px}
.badge{display:inline-block;font-size:.8rem;font-weight:600;padding:.05rem .5rem;border-radius:1rem;margin-right:.3rem}
.error .badge{color:var(--bad);background:var(--bad-bg)}
.warning .badge{color:var(--fair);background:var(--fair-bg)}
.notice .badge{color:var(--calm);background:var(--calm-bg)}
dl{margin:0;padding:0 .8rem .8rem}
dt{color:var(--soft);margin-top:.5rem}
dd{margin:0}
code,pre{font:.85rem/1.5 ui-monospace,"Noto Sans Mono",monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--calm-bg);color:var(--ink);padding:.6rem;border-radius:.3rem;margin:.3rem 0;user-select:all}
footer{margin-top:2rem}
@media (max-width:40rem){
thead{position:absolute;left:-9999px}
table,tbody,tr,th,td{display:block;width:auto}
tr{padding:.4rem 0}
tbody th{font-weight:600}
tbody th::before{content:attr(data-lead) " ";font-weight:400;color:var(--soft)}
td{margin:2px 0;display:flex;justify-content:space-between;gap:1rem}
td::before{content:attr(data-sender);font-weight:400}
}
@media print{details{break-inside:avoid}}
`;
