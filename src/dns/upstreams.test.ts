import { describe, expect, test } from "vitest";
import { domain, limits, noLog, type Log } from "../base/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { dnsLimits } from "./limits.ts";
import { Closing } from "./closing.ts";
import { a, cname, name, record } from "./message.cases.ts";
import type { ReadingFailure } from "./reading.ts";
import { packet, scriptedNet, type Heard, type Packet, type Script } from "./scripted.cases.ts";
import { at, first, honest, host, second, servfail, silent, stage, waited } from "./stage.cases.ts";
import type { Upstream } from "./upstream.ts";
import { Upstreams } from "./upstreams.ts";
import { classIn, encodeMessage, type Message } from "./wire.ts";

describe("upstreams in turn", () => {
  const both = { upstreams: [first, second] };

  test("a silent one is tried again, and again, and then given up within the question's time", async () => {
    const set = stage(silent);
    const { answer, ms } = await waited(set, set.resolver.a(host));
    expect(answer).toMatchObject({ kind: "failure", failure: "timeout" });
    expect(set.net.heard.length).toBe(limits.dnsTriesMax);
    expect(ms).toBeLessThanOrEqual(limits.dnsQuestionTimeoutMs);
    expect(set.net.open()).toBe(0);
  });

  test("an answer to a later try counts", async () => {
    let tries = 0;
    const set = stage((heard) => (++tries < 3 ? [] : honest(heard)));
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ kind: "records" });
  });

  test("where one is silent the other is asked, and first for a while", async () => {
    const set = stage(at(first, silent, honest), both);
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ kind: "records" });
    const { ms } = await waited(set, set.resolver.a(domain("b.test")));
    expect(ms).toBeLessThan(100);
    await set.clock.advance(dnsLimits.upstreamRestMs);
    await waited(set, set.resolver.a(domain("c.test")));
    expect(set.net.heard.map((heard) => heard.to)).toEqual([first, second, second, first, second]);
    expect(set.logged).toEqual(["a DNS upstream does not answer"]);
  });

  const turnedAway: readonly [why: string, script: Script["answer"]][] = [
    ["SERVFAIL", servfail],
    ["REFUSED", (heard) => [packet(heard, { rcode: 5 })]],
    ["an unknown code", (heard) => [packet(heard, { rcode: 11 })]],
    [
      "malformed over UDP and TCP",
      (heard) => [
        { bytes: Uint8Array.of(heard.query.id >> 8, heard.query.id & 0xff, 0x80, 0, 0, 9, 0, 0, 0, 0, 0, 0) },
      ],
    ],
  ];
  test.each(turnedAway)("after %s the other is asked at once, each but once", async (_, script) => {
    const set = stage(at(first, script, honest), both);
    const { answer, ms } = await waited(set, set.resolver.a(host));
    expect(answer).toMatchObject({ kind: "records" });
    expect(ms).toBeLessThan(100);
    const alone = stage(script);
    expect((await waited(alone, alone.resolver.a(host))).answer.kind).toBe("failure");
    expect(alone.net.heard.filter((heard) => heard.over === "udp").length).toBe(1);
  });

  test("what declined is not asked again while another is silent", async () => {
    const set = stage(at(first, servfail, silent), both);
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure: "servfail" });
    expect(set.net.heard.map((heard) => heard.to)).toEqual([first, second, second]);
  });

  test("one that answers again has rested enough", async () => {
    let firstAnswers = false;
    const set = stage(
      at(
        first,
        (heard) => (firstAnswers ? honest(heard) : []),
        (heard) => (firstAnswers ? [] : honest(heard)),
      ),
      both,
    );
    await waited(set, set.resolver.a(host));
    firstAnswers = true;
    await waited(set, set.resolver.a(domain("b.test")));
    await waited(set, set.resolver.a(domain("c.test")));
    expect(set.net.heard.map((heard) => heard.to)).toEqual([first, second, second, first, first]);
  });

  test("what was stated counts more than silence", async () => {
    const set = stage(at(first, silent, servfail), both);
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure: "servfail" });
  });

  test("an upstream from before EDNS is asked without it (RFC 6891 §7)", async () => {
    const set = stage((heard) => {
      if (heard.query.edns === undefined) return honest(heard);
      const { edns: _, ...plain } = heard.query;
      return [{ bytes: encodeMessage({ ...plain, response: true, rcode: 1, questions: [] }) }];
    });
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ kind: "records" });
    expect(set.net.heard.length).toBe(2);
  });

  test("a broken network is a failure, and so is a port that throws", async () => {
    const broken = stage(honest);
    broken.net.breakUdp("ENETUNREACH");
    expect((await waited(broken, broken.resolver.a(host))).answer).toMatchObject({ failure: "network" });
    const planted = (): never => {
      throw new Error("planted");
    };
    const sending = stage(planted);
    expect((await waited(sending, sending.resolver.a(host))).answer).toMatchObject({ failure: "network" });
    const opening = stage(honest, { net: { ...sending.net, datagram: planted } });
    expect((await waited(opening, opening.resolver.a(host))).answer).toMatchObject({ failure: "network" });
    const rolling = stage(honest, { random: { fraction: planted, bytes: planted } });
    expect((await waited(rolling, rolling.resolver.a(host))).answer).toMatchObject({ failure: "network" });
    expect(rolling.logged).toEqual(["a DNS question could not be asked"]);
    // Nothing is left behind that would act later.
    for (const set of [broken, sending, opening, rolling]) {
      await set.clock.advance(limits.dnsQuestionTimeoutMs);
      expect(set.net.open()).toBe(0);
    }
  });

  test("MX-4: a chain of aliases asked one by one shares the time of one question", async () => {
    let link = 0;
    const set = stage((heard) => [
      packet(
        heard,
        { answers: [record(heard.query.questions[0]?.name ?? "", cname(`${++link}.test`))] },
        { afterMs: 1900 },
      ),
    ]);
    const { answer, ms } = await waited(set, set.resolver.a(host));
    expect(answer).toMatchObject({ kind: "failure", failure: "timeout" });
    expect(ms).toBeLessThanOrEqual(limits.dnsQuestionTimeoutMs + 10);
  });
});

