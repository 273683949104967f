import { describe, expect, test } from "vitest";
import { ok, type DnsStatus } from "../../base/index.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { recursor, SignedZone, wire, type ZoneOptions } from "../../../test/support/signed-zone.ts";
import { a, mx, ns } from "../message.cases.ts";
import type { RecordType } from "../types.ts";
import type { Message, RecordData, ResourceRecord, WireName } from "../wire.ts";
import { base32hex, nsec3Hash } from "./nsec3.ts";
import type { Validated } from "./types.ts";
import { createValidator } from "./validator.ts";

/** The zone of RFC 4035 appendix A and RFC 5155 appendix A together, with keys of today. */
const hosts = {
  "@": [mx(1, "xx.example")],
  "ns1.a": [a("192.0.2.5")],
  "ns2.a": [a("192.0.2.6")],
  ai: [a("192.0.2.9")],
  b: [ns("ns1.b.example")],
  c: [ns("ns1.c.example")],
  ns1: [a("192.0.2.1")],
  ns2: [a("192.0.2.2")],
  "*.w": [mx(1, "ai.example")],
  "x.w": [mx(1, "xx.example")],
  "x.y.w": [mx(1, "xx.example")],
  xx: [a("192.0.2.10")],
} satisfies Record<string, readonly RecordData[]>;

interface Appendix {
  resolve(name: string, type: RecordType, spoil?: (record: ResourceRecord) => boolean): Promise<Validated>;
  readonly zone: SignedZone;
}

function appendix(signing: NonNullable<ZoneOptions["signing"]>): Appendix {
  const zone = new SignedZone("example", { records: hosts, signing });
  const child = new SignedZone("a.example", { records: { mc: [mx(1, "xx.example")] }, signing: {} });
  zone.delegate(child);
  const insecure = ["b", "c"].map(
    (label) => new SignedZone(`${label}.example`, { records: { mc: [mx(1, "xx.example")] } }),
  );
  const honest = recursor([zone, child, ...insecure]);
  return {
    zone,
    resolve(name, type, spoil = () => false) {
      const lacking = (message: Message): Message => ({
        ...message,
        authorities: message.authorities.filter((record) => !spoil(record)),
      });
      const ask = (asked: WireName, askedType: RecordType) => Promise.resolve(ok(lacking(honest(asked, askedType))));
      return createValidator({ ask, clock: manualClock(), anchors: () => zone.anchors() }).resolve(wire(name), type);
    },
  };
}

type Row = readonly [
  section: string,
  type: string,
  name: string,
  status: DnsStatus,
  kind: Validated["kind"],
  why: string,
];

describe("RFC 4035 appendix B", () => {
  const { resolve } = appendix({});
  const rows: readonly Row[] = [
    ["B.1", "MX", "x.w.example", "secure", "records", "an answer"],
    ["B.2", "A", "ml.example", "secure", "nxdomain", "a name error: the name and the wildcard are denied"],
    ["B.3", "MX", "ns1.example", "secure", "nodata", "no data"],
    ["B.4", "MX", "mc.a.example", "secure", "records", "behind a referral to a signed zone"],
    ["B.5", "MX", "mc.b.example", "insecure", "records", "behind a referral to an unsigned zone"],
    ["B.6", "MX", "a.z.w.example", "secure", "records", "a wildcard expanded"],
    ["B.7", "AAAA", "a.z.w.example", "secure", "nodata", "a wildcard without the type"],
  ];
  test.each(rows)("SEC-3 §%s: %s %s is %s, %s: %s", async (_section, type, name, status, kind) => {
    expect(await resolve(name, type)).toMatchObject({ status, kind });
  });

  const spoiled: readonly [section: string, type: string, name: string, owner: string, why: string][] = [
    ["B.2", "A", "ml.example", "c.example", "without the record in whose gap the name lies"],
    ["B.2", "A", "ml.example", "example", "without the record in whose gap the wildcard lies"],
    ["B.3", "MX", "ns1.example", "ns1.example", "without the record of the name"],
    ["B.6", "MX", "a.z.w.example", "x.y.w.example", "without the proof that the name itself does not exist"],
    ["B.7", "AAAA", "a.z.w.example", "*.w.example", "without the record of the wildcard"],
    ["B.7", "AAAA", "a.z.w.example", "x.y.w.example", "without the proof that the name itself does not exist"],
  ];
  test.each(spoiled)("SEC-3 §%s: %s %s less the NSEC of %s is bogus: %s", async (_section, type, name, owner) => {
    const spoil = ({ name: at, data }: ResourceRecord): boolean => at === owner && data.type === "NSEC";
    expect(await resolve(name, type, spoil)).toMatchObject({ status: "bogus", kind: "failure", records: [] });
  });
});

