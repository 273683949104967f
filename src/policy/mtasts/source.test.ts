import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { domain, err, noLog, ok, type DomainName, type Log, type Metrics, type Result } from "../../base/index.ts";
import type { Answer } from "../../dns/index.ts";
import { openFactStore, openStsStore, type FactStore } from "../../system/index.ts";
import { manualClock, seededRandom, type ManualClock } from "../../../test/support/clock.ts";
import type { StsFact } from "../types.ts";
import { entryOf, retryAt } from "./entries.ts";
import { stsLimits } from "./limits.ts";
import { createStsSource } from "./source.ts";
import type { StsService, StsStore, StsTrouble } from "./types.ts";

const org = domain("example.org");
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const maxAgeSeconds = (7 * dayMs) / 1000;

const policyText = (mode = "enforce", mx = "mx.example.org", maxAge = maxAgeSeconds): string =>
  `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: ${maxAge}\n`;
const blocked = err<StsTrouble>({ result: "sts-policy-fetch-error", detail: "no answer within 60 seconds" });
const forgedHost = err<StsTrouble>({ result: "sts-webpki-invalid", detail: "the certificate is not for mta-sts" });

/** A domain's record: texts, `absent` and how far that is proven, or a failure. */
type RecordState = readonly string[] | "absent" | "absent, proven" | "bogus" | "timeout";

class World {
  readonly clock: ManualClock = manualClock();
  readonly records = new Map<string, RecordState>();
  readonly hosts = new Map<string, string | Result<Uint8Array, StsTrouble>>();
  /** Names whose TXT was asked for; hosts that were fetched from. */
  readonly asked: string[] = [];
  readonly fetched: string[] = [];
  readonly logged: string[] = [];
  readonly counted: string[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), "surehop-sts-"));
  /** In the way of the store. */
  broken: "reading" | "writing" | "both" | undefined;
  /** Answers do not come before this. */
  holdRecords: Promise<unknown> | undefined;
  holdPolicies: Promise<unknown> | undefined;
  #facts: FactStore | undefined;
  #source: StsService | undefined;

  get source(): StsService {
    if (this.#source === undefined) throw new Error("not started");
    return this.#source;
  }

  get store(): StsStore {
    if (this.#facts === undefined) throw new Error("not started");
    return openStsStore(this.#facts);
  }

  publish(name: DomainName, id: string, text: string): void {
    this.records.set(`_mta-sts.${name}`, [`v=STSv1; id=${id};`]);
    this.hosts.set(`mta-sts.${name}`, text);
  }

  start(refreshes = false): this {
    this.#facts = openFactStore({ directory: this.directory, role: "relay" });
    const note = (message: string, fields?: object): void =>
      void this.logged.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { ...noLog, info: note, warn: note, error: note };
    const metrics: Metrics = {
      count: (name, labels = {}) => void this.counted.push([name, ...Object.values(labels)].join(" ")),
      gauge: (name, value, labels = {}) => void this.counted.push([name, ...Object.values(labels), value].join(" ")),
      observe() {},
    };
    this.#source = createStsSource({
      resolver: { txt: (name) => this.#txt(name) },
      get: (host) => this.#fetch(host),
      store: this.#brittle(openStsStore(this.#facts)),
      clock: this.clock,
      random: seededRandom(1),
      log,
      metrics,
      refreshes,
    });
    return this;
  }

  async restart(refreshes = false): Promise<void> {
    await this.stop();
    this.start(refreshes);
  }

  async stop(): Promise<void> {
    await this.#source?.close();
    this.#facts?.close();
  }

  async #txt(name: DomainName): Promise<Answer<string>> {
    this.asked.push(name);
    await this.holdRecords;
    const state = this.records.get(name) ?? "absent";
    const common = { question: name, owner: name, aliases: [], ttlSeconds: 60 };
    if (typeof state === "object") return { ...common, kind: "records", status: "insecure", records: state };
    if (state === "absent") return { ...common, kind: "nxdomain", status: "insecure" };
    if (state === "absent, proven") return { ...common, kind: "nodata", status: "secure" };
    const status = state === "bogus" ? "bogus" : "indeterminate";
    return { kind: "failure", status, question: name, failure: state, detail: "as the test wants it" };
  }

  async #fetch(host: DomainName): Promise<Result<Uint8Array, StsTrouble>> {
    this.fetched.push(host);
    await this.holdPolicies;
    const policy = this.hosts.get(host) ?? blocked;
    return typeof policy === "string" ? ok(Buffer.from(policy)) : policy;
  }

  #brittle(store: StsStore): StsStore {
    const check = (way: "reading" | "writing"): void => {
      if (this.broken === way || this.broken === "both") throw new Error("disk I/O error");
    };
    return {
      ...store,
      read: (name) => (check("reading"), store.read(name)),
      due: (...bounds) => (check("reading"), store.due(...bounds)),
      list: (request) => (check("reading"), store.list(request)),
      write: (entry) => (check("writing"), store.write(entry)),
      touch: (...use) => (check("writing"), store.touch(...use)),
      tidy: (bounds) => (check("writing"), store.tidy(bounds)),
    };
  }
}

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(async () => {
  await world.stop();
  rmSync(world.directory, { recursive: true });
});

