import { expect, test } from "vitest";
import { upstreamText } from "../../dns/index.ts";
import { formatEndpoint, isLoopback, parseDuration, parseEndpoint, parseSize, parseUpstream } from "./values.ts";
import { ip } from "../../base/index.ts";

test.each<[string, number | undefined, string]>([
  ["5d", 432_000_000, "days"],
  ["2w", 1_209_600_000, "weeks"],
  ["1h30m", 5_400_000, "two units"],
  ["1h 30m", 5_400_000, "with a space"],
  ["250ms", 250, "milliseconds"],
  ["0s", undefined, "no time at all"],
  ["5", undefined, "no unit"],
  ["-5m", undefined, "negative"],
  ["5 days", undefined, "words"],
  ["9999999999d", undefined, "absurd"],
  ["", undefined, "nothing"],
])("duration %j is %s ms: %s", (text, ms) => {
  const parsed = parseDuration(text);
  expect(parsed.ok ? parsed.value : undefined).toBe(ms);
});

test.each<[string, number | undefined, string]>([
  ["100MB", 104_857_600, "as mail servers count"],
  ["100 MiB", 104_857_600, "the same, spelled out"],
  ["64k", 65_536, "short"],
  ["1000", 1000, "bytes"],
  ["0", undefined, "nothing could ever be accepted"],
  ["1.5MB", undefined, "a fraction"],
  ["100 apples", undefined, "another unit"],
  ["999999999999999GB", undefined, "beyond what can be counted"],
])("size %j is %s bytes: %s", (text, bytes) => {
  const parsed = parseSize(text);
  expect(parsed.ok ? parsed.value : undefined).toBe(bytes);
});

test.each<[string, number | undefined, string | undefined, string]>([
  ["192.0.2.1:465", undefined, "192.0.2.1:465", "IPv4"],
  ["[2001:DB8:0::1]:465", undefined, "[2001:db8::1]:465", "IPv6, canonical"],
  ["127.0.0.1:0", undefined, "127.0.0.1:0", "any free port"],
  ["192.0.2.1", 53, "192.0.2.1:53", "the default port"],
  ["::1", 53, "[::1]:53", "bare IPv6 with a default port"],
  ["[::1]", 53, "[::1]:53", "bracketed IPv6 with a default port"],
  ["192.0.2.1", undefined, undefined, "no port"],
  ["::1:465", undefined, undefined, "IPv6 without brackets"],
  ["[192.0.2.1]:465", undefined, undefined, "IPv4 in brackets"],
  ["192.0.2.1:65536", undefined, undefined, "no such port"],
  ["192.0.2.256:25", undefined, undefined, "no such address"],
  ["localhost:25", undefined, undefined, "a name"],
  [":25", undefined, undefined, "no address"],
])("endpoint %j (default port %s) is %j: %s", (text, defaultPort, expected) => {
  const parsed = parseEndpoint(text, defaultPort);
  expect(parsed.ok ? formatEndpoint(parsed.value) : undefined).toBe(expected);
});

test.each<[text: string, expected: string | undefined, why: string]>([
  ["127.0.0.1", "127.0.0.1:53", "in clear"],
  ["[::1]:5353", "[::1]:5353", "at another port"],
  ["tls://9.9.9.9#dns.quad9.net", "tls://9.9.9.9:853#dns.quad9.net", "RFC 7858 §3.1: port 853"],
  ["tls://2620:fe::fe#dns.quad9.net", "tls://[2620:fe::fe]:853#dns.quad9.net", "bare IPv6"],
  ["tls://[2620:fe::fe]:53#bücher.example", "tls://[2620:fe::fe]:53#xn--bcher-kva.example", "names as A-labels"],
  ["tls://9.9.9.9", undefined, "no name"],
  ["tls://9.9.9.9#", undefined, "an empty name"],
  ["tls://9.9.9.9#9.9.9.9", undefined, "an address for a name"],
  ["tls://9.9.9.9#a#b", undefined, "two names"],
  ["tls://9.9.9.9#a b", undefined, "not a name"],
  ["tls://dns.quad9.net#dns.quad9.net", undefined, "a name that nobody could look up yet"],
  ["tls://9.9.9.9:99999#dns.quad9.net", undefined, "no such port"],
  ["tls://#dns.quad9.net", undefined, "no address"],
  ["TLS://9.9.9.9#dns.quad9.net", undefined, "another spelling"],
  ["9.9.9.9#dns.quad9.net", undefined, "a name to prove, in clear"],
])("resolver %j is %j: %s", (text, expected) => {
  const parsed = parseUpstream(text);
  expect(parsed.ok ? upstreamText(parsed.value) : undefined).toBe(expected);
});

test("loopback is 127.0.0.0/8 and ::1", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "128.0.0.1", "10.0.0.1", "::"].map((text) => isLoopback(ip(text)))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
