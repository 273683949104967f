import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain } from "../../base/index.ts";
import { findingCodes } from "../../publish/index.ts";
import { createWords, languages } from "../../words/index.ts";
import { ownFindingCodes, untestedReasons, verdicts } from "../types.ts";
import {
  diffLines,
  diffScans,
  formatLine,
  resumeFrom,
  scanLimits,
  scanPage,
  summaryLines,
  Tally,
  tellScan,
  type CheckedLine,
  type LineFile,
  type ScanLine,
} from "./index.ts";

function checked(name: string, rest: Partial<CheckedLine> = {}): CheckedLine {
  return {
    v: 1,
    domain: domain(name),
    outcome: "checked",
    at: "2026-01-01T00:00:00.000Z",
    verdict: "unprotected",
    level: "encrypted",
    mx: "records",
    hosts: [],
    operators: [],
    adoption: { dnssec: false, dane: "none", mtaSts: "none", tlsRpt: false, requireTls: false, ipv6: false },
    findings: [],
    untested: [],
    ...rest,
  };
}

/** A file in memory. */
function fileOf(text: string): LineFile {
  const bytes = Buffer.from(text);
  return {
    *lines(onRest) {
      let offset = 0;
      for (let end = bytes.indexOf("\n"); end >= 0; end = bytes.indexOf("\n", offset)) {
        yield { text: bytes.toString("utf8", offset, end), offset, length: end - offset };
        offset = end + 1;
      }
      if (offset < bytes.length) onRest?.({ text: bytes.toString("utf8", offset), offset });
    },
    at: ({ offset, length }) => bytes.toString("utf8", offset, offset + length),
    close() {},
  };
}

const textOf = (lines: readonly ScanLine[]): string => lines.map(formatLine).join("");

describe("counted", () => {
  test("every domain is in one sum of each kind; a fault counts once a domain, and adoption among those that take mail", () => {
    const tally = new Tally();
    const adoption = {
      dnssec: true,
      dane: "all",
      mtaSts: "testing",
      tlsRpt: true,
      requireTls: false,
      ipv6: true,
    } as const;
    const caa = { code: "caa-missing", severity: "notice", count: 3 } as const;
    tally.add(checked("a.example", { level: "authenticated", verdict: "safe", adoption, findings: [caa, caa] }));
    tally.add(
      checked("b.example", {
        findings: [caa],
        untested: [{ reason: "silent", count: 2 }],
        at: "2026-01-02T00:00:00.000Z",
      }),
    );
    tally.add(checked("c.example", { mx: "null-mx", level: "none", verdict: "no-mail", adoption }));
    tally.add({ v: 1, domain: domain("d.example"), outcome: "opted-out", at: "2026-01-01T00:00:00.000Z" });
    tally.add({ v: 1, domain: domain("e.example"), outcome: "failed", at: "2026-01-01T00:00:00.000Z", detail: "x" });
    expect(tally.summary()).toMatchObject({
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-02T00:00:00.000Z",
      domains: 5,
      checked: 3,
      optedOut: 1,
      failed: 1,
      withMail: 2,
      levels: { authenticated: 1, encrypted: 1, none: 1 },
      adoption: { dnssec: 1, dane: 1, "mta-sts": 0, "mta-sts-testing": 1, "tls-rpt": 1, requiretls: 0, ipv6: 1 },
      findings: [{ code: "caa-missing", severity: "notice", domains: 2 }],
      untested: { silent: 1 },
    });
  });

  test("very many operators of one domain each take no more memory than was promised, and lose none that is large", () => {
    const tally = new Tally();
    for (let at = 0; at < 100_000; at++) {
      tally.add(
        checked(`d${at}.example`, { operators: [`small-${at}.example`, ...(at % 10 === 0 ? ["large.example"] : [])] }),
      );
    }
    const [first] = tally.summary().operators;
    expect(first).toMatchObject({ operator: "large.example", domains: 10_000 });
  });
});

