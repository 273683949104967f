import { describe, expect, test } from "vitest";
import { effortMs } from "../../../test/support/effort.ts";
import { domain } from "../../base/index.ts";
import type { StsPolicy } from "../types.ts";
import { stsLimits } from "./limits.ts";
import { parseStsPolicy, stsPolicyFaultText, type StsPolicyFault } from "./policy.ts";
import { matchesMx } from "../sts-match.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
/** Lines of a sound policy, with others in their place. */
const lines = (...given: readonly string[]): string => given.join("\n");
const sound = ["version: STSv1", "mode: enforce", "mx: mx.example.org", "max_age: 86400"] as const;
const withMx = (...patterns: readonly string[]): string =>
  lines("version: STSv1", "mode: enforce", ...patterns.map((one) => `mx: ${one}`), "max_age: 86400");
const withAge = (text: string): string =>
  lines("version: STSv1", "mode: enforce", "mx: mx.example.org", `max_age:${text}`);
const plain: StsPolicy = { mode: "enforce", mx: ["mx.example.org"], maxAgeSeconds: 86_400 };

describe("STS-2 policies that are ones (RFC 8461 §3.2)", () => {
  const good: readonly [why: string, text: string, policy?: Partial<StsPolicy>][] = [
    [
      "the example of the RFC",
      "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n",
      { mx: ["mail.example.com", "*.example.net", "backupmx.example.com"], maxAgeSeconds: 604_800 },
    ],
    ["LF", lines(...sound)],
    ["LF, the last line ended", `${lines(...sound)}\n`],
    ["CRLF", sound.join("\r\n")],
    ["CRLF, the last line ended", `${sound.join("\r\n")}\r\n`],
    ["LF and CRLF mixed", `${sound[0]}\r\n${sound[1]}\n${sound[2]}\r\n${sound[3]}\n`],
    ["any order", lines(...sound.toReversed())],
    ["without blanks", lines("version:STSv1", "mode:enforce", "mx:mx.example.org", "max_age:86400")],
    ["many blanks and tabs", lines("version: \t STSv1", "mode:\tenforce", "mx:   mx.example.org", "max_age:  86400")],
    ["blanks at the end of lines", sound.map((line) => `${line} \t`).join("\n")],
    ["empty lines at the end", `${lines(...sound)}\n\n\n`],
    ["empty lines between", sound.join("\n\n")],
    ["lines of blanks", sound.join("\n \t\n")],
    ["testing", lines("version: STSv1", "mode: testing", "mx: mx.example.org", "max_age: 86400"), { mode: "testing" }],
    ["none", lines("version: STSv1", "mode: none", "max_age: 86400"), { mode: "none", mx: [] }],
    ["none, with mx", lines("version: STSv1", "mode: none", sound[2], "max_age: 86400"), { mode: "none" }],
    ["max_age 0", withAge("0"), { maxAgeSeconds: 0 }],
    ["max_age a year", withAge(" 31557600"), { maxAgeSeconds: 31_557_600 }],
    ["max_age with zeros before it", withAge(" 0000086400")],
    ["an unknown key", lines(...sound, "colour: blue")],
    ["unknown keys before the version", lines("colour: blue", ...sound)],
    ["an unknown key without a value", lines(...sound, "colour:")],
    ["an unknown key with colons in its value", lines(...sound, "report: https://example.org:8443/")],
    ["an unknown key with letters outside ASCII in its value", lines(...sound, "name: Žofie 邮件")],
    ["an unknown key of 32 characters", lines(...sound, `${"k".repeat(32)}: x`)],
    ["keys have digits, dots, underscores and hyphens", lines(...sound, "0a.b_c-d: x")],
    ["keys have case: Mode is another key", lines("Mode: none", ...sound)],
    ["keys have case: MX is another key", lines("MX: other.example.org", ...sound)],
    ["the first of a repeated mode counts", lines(...sound, "mode: none")],
    ["the first of a repeated max_age counts", lines(...sound, "max_age: 1")],
    ["the first of a repeated max_age counts, whatever the second is", lines(...sound, "max_age: soon")],
    ["the first of a repeated version counts", lines(...sound, "version: STSv2")],
    ["mx may repeat", withMx("a.example", "b.example"), { mx: ["a.example", "b.example"] }],
    ["mx that is there twice is one", withMx("a.example", "A.example", "a.example"), { mx: ["a.example"] }],
    ["host names have no case", withMx("MX.Example.ORG")],
    ["a wildcard", withMx("*.example.org"), { mx: ["*.example.org"] }],
    ["a wildcard below a single label", withMx("*.example"), { mx: ["*.example"] }],
    ["a single label", withMx("localhost"), { mx: ["localhost"] }],
    ["A-labels", withMx("mx.xn--bcher-kva.example"), { mx: ["mx.xn--bcher-kva.example"] }],
    ["an underscore, as DNS has it", withMx("mx_1.example.org"), { mx: ["mx_1.example.org"] }],
    ["digits first", withMx("1mx.2.example"), { mx: ["1mx.2.example"] }],
    ["labels of 63 characters", withMx(`${"a".repeat(63)}.example`), { mx: [`${"a".repeat(63)}.example`] }],
    ["an mx that is none beside one that is", withMx("*", "mx.example.org", "not a host")],
    ["a hundred mx", withMx(...many(100)), { mx: many(100) }],
    ["64 KiB of it", lines(...sound, "x: ".padEnd(65_536 - lines(...sound).length - 1, "y"))],
  ];
  test.each(good)("%s", (_, text, policy = {}) => {
    expect(parseStsPolicy(bytes(text))).toEqual({ ok: true, value: { ...plain, ...policy } });
  });
});

