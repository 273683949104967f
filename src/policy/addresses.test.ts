import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ip, type IpAddress } from "../base/index.ts";
import { isSpecialAddress } from "./addresses.ts";

const cases: readonly [address: string, isSpecial: boolean, why: string][] = [
  ["0.0.0.0", true, "unspecified"],
  ["0.255.255.255", true, "this network"],
  ["1.0.0.0", false, "the first public address"],
  ["9.255.255.255", false, "just below private"],
  ["10.0.0.0", true, "private"],
  ["10.255.255.255", true, "private to its end"],
  ["11.0.0.0", false, "just above private"],
  ["100.63.255.255", false, "just below CGNAT"],
  ["100.64.0.0", true, "CGNAT"],
  ["100.127.255.255", true, "CGNAT to its end"],
  ["100.128.0.0", false, "just above CGNAT"],
  ["127.0.0.1", true, "loopback"],
  ["127.255.255.254", true, "loopback to its end"],
  ["169.254.169.254", true, "a cloud's metadata"],
  ["172.15.255.255", false, "just below private"],
  ["172.16.0.1", true, "private"],
  ["172.31.255.255", true, "private to its end"],
  ["172.32.0.0", false, "just above private"],
  ["192.0.0.1", true, "IETF protocol assignments"],
  ["192.0.2.1", false, "documentation leads nowhere, and not inside"],
  ["192.88.99.1", true, "6to4 relay"],
  ["192.167.255.255", false, "just below private"],
  ["192.168.0.1", true, "private"],
  ["198.18.0.1", true, "benchmarking"],
  ["198.19.255.255", true, "benchmarking to its end"],
  ["198.51.100.1", false, "documentation"],
  ["203.0.113.1", false, "documentation"],
  ["223.255.255.255", false, "the last unicast address"],
  ["224.0.0.1", true, "multicast"],
  ["240.0.0.1", true, "reserved"],
  ["255.255.255.255", true, "broadcast"],
  ["::", true, "unspecified"],
  ["::1", true, "loopback"],
  ["::7f00:1", true, "IPv4-compatible loopback"],
  ["::ffff:127.0.0.1", true, "IPv4-mapped loopback"],
  ["::ffff:8.8.8.8", true, "IPv4-mapped at all"],
  ["64:ff9b::8.8.8.8", false, "NAT64 of a public host"],
  ["64:ff9b::10.0.0.1", true, "NAT64 into the inside"],
  ["64:ff9b::127.0.0.1", true, "NAT64 of loopback"],
  ["64:ff9b:1::8.8.8.8", true, "local NAT64"],
  ["100::1", true, "discard-only"],
  ["2001::1", true, "Teredo"],
  ["2001:2::1", true, "benchmarking"],
  ["2001:1ff:ffff::1", true, "IETF protocol assignments to their end"],
  ["2001:200::1", false, "the first of the registries"],
  ["2001:db8::1", false, "documentation"],
  ["2002:7f00:1::1", true, "6to4 of loopback"],
  ["2002:a00:1::1", true, "6to4 of a private address"],
  ["2002:808:808::1", false, "6to4 of a public host"],
  ["2606:4700::1111", false, "public"],
  ["3fff::1", false, "documentation"],
  ["4000::1", true, "nobody's yet"],
  ["fc00::1", true, "unique local"],
  ["fd12:3456::1", true, "unique local"],
  ["fe80::1", true, "link-local"],
  ["fec0::1", true, "site-local of old"],
  ["ff02::1", true, "multicast"],
];
test.each(cases)("MX-6 %s special: %j (%s)", (text, isSpecial) => {
  expect(isSpecialAddress(ip(text))).toBe(isSpecial);
});

test("MX-6 every IPv6 form that carries a special IPv4 address is special", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      if (!isSpecialAddress(ip(text))) return;
      const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
      const high = (a * 256 + b).toString(16);
      const low = (c * 256 + d).toString(16);
      for (const carrier of [`::ffff:${text}`, `64:ff9b::${text}`, `::${text}`, `2002:${high}:${low}::1`]) {
        expect(isSpecialAddress(ip(carrier)), carrier).toBe(true);
      }
    }),
  );
});

test("MX-6 what is not an address is special, and nothing throws", () => {
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "a.b.c.d",
    "1::2::3",
    ":",
    "1:2",
    "::g",
    "2001:db8::1%eth0",
  ]) {
    expect(isSpecialAddress(text as IpAddress), text).toBe(true);
  }
  fc.assert(fc.property(fc.string(), (text) => typeof isSpecialAddress(text as IpAddress) === "boolean"));
});
