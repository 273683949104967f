import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MailEvent, SmtpReply } from "../base/index.ts";
import { allEvents, everyEvent } from "./every.cases.ts";
import { createWords, languages, outcomeLine, tellPlan, tellStory, type Language } from "./index.ts";

const voices = languages.map((language) => createWords(language, { timeZone: "Asia/Shanghai" }));
const [en, zh] = voices.map((words) => (event: MailEvent) => tellStory(words, event)) as [Tell, Tell];
type Tell = (event: MailEvent) => string;

describe.each(voices)("in $language", (words) => {
  test("every event in every variant is one line of words, with nothing left blank", () => {
    expect(allEvents.length).toBeGreaterThan(500);
    for (const event of allEvents) {
      const text = tellStory(words, event);
      expect(text, JSON.stringify(event)).toMatch(/^\P{Cc}{8,1200}$/u);
      expect(text, JSON.stringify(event)).not.toMatch(/\{|\}|undefined|NaN|\[object|  /);
      expect(tellStory(words, { at: 0, event })).toBe(text);
      expect(words.event(event)).toBe(text);
    }
  });

  test("outcomes, and only outcomes, have a short line with their mark", () => {
    const marks: Readonly<Record<string, string>> = { delivered: "✓", deferred: "⏸", bounced: "✗" };
    for (const event of allEvents) {
      const line = outcomeLine(words, event);
      expect(line?.slice(0, 1), JSON.stringify(event)).toBe(marks[event.code]);
      if (line !== undefined) expect(line).toContain("bob@example.net");
      expect(line ?? "").not.toMatch(/\{|undefined|\n/);
    }
  });

  test("a plan is told by tellPlan", () => {
    for (const plan of everyEvent.planned) expect(tellPlan(words, plan)).toBe(tellStory(words, plan));
  });

  test("the same fault is never told in the words of another", () => {
    const texts = everyEvent["tls-fault"].map((event) => [event.fault, tellStory(words, event).slice(0, 40)] as const);
    const faults = new Set(texts.map(([fault]) => fault));
    expect(
      new Set(everyEvent["tls-fault"].map((event) => tellStory(words, { ...event, required: "authenticated" }))).size,
    ).toBe(faults.size);
  });
});

describe("what a layman must be able to read out of it", () => {
  const host = "mx1.example.net";
  const recipients = ["bob@example.net"];
  const reply: SmtpReply = { code: 250, lines: ["ok"] };
  const delivered = { code: "delivered", recipients, host, reply } as const;
  const deferred = {
    code: "deferred",
    recipients,
    domain: "example.net",
    host,
    retryAt: Date.UTC(2026, 10, 24, 12, 30),
  } as const;
  const fault = { code: "tls-fault", host, required: "authenticated" } as const;
  const cases: readonly (readonly [
    why: string,
    event: MailEvent,
    en: readonly (string | RegExp)[],
    zh: readonly (string | RegExp)[],
  ])[] = [
    [
      "cleartext: anyone on the path",
      { ...delivered, level: "cleartext", proof: "none" },
      ["without encryption", "anyone on the way could have read it"],
      ["没有加密", "沿途任何人"],
    ],
    [
      "encrypted: an active attacker",
      { ...delivered, level: "encrypted", proof: "any-tls" },
      ["encrypted, but nobody checked whom we were talking to", "an attacker in the middle could have read it"],
      ["没有人核实过对方是谁", "攻击者"],
    ],
    [
      "DANE-7: a proven host whose name is unproven is still only encrypted",
      { ...delivered, level: "encrypted", proof: "dane" },
      ["nothing proves that this is the right name", "attacker"],
      ["伪造名称的攻击者"],
    ],
    [
      "authenticated: the two servers",
      { ...delivered, level: "authenticated", proof: "rule-names" },
      ["only the two servers could read it", "the operator or the address gives, not the DNS"],
      ["只有双方服务器", "管理员指定"],
    ],
    [
      "held for safety",
      { ...deferred, reason: "unproven", fault: "certificate-self-signed", forSafety: true },
      [
        "We did not send it",
        "nobody could see the message",
        "We try again at November 24, 2026 at 20:30 (UTC+08:00)",
        "signed itself",
      ],
      ["没有发出", "没有任何人能看到邮件", "下次尝试：2026年11月24日 20:30（UTC+08:00）", "自己签发"],
    ],
    [
      "a lost connection claims no secrecy",
      { ...deferred, reason: "connection-lost", forSafety: false },
      ["may already have been on its way", /^(?!.*nobody)/],
      ["可能已在传送途中", /^(?!.*没有任何人)/],
    ],
    [
      "TLS-1 injected bytes are an attack",
      { ...fault, fault: "injected-bytes" },
      [
        "Somebody on the way put words of their own onto the line",
        "This is an attack",
        "Nothing of the message was sent",
      ],
      ["有人在途中往线路里塞进了自己的话", "这是攻击", "没有发出"],
    ],
    [
      "TLS-3 an offer cut out is not a broken handshake",
      { ...fault, fault: "starttls-missing" },
      ["did not offer encryption", "cut the offer out"],
      ["没有提供加密"],
    ],
    [
      "identity that is not demanded stops nothing, so nothing is claimed",
      { ...fault, fault: "certificate-expired", required: "cleartext" },
      ["does not stop the message", /^(?!.*Nothing of)/],
      ["不会拦下邮件", /^(?!.*没有发出)/],
    ],
    [
      "a broken handshake ends the connection whatever was demanded",
      { ...fault, fault: "handshake-reset", required: "cleartext" },
      ["Nothing of the message was sent over this connection"],
      ["没有发出"],
    ],
    [
      "trap 8: hosts that must prove different things",
      everyEvent.planned.find((plan) => plan.hosts.length > 1) as MailEvent,
      ["Not all servers have to prove the same", "mx2.example.net"],
      ["要求不尽相同"],
    ],
    [
      "a port is a name, not an amount",
      { code: "connected", host, address: "192.0.2.25", port: 2525 },
      ["port 2525"],
      ["端口 2525"],
    ],
  ];
  test.each(cases)("%s", (_why, event, english, chinese) => {
    for (const phrase of english) expect(en(event)).toMatch(phrase instanceof RegExp ? phrase : literal(phrase));
    for (const phrase of chinese) expect(zh(event)).toMatch(phrase instanceof RegExp ? phrase : literal(phrase));
  });

  test("many recipients are counted, not listed", () => {
    const many = Array.from({ length: 1000 }, (_, index) => `r${index}@example.net`);
    const event = { ...delivered, recipients: many, level: "cleartext", proof: "none" } as const;
    expect(en(event)).toContain("r4@example.net, and 995 more");
    expect(zh(event)).toContain("r4@example.net和另外 995 个");
    expect(en(event).length).toBeLessThan(500);
  });
});

test("trap 28 nothing that a peer says breaks a line, turns the writing round, or ends its own quotation", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 600 }),
    fc.constantFrom(
      "a\r\nBcc: x@y",
      "\u202egnp.exe",
      "“ it said",
      "」他说",
      "\0",
      "\u2028",
      "\ud800",
      "{ $reply }",
      "x".repeat(100_000),
    ),
  );
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom<Language>(...languages),
      fc.constantFrom(...allEvents),
      (text, language, event) => {
        const words = createWords(language, { timeZone: "UTC" });
        const told = tellStory(words, poisoned(event, text)) + (outcomeLine(words, poisoned(event, text)) ?? "");
        expect(told).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(told.isWellFormed()).toBe(true);
        expect(told.length).toBeLessThan(8000);
        if (event.code === "peer-said")
          expect(told.match(/[“”]/g)?.length).toBe(
            language === "en" ? (told.includes("“not now”") ? 4 : 2) : event.reply.code < 400 ? 2 : 4,
          );
      },
    ),
    { numRuns: 400 },
  );
});

/** The event with every text that others chose replaced. */
function poisoned(event: MailEvent, text: string): MailEvent {
  const theirs = new Set([
    "host",
    "address",
    "name",
    "detail",
    "from",
    "client",
    "by",
    "domain",
    "message",
    "cipher",
    "protocol",
    "lines",
    "recipients",
    "to",
    "pattern",
  ]);
  return JSON.parse(JSON.stringify(event), (key, value: unknown) => {
    if (key === "recipients" && typeof value === "number") return value;
    if (theirs.has(key)) return Array.isArray(value) ? [text, text] : text;
    return value;
  }) as MailEvent;
}

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
}