describe("STS-2 policies that are none", () => {
  const html = "<!DOCTYPE html>\n<html><head><title>404: not found</title></head></html>\n";
  const bad: readonly [fault: StsPolicyFault, why: string, text: string | Uint8Array][] = [
    ["no-version", "nothing", ""],
    ["no-version", "empty lines", "\r\n\r\n"],
    ["no-version", "the version missing", lines(...sound.slice(1))],
    ["no-version", "the version in another case", lines("Version: STSv1", ...sound.slice(1))],
    ["bad-version", "another version", lines("version: STSv2", ...sound.slice(1))],
    ["bad-version", "another case", lines("version: stsv1", ...sound.slice(1))],
    ["bad-version", "a version without value", lines("version:", ...sound.slice(1))],
    ["bad-version", "another version first, STSv1 second", lines("version: STSv2", ...sound)],
    ["bad-version", "as the TXT record has it", lines("version: v=STSv1", ...sound.slice(1))],
    ["bad-version", "something behind it", lines("version: STSv1;", ...sound.slice(1))],
    ["no-mode", "the mode missing", lines(sound[0], sound[2], sound[3])],
    ["no-mode", "the mode in another case", lines(sound[0], "MODE: enforce", sound[2], sound[3])],
    ["bad-mode", "a mode that is not known", lines(sound[0], "mode: report", sound[2], sound[3])],
    ["bad-mode", "a mode in another case", lines(sound[0], "mode: Enforce", sound[2], sound[3])],
    ["bad-mode", "a mode without value", lines(sound[0], "mode:", sound[2], sound[3])],
    ["bad-mode", "a mode with a comment", lines(sound[0], "mode: enforce # for now", sound[2], sound[3])],
    ["bad-mode", "a mode in quotes", lines(sound[0], 'mode: "enforce"', sound[2], sound[3])],
    ["bad-mode", "two modes in a line", lines(sound[0], "mode: enforce, testing", sound[2], sound[3])],
    [
      "bad-mode",
      "the first mode is not known, the second is",
      lines(sound[0], "mode: x", "mode: enforce", sound[2], sound[3]),
    ],
    ["no-max-age", "max_age missing", lines(...sound.slice(0, 3))],
    ["no-max-age", "max-age with a hyphen", lines(...sound.slice(0, 3), "max-age: 86400")],
    ["no-max-age", "max_age in another case", lines(...sound.slice(0, 3), "Max_Age: 86400")],
    ["bad-max-age", "nothing", withAge("")],
    ["bad-max-age", "a word", withAge(" week")],
    ["bad-max-age", "negative", withAge(" -1")],
    ["bad-max-age", "a sign", withAge(" +86400")],
    ["bad-max-age", "a fraction", withAge(" 86400.5")],
    ["bad-max-age", "an exponent", withAge(" 1e5")],
    ["bad-max-age", "hexadecimal", withAge(" 0x15180")],
    ["bad-max-age", "a unit", withAge(" 86400s")],
    ["bad-max-age", "commas", withAge(" 86,400")],
    ["bad-max-age", "a blank within", withAge(" 86 400")],
    ["bad-max-age", "digits outside ASCII", withAge(" ８６４００")],
    ["bad-max-age", "a second more than a year", withAge(" 31557601")],
    ["bad-max-age", "ten digits, far too many", withAge(" 9999999999")],
    ["bad-max-age", "eleven digits", withAge(" 00000086400")],
    ["bad-max-age", "Infinity", withAge(" Infinity")],
    ["bad-max-age", "the first is none, the second is", lines(...sound.slice(0, 3), "max_age: x", "max_age: 86400")],
    ["no-valid-mx", "trap 20: enforce without mx", lines(sound[0], sound[1], sound[3])],
    ["no-valid-mx", "trap 20: testing without mx", lines(sound[0], "mode: testing", sound[3])],
    ["no-valid-mx", "trap 20: an mx without value", withMx("")],
    ["no-valid-mx", "trap 20: everything", withMx("*")],
    ["no-valid-mx", "trap 20: everything, with a dot", withMx("*.")],
    ["no-valid-mx", "trap 20: a dot", withMx(".")],
    [
      "no-valid-mx",
      "trap 20: a name below which anything may stand, as certificates of old had it",
      withMx(".example.org"),
    ],
    ["no-valid-mx", "trap 20: two wildcards", withMx("*.*.example.org")],
    ["no-valid-mx", "trap 20: a wildcard within", withMx("mx.*.example.org")],
    ["no-valid-mx", "trap 20: a wildcard as part of a label", withMx("mx*.example.org")],
    ["no-valid-mx", "trap 20: a wildcard as the end of a label", withMx("*mx.example.org")],
    ["no-valid-mx", "trap 20: a wildcard at the end", withMx("mx.example.*")],
    ["no-valid-mx", "trap 20: two stars", withMx("**.example.org")],
    ["no-valid-mx", "trap 20: a question mark", withMx("mx?.example.org")],
    ["no-valid-mx", "trap 20: two names in a line", withMx("a.example.org b.example.org")],
    ["no-valid-mx", "trap 20: names with a comma", withMx("a.example.org,b.example.org")],
    ["no-valid-mx", "trap 20: an IPv4 address", withMx("192.0.2.1")],
    ["no-valid-mx", "trap 20: an IPv6 address", withMx("2001:db8::1")],
    ["no-valid-mx", "trap 20: an address literal", withMx("[192.0.2.1]")],
    ["no-valid-mx", "trap 20: a port", withMx("mx.example.org:25")],
    ["no-valid-mx", "trap 20: a URL", withMx("https://mx.example.org/")],
    ["no-valid-mx", "trap 20: a preference, as in DNS", withMx("10 mx.example.org")],
    ["no-valid-mx", "trap 20: a dot at the end", withMx("mx.example.org.")],
    ["no-valid-mx", "trap 20: two dots", withMx("mx..example.org")],
    ["no-valid-mx", "trap 20: a hyphen first", withMx("-mx.example.org")],
    ["no-valid-mx", "trap 20: a hyphen last", withMx("mx-.example.org")],
    ["no-valid-mx", "trap 20: a label of 64 characters", withMx(`${"a".repeat(64)}.example`)],
    ["no-valid-mx", "trap 20: a name of 254 characters", withMx(`${"a.".repeat(126)}aa`)],
    ["no-valid-mx", "trap 20: U-labels", withMx("mx.bücher.example")],
    ["no-valid-mx", "trap 20: a mailbox", withMx("postmaster@example.org")],
    ["no-valid-mx", "trap 20: quotes", withMx('"mx.example.org"')],
    ["no-valid-mx", "trap 20: mx under another case", lines(sound[0], sound[1], "MX: mx.example.org", sound[3])],
    ["too-many-mx", "a hundred and one", withMx(...many(101))],
    ["bad-line", "a web page", html],
    ["bad-line", "a line without a colon", lines(...sound, "nonsense")],
    ["bad-line", "a comment", lines("# our policy", ...sound)],
    ["bad-line", "a blank before the key", lines(...sound.map((line) => ` ${line}`))],
    ["bad-line", "a blank before the colon", lines("version : STSv1", ...sound.slice(1))],
    ["bad-line", "an equals sign for a colon", lines("version=STSv1", ...sound.slice(1))],
    ["bad-line", "a key of nothing", lines(...sound, ": x")],
    ["bad-line", "a key of 33 characters", lines(...sound, `${"k".repeat(33)}: x`)],
    ["bad-line", "a key outside ASCII", lines(...sound, "ключ: x")],
    ["bad-line", "JSON, as drafts had it", '{"version": "STSv1", "mode": "enforce", "max_age": 86400}'],
    ["bad-line", "a byte order mark", `\ufeff${lines(...sound)}`],
    ["bad-line", "semicolons for line breaks, in a key", `version STSv1; ${sound.slice(1).join("; ")}`],
    ["bad-version", "semicolons for line breaks", sound.join("; ")],
    ["bad-character", "CR alone ends no line", sound.join("\r")],
    ["bad-character", "CR within a line", lines("version: STSv1\rmode: none", ...sound.slice(1))],
    ["bad-character", "CR at the very end", `${lines(...sound)}\r`],
    ["bad-character", "CR CR LF", sound.join("\r\r\n")],
    ["bad-character", "a zero byte", lines(...sound, "x: \0")],
    ["bad-character", "a zero byte within a name", withMx("mx.example.org\0.evil.example")],
    ["bad-character", "an escape", lines(...sound, "x: \u001b[31m")],
    ["bad-character", "a vertical tab", sound.join("\v")],
    ["bad-character", "a form feed", sound.join("\f")],
    ["bad-character", "DEL", lines(...sound, "x: \u007f")],
    ["bad-character", "UTF-16", Buffer.from(lines(...sound), "utf16le")],
    ["not-utf-8", "Latin-1", Buffer.from(lines(...sound, "name: Café"), "latin1")],
    ["not-utf-8", "a sequence that breaks off", Uint8Array.of(...bytes(lines(...sound)), 0xe9)],
    ["not-utf-8", "too long a form of a slash", Uint8Array.of(...bytes(lines(...sound, "x: ")), 0xc0, 0xaf)],
    ["not-utf-8", "half of a pair of surrogates", Uint8Array.of(...bytes(lines(...sound, "x: ")), 0xed, 0xa0, 0x80)],
    ["not-utf-8", "a byte that is never there", Uint8Array.of(0xff, ...bytes(lines(...sound)))],
    ["too-large", "64 KiB and a byte", lines(...sound, "x: ".padEnd(65_537 - lines(...sound).length - 1, "y"))],
    ["too-large", "65 KiB of line breaks behind a sound policy", lines(...sound, "\n".repeat(65 * 1024))],
  ];
  test.each(bad)("%s: %s", (fault, _, text) => {
    expect(parseStsPolicy(typeof text === "string" ? bytes(text) : text)).toEqual({ ok: false, error: fault });
    expect(stsPolicyFaultText(fault)).toMatch(/^(?:is|has|names) \S/);
  });
});

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `mx${index}.example.org`);
}

