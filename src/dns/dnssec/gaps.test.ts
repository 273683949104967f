import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { wire } from "../../../test/support/signed-zone.ts";
import { ok } from "../../base/index.ts";
import { nsecData } from "../wire.ts";
import { Gaps } from "./gaps.ts";
import { validatorLimits } from "./limits.ts";
import type { NsecFact } from "./nsec.ts";
import type { ProofStep, Validated } from "./types.ts";
import { createValidator } from "./validator.ts";
import { stage, world } from "./world.cases.ts";

describe("RFC 8198: what one absence proves of others", () => {
  type Step = readonly [type: string, name: string];
  const rows: readonly [first: Step, second: Step, kind: Validated["kind"], why: string][] = [
    [["MX", "nothing.example.test"], ["TLSA", "nothing.example.test"], "nxdomain", "of another type"],
    [["MX", "nothing.example.test"], ["MX", "nobody.example.test"], "nxdomain", "of another name in the same gap"],
    [["MX", "nothing.example.test"], ["A", "a.b.nothing.example.test"], "nxdomain", "of a name below"],
    [["TLSA", "mx.example.test"], ["MX", "mx.example.test"], "nodata", "the whole of a name's types"],
    [["A", "below.example.test"], ["TXT", "below.example.test"], "nodata", "an empty non-terminal"],
    [["MX", "any.wild.example.test"], ["TLSA", "other.wild.example.test"], "nodata", "what a wildcard lacks"],
  ];
  test.each(rows)("after %o, %o is known: %s: %s", async (first, second, kind) => {
    const { asked, resolve } = stage();
    await resolve(first[1], first[0]);
    asked.length = 0;
    const answer = await resolve(second[1], second[0]);
    expect(answer).toMatchObject({ status: "secure", kind, rcode: kind === "nxdomain" ? 3 : 0 });
    expect(asked).toEqual([]);
    expect(answer.proof.at(-1)).toMatchObject({ kind: "denial", type: "NSEC" });
    expect(answer.proof.at(-1)?.detail).toContain("known before");
    expect(answer.proof[0]).toMatchObject({ kind: "anchor" });
  });

  const unknown: readonly [first: Step, second: Step, why: string][] = [
    [["TLSA", "mx.example.test"], ["A", "mx.example.test"], "the type is there"],
    [["MX", "nothing.example.test"], ["A", "mx.example.test"], "the name lies in no known gap"],
    [["MX", "any.wild.example.test"], ["A", "other.wild.example.test"], "the wildcard has the type"],
    [
      ["DS", "plain.example.test"],
      ["A", "plain.example.test"],
      "the parent's side of a cut knows nothing of the child",
    ],
    [["DS", "plain.example.test"], ["A", "host.plain.example.test"], "nor of the names below"],
    [["MX", "nothing.hashed.test"], ["MX", "nobody.hashed.test"], "hashes are not remembered"],
    [["MX", "nothing.plain.test"], ["TXT", "nothing.plain.test"], "where nothing is proven, nothing is known"],
    [["TLSA", "mx.example.test"], ["ANY", "mx.example.test"], "ANY is not in the bitmap"],
  ];
  test.each(unknown)("after %o, %o is asked: %s", async (first, second) => {
    const { asked, resolve } = stage();
    await resolve(first[1], first[0]);
    asked.length = 0;
    await resolve(second[1], second[0]);
    expect(asked[0]).toBe(`${second[0]} ${second[1]}`);
  });

  test("its time counts down, and ends", async () => {
    const { asked, clock, resolve } = stage();
    await resolve("nothing.example.test", "MX");
    await clock.advance(100_000);
    expect(await resolve("nobody.example.test", "MX")).toMatchObject({ ttlSeconds: 500 });
    await clock.advance(500_000);
    asked.length = 0;
    expect(await resolve("nobody.example.test", "MX")).toMatchObject({ ttlSeconds: 600 });
    expect(asked).toEqual(["MX nobody.example.test"]);
  });

  test("an alias to it is known to lead to nothing", async () => {
    const { asked, resolve } = stage((message, name, type) =>
      `${type} ${name}` === "A lost.example.test"
        ? { ...message, authorities: [], answers: message.answers.filter((one) => one.name === name) }
        : message,
    );
    await resolve("nothing.example.test", "MX");
    asked.length = 0;
    expect(await resolve("lost.example.test", "A")).toMatchObject({ status: "secure", kind: "nxdomain" });
    expect(asked).toEqual(["A lost.example.test"]);
  });
});

