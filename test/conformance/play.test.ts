import { describe, expect, test } from "vitest";
import { createValidator } from "../../src/dns/index.ts";
import { entry, range, record, replayText, signingKey, type EntryText } from "./made-replay.cases.ts";
import { playReplay, type Outcome } from "./play.ts";

const server = "192.0.2.53";
const key = signingKey("example.", 5);
const www = [record("www.example. A 192.0.2.80")];
const alias = [record("alias.example. CNAME www.example.")];
const denial = [
  ...key.signed([record("example. SOA ns.example. host.example. 1 2 3 4 60")]),
  ...key.signed([record("www.example. NSEC example. A RRSIG NSEC")]),
  ...key.signed([record("example. NSEC alias.example. NS SOA RRSIG NSEC DNSKEY")]),
];
const zone = [
  entry({ question: "example. IN DNSKEY", answer: key.signed([key.dnskey]) }),
  entry({ question: "www.example. IN A", answer: key.signed(www) }),
  entry({ question: "alias.example. IN A", answer: [...key.signed(alias), ...key.signed(www)] }),
  entry({ question: "x.example. IN A", reply: "QR AA NXDOMAIN", authority: denial }),
  entry({
    question: "broken.example. IN A",
    answer: key.signed([record("broken.example. A 192.0.2.1")], { expiration: 1 }),
  }),
];

function steps(question: string, expected: Omit<EntryText, "question">, asked = "RD DO"): readonly string[] {
  return [
    `STEP 1 QUERY\n${entry({ question, reply: asked })}`,
    `STEP 10 CHECK_ANSWER\n${entry({ match: "all", question, ...expected })}`,
  ];
}

function playText(text: string): Promise<Outcome> {
  return playReplay("made.rpl", text, { createValidator });
}

function play(stepped: readonly string[], ranges = [range(server, zone)]): Promise<Outcome> {
  return playText(replayText({ anchors: [key.ds(1)], ranges, steps: stepped }));
}

describe("a replay passes", () => {
  const good: readonly [why: string, question: string, expected: Omit<EntryText, "question">, asked?: string][] = [
    ["signed data", "www.example. IN A", { reply: "QR RD RA AD DO NOERROR", answer: www }],
    ["signed data with its signature", "www.example. A", { reply: "QR AD NOERROR", answer: key.signed(www) }],
    ["for a client that asks by AD", "www.example. A", { reply: "QR AD NOERROR", answer: www }, "RD AD"],
    ["for a client that asks by neither", "www.example. A", { reply: "QR NOERROR", answer: www }, "RD"],
    ["an alias", "alias.example. A", { reply: "QR AD NOERROR", answer: [...www, ...alias] }],
    ["an absence", "x.example. A", { reply: "QR AD NXDOMAIN" }],
    ["a failure", "broken.example. A", { reply: "QR SERVFAIL" }],
    [
      "a failure, which who disables checking does not hear",
      "broken.example. A",
      { reply: "QR NOERROR", answer: [record("broken.example. A 192.0.2.1")] },
      "RD CD",
    ],
    ["only the rcode", "www.example. A", { match: "rcode", reply: "QR NOERROR" }],
    ["the time to live", "www.example. A", { match: "all ttl", reply: "QR AD NOERROR", answer: www }],
  ];
  test.each(good)("on %s", async (_why, question, expected, asked) => {
    expect(await play(steps(question, expected, asked))).toEqual({ kind: "passed", notes: [] });
  });

  test("an extended error of another number is told, and no failure", async () => {
    const outcome = await play(steps("broken.example. A", { match: "all ede=6", reply: "QR SERVFAIL" }));
    expect(outcome).toEqual({ kind: "passed", notes: ["step 10: extended error 7 where unbound says 6"] });
  });

  test("what a step answers itself comes before the ranges, once", async () => {
    const own = entry({ question: "new.example. IN A", answer: key.signed([record("new.example. A 192.0.2.7")]) });
    const [query = "", check = ""] = steps("new.example. A", {
      reply: "QR AD NOERROR",
      answer: [record("new.example. A 192.0.2.7")],
    });
    expect(await play([query, `STEP 5 REPLY\n${own}`, check])).toMatchObject({ kind: "passed" });
  });

  test("servers change with the steps, and answers wear out", async () => {
    const later = entry({ question: "www.example. IN A", answer: key.signed([record("www.example. A 192.0.2.81")]) });
    const ranges = [range(server, zone, "0 20"), range(server, [later, ...zone], "21 100")];
    const first = steps("www.example. A", { reply: "QR AD NOERROR", answer: www });
    const second = steps("www.example. A", { reply: "QR AD NOERROR", answer: [record("www.example. A 192.0.2.81")] });
    const moved = second.map((step) => step.replace("STEP 1", "STEP 3"));
    expect(await play([...first, "STEP 20 TIME_PASSES ELAPSE 3601", ...moved], ranges)).toMatchObject({
      kind: "passed",
    });
  });
});

