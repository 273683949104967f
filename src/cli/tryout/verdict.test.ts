import { describe, expect, test } from "vitest";
import type { MailEvent, StoryEntry } from "../../base/index.ts";
import type { Captured, Expectation } from "../../lab/index.ts";
import { discrepancies, endsStory, type Discrepancy, type Evidence } from "./verdict.ts";

const recipients = ["bob@x.example"];
const reply = { code: 250, lines: ["ok"] };
const delivered = (level: "cleartext" | "encrypted" | "authenticated"): MailEvent => ({
  code: "delivered",
  recipients,
  host: "mx.x.example",
  level,
  proof: level === "authenticated" ? "rule-names" : "none",
  reply,
});
const deferred = (fault?: "starttls-missing" | "handshake-reset" | "dns-bogus"): MailEvent => ({
  code: "deferred",
  recipients,
  domain: "x.example",
  reason: fault === undefined ? "peer-deferred" : fault === "dns-bogus" ? fault : "unproven",
  retryAt: 1,
  forSafety: fault !== undefined,
  ...(fault === undefined || fault === "dns-bogus" ? {} : { fault }),
});
const bounced: MailEvent = { code: "bounced", recipients, domain: "x.example", reason: "peer-rejected" };
const mail: Captured = { from: "a@x.example", to: recipients, content: "secret", tls: false };
const overTls = [{ tls: "TLSv1.3" }];
const inClear = [{ tls: undefined }];

function evidence(events: readonly MailEvent[], rest: Partial<Evidence> = {}): Evidence {
  const story: readonly StoryEntry[] = events.map((event) => ({ at: 1, event }));
  return { story, received: [], captured: undefined, noticed: false, ...rest };
}

const safe: Expectation = { kind: "delivered", level: "authenticated" };
const open: Expectation = { kind: "delivered", level: "cleartext" };
const busy: Expectation = { kind: "delayed", level: "encrypted" };
const held: Expectation = { kind: "held", for: "starttls-missing" };
const bogus: Expectation = { kind: "held", for: "dns-bogus" };
const proven: Expectation = { kind: "delivered", level: "authenticated", proof: "secure-mx" };
const redirected: Expectation = { kind: "delivered", level: "encrypted", to: "attacker" };
const returned: Expectation = { kind: "returned", reason: "peer-rejected" };

describe("a story is as it should be, or what is wrong with it is found", () => {
  test.each<[string, Expectation, Evidence, readonly Discrepancy[]]>([
    ["delivered as it should", safe, evidence([delivered("authenticated")], { received: overTls }), []],
    ["at a lower level", safe, evidence([delivered("encrypted")], { received: overTls }), ["outcome"]],
    ["after a wait", safe, evidence([deferred(), delivered("authenticated")], { received: overTls }), ["outcome"]],
    ["said, but not there", safe, evidence([delivered("authenticated")]), ["not-received"]],
    [
      "there twice",
      safe,
      evidence([delivered("authenticated")], { received: [...overTls, ...overTls] }),
      ["not-received"],
    ],
    ["there in clear", safe, evidence([delivered("authenticated")], { received: inClear }), ["not-received"]],
    [
      "read by the attacker",
      safe,
      evidence([delivered("authenticated")], { received: overTls, captured: [mail] }),
      ["leaked"],
    ],
    ["nothing at all", safe, evidence([]), ["outcome", "not-received"]],
    ["in clear, and read", open, evidence([delivered("cleartext")], { received: inClear, captured: [mail] }), []],
    [
      "in clear, the attacker asleep",
      open,
      evidence([delivered("cleartext")], { received: inClear, captured: [] }),
      ["not-captured"],
    ],
    ["in clear, nobody there to read it", open, evidence([delivered("cleartext")], { received: inClear }), []],
    ["delayed", busy, evidence([deferred(), delivered("encrypted")], { received: overTls }), []],
    ["not delayed", busy, evidence([delivered("encrypted")], { received: overTls }), ["outcome"]],
    ["delayed for ever", busy, evidence([deferred()]), ["outcome", "not-received"]],
    [
      "delayed for safety",
      busy,
      evidence([deferred("starttls-missing"), delivered("encrypted")], { received: overTls }),
      ["outcome"],
    ],
    ["held", held, evidence([deferred("starttls-missing"), deferred("starttls-missing")], { captured: [] }), []],
    ["held for another reason", held, evidence([deferred("handshake-reset")], { captured: [] }), ["outcome"]],
    [
      "held, then let go",
      held,
      evidence([deferred("starttls-missing"), delivered("cleartext")], { captured: [mail], received: inClear }),
      ["outcome", "leaked", "received"],
    ],
    ["held for a forged answer", bogus, evidence([deferred("dns-bogus")], { captured: [] }), []],
    ["held for what its server did", bogus, evidence([deferred("starttls-missing")]), ["outcome"]],
    [
      "a forged answer believed",
      bogus,
      evidence([delivered("encrypted")], { captured: [{ ...mail, tls: true }] }),
      ["outcome", "leaked"],
    ],
    ["proven in another way", proven, evidence([delivered("authenticated")], { received: overTls }), ["outcome"]],
    [
      "delivered to the attacker, as it had to be",
      redirected,
      evidence([delivered("encrypted")], { captured: [{ ...mail, tls: true }] }),
      [],
    ],
    [
      "delivered to the honest server after all",
      redirected,
      evidence([delivered("encrypted")], { captured: [], received: overTls }),
      ["not-captured", "received"],
    ],
    ["returned", returned, evidence([bounced], { noticed: true }), []],
    ["returned in silence", returned, evidence([bounced]), ["no-notice"]],
    ["returned, and there", returned, evidence([bounced], { noticed: true, received: overTls }), ["received"]],
    ["not returned", returned, evidence([deferred()], { noticed: true }), ["outcome"]],
  ])("%s", (_, expectation, seen, found) => {
    expect(discrepancies(expectation, seen)).toEqual(found);
  });
});

test("a story ends with its outcome; one that comes back, with the notice", () => {
  const ends = (expectation: Expectation, event: MailEvent): boolean => endsStory(expectation, { at: 1, event });
  expect(ends(safe, delivered("encrypted"))).toBe(true);
  expect(ends(held, deferred())).toBe(true);
  expect(ends(returned, bounced)).toBe(false);
  expect(ends(returned, { code: "bounce-sent", message: "x" })).toBe(true);
});