/** Lets what runs in the background come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await world.clock.advance(0);
}

/** As a delivery asks, and what it would hear once the look behind it is done. */
async function settled(name = org): Promise<StsFact> {
  await world.source.policyFor(name);
  await rest();
  return world.source.policyFor(name);
}

const enforced = {
  kind: "policy",
  id: "1",
  policy: { mode: "enforce", mx: ["mx.example.org"], maxAgeSeconds },
} as const;

describe("STS-1 first contact", () => {
  test("record and policy are had, and the policy is as published", async () => {
    world.start().publish(org, "1", policyText());
    const now = world.clock.now();
    expect(await world.source.policyFor(org)).toEqual({ ...enforced, fetchedAt: now, expiresAt: now + 7 * dayMs });
    expect([world.asked, world.fetched]).toEqual([["_mta-sts.example.org"], ["mta-sts.example.org"]]);
  });

  test.each(["enforce", "testing", "none"])(
    "STS-5 mode %s is kept as published: what follows from it the plan says",
    async (mode) => {
      world.start().publish(org, "1", policyText(mode));
      expect(await world.source.policyFor(org)).toMatchObject({ kind: "policy", policy: { mode } });
      expect(world.store.read(org)).toMatchObject({ policy: { mode } });
    },
  );

  const without: readonly [why: string, state: RecordState, failure: object | undefined][] = [
    ["no record", "absent", undefined],
    ["no record, proven", "absent, proven", undefined],
    ["other records alone", ["v=spf1 -all"], undefined],
    [
      "trap 22: two records",
      ["v=STSv1; id=1", "v=STSv1; id=2"],
      { result: "sts-policy-invalid", detail: "the TXT record at _mta-sts.example.org is there more than once" },
    ],
    [
      "a record without id",
      ["v=STSv1; x=1"],
      { result: "sts-policy-invalid", detail: expect.stringMatching(/has no id/) },
    ],
    [
      "a record that is bogus is told as a failure",
      "bogus",
      { result: "sts-policy-fetch-error", detail: expect.stringMatching(/is not believed \(bogus/) },
    ],
    [
      "a record that does not come",
      "timeout",
      { result: "sts-policy-fetch-error", detail: expect.stringMatching(/could not be had \(timeout/) },
    ],
  ];
  test.each(without)("%s: none", async (_, state, failure) => {
    world.start().publish(org, "1", policyText());
    world.records.set("_mta-sts.example.org", state);
    expect(await world.source.policyFor(org)).toEqual(
      failure === undefined ? { kind: "none" } : { kind: "none", failure },
    );
    expect(world.fetched).toEqual([]);
  });

  test("a name too long to have a record is not asked for", async () => {
    world.start();
    const long = domain(`${"a.".repeat(124)}test`);
    expect(await world.source.policyFor(long)).toEqual({ kind: "none" });
    expect(world.asked).toEqual([]);
  });

  test("an address literal has no policy, and nobody is asked", async () => {
    world.start();
    expect(await world.source.policyFor("[192.0.2.1]" as DomainName)).toEqual({ kind: "not-asked" });
    expect(world.asked).toEqual([]);
  });

  test.each([
    ["blocked", blocked, "sts-policy-fetch-error"],
    ["not the policy host's certificate", forgedHost, "sts-webpki-invalid"],
    ["not a policy", "<html></html>", "sts-policy-invalid"],
    ["trap 20: enforce without mx", "version: STSv1\nmode: enforce\nmax_age: 86400\n", "sts-policy-invalid"],
  ])("STS-3 a policy that cannot be had is none, with its failure: %s", async (_, host, result) => {
    world.start().publish(org, "1", policyText());
    world.hosts.set("mta-sts.example.org", host);
    expect(await world.source.policyFor(org)).toEqual({
      kind: "none",
      failure: { result, detail: expect.any(String) },
    });
    expect(world.store.list({ max: 10 })).toEqual([]);
    expect(world.counted).toContain(`surehop_sts_fetches_total ${result}`);
  });

  test("STS-3 trap 17: a policy host that fails is tried again after 5 minutes, and not before, however much mail there is", async () => {
    world.start().publish(org, "1", policyText());
    world.hosts.set("mta-sts.example.org", blocked);
    for (let minute = 0; minute < 5; minute++) {
      for (let mail = 0; mail < 10; mail++) {
        expect(await world.source.policyFor(org)).toMatchObject({
          kind: "none",
          failure: { result: "sts-policy-fetch-error" },
        });
      }
      await world.clock.advance(minuteMs - 1);
    }
    expect(world.fetched).toHaveLength(1);
    await world.clock.advance(minuteMs);
    world.hosts.set("mta-sts.example.org", policyText());
    expect(await world.source.policyFor(org)).toMatchObject(enforced);
    expect(world.fetched).toHaveLength(2);
  });

  test("an id that changes does not shorten that wait", async () => {
    world.start().publish(org, "1", policyText());
    world.hosts.set("mta-sts.example.org", blocked);
    for (let id = 1; id < 50; id++) {
      world.records.set("_mta-sts.example.org", [`v=STSv1; id=${id}`]);
      await world.source.policyFor(org);
    }
    expect(world.fetched).toHaveLength(1);
  });

  test("equal questions at one time are one", async () => {
    world.start().publish(org, "1", policyText());
    const facts = await Promise.all(Array.from({ length: 50 }, () => world.source.policyFor(org)));
    expect(new Set(facts.map((fact) => JSON.stringify(fact))).size).toBe(1);
    expect(facts[0]).toMatchObject(enforced);
    expect([world.asked.length, world.fetched.length]).toEqual([1, 1]);
  });

  test("trap 21: a policy is its own domain's, whatever hosts two domains share", async () => {
    const [one, two, three] = [domain("one.test"), domain("two.test"), domain("sub.one.test")];
    world.start().publish(one, "7", policyText("enforce", "mx.shared.test"));
    world.publish(two, "7", policyText("none", "mx.shared.test"));
    expect(await world.source.policyFor(one)).toMatchObject({ policy: { mode: "enforce" } });
    expect(await world.source.policyFor(two)).toMatchObject({ policy: { mode: "none" } });
    expect(await world.source.policyFor(three)).toEqual({ kind: "none" });
  });
});

describe("STS-3 what is kept is served", () => {
  beforeEach(async () => {
    world.start().publish(org, "1", policyText());
    await world.source.policyFor(org);
  });

  test("at once, without waiting for anybody", async () => {
    world.holdRecords = new Promise(() => {});
    expect(await world.source.policyFor(org)).toMatchObject(enforced);
    expect(world.fetched).toHaveLength(1);
  });

  test("the record is looked at behind it, every 5 minutes at most", async () => {
    for (let minute = 0; minute < 15; minute++) {
      await settled();
      await world.clock.advance(minuteMs);
    }
    expect(world.asked).toHaveLength(3);
    expect(world.fetched).toHaveLength(1);
  });

  test("a new id brings the new policy", async () => {
    world.publish(org, "2", policyText("testing", "new.example.org"));
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).toMatchObject({ id: "2", policy: { mode: "testing", mx: ["new.example.org"] } });
    expect(await settled()).not.toHaveProperty("stale");
  });

  test("the same id brings nothing, even if the policy is another one by now", async () => {
    world.hosts.set("mta-sts.example.org", policyText("none"));
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).toMatchObject(enforced);
    expect(world.fetched).toHaveLength(1);
  });

  const attacks: readonly [why: string, attack: () => void, stale: string][] = [
    [
      "the id changes and HTTPS is blocked",
      () => {
        world.records.set("_mta-sts.example.org", ["v=STSv1; id=2"]);
        world.hosts.set("mta-sts.example.org", blocked);
      },
      "sts-policy-fetch-error",
    ],
    [
      "the id changes and the policy host is an impostor",
      () => {
        world.records.set("_mta-sts.example.org", ["v=STSv1; id=2"]);
        world.hosts.set("mta-sts.example.org", forgedHost);
      },
      "sts-webpki-invalid",
    ],
    [
      "the id changes and the policy is broken",
      () => world.publish(org, "2", "version: STSv1\nmode: none\n"),
      "sts-policy-invalid",
    ],
    ["the TXT vanishes", () => void world.records.delete("_mta-sts.example.org"), "sts-policy-fetch-error"],
    [
      "the TXT vanishes, proven",
      () => void world.records.set("_mta-sts.example.org", "absent, proven"),
      "sts-policy-fetch-error",
    ],
    [
      "the TXT does not answer",
      () => void world.records.set("_mta-sts.example.org", "timeout"),
      "sts-policy-fetch-error",
    ],
    ["the TXT is bogus", () => void world.records.set("_mta-sts.example.org", "bogus"), "sts-policy-fetch-error"],
    [
      "the TXT is broken",
      () => void world.records.set("_mta-sts.example.org", ["v=STSv1; id=!"]),
      "sts-policy-invalid",
    ],
    [
      "a second TXT stands beside it",
      () => void world.records.set("_mta-sts.example.org", ["v=STSv1; id=1", "v=STSv1; id=2"]),
      "sts-policy-invalid",
    ],
    [
      "all of DNS and HTTPS is blocked",
      () => {
        world.records.set("_mta-sts.example.org", "timeout");
        world.hosts.set("mta-sts.example.org", blocked);
      },
      "sts-policy-fetch-error",
    ],
  ];
  test.each(attacks)("trap 17: %s: the kept policy counts, and the failure is told", async (_, attack, result) => {
    attack();
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).toMatchObject({ ...enforced, stale: { result, detail: expect.any(String) } });
    expect(world.logged.join("\n")).toMatch(/could not be confirmed.*"expires":"2026-01-08/);
    // For as long as it was to count, and not a moment more.
    await world.clock.advance(7 * dayMs - stsLimits.lookEveryMs - 1);
    expect(await world.source.policyFor(org)).toMatchObject({ ...enforced, stale: {} });
    await rest();
    await world.clock.advance(1);
    expect((await world.source.policyFor(org)).kind).toBe("none");
  });

  test("what was told as stale is so no more when the record is back", async () => {
    world.records.set("_mta-sts.example.org", "timeout");
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).toHaveProperty("stale");
    world.publish(org, "1", policyText());
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).not.toHaveProperty("stale");
    expect(world.fetched).toHaveLength(1);
  });

  test("a new id whose policy is blocked is fetched again later, and the failure is told until then", async () => {
    world.publish(org, "2", policyText("testing"));
    world.hosts.set("mta-sts.example.org", blocked);
    await world.clock.advance(stsLimits.lookEveryMs);
    expect(await settled()).toMatchObject({ id: "1", stale: {} });
    world.hosts.set("mta-sts.example.org", policyText("testing"));
    await world.clock.advance(stsLimits.fetchEveryMs);
    expect(await settled()).toEqual({ ...(await world.source.policyFor(org)), id: "2" });
    expect(await settled()).not.toHaveProperty("stale");
  });

  test("trap 18: it survives a restart, with what was said against it", async () => {
    world.records.set("_mta-sts.example.org", "timeout");
    world.hosts.set("mta-sts.example.org", blocked);
    await world.clock.advance(stsLimits.lookEveryMs);
    const before = await settled();
    await world.restart();
    expect(await world.source.policyFor(org)).toEqual(before);
    expect(before).toMatchObject({ ...enforced, stale: {} });
    expect(world.fetched).toHaveLength(1);
  });

  test("trap 17: a store that cannot be read is a deferral, not no policy; it is well again when the store is", async () => {
    world.broken = "both";
    const fact = await world.source.policyFor(org);
    expect(fact).toEqual({ kind: "unreadable", detail: expect.stringMatching(/cannot be read.*disk I\/O error/) });
    expect(await world.source.policyFor(domain("another.test"))).toMatchObject({ kind: "unreadable" });
    await rest();
    expect(await world.source.recheck(org)).toMatchObject({ kind: "unreadable" });
    world.broken = undefined;
    expect(await settled()).toMatchObject(enforced);
  });

  test("trap 17: nor is it no policy if record and policy host are silent at the same time", async () => {
    world.broken = "both";
    world.records.set("_mta-sts.example.org", "absent");
    world.hosts.set("mta-sts.example.org", blocked);
    expect(await world.source.policyFor(org)).toMatchObject({ kind: "unreadable" });
    expect(await world.source.recheck(org)).toMatchObject({ kind: "unreadable" });
    world.records.set("_mta-sts.example.org", ["v=STSv1; id=2"]);
    expect(await world.source.refreshNow(org)).toMatchObject({ kind: "unreadable" });
  });

  test("trap 17: a broken row is unreadable, and is mended from the policy host behind the deferral", async () => {
    const facts = openFactStore({ directory: world.directory, role: "operator" });
    facts.write(() => facts.prepare("UPDATE sts_policy SET mx = '[]'").run());
    facts.close();
    await world.clock.advance(stsLimits.fetchEveryMs);
    expect(await world.source.policyFor(org)).toMatchObject({
      kind: "unreadable",
      detail: expect.stringMatching(/broken mx/),
    });
    await rest();
    expect(await world.source.policyFor(org)).toMatchObject(enforced);
  });

  test("what cannot be written down counts all the same, and is written later", async () => {
    const [other, late] = [domain("other.test"), domain("late.test")];
    world.broken = "writing";
    world.publish(other, "5", policyText("enforce", "mx.other.test"));
    expect(await world.source.policyFor(other)).toMatchObject({ id: "5" });
    expect(await world.source.policyFor(other)).toMatchObject({ id: "5" });
    expect(world.fetched.filter((host) => host === "mta-sts.other.test")).toHaveLength(1);
    expect(world.store.read(other)).toBeUndefined();
    expect(world.logged.join("\n")).toMatch(/could not be written down/);
    world.broken = undefined;
    world.publish(late, "6", policyText());
    await world.source.policyFor(late);
    await world.source.refreshNow(other);
    expect(world.store.read(other)).toMatchObject({ id: "5" });
  });
});

