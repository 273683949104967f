/** The lab's names and notes in words: put together here from the catalogue's ids. */
import type { Cell, Failure, TranscriptLine } from "../../lab/index.ts";
import {
  catalogue,
  chooseAttack,
  isExposed,
  type Aim,
  type AttackId,
  type Bystander,
  type Outcome,
  type ReceiverId,
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
  return variant === undefined ? told : `${told} (${variant})`;
}

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

/** As `outcomeMeaning`; of what was slipped in, the secret was never the point. */
export function cellMeaning(words: Words, { observed, evidence: { slippedIn } }: Cell): string {
  return (slippedIn ?? 0) > 0 ? words.say("lab-outcome-slipped-means") : outcomeMeaning(words, observed);
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
