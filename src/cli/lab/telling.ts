/** The lab's names and notes in words: put together here from the catalogue's ids. */
import type { Cell, Failure, TranscriptLine } from "../../lab/index.ts";
import { catalogue, type AttackId, type Outcome, type ReceiverId } from "../../threats/index.ts";
import { createWords, languages, type Words } from "../../words/index.ts";
import { printable } from "../terminal.ts";

/** `strip-ehlo:helo` is called as `strip-ehlo` is, with its own way behind. */
export function attackName(words: Words, name: string): string {
  if (name === "none") return words.say("lab-none");
  const [id = "", variant] = name.split(":");
  const told = words.say(`lab-attack-${id}`);
  return variant === undefined ? told : `${told} (${variant})`;
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

export function evidenceTexts(words: Words, { evidence }: Pick<Cell, "evidence">): readonly string[] {
  const { token, seen, honest, attacker, bystander, slippedIn } = evidence;
  return [
    words.say("lab-page-token", { token }),
    words.say(`lab-page-seen-${seen}`),
    words.say("lab-page-copies", { copies: honest.copies }),
    words.say("lab-page-attacker", { connections: attacker.connections, strikes: attacker.strikes }),
    ...(bystander === undefined ? [] : [words.say("lab-page-bystander", { outcome: outcomeName(words, bystander) })]),
    ...(slippedIn === undefined ? [] : [words.say("lab-page-slipped", { count: slippedIn })]),
  ];
}

export type { ReceiverId };
