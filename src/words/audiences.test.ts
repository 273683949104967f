/** The audiences that are no people: log, metrics, status codes, exposure. */
import { describe, expect, test } from "vitest";
import { metricSpecs, type MailEvent, type SmtpReply } from "../base/index.ts";
import { allEvents, everyBounceReason, everyDeferReason, everyTlsFault } from "./every.cases.ts";
import { eventLog, eventMetrics, exposureAfter, noExposure, parseExposure, statusFor, worseExposure } from "./index.ts";

describe("the log", () => {
  test("every event is one English line with its code, fit for one line", () => {
    for (const event of allEvents) {
      const line = eventLog(event);
      expect(line.message).toMatch(/^[A-Za-z ]{4,40}$/);
      expect(line.fields["code"]).toBe(event.code);
      expect(JSON.stringify(line.fields)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  test("mail held for safety, faults, bounces and exceptions are warnings", () => {
    const warned = new Set(allEvents.filter((event) => eventLog(event).level === "warn").map((event) => event.code));
    expect([...warned].sort()).toEqual(["bounced", "deferred", "planned", "tls-fault", "would-fail"]);
    for (const event of allEvents) {
      if (event.code === "deferred") expect(eventLog(event).level).toBe(event.forSafety ? "warn" : "info");
      if (event.code === "planned") {
        const isExcepted = event.why.some(({ code }) => code === "exception");
        expect(eventLog(event).level).toBe(isExcepted ? "warn" : "debug");
      }
    }
  });

  test("without addresses no field has one, nor what a peer said of one", () => {
    for (const event of allEvents) {
      const { fields } = eventLog(event, { addresses: false });
      expect(JSON.stringify(fields), event.code).not.toMatch(/@|not today/);
    }
    const told = allEvents.map((event) => JSON.stringify(eventLog(event).fields)).join();
    expect(told, "by default they are told").toContain("bob@example.net");
  });
});

test("every metric has exactly the labels that are declared, and counts recipients", () => {
  let steps = 0;
  for (const event of allEvents) {
    for (const [name, labels, by] of eventMetrics(event)) {
      expect(Object.keys(labels)).toEqual([...metricSpecs[name].labels]);
      expect(by).toBe(1);
      steps++;
    }
  }
  expect(steps).toBeGreaterThan(20);
  const reply: SmtpReply = { code: 250, lines: [] };
  const event: MailEvent = {
    code: "delivered",
    recipients: ["a@b", "c@d"],
    host: "h",
    level: "encrypted",
    proof: "any-tls",
    reply,
  };
  expect(eventMetrics(event)).toEqual([
    ["surehop_recipients_total", { outcome: "delivered" }, 2],
    ["surehop_hops_total", { level: "encrypted", proof: "any-tls" }, 2],
  ]);
});

describe("DSN-2 status codes", () => {
  const said = (enhanced: SmtpReply["enhanced"], code = 550): SmtpReply => ({
    code,
    lines: ["x"],
    ...(enhanced && { enhanced }),
  });
  test.each([
    ["MX-3 no such domain", statusFor("no-such-domain"), "5.1.2"],
    ["MX-3 null MX", statusFor("null-mx"), "5.1.10"],
    ["a loop", statusFor("mail-loop"), "5.4.6"],
    ["what the peer said", statusFor("peer-rejected", undefined, said("5.2.2")), "5.2.2"],
    ["what the peer did not say", statusFor("peer-rejected", undefined, said(undefined)), "5.0.0"],
    ["a peer whose class disagrees", statusFor("peer-rejected", undefined, said("4.2.2")), "5.0.0"],
    ["trap 23 a 5xx that only defers", statusFor("peer-deferred", undefined, said("5.7.1", 554)), "4.0.0"],
    ["a 4xx", statusFor("peer-deferred", undefined, said("4.2.2", 452)), "4.2.2"],
    ["time is over", statusFor("lifetime-over", undefined, undefined, "unreachable"), "5.4.7"],
    ["time is over, nothing known", statusFor("lifetime-over"), "5.4.7"],
    [
      "time is over waiting for a proof",
      statusFor("lifetime-over", "certificate-expired", undefined, "unproven"),
      "5.7.5",
    ],
    [
      "time is over waiting for STARTTLS",
      statusFor("lifetime-over", "starttls-missing", undefined, "unproven"),
      "5.7.4",
    ],
    ["MX-2 forged DNS", statusFor("dns-bogus"), "4.7.5"],
    ["no DNS", statusFor("dns-unavailable"), "4.4.3"],
    ["no answer", statusFor("unreachable"), "4.4.1"],
    ["TLS-1 an attack", statusFor("unproven", "injected-bytes"), "4.7.0"],
    ["a certificate", statusFor("unproven", "certificate-self-signed"), "4.7.5"],
    ["STARTTLS refused", statusFor("unproven", "starttls-refused", said(undefined, 454)), "4.7.4"],
    ["trap 29 REQUIRETLS", statusFor("requiretls-unsupported", "requiretls-missing"), "5.7.30"],
    ["SMTPUTF8", statusFor("needs-smtputf8"), "5.6.7"],
    ["8BITMIME", statusFor("needs-8bitmime"), "5.6.3"],
    ["size", statusFor("too-large"), "5.3.4"],
    ["a line", statusFor("line-too-long"), "5.6.0"],
  ])("%s: %s", (_why, got, expected) => {
    expect(got).toBe(expected);
  });

  test("what is final is of class 5, what is not is of class 4, whatever the fault", () => {
    for (const fault of [undefined, ...everyTlsFault]) {
      for (const reason of everyBounceReason) {
        for (const after of [undefined, ...everyDeferReason]) {
          expect(statusFor(reason, fault, said("4.1.1"), after)).toMatch(/^5\.\d\.\d{1,2}$/);
        }
      }
      for (const reason of everyDeferReason)
        expect(statusFor(reason, fault, said("5.1.1"))).toMatch(/^4\.\d\.\d{1,2}$/);
    }
  });
});

describe("exposure is derived from what was sent", () => {
  const host = "mx";
  const at = { host, address: "192.0.2.1", port: 25 };
  const reply: SmtpReply = { code: 550, lines: ["no"] };
  const tls = { code: "tls-established", host, proof: "any-tls", protocol: "TLSv1.3", cipher: "x" } as const;
  const said = (stage: "banner" | "rcpt" | "final"): MailEvent => ({ code: "peer-said", host, stage, reply });
  const rejected: MailEvent = {
    code: "bounced",
    recipients: ["b@x"],
    domain: "x",
    reason: "peer-rejected",
    host,
    reply,
  };
  const lost: MailEvent = {
    code: "deferred",
    recipients: ["b@x"],
    domain: "x",
    reason: "connection-lost",
    host,
    retryAt: 0,
    forSafety: false,
  };
  const connected: MailEvent = { code: "connected", ...at };
  const faulty: MailEvent = { code: "tls-fault", host, fault: "certificate-expired", required: "authenticated" };
  const unproven: MailEvent = { ...lost, reason: "unproven", forSafety: true, fault: "certificate-expired" };
  const cases: readonly (readonly [why: string, events: readonly MailEvent[], sent: string, level?: string])[] = [
    ["nothing happened", [], "nothing"],
    ["a hop that proved nothing got nothing", [connected, faulty, unproven], "nothing"],
    ["a greeting that refuses got nothing", [connected, said("banner")], "nothing"],
    [
      "a recipient refused: the addresses were told",
      [connected, { ...tls, level: "authenticated" }, said("rcpt"), rejected],
      "addresses",
      "authenticated",
    ],
    [
      "content refused: it was sent",
      [connected, { code: "cleartext-allowed", host }, said("final"), rejected],
      "content",
      "cleartext",
    ],
    [
      "refused, nobody said when: the worse is taken",
      [connected, { ...tls, level: "encrypted" }, rejected],
      "content",
      "encrypted",
    ],
    [
      "lost once open: the worse is taken",
      [connected, { ...tls, level: "authenticated" }, lost],
      "content",
      "authenticated",
    ],
    [
      "lost, over and done with",
      [
        { code: "reused", host, address: at.address, level: "encrypted" },
        { code: "bounced", recipients: ["b@x"], domain: "x", reason: "lifetime-over", after: "connection-lost", host },
      ],
      "content",
      "encrypted",
    ],
    ["lost before it was open", [connected, lost], "nothing"],
    [
      "a second connection does not inherit the first one's proof",
      [connected, { ...tls, level: "authenticated" }, connected, faulty, lost],
      "nothing",
    ],
    [
      "another recipient's delivery over the same hop",
      [
        connected,
        { ...tls, level: "encrypted" },
        {
          code: "delivered",
          recipients: ["a@x"],
          host,
          level: "encrypted",
          proof: "any-tls",
          reply: { code: 250, lines: [] },
        },
      ],
      "content",
      "encrypted",
    ],
  ];
  test.each(cases.map(([why, events, sent, level]) => ({ why, events, sent, level })))("$why", (row) => {
    const { events, sent, level } = row;
    const exposure = exposureAfter(noExposure, events);
    expect([exposure.sent, exposure.level]).toEqual([sent, level]);
    expect(parseExposure(JSON.parse(JSON.stringify(exposure))), "survives storage").toEqual(exposure);
  });

  test("what an earlier attempt sent stays sent, and the weakest hop counts", () => {
    const before = exposureAfter(noExposure, [{ code: "cleartext-allowed", host }, said("final")]);
    expect(exposureAfter(before, [connected, faulty, unproven])).toEqual({ sent: "content", level: "cleartext", host });
    const later = exposureAfter(before, [{ ...tls, level: "authenticated" }, said("final")]);
    expect(later.level).toBe("cleartext");
    expect(
      worseExposure({ sent: "addresses", level: "cleartext" }, { sent: "content", level: "authenticated" }).sent,
    ).toBe("content");
  });

  test("a stored exposure that cannot be read counts as the worst", () => {
    for (const junk of [{}, { sent: "x" }, [], "text", 3])
      expect(parseExposure(junk)).toMatchObject({ sent: "content", level: "cleartext" });
    for (const absent of [null, undefined]) expect(parseExposure(absent)).toEqual(noExposure);
  });
});
