import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareLevels, levels, satisfies, type Instant, type Level, type TlsFault } from "../../base/index.ts";
import type { MemoryFact, RememberedHost } from "../types.ts";
import {
  afterDelivery,
  afterShortfall,
  establishedLevel,
  isTlsFault,
  metDespite,
  rememberedFloor,
  suspectedSince,
} from "./judge.ts";

const host = "mx.example.org";
const at = (text: string): Instant => Date.parse(text);

function met(...deliveries: readonly (readonly [level: Level, at: string])[]): RememberedHost {
  return deliveries.reduce<RememberedHost>((host, [level, when]) => afterDelivery(host, level, at(when)), {});
}

describe("MEM-1 what is established", () => {
  const cases: readonly [deliveries: readonly [Level, string][], established: Level, why: string][] = [
    [[], "cleartext", "nothing was met"],
    [[["encrypted", "2026-03-01T10:00Z"]], "cleartext", "once"],
    [
      [
        ["encrypted", "2026-03-01T10:00Z"],
        ["encrypted", "2026-03-02T10:00Z"],
      ],
      "cleartext",
      "two days, and two deliveries",
    ],
    [
      [
        ["encrypted", "2026-03-01T00:00Z"],
        ["encrypted", "2026-03-01T12:00Z"],
        ["encrypted", "2026-03-01T23:59:59.999Z"],
      ],
      "cleartext",
      "three deliveries from the first to the last moment of one day",
    ],
    [
      [
        ["encrypted", "2026-03-01T23:59:59.998Z"],
        ["encrypted", "2026-03-01T23:59:59.999Z"],
        ["encrypted", "2026-03-02T00:00Z"],
      ],
      "encrypted",
      "UTC midnight lies between: two days, if only by a moment",
    ],
    [
      [
        ["encrypted", "2026-03-01T23:30-02:00"],
        ["encrypted", "2026-03-02T00:30-02:00"],
        ["encrypted", "2026-03-02T01:00-02:00"],
      ],
      "cleartext",
      "midnight somewhere else is none",
    ],
    [
      [
        ["encrypted", "2026-03-02T10:00Z"],
        ["encrypted", "2026-03-01T10:00Z"],
        ["encrypted", "2026-03-02T10:00Z"],
        ["encrypted", "2026-03-01T10:00Z"],
      ],
      "cleartext",
      "a clock that is set back and forth makes one day of it",
    ],
    [
      [
        ["cleartext", "2026-03-01T10:00Z"],
        ["cleartext", "2026-03-02T10:00Z"],
        ["cleartext", "2026-03-03T10:00Z"],
      ],
      "cleartext",
      "cleartext is nothing to be held to",
    ],
    [
      [
        ["authenticated", "2026-03-01T10:00Z"],
        ["encrypted", "2026-03-02T10:00Z"],
        ["encrypted", "2026-03-02T11:00Z"],
      ],
      "encrypted",
      "what is better counts for what is less, not the other way round",
    ],
    [
      [
        ["authenticated", "2026-03-01T10:00Z"],
        ["authenticated", "2026-03-02T10:00Z"],
        ["authenticated", "2026-03-02T11:00Z"],
      ],
      "authenticated",
      "three times on two days",
    ],
    [
      [
        ["authenticated", "2026-03-01T10:00Z"],
        ["authenticated", "2026-03-02T10:00Z"],
        ["encrypted", "2026-03-02T11:00Z"],
        ["cleartext", "2026-03-03T11:00Z"],
      ],
      "encrypted",
      "two of the best and one of the next: the next",
    ],
  ];

  test.each(cases)("MEM-1 %j: %s, %s", (deliveries, established) => {
    expect(establishedLevel(met(...deliveries))).toBe(established);
  });

  test("MEM-1 when and how often is remembered with it", () => {
    const remembered = met(
      ["authenticated", "2026-03-01T10:00Z"],
      ["encrypted", "2026-03-03T10:00Z"],
      ["encrypted", "2026-03-02T10:00Z"],
    );
    expect(remembered).toEqual({
      encrypted: { deliveries: 3, days: 2, firstAt: at("2026-03-01T10:00Z"), lastAt: at("2026-03-03T10:00Z") },
      authenticated: { deliveries: 1, days: 1, firstAt: at("2026-03-01T10:00Z"), lastAt: at("2026-03-01T10:00Z") },
    });
  });
});

