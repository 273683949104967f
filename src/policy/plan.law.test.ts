/**
 * The law above all: no failure of a lookup ever lowers what a hop requires. Held over random worlds: each is planned
 * twice, once as it is, once with some of its lookups failing.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { domain, levels, satisfies, type Level } from "../base/index.ts";
import { plan } from "./plan.ts";
import type { DeliveryHistory, Facts, HostFact, Plan, PlannedHost, Rule } from "./types.ts";
import { factsOf, type Told, type Zone } from "./world.cases.ts";

const hosts = ["a.example", "b.example", "c.example", "relay.us.example"];
const failure = fc.constantFrom("bogus", "timeout", "servfail", "refused", "network", "malformed", "rcode" as const);

const fate = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: failure });

const records = <T>(record: fc.Arbitrary<T>, max: number): fc.Arbitrary<Told<T>> =>
  fc.array(record, { minLength: 1, maxLength: max }).chain((list) => fc.constantFrom<Told<T>>(list, { secure: list }));
const absent = fc.constantFrom("nodata", "secure nodata", "nxdomain", "secure nxdomain" as const);
const mxRecord = fc.tuple(fc.nat({ max: 3 }), fc.constantFrom(...hosts, ".", "192.0.2.1", "no name"));
const v4 = fc.constantFrom("192.0.2.1", "192.0.2.2", "10.0.0.1", "127.0.0.1", "198.51.100.25");
const v6 = fc.constantFrom("2001:db8::1", "::1");

const zone: fc.Arbitrary<Zone> = fc.record({
  mx: fc.record({
    "example.org": fc.oneof({ weight: 5, arbitrary: records(mxRecord, 5) }, absent),
    "example.net": records(mxRecord, 3),
  }),
  a: tableOf(v4),
  aaaa: tableOf(v6),
});

function tableOf(record: fc.Arbitrary<string>): fc.Arbitrary<Readonly<Record<string, Told<string>>>> {
  const answer = fc.oneof({ weight: 4, arbitrary: records(record, 3) }, absent);
  const names = [...hosts, "example.org"];
  return fc
    .tuple(...names.map(() => answer))
    .map((told) => Object.fromEntries(names.map((name, at) => [name, told[at] ?? "nodata"])));
}

/** The same world, some of its answers replaced by failures. */
function failing(world: Zone): fc.Arbitrary<Zone> {
  const table = (of: Readonly<Record<string, Told<never>>>): fc.Arbitrary<Record<string, Told<never>>> => {
    const entries = Object.entries(of);
    const fates = fc.tuple(...entries.map(() => fate));
    return fates.map((decided) => Object.fromEntries(entries.map(([name, told], at) => [name, decided[at] ?? told])));
  };
  return fc.record({ mx: table(world.mx as never), a: table(world.a as never), aaaa: table(world.aaaa as never) });
}

const level = fc.constantFrom<Level>(...levels);
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ pattern: fc.constant("example.org"), require: level }),
  fc.constant<Rule>({ pattern: "*" }),
  fc.constant<Rule>({ pattern: "*", require: "authenticated", match: ["mx.partner.example"] }),
  level.map((require): Rule => ({
    pattern: ".org",
    require,
    route: { kind: "mx", name: domain("example.net"), text: "example.net" },
  })),
  level.map((require): Rule => ({
    pattern: ".org",
    require,
    route: { kind: "host", name: domain("a.example"), port: 24, text: "[a.example]:24" },
  })),
);
const entry = fc.record(
  { offeredTls: fc.boolean(), tlsFailures: fc.nat({ max: 5 }), firstFailureAt: fc.constantFrom(0, 9_000_000, 9e9) },
  { requiredKeys: ["offeredTls", "tlsFailures"] },
);
const history: fc.Arbitrary<DeliveryHistory> = fc.dictionary(fc.constantFrom(...hosts, "example.org"), entry);