describe("STS-4 every host failed: is there a newer policy?", () => {
  beforeEach(async () => {
    world.start().publish(org, "1", policyText());
    await world.source.policyFor(org);
    await world.clock.advance(stsLimits.fetchEveryMs);
  });

  test("there is, and the record is asked at once", async () => {
    await world.source.policyFor(org);
    await rest();
    world.publish(org, "2", policyText("enforce", "moved.example.org"));
    expect(await world.source.recheck(org)).toMatchObject({ id: "2", policy: { mx: ["moved.example.org"] } });
  });

  test("there is none: the same one, by its id", async () => {
    expect(await world.source.recheck(org)).toMatchObject(enforced);
    expect(world.fetched).toHaveLength(1);
  });

  test("nobody can say: the same one", async () => {
    world.records.set("_mta-sts.example.org", "timeout");
    expect(await world.source.recheck(org)).toMatchObject({ ...enforced, stale: {} });
  });

  test("an id that changes all the time does not make us fetch all the time", async () => {
    for (let id = 2; id < 30; id++) {
      world.publish(org, String(id), policyText());
      await world.source.recheck(org);
    }
    expect(world.fetched).toHaveLength(2);
  });
});

describe("trap 18, STS-3: refreshed early, by the clock, with jitter", () => {
  test("daily, so that it never expires, whether there is mail or not", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    await world.clock.advance(30 * dayMs);
    expect(await world.source.policyFor(org)).toMatchObject(enforced);
    expect(world.fetched.length).toBeGreaterThanOrEqual(30);
    expect(world.fetched.length).toBeLessThanOrEqual(41);
  });

  test("the refresh is of the policy, whatever the id says", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    world.hosts.set("mta-sts.example.org", policyText("testing"));
    await world.clock.advance(dayMs + 2 * stsLimits.sweepEveryMs);
    expect(await world.source.policyFor(org)).toMatchObject({ id: "1", policy: { mode: "testing" } });
  });

  const hidden: readonly RecordState[] = ["absent", "bogus", "timeout", ["v=STSv1; id=!"]];
  test.each(hidden)(
    "a record that is hidden (%s) does not end it: the policy host proves the policy",
    async (state) => {
      world.start(true).publish(org, "1", policyText());
      await world.source.policyFor(org);
      world.records.set("_mta-sts.example.org", state);
      await world.clock.advance(30 * dayMs);
      expect(await world.source.policyFor(org)).toMatchObject(enforced);
    },
  );

  test("a record that is gone, proven by DNSSEC, ends it: the policy runs out when it was to", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    world.records.set("_mta-sts.example.org", "absent, proven");
    await world.clock.advance(7 * dayMs - stsLimits.sweepEveryMs);
    expect(await world.source.policyFor(org)).toMatchObject({ ...enforced, stale: {} });
    await world.clock.advance(2 * stsLimits.sweepEveryMs);
    expect(await world.source.policyFor(org)).toEqual({ kind: "none" });
    expect(world.fetched).toHaveLength(1);
  });

  test("one that fails is tried again, not too often, and all is well when it succeeds", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    world.hosts.set("mta-sts.example.org", blocked);
    await world.clock.advance(3 * dayMs);
    expect(await world.source.policyFor(org)).toMatchObject({
      ...enforced,
      stale: { result: "sts-policy-fetch-error" },
    });
    expect(world.fetched.length).toBeGreaterThan(24);
    expect(world.fetched.length).toBeLessThan(24 * 3);
    expect(world.logged.filter((line) => line.includes("could not be confirmed"))).toHaveLength(1);
    world.hosts.set("mta-sts.example.org", policyText());
    await world.clock.advance(2 * hourMs);
    const mended = await world.source.policyFor(org);
    expect(mended).toMatchObject(enforced);
    expect(mended).not.toHaveProperty("stale");
    expect(world.store.read(org)?.expiresAt).toBeGreaterThan(world.clock.now() + 6 * dayMs);
  });

  test("after a restart it goes on", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    await world.stop();
    await world.clock.advance(2 * dayMs);
    world.start(true);
    await world.clock.advance(2 * stsLimits.sweepEveryMs);
    expect(world.fetched).toHaveLength(2);
  });

  test("a policy that expired while the relay was down is looked for anew before the next mail", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    await world.stop();
    await world.clock.advance(8 * dayMs);
    world.start(true);
    await world.clock.advance(2 * stsLimits.sweepEveryMs);
    world.hosts.set("mta-sts.example.org", blocked);
    expect(await world.source.policyFor(org)).toMatchObject(enforced);
  });

  test("a domain that nobody writes to is refreshed for 90 days; use is noted", async () => {
    const idle = domain("idle.test");
    world.start(true).publish(org, "1", policyText());
    world.publish(idle, "1", policyText());
    await world.source.policyFor(idle);
    for (let day = 0; day < 120; day += 5) {
      await world.source.policyFor(org);
      await world.clock.advance(5 * dayMs);
    }
    expect(world.store.read(idle)).toBeUndefined();
    expect(world.store.read(org)).toMatchObject({ id: "1" });
  });

  test("many are refreshed a few at a time, and not all in the same minute", async () => {
    world.start(true);
    const names = Array.from({ length: 100 }, (_, index) => domain(`d${index}.test`));
    for (const name of names) {
      world.publish(name, "1", policyText());
      await world.source.policyFor(name);
    }
    const perSweep: number[] = [];
    while (world.clock.now() < Date.UTC(2026, 0, 2, 1)) {
      const before = world.fetched.length;
      await world.clock.advance(stsLimits.sweepEveryMs);
      perSweep.push(world.fetched.length - before);
    }
    expect(world.fetched.length).toBeGreaterThanOrEqual(200);
    expect(Math.max(...perSweep)).toBeLessThan(20);
  });

  test("after a time of standing still all of them are due, and still a few are refreshed at a time", async () => {
    world.start().publish(org, "1", policyText());
    const names = Array.from({ length: 30 }, (_, index) => domain(`d${index}.test`));
    for (const name of names) {
      world.publish(name, "1", policyText());
      await world.source.policyFor(name);
    }
    await world.stop();
    await world.clock.advance(2 * dayMs);
    world.start(true);
    let release = (): void => {};
    world.holdPolicies = new Promise<void>((resolve) => (release = resolve));
    await world.clock.advance(stsLimits.sweepEveryMs);
    expect(world.fetched).toHaveLength(30 + stsLimits.refreshesAtOnceMax);
    release();
    await world.clock.advance(minuteMs);
    expect(world.fetched).toHaveLength(60);
  });

  test("what is kept is counted, by mode", async () => {
    world.start(true).publish(org, "1", policyText());
    await world.source.policyFor(org);
    await world.clock.advance(2 * stsLimits.sweepEveryMs);
    expect(world.counted).toContain("surehop_sts_policies enforce 1");
    expect(world.counted).toContain("surehop_sts_policies testing 0");
  });

  test.each([
    ["a year", 31_557_600, 0.75 * dayMs, dayMs],
    ["a week", 604_800, 0.75 * dayMs, dayMs],
    ["a day", 86_400, 0.375 * dayMs, 0.5 * dayMs],
    ["an hour", 3_600, 0.375 * hourMs, 0.5 * hourMs],
    ["nothing", 0, 1.8 * minuteMs, 2.5 * minuteMs],
  ])("a max_age of %s: refreshed between three quarters of its time and its time", (_, maxAge, earliest, latest) => {
    const fetched = {
      domain: org,
      id: "1",
      policy: { mode: "enforce", mx: ["a.test"], maxAgeSeconds: maxAge },
    } as const;
    const times = [0, 0.3, 0.999].map((dice) => entryOf(fetched, 0, dice).refreshAt);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(earliest);
    expect(Math.max(...times)).toBeLessThanOrEqual(latest);
    expect(new Set(times).size).toBe(3);
  });

  test("a refresh that failed is tried again within the hour, sooner the less time is left, never within 5 minutes", () => {
    const entry = entryOf({ domain: org, id: "1", policy: enforced.policy }, 0, 0);
    expect(retryAt(entry, dayMs, 0)).toBe(dayMs + hourMs);
    expect(retryAt(entry, 7 * dayMs - 2 * hourMs, 0)).toBe(7 * dayMs - 2 * hourMs + 12 * minuteMs);
    expect(retryAt(entry, 7 * dayMs, 0)).toBe(7 * dayMs + stsLimits.refreshRetryMinMs);
    expect(retryAt(entry, 7 * dayMs, 0.999)).toBeLessThan(7 * dayMs + 1.25 * stsLimits.refreshRetryMinMs);
  });
});

