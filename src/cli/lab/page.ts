/** `surehop lab --html`: one page that needs nothing else. The matrix, each cell's story, both languages, light and dark. */
import { isMismatch, sealNotes, siteName, type Cell, type TranscriptLine } from "../../lab/index.ts";
import { chooseAttack, outcomes, type AttackId } from "../../threats/index.ts";
import { createWords, languages, type Language, type Words } from "../../words/index.ts";
import { attacksIn } from "./grid.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import {
  asideTexts,
  attackMeaning,
  attackName,
  outcomeMeaning,
  outcomeName,
  ownMeaning,
  ownMeanings,
  receiverName,
  senderName,
  standsOf,
  stoppedBy,
} from "./telling.ts";

/** `language`: the one that it opens in. */
export function pageOf(cells: readonly Cell[], language: Language): string {
  const lines = new LineTable();
  const packed = cells.map((cell) => pack(cell, lines));
  const texts = Object.fromEntries(languages.map((one) => [one, textsOf(createWords(one), cells)]));
  const words = createWords(language);
  return [
    "<!doctype html>",
    `<html lang="${language}">`,
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(words.say("lab-page-title"))}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    "<header><h1></h1><nav><button id=language></button><button id=theme></button></nav><p id=intro></p></header>",
    "<main><div id=senders role=tablist></div><p id=legend></p><div id=frame><table id=matrix></table></div><p id=made></p></main>",
    "<dialog id=story aria-labelledby=story-title><form method=dialog><button id=close></button></form><div id=told></div></dialog>",
    `<script type="application/json" id="data">${embedded({ language, lines: lines.all, attacks: attacksIn(cells), cells: packed, texts })}</script>`,
    `<script>${pageScript}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** Transcripts repeat themselves: each line stands once. */
class LineTable {
  readonly all: string[] = [];
  readonly #places = new Map<string, number>();

  place({ who, text }: TranscriptLine): number {
    const key = `${who[0] ?? ""}${text}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.all.length);
    this.all.push(key);
    return this.all.length - 1;
  }
}

function pack({ sender, receiver, attack, predicted, observed, evidence, ms }: Cell, lines: LineTable) {
  const { transcript, control, words, bystander: _, noticed: __, author: ___, shown: ____, ...rest } = evidence;
  const asides = languages.map((one) => [one, asideTexts(createWords(one), { evidence })] as const);
  // The domain is named after the cell: without its name the lines of many cells are the same.
  const site = siteName(receiver, attack);
  const own = ownMeaning({ observed, evidence });
  const place = ({ who, text }: TranscriptLine): number => lines.place({ who, text: text.replaceAll(site, siteMark) });
  return {
    sender,
    receiver,
    attack,
    predicted,
    observed,
    ms,
    wrong: isMismatch({ sender, receiver, attack, predicted, observed, evidence, ms }),
    ...rest,
    ...(own === undefined ? {} : { means: own }),
    marks: marksOf(evidence),
    ...(evidence.bystander === undefined ? {} : { asides: Object.fromEntries(asides) }),
    site,
    words: words.slice(0, wordsMax).map((text) => place({ who: "note", text })),
    now: transcript.map(place),
    ...(control === undefined ? {} : { before: control.transcript.map(place), calm: control.observed }),
  };
}

/** Of the author and of the recipient, as notes. */
function marksOf({ author, shown }: Cell["evidence"]): readonly string[] {
  return [
    ...(author === undefined ? [] : ["key" in author ? `sealed-${author.key}` : `kept-${author.kept}`]),
    ...(shown?.observed === undefined ? [] : [`shown-${shown.observed}`]),
  ];
}

/** Stands for the cell's own domain in a line; the page puts it back. */
const siteMark = "\u00a7";
/** Of each cell's account: attempts repeat themselves. */
const wordsMax = 24;

