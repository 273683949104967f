/** What a fetched policy becomes, and what is said of a kept one. Pure. */
import type { DomainName, Instant } from "../../base/index.ts";
import type { StsFact, StsPolicy } from "../types.ts";
import { stsLimits } from "./limits.ts";
import type { StoredSts, StsTrouble } from "./types.ts";

export interface Fetched {
  readonly domain: DomainName;
  readonly policy: StsPolicy;
  readonly id: string;
}

/**
 * RFC 8461 §3.2: it counts for `max_age`; here for `stsLimits.fetchEveryMs` at least, since it is not fetched more often.
 * RFC 8461 §10.2: it is refreshed long before that, so that one who keeps us from the policy host has to do so for almost its whole life.
 * `dice`: 0 to 1.
 */
export function entryOf(fetched: Fetched, now: Instant, dice: number): StoredSts {
  const lifetimeMs = Math.max(fetched.policy.maxAgeSeconds * 1000, stsLimits.fetchEveryMs);
  const refreshMs = Math.min(stsLimits.refreshEveryMs, lifetimeMs / 2) * (1 - dice / 4);
  return {
    ...fetched,
    fetchedAt: now,
    expiresAt: now + lifetimeMs,
    refreshAt: now + Math.floor(refreshMs),
    usedAt: now,
  };
}

/** When to try again after a refresh that failed. The less time is left, the sooner. */
export function retryAt(entry: StoredSts, now: Instant, dice: number): Instant {
  const tenth = (entry.expiresAt - now) / 10;
  const waitMs = Math.min(Math.max(tenth, stsLimits.refreshRetryMinMs), stsLimits.refreshRetryMaxMs);
  return now + Math.floor(waitMs * (1 + dice / 4));
}

export function factOf({ policy, id, fetchedAt, expiresAt, trouble }: StoredSts): StsFact {
  const stale = trouble === undefined ? {} : { stale: { result: trouble.result, detail: trouble.detail } };
  return { kind: "policy", policy, id, fetchedAt, expiresAt, ...stale };
}

export function noPolicy(failure?: StsTrouble): StsFact {
  return failure === undefined
    ? { kind: "none" }
    : { kind: "none", failure: { result: failure.result, detail: failure.detail } };
}

/** Fit to be logged and shown, whoever wrote it. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, stsLimits.detailMaxChars);
}
