import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { err, ok } from "../../src/base/index.ts";
import { tlsa } from "../../src/tls/dane/records.cases.ts";
import { matchDane } from "../../src/tls/index.ts";
import { vectors } from "../conformance/vectors.ts";
import { skipped } from "../peers/skipped.ts";
import { makeCa, makeCertificate } from "../support/x509.ts";
import { judgeRow, summary, tellJudged, type Judged, type Matcher } from "./judge.ts";
import { readRows } from "./rows.ts";

const { folder, missing } = vectors("openssl");

describe.skipIf(skipped("OpenSSL's chains for DANE", missing))("DANE-3 to DANE-5 OpenSSL's own cases", () => {
  const judge = (matcher?: Matcher): readonly Judged[] =>
    readRows(readFileSync(join(folder, "danetest.in"), "utf8")).map((row) => judgeRow(row, Date.now(), matcher));

  test("each row passes, or differs by a rule of RFC 7672", () => {
    const judged = judge();
    expect(judged.filter(({ outcome }) => outcome === "failed").map(tellJudged)).toEqual([]);
    expect(judged.length).toBeGreaterThan(50);
  });
  test("what differs are the PKIX usages, and the name that DANE-EE is not asked for", () => {
    const differing = judge().filter(({ outcome }) => outcome === "differs");
    for (const { row, reason } of differing) {
      expect(row.records.every(({ usage }) => usage < 2) || /§3\.1\.1/.test(reason), reason).toBe(true);
    }
    expect(differing.length).toBeLessThan(25);
  });
  // The guard's canaries: a matcher that accepts or refuses everything, or that only looks for what is present.
  test.each<[string, Matcher]>([
    ["refuses everything", () => err({ fault: "dane-mismatch", detail: "" })],
    [
      "accepts everything",
      ({ records: [record] }) =>
        record === undefined ? err({ fault: "dane-mismatch", detail: "" }) : ok({ record, depth: 0 }),
    ],
    [
      "looks at digests of whole certificates alone",
      (question) => matchDane({ ...question, records: question.records.filter(({ selector }) => selector === 0) }),
    ],
    ["asks for no name", (question) => matchDane({ ...question, names: [".org", ".com", "example.com"] })],
  ])("a matcher that %s fails", (_, matcher) => {
    expect(judge(matcher).filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(1);
  });
});

describe("rows of the format, made here", () => {
  const root = makeCa({ commonName: "Root" });
  const leaf = makeCertificate({ issuer: root, names: ["example.com"] });
  const old = makeCertificate({ issuer: root, names: ["example.com"], fromDays: -9, toDays: -1 });
  const line = (kind: string, of: typeof root): string =>
    `${kind} ${Buffer.from(tlsa(kind, of).association).toString("hex").toUpperCase()}`;
  const rows: readonly (readonly [string, string, Judged["outcome"], string])[] = [
    ["accepted as wanted", `1 1 1 0 0\n${line("3 1 1", leaf)}\n${leaf.pem}`, "passed", "accepted by 3 1 1"],
    [
      "another depth than wanted",
      `1 2 1 0 0\n${line("2 1 1", root)}\n${leaf.pem}${root.pem}`,
      "failed",
      "wanted: depth 0",
    ],
    [
      "accepted, and refusal was wanted",
      `1 1 1 65 -1\n${line("3 1 1", leaf)}\n${leaf.pem}`,
      "failed",
      "wanted: refused",
    ],
    [
      "refused, and acceptance was wanted",
      `1 1 1 0 0\n${line("3 1 1", root)}\n${leaf.pem}`,
      "failed",
      "wanted: accepted",
    ],
    [
      "expired under an anchor",
      `1 2 0 10 1\n${line("2 1 1", root)}\n${old.pem}${root.pem}`,
      "passed",
      "certificate-expired",
    ],
    [
      "refused for another reason",
      `1 2 0 62 1\n${line("2 1 1", root)}\n${old.pem}${root.pem}`,
      "passed",
      "OpenSSL refuses it, too",
    ],
    ["a PKIX usage", `1 1 1 0 0\n${line("1 1 1", leaf)}\n${leaf.pem}`, "differs", "§3.1.3"],
    [
      "a PKIX usage that matched, beside one that does not",
      `2 1 1 0 0\n${line("1 1 1", leaf)}\n${line("3 1 1", root)}\n${leaf.pem}`,
      "differs",
      "§3.1.3",
    ],
    [
      "a PKIX usage excuses no acceptance",
      `2 1 1 65 -1\n${line("1 1 1", root)}\n${line("3 1 1", leaf)}\n${leaf.pem}`,
      "failed",
      "wanted: refused",
    ],
    [
      "SHA-256 preferred to SHA-512",
      `2 1 1 0 0\n${line("3 1 1", leaf)}\n${line("3 1 2", root)}\n${leaf.pem}`,
      "differs",
      "RFC 7671 §9",
    ],
    [
      "Windows' ends of lines, comments and spaces",
      `# one\r\n1 1 1 0 0\r\n3 1 1 ${line("3 1 1", leaf).slice(6).replace(/(..)/g, "$1 ")}\r\nsubject=x\r\n${leaf.pem.replaceAll("\n", "\r\n")}`,
      "passed",
      "accepted",
    ],
  ];
  test.each(rows)("%s", (_, text, outcome, reason) => {
    const judged = readRows(text).map((row) => judgeRow(row, Date.now()));
    expect(judged).toMatchObject([{ outcome, reason: expect.stringContaining(reason) }]);
    expect(summary(judged)).toBe(
      `${outcome === "passed" ? 1 : 0} passed, ${outcome === "failed" ? 1 : 0} failed, ${outcome === "differs" ? 1 : 0} skipped`,
    );
  });
  test.each([
    ["four numbers", "1 1 1 0\n", "line 1: five numbers"],
    ["no record", `1 1 1 0 0\n${leaf.pem}`, "line 2: this is no TLSA record"],
    ["half an octet", `1 0 1 0 0\n3 1 1 abc\n`, "line 2: this is no TLSA record"],
    ["a certificate missing", `1 1 1 0 0\n${line("3 1 1", leaf)}\n`, "the file ends inside a row"],
    ["a certificate spoilt", `0 1 1 0 0\n${leaf.pem.replace(/\n.{64}\n/, "\n")}`, "this certificate cannot be read"],
  ])("text that is not of the format is an error: %s", (_, text, error) => {
    expect(() => readRows(text)).toThrow(error);
  });
});