describe("a replay fails", () => {
  const bad: readonly [why: string, question: string, expected: Omit<EntryText, "question">, reason: string][] = [
    ["on another rcode", "www.example. A", { reply: "QR AD NXDOMAIN", answer: www }, "NXDOMAIN expected, not NOERROR"],
    ["without AD", "www.example. A", { reply: "QR NOERROR", answer: www }, "AD is set and must not be"],
    ["with AD", "broken.example. A", { reply: "QR AD SERVFAIL" }, "AD is missing"],
    [
      "on other data",
      "www.example. A",
      { reply: "QR AD NOERROR", answer: [record("www.example. A 192.0.2.9")] },
      "www.example A is missing from the answer",
    ],
    ["on less", "www.example. A", { reply: "QR AD NOERROR" }, "www.example A is not expected in the answer"],
    [
      "on another alias",
      "alias.example. A",
      { reply: "QR AD NOERROR", answer: [...www, record("alias.example. CNAME x.")] },
      "alias.example CNAME is missing from the answer",
    ],
    [
      "on another time to live",
      "www.example. A",
      { match: "all ttl", reply: "QR AD NOERROR", answer: [record("www.example. 99 A 192.0.2.80")] },
      "99 seconds to live expected, not 3600",
    ],
    [
      "on a secure answer that was to fail",
      "www.example. A",
      { reply: "QR SERVFAIL" },
      "SERVFAIL expected, not NOERROR",
    ],
  ];
  test.each(bad)("%s", async (_why, question, expected, reason) => {
    const outcome = await play(steps(question, expected));
    expect(outcome.kind === "failed" ? outcome.reasons : outcome).toContain(`step 10: ${reason}`);
  });

  test("if it cannot be read", async () => {
    expect(await playText("nonsense")).toEqual({
      kind: "failed",
      reasons: ["cannot be read: line 1: CONFIG_END is missing"],
    });
  });

  test("if its servers have addresses that are none", async () => {
    const config = ["stub-zone:", 'name: "."', "stub-addr: nowhere"];
    const text = replayText({ anchors: [key.ds(1)], ranges: [], steps: steps("www.example. A", {}), config });
    expect(await playText(text)).toMatchObject({ kind: "failed" });
  });

  test("if more is checked than was asked", async () => {
    const [, check = ""] = steps("www.example. A", {});
    expect(await play([check])).toEqual({ kind: "failed", reasons: ["step 10: no answer is waiting to be checked"] });
  });
});

describe("a replay is not applicable", () => {
  test("if it passes as soon as another name server is asked", async () => {
    const config = ["stub-zone:", 'name: "."', "stub-addr: 192.0.2.99", `stub-addr: ${server}`];
    const liar = range("192.0.2.99", [zone[0] ?? "", entry({ question: "www.example. IN A", answer: www })]);
    const stepped = steps("www.example. A", { reply: "QR AD NOERROR", answer: www });
    const replay = { anchors: [key.ds(1)], ranges: [liar, range(server, zone)], config };
    expect(await playText(replayText({ ...replay, steps: stepped }))).toMatchObject({
      kind: "skipped",
      reason: expect.stringContaining("another name server") as string,
    });
    const wrong = steps("www.example. A", { reply: "QR AD NOERROR" });
    expect(await playText(replayText({ ...replay, steps: wrong }))).toMatchObject({ kind: "failed" });
  });

  test("if all that it asks is asked of a cache", async () => {
    const snoop = steps("www.example. A", { reply: "QR NOERROR" }, "DO");
    expect(await play(snoop)).toEqual({ kind: "skipped", reason: "asks a cache without recursion" });
  });
});
