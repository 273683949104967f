import { describe, expect, test } from "vitest";
import { domain, ip, limits, noLog, noMetrics, type Log, type Metrics } from "../base/index.ts";
import { manualClock, seededRandom, type ManualClock } from "../../test/support/clock.ts";
import { wire } from "../../test/support/signed-zone.ts";
import { systemClock, systemNet, systemRandom } from "../system/index.ts";
import { isValidated, type TrustAnchor } from "./dnssec/index.ts";
import { world } from "./dnssec/world.cases.ts";
import { dnsLimits } from "./limits.ts";
import { resolverCases } from "./resolver.cases.ts";
import { packet, scriptedNet, type Heard, type Packet, type Script, type ScriptedNet } from "./scripted.cases.ts";
import { createValidatingResolver, type ValidatingResolver } from "./validating.ts";
import type { Message } from "./wire.ts";

resolverCases("the validating resolver, where nothing is signed", (upstreams) =>
  createValidatingResolver({
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    metrics: noMetrics,
    upstreams,
    anchors: () => [],
  }),
);

interface Stage {
  readonly net: ScriptedNet;
  readonly clock: ManualClock;
  readonly resolver: ValidatingResolver;
  readonly counted: string[];
  readonly logged: string[];
  /** Sets the wall clock off by so much. */
  jump(byMs: number): void;
  /** Lets time pass until it is there. */
  wait<T>(promise: Promise<T>): Promise<T>;
  /** What the upstream was asked, `MX example.test`, once for UDP and once for TCP. */
  asked(): readonly string[];
}

const upstream = { address: ip("127.0.0.1"), port: 53 };

/** An upstream that answers from the signed world, over UDP as much as fits; `lie` changes that. */
function stage(
  lie: (message: Message, heard: Heard) => Message = (message) => message,
  anchors: readonly TrustAnchor[] = world().anchors,
): Stage {
  const steady = manualClock();
  let offMs = 0;
  const clock: ManualClock = { ...steady, now: () => steady.now() + offMs };
  const counted: string[] = [];
  const logged: string[] = [];
  const metrics: Metrics = { ...noMetrics, count: (_, labels) => void counted.push(labels?.["source"] ?? "") };
  const log: Log = { ...noLog, warn: (message, fields) => void logged.push(`${message}: ${String(fields?.["code"])}`) };
  const answer: Script["answer"] = (heard): readonly Packet[] => {
    const [question] = heard.query.questions;
    if (question === undefined) return [];
    const said = lie(world().honest(question.name, question.type), heard);
    const { answers, authorities, rcode } = said;
    const whole = packet(heard, { answers, authorities, rcode });
    const cut = heard.over === "udp" && whole.bytes.length > limits.dnsUdpPayloadMaxBytes;
    return [cut ? packet(heard, { truncated: true }) : whole];
  };
  const net = scriptedNet(clock, { answer });
  const resolver = createValidatingResolver({
    net,
    clock,
    random: seededRandom(1),
    log,
    metrics,
    upstreams: [upstream],
    anchors: () => anchors,
  });
  return {
    net,
    clock,
    resolver,
    counted,
    logged,
    jump: (byMs) => void (offMs = byMs),
    asked: () => net.heard.map(({ query }) => `${query.questions[0]?.type} ${query.questions[0]?.name}`),
    async wait(promise) {
      const done: true[] = [];
      void promise.finally(() => done.push(true));
      for (let step = 0; step < 4000 && done.length === 0; step++) {
        await clock.advance(1);
        await new Promise((resolve) => process.nextTick(resolve));
      }
      return promise;
    },
  };
}

describe("SEC-1: what is asked", () => {
  test("for signatures, and for no judgement: DO and CD set, AD not, EDNS 1232, 0x20 off", async () => {
    const { net, resolver, wait } = stage();
    await wait(resolver.mx(domain("example.test")));
    for (const { query } of net.heard) {
      expect(query).toMatchObject({
        recursionDesired: true,
        checkingDisabled: true,
        authenticData: false,
        edns: { udpPayload: 1232, dnssecOk: true },
      });
    }
    expect(net.heard.length).toBe(6);
  });

  test("the upstream's AD bit is worth nothing", async () => {
    const { resolver, wait } = stage((message) => ({
      ...message,
      authenticData: true,
      answers: message.answers.filter(({ data }) => data.type !== "RRSIG"),
    }));
    expect(await wait(resolver.mx(domain("example.test")))).toMatchObject({
      kind: "failure",
      status: "bogus",
      failure: "bogus",
    });
  });
});