test("SEC-1: whatever was asked before, an answer is what it is without it", async () => {
  const names = [
    "mx",
    "nothing",
    "nobody",
    "below",
    "deep.below",
    "x.deep.below",
    "any.wild",
    "there.wild",
    "*.wild",
    "alias",
    "lost",
    "plain",
    "host.plain",
    "moved",
    "mx.moved",
  ];
  const question = fc.tuple(fc.constantFrom(...names, ""), fc.constantFrom("A", "MX", "TLSA", "DS", "CNAME", "TXT"));
  const fresh = new Map<string, Promise<Validated>>();
  const told = ({ status, kind, owner, records, rcode }: Validated): unknown => ({
    status,
    kind,
    owner,
    records,
    rcode,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(question, { minLength: 2, maxLength: 12 }), async (all) => {
      const { resolve } = stage();
      for (const [label, type] of all) {
        const name = label === "" ? "example.test" : `${label}.example.test`;
        const alone = fresh.get(`${type} ${name}`) ?? stage().resolve(name, type);
        fresh.set(`${type} ${name}`, alone);
        expect(told(await resolve(name, type))).toEqual(told(await alone));
      }
    }),
    { numRuns: 150 },
  );
});

describe("what is remembered is bounded", () => {
  const fact = (owner: string, next: string): NsecFact => ({
    owner: wire(owner),
    data: nsecData(wire(next), [1, 46, 47]),
  });
  const step = (owner: string): ProofStep => ({ kind: "denial", zone: "z.test", owner, type: "NSEC" });
  const number = (index: number): string => `n${String(index).padStart(4, "0")}`;

  test("in each zone: what lasts longest stays", () => {
    const gaps = new Gaps(manualClock());
    for (let index = 0; index < 200; index++) {
      const owner = `${number(index)}.z.test`;
      gaps.remember(wire("z.test"), [fact(owner, `${number(index)}x.z.test`)], [step(owner)], 100 + index);
    }
    const known = Array.from({ length: 200 }, (_, index) => wire(`${number(index)}.z.test`)).filter(
      (name) => gaps.prove(name, 15, name) !== undefined,
    );
    expect(known.length).toBe(validatorLimits.gapsPerZoneMax);
    expect(known.at(-1)).toBe(`${number(199)}.z.test`);
  });

  test("and in all", () => {
    const gaps = new Gaps(manualClock());
    const zones = Array.from({ length: validatorLimits.gapZonesKeptMax + 50 }, (_, index) => `${number(index)}.test`);
    for (const zone of zones) gaps.remember(wire(zone), [fact(zone, `x.${zone}`)], [step(zone)], 100);
    expect(zones.filter((zone) => gaps.prove(wire(zone), 15, wire(zone)) !== undefined).length).toBe(
      validatorLimits.gapZonesKeptMax,
    );
  });

  test("a proof lasts as long as the record in it that ends first", async () => {
    const clock = manualClock();
    const gaps = new Gaps(clock);
    gaps.remember(wire("z.test"), [fact("b.z.test", "d.z.test")], [step("b.z.test")], 50);
    gaps.remember(wire("z.test"), [fact("z.test", "b.z.test")], [step("z.test")], 100);
    expect(gaps.prove(wire("c.z.test"), 1, wire("c.z.test"))).toMatchObject({ kind: "nxdomain", ttlSeconds: 50 });
    await clock.advance(49_500);
    expect(gaps.prove(wire("c.z.test"), 1, wire("c.z.test"))).toBeUndefined();
  });
});

test("what was known under anchors that are gone is not known", async () => {
  let anchors = world().anchors;
  const asked: string[] = [];
  const validator = createValidator({
    ask(name, type) {
      asked.push(`${type} ${name}`);
      return Promise.resolve(ok(world().honest(name, type)));
    },
    clock: manualClock(),
    anchors: () => anchors,
  });
  expect(await validator.resolve(wire("nothing.example.test"), "MX")).toMatchObject({ status: "secure" });
  anchors = world().zones.hashed.anchors();
  asked.length = 0;
  expect(await validator.resolve(wire("nobody.example.test"), "MX")).toMatchObject({ status: "insecure" });
  expect(asked).toEqual(["MX nobody.example.test"]);
});
