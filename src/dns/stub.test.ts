import { describe, expect, test } from "vitest";
import { domain, ip, limits, noLog, noMetrics, ok } from "../base/index.ts";
import { systemClock, systemNet, systemRandom } from "../system/index.ts";
import { dnsLimits } from "./limits.ts";
import { a, cname, record, soa } from "./message.cases.ts";
import { resolverCases } from "./resolver.cases.ts";
import { packet, type Heard, type Packet, type Script } from "./scripted.cases.ts";
import { at, first, honest, host, remote, second, servfail, silent, stage, waited, withAd } from "./stage.cases.ts";
import { createStubResolver } from "./stub.ts";
import type { Secure, Upstream } from "./upstream.ts";
import type { Message } from "./wire.ts";

resolverCases("the stub", (upstreams) =>
  createStubResolver({
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    metrics: noMetrics,
    upstreams,
    trustAd: false,
  }),
);

/** TLS that is what it should be; the net of the stage has no bytes to hide. */
const secure: Secure = (wire) => Promise.resolve(ok(wire));
const overTls: Upstream = { ...remote, port: 853, tls: { name: domain("dns.example") } };

describe("SEC-6: secure is only what a trusted resolver vouches for, on this machine or over TLS", () => {
  const statuses: readonly [
    status: string,
    trustAd: boolean,
    upstream: Upstream,
    script: Script["answer"],
    why: string,
  ][] = [
    ["secure", true, first, withAd, "trusted, on loopback, AD set"],
    ["secure", true, { address: ip("::1"), port: 53 }, withAd, "IPv6's loopback too"],
    ["insecure", false, first, withAd, "the operator does not trust AD"],
    ["insecure", true, remote, withAd, "AD came over the network, where anyone can set it"],
    ["insecure", true, first, honest, "AD is not set"],
    ["secure", true, overTls, withAd, "over the network, inside TLS, from whom it should be"],
    ["insecure", false, overTls, withAd, "TLS proves who speaks, not that he is believed"],
    ["insecure", true, overTls, honest, "AD is not set inside TLS"],
  ];
  test.each(statuses)("%s: trusted %s, upstream %o: %s", async (status, trustAd, upstream, script) => {
    const set = stage(script, { trustAd, upstreams: [upstream], secure });
    expect((await waited(set, set.resolver.a(host))).answer.status).toBe(status);
  });

  const absence = { rcode: 3, authorities: [record("test", soa(60))], authenticData: true };
  test("an absence can be secure as well", async () => {
    const set = stage((heard) => [packet(heard, absence)], { trustAd: true });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ kind: "nxdomain", status: "secure" });
  });

  const links: readonly [status: string, first: boolean, second: boolean][] = [
    ["secure", true, true],
    ["insecure", true, false],
    ["insecure", false, true],
  ];
  test.each(links)("MX-4: %s if AD is %s on the first link and %s on the second", async (status, one, two) => {
    const alias = { answers: [record("a.test", cname("b.test"))], authenticData: one };
    const target = { answers: [record("b.test", a("192.0.2.1"))], authenticData: two };
    const set = stage((heard) => [packet(heard, heard.query.questions[0]?.name === "a.test" ? alias : target)], {
      trustAd: true,
    });
    const { answer } = await waited(set, set.resolver.a(host));
    expect(answer).toMatchObject({ status, owner: "b.test", aliases: ["a.test"] });
  });

  test("resolvers elsewhere are not asked, so that silencing the trusted one wins an attacker nothing", async () => {
    const set = stage(at(first, silent, honest), { trustAd: true, upstreams: [first, remote] });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({
      failure: "timeout",
      status: "indeterminate",
    });
    expect(set.net.heard.every((heard) => heard.to === first)).toBe(true);
    expect(set.logged).toContain(
      "resolvers that are neither on loopback nor over TLS are not asked: the AD bit is trusted",
    );
  });

  test("one over TLS is trusted as one on this machine is, and those in clear elsewhere are not asked", async () => {
    const set = stage(at(overTls, silent, honest), { trustAd: true, upstreams: [overTls, remote], secure });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure: "timeout" });
    expect(set.net.heard.every(({ to, over }) => to === overTls && over === "tcp")).toBe(true);
    const validating = stage(at(overTls, servfail, honest), { trustAd: true, upstreams: [overTls, first], secure });
    expect((await waited(validating, validating.resolver.a(host))).answer).toMatchObject({ failure: "servfail" });
  });

  test("MX-2: SERVFAIL of a validating resolver is not taken to another, which might not validate", async () => {
    const set = stage(at(first, servfail, honest), { trustAd: true, upstreams: [first, second] });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure: "servfail" });
  });

  test("AD trusted where no resolver is on loopback is told", () => {
    expect(stage(honest, { trustAd: true, upstreams: [remote] }).logged.length).toBe(1);
  });
});

