import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { selfSigned } from "../../test/support/certificates.ts";
import { matchNames, readSubjectNames } from "./names.ts";

describe("TLS-6 a presented name matches", () => {
  test.each([
    ["mx.example.org", "DNS:mx.example.org", "mx.example.org", "the same name"],
    ["MX.Example.ORG", "DNS:mx.EXAMPLE.org", "mx.example.org", "without regard to case"],
    ["mx.example.org", "DNS:a.example, DNS:mx.example.org", "mx.example.org", "any of several"],
    ["mx.example.org", "DNS:*.example.org", "*.example.org", "a wildcard for one label"],
    ["bücher.example", "DNS:xn--bcher-kva.example", "xn--bcher-kva.example", "A-labels are compared"],
    [".example.org", "DNS:mx.example.org", "mx.example.org", "a pattern for all below"],
    [".example.org", "DNS:a.b.example.org", "a.b.example.org", "any depth below"],
    [".example.org", "DNS:*.example.org", "*.example.org", "all that the wildcard stands for is below"],
    [".example.org", "DNS:*.mx.example.org", "*.mx.example.org", "deeper still"],
    ["[192.0.2.1]", "IP Address:192.0.2.1", "192.0.2.1", "an address literal against iPAddress"],
    ["[ipv6:2001:db8::1]", "IP Address:2001:DB8:0:0:0:0:0:1", "2001:db8::1", "IPv6 in any spelling"],
    ["mx.example.org", 'DNS:"odd, name", DNS:mx.example.org', "mx.example.org", "a quoted name beside it is skipped"],
  ])("%s by %s", (pattern, subjectAltName, matched, why) => {
    expect(matchNames([pattern], { subjectAltName }), why).toBe(matched);
  });
});

describe("TLS-6 a presented name does not match", () => {
  test.each([
    ["mx.example.org", undefined, "no subjectAltName: the CN never counts"],
    ["mx.example.org", "", "an empty one"],
    ["mx.example.org", "DNS:mx.example.com", "another name"],
    ["mx.example.org", "DNS:example.org", "the parent"],
    ["mx.example.org", "DNS:a.mx.example.org", "a child"],
    ["a.b.example.org", "DNS:*.example.org", "a wildcard stands for exactly one label"],
    ["example.org", "DNS:*.example.org", "a wildcard does not stand for no label"],
    ["mx.example.org", "DNS:m*.example.org", "a wildcard is a whole label"],
    ["mx.example.org", "DNS:*x.example.org", "a wildcard is a whole label"],
    ["mx.example.org", "DNS:mx.*.org", "a wildcard is the left-most label"],
    ["a.b.example.org", "DNS:*.*.example.org", "one wildcard at most"],
    ["example.org", "DNS:*.org", "a whole top-level domain"],
    ["mx", "DNS:*", "everything"],
    [".example.org", "DNS:example.org", "below is not itself"],
    [".example.org", "DNS:*.org", "the wildcard stands for names outside, too"],
    [".example.org", "DNS:badexample.org", "a label ends at a dot"],
    ["mx.example.org", "DNS:mx.example.org.", "a presented name has no dot at its end"],
    ["mx.example.org", 'DNS:"mx.example.org\\u0000.evil.example"', "NUL ends nothing"],
    ["mx.example.org", 'DNS:"evil.example, DNS:mx.example.org"', "CVE-2021-44532: a comma inside a name"],
    ["mx.example.org", 'DNS:evil.example, URI:http://a/, DNS:"mx.example.org', "an open quote makes all unreadable"],
    ["mx.example.org", 'DNS:ev"il, DNS:mx.example.org', "a quote in a plain value makes all unreadable"],
    ["mx.example.org", "URI:mx.example.org", "CVE-2021-44531: a URI is no DNS name"],
    ["mx.example.org", "email:mx.example.org", "an rfc822Name is no DNS name"],
    ["mx.example.org", "othername:DNS:mx.example.org", "a kind inside a value"],
    ["mx.example.org", 'DirName:"CN=x\\nDNS:mx.example.org"', "a kind inside a quoted value"],
    ["mx.example.org", "DNS:mx.example.org,DNS:mx.example.org", "a separator without its space is part of the name"],
    ["mx.example.org", "DNS:mx.example.org, ", "a trailing separator makes all unreadable"],
    ["[192.0.2.1]", "DNS:192.0.2.1", "an address is not a DNS name"],
    ["[192.0.2.1]", "IP Address:192.0.2.10", "another address"],
    ["[192.0.2.1]", "DNS:*.0.2.1", "a wildcard is not for addresses"],
    [".0.2.1", "DNS:192.0.2.1", "nor is a pattern for all below"],
    ["not a name", "DNS:not a name", "a pattern that is no name matches nothing"],
    ["", "DNS:", "nothing does not match nothing"],
  ])("%s by %s", (pattern, subjectAltName, why) => {
    expect(matchNames([pattern], { subjectAltName }), why).toBeUndefined();
  });
});

test("no pattern accepts no name", () => {
  expect(matchNames([], { subjectAltName: "DNS:mx.example.org" })).toBeUndefined();
});

test("names are read from Node's rendering of real certificates", () => {
  const made = selfSigned({
    names: ["mx.example.org", "evil.example, DNS:other.example", 'quo"te', "*.example.org"],
    ips: [
      [192, 0, 2, 7],
      [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
    ],
  });
  const certificate = new X509Certificate(made.cert);
  expect(readSubjectNames(certificate.subjectAltName ?? "")).toEqual({
    dns: ["mx.example.org", "evil.example, dns:other.example", 'quo"te', "*.example.org"],
    ips: ["192.0.2.7", "2001:db8::7"],
  });
  expect(matchNames(["other.example"], certificate)).toBeUndefined();
  expect(matchNames(["[ipv6:2001:db8::7]"], certificate)).toBe("2001:db8::7");
});
