/**
 * Compares what a client of ours would hear with what a replay expects its client to hear.
 *
 * Compared are the rcode (a failure is SERVFAIL), the AD flag (secure, if the client asked for it by DO or AD: RFC 6840 §5.7), and the
 * records of the answer: the aliases with where they lead, and the data at their end; under `ttl` their time to live too.
 * Not compared are signatures, the authority and the additional section, and flags other than AD: those are a name server's
 * manners, and a validator does not hand them on. A different Extended DNS Error is told, but is no failure: RFC 8914 §2 leaves the
 * choice to each resolver.
 */
import type { Validated } from "../../src/dns/index.ts";
import { canonicalData, sameBytes, typeOf } from "./canonical.ts";
import { rawRecord } from "./packets.ts";
import { reachAlong } from "./reading.ts";
import type { RecursiveReply } from "./recursor.ts";
import { rcodeWord, typeWord } from "./registry.ts";
import type { Entry } from "./replay.ts";
import type { RawQuestion, RawRecord } from "./zonetext.ts";

/** What a name server over our validator would say. */
export interface Heard {
  readonly rcode: number;
  readonly authentic: boolean;
  /** Aliases and data, without signatures. */
  readonly answer: readonly RawRecord[];
  /** Why it is so: the validator's code, and a sentence for people. */
  readonly code: string;
  readonly because: string;
  /** Seconds; absent if nothing says. */
  readonly ttlSeconds?: number;
  /** RFC 8914. */
  readonly ede?: number;
}

export interface Verdict {
  /** Empty if all is as expected. */
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

const servfail = 2;

/** The aliases come from the upstream's answer, but only where the validator says that it has passed along them. */
export function heardOver(upstream: RecursiveReply, validated: Validated, question: RawQuestion, asked: Entry): Heard {
  const { status, kind, reason } = validated;
  const why = { code: reason.code, because: `${status}: ${reason.code}: ${reason.text}` };
  const ede = reason.ede === undefined ? {} : { ede: reason.ede };
  if (status === "bogus" || status === "indeterminate" || kind === "failure")
    return { rcode: servfail, authentic: false, answer: [], ...why, ...ede };
  const passed = new Set(validated.aliases);
  const aliases = reachAlong(question.name, question.type, upstream.answer).records.filter(
    ({ owner, type }) =>
      (type === typeOf.CNAME && passed.has(owner)) || (type === typeOf.DNAME && owner !== validated.owner),
  );
  return {
    // A name with others below it exists, although a server said NXDOMAIN (RFC 8020 §2).
    rcode: kind === "nodata" ? 0 : validated.rcode,
    authentic: status === "secure" && (asked.flags.has("DO") || asked.flags.has("AD")),
    answer: [...aliases, ...validated.records.map(rawRecord)].filter(isCompared(question)),
    ...why,
    ttlSeconds: validated.ttlSeconds,
    ...ede,
  };
}

/** With checking disabled nothing is judged: the upstream's answer is handed on (RFC 4035 §3.2.2). */
export function heardUnchecked(upstream: RecursiveReply, question: RawQuestion): Heard {
  const answer = upstream.answer.filter(isCompared(question));
  return { rcode: upstream.rcode, authentic: false, answer, code: "unchecked", because: "not checked" };
}

export function judge(heard: Heard, expected: Entry, question: RawQuestion): Verdict {
  const all = expected.match.includes("all") || expected.match.includes("all_noedns");
  const wants = (rule: string): boolean => all || expected.match.includes(rule);
  const differences = [
    ...(wants("rcode") ? rcodeDifference(heard, expected) : []),
    ...(all ? flagDifference(heard, expected) : []),
    ...(wants("answer") ? answerDifferences(heard, expected, question) : []),
    ...(expected.match.includes("ttl") ? ttlDifference(heard, expected) : []),
  ];
  const because = differences.length === 0 ? [] : [`the validator says ${heard.because}`];
  return { differences: [...differences, ...because], notes: edeNotes(heard, expected) };
}

function rcodeDifference(heard: Heard, { rcode }: Entry): readonly string[] {
  return heard.rcode === rcode ? [] : [`${rcodeWord(rcode)} expected, not ${rcodeWord(heard.rcode)}`];
}

function flagDifference(heard: Heard, { flags }: Entry): readonly string[] {
  if (heard.authentic === flags.has("AD")) return [];
  return [heard.authentic ? "AD is set and must not be" : "AD is missing"];
}

function answerDifferences(heard: Heard, expected: Entry, question: RawQuestion): readonly string[] {
  const wanted = expected.sections.answer.filter(isCompared(question));
  const missing = wanted.filter((record) => !heard.answer.some((other) => sameRecord(record, other)));
  const extra = heard.answer.filter((record) => !wanted.some((other) => sameRecord(record, other)));
  return [
    ...missing.map((record) => `${told(record)} is missing from the answer`),
    ...extra.map((record) => `${told(record)} is not expected in the answer`),
  ];
}

function ttlDifference(heard: Heard, expected: Entry): readonly string[] {
  if (expected.sections.answer.length === 0 || heard.ttlSeconds === undefined) return [];
  const wanted = Math.min(...expected.sections.answer.map(({ ttlSeconds }) => ttlSeconds));
  return heard.ttlSeconds === wanted ? [] : [`${wanted} seconds to live expected, not ${heard.ttlSeconds}`];
}

function edeNotes(heard: Heard, expected: Entry): readonly string[] {
  const wanted = expected.match.map((rule) => /^ede=(\d+)$/.exec(rule)?.[1]).find((code) => code !== undefined);
  if (wanted === undefined || Number(wanted) === (heard.ede ?? 0)) return [];
  return [`extended error ${heard.ede ?? 0} where unbound says ${wanted}`];
}

/** Signatures count as data only for who asks for them. */
function isCompared(question: RawQuestion): (record: RawRecord) => boolean {
  return (record) => record.type !== typeOf.RRSIG || question.type === typeOf.RRSIG;
}

function sameRecord(a: RawRecord, b: RawRecord): boolean {
  return a.owner === b.owner && a.type === b.type && sameBytes(canonicalData(a), canonicalData(b));
}

function told({ owner, type }: RawRecord): string {
  return `${owner} ${typeWord(type)}`;
}