const encryptedHost = met(
  ["encrypted", "2026-03-01T10:00Z"],
  ["encrypted", "2026-03-02T10:00Z"],
  ["encrypted", "2026-03-02T11:00Z"],
);
const provenHost = met(
  ["authenticated", "2026-03-01T10:00Z"],
  ["authenticated", "2026-03-02T10:00Z"],
  ["authenticated", "2026-03-02T11:00Z"],
);
const oneTime = met(["authenticated", "2026-03-01T10:00Z"]);

describe("MEM-1 a suspicion", () => {
  const noon = at("2026-03-05T12:00Z");

  test("MEM-1 begins with the first shortfall and is not begun anew by the next", () => {
    const suspected = afterShortfall(encryptedHost, noon);
    expect(suspected).toEqual({ ...encryptedHost, suspectedSince: noon });
    expect(afterShortfall(suspected, noon + 1)).toBe(suspected);
  });

  test.each<[before: RememberedHost, level: Level, isOver: boolean, why: string]>([
    [encryptedHost, "cleartext", false, "less than established, even if it was let through"],
    [encryptedHost, "encrypted", true, "what was established"],
    [encryptedHost, "authenticated", true, "more than that"],
    [provenHost, "encrypted", false, "encrypted, where it used to prove itself"],
    [provenHost, "authenticated", true, "proven again"],
    [{}, "encrypted", true, "a host without a past of its own, held to what others met"],
    [{}, "cleartext", false, "the same, in clear"],
  ])("MEM-1 of a host with %j, after a delivery at %s, is over: %s (%s)", (before, level, isOver) => {
    const after = afterDelivery(afterShortfall(before, noon), level, noon + 1);
    expect(after.suspectedSince).toBe(isOver ? undefined : noon);
  });

  test("MEM-1 is judged by what was established before the delivery, not by what the delivery establishes", () => {
    const nearly = met(["authenticated", "2026-03-01T10:00Z"], ["authenticated", "2026-03-02T10:00Z"]);
    const encrypted = afterDelivery(afterShortfall(nearly, noon), "encrypted", noon + 1);
    expect([establishedLevel(encrypted), encrypted.suspectedSince]).toEqual(["encrypted", undefined]);
  });
});

describe("MEM-1 the floor", () => {
  const known = (
    ofDomain: Readonly<Record<string, RememberedHost>>,
    ofHosts: Readonly<Record<string, RememberedHost>> = {},
  ): MemoryFact => ({ kind: "known", ofDomain, ofHosts });

  test.each<[memory: MemoryFact, floor: Level, why: string]>([
    [{ kind: "off" }, "cleartext", "nobody remembers"],
    [{ kind: "unreadable", detail: "disk" }, "authenticated", "what cannot be read may have been the most"],
    [known({}), "cleartext", "first contact"],
    [known({ [host]: encryptedHost }), "encrypted", "its own past"],
    [known({ [host]: provenHost }), "authenticated", "its own past, for this domain"],
    [known({ [host]: oneTime }), "cleartext", "once is not established"],
    [known({ "mx2.example.org": encryptedHost }), "encrypted", "the domain's mail was always encrypted"],
    [known({ "mx2.example.org": provenHost }), "encrypted", "another host's proof is not this one's"],
    [known({}, { [host]: encryptedHost }), "encrypted", "the host encrypts for others"],
    [known({}, { [host]: provenHost }), "encrypted", "proven for others: their MX, not ours"],
    [known({}, { [host]: oneTime }), "cleartext", "once for others is not established"],
    [known({}, { "mx2.example.org": encryptedHost }), "cleartext", "another host of other domains"],
    [known({ [host]: oneTime }, { [host]: encryptedHost }), "encrypted", "one delivery of its own does not undo it"],
    [known({ constructor: encryptedHost }), "encrypted", "a host may be called anything"],
  ])("MEM-1 of %j is %s: %s", (memory, floor) => {
    expect(rememberedFloor({ memory, host })).toBe(floor);
  });

  test("names that objects have by themselves are no hosts", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(rememberedFloor({ memory: known({}), host: name })).toBe("cleartext");
      expect(suspectedSince({ memory: known({}), host: name })).toBeUndefined();
    }
  });

  test("since when a host is suspected is its own affair, for this domain", () => {
    const suspected = afterShortfall(encryptedHost, 5);
    expect(suspectedSince({ memory: known({ [host]: suspected }), host })).toBe(5);
    expect(suspectedSince({ memory: known({ "mx2.example.org": suspected }, { [host]: suspected }), host })).toBe(
      undefined,
    );
    expect(suspectedSince({ memory: { kind: "off" }, host })).toBeUndefined();
  });
});