describe("a policy of hardly any life", () => {
  test("max_age 0 counts for 5 minutes, because its host is not asked more often", async () => {
    world.start().publish(org, "1", policyText("enforce", "mx.example.org", 0));
    for (let minute = 0; minute < 10; minute++) {
      expect(await world.source.policyFor(org)).toMatchObject({ kind: "policy", policy: { maxAgeSeconds: 0 } });
      await rest();
      await world.clock.advance(minuteMs);
    }
    expect(world.fetched).toHaveLength(2);
  });
});

describe("by an operator's hand", () => {
  test("a demand fetches whenever it was last done", async () => {
    world.start().publish(org, "1", policyText());
    await world.source.policyFor(org);
    world.hosts.set("mta-sts.example.org", policyText("testing"));
    expect(await world.source.refreshNow(org)).toMatchObject({ policy: { mode: "testing" } });
    world.hosts.set("mta-sts.example.org", blocked);
    expect(await world.source.refreshNow(org)).toMatchObject({ policy: { mode: "testing" }, stale: {} });
    expect(world.fetched).toHaveLength(3);
  });

  test("a demand does not take a look that is under way for its answer", async () => {
    world.start().publish(org, "1", policyText());
    await world.source.policyFor(org);
    let release = (): void => {};
    world.holdRecords = new Promise<void>((resolve) => (release = resolve));
    const look = world.source.recheck(org);
    const demand = world.source.refreshNow(org);
    release();
    await Promise.all([look, demand]);
    expect([world.asked.length, world.fetched.length]).toEqual([3, 2]);
  });

  test("what an operator's command fetches beside the relay, the relay serves at once", async () => {
    world.start().publish(org, "1", policyText());
    await world.source.policyFor(org);
    const facts = openFactStore({ directory: world.directory, role: "operator" });
    const beside = openStsStore(facts);
    const kept = beside.read(org);
    if (kept === undefined) throw new Error("nothing is kept");
    beside.write({ ...kept, id: "9", policy: { ...kept.policy, mode: "none" } });
    facts.close();
    expect(await world.source.policyFor(org)).toMatchObject({ id: "9", policy: { mode: "none" } });
  });

  test("kept policies are listed by name, a page at a time; a store that cannot be read says so", async () => {
    world.start();
    for (const name of ["c.test", "a.test", "b.test"]) {
      world.publish(domain(name), "1", policyText());
      await world.source.policyFor(domain(name));
    }
    const names = (listed: ReturnType<StsService["list"]>): unknown =>
      listed.ok && listed.value.map((one) => one.domain);
    expect(names(world.source.list({ max: 2 }))).toEqual(["a.test", "b.test"]);
    expect(names(world.source.list({ after: domain("b.test") }))).toEqual(["c.test"]);
    world.broken = "reading";
    expect(world.source.list()).toEqual(err(expect.stringMatching(/disk I\/O error/)));
  });
});