const world = fc.record({
  zone,
  rules: fc.array(rule, { maxLength: 2 }),
  defaultRequire: level,
  allowPrivateAddresses: fc.boolean(),
  history,
  requireTls: fc.boolean(),
  seed: fc.nat(),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

async function factsIn(of: World, inZone: Zone): Promise<Facts> {
  const { rules, defaultRequire, allowPrivateAddresses, requireTls, seed } = of;
  const changes = { rules, defaultRequire, allowPrivateAddresses };
  const facts = await factsOf(inZone, changes, { history: of.history, message: { requireTls } }, seed);
  return { ...facts, now: 10_000_000 };
}

function requirements(planned: Plan): ReadonlyMap<string, PlannedHost> {
  return new Map(hostsOf(planned).map((host) => [host.host, { ...host, addresses: [] }]));
}

const least = (facts: Facts): Level => facts.rule?.require ?? facts.defaultRequire;

test("no failure of a lookup ever changes what a host must prove, nor returns mail", async () => {
  let compared = 0;
  const worlds = world.chain((one) => fc.tuple(fc.constant(one), failing(one.zone)));
  await fc.assert(
    fc.asyncProperty(worlds, async ([one, broken]) => {
      const whole = plan(await factsIn(one, one.zone));
      const facts = await factsIn(one, broken);
      const after = plan(facts);
      const before = requirements(whole);
      for (const [host, requirement] of requirements(after)) {
        expect(satisfies(requirement.level, least(facts))).toBe(true);
        // A host that stood behind ourselves was not planned before.
        if (before.has(host)) expect(requirement).toEqual(before.get(host));
        compared++;
      }
      if (facts.mx.kind === "failed") expect(after.kind).toBe("defer");
      // What could have gone out is never returned for want of an answer.
      if (after.kind === "bounce" && after.reason !== "mail-loop") expect(whole.kind).not.toBe("try");
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(500);
});

test("a single fact that becomes a failure takes its host out and leaves the others as they were", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(world, fc.nat(), async (one, place) => {
      const facts = await factsIn(one, one.zone);
      const victim = facts.hosts[place % Math.max(1, facts.hosts.length)];
      if (victim === undefined || victim.isUs) return;
      const failed = { kind: "failed", status: "bogus", failure: "bogus" } as const;
      const maimed = facts.hosts.map((host): HostFact => (host === victim ? { ...host, addresses: failed } : host));
      const after = plan({ ...facts, hosts: maimed });
      const expected = new Map(requirements(plan(facts)));
      expected.delete(victim.name);
      expect(requirements(after)).toEqual(expected);
      compared++;
    }),
    { numRuns: 1_000 },
  );
  expect(compared).toBeGreaterThan(300);
});

test("every planned host must prove at least what the rule demands, and a level above cleartext is never proven by nothing", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const facts = await factsIn(one, one.zone);
      for (const { level: needed, proof, skipTls, addresses } of hostsOf(plan(facts))) {
        expect(satisfies(needed, least(facts))).toBe(true);
        expect(proof.kind === "none").toBe(needed === "cleartext");
        expect(proof.kind === "any-tls").toBe(needed === "encrypted");
        if ("names" in proof) expect(proof.names.length).toBeGreaterThan(0);
        if (skipTls === true) expect([needed, facts.message.requireTls]).toEqual(["cleartext", false]);
        expect(addresses.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("spoof-mx: without DNSSEC no name out of DNS is ever among those that prove a host", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const facts = await factsIn({ ...one, defaultRequire: "authenticated" }, one.zone);
      if (facts.mx.kind === "routed" || !("status" in facts.mx) || facts.mx.status === "secure") return;
      for (const { proof } of hostsOf(plan(facts))) {
        const names = "names" in proof ? proof.names : [];
        const written = [facts.nextHop, `.${facts.nextHop}`, ...(facts.rule?.match ?? [])];
        expect(names.filter((name) => !written.includes(name))).toEqual([]);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("the same facts give the same plan, and are left as they were", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const facts = await factsIn(one, one.zone);
      const copy = structuredClone(facts);
      expect(plan(facts)).toEqual(plan(copy));
      expect(facts).toEqual(copy);
    }),
  );
});

function hostsOf(planned: Plan): readonly PlannedHost[] {
  return planned.kind === "try" ? planned.hosts : [];
}
