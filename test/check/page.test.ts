import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain } from "../../src/base/index.ts";
import { judge, reportHtml, type Report } from "../../src/check/index.ts";
import { createWords, languages } from "../../src/words/index.ts";
import { skipped } from "../peers/skipped.ts";
import { chromium, leastContrast, withPage, type Page } from "./browser.ts";
import { goodCiphers, openTown } from "./town.ts";

const folder = mkdtempSync(join(tmpdir(), "surehop-page-"));
let report: Report;
beforeAll(async () => {
  const tls = { minVersion: "TLSv1", ciphers: `${goodCiphers}:AES256-SHA:@SECLEVEL=0` } as const;
  const town = await openTown({ stsRecord: [], hosts: [{ tls }, { chains: [], tlsa: "none", preference: 20 }] });
  report = judge(await town.inspect());
  await town.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("nothing that a stranger wrote becomes a mark of the page", () => {
  const [finding] = report.findings;
  if (finding === undefined) throw new Error("nothing was found");
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const evidence = { alias: evil, detail: evil };
  const page = reportHtml(createWords("en"), [
    { ...report, findings: [{ ...finding, code: "mx-alias", name: evil, evidence }] },
  ]);
  expect(page).toContain("alert(1)");
  expect(page).not.toMatch(/<script|<img|onerror=[^&]*>/);
});

test("several domains are one page, each with a heading of its own", () => {
  const page = reportHtml(createWords("en"), [report, { ...report, domain: domain("other.example") }]);
  expect(page.match(/<h1>/g)).toHaveLength(2);
  expect(page.match(/<!doctype html>/g)).toHaveLength(1);
});

describe.skipIf(skipped("the page in a browser", chromium === undefined ? "no chromium" : undefined)).each(languages)(
  "the page in Chromium, in %s",
  (language) => {
    const look = async (work: (page: Page) => Promise<void>): Promise<void> => {
      const file = join(folder, `${language}.html`);
      writeFileSync(file, reportHtml(createWords(language), [report]));
      await withPage(pathToFileURL(file).href, work);
    };

    test("has no error, fits a telephone and a desk, light and dark, and can be read in both", async () => {
      await look(async (page) => {
        const papers: string[] = [];
        for (const scheme of ["light", "dark"] as const) {
          for (const width of [360, 1200]) {
            await page.emulate(width, scheme);
            const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
            expect(wide, `${scheme} at ${width}`).toBeLessThanOrEqual(width);
          }
          papers.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
          expect(await page.evaluate<number>(leastContrast), scheme).toBeGreaterThanOrEqual(4.5);
        }
        expect(papers[0]).not.toBe(papers[1]);
        expect(page.complaints).toEqual([]);
      });
    });

    test("opens and closes its findings by keyboard", async () => {
      await look(async (page) => {
        await page.press("Tab");
        const focused = "document.activeElement.tagName";
        expect(await page.evaluate(focused)).toBe("SUMMARY");
        const isOpen = "document.activeElement.parentElement.open";
        const before = await page.evaluate<boolean>(isOpen);
        await page.press("Enter");
        expect(await page.evaluate(isOpen)).toBe(!before);
      });
    });
  },
);
