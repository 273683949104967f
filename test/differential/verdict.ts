/** What a validator says about a question, in one shape for unbound and for ours. */
import type { DnsStatus } from "../../src/base/index.ts";
import {
  rcodes,
  typeName,
  codeOf,
  type Message,
  type ResourceRecord,
  type Validated,
  type WireName,
} from "../../src/dns/index.ts";
import type { Question } from "./questions.ts";

export interface Verdict {
  readonly status: DnsStatus;
  /** Of an answer that is believed; a failure has none. */
  readonly rcode?: number;
  /** The names passed on the way, the asked one first; empty if none. */
  readonly aliases?: readonly WireName[];
  /** The records at the end of the aliases, in one order. */
  readonly records?: readonly string[];
  /** Of ours, for what is secure. */
  readonly ttlSeconds?: number;
  /** Why, for people. */
  readonly detail: string;
}

export function verdictOfOurs(answer: Validated): Verdict {
  const { status, reason, rcode, aliases, records } = answer;
  const detail = `${reason.code}: ${reason.text}`;
  if (answer.kind === "failure" || status === "bogus" || status === "indeterminate") return { status, detail };
  const proven = status === "secure" ? { ttlSeconds: answer.ttlSeconds } : {};
  return { status, detail, rcode, aliases, records: texts(records), ...proven };
}

/** RFC 4035 §5.3.3: no proven record may be kept for longer than it was signed for. In words if it is; undefined if not. */
export function keptTooLong({ ttlSeconds }: Verdict, plain: Message): string | undefined {
  const signed = new Map<string, number>();
  for (const { name, data } of plain.answers) {
    if (data.type !== "RRSIG") continue;
    const key = `${name} ${data.covered}`;
    signed.set(key, Math.max(signed.get(key) ?? 0, data.originalTtl));
  }
  const ceiling = Math.min(...signed.values());
  return ttlSeconds === undefined || ttlSeconds <= ceiling ? undefined : `TTL ${ttlSeconds}, signed for ${ceiling}`;
}

/** Unbound says secure by AD, bogus by SERVFAIL with an extended error that speaks of DNSSEC (RFC 8914). */
export function verdictOfUnbound(question: Question, message: Message): Verdict {
  const errors = message.edns?.options.filter(({ code }) => code === extendedError) ?? [];
  const codes = errors.map(({ data }) => ((data[0] ?? 0) << 8) | (data[1] ?? 0));
  const detail = errors
    .map(({ data }, at) => `EDE ${codes[at]} ${Buffer.from(data.subarray(2)).toString("latin1")}`)
    .join("; ");
  if (message.rcode === rcodes.servfail) {
    return { status: codes.some((code) => validationErrors.has(code)) ? "bogus" : "indeterminate", detail };
  }
  const followed = question.type !== "CNAME" && question.type !== "ANY";
  const aliases: WireName[] = [];
  let owner = question.name;
  for (let left = followed ? aliasesMax : 0; left > 0; left--) {
    const alias = message.answers.find(({ name, data }) => name === owner && data.type === "CNAME");
    if (alias?.data.type !== "CNAME") break;
    aliases.push(owner);
    owner = alias.data.target;
  }
  const records = message.answers.filter(({ name, data }) => name === owner && isOfType(question.type, data));
  const status = message.authenticData ? "secure" : "insecure";
  return { status, detail, rcode: message.rcode, aliases, records: texts(records) };
}

/** What differs, in words; undefined if nothing does. */
export function difference(one: Verdict, other: Verdict): string | undefined {
  if (one.status !== other.status) return `status ${one.status} / ${other.status}`;
  if (one.rcode !== other.rcode) return `rcode ${one.rcode} / ${other.rcode}`;
  if (String(one.aliases) !== String(other.aliases)) return `aliases ${String(one.aliases)} / ${String(other.aliases)}`;
  if (String(one.records) !== String(other.records)) return `records ${String(one.records)} / ${String(other.records)}`;
  return undefined;
}

/** ANY stands for all types; signatures only go with what they sign. */
function isOfType(type: string, data: ResourceRecord["data"]): boolean {
  return type === "ANY" ? data.type !== "RRSIG" : typeName(codeOf(data)) === type;
}

const aliasesMax = 32;
const extendedError = 15;
/** RFC 8914 §4: those that a validator gives for an answer that failed. */
const validationErrors = new Set([1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);

function texts(records: readonly ResourceRecord[]): readonly string[] {
  const text = ({ data }: ResourceRecord): string =>
    JSON.stringify(data, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    );
  return [...new Set(records.map(text))].toSorted();
}