describe("where signatures are wanted", () => {
  const question = { name: name("a.test"), type: "A", class: classIn };
  const plain = (heard: Heard): readonly Packet[] => {
    const { edns: _, ...query } = heard.query;
    return [{ bytes: encodeMessage({ ...query, response: true, answers: [record("a.test", a("192.0.2.66"))] }) }];
  };
  const stranger = (heard: Heard): readonly Packet[] =>
    heard.query.edns === undefined ? plain(heard) : [packet(heard, { rcode: 1 })];

  /** Asks `times` times; says which addresses came of it, whom it took, and what was logged. */
  async function asked(script: Script["answer"], upstreams: readonly Upstream[], times = 1): Promise<object> {
    const clock = manualClock();
    const net = scriptedNet(clock, { answer: script });
    const logged: string[] = [];
    const log: Log = { ...noLog, warn: (message) => void logged.push(message) };
    const ports = { net, clock, random: seededRandom(1), closing: new Closing() };
    const all = new Upstreams(ports, log, upstreams, { validating: false, wants: "signatures" });
    const addresses: unknown[] = [];
    for (let time = 0; time < times; time++) {
      const asking = all.ask(question, read, clock.monotonic() + 10_000);
      void asking.then((one) => addresses.push("upstream" in one ? one.reading.message.answers[0]?.data : one.reading));
      for (let step = 0; step < 1200 && addresses.length <= time; step++) await clock.advance(10);
    }
    return { addresses: addresses.map(addressOf), heard: net.heard.map(({ to }) => to), logged };
  }
  const read = (message: Message): { readonly kind: "message"; readonly message: Message } | ReadingFailure =>
    message.rcode === 5 ? { kind: "failure", failure: "refused", detail: "" } : { kind: "message", message };
  const addressOf = (seen: unknown): unknown => (seen as { address?: unknown } | undefined)?.address;
  const [real, forged] = ["192.0.2.1", "192.0.2.66"];
  const poor = "a DNS upstream gives no signatures";

  const cases: readonly [why: string, script: Script["answer"], result: object][] = [
    [
      "one that strips EDNS is passed over for one that does not, and asked last from then on",
      at(first, plain, honest),
      { addresses: [real, real], heard: [first, second, second], logged: [poor] },
    ],
    [
      "so is one from before EDNS",
      at(first, stranger, honest),
      { addresses: [real, real], heard: [first, first, second, second], logged: [poor] },
    ],
    [
      "what it said is the last resort, for the validator to judge",
      plain,
      { addresses: [forged, forged], heard: [first, second, first, second], logged: [poor, poor] },
    ],
    [
      "also where the other refuses",
      at(first, plain, (heard) => [packet(heard, { rcode: 5 })]),
      { addresses: [forged, forged], heard: [first, second, second, first], logged: [poor] },
    ],
  ];
  test.each(cases)("%s", async (_, script, result) => {
    expect(await asked(script, [first, second], 2)).toMatchObject(result);
  });

  test("the only one is taken as it is", async () => {
    expect(await asked(plain, [first])).toMatchObject({ addresses: [forged], heard: [first] });
  });

  test("one that is silent after that is waited for once", async () => {
    expect(await asked(at(first, plain, silent), [first, second])).toMatchObject({
      addresses: [forged],
      heard: [first, second],
    });
  });
});
