import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain, ip } from "../../src/base/index.ts";
import {
  helloTests,
  judge,
  readInspection,
  reportJson,
  reportMarkdown,
  saveInspection,
  untestedReasons,
  type Inspection,
} from "../../src/check/index.ts";
import { bounded, factsBytes } from "../../src/check/scan/weight.ts";
import { createWords } from "../../src/words/index.ts";
import { chain, keys, openTown } from "./town.ts";

const words = [createWords("en", { timeZone: "UTC" }), createWords("zh-CN", { timeZone: "UTC" })];
const of = domain("town.example");
const chains = [
  chain(keys.ec, { names: ["mx.town.example"] }),
  chain(keys.rsa, { names: ["other.example"], toDays: -3 }),
  chain(keys.rsaShort, { names: [] }, []),
].map(({ certificates }) => certificates.map(({ der }) => new Uint8Array(der)));

const text = fc.string({ maxLength: 30, unit: "binary" });
const status = fc.constantFrom("secure", "insecure");
const failure = fc.record({
  kind: fc.constant("failed"),
  status: fc.constantFrom("bogus", "indeterminate"),
  failure: fc.constantFrom("timeout", "servfail", "bogus"),
  detail: text,
});
const tlsaRecord = fc.record({
  usage: fc.nat(4),
  selector: fc.nat(2),
  matching: fc.nat(3),
  association: fc.uint8Array({ maxLength: 70 }),
});
const looked = <T>(records: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.record({ kind: fc.constant("none"), status }),
    fc.record({
      kind: fc.constant("records"),
      status,
      records: fc.array(records, { maxLength: 3 }),
      ttlSeconds: fc.nat(),
    }),
    failure,
  );
const untested = fc.record({
  kind: fc.constant("untested"),
  reason: fc.constantFrom(...untestedReasons),
  detail: text,
});
const session = fc.oneof(
  fc.record({
    kind: fc.constant("encrypted"),
    protocol: fc.constantFrom("TLSv1", "TLSv1.2", "TLSv1.3"),
    cipher: text,
    requireTls: fc.boolean(),
  }),
  fc.constant({ kind: "cleartext" }),
  fc.record({ kind: fc.constant("tls-failed"), fault: text, detail: text, isRefusal: fc.boolean() }),
  untested,
);
const keyKind = fc.constantFrom("rsa", "ecdsa");
const presented = fc.oneof(
  fc.record({ kind: fc.constant("chain"), keyKind, chain: fc.constantFrom(...chains) }),
  fc.record({
    kind: fc.constant("chain"),
    keyKind,
    chain: fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("not-offered"), keyKind }),
  fc.record({ kind: fc.constant("untested"), keyKind, detail: text }),
);
const hello = fc.oneof(
  untested,
  fc.record({ kind: fc.constant("declined"), detail: text }),
  fc.record(
    {
      kind: fc.constant("taken"),
      version: fc.integer({ min: 0x300, max: 0x303 }),
      suite: fc.nat(0xffff),
      compresses: fc.boolean(),
      extendedMasterSecret: fc.boolean(),
      safeRenegotiation: fc.boolean(),
      certificates: fc.constant([]),
      group: fc.nat(0xffff),
      primeBits: fc.nat(8192),
      signature: fc.nat(0xffff),
    },
    { requiredKeys: ["kind", "version", "suite", "compresses", "safeRenegotiation", "certificates"] },
  ),
);
const hellos = fc.dictionary(fc.constantFrom(...helloTests), hello);
const address = fc.constantFrom("192.0.2.1", "2001:db8::1");
const seenAddress = fc.record(
  {
    address,
    session,
    presented: fc.array(presented, { maxLength: 3 }),
    hellos,
    renegotiation: fc.oneof(untested, fc.record({ kind: fc.constantFrom("allowed", "declined") })),
    earlyData: fc.oneof(untested, fc.record({ kind: fc.constantFrom("taken", "declined") })),
    insistence: fc.oneof(untested, fc.record({ kind: fc.constantFrom("required", "optional") })),
  },
  { requiredKeys: ["address", "session", "presented"] },
);
const hostFact = fc
  .record({
    name: fc.constantFrom("mx.town.example", "aspmx.l.google.com", "192.0.2.1.", "x".repeat(300)),
    preference: fc.nat(65_535),
    addresses: fc.oneof(
      fc.record({ kind: fc.constant("known"), status, addresses: fc.array(address.map(ip), { maxLength: 2 }) }),
      fc.constant({ kind: "none" }),
      fc.constant({ kind: "forbidden" }),
      failure,
    ),
    tlsa: fc.oneof(
      fc.constant({ kind: "not-asked" }),
      fc.record({ kind: fc.constant("none"), status }),
      fc.record({
        kind: fc.constant("records"),
        base: fc.constant("mx.town.example"),
        records: fc.array(tlsaRecord, { minLength: 1, maxLength: 4 }),
      }),
      failure,
    ),
  })
  .map((fact) => ({ ...fact, isUs: false, ...(/[a-z]\.[a-z]/.test(fact.name) ? { host: fact.name } : {}) }));
