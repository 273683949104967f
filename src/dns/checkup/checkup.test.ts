import { describe, expect, test } from "vitest";
import { err, ip, type DialFault, type Endpoint } from "../../base/index.ts";
import { manualClock, seededRandom } from "../../../test/support/clock.ts";
import { recursor, SignedZone } from "../../../test/support/signed-zone.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import { packet, scriptedNet, type Heard, type Packet } from "../scripted.cases.ts";
import type { Upstream } from "../upstream.ts";
import { domain } from "../../base/index.ts";
import { rcodes, type Message } from "../wire.ts";
import { checkUpstreams } from "./checkup.ts";
import type { DnsFinding } from "./types.ts";

const first: Upstream = { address: ip("192.0.2.53"), port: 53 };
const second: Upstream = { address: ip("192.0.2.54"), port: 53 };
const [firstName, secondName] = ["192.0.2.53:53", "192.0.2.54:53"];

const root = new SignedZone(".", { signing: { algorithm: 13 } });
const other = new SignedZone(".", { signing: { algorithm: 15 } });
const honest = recursor([root]);
const impostor = recursor([other]);

type Answering = (heard: Heard) => readonly Packet[];

const answers =
  (change: (message: Message) => Message = (message) => message, from = honest): Answering =>
  (heard) => {
    const [question] = heard.query.questions;
    if (question === undefined) return [];
    const { rcode, answers, authorities } = change(from(question.name, question.type));
    const wants = heard.query.edns?.dnssecOk === true;
    const kept = wants ? answers : answers.filter(({ data }) => data.type !== "RRSIG");
    return [packet(heard, { rcode, answers: kept, authorities })];
  };
const nothing: Answering = () => [];
const over =
  (udp: Answering, tcp: Answering): Answering =>
  (heard) =>
    (heard.over === "udp" ? udp : tcp)(heard);
const refusing = answers((message) => ({ ...message, rcode: rcodes.refused, answers: [] }));
const stripping = answers((message) => ({
  ...message,
  answers: message.answers.filter(({ data }) => data.type !== "RRSIG"),
}));
const forging = answers((message) => ({
  ...message,
  answers: message.answers.map((record) =>
    record.data.type === "RRSIG"
      ? { ...record, data: { ...record.data, signature: record.data.signature.map((octet) => octet ^ 1) } }
      : record,
  ),
}));
const garbage: Answering = ({ query }) => [
  { bytes: Uint8Array.of(query.id >> 8, query.id & 0xff, 0x81, 0x80, ...Buffer.from("not a DNS message")) },
];
const truncating = over((heard) => [packet(heard, { truncated: true, answers: [] })], answers());
const smallOnly: Answering = (heard) => (heard.query.edns === undefined ? answers()(heard) : []);

interface Options {
  readonly upstreams?: readonly Upstream[];
  readonly anchors?: readonly TrustAnchor[];
  readonly at?: number;
  readonly tcpFault?: DialFault;
}

async function check(
  answering: Answering | readonly [Answering, Answering],
  { upstreams, anchors = root.anchors(), at = Date.UTC(2026, 5, 1), tcpFault }: Options = {},
): Promise<readonly DnsFinding[]> {
  const clock = manualClock(at);
  const both = typeof answering === "function" ? [answering, answering] : answering;
  const answer = (heard: Heard): readonly Packet[] =>
    (heard.to.address === first.address ? both[0] : both[1])?.(heard) ?? [];
  const net = scriptedNet(clock, { answer, ...(tcpFault === undefined ? {} : { tcpFault }) });
  const asked = upstreams ?? (typeof answering === "function" ? [first] : [first, second]);
  const found: (readonly DnsFinding[])[] = [];
  void checkUpstreams({ net, clock, random: seededRandom(7), upstreams: asked, anchors: () => anchors }).then((all) =>
    found.push(all),
  );
  for (let step = 0; step < 2000 && found.length === 0; step++) {
    await clock.advance(10);
    await new Promise((resolve) => process.nextTick(resolve));
  }
  expect(net.open(), "nothing is left open").toBe(0);
  if (found[0] === undefined) throw new Error("no end after 20 s");
  return found[0];
}

describe("SEC-5 one resolver", () => {
  const cases: readonly (readonly [what: string, answering: Answering, found: Partial<DnsFinding> | undefined])[] = [
    ["an honest one", answers(), undefined],
    ["one that truncates long answers (trap 9)", truncating, undefined],
    ["one that answers without DNSSEC (trap 10)", stripping, { code: "stripped", severity: "error" }],
    ["one that knows no keys at all", answers((message) => ({ ...message, answers: [] })), { code: "stripped" }],
    ["one that refuses", refusing, { code: "refused", detail: "REFUSED" }],
    [
      "one that fails",
      answers((message) => ({ ...message, rcode: rcodes.servfail })),
      { code: "refused", detail: "SERVFAIL" },
    ],
    ["one with a root of its own", answers(undefined, impostor), { code: "keys-unknown", severity: "error" }],
    ["one whose signatures do not fit", forging, { code: "forged", severity: "error" }],
    ["something that does not speak DNS", garbage, { code: "garbage", severity: "error" }],
    ["nobody", nothing, { code: "no-answer", severity: "error" }],
    ["no UDP", over(nothing, answers()), { code: "udp-blocked", severity: "error" }],
    ["only short answers over UDP", over(smallOnly, answers()), { code: "udp-large-lost", severity: "error" }],
    ["other answers over UDP than over TCP", over(stripping, answers()), { code: "udp-changed", severity: "error" }],
    ["no TCP", over(answers(), nothing), { code: "tcp-blocked", severity: "warning" }],
  ];
  test.each(cases)("%s", async (_, answering, found) => {
    const findings = await check(answering);
    if (found === undefined) expect(findings).toEqual([]);
    else expect(findings).toMatchObject([{ resolvers: [firstName], ...found }]);
  });

  test("TCP that is refused is said with its reason", async () => {
    expect(await check(answers(), { tcpFault: "refused" })).toEqual([
      { code: "tcp-blocked", severity: "warning", resolvers: [firstName], detail: "TCP: refused" },
    ]);
  });

  test("one lost datagram is no finding", async () => {
    let lost = 0;
    const losing: Answering = (heard) => (heard.over === "udp" && lost++ === 0 ? [] : answers()(heard));
    expect(await check(losing)).toEqual([]);
  });
});

