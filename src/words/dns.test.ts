import { describe, expect, test } from "vitest";
import { anchorFaultCodes, dnsFindingCodes, reasonCodes, type DnsFinding } from "../dns/index.ts";
import { tellAnchorFault, tellDnsFinding, tellDnsReason } from "./dns.ts";
import { createWords, languages } from "./index.ts";

describe.each(languages)("in %s", (language) => {
  const words = createWords(language, { timeZone: "UTC" });

  test.each(dnsFindingCodes)("SEC-5 the finding %s names the resolver, or the clock, and ends in advice", (code) => {
    const finding: DnsFinding = {
      code,
      severity: "error",
      resolvers: ["192.0.2.53:53"],
      seconds: 7200,
      detail: "SERVFAIL",
    };
    const told = tellDnsFinding(words, finding);
    expect(told).toMatch(code.startsWith("clock") ? /2 ?(?:hours|小时)/ : /192\.0\.2\.53/);
    expect(told).toMatch(language === "en" ? /[.?] [A-Z].*\.$/ : /。请|；.*请|：.*请/);
    if (/refused|silent|no-answer|tcp-blocked/.test(code)) expect(told).toContain("SERVFAIL");
  });

  test("every reason for a status has a sentence of its own", () => {
    const told = reasonCodes.map((code) => tellDnsReason(words, { code, text: "English" }));
    expect(new Set(told).size).toBe(reasonCodes.length);
    expect(told.join()).not.toContain("English,");
  });

  test("every fault of an anchor has one, with its line where it has one", () => {
    for (const code of anchorFaultCodes) {
      expect(tellAnchorFault(words, { line: 7, code })).toMatch(/^(?:Line 7: |第 7 行：)./);
      expect(tellAnchorFault(words, { line: 0, code })).not.toMatch(/Line 0|第 0/);
    }
  });
});

test("a reason of another program's, or a later one, is told in its own words, made safe", () => {
  expect(tellDnsReason(createWords("en"), { code: "to-come", text: "Because\u001b[31m." })).toMatch(/^Because.*\.$/);
  expect(tellDnsReason(createWords("en"), { code: "to-come", text: "Because\u001b[31m." })).not.toContain("\u001b");
});

describe("how far the clock is off is told by the largest unit", () => {
  const cases: readonly (readonly [seconds: number, en: string, zh: string])[] = [
    [59, "59 seconds", "59秒"],
    [60, "1 minute", "1分钟"],
    [3599, "59 minutes", "59分钟"],
    [86_399, "23 hours", "23小时"],
    [86_400, "1 day", "1天"],
    [400 * 86_400, "400 days", "400天"],
  ];
  test.each(cases)("%i", (seconds, en, zh) => {
    const finding: DnsFinding = { code: "clock-behind", severity: "error", resolvers: [], seconds };
    expect(tellDnsFinding(createWords("en"), finding)).toContain(` ${en} `);
    expect(tellDnsFinding(createWords("zh-CN"), finding)).toContain(zh);
  });
});
