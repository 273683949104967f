/** The ports of MTA-STS: who fetches, and who keeps. Shapes only. */
import type { DomainName, Instant, Result } from "../../base/index.ts";
import type { StsFact, StsFailure, StsMode, StsPolicy, StsSource } from "../types.ts";

/** Why a policy could not be had. `detail`: English, free of control characters, at most `stsLimits.detailMaxChars`. */
export interface StsTrouble {
  readonly result: StsFailure;
  readonly detail: string;
}

/**
 * `GET https://HOST/PATH` as RFC 8461 §3.3 wants it: the server proves HOST by WebPKI, answers 200 and text/plain, no redirect is
 * followed, and the whole is bounded in size and time. Never rejects. `signal` ends it early.
 */
export type HttpsGet = (
  host: DomainName,
  path: string,
  signal?: AbortSignal,
) => Promise<Result<Uint8Array, StsTrouble>>;

/** A policy as it is kept. Plain data. */
export interface StoredSts {
  readonly domain: DomainName;
  readonly policy: StsPolicy;
  /** Of the TXT record under which it was fetched. */
  readonly id: string;
  readonly fetchedAt: Instant;
  readonly expiresAt: Instant;
  /** When it is to be fetched anew. */
  readonly refreshAt: Instant;
  /** When somebody last wanted to know it, to a day. */
  readonly usedAt: Instant;
  /** Why the latest look did not confirm it. */
  readonly trouble?: StsTrouble & { readonly of: "record" | "policy" };
}

/**
 * Policies on disk, by the recipient's domain and nothing else (trap 21). Every method may throw: that is how a store says that it
 * cannot be read or written. What it cannot make sense of it throws, and never passes off as absent (trap 17).
 */
export interface StsStore {
  read(domain: DomainName): StoredSts | undefined;
  /** In place of what is there; on the disk when it returns. */
  write(entry: StoredSts): void;
  touch(domain: DomainName, usedAt: Instant): void;
  remove(domain: DomainName): void;
  /** Domains whose refresh is due at `now`, the longest due first, and that were used since `usedSince`. */
  due(now: Instant, usedSince: Instant, max: number): readonly DomainName[];
  /** Drops what expired before `expiredBefore`; then, down to `max`, what has expired at `now`, then what was not used for longest. */
  tidy(bounds: { readonly now: Instant; readonly expiredBefore: Instant; readonly max: number }): void;
  /** In the order of their names, those behind `after`. */
  list(request: { readonly after?: DomainName; readonly max: number }): readonly StoredSts[];
  /** Policies that have not expired at `now`. */
  counts(now: Instant): Readonly<Record<StsMode, number>>;
}

/** The MTA-STS policies of all domains: what deliveries ask, and what operators do. None of it rejects. */
export interface StsService extends StsSource {
  /**
   * STS-4: every host failed. Looks at the TXT record now, and if it has another id fetches the policy. The caller compares ids; with
   * the same one he defers.
   */
  recheck(domain: DomainName): Promise<StsFact>;
  /** An operator's wish: the record and the policy anew, whenever they were last fetched. */
  refreshNow(domain: DomainName): Promise<StsFact>;
  /** Kept policies, expired ones among them, in the order of their domains; the error is what the store says. */
  list(request?: { readonly after?: DomainName; readonly max?: number }): Result<readonly StoredSts[], string>;
  /** Ends fetches under way; what they would have found is not known then, and counts as unreadable. */
  close(): Promise<void>;
}
