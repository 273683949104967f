/** What an operator writes about his own domain, read once for the configuration and for the command line. */
import { err, ok, parseDomain, type DomainName, type Result } from "../base/index.ts";
import type { StsMode } from "../policy/index.ts";
import { readRecords } from "../report/index.ts";
import { publishLimits } from "./limits.ts";
import { escapedAddress } from "./records.ts";
import type { Promises } from "./types.ts";

export const stsModes = ["enforce", "testing", "none"] as const satisfies readonly StsMode[];

export interface PromisesText {
  readonly domain: string;
  readonly mx: readonly string[];
  readonly mode?: StsMode;
  readonly maxAgeSeconds?: number;
  readonly rua?: readonly string[];
  readonly ttlSeconds?: number;
  readonly caa?: readonly string[];
}

export interface PromisesFault {
  readonly code: "bad-domain" | "bad-rua" | "no-mx" | "too-many" | "out-of-range";
  readonly key: "domain" | "mx" | "max_age" | "rua" | "ttl" | "caa";
  readonly value: string;
  /** Of a list, which one; counted from 0. */
  readonly index?: number;
  readonly min?: number;
  readonly max?: number;
}

export const promiseDefaults = { mode: "testing", maxAgeSeconds: 604_800, ttlSeconds: 3600 } as const;

/** Every fault of it, or the promises. */
export function parsePromises(text: PromisesText): Result<Promises, readonly PromisesFault[]> {
  const faults: PromisesFault[] = [];
  const domain = readName(text.domain, { key: "domain" }, faults);
  const mx = readList(text.mx, "mx", publishLimits.mxMax, faults).flatMap(
    (host, index) => readName(host, { key: "mx", index }, faults) ?? [],
  );
  if (text.mx.length === 0) faults.push({ code: "no-mx", key: "mx", value: "" });
  const rua = readList(text.rua ?? [], "rua", publishLimits.reportAddressesMax, faults);
  rua.forEach((value, index) => {
    if (!isReportAddress(value)) faults.push({ code: "bad-rua", key: "rua", value, index });
  });
  const caa = readList(text.caa ?? [], "caa", publishLimits.caaMax, faults).flatMap(
    (issuer, index) => readName(issuer, { key: "caa", index }, faults) ?? [],
  );
  const { maxAgeSeconds = promiseDefaults.maxAgeSeconds, ttlSeconds = promiseDefaults.ttlSeconds } = text;
  checkRange(maxAgeSeconds, "max_age", 0, publishLimits.maxAgeMaxSeconds, faults);
  checkRange(ttlSeconds, "ttl", publishLimits.ttlMinSeconds, publishLimits.ttlMaxSeconds, faults);
  if (domain === undefined || faults.length > 0) return err(faults);
  return ok({
    domain,
    mx: [...new Set(mx)],
    mode: text.mode ?? promiseDefaults.mode,
    maxAgeSeconds,
    rua,
    ttlSeconds,
    caa,
  });
}

function readName(
  value: string,
  at: Pick<PromisesFault, "key" | "index">,
  faults: PromisesFault[],
): DomainName | undefined {
  const parsed = parseDomain(value);
  if (parsed.ok) return parsed.value;
  faults.push({ code: "bad-domain", value, ...at });
  return undefined;
}

function readList(
  list: readonly string[],
  key: PromisesFault["key"],
  max: number,
  faults: PromisesFault[],
): readonly string[] {
  if (list.length > max) faults.push({ code: "too-many", key, value: String(list.length), max });
  return list.slice(0, max);
}

function checkRange(value: number, key: PromisesFault["key"], min: number, max: number, faults: PromisesFault[]): void {
  if (value >= min && value <= max) return;
  faults.push({ code: "out-of-range", key, value: String(value), min, max });
}

/** RFC 8460 §3: what our own sender of reports could reach, and without what would need escaping in a TXT record. */
function isReportAddress(uri: string): boolean {
  if (uri.length > publishLimits.reportAddressMaxChars || !/^[\x21-\x7e]+$/.test(uri) || /["\\]/.test(uri))
    return false;
  const read = readRecords([`v=TLSRPTv1; rua=${escapedAddress(uri)}`]);
  return read.kind === "wanted" && read.targets.length === 1 && read.unusable.length === 0;
}