function textsOf(words: Words, cells: readonly Cell[]) {
  const named = (pick: (cell: Cell) => string, name: (id: string) => unknown): Record<string, unknown> =>
    Object.fromEntries([...new Set(cells.map(pick))].map((id) => [id, name(id)]));
  return {
    senders: named(
      ({ sender }) => sender,
      (id) => senderName(words, id),
    ),
    receivers: named(
      ({ receiver }) => receiver,
      (id) => receiverName(words, id),
    ),
    attacks: named(
      ({ attack }) => attack,
      (name) => attackTexts(words, name),
    ),
    outcomes: Object.fromEntries(
      outcomes.map((outcome) => [outcome, [outcomeName(words, outcome), outcomeMeaning(words, outcome)]]),
    ),
    ...pageTexts(words, cells.length),
  };
}

function attackTexts(words: Words, name: string) {
  const id = name.split(":")[0] as AttackId;
  const told = { name: attackName(words, name) };
  if (name === "none") return told;
  const done = chooseAttack(name)?.wrapped?.attack.id ?? id;
  return {
    ...told,
    what: attackMeaning(words, id),
    stands: words.say("lab-show-stands", { where: standsOf(words, done) }),
    stops: words.say("lab-show-stopped", { what: stoppedBy(words, done) }),
  };
}

/** With `{…}` in the place of what the page fills in. */
function pageTexts(words: Words, cells: number) {
  return {
    title: words.say("lab-page-title"),
    intro: words.say("lab-page-intro"),
    legend: words.say("lab-legend"),
    language: words.say("lab-page-language"),
    theme: words.say("lab-page-theme"),
    close: words.say("lab-page-close"),
    sender: words.say("lab-page-sender"),
    receiver: words.say("lab-page-receiver"),
    attack: words.say("lab-page-attack"),
    predicted: words.say("lab-page-predicted"),
    observed: words.say("lab-page-observed"),
    evidence: words.say("lab-page-evidence"),
    saying: words.say("lab-page-words"),
    honest: words.say("lab-show-honest"),
    attacked: words.say("lab-show-attacked"),
    control: words.say("lab-show-control", { outcome: "{outcome}" }),
    wrong: words.say("lab-page-wrong"),
    token: words.say("lab-page-token", { token: "{token}" }),
    seen: {
      nowhere: words.say("lab-page-seen-nowhere"),
      "in-clear": words.say("lab-page-seen-in-clear"),
      "inside-attackers-tls": words.say("lab-page-seen-inside-attackers-tls"),
      "at-hop": words.say("lab-page-seen-at-hop"),
    },
    sealedCopies: words.say("lab-page-sealed-copies", { copies: "{copies}" }),
    copies: words.say("lab-page-copies", { copies: "{copies}" }),
    attacker: words.say("lab-page-attacker", { connections: "{connections}", strikes: "{strikes}" }),
    slipped: words.say("lab-page-slipped", { count: "{count}" }),
    means: Object.fromEntries(ownMeanings.map((one) => [one, words.say(`lab-outcome-${one}-means`)])),
    hop: words.say("lab-page-hop", { hop: "{hop}", messages: "{messages}", legally: "{legally}", sent: "{sent}" }),
    hops: {
      surehop: words.say("lab-hop-surehop"),
      postfix: words.say("lab-hop-postfix"),
      receiver: words.say("lab-hop-receiver"),
    },
    made: words.say("lab-page-made", { cells }),
    client: words.say("lab-who-client"),
    server: words.say("lab-who-server"),
    notes: {
      connection: words.say("lab-note-connection", { number: "{1}" }),
      same: words.say("lab-note-same", { from: "{1}", to: "{2}" }),
      "client-hello": words.say("lab-note-client-hello"),
      "server-hello": words.say("lab-note-server-hello"),
      encrypted: words.say("lab-note-encrypted", { sent: "{1}", received: "{2}" }),
      nothing: words.say("lab-note-nothing"),
      reset: words.say("lab-note-reset"),
      refused: words.say("lab-note-refused"),
      ...Object.fromEntries(sealNotes.map((code) => [code, words.say(`lab-note-${code}`)])),
    },
  };
}

/** JSON that cannot end the script that it stands in. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