describe("SEC-1: the Resolver tells how far each answer is proven", () => {
  const rows: readonly [asked: "mx" | "a" | "aaaa" | "txt", name: string, answer: object, why: string][] = [
    [
      "mx",
      "example.test",
      { kind: "records", status: "secure", records: [{ preference: 10, exchange: "mx.example.test" }] },
      "proven",
    ],
    ["txt", "example.test", { kind: "records", status: "secure", records: ["apex"] }, "proven"],
    ["a", "host.plain.test", { kind: "records", status: "insecure", records: ["192.0.2.80"] }, "not signed"],
    ["mx", "mx.example.test", { kind: "nodata", status: "secure" }, "trap 7 a proven absence of MX"],
    ["mx", "nothing.example.test", { kind: "nxdomain", status: "secure" }, "trap 7 a name that is proven not to exist"],
    [
      "aaaa",
      "nothing.plain.test",
      { kind: "nxdomain", status: "insecure" },
      "trap 2 an absence that nobody proves is normal",
    ],
    [
      "a",
      "away.example.test",
      {
        kind: "records",
        status: "secure",
        aliases: ["away.example.test"],
        owner: "mx.hashed.test",
        records: ["192.0.2.25"],
      },
      "MX-4 over an alias into another zone",
    ],
    [
      "a",
      "outside.example.test",
      { kind: "records", status: "insecure", owner: "host.plain.test" },
      "trap 6 over an alias out of what is signed",
    ],
    [
      "a",
      "host.old.test",
      { kind: "failure", status: "bogus", failure: "bogus", detail: expect.stringContaining("expired") as string },
      "trap 1 bogus is a failure",
    ],
  ];
  for (const [asked, name, answer, why] of rows) {
    test(`${asked} of ${name}: ${why}`, async () => {
      const { resolver, wait } = stage();
      expect(await wait<object>(resolver[asked](domain(name)))).toMatchObject({ ...answer });
    });
  }

  test("trap 1: a TLSA record can be asked for with its proof", async () => {
    const { resolver, wait } = stage();
    const answer = await wait(resolver.query(wire("_25._tcp.mx.example.test"), "TLSA"));
    expect(answer).toMatchObject({ kind: "nxdomain", status: "secure" });
    expect(answer.proof.length).toBeGreaterThan(5);
  });
});