describe.each(languages)("told in %s", (language) => {
  const words = createWords(language, { timeZone: "UTC" });
  const tally = new Tally();
  for (const [at, verdict] of verdicts.entries()) {
    tally.add(
      checked(`d${at}.example`, {
        verdict,
        operators: ['"><script>alert(1)</script>', "hoster.example"],
        findings: [...ownFindingCodes, ...findingCodes].map((code) => ({ code, severity: "error", count: 1 })),
        untested: untestedReasons.map((reason) => ({ reason, count: 1 })),
      }),
    );
  }

  test("every verdict, fault and reason has words", () => {
    const told = tellScan(words, tally.summary());
    expect(told.verdicts).toHaveLength(verdicts.length);
    expect(told.faults).toHaveLength(ownFindingCodes.length + findingCodes.length);
    expect(told.untested).toHaveLength(untestedReasons.length);
    expect(summaryLines(words, tally.summary()).join("\n")).not.toMatch(/undefined|NaN/);
  });

  test("codes of a newer version are passed over, not invented", () => {
    const newer = new Tally();
    newer.add(
      checked("a.example", { verdict: "brand-new", findings: [{ code: "brand-new", severity: "error", count: 1 }] }),
    );
    expect(tellScan(words, newer.summary())).toMatchObject({ verdicts: [], faults: [] });
  });

  test("the page needs nothing from elsewhere and runs nothing, and what strangers wrote is text", () => {
    const odd = {
      ...tally.summary(),
      operators: [{ operator: '"><img src=x onerror=alert(1)>', domains: 1, authenticated: 0 }],
    };
    const page = scanPage(words, odd);
    expect(page).toContain(`<html lang="${language}">`);
    expect(page).not.toMatch(/<script|<img|<link|https?:/);
    expect(page).toContain("&lt;img src=x");
    // An empty scan has a page, too.
    expect(scanPage(words, new Tally().summary())).not.toMatch(/NaN|undefined/);
  });
});

describe("gone on with", () => {
  const whole = textOf([checked("a.example"), checked("b.example")]);
  const cases: readonly (readonly [text: string, what: number | "whole" | { line: number }, why: string])[] = [
    ["", "whole", "a new file"],
    [whole, "whole", "nothing is cut"],
    [`${whole}{"v":1,"domain":"c.exam`, whole.length, "killed in the middle of a line"],
    [`${whole}{"v`, whole.length, "or at its very beginning"],
    [`${whole}\0\0\0`, whole.length, "the power failed"],
    ["once upon a time", { line: 1 }, "somebody's text without a line feed"],
    [`${whole}once upon a time`, { line: 3 }, "somebody added to it"],
    [`once\n${whole}`, { line: 1 }, "somebody's text"],
    [`${whole}\n`, { line: 3 }, "an empty line is none of ours"],
  ];
  test.each(cases)("%j: %j, since: %s", (text, what) => {
    const seen: string[] = [];
    const resumed = resumeFrom(fileOf(text), (line) => seen.push(line.domain));
    if (typeof what === "object") expect(resumed).toEqual({ ok: false, error: what });
    else {
      expect(resumed).toMatchObject({ ok: true, value: what === "whole" ? {} : { cutAt: what } });
      expect(resumed.ok && resumed.value.cutAt === undefined).toBe(what === "whole");
      expect(seen).toHaveLength(text === "" ? 0 : 2);
    }
  });
});

describe("compared", () => {
  const level = fc.constantFrom("cleartext", "encrypted", "authenticated", "unknown");
  const scan = fc.dictionary(fc.constantFrom(..."abcdefghij"), level);
  const linesOf = (levels: Readonly<Record<string, string>>): readonly ScanLine[] =>
    Object.entries(levels).map(([name, one]) => checked(`${name}.example`, { level: one }));

  test("every domain of either is told once, as what became of it", () => {
    const ranks = ["cleartext", "encrypted", "authenticated"];
    fc.assert(
      fc.property(scan, scan, (a, b) => {
        const diff = diffScans(fileOf(textOf(linesOf(a))), fileOf(textOf(linesOf(b))));
        const both = Object.keys(a).filter((name) => name in b);
        const step = (name: string): number => {
          const [from, to] = [ranks.indexOf(a[name] ?? ""), ranks.indexOf(b[name] ?? "")];
          return from < 0 || to < 0 ? 0 : to - from;
        };
        expect(diff.counts).toEqual({
          worse: both.filter((name) => step(name) < 0).length,
          better: both.filter((name) => step(name) > 0).length,
          changed: both.filter((name) => step(name) === 0 && a[name] !== b[name]).length,
          added: Object.keys(b).filter((name) => !(name in a)).length,
          removed: Object.keys(a).filter((name) => !(name in b)).length,
        });
        expect(diff.same).toBe(both.filter((name) => a[name] === b[name]).length);
        expect([diff.before.domains, diff.after.domains]).toEqual([Object.keys(a).length, Object.keys(b).length]);
      }),
    );
  });

  test("what changed is named, as much as was promised, and told", () => {
    const count = scanLimits.changesToldMax + 5;
    const many = (one: string) =>
      textOf(Array.from({ length: count }, (_, at) => checked(`d${at}.example`, { level: one })));
    const diff = diffScans(fileOf(many("encrypted")), fileOf(many("authenticated")));
    expect([diff.counts.better, diff.changes.better.length]).toEqual([count, scanLimits.changesToldMax]);
    const lines = diffLines(createWords("en"), diff);
    expect(lines).toContain("1,005 became better");
    expect(lines.join("\n")).toContain("d0.example: encrypted, nothing makes a sender insist → encrypted");
  });
});
