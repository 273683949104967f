/** Records, steps and findings told to people. */
import { unreachable } from "../base/index.ts";
import type { Words } from "../words/index.ts";
import { snippetText, type Snippet } from "./snippets/index.ts";
import { tlsaText } from "./tlsa.ts";
import type { RollStep, SwitchRefusal } from "./rollover.ts";
import type { Finding, KeyFact, PublishStep, RecordPurpose, ZoneRecord } from "./types.ts";

/** As a zone file has it, each kind of record below a comment that says what it is for (RFC 1035 §5.1). */
export function zoneText(words: Words, records: readonly ZoneRecord[]): string {
  const lines: string[] = [];
  let before: RecordPurpose | undefined;
  for (const record of records) {
    if (record.purpose !== before) {
      if (before !== undefined) lines.push("");
      lines.push(`; ${words.say(`publish-for-${record.purpose}`)}`);
    }
    before = record.purpose;
    lines.push(recordLine(record));
  }
  return lines.join("\n");
}

export function recordLine({ name, ttl, type, data }: ZoneRecord): string {
  return `${name} ${ttl} IN ${type} ${data}`;
}

export function tellPublishStep(words: Words, step: PublishStep): string {
  const { code, ...args } = step;
  const duration = "seconds" in step ? durationText(words, step.seconds) : "";
  return words.say(`publish-step-${code}`, { ...args, duration });
}

export interface ToldFinding {
  readonly what: string;
  readonly fix: string;
}

export function tellFinding(words: Words, { code, name, args }: Finding): ToldFinding {
  // A sentence may end behind it.
  const about = { name: name.replace(/(?<=.)\.$/, ""), ...args };
  const told = Object.fromEntries(Object.entries(about).map(([key, text]) => [key, plain(text)]));
  const kind = told["kind"]?.toUpperCase() ?? "";
  const given = { ...told, kind };
  return { what: words.say(`publish-finding-${code}`, given), fix: words.say(`publish-fix-${code}`, given) };
}

/** Where the roll-over of one host stands, and what to do. */
export function tellRollStep(words: Words, host: string, step: RollStep): string {
  switch (step.code) {
    case "unknown":
      return words.say(`publish-roll-unknown-${step.why}`, { host, detail: plain(step.detail) });
    case "publish-current":
    case "publish-next":
      return words.say(`publish-roll-${step.code}`, { host, keys: keyList(words, step.keys) });
    case "make-next":
    case "settled":
      return words.say(`publish-roll-${step.code}`, { host });
    case "wait-to-switch":
      return words.say("publish-roll-wait-to-switch", { host, until: words.time(step.until) });
    case "switch":
      return words.say("publish-roll-switch", { host, since: words.time(step.since) });
    case "wait-to-remove":
      return words.say("publish-roll-wait-to-remove", { host, until: words.time(step.until) });
    case "remove-old":
      return words.say("publish-roll-remove-old", { host, records: words.list(step.records.map(tlsaText)) });
    default:
      return unreachable(step);
  }
}

export function tellRefusal(words: Words, host: string, refusal: SwitchRefusal): string {
  switch (refusal.code) {
    case "unknown":
      return words.say(`publish-roll-unknown-${refusal.why}`, { host, detail: plain(refusal.detail) });
    case "not-published":
      return words.say("publish-refused-not-published", { host, keys: keyList(words, [refusal.key]) });
    case "too-soon":
      return words.say("publish-refused-too-soon", {
        host,
        keys: keyList(words, [refusal.key]),
        seen: words.time(refusal.seenAt),
        allowed: words.time(refusal.allowedAt),
      });
    default:
      return unreachable(refusal);
  }
}

export function tellSnippet(words: Words, snippet: Snippet): string {
  return snippetText(snippet, (note) => words.say(`publish-note-${note}`));
}

/** A key by the beginning of its digest, which its record shows too. */
function keyList(words: Words, keys: readonly KeyFact[]): string {
  return words.list(keys.map(({ kind, sha256 }) => `${kind.toUpperCase()} ${sha256.slice(0, digestShownChars)}…`));
}

const digestShownChars = 16;

/** In the largest unit that measures it whole. */
function durationText({ language }: Words, seconds: number): string {
  const [unit, length] =
    units.find(([, length]) => seconds >= length && seconds % length === 0) ?? (["second", 1] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(seconds / length);
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** What strangers wrote: no character of theirs drives a terminal or ends a comment. The policy's own lines stay lines. */
function plain(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}
