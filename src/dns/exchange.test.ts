import { describe, expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { dnsLimits } from "./limits.ts";
import { a, name, record } from "./message.cases.ts";
import { packet, type Heard, type Packet, type Script } from "./scripted.cases.ts";
import { first, honest, host, remote, second, stage, truth, waited } from "./stage.cases.ts";

test("a question has a random id, EDNS of 1232 bytes, RD and AD, and no DO (RFC 6840 §5.7)", async () => {
  const set = stage(honest);
  await waited(set, set.resolver.a(host));
  await waited(set, set.resolver.aaaa(host));
  const [one, two] = set.net.heard.map((heard) => heard.query);
  expect(one).toMatchObject({
    response: false,
    recursionDesired: true,
    authenticData: true,
    checkingDisabled: false,
    questions: [{ name: "a.test", type: "A", class: 1 }],
    edns: { udpPayload: 1232, version: 0, dnssecOk: false, options: [] },
  });
  expect(one?.id).not.toBe(two?.id);
  expect(set.net.open()).toBe(0);
});

describe.each([
  ["on this machine, where questions share a socket", first, second],
  ["elsewhere, where each has its own", remote, first],
])(
  "forgery: what does not come from the upstream, with the id and the question, is not an answer; an upstream %s",
  (_, upstream, stranger) => {
    const forged = { answers: [record("a.test", a("192.0.2.66"))] };
    const late = { afterMs: 50 };
    const forgeries: readonly [why: string, forge: (heard: Heard) => Packet][] = [
      ["another address", (heard) => packet(heard, forged, { from: stranger })],
      ["another port", (heard) => packet(heard, forged, { from: { ...upstream, port: 5353 } })],
      ["another id", (heard) => packet(heard, { ...forged, id: heard.query.id ^ 1 })],
      [
        "another name",
        (heard) => packet(heard, { ...forged, questions: [{ name: name("b.test"), type: "A", class: 1 }] }),
      ],
      [
        "another type",
        (heard) => packet(heard, { ...forged, questions: [{ name: name("a.test"), type: "MX", class: 1 }] }),
      ],
      [
        "another class",
        (heard) => packet(heard, { ...forged, questions: [{ name: name("a.test"), type: "A", class: 3 }] }),
      ],
      [
        "two questions",
        (heard) => packet(heard, { ...forged, questions: [...heard.query.questions, ...heard.query.questions] }),
      ],
      ["no question", (heard) => packet(heard, { ...forged, questions: [] })],
      ["another opcode", (heard) => packet(heard, { ...forged, opcode: 4 })],
      ["a question, not an answer", (heard) => packet(heard, { ...forged, response: false })],
      ["too few bytes for a header", () => ({ bytes: new Uint8Array(11) })],
    ];
    test.each(forgeries)("%s", async (_, forge) => {
      const set = stage((heard) => [forge(heard), packet(heard, truth, late)], { upstreams: [upstream] });
      const { answer } = await waited(set, set.resolver.a(host));
      expect(answer).toMatchObject({ kind: "records", records: ["192.0.2.1"] });
      expect(set.net.heard.map((heard) => heard.over)).toEqual(["udp"]);
    });

    test("guesses from elsewhere do not even do that", async () => {
      const set = stage(
        (heard) => [
          ...Array.from({ length: 1000 }, () => packet(heard, forged, { from: stranger })),
          packet(heard, truth, late),
        ],
        { upstreams: [upstream] },
      );
      expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ records: ["192.0.2.1"] });
      expect(set.net.heard.length).toBe(1);
    });
  },
);

test("after a few guesses from the right address the question goes to TCP, where guessing is hopeless", async () => {
  const forged = { answers: [record("a.test", a("192.0.2.66"))] };
  const guessed = (heard: Heard): readonly Packet[] => {
    if (heard.over === "tcp") return [packet(heard, truth)];
    const guesses = Array.from({ length: 1000 }, (_, index) =>
      packet(heard, { ...forged, id: heard.query.id ^ (index + 1) }),
    );
    return [...guesses, packet(heard, forged)];
  };
  const set = stage(guessed, { upstreams: [remote] });
  expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ records: ["192.0.2.1"] });
});