describe("answers are kept", () => {
  const name = wire("mx.example.test");

  test("and are still the validator's own when their TTL has counted down", async () => {
    const { resolver, clock, wait, net, counted } = stage();
    const first = await wait(resolver.query(name, "A"));
    expect(first.ttlSeconds).toBe(3600);
    const heard = net.heard.length;
    await clock.advance(100_000);
    const later = await resolver.query(name, "A");
    expect(later).toMatchObject({ ttlSeconds: 3500, status: "secure", records: first.records });
    expect(isValidated(later)).toBe(true);
    expect(net.heard.length).toBe(heard);
    expect(counted).toEqual(["upstream", "cache"]);
  });

  test("whatever their type, and known apart", async () => {
    const { resolver, wait, net } = stage();
    await wait(resolver.query(name, "CAA"));
    await wait(resolver.query(name, "TYPE999"));
    const heard = net.heard.length;
    expect(await resolver.query(name, "CAA")).toMatchObject({ type: "CAA", kind: "nodata" });
    expect(await resolver.query(name, "TYPE999")).toMatchObject({ type: "TYPE999", kind: "nodata" });
    expect(net.heard.length).toBe(heard);
  });

  test("the same question at once is asked once", async () => {
    const { resolver, wait, asked } = stage();
    const all = [resolver.query(name, "A"), resolver.query(name, "A"), resolver.a(domain("mx.example.test"))];
    await wait(Promise.all(all));
    expect(asked().filter((one) => one === "A mx.example.test").length).toBe(1);
  });

  test("what is in use is fetched anew before its time is over, and nobody waits for it", async () => {
    const { resolver, clock, wait, asked } = stage();
    const count = (): number => asked().filter((one) => one === "A mx.example.test").length;
    await wait(resolver.query(name, "A"));
    await clock.advance(3600_000 * dnsLimits.refreshAfterPart - 10_000);
    await resolver.query(name, "A");
    expect(count()).toBe(1);
    await clock.advance(10_000);
    expect((await resolver.query(name, "A")).ttlSeconds).toBeLessThan(361);
    await resolver.query(name, "A");
    await clock.advance(100);
    expect(count()).toBe(2);
    expect((await resolver.query(name, "A")).ttlSeconds).toBeGreaterThan(3590);
  });

  test("a fetch before time that fails takes nothing away", async () => {
    let down = false;
    const { resolver, clock, wait } = stage((message) => (down ? { ...message, rcode: 2, answers: [] } : message));
    await wait(resolver.query(name, "A"));
    down = true;
    await clock.advance(3600_000 * dnsLimits.refreshAfterPart);
    expect(await resolver.query(name, "A")).toMatchObject({ status: "secure" });
    await clock.advance(1000);
    expect(await resolver.query(name, "A")).toMatchObject({ status: "secure" });
    await clock.advance(3600_000 * (1 - dnsLimits.refreshAfterPart));
    expect(await wait(resolver.query(name, "A"))).toMatchObject({ status: "indeterminate", failure: "servfail" });
  });

  test("a fetch before time that is bogus takes nothing away, and is told", async () => {
    let isForged = false;
    const { resolver, clock, wait, logged } = stage((message) =>
      isForged ? { ...message, answers: message.answers.filter(({ data }) => data.type !== "RRSIG") } : message,
    );
    const { records } = await wait(resolver.query(name, "A"));
    isForged = true;
    await clock.advance(3600_000 * dnsLimits.refreshAfterPart);
    await resolver.query(name, "A");
    await clock.advance(1000);
    expect(await resolver.query(name, "A")).toMatchObject({ status: "secure", records });
    expect(logged).toEqual([expect.stringMatching(/^a DNS answer failed validation: /)]);
  });

  test("one fetch before time for all who ask meanwhile", async () => {
    const { resolver, clock, wait, asked } = stage();
    const count = (): number => asked().filter((one) => one === "A mx.example.test").length;
    await wait(resolver.query(name, "A"));
    await clock.advance(3600_000 * dnsLimits.refreshAfterPart);
    for (let times = 0; times < 10; times++) await resolver.query(name, "A");
    await clock.advance(100);
    expect(count()).toBe(2);
  });

  test("what nobody asks for is not fetched anew", async () => {
    const { resolver, clock, wait, net } = stage();
    await wait(resolver.query(name, "A"));
    const heard = net.heard.length;
    await clock.advance(10 * 3600_000);
    expect(net.heard.length).toBe(heard);
  });

  test.each([
    [dnsLimits.refreshTtlMinSeconds, 2, "is long enough"],
    [dnsLimits.refreshTtlMinSeconds - 1, 1, "is over before a fetch would pay"],
  ])("a TTL of %i s: fetched %i times shortly before its end, since it %s", async (ttlSeconds, times) => {
    const { resolver, clock, wait, asked } = stage((message) => ({
      ...message,
      answers: message.answers.map((one) => ({ ...one, ttlSeconds })),
    }));
    await wait(resolver.query(name, "A"));
    await clock.advance(ttlSeconds * 1000 - 1000);
    await resolver.query(name, "A");
    await clock.advance(100);
    expect(asked().filter((one) => one === "A mx.example.test").length).toBe(times);
  });

  test("a failure for a few seconds, and what is bogus is told once", async () => {
    const { resolver, clock, wait, logged, counted, net } = stage();
    expect(await wait(resolver.query(wire("host.old.test"), "A"))).toMatchObject({ status: "bogus" });
    const heard = net.heard.length;
    expect(await resolver.query(wire("host.old.test"), "A")).toMatchObject({ status: "bogus" });
    expect(net.heard.length).toBe(heard);
    expect(logged).toEqual(["a DNS answer failed validation: signature-expired"]);
    expect(counted).toEqual(["failed", "cache"]);
    await clock.advance(limits.dnsFailureTtlSeconds * 1000);
    await wait(resolver.query(wire("host.old.test"), "A"));
    expect(net.heard.length).toBeGreaterThan(heard);
  });
});