describe("STS-4, trap 19: which hosts match", () => {
  const cases: readonly [matches: boolean, pattern: string, host: string, why: string][] = [
    [true, "mx.example.org", "mx.example.org", "the name itself"],
    [false, "mx.example.org", "mx2.example.org", "another name"],
    [false, "mx.example.org", "a.mx.example.org", "a name below it"],
    [false, "mx.example.org", "example.org", "the name above it"],
    [false, "mx.example.org", "xmx.example.org", "a name that ends alike"],
    [true, "*.example.org", "mx.example.org", "one label"],
    [true, "*.example.org", "a-1.example.org", "any one label"],
    [true, "*.example.org", "xn--bcher-kva.example.org", "an A-label"],
    [false, "*.example.org", "example.org", "no label"],
    [false, "*.example.org", "a.mx.example.org", "two labels"],
    [false, "*.example.org", "a.b.c.example.org", "four labels"],
    [false, "*.example.org", "mx.notexample.org", "a name that ends alike"],
    [false, "*.example.org", "mx.example.org.evil.example", "the pattern in the middle"],
    [false, "*.example.org", "org", "the top"],
    [true, "*.example", "mx.example", "one label below a top-level domain"],
    [false, "*.example", "mx.a.example", "two labels below a top-level domain"],
    [true, "localhost", "localhost", "a single label"],
    [false, "*.localhost", "localhost", "a single label under a wildcard"],
  ];
  test.each(cases)("%s: %s, %s: %s", (matches, pattern, host) => {
    expect(matchesMx({ ...plain, mx: [pattern] }, domain(host))).toBe(matches);
    expect(matchesMx({ ...plain, mx: ["other.test", pattern, "*.other.test"] }, domain(host))).toBe(matches);
  });

  test("trap 20: a policy without patterns matches nothing", () => {
    expect(matchesMx({ ...plain, mode: "none", mx: [] }, domain("mx.example.org"))).toBe(false);
  });
});

test("64 KiB of nonsense is judged in no time", async () => {
  const max = stsLimits.policyMaxBytes;
  const texts = [" ", "\r\n", "\r", ":", "a:\n", "mx:a\n", "mx:*.\n", "x:y"].map((piece) =>
    piece.repeat(max / piece.length),
  );
  const blanks = " ".repeat(max - 20);
  const effort = await effortMs(() => {
    for (const text of [...texts, `x:${blanks}y`, `x:y${blanks}`, `mx:a${blanks}b`]) {
      expect(parseStsPolicy(bytes(text)).ok).toBe(false);
    }
  });
  expect(effort).toBeLessThan(2000);
});

test("a policy's lifetime is bounded as the RFC has it", () => {
  expect(stsLimits.maxAgeMaxSeconds).toBe(31_557_600);
});