test("questions to a resolver on this machine share a socket while there are any, and hear each its own answer", async () => {
  const addresses = new Map<string, string>();
  const set = stage((heard) => {
    const asked = heard.query.questions[0]?.name ?? "";
    const address = `192.0.2.${addresses.size + 1}`;
    addresses.set(asked, address);
    return [packet(heard, { answers: [record(asked, a(address))] }, { afterMs: 100 - addresses.size })];
  });
  const hosts = Array.from({ length: 50 }, (_, at) => domain(`n${at}.test`));
  const { answer } = await waited(set, Promise.all(hosts.map((one) => set.resolver.a(one))));
  expect(answer).toMatchObject(hosts.map((one) => ({ kind: "records", records: [addresses.get(one)] })));
  expect(set.net.openMax()).toBe(1);
  expect(set.net.open()).toBe(0);
});

test("two questions under the same id have a socket each", async () => {
  const set = stage(honest, { random: { fraction: () => 0, bytes: (count) => new Uint8Array(count) } });
  const { answer } = await waited(set, Promise.all([set.resolver.a(host), set.resolver.aaaa(host)]));
  expect(answer).toMatchObject([{ kind: "records", records: ["192.0.2.1"] }, {}]);
  expect(set.net.openMax()).toBe(2);
  expect(set.net.open()).toBe(0);
});

describe("trap 9: over UDP it did not fit, or could not be read", () => {
  const unreadable = (heard: Heard, flags: number): Packet => ({
    bytes: Uint8Array.of(heard.query.id >> 8, heard.query.id & 0xff, flags, 0, 0, 9, 0, 9, 0, 0, 0, 0),
  });
  const unusable: readonly [why: string, udp: (heard: Heard) => Packet][] = [
    [
      "truncated, with a forged part",
      (heard) => packet(heard, { truncated: true, answers: [record("a.test", a("192.0.2.66"))] }),
    ],
    ["truncated within a record (RFC 2181 §9)", (heard) => unreadable(heard, 0x82)],
    ["malformed", (heard) => unreadable(heard, 0x80)],
  ];
  test.each(unusable)("%s: TCP is asked, and only its answer counts", async (_, udp) => {
    const set = stage((heard) => [heard.over === "udp" ? udp(heard) : packet(heard, truth)]);
    const { answer } = await waited(set, set.resolver.a(host));
    expect(answer).toMatchObject({ kind: "records", records: ["192.0.2.1"] });
    expect(set.net.heard.map((heard) => heard.over)).toEqual(["udp", "tcp"]);
    await set.clock.advance(dnsLimits.streamIdleMs);
    expect(set.net.open()).toBe(0);
  });

  const tcpFails: readonly [why: string, failure: string, script: Script][] = [
    ["TCP is refused", "network", { answer: (heard) => [packet(heard, { truncated: true })], tcpFault: "refused" }],
    ["TCP answers with TC as well", "malformed", { answer: (heard) => [packet(heard, { truncated: true })] }],
    [
      "TCP answers with another id",
      "timeout",
      {
        answer: (heard) => [
          packet(heard, heard.over === "udp" ? { truncated: true } : { ...truth, id: heard.query.id ^ 1 }),
        ],
      },
    ],
    [
      "TCP is silent",
      "timeout",
      { answer: (heard) => (heard.over === "udp" ? [packet(heard, { truncated: true })] : []) },
    ],
  ];
  test.each(tcpFails)("%s: the failure %s, never an empty answer", async (_, failure, script) => {
    const set = stage(script);
    expect((await waited(set, set.resolver.a(host))).answer).toMatchObject({ failure, status: "indeterminate" });
    await set.clock.advance(dnsLimits.streamIdleMs);
    expect(set.net.open()).toBe(0);
  });
});
