import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { domain, ip, type Wire } from "../base/index.ts";
import { allowsCleartext, authorizeCleartext, isAuthorized, requirementKey } from "./channel.ts";
import type { HopRequirement } from "./types.ts";

const host = domain("mx.example.org");
const open: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
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
  ])("%j → %s", (requirement, allowed, why) => {
    expect(allowsCleartext(requirement), why).toBe(allowed);
    const attempt = (): unknown => authorizeCleartext(wire(), requirement);
    if (allowed) expect(attempt()).toMatchObject({ level: "cleartext", proof: "none", evidence: undefined });
    else expect(attempt).toThrow("cleartext is not allowed");
  });
});

describe("trap 26 requirements that differ in anything have different keys", () => {
  const base: HopRequirement = { host, level: "authenticated", proof: { kind: "rule-names", names: ["a.example"] } };
  const ca = { id: "1", pem: "x", exclusive: true };
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
  ];
  test("all of them", () => {
    expect(new Set(all.map(requirementKey)).size).toBe(all.length);
  });
  test("and equal ones the same", () => {
    expect(requirementKey({ ...base })).toBe(requirementKey(structuredClone(base)));
  });
});
