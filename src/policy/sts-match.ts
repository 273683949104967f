import type { DomainName } from "../base/index.ts";
import type { StsPolicy } from "./types.ts";

/** RFC 8461 §4.1: a leading `*.` stands for exactly one label (trap 19). */
export function matchesMx(policy: StsPolicy, host: DomainName): boolean {
  const dot = host.indexOf(".");
  const above = dot < 1 ? undefined : `*${host.slice(dot)}`;
  return policy.mx.some((pattern) => pattern === host || pattern === above);
}
