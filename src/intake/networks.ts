/** Client networks, `192.0.2.0/24` or `2001:db8::/32` or one address, and whether an address is in one. */
import { err, isIpv6, ok, parseIp, type IpAddress, type Result } from "../base/index.ts";

export interface Network {
  /** The network's first bytes, whole; compared up to `bits`. */
  readonly bytes: readonly number[];
  readonly bits: number;
  /** As it was written. */
  readonly text: string;
}

/** Bits beyond the prefix are ignored. */
export function parseNetwork(text: string): Result<Network, "bad-network"> {
  const slash = text.indexOf("/");
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok) return err("bad-network");
  const bytes = bytesOf(address.value);
  const prefix = slash < 0 ? String(bytes.length * 8) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bytes.length * 8) return err("bad-network");
  return ok({ bytes, bits: Number(prefix), text });
}

/** As parseNetwork, for networks that the program itself wrote. */
export function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (!parsed.ok) throw new TypeError(`not a network: ${JSON.stringify(text)}`);
  return parsed.value;
}

export const loopbackNetworks: readonly Network[] = [network("127.0.0.0/8"), network("::1")];

export function isInside(address: IpAddress, networks: readonly Network[]): boolean {
  const bytes = bytesOf(address);
  return networks.some((network) => contains(network, bytes));
}

function contains(network: Network, bytes: readonly number[]): boolean {
  if (network.bytes.length !== bytes.length) return false;
  for (let bit = 0; bit < network.bits; bit += 8) {
    const mask = 0xff & (0xff << Math.max(0, 8 - (network.bits - bit)));
    const at = bit / 8;
    if (((network.bytes[at] ?? 0) & mask) !== ((bytes[at] ?? 0) & mask)) return false;
  }
  return true;
}

/** 4 or 16 bytes. `parseIp` gives IPv6 compressed and without an embedded IPv4 part. */
function bytesOf(address: IpAddress): readonly number[] {
  if (!isIpv6(address)) return address.split(".").map(Number);
  const [head = "", tail] = address.split("::");
  const left = groups(head);
  const right = groups(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => 0), ...right].flatMap((group) => [group >> 8, group & 0xff]);
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** What counts as one client when connections are counted: an IPv4 address, or an IPv6 /64, which is one customer's. */
export function clientKey(address: IpAddress): string {
  return isIpv6(address) ? bytesOf(address).slice(0, 8).join(".") : address;
}
