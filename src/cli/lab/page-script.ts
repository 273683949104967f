/** What the page does: tabs, the matrix (arrow keys move in it), the story of a cell. Plain JavaScript, text only by `textContent`. */
export const pageScript = `
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const marks = { delivered: "·", held: "H", bounced: "B", "exposed-cleartext": "C", "exposed-to-attacker": "A" };
const $ = (id) => document.getElementById(id);
const senders = [...new Set(data.cells.map((cell) => cell.sender))];
let language = data.language, sender = senders.includes("surehop") ? "surehop" : senders[0], open;

const make = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};
const filled = (text, given) => text.replace(/\\{(\\w+)\\}/g, (_, name) => given[name] ?? "");
/* Quotation marks as they stand in lines that run downwards. */
const upright = (text) => text.replaceAll("“", "「").replaceAll("”", "」");
const texts = () => data.texts[language];

function draw() {
  const t = texts();
  document.documentElement.lang = language;
  document.title = t.title;
  document.querySelector("h1").textContent = t.title;
  $("intro").textContent = t.intro;
  $("language").textContent = t.language;
  $("theme").textContent = t.theme;
  $("close").textContent = t.close;
  $("made").textContent = t.made;
  $("senders").replaceChildren(...senders.map((id) => make("button", {
    role: "tab", "aria-selected": String(id === sender), onclick: () => { sender = id; draw(); },
  }, id, make("small", {}, t.senders[id]))));
  $("legend").replaceChildren(...Object.entries(marks).map(([outcome, mark]) =>
    make("span", {}, make("i", { class: outcome }, mark), t.outcomes[outcome][0])),
    make("span", {}, make("i", { class: "held mark" }, "H"), t.wrong));
  drawMatrix(t);
  if (open) tell(open);
}

function drawMatrix(t) {
  const cells = data.cells.filter((cell) => cell.sender === sender);
  const tried = new Set(cells.map((cell) => cell.attack));
  const attacks = data.attacks.filter((attack) => tried.has(attack));
  const receivers = [...new Set(cells.map((cell) => cell.receiver))];
  const at = new Map(cells.map((cell) => [cell.receiver + " " + cell.attack, cell]));
  const head = make("tr", {}, make("th", { scope: "col" }), ...attacks.map((attack) =>
    make("th", { scope: "col", title: t.attacks[attack].name }, make("div", {}, language === "en" ? attack : upright(t.attacks[attack].name)))));
  const rows = receivers.map((receiver) => make("tr", {},
    make("th", { scope: "row", title: receiver }, t.receivers[receiver]),
    ...attacks.map((attack) => {
      const cell = at.get(receiver + " " + attack);
      if (!cell) return make("td");
      const label = t.attacks[attack].name + ", " + t.receivers[receiver] + ": " + t.outcomes[cell.observed][0];
      return make("td", {}, make("button", {
        class: cell.observed + (cell.wrong ? " wrong" : ""), "aria-label": label, title: label, tabindex: "-1", onclick: () => show(cell),
      }, marks[cell.observed]));
    })));
  $("matrix").replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  $("matrix").querySelector("td button")?.setAttribute("tabindex", "0");
}

$("matrix").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step || event.target.tagName !== "BUTTON") return;
  event.preventDefault();
  const rows = [...$("matrix").tBodies[0].rows];
  const td = event.target.parentElement;
  let [row, column] = [rows.indexOf(td.parentElement), td.cellIndex];
  for (;;) {
    row += step[0]; column += step[1];
    const next = rows[row]?.cells[column];
    if (!next || column < 1) return;
    const button = next.querySelector("button");
    if (!button) continue;
    event.target.setAttribute("tabindex", "-1");
    button.setAttribute("tabindex", "0");
    return button.focus();
  }
});

function show(cell) {
  open = cell;
  tell(cell);
  history.replaceState(null, "", "#" + [cell.sender, cell.receiver, cell.attack].map(encodeURIComponent).join("/"));
  if (!$("story").open) $("story").showModal();
  $("story").scrollTop = 0;
}
$("story").addEventListener("close", () => {
  open = undefined;
  history.replaceState(null, "", location.pathname + location.search);
});
$("story").addEventListener("click", (event) => { if (event.target === $("story")) $("story").close(); });

function tell(cell) {
  const t = texts();
  const attack = t.attacks[cell.attack];
  const [name, meaning] = t.outcomes[cell.observed];
  const parts = [
    make("h2", { id: "story-title" }, attack.name),
    make("p", { class: "route" }, t.senders[cell.sender] + " → " + t.receivers[cell.receiver]),
    make("div", { class: "verdict " + cell.observed }, make("b", {}, name), cell.means ? t.means[cell.means] : meaning),
  ];
  if (cell.predicted !== cell.observed) parts.push(make("p", {}, t.predicted + ": " + t.outcomes[cell.predicted][0] + " · " + t.wrong));
  if (attack.what) parts.push(make("p", {}, attack.what), make("p", {}, attack.stands), make("p", {}, attack.stops));
  if (cell.calm) parts.push(make("p", {}, filled(t.control, { outcome: t.outcomes[cell.calm][0] })));
  const before = cell.before && wire(t, t.honest, cell, cell.before);
  parts.push(make("div", { class: before ? "pair" : "" }, ...(before ? [before] : []), wire(t, before ? t.attacked : t.honest, cell, cell.now)));
  const evidence = [
    filled(t.token, { token: cell.token }), t.seen[cell.seen], filled(t.copies, { copies: cell.honest.copies }),
    filled(t.attacker, cell.attacker),
    ...(cell.attacker.sealedCopies > 0 ? [filled(t.sealedCopies, { copies: cell.attacker.sealedCopies })] : []),
    ...cell.marks.map((code) => t.notes[code]),
    ...(cell.asides ? cell.asides[language] : []),
    ...(cell.slippedIn === undefined ? [] : [filled(t.slipped, { count: cell.slippedIn })]),
    ...(cell.hops ? cell.hops.counted.map((one) => filled(t.hop, { ...one, hop: t.hops[one.hop], sent: cell.hops.sent })) : []),
  ];
  parts.push(make("h3", {}, t.evidence), make("ul", {}, ...evidence.map((text) => make("li", {}, text))));
  if (cell.words.length > 0) parts.push(make("h3", {}, t.saying), make("ul", { lang: "en" }, ...cell.words.map((place) => make("li", {}, lineOf(cell, place).text))));
  $("told").replaceChildren(...parts);
}

function lineOf(cell, place) {
  const line = data.lines[place];
  return { who: line[0], text: line.slice(1).replaceAll("\u00a7", cell.site) };
}

function wire(t, title, cell, places) {
  const items = places.map((place) => {
    const { who, text } = lineOf(cell, place);
    return make("li", { class: who }, make("span", text.includes(cell.token) ? { class: "secret" } : {}, who === "n" ? note(t, text) : text));
  });
  return make("section", {}, make("h3", {}, title), make("ol", { class: "wire" }, ...items));
}

function note(t, text) {
  const [code, first, second] = text.split(" ");
  return filled(t.notes[code] ?? text, { 1: first, 2: second });
}

$("language").onclick = () => {
  const all = Object.keys(data.texts);
  language = all[(all.indexOf(language) + 1) % all.length];
  draw();
};
$("theme").onclick = () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
};
/* A link to a cell opens it. */
const [wanted, ...place] = location.hash.slice(1).split("/").map(decodeURIComponent);
const linked = data.cells.find((cell) => cell.sender === wanted && cell.receiver === place[0] && cell.attack === place[1]);
if (linked) sender = linked.sender;
draw();
if (linked) show(linked);
`;
