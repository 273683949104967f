import * as fc from "fast-check";
import { expect, test } from "vitest";
import { domain } from "../../base/index.ts";
import { HelloReader, helloLimits, helloVersions, suiteOf, suitesOf, writeHello } from "./index.ts";

const offered = {
  suites: suitesOf("forward").map(({ code }) => code),
  random: new Uint8Array(32),
  host: domain("mx.example.org"),
};

test("whatever comes, in whatever pieces, the reader throws nothing and keeps no more than its limit", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
      const reader = new HelloReader();
      for (const chunk of chunks) reader.feed(chunk);
    }),
  );
});

test("an answer with octets changed, cut off or put in is taken, declined, garbage, or not yet whole", () => {
  const change = fc.record({ at: fc.nat(), octet: fc.nat(255), how: fc.constantFrom("set", "cut", "insert") });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 200 }), (changes, size) => {
      let octets = answer();
      for (const { at, octet, how } of changes) {
        const place = at % octets.length;
        if (how === "set") octets[place] = octet;
        else if (how === "insert")
          octets = Buffer.concat([octets.subarray(0, place), Buffer.of(octet), octets.subarray(place)]);
        else octets = Buffer.concat([octets.subarray(0, place), octets.subarray(place + 1)]);
      }
      const reader = new HelloReader();
      for (let at = 0; at < octets.length; at += size) {
        const read = reader.feed(octets.subarray(at, at + size));
        if (read?.kind === "taken") expect(read.certificates.length).toBeLessThanOrEqual(helloLimits.certificatesMax);
      }
    }),
  );
});

test("in whatever pieces an answer comes, it is read to the same", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), (size) => {
      const reader = new HelloReader();
      let read: unknown;
      for (let at = 0; at < answer().length; at += size) read = reader.feed(answer().subarray(at, at + size)) ?? read;
      expect(read).toMatchObject({ kind: "taken", version: 0x0303, suite: 0xc02f, group: 0x17, signature: 0x0401 });
      expect(read).toMatchObject({
        certificates: [new Uint8Array([1, 2, 3]), new Uint8Array([4])],
        safeRenegotiation: true,
      });
    }),
  );
});

test("a ClientHello says how long it is, in each version, whatever is offered", () => {
  const versions = fc.constantFrom(...(Object.keys(helloVersions) as (keyof typeof helloVersions)[]));
  const suites = fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(versions, suites, (version, codes) => {
      const octets = Buffer.from(writeHello({ ...offered, version, suites: codes }));
      expect(octets.readUInt16BE(3)).toBe(octets.length - 5);
      expect(octets.readUIntBE(6, 3)).toBe(octets.length - 9);
      expect(octets.readUInt16BE(9)).toBe(helloVersions[version]);
    }),
  );
});

test("no two suites have one number, and each is found by it", () => {
  const all = suitesOf("forward", "static", "weak", "insecure", "anonymous");
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const suite of all) expect(suiteOf(suite.code)).toBe(suite);
});

/** ServerHello, Certificate, ServerKeyExchange, ServerHelloDone, as two records that cut a message apart. */
function answer(): Buffer {
  const message = (kind: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.of(kind, 0, body.length >> 8, body.length & 255), body]);
  const hello = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 7),
    Buffer.of(0),
    Buffer.of(0xc0, 0x2f, 0),
    Buffer.of(0, 5, 0xff, 1, 0, 1, 0),
  ]);
  const certificates = Buffer.of(0, 0, 10, 0, 0, 3, 1, 2, 3, 0, 0, 1, 4);
  const share = Buffer.concat([Buffer.of(3, 0, 0x17, 2, 9, 9), Buffer.of(4, 1, 0, 1, 5)]);
  const all = Buffer.concat([
    message(2, hello),
    message(11, certificates),
    message(12, share),
    message(14, Buffer.alloc(0)),
  ]);
  const record = (part: Buffer): Buffer =>
    Buffer.concat([Buffer.of(22, 3, 3, part.length >> 8, part.length & 255), part]);
  return Buffer.concat([record(all.subarray(0, 50)), record(all.subarray(50))]);
}
