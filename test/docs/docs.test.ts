/** The guards of the documentation, each with faults planted that it must find. `npm run docs:check` runs them on the real thing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { brokenLinks } from "../../docs/generator/links.ts";
import { checkStandards, readRows } from "../../docs/generator/standards.ts";

const root = mkdtempSync(join(tmpdir(), "surehop-docs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function plant(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

describe("links", () => {
  plant("docs/to.md", "# A heading, with `code`!\n\n## 中文 标题\n\n# Twice\n# Twice\n```\n# not a heading\n```\n");
  plant("docs/sub/x.png", "");
  const cases: readonly (readonly [link: string, isGood: boolean, why: string])[] = [
    ["to.md", true, "a file beside it"],
    ["./sub", true, "a folder"],
    ["sub/x.png", true, "a file below"],
    ["gone.md", false, "no such file"],
    ["../../../etc/passwd", false, "outside of the checkout"],
    ["to.md#a-heading-with-code", true, "punctuation does not count"],
    ["to.md#中文-标题", true, "any script"],
    ["to.md#twice-1", true, "the second of the same name"],
    ["to.md#twice-2", false, "there is no third"],
    ["to.md#not-a-heading", false, "code is no heading"],
    ["#here", true, "on the page itself"],
    ["#there", false, "not on the page itself"],
    ["https://example.org/gone.md", true, "the web is not ours to check"],
    ["mailto:a@example.org", true, "nor is mail"],
  ];
  test.each(cases)("%s is good: %s, since: %s", (link, isGood) => {
    plant("docs/from.md", `# Here\n\nSee [this](${link}), and \`[that](nowhere.md)\`.\n\n[ref]: ${link}\n`);
    expect(brokenLinks(root, "docs/from.md").length).toBe(isGood ? 0 : 2);
  });
});

describe("the standards table", () => {
  plant("src/a.ts", "// RFC 5321 §4.5.2, and RFC 3461 §4.1 and §4.2, and (RFC 3463, 5248).\n");
  plant("src/a.test.ts", 'test("TLS-8 dots are \\"stuffed\\"", () => {});\n');
  const row = (section: string, source = "`src/a.ts`", found = '`src/a.test.ts` "TLS-8 dots"'): string =>
    `| ${section} | what | ${source} | ${found} |`;
  const cases: readonly (readonly [row: string, fault: RegExp | undefined])[] = [
    [row("RFC 5321 §4.5.2"), undefined],
    [row("RFC 3461 §4.2"), undefined],
    [row("RFC 5248"), undefined],
    [row("RFC 5321 §4.5"), /does not cite RFC 5321 §4\.5/],
    [row("RFC 3461 §4.5.2"), /does not cite/],
    [row("RFC 532"), /does not cite/],
    [row("RFC 5321 §4.5.2", "`src/b.ts`"), /there is no src\/b\.ts/],
    [row("RFC 5321 §4.5.2", "`src/a.ts`", '`src/b.test.ts` "x"'), /there is no src\/b\.test\.ts/],
    [row("RFC 5321 §4.5.2", "`src/a.ts`", '`src/a.test.ts` "gone"'), /has no test "gone"/],
    [row("RFC 5321 §4.5.2", "`src/a.ts`", "none"), /not a row/],
    [row("RFC 5321 4.5.2"), /not a row/],
  ];
  test.each(cases)("%s", (text, fault) => {
    plant("docs/standards.md", `| section | what | where | test |\n|---|---|---|---|\n${text}\n${row("RFC 5248")}\n`);
    const faults = checkStandards(root);
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join("\n")).toMatch(fault);
    expect(faults.length).toBe(fault === undefined ? 0 : 1);
  });

  test("a table that lost its rows is no clean table", () => {
    expect(readRows("| section | what | where | test |\n").rows).toEqual([]);
    plant("docs/standards.md", "# Standards\n");
    expect(checkStandards(root)).toHaveLength(1);
  });
});
