import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressLiteral,
  displayDomain,
  domain,
  isSubdomainOf,
  parentDomain,
  parseAddress,
  parseDomain,
  parseIp,
} from "./names.ts";

describe("domain names", () => {
  const good: readonly [given: string, is: string, why: string][] = [
    ["example.org", "example.org", "as it is"],
    ["EXAMPLE.Org", "example.org", "lower case"],
    ["example.org.", "example.org", "one trailing dot"],
    ["bücher.example", "xn--bcher-kva.example", "U-labels become A-labels (RFC 5891)"],
    ["例子.example", "xn--fsqu00a.example", "Chinese too"],
    ["_25._tcp.mx.example", "_25._tcp.mx.example", "underscores stand in policy names"],
    ["a", "a", "a single label"],
    ["x".repeat(63) + ".example", "x".repeat(63) + ".example", "the longest label"],
  ];
  test.each(good)("%j is %j: %s", (given, is) => {
    expect(parseDomain(given)).toEqual({ ok: true, value: is });
  });

  const bad: readonly [given: string, fault: string, why: string][] = [
    ["", "empty", "nothing"],
    [".", "empty", "the root is not a mail domain"],
    ["example..org", "bad-label", "an empty label"],
    [".example.org", "bad-label", "a leading dot"],
    ["example.org..", "bad-label", "two trailing dots"],
    ["-a.example", "bad-label", "a leading hyphen"],
    ["a-.example", "bad-label", "a trailing hyphen"],
    ["x".repeat(64) + ".example", "bad-label", "a label of 64"],
    [("x".repeat(49) + ".").repeat(5) + "example", "too-long", "254 octets and more"],
    ["y".repeat(2000), "too-long", "far too long to look at"],
    ["a b.example", "bad-label", "a space"],
    ["a.example\r\nRCPT TO:<x@y>", "bad-label", "trap 28: a line end"],
    ["a.example\0", "bad-label", "a NUL"],
    ["a/b.example", "bad-label", "a slash"],
    ["[192.0.2.1]", "bad-label", "a literal is not a name"],
  ];
  test.each(bad)("%j is refused (%s): %s", (given, fault) => {
    expect(parseDomain(given)).toEqual({ ok: false, error: fault });
  });

  test("a parsed name parses to itself, whatever it came from", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string(), fc.string({ unit: "grapheme" })), (text) => {
        const once = parseDomain(text);
        if (!once.ok) return;
        expect(parseDomain(once.value)).toEqual(once);
        expect(once.value).toMatch(/^[a-z0-9_.-]{1,253}$/);
      }),
    );
  });

  test("a name written by the program itself must be one", () => {
    expect(() => domain("not a name")).toThrow(TypeError);
  });

  test("parents and subdomains", () => {
    expect(parentDomain(domain("mx.example.org"))).toBe("example.org");
    expect(parentDomain(domain("org"))).toBeUndefined();
    expect(isSubdomainOf(domain("mx.example.org"), domain("example.org"))).toBe(true);
    expect(isSubdomainOf(domain("example.org"), domain("example.org"))).toBe(false);
    expect(isSubdomainOf(domain("badexample.org"), domain("example.org"))).toBe(false);
    expect(displayDomain(domain("xn--bcher-kva.example"))).toBe("bücher.example");
  });
});

describe("mail addresses", () => {
  const good: readonly [given: string, local: string, domainName: string, utf8: boolean][] = [
    ["bob@safe.example", "bob", "safe.example", false],
    ["Bob.Smith+tag@SAFE.example", "Bob.Smith+tag", "safe.example", false],
    ['"a b"@safe.example', '"a b"', "safe.example", false],
    ['"a@b"@safe.example', '"a@b"', "safe.example", false],
    ["用户@例子.example", "用户", "xn--fsqu00a.example", true],
    ["bob@[192.0.2.1]", "bob", "[192.0.2.1]", false],
    ["bob@[IPv6:2001:DB8:0:0::1]", "bob", "[ipv6:2001:db8::1]", false],
  ];
  test.each(good)("%j", (given, local, domainName, needsUtf8) => {
    expect(parseAddress(given)).toEqual({ ok: true, value: { local, domain: domainName, needsUtf8 } });
  });

  const bad: readonly [given: string, fault: string][] = [
    ["bob", "missing-domain"],
    ["@safe.example", "empty"],
    ["bob@", "empty"],
    [".bob@safe.example", "bad-local-part"],
    ["bob.@safe.example", "bad-local-part"],
    ["b..ob@safe.example", "bad-local-part"],
    ["b ob@safe.example", "bad-local-part"],
    ["bob\r\nDATA@safe.example", "bad-local-part"],
    ['"a\r\nDATA"@safe.example', "bad-local-part"],
    ['"a"b"@safe.example', "bad-local-part"],
    ["<bob@safe.example", "bad-local-part"],
    ["bob@safe.example>", "bad-label"],
    ["bob@[999.0.0.1]", "bad-character"],
    ["bob@[192.0.2.1", "bad-character"],
    ["b".repeat(65) + "@safe.example", "too-long"],
  ];
  test.each(bad)("%j is refused: %s", (given, fault) => {
    expect(parseAddress(given)).toEqual({ ok: false, error: fault });
  });

  test("trap 28: no text whatever becomes an address with a control character in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (local, name) => {
        const parsed = parseAddress(`${local}@${name}`);
        if (parsed.ok) expect(parsed.value.local + parsed.value.domain).not.toMatch(/[\x00-\x1f\x7f]/);
      }),
    );
  });
});

test("IP addresses come back in one form", () => {
  expect(parseIp("2001:DB8:0:0:0:0:0:1")).toEqual({ ok: true, value: "2001:db8::1" });
  expect(parseIp("192.0.2.1")).toEqual({ ok: true, value: "192.0.2.1" });
  for (const bad of ["192.0.2", "192.0.2.256", "fe80::1%eth0", "::g", "", "0x7f000001"])
    expect(parseIp(bad).ok).toBe(false);
  expect(addressLiteral(domain("example.org"))).toBeUndefined();
});
