/** What was counted, and the port behind which it is kept. */
import type { DomainName, ReportedPolicy, TlsResultType } from "../base/index.ts";
import type { UtcDay } from "./day.ts";

/** Sessions that failed in the same way. */
export interface CountedFailure {
  readonly result: TlsResultType;
  readonly host?: string;
  readonly address?: string;
  readonly local?: string;
  readonly detail?: string;
  readonly sessions: number;
}

/** The sessions of one policy. */
export interface CountedPolicy {
  readonly policy: ReportedPolicy;
  readonly successes: number;
  readonly failures: readonly CountedFailure[];
}

/** What is to be added to the counts of one domain's day. */
export interface CountedMore extends CountedPolicy {
  readonly day: UtcDay;
  readonly domain: DomainName;
}

/** Durable counts. Every method may throw what the disk throws; then nothing was changed. */
export interface CountStore {
  /**
   * Adds all of it or nothing.
   * @returns how many sessions were left out because a limit is reached
   */
  add(more: readonly CountedMore[]): number;
  counted(day: UtcDay, domain: DomainName): readonly CountedPolicy[];
  /** Days before `before` that have counts, the oldest first. */
  countedDays(before: UtcDay): readonly UtcDay[];
  /** Domains with counts on that day, in order of their names, behind `after`. */
  countedDomains(day: UtcDay, after: string, max: number): readonly DomainName[];
  /** Drops the counts of days before this one. */
  forgetCounts(before: UtcDay): void;
}
