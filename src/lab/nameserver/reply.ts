/** From a question's bytes to the bytes that go back: none for silence, several where a forged answer comes first. Pure but for `Faults`. */
import { ip } from "../../base/index.ts";
import {
  classIn,
  decodeMessage,
  encodeMessage,
  parseWireName,
  rcodes,
  rootName,
  type Edns,
  type Message,
  type Question,
  type ResourceRecord,
  type WireName,
} from "../../dns/index.ts";
import type { Recursor } from "../dnssec/index.ts";
import type { FaultKind, Faults } from "./faults.ts";
import type { DnsMeddler } from "./meddler.ts";
import { defaultTtlSeconds, type ZoneData } from "./zones.ts";

export interface ReplyContext {
  readonly zones: ZoneData;
  /** What is known, where zones are signed. */
  readonly signed?: Recursor;
  readonly meddlers: Iterable<DnsMeddler>;
  readonly faults: Faults;
  readonly authenticData: (question: Question) => boolean;
  /** Seconds, in the SOA of every absence. */
  readonly negativeTtlSeconds: number;
}

export interface Reply {
  /** Absent if the bytes were no question. */
  readonly question?: Question;
  readonly packets: readonly Uint8Array[];
  /** The TCP connection is to be closed. */
  readonly hangUp?: true;
}

const silence: Reply = { packets: [] };
/** RFC 1035 §4.2.1: what a client can take that does not say more. */
const plainUdpMaxBytes = 512;
const ednsPayloadBytes = 1232;
const extendedErrorBogus: Edns["options"] = [{ code: 15, data: Uint8Array.of(0, 6) }];

export function replyTo(payload: Uint8Array, over: "udp" | "tcp", context: ReplyContext): Reply {
  const decoded = decodeMessage(payload);
  if (!decoded.ok || decoded.value.response) return silence;
  const query = decoded.value;
  const [question] = query.questions;
  if (query.opcode !== 0) return { packets: [encodeMessage(bare(query, rcodes.notimp))] };
  if (question === undefined || query.questions.length !== 1) {
    return { packets: [encodeMessage(bare(query, rcodes.formerr))] };
  }
  const fault = context.faults.take(question);
  return { question, ...spoiled(query, question, over, context, fault) };
}

function spoiled(
  query: Message,
  question: Question,
  over: "udp" | "tcp",
  context: ReplyContext,
  fault: FaultKind | undefined,
): Reply {
  const truth = (): Uint8Array => fitted(query, told(honest(query, question, context, fault), question, context), over);
  switch (fault) {
    case "timeout":
      return silence;
    case "servfail":
      return { packets: [encodeMessage(bare(query, rcodes.servfail))] };
    case "bogus":
      return { packets: [encodeMessage(withOptions(bare(query, rcodes.servfail), extendedErrorBogus))] };
    case "refused":
      return { packets: [encodeMessage(bare(query, rcodes.refused))] };
    case "notimp":
      return { packets: [encodeMessage(bare(query, rcodes.notimp))] };
    case "truncate":
      return over === "tcp" ? { packets: [truth()] } : { packets: [encodeMessage(cutShort(query))] };
    case "garbage":
      return {
        packets: [Uint8Array.of(query.id >> 8, query.id & 0xff, 0x81, 0x80, ...Buffer.from("not a DNS message"))],
      };
    case "close-tcp":
      return over === "tcp" ? { packets: [], hangUp: true } : { packets: [truth()] };
    case "forged-id":
      return { packets: [encodeMessage(forged(query, question, query.id ^ 1)), truth()] };
    case "forged-question": {
      const other = { ...question, name: nameOf("forged.invalid") };
      return { packets: [encodeMessage(forged(query, other, query.id)), truth()] };
    }
    case "forged-only":
      return {
        packets: Array.from({ length: 8 }, (_, index) =>
          encodeMessage(forged(query, question, query.id ^ (index + 1))),
        ),
      };
    case "referral":
      return {
        packets: [encodeMessage({ ...bare(query, rcodes.noerror), authoritative: false, authorities: [referral] })],
      };
    case "no-edns":
      if (query.edns === undefined) return { packets: [truth()] };
      return { packets: [encodeMessage(plain(query, rcodes.formerr))] };
    case "alias-only":
    case "no-soa":
    case undefined:
      return { packets: [truth()] };
  }
}

function honest(query: Message, question: Question, context: ReplyContext, fault: FaultKind | undefined): Message {
  if (question.class !== classIn) return bare(query, rcodes.refused);
  const wantsProofs = query.edns?.dnssecOk === true;
  const { rcode, answers, authorities } = known(question, context, fault !== "alias-only", wantsProofs);
  return {
    ...bare(query, rcode),
    // RFC 6840 §5.8: said only to those who asked.
    authenticData: (query.authenticData || wantsProofs) && context.authenticData(question),
    answers,
    authorities: fault === "no-soa" ? [] : authorities,
  };
}

