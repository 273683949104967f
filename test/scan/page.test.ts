/** The summary of a scan as a page, in Debian's Chromium. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { domain } from "../../src/base/index.ts";
import { scanPage, Tally, type CheckedLine, type ScanSummary } from "../../src/check/index.ts";
import { ownFindingCodes, untestedReasons, verdicts } from "../../src/check/types.ts";
import { findingCodes } from "../../src/publish/index.ts";
import { createWords, languages, type Language } from "../../src/words/index.ts";
import { chromium, leastContrast, withPage, type Page } from "../check/browser.ts";
import { skipped } from "../peers/skipped.ts";

const folder = mkdtempSync(join(tmpdir(), "surehop-scan-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const adoption = {
  dnssec: true,
  dane: "some",
  mtaSts: "enforce",
  tlsRpt: true,
  requireTls: false,
  ipv6: true,
} as const;
const levels = ["authenticated", "encrypted", "cleartext", "none", "unknown"];
/** As long as a name may be, without a place to break it. */
const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.example`;

function lineAt(at: number, rest: Partial<CheckedLine> = {}): CheckedLine {
  return {
    v: 1,
    domain: domain(`d${at}.example`),
    outcome: "checked",
    at: "2026-01-01T00:00:00.000Z",
    verdict: verdicts[at % verdicts.length] ?? "unknown",
    level: levels[at % levels.length] ?? "unknown",
    mx: "records",
    hosts: [],
    operators: at % 2 === 0 ? [longest] : ["hoster.example"],
    adoption,
    findings: [...ownFindingCodes, ...findingCodes].map((code) => ({ code, severity: "warning", count: 1 })),
    untested: untestedReasons.map((reason) => ({ reason, count: 1 })),
    ...rest,
  };
}

function summaryOf(lines: readonly Parameters<Tally["add"]>[0][]): ScanSummary {
  const tally = new Tally();
  for (const line of lines) tally.add(line);
  return tally.summary();
}

const failure = { v: 1, domain: domain("a.example"), outcome: "failed", at: "2026-01-01T00:00:00.000Z" } as const;
const nothing = { level: "unknown", verdict: "unknown", mx: "failed", findings: [], operators: [] } as const;
const large = { ...summaryOf([lineAt(0)]), domains: 19_999_999, checked: 19_999_999, withMail: 18_888_888 };
const scans: readonly (readonly [what: string, summary: ScanSummary])[] = [
  ["everything that there is to tell", summaryOf(Array.from({ length: 100 }, (_, at) => lineAt(at)))],
  ["twenty million domains", { ...large, levels: { encrypted: 18_888_888, unknown: 1_111_111 } }],
  ["no domain at all", summaryOf([])],
  ["nothing but faults of ours", summaryOf([failure])],
  ["nothing that could be looked at", summaryOf([lineAt(0, nothing), lineAt(1, nothing)])],
];

describe
  .skipIf(skipped("the page of a scan in a browser", chromium === undefined ? "no chromium" : undefined))
  .each(languages)("a scan's page in Chromium, in %s", (language) => {
  test.each(scans)(
    "%s: no error, on a telephone and a desk, light and dark, and can be read in both",
    async (_, summary) => {
      await look(language, summary, async (page) => {
        const papers: string[] = [];
        for (const scheme of ["light", "dark"] as const) {
          for (const width of [320, 360, 1200]) {
            await page.emulate(width, scheme);
            const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
            expect(wide, `${scheme} at ${width}`).toBeLessThanOrEqual(width);
            expect(await page.evaluate<readonly string[]>(cutOff), `${scheme} at ${width}`).toEqual([]);
          }
          papers.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
          expect(await page.evaluate<number>(leastContrast), scheme).toBeGreaterThanOrEqual(4.5);
          expect(await page.evaluate<number>(leastChartContrast), scheme).toBeGreaterThanOrEqual(3);
        }
        expect(papers[0]).not.toBe(papers[1]);
        expect(page.complaints).toEqual([]);
      });
    },
  );

  test("every chart says in figures what its bars show, and no bar is longer than its track", async () => {
    await look(language, scans[0]?.[1] ?? summaryOf([]), async (page) => {
      await page.emulate(1200, "light");
      const bars = await page.evaluate<readonly (readonly [drawn: number, told: string])[]>(barsAndFigures);
      expect(bars.length).toBeGreaterThan(50);
      for (const [drawn, told] of bars) expect(Math.abs(drawn * 100 - Number.parseFloat(told)), told).toBeLessThan(1);
      // The one that is all of them together.
      expect(await page.evaluate<number>(stackShare)).toBeCloseTo(1, 2);
    });
  });

  test("by keyboard it can be read to its end, and nothing takes hold of the focus", async () => {
    await look(language, scans[0]?.[1] ?? summaryOf([]), async (page) => {
      await page.emulate(360, "light");
      await page.press("Tab");
      expect(await page.evaluate("document.activeElement.tagName")).toBe("BODY");
      await page.press("End");
      const isAtEnd = "Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight";
      await until(() => page.evaluate<boolean>(isAtEnd));
    });
  });

  test("for those who hear it: a heading of the first rank, sections with names, tables whose cells have heads", async () => {
    await look(language, scans[0]?.[1] ?? summaryOf([]), async (page) => {
      expect(await page.evaluate<number>('document.querySelectorAll("h1").length')).toBe(1);
      expect(await page.evaluate<readonly string[]>(unnamed)).toEqual([]);
      expect(await page.evaluate<string>("document.documentElement.lang")).toBe(language);
    });
  });
});

async function look(language: Language, summary: ScanSummary, work: (page: Page) => Promise<void>): Promise<void> {
  const file = join(folder, `${language}.html`);
  writeFileSync(file, scanPage(createWords(language, { timeZone: "UTC" }), summary));
  await withPage(pathToFileURL(file).href, work);
}

/** The browser scrolls in its own time. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) if (Date.now() > deadline) throw new Error("waited in vain");
}

/** Texts that stick out of their cells. */
const cutOff = `[...document.querySelectorAll("th, td, h1, h2, p")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent)`;

/** Between what is drawn and the paper (WCAG 2.2, 1.4.11: 3); Infinity where nothing is drawn. */
const leastChartContrast = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const drawn = [...document.querySelectorAll(".stack span, .bar b")].map((one) => getComputedStyle(one));
  const inks = drawn.map(({ backgroundColor, backgroundImage }) => backgroundImage === "none" ? backgroundColor : backgroundImage.match(/rgb\\([^)]*\\)/)[0]);
  const contrasts = inks.map(light).map((ink) => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05));
  return Math.min(1e9, ...contrasts);
})()`;

const barsAndFigures = `[...document.querySelectorAll(".meter")].map((cell) => {
  const track = cell.querySelector(".bar").getBoundingClientRect().width;
  return [cell.querySelector("b").getBoundingClientRect().width / track, cell.querySelector("span").textContent.replace("<", "")];
})`;

const stackShare = `(() => {
  const whole = document.querySelector(".stack").getBoundingClientRect().width;
  return [...document.querySelectorAll(".stack span")].reduce((sum, one) => sum + one.getBoundingClientRect().width, 0) / whole;
})()`;

const unnamed = `[
  ...[...document.querySelectorAll("section")].filter((one) => !document.getElementById(one.getAttribute("aria-labelledby"))?.textContent),
  ...[...document.querySelectorAll("tbody tr")].filter((row) => row.querySelector("th[scope=row]")?.textContent === ""),
  ...[...document.querySelectorAll("table")].filter((table) => table.querySelectorAll("thead th[scope=col]").length !== table.querySelector("tbody tr")?.children.length),
].map((one) => one.outerHTML.slice(0, 200))`;
