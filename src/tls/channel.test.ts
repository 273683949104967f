import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { domain, ip, type Wire } from "../base/index.ts";
import { allowsCleartext, authorizeCleartext, isAuthorized, requirementKey } from "./channel.ts";
import type { TlsaRecord } from "../dns/index.ts";
import type { DaneProof, HopRequirement, NamedProof } from "./types.ts";

const host = domain("mx.example.org");
const open: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
const record: TlsaRecord = { usage: 3, selector: 1, matching: 1, association: new Uint8Array(32) };
const dane: DaneProof = { kind: "dane", base: host, records: [record], names: ["mx.example.org"], mxProven: true };
const endpoint = { address: ip("192.0.2.1"), port: 25 };
const wire = (): Wire => ({ stream: new PassThrough(), local: endpoint, remote: endpoint });

describe("an authorized channel is made here or not at all", () => {
  const real = authorizeCleartext(wire(), open);
  const again = Reflect.construct(real.constructor as new (...all: unknown[]) => object, [
    real.stream,
    open,
    "authenticated",
    "rule-names",
    undefined,
  ]);
  test.each([
    [real, true, "made by this folder"],
    [{ ...real }, false, "a copy"],
    [Object.create(real), false, "an heir"],
    [again, false, "its constructor called from outside"],
    [new Proxy(real, {}), false, "a proxy"],
    [undefined, false, "nothing"],
    ["channel", false, "a string"],
  ])("%# → %s", (candidate, authorized, why) => {
    expect(isAuthorized(candidate), why).toBe(authorized);
  });
  test("it cannot be changed afterwards", () => {
    expect(Object.isFrozen(real)).toBe(true);
  });
});

describe("cleartext", () => {
  test.each<[HopRequirement, boolean, string]>([
    [open, true, "nothing is asked"],
    [{ ...open, skipTls: true }, true, "nothing is asked, TLS given up"],
    [{ ...open, level: "encrypted" }, false, "the level asks for TLS"],
    [{ ...open, level: "authenticated", skipTls: true }, false, "giving TLS up never lowers a level"],
    [{ ...open, proof: { kind: "any-tls" } }, false, "the proof asks for TLS"],
    [{ ...open, proof: { kind: "rule-names", names: [] } }, false, "the proof asks for names"],
    [{ ...open, proof: dane }, false, "the proof asks for a match with TLSA records"],
    [{ ...open, also: { kind: "rule-names", names: [] } }, false, "names are asked for besides"],
    [{ ...open, watch: dane }, true, "what is watched asks for nothing"],
  ])("%j → %s", (requirement, allowed, why) => {
    expect(allowsCleartext(requirement), why).toBe(allowed);
    const attempt = (): unknown => authorizeCleartext(wire(), requirement);
    if (allowed) expect(attempt()).toMatchObject({ level: "cleartext", proof: "none", evidence: undefined });
    else expect(attempt).toThrow("cleartext is not allowed");
  });
});

describe("trap 26, DANE-8 requirements that differ in anything have different keys", () => {
  const base: HopRequirement = { host, level: "authenticated", proof: { kind: "rule-names", names: ["a.example"] } };
  const ca = { id: "1", pem: "x", exclusive: true };
  const named: NamedProof = { kind: "rule-names", names: ["a.example"] };
  const all: HopRequirement[] = [
    open,
    base,
    { ...open, skipTls: true },
    { ...open, level: "encrypted" },
    { ...open, proof: { kind: "any-tls" } },
    { ...base, host: domain("mx2.example.org") },
    { ...base, level: "encrypted" },
    { ...base, proof: { kind: "secure-mx", names: ["a.example"] } },
    { ...base, proof: { kind: "rule-names", names: ["a.example", "b.example"] } },
    { ...base, proof: { kind: "rule-names", names: ["a.example,b.example"] } },
    { ...base, proof: { kind: "rule-names", names: ["a.example"], ca } },
    { ...base, proof: { kind: "rule-names", names: ["a.example"], ca: { ...ca, id: "2" } } },
    { ...base, proof: { kind: "rule-names", names: ["a.example"], ca: { ...ca, exclusive: false } } },
    { ...base, proof: { kind: "mta-sts", names: ["a.example"] } },
    { ...base, proof: dane },
    { ...base, proof: { ...dane, base: domain("mx2.example.org") } },
    { ...base, proof: { ...dane, mxProven: false } },
    { ...base, proof: { ...dane, names: ["example.org"] } },
    { ...base, proof: { ...dane, records: [] } },
    { ...base, proof: { ...dane, records: [record, { ...record, usage: 2 }] } },
    { ...base, proof: { ...dane, records: [{ ...record, usage: 2 }] } },
    { ...base, proof: { ...dane, records: [{ ...record, selector: 0 }] } },
    { ...base, proof: { ...dane, records: [{ ...record, matching: 2 }] } },
    { ...base, proof: { ...dane, records: [{ ...record, association: new Uint8Array(32).fill(1) }] } },
    { ...base, also: named },
    { ...base, also: { ...named, names: ["b.example"] } },
    { ...base, also: { ...named, ca } },
    { ...base, watch: named },
    { ...base, watch: dane },
    { ...base, also: named, watch: dane },
  ];
  test("all of them", () => {
    expect(new Set(all.map(requirementKey)).size).toBe(all.length);
  });
  test("and equal ones the same", () => {
    expect(requirementKey({ ...base })).toBe(requirementKey(structuredClone(base)));
    const both = [record, { ...record, usage: 2 }];
    const proven = (records: readonly TlsaRecord[]): HopRequirement => ({ ...base, proof: { ...dane, records } });
    expect(requirementKey(proven(both)), "records have no order").toBe(requirementKey(proven(both.toReversed())));
  });
});
