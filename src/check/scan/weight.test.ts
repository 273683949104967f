import { expect, test } from "vitest";
import { domain, ip } from "../../base/index.ts";
import type { Inspection } from "../types.ts";
import { scanLimits } from "./limits.ts";
import { bounded, factsBytes, sightBytes } from "./weight.ts";

const longest = "x".repeat(65_000);
const tlsa = { usage: 3, selector: 0, matching: 0, association: new Uint8Array(900) };

/** As much as fits into the answers of a domain with twenty MX hosts. */
const heavy = {
  domain: domain("heavy.example"),
  at: 0,
  stsRecord: {
    kind: "records",
    status: "insecure",
    ttlSeconds: 1,
    records: ["v=STSv1; id=1;", `v=STSv1;${longest}`, longest],
  },
  tlsRpt: {
    kind: "records",
    status: "insecure",
    ttlSeconds: 1,
    records: Array.from({ length: 500 }, () => "v=TLSRPTv1;"),
  },
  stsPolicy: { kind: "not-asked" },
  facts: {
    hosts: Array.from({ length: 20 }, (_, at) => ({
      name: `mx${at}.heavy.example`,
      addresses: { kind: "known", status: "secure", addresses: Array.from({ length: 12 }, () => ip("192.0.2.1")) },
      tlsa: { kind: "records", base: domain("heavy.example"), records: Array.from({ length: 70 }, () => tlsa) },
    })),
  },
  hosts: Array.from({ length: 20 }, (_, at) => ({
    name: `mx${at}.heavy.example`,
    caa: {
      kind: "records",
      status: "secure",
      ttlSeconds: 1,
      records: Array.from({ length: 2_000 }, () => "0 issue x"),
    },
    addresses: [],
  })),
} as unknown as Inspection;

test("a domain that has published as much as it could is kept in part, and weighed", () => {
  const kept = bounded(heavy);
  const texts = [kept.stsRecord, kept.tlsRpt].flatMap((looked) => (looked.kind === "records" ? [looked.records] : []));
  for (const records of texts) {
    expect(records.length).toBeLessThanOrEqual(scanLimits.textsPerNameMax);
    for (const text of records) expect(text.length).toBeLessThanOrEqual(scanLimits.textMaxChars);
  }
  for (const { tlsa: kinds } of kept.facts.hosts) {
    expect(kinds.kind === "records" && kinds.records.length).toBe(scanLimits.recordsPerHostMax);
  }
  // What is really there, by its bytes alone.
  expect(factsBytes(kept)).toBeGreaterThan(20 * 64 * 900);
  // Such domains wait a dozen at a time and not ten thousand.
  expect(scanLimits.factsUnderWayMaxBytes / factsBytes(kept)).toBeLessThan(20);
});

test("of an address the certificates weigh most", () => {
  const seen = (chain: readonly Uint8Array[]): number =>
    sightBytes({
      address: ip("192.0.2.1"),
      session: { kind: "cleartext" },
      presented: [{ kind: "chain", keyKind: "rsa", chain }],
    });
  const der = new Uint8Array(50_000);
  expect(seen([der, der]) - seen([der])).toBeGreaterThanOrEqual(50_000);
});
