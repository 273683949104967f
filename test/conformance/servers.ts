/** The simulated name servers: which entry of a replay answers a question, at an address and a step. */
import { isWithin } from "../../src/dns/index.ts";
import type { Entry, Range, Sections } from "./replay.ts";
import type { RawQuestion } from "./zonetext.ts";

export interface Query {
  readonly question: RawQuestion;
  readonly transport: "UDP" | "TCP";
  /** Whether it carries EDNS, and with it DO. */
  readonly edns: boolean;
}

export interface ServerReply {
  readonly question: RawQuestion | undefined;
  readonly flags: ReadonlySet<string>;
  readonly rcode: number;
  readonly sections: Sections;
}

/** The first entry that matches, in the order of the file; undefined: the server is silent. */
export function replyOf(
  ranges: readonly Range[],
  step: number,
  address: string,
  query: Query,
): ServerReply | undefined {
  for (const range of ranges) {
    if (step < range.from || step > range.to) continue;
    if (range.addresses.length > 0 && !range.addresses.includes(address)) continue;
    const entry = range.entries.find((entry) => matches(entry, query));
    if (entry !== undefined) return replyFrom(entry, query);
  }
  return undefined;
}

export function replyFrom(entry: Entry, query: Query): ServerReply {
  const question = entry.adjust.includes("copy_query") ? query.question : entry.question;
  return { question, flags: entry.flags, rcode: entry.rcode, sections: entry.sections };
}

export function matches(entry: Entry, query: Query): boolean {
  return entry.match.every((rule) => matchesRule(rule, entry, query));
}

/** What an entry can demand of a question; the header bits of `all` cannot be demanded of somebody else's resolver. */
function matchesRule(rule: string, { question, opcode }: Entry, query: Query): boolean {
  const asked = query.question;
  const sameName = question?.name === asked.name;
  const sameType = question?.type === asked.type;
  switch (rule) {
    case "opcode":
      return opcode === 0;
    case "qname":
      return sameName;
    case "qtype":
      return sameType;
    case "qclass":
      return question?.class === asked.class;
    case "subdomain":
      return question !== undefined && isWithin(asked.name, question.name);
    case "question":
    case "all":
      return sameName && sameType && question?.class === asked.class;
    case "UDP":
    case "TCP":
      return query.transport === rule;
    case "DO":
      return query.edns;
    case "noedns":
      return !query.edns;
    case "all_noedns":
      return !query.edns && sameName && sameType;
    case "rcode":
    case "answer":
    case "ttl":
      return true;
    default:
      return false;
  }
}
