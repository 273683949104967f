/**
 * Counts sessions (RFC 8460 §4.2, RPT-1): in memory, and behind that on disk.
 *
 *   observe ──► pending (one entry per day, domain and policy) ──every flushMs──► store.add, in slices ──► nothing pending
 *                  ▲                                                   │
 *                  └──────────────── the disk failed: kept, tried again ┘
 *
 * What each state promises: `observe` is a look into two maps and never fails. An entry leaves memory only after its transaction
 * has succeeded, so a session is counted once; those of the last `flushMs` are lost if the process is killed.
 */
import type {
  Clock,
  DomainName,
  Instant,
  Log,
  Metrics,
  ReportedPolicy,
  SessionObservation,
  Timer,
} from "../base/index.ts";
import type { CountedFailure, CountedMore, CountStore } from "./counts.ts";
import { dayMs, dayOf, startOf, type UtcDay } from "./day.ts";
import { reportLimits } from "./limits.ts";

export interface CounterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Pick<CountStore, "add">;
}

export interface SessionCounter {
  /** Never throws. */
  observe(session: SessionObservation): void;
  /** Writes down all that is pending. False if the disk failed; then it stays pending. */
  flush(): boolean;
  /** Writes down what is pending, as far as the disk lets it. */
  close(): void;
}

export function createCounter(deps: CounterDeps): SessionCounter {
  return new WritingCounter(deps);
}

interface PendingFailure extends Omit<CountedFailure, "sessions"> {
  sessions: number;
}

interface Pending {
  readonly day: UtcDay;
  readonly domain: DomainName;
  readonly policy: ReportedPolicy;
  successes: number;
  readonly failures: Map<string, PendingFailure>;
}

class WritingCounter implements SessionCounter {
  readonly #deps: CounterDeps;
  readonly #pending = new Map<string, Pending>();
  readonly #keys = new WeakMap<ReportedPolicy, string>();
  #timer: Timer | undefined;
  #today: { readonly day: UtcDay; readonly from: Instant } | undefined;
  #isFailing = false;
  #isClosed = false;

  constructor(deps: CounterDeps) {
    this.#deps = deps;
  }

  observe(session: SessionObservation): void {
    const day = this.#dayOf(session.at);
    const key = `${day} ${session.domain} ${this.#keyOf(session.policy)}`;
    let entry = this.#pending.get(key);
    if (entry === undefined) {
      if (this.#pending.size >= reportLimits.pendingPoliciesMax) return this.#leaveOut(1);
      const { domain, policy } = session;
      entry = { day, domain, policy: boundedPolicy(policy), successes: 0, failures: new Map() };
      this.#pending.set(key, entry);
    }
    if (session.result === "success") entry.successes++;
    else countFailure(entry, session, session.result);
    if (!this.#isClosed) this.#timer ??= this.#deps.clock.after(reportLimits.flushMs, () => this.#writeSlice());
  }

  flush(): boolean {
    while (this.#pending.size > 0) if (!this.#write()) return false;
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.flush();
  }

  #writeSlice(): void {
    this.#timer = undefined;
    const isWritten = this.#write();
    if (this.#pending.size === 0 || this.#isClosed) return;
    const waitMs = isWritten ? reportLimits.flushBreathMs : reportLimits.flushRetryMs;
    this.#timer = this.#deps.clock.after(waitMs, () => this.#writeSlice());
  }

  /** One transaction. */
  #write(): boolean {
    const slice = this.#slice();
    try {
      const leftOut = this.#deps.store.add(slice.map(([, entry]) => counted(entry)));
      for (const [key] of slice) this.#pending.delete(key);
      if (this.#isFailing) this.#deps.log.info("sessions for TLS reports can be written down again");
      this.#isFailing = false;
      if (leftOut > 0) this.#leaveOut(leftOut);
      return true;
    } catch (error) {
      if (!this.#isFailing) {
        this.#deps.log.warn("sessions for TLS reports cannot be written down", { error: String(error) });
      }
      this.#isFailing = true;
      return false;
    }
  }

  #slice(): readonly (readonly [string, Pending])[] {
    const slice: (readonly [string, Pending])[] = [];
    let rows = 0;
    for (const [key, entry] of this.#pending) {
      rows += 1 + entry.failures.size;
      if (slice.length > 0 && rows > reportLimits.flushRowsMax) break;
      slice.push([key, entry]);
    }
    return slice;
  }

  #leaveOut(sessions: number): void {
    this.#deps.metrics.count("surehop_report_sessions_uncounted_total", {}, sessions);
  }

  #dayOf(at: Instant): UtcDay {
    const known = this.#today;
    if (known !== undefined && at >= known.from && at < known.from + dayMs) return known.day;
    const day = dayOf(at);
    this.#today = { day, from: startOf(day) };
    return day;
  }

  #keyOf(policy: ReportedPolicy): string {
    const known = this.#keys.get(policy);
    if (known !== undefined) return known;
    const key = JSON.stringify([policy.type, policy.strings, policy.mxHosts]);
    this.#keys.set(policy, key);
    return key;
  }
}

function countFailure(entry: Pending, session: SessionObservation, result: CountedFailure["result"]): void {
  const { host = "", address = "", local = "", detail = "" } = session;
  const key = `${result} ${host} ${address} ${local} ${detail}`;
  const known = entry.failures.get(key);
  if (known !== undefined) {
    known.sessions++;
    return;
  }
  if (entry.failures.size < reportLimits.failureKindsPerPolicyMax) {
    entry.failures.set(key, {
      result,
      ...(host === "" ? {} : { host: host.slice(0, reportLimits.hostMaxChars) }),
      ...(address === "" ? {} : { address }),
      ...(local === "" ? {} : { local }),
      ...(detail === "" ? {} : { detail: detail.slice(0, reportLimits.detailMaxChars) }),
      sessions: 1,
    });
    return;
  }
  const bare = entry.failures.get(result);
  if (bare === undefined) entry.failures.set(result, { result, sessions: 1 });
  else bare.sessions++;
}

function boundedPolicy({ type, strings, mxHosts }: ReportedPolicy): ReportedPolicy {
  const { policyStringsMax, policyStringMaxChars, hostMaxChars } = reportLimits;
  return {
    type,
    strings: strings.slice(0, policyStringsMax).map((text) => text.slice(0, policyStringMaxChars)),
    mxHosts: mxHosts.slice(0, policyStringsMax).map((text) => text.slice(0, hostMaxChars)),
  };
}

function counted({ day, domain, policy, successes, failures }: Pending): CountedMore {
  return { day, domain, policy, successes, failures: [...failures.values()] };
}
