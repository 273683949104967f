import * as packet from "dns-packet";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ip } from "../base/index.ts";
import { name, reply } from "./message.cases.ts";
import { labelText } from "./name.ts";
import { readAnswer, type Kind } from "./reading.ts";
import {
  decodeMessage,
  encodeMessage,
  isEncodable,
  parseWireName,
  type Message,
  type RecordData,
  type ResourceRecord,
  type WireName,
} from "./wire.ts";

const octets = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });

/** Names with the labels that make trouble: dots, backslashes, zeros, upper case. */
const label = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,12}$/).map((text) => Buffer.from(text)),
  fc.array(fc.constantFrom(0x2e, 0x5c, 0, 0x20, 0x30, 0x41, 0xff), { minLength: 1, maxLength: 6 }),
  fc.array(fc.nat(255), { minLength: 1, maxLength: 63 }),
);
const wireName: fc.Arbitrary<WireName> = fc
  .array(label, { maxLength: 6 })
  .map((labels) => labels.map((one) => labelText(Uint8Array.from(one), 0, one.length)).join("."))
  .filter((text) => text === "" || parseWireName(text).ok)
  .map((text) => name(text === "" ? "." : text));

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const v4 = fc.ipV4().map(ip);
const v6 = fc.ipV6().map(ip);
const data: fc.Arbitrary<RecordData> = fc.oneof(
  v4.map((address): RecordData => ({ type: "A", address })),
  v6.map((address): RecordData => ({ type: "AAAA", address })),
  fc.record({ type: fc.constantFrom("CNAME" as const, "NS" as const), target: wireName }),
  fc.record({ type: fc.constant("MX" as const), preference: u16, exchange: wireName }),
  fc.record({ type: fc.constant("TXT" as const), strings: fc.array(octets(255), { maxLength: 4 }) }),
  fc.record({
    type: fc.constant("SOA" as const),
    mname: wireName,
    rname: wireName,
    serial: u32,
    refresh: u32,
    retry: u32,
    expire: u32,
    minimum: u32,
  }),
  fc.record({ type: fc.constant("other" as const), code: fc.integer({ min: 300, max: 0xffff }), rdata: octets(40) }),
);
const resourceRecord: fc.Arbitrary<ResourceRecord> = fc.record({
  name: wireName,
  ttlSeconds: fc.nat(0x7fffffff),
  data,
});
const section = fc.array(resourceRecord, { maxLength: 5 });
const edns = fc.record({
  udpPayload: u16,
  version: fc.nat(255),
  dnssecOk: fc.boolean(),
  options: fc.array(fc.record({ code: u16, data: octets(20) }), { maxLength: 3 }),
});
const message: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    response: fc.boolean(),
    opcode: fc.nat(15),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    rcode: fc.nat(15),
    questions: fc.array(fc.record({ name: wireName, type: fc.constantFrom("A", "MX", "TYPE999"), class: u16 }), {
      maxLength: 2,
    }),
    answers: section,
    authorities: section,
    additionals: section,
    edns: fc.option(edns, { nil: undefined }),
  })
  .map(({ edns, ...rest }) => (edns === undefined ? rest : { ...rest, edns }));

const addressKind: Kind<string> = { type: "A", read: (one) => (one.type === "A" ? one.address : undefined) };

/** What messages are made of, and what breaks them, in any order. */
const piece: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.nat(255).map((octet) => [octet]),
  fc.constantFrom([0], [0, 0], [1, 0x61], [0xc0, 12], [0xc0, 14], [0xff, 0xff], [0, 1, 0, 1], [0, 1], [0, 4], [0, 41]),
  fc.constantFrom([0, 0, 0, 9], [0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4], [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]),
);

