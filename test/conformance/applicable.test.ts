import { describe, expect, test } from "vitest";
import { whyNotApplicable } from "./applicable.ts";
import { entry, range, record, replayText } from "./made-replay.cases.ts";
import { readReplay } from "./reader.ts";

const anchor = record(`example. DS 1 8 2 ${"00".repeat(32)}`);
const stub = ["stub-zone:", 'name: "."', "stub-addr: 192.0.2.53"];
const check = `STEP 2 CHECK_ANSWER\n${entry({ question: "a. IN A" })}`;
const servers = range("192.0.2.53", [entry({ question: "a. IN A" })]);

function why(parts: Partial<Parameters<typeof replayText>[0]>): string | undefined {
  const text = replayText({ anchors: [anchor], ranges: [servers], steps: [check], ...parts });
  const replay = readReplay(text);
  if (!replay.ok) throw new Error(replay.error);
  return whyNotApplicable(replay.value);
}

describe("a replay that says nothing about a validator says why", () => {
  test("one that does is played", () => {
    expect(why({})).toBeUndefined();
    expect(
      why({ config: ['module-config: "validator iterator"', "local-zone: test. nodefault", ...stub] }),
    ).toBeUndefined();
  });

  const configs: readonly [line: string, reason: RegExp][] = [
    ['module-config: "respip validator iterator"', /modules respip/],
    ['module-config: "iterator"', /no validator/],
    ["serve-expired: yes", /expired/],
    ["local-zone: a. static", /local zone/],
    ['local-data: "a. A 192.0.2.1"', /local data/],
    ["domain-insecure: a.", /negative trust anchors/],
    ["dlv-anchor: x", /DLV/],
    ["auto-trust-anchor-file: x", /RFC 5011/],
    ["val-permissive-mode: yes", /bogus/],
    ["max-global-quota: 1", /limits/],
    ["disable-edns-do: yes", /without signatures/],
    ["ignore-cd-flag: yes", /ask it not to/],
    ["deny-any: yes", /RFC 8482/],
    ["serve-original-ttl: yes", /times to live/],
    ["rpz:", /response policy/],
    ["auth-zone:", /zone that unbound holds/],
  ];
  test.each(configs)("%s", (line, reason) => {
    expect(why({ config: [line, ...stub] })).toMatch(reason);
    expect(why({ config: [line.replace(/yes$/, "no"), ...stub] }) === undefined).toBe(line.endsWith("yes"));
  });

  const steps: readonly [step: string, reason: RegExp][] = [
    [`STEP 1 CHECK_OUT_QUERY\n${entry({ question: "a. IN A" })}`, /asks of name servers/],
    ["STEP 1 TIMEOUT", /run out of time/],
    ["STEP 1 TIME_PASSES EVAL 5", /macros/],
    ["STEP 1 SOMETHING_NEW", /the step SOMETHING_NEW/],
    [`STEP 1 QUERY\n${entry({ question: "a. CH TXT" })}`, /class/],
    [`STEP 1 QUERY\n${entry({ question: "root-key-sentinel-is-ta-20326. A" })}`, /RFC 8509/],
    [`STEP 1 QUERY\n${entry({ question: "a. IN A", reply: "NOTIFY" })}`, /query/],
  ];
  test.each(steps)("%s", (step, reason) => {
    expect(why({ steps: [step, check] })).toMatch(reason);
  });

  test("no check, no anchor", () => {
    expect(why({ steps: ["STEP 1 NOTHING"] })).toBe("no answer is checked");
    expect(why({ anchors: [] })).toMatch(/no trust anchor/);
  });

  test("GOST", () => {
    const ds = record(`a. DS 1 12 3 ${"00".repeat(32)}`);
    expect(why({ ranges: [range("192.0.2.53", [entry({ question: "a. DS", answer: [ds] })])] })).toMatch(/GOST/);
  });

  test("a forwarder that refers instead of answering", () => {
    const referral = entry({ question: "a. A", authority: [record("a. NS b.")] });
    const forward = ["forward-zone:", 'name: "."', "forward-addr: 192.0.2.53"];
    expect(why({ config: forward, ranges: [range("192.0.2.53", [referral])] })).toMatch(/refers/);
    expect(why({ config: stub, ranges: [range("192.0.2.53", [referral])] })).toBeUndefined();
  });
});
