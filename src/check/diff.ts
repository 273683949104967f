/** What has changed between two looks at a domain. Pure. */
import type { Finding, Report, Verdict } from "./types.ts";

export interface Changes {
  /** Absent if it is the same. */
  readonly verdict?: { readonly before: Verdict; readonly after: Verdict };
  readonly appeared: readonly Finding[];
  readonly gone: readonly Finding[];
}

export function changesBetween(before: Report, after: Report): Changes {
  const isKnown = (of: Report, finding: Finding): boolean => of.findings.some((one) => keyOf(one) === keyOf(finding));
  return {
    ...(before.verdict === after.verdict ? {} : { verdict: { before: before.verdict, after: after.verdict } }),
    appeared: after.findings.filter((finding) => !isKnown(before, finding)),
    // Trap 27: what could not be looked at this time has not been mended.
    gone: before.findings.filter((finding) => !isKnown(after, finding) && !isUnseen(after, finding)),
  };
}

export function isSame({ verdict, appeared, gone }: Changes): boolean {
  return verdict === undefined && appeared.length === 0 && gone.length === 0;
}

/** What it is about, and what is seen of it that does not change from look to look. */
function keyOf({ code, name, evidence }: Finding): string {
  const { days: _days, address: _address, detail: _detail, ...lasting } = evidence;
  return JSON.stringify([code, name, Object.entries(lasting).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function isUnseen({ untested }: Report, { name }: Finding): boolean {
  return untested.some((part) => part.what === "domain" || isAbout(part.name, name));
}

/** `mx.example.org (192.0.2.1)` is about `mx.example.org`, and about `_25._tcp.mx.example.org.`. */
function isAbout(part: string, name: string): boolean {
  const host = part.split(" ", 1)[0] ?? part;
  return name === host || name.replace(/\.$/, "").endsWith(`.${host}`);
}
