/** What the DNS said and what is wrong with those who asked it, told to people. */
import { reasonCodes, type AnchorFault, type DnsFinding, type StatusReason } from "../dns/index.ts";
import { safeName } from "./safe.ts";
import type { Words } from "./words.ts";

/** What a look at the resolvers found, and what to do about it: one or two sentences. */
export function tellDnsFinding(words: Words, { code, resolvers, seconds = 0, detail = "" }: DnsFinding): string {
  return words.say(`dns-finding-${code}`, {
    resolvers: words.list(resolvers.map(safeName)),
    duration: durationText(words, seconds),
    detail: safeName(detail),
  });
}

/** Why an answer has the status that it has. */
export function tellDnsReason(words: Words, { code, text }: StatusReason): string {
  return reasonCodes.some((known) => known === code) ? words.say(`dns-reason-${code}`) : safeName(text);
}

/** What is wrong with a text of trust anchors. */
export function tellAnchorFault(words: Words, { line, code }: AnchorFault): string {
  const what = words.say(`dns-anchor-${code}`);
  return line === 0 ? what : words.say("dns-anchor-fault", { line, what });
}

/** Rounded down to the largest unit that it has one of. */
function durationText({ language }: Words, seconds: number): string {
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? (["second", 1] as const);
  const style = { style: "unit", unit, unitDisplay: "long" } as const;
  return new Intl.NumberFormat(language, style).format(Math.floor(seconds / length));
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;