describe("RFC 5155 appendix A and B", () => {
  const salt = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd);
  const { resolve } = appendix({ nsec3: { iterations: 12, salt, optOut: true } });
  const hash = (name: string): string => base32hex(nsec3Hash(wire(name), salt, 12));

  const hashes: readonly [name: string, hash: string][] = [
    ["example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"],
    ["a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"],
    ["ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"],
    ["ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"],
    ["ns2.example", "q04jkcevqvmu85r014c7dkba38o0ji5r"],
    ["w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h"],
    ["*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"],
    ["x.w.example", "b4um86eghhds6nea196smvmlo4ors995"],
    ["y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"],
    ["x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s"],
    ["xx.example", "t644ebqk9bibcna874givr6joj62mlhv"],
  ];
  test.each(hashes)("§A: the hash of %s is %s", (name, expected) => {
    expect(hash(name)).toBe(expected);
  });

  const rows: readonly Row[] = [
    ["B.1", "A", "a.c.x.w.example", "insecure", "nxdomain", "a name error, in a gap with opt-out"],
    ["B.2", "MX", "ns1.example", "secure", "nodata", "no data"],
    ["B.2.1", "A", "y.w.example", "secure", "nodata", "an empty non-terminal"],
    ["B.3", "MX", "mc.c.example", "insecure", "records", "a referral to an unsigned zone that opt-out leaves out"],
    ["B.4", "MX", "a.z.w.example", "insecure", "records", "a wildcard expanded, in a gap with opt-out"],
    ["B.5", "AAAA", "a.z.w.example", "insecure", "nodata", "a wildcard without the type, in a gap with opt-out"],
    ["B.6", "MX", "mc.a.example", "secure", "records", "behind a referral to a signed zone"],
  ];
  test.each(rows)("SEC-3 §%s: %s %s is %s, %s: %s", async (_section, type, name, status, kind) => {
    expect(await resolve(name, type)).toMatchObject({ status, kind });
  });

  describe("and the same without opt-out", () => {
    const full = appendix({ nsec3: { iterations: 12, salt } });
    const secure = rows.filter(([section]) => section !== "B.3");
    test.each(secure)("SEC-3 §%s: %s %s", async (_section, type, name, _status, kind) => {
      expect(await full.resolve(name, type)).toMatchObject({ status: "secure", kind });
    });

    // §B.1: which record does what.
    const spoiled: readonly [section: string, type: string, name: string, proves: string, why: string][] = [
      ["B.1", "A", "a.c.x.w.example", "x.w.example", "the closest encloser"],
      ["B.1", "A", "a.c.x.w.example", "c.x.w.example", "the next closer name"],
      ["B.1", "A", "a.c.x.w.example", "*.x.w.example", "the wildcard"],
      ["B.2", "MX", "ns1.example", "ns1.example", "the name"],
      ["B.2.1", "A", "y.w.example", "y.w.example", "the empty non-terminal"],
      ["B.4", "MX", "a.z.w.example", "z.w.example", "the next closer name"],
      ["B.5", "AAAA", "a.z.w.example", "w.example", "the closest encloser"],
      ["B.5", "AAAA", "a.z.w.example", "z.w.example", "the next closer name"],
      ["B.5", "AAAA", "a.z.w.example", "*.w.example", "the wildcard"],
    ];
    test.each(spoiled)("SEC-3 §%s: %s %s without the record for %s (%s) is bogus", async (_s, type, name, proves) => {
      const [own] = [...full.zone.denialAt(wire(proves)), ...full.zone.denialOver(wire(proves))];
      const spoil = (record: ResourceRecord): boolean => record.name === own?.name && record.data.type === "NSEC3";
      expect(own).toBeDefined();
      expect(await full.resolve(name, type, spoil)).toMatchObject({ status: "bogus", kind: "failure", records: [] });
    });
  });
});