describe("MEM-2 memory never lowers anything", () => {
  const names = ["a.example", "b.example", "constructor"];
  const arbitraryLevel = fc.constantFrom(...levels);
  const arbitraryStep = fc.record({
    kind: fc.constantFrom("delivery", "delivery", "delivery", "shortfall"),
    whose: fc.constantFrom("domain", "others"),
    host: fc.constantFrom(...names),
    level: arbitraryLevel,
    at: fc.integer({ min: 0, max: 4 * 86_400_000 }),
  });
  type Step = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never;
  interface World {
    readonly ofDomain: Readonly<Record<string, RememberedHost>>;
    readonly ofHosts: Readonly<Record<string, RememberedHost>>;
  }

  function step(world: World, { kind, whose, host: name, level, at: when }: Step): World {
    const part = whose === "domain" ? "ofDomain" : "ofHosts";
    const before = Object.hasOwn(world[part], name) ? (world[part][name] ?? {}) : {};
    const after = kind === "delivery" ? afterDelivery(before, level, when) : afterShortfall(before, when);
    return { ...world, [part]: { ...world[part], [name]: after } };
  }

  test("MEM-2 nothing that is met, well or badly, in any order, lowers any host's floor", () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { maxLength: 60 }), (steps) => {
        let world: World = { ofDomain: {}, ofHosts: {} };
        for (const one of steps) {
          const next = step(world, one);
          for (const name of names) {
            const before = rememberedFloor({ memory: { kind: "known", ...world }, host: name });
            const after = rememberedFloor({ memory: { kind: "known", ...next }, host: name });
            expect(satisfies(before, "cleartext")).toBe(true);
            expect(compareLevels(after, before)).toBeGreaterThanOrEqual(0);
          }
          world = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  test("MEM-2 that it cannot be read asks for no less than anything that could have been read", () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { maxLength: 60 }), fc.constantFrom(...names), (steps, name) => {
        const memory: MemoryFact = { kind: "known", ...steps.reduce(step, { ofDomain: {}, ofHosts: {} } as World) };
        const unreadable = rememberedFloor({ memory: { kind: "unreadable", detail: "" }, host: name });
        expect(satisfies(unreadable, rememberedFloor({ memory, host: name }))).toBe(true);
      }),
    );
  });

  test("MEM-1 authenticated is only ever asked of a host that has proven itself for this very domain", () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { maxLength: 60 }), fc.constantFrom(...names), (steps, name) => {
        const world = steps.reduce(step, { ofDomain: {}, ofHosts: {} } as World);
        const isAsked = rememberedFloor({ memory: { kind: "known", ...world }, host: name }) === "authenticated";
        const proofs = steps.filter((one) => one.whose === "domain" && one.host === name);
        const met = proofs.filter((one) => one.kind === "delivery" && one.level === "authenticated");
        if (isAsked) expect(met.length).toBeGreaterThanOrEqual(3);
      }),
    );
  });
});

describe("the most that a hop can have met", () => {
  test.each<[fault: TlsFault, met: Level, why: string]>([
    ["starttls-missing", "cleartext", "no TLS"],
    ["injected-bytes", "cleartext", "none that counts"],
    ["certificate-expired", "encrypted", "TLS, with somebody"],
    ["dane-mismatch", "encrypted", "TLS, with somebody else"],
    ["requiretls-missing", "authenticated", "says nothing about this hop"],
  ])("with %s is %s: %s", (fault, most) => {
    expect(metDespite(fault)).toBe(most);
  });

  test("a fault is one of those that there are", () => {
    expect(isTlsFault("handshake-reset")).toBe(true);
    for (const text of ["", "constructor", "handshake-Reset"]) expect(isTlsFault(text)).toBe(false);
  });
});
