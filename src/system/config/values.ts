/** The little languages inside configuration strings: durations, sizes, endpoints. */
import {
  err,
  isIpv6,
  ok,
  parseDomain,
  parseIp,
  type Endpoint,
  type Instant,
  type IpAddress,
  type Result,
} from "../../base/index.ts";
import type { Upstream } from "../../dns/index.ts";

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `30s`, `5m`, `4h`, `5d`, `2w`, `1h30m`: milliseconds, more than zero. */
export function parseDuration(text: string): Result<number, "bad-duration"> {
  const compact = text.replaceAll(" ", "");
  if (!/^(?:\d{1,9}(?:ms|[smhdw]))+$/.test(compact)) return err("bad-duration");
  let total = 0;
  for (const [, count, unit] of compact.matchAll(/(\d+)(ms|[smhdw])/g))
    total += Number(count) * (unitMs[unit ?? ""] ?? 0);
  return total > 0 && Number.isSafeInteger(total) ? ok(total) : err("bad-duration");
}

/** `2026-12-31` (its end, UTC) or `2026-12-31T12:00:00Z`: milliseconds since 1970. */
export function parseDate(text: string): Result<Instant, "bad-date"> {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  if (!isDay && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(text)) return err("bad-date");
  const at = Date.parse(text);
  // `2026-02-30` would pass for the second of March.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10))) return err("bad-date");
  return ok(isDay ? at + dayMs : at);
}

const dayMs = 86_400_000;

const unitBytes: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `100MB`, `512 KiB`, `1048576`: bytes, more than zero. As mail servers count, a K is 1,024 with or without the `i`. */
export function parseSize(text: string): Result<number, "bad-size"> {
  const match = /^(\d{1,15}) ?(?:([kmg])i?)?b?$/i.exec(text);
  if (match === null) return err("bad-size");
  const bytes = Number(match[1]) * (unitBytes[(match[2] ?? "").toLowerCase()] ?? Number.NaN);
  return bytes > 0 && Number.isSafeInteger(bytes) ? ok(bytes) : err("bad-size");
}

/** `192.0.2.1:465` or `[2001:db8::1]:465`; the port may be left out if there is a default for it. Port 0: any free one. */
export function parseEndpoint(text: string, defaultPort?: number): Result<Endpoint, "bad-endpoint"> {
  const match = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match === null && defaultPort !== undefined ? parseIp(text) : undefined;
  if (bare?.ok === true && defaultPort !== undefined) return ok({ address: bare.value, port: defaultPort });
  const address = parseIp(match?.[1] ?? match?.[2] ?? "");
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (!address.ok || port === undefined || port > 65_535) return err("bad-endpoint");
  if (isIpv6(address.value) !== (match?.[1] !== undefined)) return err("bad-endpoint");
  return ok({ address: address.value, port });
}

const dnsPort = 53;
/** RFC 7858 §3.1. */
const dotPort = 853;

/**
 * A resolver: an endpoint (`127.0.0.1`, `[::1]:5353`), or `tls://9.9.9.9#dns.quad9.net` for DNS over TLS, where the name behind `#` is
 * what the certificate has to be for. Addresses only: who is to find names cannot be found by one.
 */
export function parseUpstream(text: string): Result<Upstream, "bad-endpoint" | "bad-dot"> {
  const match = /^tls:\/\/([^#]*)(?:#(.*))?$/.exec(text);
  if (match === null) return parseEndpoint(text, dnsPort);
  const endpoint = parseEndpoint(match[1] ?? "", dotPort);
  if (!endpoint.ok) return err("bad-dot");
  const name = parseDomain(match[2] ?? "");
  // RFC 8310 §8.1 knows names alone. An address there is most likely a slip.
  if (!name.ok || parseIp(name.value).ok) return err("bad-dot");
  return ok({ ...endpoint.value, tls: { name: name.value } });
}

export function formatEndpoint({ address, port }: Endpoint): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: IpAddress): boolean {
  return address === "::1" || address.startsWith("127.");
}
