import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain, ip } from "../../base/index.ts";
import { formatLine, NameSet, OptOut, parseLine, readInputLine, scanLimits, type CheckedLine } from "./index.ts";

describe("lists of domains", () => {
  const good: readonly (readonly [line: string, name: string | undefined])[] = [
    ["example.org", "example.org"],
    ["  Example.ORG.  ", "example.org"],
    ["1,example.org", "example.org"],
    ["1\texample.org\tsomething", "example.org"],
    ['7,"example.org"', "example.org"],
    ["example.org,1", "example.org"],
    ["https://example.org/path", "example.org"],
    ["alice@example.org", "example.org"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["\ufeffexample.org # a comment", "example.org"],
    ["", undefined],
    ["# nothing", undefined],
  ];
  test.each(good)("%j names %s", (line, name) => expect(readInputLine(line)).toEqual({ ok: true, value: name }));

  const bad: readonly (readonly [line: string, why: string])[] = [
    ["rank,domain", "a heading"],
    ["localhost", "one label has no mail of its own"],
    ["192.0.2.1", "an address"],
    ["exa mple.org", "a space"],
    ["-bad-.example", "a bad label"],
    [`${"a".repeat(scanLimits.inputLineMaxBytes)}.example`, "too long"],
    ["1,", "nothing behind the rank"],
  ];
  test.each(bad)("%j is refused: %s", (line) => expect(readInputLine(line).ok).toBe(false));

  test("whatever stands in a line, it is a domain or it is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        const read = readInputLine(line);
        if (read.ok && read.value !== undefined) expect(read.value).toMatch(/^[a-z0-9_.-]+$/);
      }),
    );
  });
});

describe("who wants to be left alone is", () => {
  const optOut = new OptOut();
  for (const line of [
    "example.org",
    "*.wild.example",
    "abuse@mailbox.example # told us",
    "192.0.2.0/24",
    "2001:db8::/32",
    "",
  ]) {
    expect(optOut.add(line)).toBe(true);
  }
  const domains: readonly (readonly [name: string, isIn: boolean])[] = [
    ["example.org", true],
    ["mx.deep.example.org", true],
    ["notexample.org", false],
    ["org", false],
    ["wild.example", true],
    ["mailbox.example", true],
    ["other.example", false],
  ];
  test.each(domains)("the domain %s: %s", (name, isIn) => expect(optOut.hasDomain(domain(name))).toBe(isIn));
  const addresses: readonly (readonly [address: string, isIn: boolean])[] = [
    ["192.0.2.200", true],
    ["192.0.3.1", false],
    ["2001:db8:ffff::1", true],
  ];
  test.each(addresses)("the address %s: %s", (address, isIn) => expect(optOut.hasAddress(ip(address))).toBe(isIn));
  test("and what cannot be read is not passed over in silence", () => expect(optOut.add("what is this?")).toBe(false));
});

describe("names that were done", () => {
  test("a million names: each is new once", () => {
    const names = new NameSet();
    for (let at = 0; at < 1_000_000; at++) if (!names.add(domain(`d${at}.example`))) throw new Error(`lost: ${at}`);
    expect(names.size).toBe(1_000_000);
    for (let at = 0; at < 1_000_000; at += 997) expect(names.add(domain(`d${at}.example`))).toBe(false);
    for (let at = 0; at < 100_000; at++) expect(names.has(`e${at}.example`)).toBe(false);
  });

  test("is a set", () => {
    fc.assert(
      fc.property(fc.array(fc.domain(), { maxLength: 100 }), (all) => {
        const [names, model] = [new NameSet(), new Set<string>()];
        for (const name of all) {
          expect(names.add(domain(name))).toBe(!model.has(domain(name)));
          model.add(domain(name));
        }
        expect(names.size).toBe(model.size);
      }),
    );
  });
});

describe("a line", () => {
  const line: CheckedLine = {
    v: 1,
    domain: domain("example.org"),
    outcome: "checked",
    at: "2026-01-01T00:00:00.000Z",
    verdict: "safe",
    level: "authenticated",
    mx: "records",
    hosts: [{ name: "mx.example.org", addresses: 2, tls: "encrypted" }],
    operators: ["example.org"],
    adoption: { dnssec: true, dane: "all", mtaSts: "enforce", tlsRpt: true, requireTls: false, ipv6: true },
    findings: [{ code: "caa-missing", severity: "notice", count: 1 }],
    untested: [],
  };

  test("is read back as it was written", () => {
    expect(parseLine(formatLine(line))).toEqual(line);
    const other = { v: 1, domain: domain("a.example"), outcome: "opted-out", at: line.at } as const;
    expect(parseLine(formatLine(other))).toEqual(other);
  });

  test("is never longer than it may be, whatever strangers publish, and says that it was cut", () => {
    const hosts = Array.from({ length: 200 }, (_, at) => ({
      ...(line.hosts[0] ?? never()),
      name: `${"x".repeat(200)}${at}`,
    }));
    const text = formatLine({ ...line, hosts });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(scanLimits.lineMaxBytes);
    expect(parseLine(text)).toMatchObject({ verdict: "safe", hosts: [], cut: true });
  });

  const bad: readonly (readonly [text: string, why: string])[] = [
    ["", "nothing"],
    ["{}", "no line"],
    ["[1]", "no object"],
    [formatLine(line).slice(0, 80), "cut off"],
    [formatLine(line).replace('"v":1', '"v":2'), "another version"],
    [formatLine(line).replace("example.org", "not a domain"), "no domain"],
    [formatLine(line).replace('"all"', '"most"'), "a value that is none"],
    [formatLine(line).replace('"findings":[', '"findings":[null,'), "a hole in a list"],
  ];
  test.each(bad)("%j is refused: %s", (text) => expect(parseLine(text)).toBeUndefined());

  test("whatever bytes stand in a line, it is a line or it is refused", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(parseLine(text)).toBeUndefined();
      }),
    );
  });
});

function never(): never {
  throw new Error("never");
}