describe("too much at once", () => {
  test("fetches have places; who finds none in time is put off, and not told that there is no policy", async () => {
    world.start();
    let release = (): void => {};
    world.holdPolicies = new Promise<void>((resolve) => (release = resolve));
    const names = Array.from({ length: stsLimits.fetchesAtOnceMax + 10 }, (_, index) => domain(`d${index}.test`));
    for (const name of names) world.publish(name, "1", policyText());
    const facts = names.map((name) => world.source.policyFor(name));
    await rest();
    expect(world.fetched).toHaveLength(stsLimits.fetchesAtOnceMax);
    await world.clock.advance(stsLimits.fetchWaitMaxMs);
    const late = await Promise.all(facts.slice(stsLimits.fetchesAtOnceMax));
    expect(new Set(late.map(({ kind }) => kind))).toEqual(new Set(["unreadable"]));
    release();
    expect(new Set((await Promise.all(facts)).map(({ kind }) => kind))).toEqual(new Set(["policy", "unreadable"]));
    expect(await world.source.policyFor(names.at(-1) ?? org)).toMatchObject({ kind: "policy" });
  });

  test("a place that is given up goes to who waits", async () => {
    world.start();
    let release = (): void => {};
    world.holdPolicies = new Promise<void>((resolve) => (release = resolve));
    const names = Array.from({ length: stsLimits.fetchesAtOnceMax * 2 }, (_, index) => domain(`d${index}.test`));
    for (const name of names) world.publish(name, "1", policyText());
    const facts = names.map((name) => world.source.policyFor(name));
    await rest();
    release();
    expect(new Set((await Promise.all(facts)).map(({ kind }) => kind))).toEqual(new Set(["policy"]));
  });
});

test("closing: what is under way comes to nothing, and that is a deferral", async () => {
  world.start(true).publish(org, "1", policyText());
  let release = (): void => {};
  world.holdPolicies = new Promise<void>((resolve) => (release = resolve));
  const asking = world.source.policyFor(org);
  await rest();
  await world.source.close();
  release();
  expect(await asking).toEqual({ kind: "unreadable", detail: "the relay is stopping" });
  expect(await world.source.policyFor(org)).toMatchObject({ kind: "unreadable" });
  expect(await world.source.refreshNow(org)).toMatchObject({ kind: "unreadable" });
  await world.clock.advance(dayMs);
  expect(world.fetched).toHaveLength(1);
});

test("what a resolver or a fetcher throws against its promise is a deferral too", async () => {
  world.start().publish(org, "1", policyText());
  world.holdRecords = Promise.reject(new Error("a bug"));
  expect(await world.source.policyFor(org)).toMatchObject({ kind: "unreadable" });
  expect(world.logged.join("\n")).toContain("a bug");
  world.holdRecords = undefined;
  expect(await world.source.policyFor(org)).toMatchObject(enforced);
});