/** What is left of the truth behind those who stand in between. */
function told(truth: Message, question: Question, { meddlers }: ReplyContext): Message {
  let message = truth;
  for (const meddle of meddlers) message = meddle(message, question);
  return message;
}

function known(
  { name, type }: Question,
  { signed, zones, negativeTtlSeconds }: ReplyContext,
  followAliases: boolean,
  wantsProofs: boolean,
): Pick<Message, "rcode" | "answers" | "authorities"> {
  if (signed !== undefined) {
    const { rcode, answers, authorities } = signed(name, type, followAliases ? undefined : 1);
    if (wantsProofs) return { rcode, answers, authorities };
    // RFC 4035 §3.2.1: without the DO bit, what was not asked for by its type is left out.
    const plain = ({ data }: ResourceRecord): boolean => data.type === type || !proofTypes.has(data.type);
    return { rcode, answers: answers.filter(plain), authorities: authorities.filter(plain) };
  }
  const { outcome, answers, owner } = zones.lookup(name, type, followAliases);
  return {
    rcode: outcome === "nxdomain" ? rcodes.nxdomain : rcodes.noerror,
    answers,
    authorities: outcome === "records" ? [] : [soa(zones.apexOf(owner), negativeTtlSeconds)],
  };
}

const proofTypes: ReadonlySet<string> = new Set(["RRSIG", "NSEC", "NSEC3"]);

/** RFC 2181 §9, RFC 6891 §6.2.3: over UDP, what the client cannot take is cut off and said to be. */
function fitted(query: Message, reply: Message, over: "udp" | "tcp"): Uint8Array {
  const bytes = encodeMessage(reply);
  const room = Math.min(Math.max(query.edns?.udpPayload ?? 0, plainUdpMaxBytes), ednsPayloadBytes);
  return over === "tcp" || bytes.length <= room ? bytes : encodeMessage(cutShort(query));
}

/** An empty reply, with EDNS if the question has it (RFC 6891 §7; the DO bit comes back, RFC 3225 §3). */
function bare(query: Message, rcode: number): Message {
  const reply = plain(query, rcode);
  if (query.edns === undefined) return reply;
  return {
    ...reply,
    edns: { udpPayload: ednsPayloadBytes, version: 0, dnssecOk: query.edns.dnssecOk, options: [] },
  };
}

function plain(query: Message, rcode: number): Message {
  return {
    id: query.id,
    response: true,
    opcode: query.opcode,
    authoritative: true,
    truncated: false,
    recursionDesired: query.recursionDesired,
    recursionAvailable: true,
    authenticData: false,
    checkingDisabled: query.checkingDisabled,
    rcode,
    questions: query.questions,
    answers: [],
    authorities: [],
    additionals: [],
  };
}

function withOptions(reply: Message, options: Edns["options"]): Message {
  return reply.edns === undefined ? reply : { ...reply, edns: { ...reply.edns, options } };
}

function cutShort(query: Message): Message {
  return { ...bare(query, rcodes.noerror), truncated: true };
}

/** What an attacker would like to be believed: his own host (RFC 5737 addresses). */
function forged(query: Message, question: Question, id: number): Message {
  const head = { name: question.name, ttlSeconds: defaultTtlSeconds };
  const answers: readonly ResourceRecord[] = [
    { ...head, data: { type: "MX", preference: 0, exchange: nameOf("attacker.invalid") } },
    { ...head, data: { type: "A", address: ip("192.0.2.66") } },
    { ...head, data: { type: "AAAA", address: ip("2001:db8::66") } },
    { ...head, data: { type: "TXT", strings: [Buffer.from("forged")] } },
  ];
  return { ...bare(query, rcodes.noerror), id, questions: [question], authenticData: true, answers };
}

function soa(apex: WireName, minimum: number): ResourceRecord {
  const within = apex === rootName ? "" : `.${apex}`;
  return {
    name: apex,
    ttlSeconds: defaultTtlSeconds,
    data: {
      type: "SOA",
      mname: nameOf(`ns${within}`),
      rname: nameOf(`hostmaster${within}`),
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum,
    },
  };
}

function nameOf(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name: ${JSON.stringify(text)}`);
  return parsed.value;
}

const referral: ResourceRecord = {
  name: nameOf("test"),
  ttlSeconds: defaultTtlSeconds,
  data: { type: "NS", target: nameOf("ns.elsewhere.test") },
};
