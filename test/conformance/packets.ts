/** Between the records of a replay and the messages that Surehop reads: through bytes, so that the decoder has its part too. */
import {
  canonicalRdata,
  codeOf,
  decodeMessage,
  type Message,
  type ResourceRecord,
  type WireFault,
} from "../../src/dns/index.ts";
import type { Result } from "../../src/base/index.ts";
import type { RecursiveReply } from "./recursor.ts";
import { nameBytes, type RawQuestion, type RawRecord } from "./zonetext.ts";

/** The answer as Surehop would read it off the wire; a record that does not fit its type may make it unreadable. */
export function decoded(question: RawQuestion, reply: RecursiveReply): Result<Message, WireFault> {
  return decodeMessage(encoded(question, reply));
}

/** QR, RD, RA and CD are set; nothing is compressed. */
function encoded(question: RawQuestion, reply: RecursiveReply): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8190 | (reply.rcode & 0xf), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(reply.answer.length, 6);
  header.writeUInt16BE(reply.authority.length, 8);
  const asked = Buffer.concat([nameBytes(question.name), pair(question.type, question.class)]);
  return Buffer.concat([header, asked, ...[...reply.answer, ...reply.authority].map(encodedRecord)]);
}

function encodedRecord(record: RawRecord): Uint8Array {
  const rest = Buffer.alloc(6);
  rest.writeUInt32BE(record.ttlSeconds, 0);
  rest.writeUInt16BE(record.rdata.length, 4);
  return Buffer.concat([nameBytes(record.owner), pair(record.type, record.class), rest, record.rdata]);
}

function pair(first: number, second: number): Uint8Array {
  return Uint8Array.of(first >> 8, first & 0xff, second >> 8, second & 0xff);
}

export function rawRecord({ name, ttlSeconds, data }: ResourceRecord): RawRecord {
  return { owner: name, type: codeOf(data), class: 1, ttlSeconds, rdata: canonicalRdata(data) };
}
