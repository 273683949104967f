/** Addresses that no public MX record may lead us to (MX-6). Pure. */
import type { IpAddress } from "../base/index.ts";

/**
 * True for what is not part of the public Internet: loopback, private, link-local, shared (CGNAT), multicast, unspecified,
 * reserved, benchmarking, and every IPv6 form that carries such an IPv4 address inside (the IANA special-purpose address
 * registries, RFC 6890). Whoever controls a domain's DNS could otherwise have the relay talk to its own inside.
 *
 * The documentation prefixes (RFC 5737, 3849, 9637) are not in the set, although the registry calls them not globally
 * reachable: they lead nowhere, neither out nor in, so that refusing them would protect nobody, and simulated internets
 * live in them.
 *
 * What cannot be read counts as special.
 */
export function isSpecialAddress(address: IpAddress): boolean {
  return address.includes(":") ? isSpecialV6(address) : isSpecialV4(readV4(address));
}

/** A 32-bit number, or -1. */
function readV4(text: string): number {
  const parts = text.split(".");
  if (parts.length !== 4) return -1;
  let value = 0;
  for (const part of parts) {
    const octet = Number(part);
    if (part === "" || !Number.isInteger(octet) || octet < 0 || octet > 255) return -1;
    value = value * 256 + octet;
  }
  return value;
}

function isSpecialV4(value: number): boolean {
  if (value < 0) return true;
  return specialV4.some(([first, last]) => value >= first && value <= last);
}

function isSpecialV6(text: string): boolean {
  const groups = readV6(text);
  if (groups === undefined) return true;
  const [a = 0, b = 0, c = 0] = groups;
  const last32 = (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0);
  // NAT64 (RFC 6052): on an IPv6-only network this is how every IPv4 host looks. The host inside decides.
  if (a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return isSpecialV4(last32);
  // 6to4 (RFC 3056) likewise carries an IPv4 address, right behind its prefix.
  if (a === 0x2002) return isSpecialV4(b * 65_536 + c);
  // IETF protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID; no mail server lives there.
  if (a === 0x2001 && b < 0x200) return true;
  // Only 2000::/3 has been given to the public Internet (RFC 4291 §2.4, IANA). Outside it are loopback, IPv4-mapped,
  // unique local, link-local, multicast, discard-only and local NAT64 addresses, and what nobody has been given yet.
  return (a & 0xe000) !== 0x2000;
}

/** Eight groups, or undefined. */
function readV6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? "");
  const tail = halves[1] === undefined ? [] : readGroups(halves[1]);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function readGroups(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  for (const part of text.split(":")) {
    if (part.includes(".")) {
      const embedded = readV4(part);
      if (embedded < 0) return undefined;
      groups.push(Math.floor(embedded / 65_536), embedded % 65_536);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function range(first: string, last: string): readonly [number, number] {
  return [readV4(first), readV4(last)];
}

const specialV4: readonly (readonly [first: number, last: number])[] = [
  range("0.0.0.0", "0.255.255.255"), // this network (RFC 791)
  range("10.0.0.0", "10.255.255.255"), // private (RFC 1918)
  range("100.64.0.0", "100.127.255.255"), // shared by carriers (RFC 6598)
  range("127.0.0.0", "127.255.255.255"), // loopback (RFC 1122)
  range("169.254.0.0", "169.254.255.255"), // link-local (RFC 3927): clouds serve their secrets there
  range("172.16.0.0", "172.31.255.255"), // private (RFC 1918)
  range("192.0.0.0", "192.0.0.255"), // IETF protocol assignments (RFC 6890)
  range("192.88.99.0", "192.88.99.255"), // 6to4 relays, deprecated (RFC 7526)
  range("192.168.0.0", "192.168.255.255"), // private (RFC 1918)
  range("198.18.0.0", "198.19.255.255"), // benchmarking (RFC 2544)
  range("224.0.0.0", "255.255.255.255"), // multicast (RFC 5771), reserved (RFC 1112), broadcast
];
