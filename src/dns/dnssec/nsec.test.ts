import { describe, expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { wire } from "../../../test/support/signed-zone.ts";
import { nsecData, typeCode, writeBitmap } from "../wire.ts";
import { NsecProver, type NsecFact } from "./nsec.ts";
import { base32hex, nsec3Hash, nsec3Prover, type Nsec3Fact } from "./nsec3.ts";
import type { DenialProver } from "./proofs.ts";
import { Work } from "./work.ts";

const bits = (types: string): number[] => types.split(" ").filter(Boolean).map(typeCode);
const nsec = (owner: string, next: string, types: string): NsecFact => ({
  owner: wire(owner),
  data: nsecData(wire(next), bits(types)),
});

type Ask = readonly [proof: "nodata" | "nxdomain" | "noCloser" | "cut", name: string, with_?: string];
function told(prover: DenialProver | undefined, [proof, name, other = "A"]: Ask): string {
  switch (proof) {
    case "nodata":
      return prover?.nodata(wire(name), typeCode(other))?.status ?? "unproven";
    case "nxdomain":
      return prover?.nxdomain(wire(name))?.status ?? "unproven";
    case "noCloser":
      return prover?.noCloser(wire(name), wire(other))?.status ?? "unproven";
    case "cut":
      return prover?.cut(wire(name))?.kind ?? "unproven";
  }
}

describe("NSEC", () => {
  const apex = nsec("z.test", "b.z.test", "SOA NS MX RRSIG NSEC DNSKEY");
  const rows: readonly [facts: readonly NsecFact[], ask: Ask, proven: string, why: string][] = [
    // Bitmaps
    [[nsec("b.z.test", "c.z.test", "MX RRSIG NSEC")], ["nodata", "b.z.test"], "secure", "the type is not there"],
    [[nsec("b.z.test", "c.z.test", "A RRSIG NSEC")], ["nodata", "b.z.test"], "unproven", "the type is there"],
    [
      [nsec("b.z.test", "c.z.test", "CNAME RRSIG NSEC")],
      ["nodata", "b.z.test"],
      "unproven",
      "an alias is there (RFC 6840 §4.3)",
    ],
    [
      [nsec("b.z.test", "c.z.test", "TYPE1234 RRSIG NSEC")],
      ["nodata", "b.z.test", "TYPE1234"],
      "unproven",
      "a type above 255",
    ],
    [
      [nsec("b.z.test", "c.z.test", "TYPE1234 RRSIG NSEC")],
      ["nodata", "b.z.test", "TYPE1235"],
      "secure",
      "and the next one",
    ],
    [
      [nsec("b.z.test", "c.z.test", "RRSIG NSEC")],
      ["nodata", "b.z.test", "ANY"],
      "secure",
      "ANY of a name with nothing",
    ],
    [
      [nsec("b.z.test", "c.z.test", "A RRSIG NSEC")],
      ["nodata", "b.z.test", "ANY"],
      "unproven",
      "ANY of a name with something",
    ],
    // Cuts (RFC 6840 §4.1, §4.2, §4.4)
    [
      [nsec("b.z.test", "c.z.test", "NS RRSIG NSEC")],
      ["nodata", "b.z.test"],
      "unproven",
      "the parent's side says nothing of A",
    ],
    [[nsec("b.z.test", "c.z.test", "NS RRSIG NSEC")], ["nodata", "b.z.test", "DS"], "secure", "but of DS it does"],
    [[apex], ["nodata", "z.test", "DS"], "unproven", "the child's side says nothing of DS"],
    [[apex], ["nodata", "z.test", "TXT"], "secure", "but of TXT it does"],
    [
      [nsec("b.z.test", "d.z.test", "NS RRSIG NSEC")],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "nor of names below the cut",
    ],
    [
      [nsec("b.z.test", "d.z.test", "NS RRSIG NSEC"), apex],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "not even beside others",
    ],
    [[nsec("b.z.test", "d.z.test", "NS DS RRSIG NSEC")], ["nodata", "x.b.z.test", "DS"], "unproven", "nor of their DS"],
    [[nsec("b.z.test", "d.z.test", "NS RRSIG NSEC")], ["cut", "b.z.test"], "delegation", "a delegation without DS"],
    [[nsec("b.z.test", "d.z.test", "NS DS RRSIG NSEC")], ["cut", "b.z.test"], "unproven", "with DS it proves nothing"],
    [[nsec("b.z.test", "d.z.test", "NS SOA RRSIG NSEC")], ["cut", "b.z.test"], "unproven", "the child's own side"],
    [[nsec("b.z.test", "d.z.test", "A RRSIG NSEC")], ["cut", "b.z.test"], "no-cut", "no delegation at all"],
    [[nsec("b.z.test", "d.z.test", "A RRSIG NSEC")], ["cut", "c.z.test"], "absent", "a name that does not exist"],
    [[nsec("b.z.test", "x.c.z.test", "A RRSIG NSEC")], ["cut", "c.z.test"], "no-cut", "an empty non-terminal"],
    [[nsec("b.z.test", "d.z.test", "A RRSIG NSEC")], ["cut", "e.z.test"], "unproven", "another name"],
    // DNAME (RFC 6672 §5.3.4)
    [
      [nsec("b.z.test", "d.z.test", "DNAME RRSIG NSEC")],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "nor of names below a DNAME",
    ],
    [
      [nsec("b.z.test", "d.z.test", "DNAME RRSIG NSEC")],
      ["nodata", "b.z.test"],
      "secure",
      "of the DNAME's own name it does",
    ],
    // Gaps
    [
      [nsec("b.z.test", "d.z.test", "A"), apex],
      ["nxdomain", "c.z.test"],
      "secure",
      "between two names, and no wildcard",
    ],
    [[nsec("b.z.test", "d.z.test", "A")], ["nxdomain", "c.z.test"], "unproven", "the wildcard is not denied"],
    [
      [nsec("b.z.test", "d.z.test", "A"), nsec("*.z.test", "b.z.test", "A")],
      ["nxdomain", "c.z.test"],
      "unproven",
      "the wildcard exists",
    ],
    [
      [nsec("b.z.test", "d.z.test", "A"), nsec("z.test", "x.*.z.test", "A")],
      ["nxdomain", "c.z.test"],
      "unproven",
      "the wildcard exists as an empty non-terminal",
    ],
    [[nsec("b.z.test", "x.c.z.test", "A"), apex], ["nxdomain", "c.z.test"], "unproven", "an empty non-terminal exists"],
    [[nsec("b.z.test", "x.c.z.test", "A")], ["nodata", "c.z.test"], "secure", "and has nothing"],
    [[nsec("d.z.test", "z.test", "A"), apex], ["nxdomain", "e.z.test"], "secure", "behind the last name"],
    [[nsec("z.test", "z.test", "SOA NS")], ["nxdomain", "anything.z.test"], "secure", "the only name of its zone"],
    [[nsec("b.z.test", "d.z.test", "A"), apex], ["nxdomain", "b.z.test"], "unproven", "the owner itself exists"],
    [[nsec("b.z.test", "d.z.test", "A"), apex], ["nxdomain", "d.z.test"], "unproven", "and so does the next"],
    [[nsec("d.z.test", "z.test", "A"), apex], ["nxdomain", "c.y.test"], "unproven", "a name of another zone"],
    [[nsec("b.y.test", "d.y.test", "A")], ["nxdomain", "c.y.test"], "unproven", "an owner of another zone"],
    [[nsec("b.z.test", "d.y.test", "A"), apex], ["nxdomain", "c.z.test"], "unproven", "a next name of another zone"],
    [
      [nsec("z.test", "a.b.c.d.z.test", "SOA NS")],
      ["nxdomain", "a.b.c.a.z.test"],
      "secure",
      "one gap for the name and the wildcard",
    ],
    // Wildcards (RFC 4035 §5.3.4)
    [[nsec("*.w.z.test", "xw.z.test", "A")], ["nodata", "a.w.z.test", "MX"], "secure", "the wildcard lacks the type"],
    [[nsec("*.w.z.test", "xw.z.test", "A")], ["nodata", "a.w.z.test", "A"], "unproven", "the wildcard has the type"],
    [
      [nsec("*.w.z.test", "xw.z.test", "NS")],
      ["nodata", "a.w.z.test", "A"],
      "unproven",
      "a delegation by wildcard is none",
    ],
    [[nsec("*.w.z.test", "xw.z.test", "A")], ["noCloser", "a.w.z.test", "w.z.test"], "secure", "nothing is closer"],
    [
      [nsec("*.w.z.test", "b.a.w.z.test", "A")],
      ["noCloser", "c.a.w.z.test", "w.z.test"],
      "unproven",
      "`a.w` is closer",
    ],
    [
      [nsec("*.w.z.test", "b.a.w.z.test", "A")],
      ["noCloser", "a.w.z.test", "w.z.test"],
      "unproven",
      "the name itself exists, with nothing",
    ],
    [[nsec("b.z.test", "d.z.test", "A")], ["noCloser", "c.z.test", "w.z.test"], "unproven", "another gap"],
    [
      [nsec("a.z.test", "b.w.z.test", "A")],
      ["noCloser", "a.w.z.test", "w.z.test"],
      "secure",
      "the end of the gap shows what exists",
    ],
    [
      [nsec("a.z.test", "b.w.z.test", "A")],
      ["noCloser", "a.w.z.test", "z.test"],
      "unproven",
      "and that no less is true",
    ],
    [[], ["nxdomain", "c.z.test"], "unproven", "nothing at hand"],
  ];
  for (const [facts, ask, proven, why] of rows) {
    test(`SEC-3 ${ask.join(" ")}: ${proven}: ${why}`, () => {
      expect(told(new NsecProver(wire("z.test"), facts), ask)).toBe(proven);
    });
  }

  test("the root has a DS of its own to deny, and names right below it", () => {
    const root = new NsecProver(wire("."), [nsec(".", "aaa", "SOA NS"), nsec("com", "net", "NS DS")]);
    expect(root.nodata(wire("."), 43)?.status).toBe("secure");
    expect(root.nxdomain(wire("cow"))?.status).toBe("secure");
    expect(root.nxdomain(wire("a.cow"))?.status).toBe("secure");
    expect(root.nxdomain(wire("a.com"))).toBeUndefined();
  });
});

describe("NSEC3", () => {
  const salt = Uint8Array.of(1);
  const step = (hash: Buffer, by: number): Buffer => {
    const next = Buffer.from(hash);
    next[19] = ((next[19] ?? 0) + by) & 0xff;
    return next;
  };
  interface Parts {
    readonly flags?: number;
    readonly hashAlgorithm?: number;
    readonly iterations?: number;
    readonly salt?: Uint8Array;
    readonly owner?: string;
  }
  const fact = (hash: Buffer, next: Buffer, types: string, parts: Parts = {}): Nsec3Fact => ({
    owner: wire(parts.owner ?? `${base32hex(hash)}.z.test`),
    data: {
      type: "NSEC3",
      hashAlgorithm: 1,
      flags: 0,
      iterations: 2,
      salt,
      ...parts,
      nextHash: new Uint8Array(next),
      bitmap: writeBitmap(bits(types)),
    },
  });
  const hashed = (name: string): Buffer => nsec3Hash(wire(name), salt, 2);
  const at = (name: string, types: string, parts?: Parts): Nsec3Fact =>
    fact(hashed(name), step(hashed(name), 1), types, parts);
  const over = (name: string, parts?: Parts): Nsec3Fact =>
    fact(step(hashed(name), -1), step(hashed(name), 1), "A", parts);
  const apex = at("z.test", "SOA NS");
  const optOut = { flags: 1 };
  const longer = { iterations: 3 };

  const rows: readonly [facts: readonly Nsec3Fact[], ask: Ask, proven: string, why: string][] = [
    [[at("b.z.test", "MX")], ["nodata", "b.z.test"], "secure", "the type is not there"],
    [[at("b.z.test", "A")], ["nodata", "b.z.test"], "unproven", "the type is there"],
    [[at("b.z.test", "CNAME")], ["nodata", "b.z.test"], "unproven", "an alias is there"],
    [[at("b.z.test", "")], ["nodata", "b.z.test", "ANY"], "secure", "an empty non-terminal"],
    [[at("b.z.test", "NS")], ["nodata", "b.z.test"], "unproven", "the parent's side says nothing of A"],
    [[at("b.z.test", "NS")], ["nodata", "b.z.test", "DS"], "secure", "but of DS it does"],
    [[apex], ["nodata", "z.test", "DS"], "unproven", "the child's side says nothing of DS"],
    [
      [apex, over("b.z.test"), over("*.z.test")],
      ["nxdomain", "b.z.test"],
      "secure",
      "§8.4 encloser, next closer, wildcard",
    ],
    [
      [apex, over("b.z.test"), over("*.z.test")],
      ["nxdomain", "x.y.b.z.test"],
      "secure",
      "§8.4 the same for names below",
    ],
    [[over("b.z.test"), over("*.z.test")], ["nxdomain", "b.z.test"], "unproven", "no encloser"],
    [[apex, over("*.z.test")], ["nxdomain", "b.z.test"], "unproven", "no next closer"],
    [[apex, over("b.z.test")], ["nxdomain", "b.z.test"], "unproven", "no wildcard"],
    [[apex, over("b.z.test"), at("*.z.test", "A")], ["nxdomain", "b.z.test"], "unproven", "the wildcard exists"],
    [
      [apex, over("x.b.z.test"), over("*.z.test")],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "what is denied is not the next closer name",
    ],
    [[apex, over("b.z.test", optOut), over("*.z.test")], ["nxdomain", "b.z.test"], "insecure", "§9.2 opt-out"],
    [
      [at("b.z.test", "NS"), over("x.b.z.test"), over("*.b.z.test")],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "§8.3 the encloser is a delegation",
    ],
    [
      [at("b.z.test", "DNAME"), over("x.b.z.test"), over("*.b.z.test")],
      ["nxdomain", "x.b.z.test"],
      "unproven",
      "§8.3 the encloser has a DNAME",
    ],
    [
      [at("z.test", "NS SOA"), over("b.z.test"), over("*.z.test")],
      ["nxdomain", "b.z.test"],
      "secure",
      "§8.3 the apex has NS too",
    ],
    [
      [apex, over("b.z.test"), at("*.z.test", "MX")],
      ["nodata", "b.z.test"],
      "secure",
      "§8.7 a wildcard without the type",
    ],
    [[apex, over("b.z.test"), at("*.z.test", "A")], ["nodata", "b.z.test"], "unproven", "§8.7 a wildcard with it"],
    [[apex, at("*.z.test", "MX")], ["nodata", "b.z.test"], "unproven", "§8.7 no next closer"],
    [[apex, over("b.z.test", optOut), at("*.z.test", "MX")], ["nodata", "b.z.test"], "insecure", "§9.2 opt-out"],
    [[apex, over("b.z.test", optOut)], ["nodata", "b.z.test", "DS"], "insecure", "§8.6 opt-out"],
    [[apex, over("b.z.test")], ["nodata", "b.z.test", "DS"], "unproven", "§8.6 without opt-out"],
    [[over("b.z.test")], ["noCloser", "b.z.test", "z.test"], "secure", "§8.8"],
    [[over("b.z.test")], ["noCloser", "x.y.b.z.test", "z.test"], "secure", "§8.8 for names below"],
    [[over("x.b.z.test")], ["noCloser", "x.b.z.test", "z.test"], "unproven", "§8.8 another name"],
    [[over("b.z.test", optOut)], ["noCloser", "b.z.test", "z.test"], "insecure", "§8.8 opt-out"],
    [[at("b.z.test", "NS")], ["cut", "b.z.test"], "delegation", "§8.9 a delegation without DS"],
    [[at("b.z.test", "NS DS")], ["cut", "b.z.test"], "unproven", "§8.9 with DS"],
    [[at("b.z.test", "NS SOA")], ["cut", "b.z.test"], "unproven", "§8.9 the child's own side"],
    [[at("b.z.test", "")], ["cut", "b.z.test"], "no-cut", "an empty non-terminal"],
    [[apex, over("b.z.test")], ["cut", "b.z.test"], "absent", "a name that does not exist"],
    [[apex, over("b.z.test", optOut)], ["cut", "b.z.test"], "opt-out", "or may be a delegation"],
    // §8.1, §8.2
    [[at("b.z.test", "MX", { hashAlgorithm: 2 })], ["nodata", "b.z.test"], "unproven", "an unknown hash"],
    [[at("b.z.test", "MX", { flags: 2 })], ["nodata", "b.z.test"], "unproven", "an unknown flag"],
    [
      [at("b.z.test", "MX", longer), at("b.z.test", "MX")],
      ["nodata", "b.z.test"],
      "unproven",
      "other parameters than the first have no say",
    ],
    [
      [at("b.z.test", "MX", { hashAlgorithm: 2 }), at("b.z.test", "MX")],
      ["nodata", "b.z.test"],
      "secure",
      "an unknown hash beside a known one",
    ],
    [
      [at("b.z.test", "MX", { iterations: 101 }), at("b.z.test", "MX")],
      ["nodata", "b.z.test"],
      "secure",
      "too many iterations beside few",
    ],
    [[at("b.z.test", "MX", { iterations: 101 })], ["nodata", "b.z.test"], "insecure", "RFC 9276 §3.2"],
    [[at("b.z.test", "MX", { iterations: 101 })], ["cut", "b.z.test"], "iterations", "RFC 9276 §3.2"],
    // §3: the owner
    [
      [at("b.z.test", "MX", { owner: `${base32hex(hashed("b.z.test"))}.x.z.test` })],
      ["nodata", "b.z.test"],
      "unproven",
      "an owner further down",
    ],
    [
      [at("b.z.test", "MX", { owner: `${base32hex(hashed("b.z.test"))}.y.test` })],
      ["nodata", "b.z.test"],
      "unproven",
      "an owner of another zone",
    ],
    [
      [at("b.z.test", "MX", { owner: "not-a-hash.z.test" })],
      ["nodata", "b.z.test"],
      "unproven",
      "an owner that is no hash",
    ],
    [
      [fact(hashed("b.z.test"), Buffer.alloc(19), "MX")],
      ["nodata", "b.z.test"],
      "unproven",
      "a next hash of another length",
    ],
  ];
  for (const [facts, ask, proven, why] of rows) {
    test(`SEC-3 ${ask.join(" ")}: ${proven}: ${why}`, () => {
      const limits = { work: new Work(manualClock()), nsec3IterationsMax: 100 };
      expect(told(nsec3Prover(wire("z.test"), facts, limits), ask)).toBe(proven);
    });
  }

  test("the last gap of the circle goes over its end", () => {
    const limits = { work: new Work(manualClock()), nsec3IterationsMax: 100 };
    const whole = fact(hashed("z.test"), hashed("z.test"), "SOA NS");
    expect(nsec3Prover(wire("z.test"), [whole], limits)?.nxdomain(wire("b.z.test"))?.status).toBe("secure");
    expect(nsec3Prover(wire("z.test"), [whole], limits)?.nxdomain(wire("z.test"))).toBeUndefined();
  });
});