describe("SEC-5 the clock", () => {
  const day = 86_400;
  const cases: readonly (readonly [what: string, at: number, code: DnsFinding["code"] | undefined, days: number])[] = [
    ["right", Date.UTC(2026, 5, 1), undefined, 0],
    ["a day behind the signatures", Date.UTC(2025, 10, 30), "clock-behind", 1],
    ["as after a dead battery", Date.UTC(1970, 0, 1), "clock-behind", 20_423],
    ["ten days ahead of them", Date.UTC(2027, 0, 11), "clock-ahead", 10],
    ["within the tolerance", Date.UTC(2027, 0, 1) + 299_000, undefined, 0],
  ];
  test.each(cases)("%s", async (_, at, code, days) => {
    const findings = await check(answers(), { at });
    if (code === undefined) return expect(findings).toEqual([]);
    expect(findings).toMatchObject([{ code, severity: "error", resolvers: [firstName] }]);
    // At least so much: the tolerance is taken off.
    expect(Math.ceil((findings[0]?.seconds ?? 0) / day)).toBe(days);
  });

  test("signatures of somebody else say nothing of it", async () => {
    const findings = await check(answers(undefined, impostor), { at: Date.UTC(1970, 0, 1) });
    expect(findings).toMatchObject([{ code: "keys-unknown" }]);
  });
});

describe("SEC-5 several resolvers", () => {
  const old = new SignedZone(".", {
    signing: {
      keys: root.keys,
      validity: { inception: Date.UTC(2025, 0, 1) / 1000, expiration: Date.UTC(2026, 3, 1) / 1000 },
    },
  });
  const stale = answers(undefined, recursor([old]));
  const cases: readonly (readonly [what: string, both: readonly [Answering, Answering], found: readonly string[]])[] = [
    ["both well", [answers(), answers()], []],
    ["one silent", [nothing, answers()], [`warning silent ${firstName}`]],
    ["both silent", [nothing, nothing], [`error no-answer ${firstName} ${secondName}`]],
    [
      "one silent, one that strips",
      [nothing, stripping],
      [`error silent ${firstName}`, `error stripped ${secondName}`],
    ],
    ["one that strips, one well", [stripping, answers()], [`warning stripped ${firstName}`]],
    ["one that repeats old answers is not a wrong clock", [stale, answers()], [`warning stale ${firstName}`]],
    ["both of another time: the clock", [stale, stale], [`error clock-ahead ${firstName} ${secondName}`]],
    ["a clock, and a silent one", [stale, nothing], [`error clock-ahead ${firstName}`, `error silent ${secondName}`]],
    ["one without TCP", [over(answers(), nothing), answers()], [`warning tcp-blocked ${firstName}`]],
    ["one without UDP", [over(nothing, answers()), answers()], [`warning udp-blocked ${firstName}`]],
  ];
  test.each(cases)("%s", async (_, both, found) => {
    const findings = await check(both);
    expect(findings.map(({ severity, code, resolvers }) => [severity, code, ...resolvers].join(" "))).toEqual(found);
  });
});

describe("what is asked", () => {
  test("the zone that is anchored, where the root is not", async () => {
    const corp = new SignedZone("corp.test", { signing: {} });
    const asking = recursor([corp]);
    expect(await check(answers(undefined, asking), { anchors: corp.anchors() })).toEqual([]);
  });

  test("nothing, where nothing is anchored", async () => {
    expect(await check(nothing, { anchors: [] })).toEqual([]);
  });

  test("a resolver over TLS is asked over TLS alone, and not at all without it", async () => {
    const tls: Upstream = { ...first, port: 853, tls: { name: domain("dns.test") } };
    const heard: string[] = [];
    const listening: Answering = (one) => {
      heard.push(one.over);
      return answers()(one);
    };
    expect(await check(listening, { upstreams: [tls] })).toMatchObject([
      { code: "no-answer", resolvers: ["tls://192.0.2.53:853#dns.test"] },
    ]);
    expect(heard).toEqual([]);
  });

  test("whatever a port throws, the look ends", async () => {
    const clock = manualClock();
    const broken = (): never => {
      throw new Error("EMFILE");
    };
    const net = {
      ...scriptedNet(clock, { answer: nothing }),
      datagram: broken,
      dial: () => Promise.resolve(err("resources" as const)),
    };
    const findings = await checkUpstreams({
      net,
      clock,
      random: seededRandom(1),
      upstreams: [first],
      anchors: () => root.anchors(),
    });
    expect(findings).toMatchObject([{ code: "no-answer" }]);
  });

  test("endpoints are asked as they stand", async () => {
    const asked = new Set<Endpoint>();
    await check((heard) => {
      asked.add(heard.to);
      return answers()(heard);
    });
    expect([...asked]).toEqual([first]);
  });
});
