/** Whose budget a connection is on: the address, the block of addresses around it, and whoever runs the MX host. Pure. */
import { isIpv6, type DomainName, type IpAddress } from "../../base/index.ts";
import type { Budget, GroupKey } from "./budgets.ts";

/** An address of an MX host, and the name under which it is asked. */
export interface ProbeTarget {
  readonly address: IpAddress;
  readonly host: DomainName;
}

export interface ScanBudgets {
  readonly address: Budget;
  /** An IPv4 /24 or an IPv6 /48: what one site commonly has. */
  readonly block: Budget;
  readonly operator: Budget;
}

/** Gentle enough that a server with a limit for strangers (Postfix: 50 at once, anvil counts by the minute) never notices us. */
export const defaultBudgets: ScanBudgets = {
  address: { atOnce: 1, perMinute: 20 },
  block: { atOnce: 4, perMinute: 60 },
  operator: { atOnce: 10, perMinute: 300 },
};

export function groupsOf({ address, host }: ProbeTarget): readonly GroupKey[] {
  return [addressGroup(address), `b:${blockOf(address)}`, `o:${operatorOf(host)}`];
}

export function addressGroup(address: IpAddress): GroupKey {
  return `a:${address}`;
}

export function budgetIn(budgets: ScanBudgets): (key: GroupKey) => Budget {
  return (key) => (key.startsWith("a:") ? budgets.address : key.startsWith("b:") ? budgets.block : budgets.operator);
}

/** `192.0.2`, or the first three groups of an IPv6 address. */
export function blockOf(address: IpAddress): string {
  if (!isIpv6(address)) return address.slice(0, address.lastIndexOf("."));
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - (tail === "" ? 0 : tail.split(":").length);
  const all = [...left, ...Array.from({ length: zeros }, () => "0"), ...(tail ?? "").split(":")];
  return all.slice(0, 3).join(":");
}

/**
 * Who runs a host, by its name: the part of it that somebody has registered. Nothing depends on that being right in every registry of the
 * world: two operators taken for one are asked more slowly, one taken for two is still held by the budgets of its addresses and blocks.
 */
export function operatorOf(host: DomainName): string {
  const labels = host.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const isBelowRegistry = top.length === 2 && registryLabels.has(second) && labels.length > 2;
  return labels.slice(isBelowRegistry ? -3 : -2).join(".");
}

/** Below a country's domain, names are registered under these rather than beside them. */
const registryLabels = new Set([
  "ac",
  "co",
  "com",
  "edu",
  "go",
  "gob",
  "gov",
  "gouv",
  "mil",
  "ne",
  "net",
  "nom",
  "or",
  "org",
]);