const policy = fc.record({
  kind: fc.constant("policy"),
  policy: fc.record({
    mode: fc.constantFrom("enforce", "testing", "none"),
    mx: fc.array(fc.constantFrom("mx.town.example", "*.google.com", "*.l.google.com"), { maxLength: 2 }),
    maxAgeSeconds: fc.nat(),
  }),
  id: text,
  fetchedAt: fc.nat(),
  expiresAt: fc.nat(),
});

/** Anything that `inspect` could have brought home, and much that it could not. */
const inspections: fc.Arbitrary<Inspection> = fc
  .record({
    mx: fc.oneof(fc.record({ kind: fc.constantFrom("records", "implicit", "null-mx", "nxdomain"), status }), failure),
    hosts: fc.uniqueArray(hostFact, { maxLength: 3, selector: ({ name }) => name }),
    sts: fc.oneof(fc.constant({ kind: "none" }), policy),
    seen: fc.array(fc.array(seenAddress, { maxLength: 2 }), { minLength: 3, maxLength: 3 }),
    unheeded: fc.option(fc.array(tlsaRecord, { maxLength: 2 }), { nil: undefined }),
    alias: fc.option(text, { nil: undefined }),
    caa: looked(text),
    stsRecord: looked(fc.oneof(text, fc.constant("v=STSv1; id=1;"))),
    stsPolicy: fc.oneof(
      fc.constant({ kind: "not-asked" }),
      fc.record({ kind: fc.constant("failed"), detail: text }),
      fc.record({ kind: fc.constant("fetched"), bytes: fc.uint8Array({ maxLength: 60 }) }),
    ),
    tlsRpt: looked(fc.oneof(text, fc.constant("v=TLSRPTv1; rua=mailto:a@b.example"))),
  })
  .map(
    ({ mx, hosts, sts, seen, unheeded, alias, caa, stsRecord, stsPolicy, tlsRpt }) =>
      ({
        domain: of,
        at: Date.UTC(2026, 10, 1),
        facts: {
          now: Date.UTC(2026, 10, 1),
          domain: of,
          nextHop: of,
          mx,
          hosts,
          sts,
          memory: { kind: "off" },
          history: {},
          message: { requireTls: false },
          enforce: "all",
          memoryTerms: { patienceMs: 1, afterwards: "bounce" },
          defaultRequire: "cleartext",
          smtpPort: 25,
          tlsRetry: { tries: 3, overMs: 3_600_000 },
        },
        stsRecord,
        stsPolicy,
        tlsRpt,
        hosts: hosts.map(({ name }, at) => ({
          name,
          caa,
          addresses: seen[at] ?? [],
          ...(alias === undefined ? {} : { alias }),
          ...(unheeded === undefined ? {} : { unheededTlsa: unheeded }),
        })),
      }) as unknown as Inspection,
  );

describe("whatever was seen", () => {
  test("it is judged, and told in every language and form", () => {
    fc.assert(
      fc.property(inspections, (inspection) => {
        const report = judge(inspection);
        for (const one of words) {
          expect(JSON.stringify(reportJson(one, report))).not.toContain("undefined");
          expect(reportMarkdown(one, report)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
        }
      }),
    );
  });

  test("it is judged again to the same after it was kept in a file", () => {
    fc.assert(
      fc.property(inspections, (inspection) => {
        const read = readInspection(saveInspection(inspection));
        expect(read.ok && judge(read.value)).toEqual(judge(inspection));
      }),
    );
  });

  test("what the network brought as a Buffer comes back as the same bytes", async () => {
    const town = await openTown({});
    try {
      const inspection = await town.inspect();
      expect(inspection.stsPolicy.kind === "fetched" && Buffer.isBuffer(inspection.stsPolicy.bytes)).toBe(true);
      const read = readInspection(saveInspection(inspection));
      expect(read.ok && judge(read.value)).toEqual(judge(inspection));
      expect(judge(inspection).findings).toEqual([]);
    } finally {
      await town.close();
    }
  });

  test("a scan that keeps less of it while the domain waits judges it the same", () => {
    fc.assert(
      fc.property(inspections, (inspection) => {
        const kept = bounded(inspection);
        expect(factsBytes(kept)).toBeLessThanOrEqual(factsBytes(inspection));
        expect(judge(kept)).toEqual(judge(inspection));
      }),
    );
  });

  test("trap 27: a host that could not be looked at is never called safe, and its TLS is never found wrong", () => {
    fc.assert(
      fc.property(inspections, (inspection) => {
        const unseen = {
          ...inspection,
          hosts: inspection.hosts.map((host) => ({
            ...host,
            addresses: host.addresses.map((one) => ({
              address: one.address,
              session: { kind: "untested", reason: "slow-down", detail: "421" } as const,
              presented: [],
            })),
          })),
        };
        const { verdict, findings, level } = judge(unseen);
        expect(verdict.startsWith("safe")).toBe(false);
        expect(level === "none" || level === "unknown").toBe(true);
        const blamed = findings.filter(({ code }) =>
          /^(?:tls-|tls13|cipher|certificate|chain|key-|starttls|host-no-starttls)/.test(code),
        );
        expect(blamed).toEqual([]);
      }),
    );
  });
});
