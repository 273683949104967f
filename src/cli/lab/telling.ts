/** The lab's names and notes in words: put together here from the catalogue's ids. */
import { dressNames, type Cell, type Failure, type TranscriptLine } from "../../lab/index.ts";
import {
  catalogue,
  chooseAttack,
  isExposed,
  type Aim,
  type AttackId,
  type Bystander,
  type Outcome,
  type ReceiverId,
  type ShownAs,
} from "../../threats/index.ts";
import { createWords, languages, type Words } from "../../words/index.ts";
import { printable } from "../terminal.ts";

/** `strip-ehlo:helo` is called as `strip-ehlo` is, with its own way behind; an aimed attack as what it wraps, and its aim. */
export function attackName(words: Words, name: string): string {
  if (name === "none") return words.say("lab-none");
  const [id = "", variant] = name.split(":");
  const { wrapped, effect } = (variant === undefined ? undefined : chooseAttack(name)) ?? {};
  if (wrapped !== undefined && effect?.aim !== undefined) {
    return words.say("lab-aimed", { attack: attackName(words, wrapped.name), aim: aimText(words, effect.aim) });
  }
  const told = words.say(`lab-attack-${id}`);
  return variant === undefined ? told : words.say("lab-done-so", { attack: told, way: wayOf(words, id, variant) });
}

/** How it is done. A false end of a message is called by what it consists of. */
function wayOf(words: Words, id: string, variant: string): string {
  if (id === "smuggle" || chooseAttack(`${id}:${variant}`) === undefined) return variant;
  const isForged = (dressNames as readonly string[]).includes(variant) && dnsForgeries.includes(id);
  return isForged ? words.say(`lab-way-forged-${variant}`) : words.say(`lab-way-${id}-${variant}`);
}

/** Attacks that consist in a forged answer of the DNS. */
const dnsForgeries: readonly string[] = ["spoof-mx", "spoof-address", "redirect-sealed", "forged-key"];

function aimText(words: Words, aim: Aim): string {
  switch (aim.kind) {
    case "domain":
    case "sender":
    case "recipient":
      return words.say(`lab-aim-${aim.kind}`);
    case "connection":
    case "connections-from":
      return words.say(`lab-aim-${aim.kind}`, { number: aim.number });
    case "minutes":
      if (aim.until === undefined) return words.say("lab-aim-from", { from: aim.from });
      if (aim.from === 0) return words.say("lab-aim-until", { until: aim.until });
      return words.say("lab-aim-window", { from: aim.from, until: aim.until });
  }
}

export function attackMeaning(words: Words, id: AttackId): string {
  return words.say(`lab-attack-${id}-what`);
}

export function standsOf(words: Words, id: AttackId): string {
  return words.list(catalogue[id].stands.map((stand) => words.say(`lab-stand-${stand}`)));
}

export function stoppedBy(words: Words, id: AttackId): string {
  return words.list(catalogue[id].stoppedBy.map((defence) => words.say(`lab-defence-${defence}`)));
}

const faults = ["self-signed", "expired", "wrong-name", "missing-intermediate", "stale", "missing"] as const;

export function receiverName(words: Words, id: string): string {
  const fault = faults.find((one) => id.endsWith(`-${one}`));
  const base = fault === undefined ? id : id.slice(0, -fault.length - 1);
  const receiver = words.say(`lab-receiver-${base.replace("+", "-and-")}`);
  return fault === undefined ? receiver : words.say(`lab-fault-${fault}`, { receiver });
}

export function senderName(words: Words, id: string): string {
  return words.say(`lab-sender-${id}`);
}

/** For programs: what something is called, in each language. */
export function inEveryLanguage(name: (words: Words) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(languages.map((language) => [language, name(createWords(language))]));
}

export function outcomeName(words: Words, outcome: Outcome): string {
  return words.say(`lab-outcome-${outcome}`);
}

export function outcomeMeaning(words: Words, outcome: Outcome): string {
  return words.say(`lab-outcome-${outcome}-means`);
}

/** What a recipient is shown. */
export function shownName(words: Words, shown: ShownAs | undefined): string {
  return words.say(`lab-shown-${shown ?? "nothing-came"}`);
}

