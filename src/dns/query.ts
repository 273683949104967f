/** A question as a message, and whether a message that came is an answer to it (RFC 5452 §9). */
import { limits, type Random } from "../base/index.ts";
import { dnsLimits } from "./limits.ts";
import type { DnsFailure } from "./types.ts";
import { decodeMessage, encodeMessage, messageId, rcodes, type Edns, type Message, type Question } from "./wire.ts";

/**
 * `verdict`: the upstream's own judgement, as its AD bit (RFC 6840 §5.7). `signatures`: what it takes to judge for oneself, unjudged:
 * DO and CD set (RFC 4035 §3.2.1, §3.2.2).
 */
export type Wants = "verdict" | "signatures";

export interface Query {
  readonly id: number;
  readonly question: Question;
  readonly bytes: Uint8Array;
}

export interface QueryForm {
  readonly wants: Wants;
  readonly edns: boolean;
  /** Padded, so that its length tells little (RFC 7830); needs EDNS. */
  readonly padded: boolean;
}

export type Exchanged =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "failure"; readonly failure: DnsFailure; readonly detail: string };

export type Heard =
  | { readonly kind: "message"; readonly message: Message }
  /** From the upstream, as far as one can see, but truncated or not to be read. */
  | { readonly kind: "unusable" }
  /** Not an answer to this question. */
  | { readonly kind: "other" };

export function makeQuery(random: Random, question: Question, { wants, edns, padded }: QueryForm): Query {
  const id = randomId(random);
  const dnssecOk = wants === "signatures";
  const message: Message = {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: wants === "verdict",
    checkingDisabled: wants === "signatures",
    rcode: 0,
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns ? { edns: { ...ednsPlain, dnssecOk } } : {}),
  };
  const bytes = encodeMessage(message);
  if (!edns || !padded) return { id, question, bytes };
  return { id, question, bytes: encodeMessage({ ...message, edns: { ...paddedFrom(bytes.length), dnssecOk } }) };
}

export function randomId(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return (high << 8) | low;
}

/** The same question under another id. */
export function withId({ question, bytes }: Query, id: number): Query {
  const copy = Uint8Array.from(bytes);
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return { id, question, bytes: copy };
}

export function hear(payload: Uint8Array, query: Query): Heard {
  if (messageId(payload) !== query.id) return { kind: "other" };
  // A truncated message may end within a record: nothing of it is read (RFC 2181 §9).
  if (isTruncatedAnswer(payload)) return { kind: "unusable" };
  const decoded = decodeMessage(payload);
  if (!decoded.ok) return { kind: "unusable" };
  if (!answers(decoded.value, query.question)) return { kind: "other" };
  return { kind: "message", message: decoded.value };
}

export function failed(failure: DnsFailure, detail: string): Exchanged & { readonly kind: "failure" } {
  return { kind: "failure", failure, detail };
}

export const closed = failed("network", "the resolver was closed");

const ednsPlain = { udpPayload: limits.dnsUdpPayloadMaxBytes, version: 0, options: [] } as const;
const paddingOption = 12;
const optionHeadBytes = 4;

/** `bytes`: the message's length without padding. */
function paddedFrom(bytes: number): Omit<Edns, "dnssecOk"> {
  const block = dnsLimits.paddingBlockBytes;
  const lacking = (block - ((bytes + optionHeadBytes) % block)) % block;
  return { ...ednsPlain, options: [{ code: paddingOption, data: new Uint8Array(lacking) }] };
}

function isTruncatedAnswer(payload: Uint8Array): boolean {
  return ((payload[2] ?? 0) & 0x82) === 0x82;
}

/** A server that could not read the question may leave it out of its FORMERR. */
function answers(message: Message, question: Question): boolean {
  if (!message.response || message.opcode !== 0) return false;
  const [echo] = message.questions;
  if (echo === undefined) return message.rcode === rcodes.formerr;
  if (message.questions.length !== 1) return false;
  return echo.name === question.name && echo.type === question.type && echo.class === question.class;
}