test("MX-4: of links that were asked for one by one the least TTL counts, whichever it is", async () => {
  for (const [one, two] of [[20, 90] as const, [90, 20] as const]) {
    const alias = { answers: [record("a.test", cname("b.test"), one)] };
    const target = { answers: [record("b.test", a("192.0.2.1"), two)] };
    const set = stage((heard) => [packet(heard, heard.query.questions[0]?.name === "a.test" ? alias : target)]);
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ ttlSeconds: 20 });
  }
});

describe("MX-2: what is bogus", () => {
  const edns: Message["edns"] = {
    udpPayload: 1232,
    version: 0,
    dnssecOk: false,
    options: [{ code: 15, data: Uint8Array.of(0, 7) }],
  };
  test("is so at once and for every upstream", async () => {
    const bogus = (heard: Heard): readonly Packet[] => [packet(heard, { rcode: 2, edns })];
    const set = stage(at(first, bogus, honest), { upstreams: [first, second] });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure: "bogus", status: "bogus" });
    expect(set.net.heard.length).toBe(1);
  });
});

describe("many questions", () => {
  test("the same at once is asked once; each asker is counted", async () => {
    const set = stage(honest);
    const asked = Array.from({ length: 5 }, () => set.resolver.a(host));
    await waited(set, Promise.any(asked));
    await set.resolver.a(host);
    expect(set.net.heard.length).toBe(1);
    expect(set.counted.toSorted()).toEqual(["cache", "cache", "cache", "cache", "cache", "upstream"]);
  });

  test("a failure is remembered for a few seconds, then asked again", async () => {
    const set = stage(servfail);
    await waited(set, set.resolver.a(host));
    await waited(set, set.resolver.a(host));
    expect(set.net.heard.length).toBe(1);
    await set.clock.advance(limits.dnsFailureTtlSeconds * 1000);
    await waited(set, set.resolver.a(host));
    expect(set.net.heard.length).toBe(2);
    expect(set.counted).toEqual(["failed", "cache", "failed"]);
  });

  test("sockets open at once are bounded; the rest wait their turn and are answered", async () => {
    const set = stage(
      (heard) => [packet(heard, { answers: [record(heard.query.questions[0]?.name ?? "", a("192.0.2.1"))] })],
      { upstreams: [remote] },
    );
    const asked = Array.from({ length: 1000 }, (_, index) => set.resolver.a(domain(`n${index}.test`)));
    await set.clock.advance(100);
    const answers = await Promise.all(asked);
    expect(answers.every((answer) => answer.kind === "records")).toBe(true);
    expect(set.net.openMax()).toBe(dnsLimits.questionsAtOnceMax);
    expect(set.net.open()).toBe(0);
  });

  test("those that wait are bounded too, and the wait counts towards a question's time", async () => {
    const set = stage(silent);
    const all = dnsLimits.questionsAtOnceMax + dnsLimits.questionsWaitingMax;
    const asked = Array.from({ length: all }, (_, index) => set.resolver.a(domain(`n${index}.test`)));
    expect(await set.resolver.a(host)).toMatchObject({ failure: "network", detail: "too many questions at once" });
    for (let second = 0; second < 20; second++) await set.clock.advance(1000);
    const answers = await Promise.all(asked);
    expect(answers.every((answer) => answer.kind === "failure" && answer.failure === "timeout")).toBe(true);
    // Those whose time ran out while they waited sent nothing.
    expect(set.net.heard.length).toBeLessThan(all);
  });
});

test("a stub without upstreams is a mistake of the program's", () => {
  expect(() => stage(honest, { upstreams: [] })).toThrow(TypeError);
});