test("SEC: whatever the bytes are, decoding ends, and what it gives can be written and read again", () => {
  let read = 0;
  fc.assert(
    fc.property(
      fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
      fc.array(piece, { maxLength: 40 }),
      (counts, body) => {
        const bytes = Uint8Array.from([0, 1, 0x81, 0x80, ...counts.flatMap((count) => [0, count]), ...body.flat()]);
        const decoded = decodeMessage(bytes);
        if (!decoded.ok) return;
        read++;
        expect(decodeMessage(encodeMessage(decoded.value))).toEqual(decoded);
      },
    ),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(0);
});

test("SEC: a true message with some bytes changed is read or refused, and never gives a name that is none", () => {
  let read = 0;
  const change = fc.record({ at: fc.nat(2000), to: fc.nat(255) });
  fc.assert(
    fc.property(message, fc.array(change, { maxLength: 4 }), fc.nat(2000), (original, changes, keep) => {
      const whole = encodeMessage(original);
      const bytes = changes.length === 0 ? whole.subarray(0, keep) : Uint8Array.from(whole);
      for (const { at, to } of changes) bytes[at % bytes.length] = to;
      const decoded = decodeMessage(bytes);
      if (!decoded.ok) return;
      read++;
      const { answers, authorities, additionals, questions } = decoded.value;
      for (const one of [...answers, ...authorities, ...additionals, ...questions]) {
        expect(isEncodable(one.name)).toBe(true);
        expect(parseWireName(one.name)).toEqual({ ok: true, value: one.name });
      }
      for (const one of questions) readAnswer(decoded.value, one.name, addressKind);
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(0);
});

test("what is written is what is read", () => {
  fc.assert(
    fc.property(message, (original) => {
      expect(decodeMessage(encodeMessage(original))).toEqual({ ok: true, value: original });
    }),
    { numRuns: 2000 },
  );
});

test("names differ in text exactly if they differ in labels", () => {
  const keyed = fc.array(label, { minLength: 1, maxLength: 4 });
  const key = (labels: readonly ArrayLike<number>[]): string =>
    JSON.stringify(labels.map((one) => Array.from(one, (octet) => (octet >= 65 && octet <= 90 ? octet + 32 : octet))));
  const text = (labels: readonly ArrayLike<number>[]): string =>
    labels.map((one) => labelText(Uint8Array.from(one), 0, one.length)).join(".");
  fc.assert(
    fc.property(keyed, keyed, (a, b) => {
      expect(text(a) === text(b)).toBe(key(a) === key(b));
    }),
    { numRuns: 2000 },
  );
});

test("the codec agrees with dns-packet, both ways, on names without dots in labels", () => {
  const host = fc
    .array(fc.stringMatching(/^[a-z0-9_-]{1,20}$/), { minLength: 1, maxLength: 5 })
    .map((all) => all.join("."));
  const buffer = octets(255).map((bytes) => Buffer.from(bytes));
  const common = { name: host, ttl: fc.nat(0x7fffffff) };
  const answer = fc.oneof(
    fc.record({ ...common, type: fc.constant("A"), data: fc.ipV4() }),
    fc.record({ ...common, type: fc.constant("AAAA"), data: v6.map(String) }),
    fc.record({ ...common, type: fc.constantFrom("CNAME", "NS"), data: host }),
    fc.record({ ...common, type: fc.constant("MX"), data: fc.record({ preference: u16, exchange: host }) }),
    fc.record({ ...common, type: fc.constant("TXT"), data: fc.array(buffer, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      ...common,
      type: fc.constant("SOA"),
      data: fc.record({ mname: host, rname: host, serial: u32, refresh: u32, retry: u32, expire: u32, minimum: u32 }),
    }),
  );
  fc.assert(
    fc.property(u16, host, fc.array(answer, { maxLength: 6 }), (id, asked, answers) => {
      const theirs = packet.encode({
        type: "response",
        id,
        flags: packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA,
        questions: [{ name: asked, type: "MX" }],
        answers,
        additionals: [{ name: ".", type: "OPT", udpPayloadSize: 1232, flags: 0x8000, options: [] }],
      });
      const read = decodeMessage(theirs);
      if (!read.ok) throw new Error(read.error);
      expect(read.value).toMatchObject({
        ...reply(asked, { id, authenticData: true, recursionAvailable: false }),
        questions: [{ name: asked, type: "MX", class: 1 }],
        answers: answers.map((one) => ({ name: one.name, ttlSeconds: one.ttl, data: { type: one.type } })),
        edns: { udpPayload: 1232, dnssecOk: true },
      });
      // Ours, compressed, says the same to them as their own.
      const again = packet.decode(encodeMessage(read.value));
      const first = packet.decode(theirs);
      expect(again.answers).toEqual(first.answers);
      expect(again.questions).toEqual(first.questions);
      expect(again.flags).toBe(first.flags);
      expect(again.additionals).toEqual(first.additionals);
    }),
    { numRuns: 1000 },
  );
});