/** What the lab could not do, and why; what has the same reason in many cells is said once. */
export function failureTexts(words: Words, failures: readonly Failure[]): readonly string[] {
  const texts = failures.map((failure) => {
    const { sender, receiver, attack, why } = failure;
    switch (why.code) {
      case "no-end":
        return words.say("lab-failed-no-end", { sender, receiver, attack, seconds: why.seconds });
      case "fault": {
        const isAlike = (one: Failure): boolean => one.why.code === "fault" && one.why.said === why.said;
        const cells = failures.filter((one) => one.sender === sender && isAlike(one)).length;
        return words.say("lab-failed-fault", { sender, cells, said: printable(why.said.slice(-saidMaxChars)) });
      }
    }
  });
  return [...new Set(texts)];
}

/** Of what a program has said: the end, where the reason usually is. */
const saidMaxChars = 400;

/** What a cell comes to where its outcome does not say it all: of what was slipped in, the secret was never the point; of what is sealed, more is to be told. */
export const ownMeanings = [
  "slipped",
  "at-hop",
  "at-hop-altered",
  "false-key",
  "spoiled",
  "sealed-copy",
  "kept",
] as const;

export type OwnMeaning = (typeof ownMeanings)[number];

/** Undefined: the outcome says it. */
export function ownMeaning({ observed, evidence }: Pick<Cell, "observed" | "evidence">): OwnMeaning | undefined {
  const { slippedIn = 0, seen, author, shown, attacker } = evidence;
  if (slippedIn > 0) return "slipped";
  if (seen === "at-hop") {
    if (author !== undefined) return "false-key";
    return shown?.observed === "altered" ? "at-hop-altered" : "at-hop";
  }
  if (observed === "held") return author !== undefined && "kept" in author ? "kept" : undefined;
  if (observed !== "delivered" || author === undefined) return undefined;
  if (shown?.observed === "refused") return "spoiled";
  return (attacker.sealedCopies ?? 0) > 0 ? "sealed-copy" : undefined;
}

/** As `outcomeMeaning`, with what is the cell's own. */
export function cellMeaning(words: Words, cell: Cell): string {
  const own = ownMeaning(cell);
  return own === undefined ? outcomeMeaning(words, cell.observed) : words.say(`lab-outcome-${own}-means`);
}

/** What each hop has counted; empty where nothing was to be counted. */
export function hopTexts(words: Words, { hops }: Cell["evidence"]): readonly string[] {
  return (hops?.counted ?? []).map(({ hop, messages, legally }) =>
    words.say("lab-page-hop", { hop: words.say(`lab-hop-${hop}`), messages, legally, sent: hops?.sent ?? 0 }),
  );
}

/** A note of a transcript, or the line itself. */
export function transcriptText(words: Words, { who, text }: TranscriptLine): string {
  if (who !== "note") return text;
  const [code = "", first = "", second = ""] = text.split(" ");
  switch (code) {
    case "connection":
      return words.say("lab-note-connection", { number: first });
    case "same":
      return words.say("lab-note-same", { from: first, to: second });
    case "encrypted":
      return words.say("lab-note-encrypted", { sent: first, received: second });
    default:
      return words.say(`lab-note-${code}`);
  }
}

/** Of mail that an aimed attack was not for. */
export function bystanderText(words: Words, who: Bystander, outcome: string): string {
  return words.say(`lab-bystander-${who}`, { outcome });
}

/** What an aimed attack was not for, and who has noticed: a sentence each. */
export function asideTexts(words: Words, { evidence }: Pick<Cell, "evidence">): readonly string[] {
  const { bystander, noticed } = evidence;
  return [
    ...(bystander === undefined ? [] : [bystanderText(words, bystander.who, outcomeName(words, bystander.observed))]),
    ...(bystander !== undefined && isExposed(bystander.observed) ? [words.say("lab-bystander-handed-on")] : []),
    ...(noticed === undefined ? [] : [reportText(words, noticed.reported)]),
    ...(noticed?.isSuspected === true ? [words.say("lab-noticed-suspected")] : []),
  ];
}

function reportText(
  words: Words,
  { successes, failures }: NonNullable<Cell["evidence"]["noticed"]>["reported"],
): string {
  const kinds = Object.entries(failures).map(([result, count]) => `${count} × ${result}`);
  if (kinds.length === 0) return words.say("lab-noticed-nothing", { successes });
  return words.say("lab-noticed", { successes, failures: words.list(kinds) });
}

export type { ReceiverId };
