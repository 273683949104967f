import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dnsName, makeCa, makeCertificate, type Made } from "../../../test/support/x509.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import { readCertificate } from "./certificate.ts";
import { readElement, readElements, readParts, tags } from "./der.ts";
import { daneLimits } from "./limits.ts";
import { matchDane } from "./match.ts";
import { tlsa } from "./records.cases.ts";
import { usableTlsa } from "./usable.ts";

const names = ["mx.example.org"];
const now = Date.now();
const root = makeCa({ commonName: "Root", permitted: [dnsName("example.org")], excluded: [dnsName("x.example.org")] });
const middle = makeCa({ commonName: "Middle", issuer: root, pathLength: 1 });
const leaf = makeCertificate({ issuer: middle, names });
const junk = [
  makeCa({ commonName: "Junk" }),
  makeCa({ commonName: "Middle" }),
  makeCertificate({ commonName: "Root" }),
];

const octets = fc.uint8Array({ maxLength: 200 });
/** Octets of a certificate or key, some of them changed, cut off or doubled. */
const spoiltOctets = (whole: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
      cut: fc.option(fc.nat(whole.length), { freq: 4, nil: undefined }),
      doubled: fc.option(fc.tuple(fc.nat(whole.length), fc.nat(40)), { freq: 4, nil: undefined }),
    })
    .map(({ changes, cut, doubled }) => {
      const changed = Buffer.from(whole);
      for (const [at, value] of changes) changed[at] = value;
      const kept = cut === undefined ? changed : changed.subarray(0, cut);
      if (doubled === undefined) return kept;
      const [at, length] = doubled;
      return Buffer.concat([kept.subarray(0, at + length), kept.subarray(at)]);
    });
const anyRecord: fc.Arbitrary<TlsaRecord> = fc.record({
  usage: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.nat(255)),
  selector: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.nat(255)),
  matching: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.nat(255)),
  association: fc.oneof(
    octets,
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 64, maxLength: 64 }),
    spoiltOctets(root.der),
    spoiltOctets(root.spki),
  ),
});

function parse(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

describe("DANE-3 whatever a TLSA record holds", () => {
  test("what is usable is of the kinds that can be judged by, and nothing throws", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 20 }), (records) => {
        const usable = usableTlsa(records);
        for (const { usage, selector, matching, association } of usable) {
          expect([2, 3]).toContain(usage);
          expect([0, 1]).toContain(selector);
          if (matching !== 0) expect(association.length).toBe(matching === 1 ? 32 : 64);
        }
        const verdict = matchDane({ records, chain: [leaf.x509, middle.x509], names, now });
        // What stands in DNS is believed, but only the root's key has signed anything here.
        if (verdict.ok) expect(Buffer.from(verdict.value.record.association).includes(root.spki)).toBe(true);
      }),
    );
  });
});

describe("DANE-4 whatever a server presents", () => {
  test("octets that are no DER are read to the end or not at all", () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        const elements = readElements(bytes, 50);
        const length = elements?.reduce((sum, { whole }) => sum + whole.length, 0);
        expect(length ?? bytes.length).toBe(bytes.length);
      }),
    );
  });
  test("certificates with octets changed are judged without a throw", () => {
    fc.assert(
      fc.property(spoiltOctets(leaf.der), spoiltOctets(middle.der), spoiltOctets(root.der), (one, two, three) => {
        const chain = [one, two, three].map(parse).filter((certificate) => certificate !== undefined);
        chain.forEach(readCertificate);
        matchDane({ records: [tlsa("2 0 1", root), tlsa("2 1 0", middle)], chain, names, now });
      }),
    );
  });
  test("a leaf of which anything signed was changed is vouched for by nobody", () => {
    const signed = (der: Buffer): Uint8Array | undefined => readParts(readElement(der), tags.sequence, 3)?.[0]?.whole;
    let judged = 0;
    fc.assert(
      fc.property(spoiltOctets(leaf.der), (der) => {
        const certificate = parse(der);
        fc.pre(certificate !== undefined);
        judged++;
        const records = [tlsa("2 0 1", middle), tlsa("2 1 0", root)];
        const verdict = matchDane({ records, chain: [certificate, middle.x509], names, now });
        if (verdict.ok) expect(signed(certificate.raw)).toEqual(signed(leaf.der));
      }),
      { numRuns: 500 },
    );
    expect(judged).toBeGreaterThan(100);
  });
  test("neither the order of the others, nor junk among them, nor repetition changes the verdict", () => {
    const others: readonly Made[] = [middle, root, ...junk];
    const order = fc.array(fc.constantFrom(...others), { maxLength: daneLimits.presentedMax - 1 });
    const kinds = fc.constantFrom("2 0 0", "2 0 1", "2 1 1", "2 1 2");
    fc.assert(
      fc.property(order, kinds, fc.constantFrom(middle, root, ...junk), (rest, kind, anchor) => {
        const verdict = matchDane({
          records: [tlsa(kind, anchor)],
          chain: [leaf, ...rest].map(({ x509 }) => x509),
          names,
          now,
        });
        const has = (made: Made): boolean => rest.includes(made) || (kind === "2 0 0" && made === anchor);
        const expected = anchor === middle ? has(middle) : anchor === root && has(root) && has(middle);
        expect(verdict.ok).toBe(expected);
      }),
    );
  });
});