describe("a clock that jumps", () => {
  const name = wire("mx.example.test");
  const years = 365 * 86_400_000;
  const jumps: readonly (readonly [byMs: number, code: string, why: string])[] = [
    [40 * years, "signature-expired", "forward, as where NTP sets a clock that stood at 1970"],
    [-40 * years, "signature-not-yet-valid", "back, as where a battery is empty"],
  ];
  test.each(jumps)(
    "by %i ms (%s): %s: what is kept stays, what is new is judged by it, until it is right again",
    async (byMs, code) => {
      const { resolver, clock, wait, net, logged, jump } = stage();
      const first = await wait(resolver.query(name, "A"));
      jump(byMs);
      const heard = net.heard.length;
      expect(await resolver.query(name, "A")).toMatchObject({
        status: "secure",
        records: first.records,
        ttlSeconds: first.ttlSeconds,
      });
      expect(net.heard.length).toBe(heard);
      // Nor is anything fetched anew because of it; and when its time comes, what the wrong clock makes of it takes nothing away.
      await clock.advance(3600_000 * dnsLimits.refreshAfterPart);
      await resolver.query(name, "A");
      await clock.advance(1000);
      expect(await resolver.query(name, "A")).toMatchObject({ status: "secure", records: first.records });
      expect(await wait(resolver.query(wire("example.test"), "TXT"))).toMatchObject({
        status: "bogus",
        reason: { code },
      });
      expect(logged).toHaveLength(2);
      jump(0);
      await clock.advance(limits.dnsFailureTtlSeconds * 1000);
      expect(await wait(resolver.query(wire("example.test"), "TXT"))).toMatchObject({ status: "secure" });
    },
  );

  test("a machine that slept: what is over is asked for again, and nothing is owed for the time between", async () => {
    const { resolver, clock, wait, net } = stage();
    await wait(resolver.query(name, "A"));
    const before = net.heard.length;
    await clock.advance(3 * 86_400_000);
    expect(net.heard.length).toBe(before);
    expect(await wait(resolver.query(name, "A"))).toMatchObject({ status: "secure", ttlSeconds: 3600 });
    expect(net.heard.length).toBe(2 * before);
  });
});

describe("what cannot be asked", () => {
  test("a name that is too long is a failure, and nobody is asked", async () => {
    const { resolver, wait, net } = stage();
    const long = Array.from({ length: 5 }, () => "a".repeat(60)).join(".") as ReturnType<typeof wire>;
    expect(await wait(resolver.query(long, "A"))).toMatchObject({ kind: "failure", failure: "malformed" });
    expect(net.heard.length).toBe(0);
  });

  test("the whole of a question ends in its time, however many steps it takes", async () => {
    const { resolver, clock } = stage((message, { query }) =>
      query.questions[0]?.type === "DNSKEY" ? { ...message, questions: [] } : message,
    );
    const startedAt = clock.monotonic();
    const slow = createValidatingResolver({
      net: scriptedNet(clock, { answer: () => [] }),
      clock,
      random: seededRandom(1),
      log: noLog,
      metrics: noMetrics,
      upstreams: [upstream],
      anchors: () => world().anchors,
    });
    let endedAt: number | undefined;
    void slow.query(wire("mx.example.test"), "A").then(() => (endedAt = clock.monotonic()));
    for (let step = 0; step < 400; step++) await clock.advance(100);
    expect((endedAt ?? Number.POSITIVE_INFINITY) - startedAt).toBeLessThanOrEqual(limits.dnsQuestionTimeoutMs);
    await resolver.close();
  });

  test("without upstreams there is no resolver", () => {
    const { clock, net } = stage();
    const ports = { net, clock, random: seededRandom(1), log: noLog, metrics: noMetrics };
    expect(() => createValidatingResolver({ ...ports, upstreams: [], anchors: () => [] })).toThrow(TypeError);
  });
});
