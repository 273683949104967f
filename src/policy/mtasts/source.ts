/**
 * Who knows the MTA-STS policies (RFC 8461 §3.3, §5.1): what is kept on disk, and how it is kept up with what domains publish.
 *
 * A domain is in one of these states:
 *
 *   unknown      nothing is kept. Whoever asks waits: TXT record, then the policy by HTTPS. What cannot be had is "none", with the
 *                failure beside it: at first contact an attacker who blocks either wins, and RFC 8461 §10.2 knows no way out of that.
 *   kept         a policy that has not expired. It is served at once, and nothing that fails ever takes it away (trap 17): not a
 *                record that is gone, bogus, broken or silent, not a policy host that is. The failure stands beside it as `stale`.
 *   expired      as unknown; asked about for a while longer, so that it is known again before the next mail.
 *   unreadable   the store cannot say. That is a deferral; meanwhile the policy is fetched anew, which mends a broken row.
 *
 * What moves a domain:
 *
 *   look      the TXT record; the policy too if it has another id than the kept one. At first contact; in the background behind an
 *             answer from the store, every five minutes at most; before a delivery is put off because of the policy (`recheck`, STS-4).
 *   refresh   the TXT record, and the policy whatever the id: daily, by the clock, with jitter. A record that cannot be had does not
 *             stop it, since what DNS hides the policy host may still prove; only an absence proven by DNSSEC does.
 *   demand    a refresh by an operator's hand.
 *
 * Equal questions at one time are one. A domain's policy host is bothered every five minutes at most, except on demand. When we
 * ourselves are too busy to ask the answer is "unreadable", never "none": load must not lower what a hop requires.
 */
import {
  err,
  ok,
  parseDomain,
  type Clock,
  type DomainName,
  type Log,
  type Metrics,
  type Random,
  type Result,
  type Timer,
} from "../../base/index.ts";
import type { Resolver } from "../../dns/index.ts";
import type { StsFact } from "../types.ts";
import { entryOf, factOf, noPolicy, plain, retryAt, type Fetched } from "./entries.ts";
import { stsLimits } from "./limits.ts";
import { Places } from "./places.ts";
import { parseStsPolicy, stsPolicyFaultText } from "./policy.ts";
import { Recent } from "./recent.ts";
import { parseStsRecord, stsRecordFaultText } from "./record.ts";
import type { HttpsGet, StoredSts, StsService, StsStore, StsTrouble } from "./types.ts";

export interface StsSourceOptions {
  readonly resolver: Pick<Resolver, "txt">;
  readonly get: HttpsGet;
  readonly store: StsStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** False: nothing is refreshed by the clock; for an operator's command beside a relay. Default: true. */
  readonly refreshes?: boolean;
}

/** Begins to refresh what is kept at once; `close` ends that. */
export function createStsSource(options: StsSourceOptions): StsService {
  const source = new Source(options);
  if (options.refreshes !== false) source.start();
  return source;
}

/** RFC 8461 §3.3. */
export const stsPolicyPath = "/.well-known/mta-sts.txt";

type Update = "look" | "refresh" | "demand";

type Known =
  | { readonly kind: "kept" | "expired"; readonly entry: StoredSts }
  | { readonly kind: "unknown" }
  | { readonly kind: "unreadable"; readonly detail: string };

type Found =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "absent"; readonly proven: boolean }
  | { readonly kind: "trouble"; readonly trouble: StsTrouble };

class Source implements StsService {
  readonly #resolver: Pick<Resolver, "txt">;
  readonly #get: HttpsGet;
  readonly #store: StsStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #places: Places;
  readonly #updates = new Map<DomainName, Promise<StsFact>>();
  /** When a domain's record was last asked for, by the monotonic clock. */
  readonly #looks = new Recent<DomainName, number>(stsLimits.remembersMax);
  /** When its policy was last fetched, and what went wrong. */
  readonly #fetches = new Recent<DomainName, { readonly at: number; readonly trouble?: StsTrouble }>(
    stsLimits.remembersMax,
  );
  /** What could not be written down. */
  readonly #unsaved = new Recent<DomainName, StoredSts>(stsLimits.unsavedMax);
  readonly #closing = new AbortController();
  #timer: Timer | undefined;

  constructor({ resolver, get, store, clock, random, log, metrics }: StsSourceOptions) {
    this.#resolver = resolver;
    this.#get = get;
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#metrics = metrics;
    const { fetchesAtOnceMax: max, fetchesWaitingMax: waitingMax, fetchWaitMaxMs: waitMaxMs } = stsLimits;
    this.#places = new Places(clock, { max, waitingMax, waitMaxMs });
  }

  async policyFor(domain: DomainName): Promise<StsFact> {
    // RFC 8461 §3: policies are of domains; an address literal has none.
    if (domain.startsWith("[")) return { kind: "not-asked" };
    if (this.#isClosed) return closing;
    const known = this.#recall(domain);
    switch (known.kind) {
      case "kept":
        this.#use(known.entry);
        this.#inBackground(domain, "look");
        return this.#counted("cache", factOf(known.entry));
      case "unreadable":
        this.#inBackground(domain, "refresh");
        return this.#counted("unreadable", { kind: "unreadable", detail: known.detail });
      case "unknown":
      case "expired": {
        const fact = await this.#update(domain, "look");
        if (fact.kind === "none") return this.#counted(fact.failure === undefined ? "none" : "failed", fact);
        return this.#counted(fact.kind === "policy" ? "fetched" : "unreadable", fact);
      }
    }
  }

  recheck(domain: DomainName): Promise<StsFact> {
    return this.#update(domain, "look");
  }

  refreshNow(domain: DomainName): Promise<StsFact> {
    return this.#update(domain, "demand");
  }

  list({ after, max = 1000 }: { readonly after?: DomainName; readonly max?: number } = {}): Result<
    readonly StoredSts[],
    string
  > {
    try {
      return ok(this.#store.list({ ...(after === undefined ? {} : { after }), max }));
    } catch (error) {
      return err(plain(String(error)));
    }
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    this.#closing.abort();
    return Promise.resolve();
  }

  /** The first sweep comes at a moment of its own: many relays that start at once do not ask at once. */
  start(): void {
    this.#timer = this.#clock.after(this.#random.fraction() * stsLimits.sweepEveryMs, () => void this.#sweep());
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #counted(answer: string, fact: StsFact): StsFact {
    this.#metrics.count("surehop_sts_answers_total", { answer });
    return fact;
  }

  #inBackground(domain: DomainName, update: Update): void {
    const last = this.#looks.get(domain);
    if (last !== undefined && this.#clock.monotonic() - last < stsLimits.lookEveryMs) return;
    void this.#update(domain, update);
  }

  /** Never rejects. Joins what is under way for this domain; a demand waits for it, and then asks for itself. */
  #update(domain: DomainName, update: Update): Promise<StsFact> {
    const running = this.#updates.get(domain);
    if (running !== undefined) return update === "demand" ? running.then(() => this.#update(domain, update)) : running;
    if (this.#isClosed) return Promise.resolve(closing);
    if (this.#updates.size >= stsLimits.updatesAtOnceMax) return Promise.resolve(this.#asKnown(domain, busy));
    const run = this.#run(domain, update);
    this.#updates.set(domain, run);
    return run;
  }

  async #run(domain: DomainName, update: Update): Promise<StsFact> {
    this.#looks.set(domain, this.#clock.monotonic());
    try {
      const record = await this.#askRecord(domain);
      return this.#isClosed ? closing : await this.#follow(domain, record, update);
    } catch (error) {
      this.#log.error("an MTA-STS policy could not be judged", { domain, error: plain(String(error)) });
      return { kind: "unreadable", detail: "an error of the program; the log has it" };
    } finally {
      this.#updates.delete(domain);
    }
  }

  async #askRecord(domain: DomainName): Promise<Found> {
    const name = parseDomain(`_mta-sts.${domain}`);
    // Too long to have one.
    if (!name.ok) return { kind: "absent", proven: true };
    const answer = await this.#resolver.txt(name.value);
    switch (answer.kind) {
      case "nodata":
      case "nxdomain":
        return { kind: "absent", proven: answer.status === "secure" };
      case "failure": {
        const { status, failure, detail } = answer;
        const why = status === "bogus" ? "is not believed" : "could not be had";
        return inTrouble("sts-policy-fetch-error", `the TXT record at ${name.value} ${why} (${failure}: ${detail})`);
      }
      case "records": {
        const record = parseStsRecord(answer.records);
        if (record.ok) return { kind: "id", id: record.value.id };
        // Records of other kinds, proven or not, do not say that there never was one of this.
        if (record.error === "none") return { kind: "absent", proven: answer.status === "secure" };
        return inTrouble("sts-policy-invalid", `the TXT record at ${name.value} ${stsRecordFaultText(record.error)}`);
      }
    }
  }

  /** What the record leads to. */
  async #follow(domain: DomainName, record: Found, update: Update): Promise<StsFact> {
    const known = this.#recall(domain);
    const kept = known.kind === "kept" ? known.entry : undefined;
    if (record.kind === "id") {
      if (update === "look" && kept?.id === record.id) return this.#confirmed(kept);
      return this.#fetch(domain, record.id, update);
    }
    const trouble = record.kind === "trouble" ? record.trouble : gone;
    const isProven = record.kind === "absent" && record.proven;
    if (kept !== undefined && update !== "look" && !isProven) return this.#fetch(domain, kept.id, update);
    if (kept !== undefined) return this.#doubted(kept, { ...trouble, of: "record" });
    if (known.kind === "expired") this.#postpone(known.entry);
    if (known.kind === "unreadable") return { kind: "unreadable", detail: known.detail };
    return noPolicy(record.kind === "trouble" ? record.trouble : undefined);
  }

  async #fetch(domain: DomainName, id: string, update: Update): Promise<StsFact> {
    const last = this.#fetches.get(domain);
    const isSoon = last !== undefined && this.#clock.monotonic() - last.at < stsLimits.fetchEveryMs;
    if (isSoon && update !== "demand") {
      const known = this.#recall(domain);
      if (known.kind !== "unknown" && known.kind !== "expired") return this.#asKnown(domain, busy);
      // After a success something is kept, or else it is worth asking again.
      if (last.trouble !== undefined) return noPolicy(last.trouble);
    }
    const leave = await this.#places.enter();
    if (leave === undefined) return this.#asKnown(domain, busy);
    const policy = await this.#getPolicy(domain).finally(leave);
    if (this.#isClosed) return closing;
    this.#fetches.set(domain, {
      at: this.#clock.monotonic(),
      ...(policy.ok ? {} : { trouble: policy.error }),
    });
    this.#metrics.count("surehop_sts_fetches_total", { result: policy.ok ? "success" : policy.error.result });
    return policy.ok ? this.#keep({ domain, id, policy: policy.value }, update) : this.#failed(domain, policy.error);
  }

  async #getPolicy(domain: DomainName): Promise<ReturnType<typeof judged>> {
    const host = parseDomain(`mta-sts.${domain}`);
    if (!host.ok)
      return err({ result: "sts-policy-fetch-error", detail: "mta-sts. and the domain are too long a name" });
    return judged(await this.#get(host.value, stsPolicyPath, this.#closing.signal));
  }

  #keep(fetched: Fetched, update: Update): StsFact {
    const known = this.#recall(fetched.domain);
    const before = known.kind === "kept" || known.kind === "expired" ? known.entry : undefined;
    const made = entryOf(fetched, this.#clock.now(), this.#random.fraction());
    // Nobody used it if it was refreshed by the clock.
    const entry = update === "refresh" && before !== undefined ? { ...made, usedAt: before.usedAt } : made;
    this.#save(entry);
    const isNew = JSON.stringify(before?.policy) !== JSON.stringify(entry.policy);
    const { domain, id, policy } = entry;
    this.#log[isNew ? "info" : "debug"]("an MTA-STS policy was fetched", { domain, id, mode: policy.mode });
    return factOf(entry);
  }

  #failed(domain: DomainName, trouble: StsTrouble): StsFact {
    const known = this.#recall(domain);
    switch (known.kind) {
      case "kept":
        return this.#doubted(known.entry, { ...trouble, of: "policy" });
      case "unreadable":
        return { kind: "unreadable", detail: known.detail };
      case "expired":
        this.#postpone(known.entry);
        break;
      case "unknown":
        break;
    }
    this.#log.warn("an MTA-STS policy could not be had, and none is kept", { domain, ...trouble });
    return noPolicy(trouble);
  }

  /** The record has the kept id: what was said against the record does not hold any more. */
  #confirmed(entry: StoredSts): StsFact {
    if (entry.trouble?.of !== "record") return factOf(entry);
    const { trouble: _, ...sound } = entry;
    this.#save(sound);
    return factOf(sound);
  }

  /** Served as before, with the failure beside it (trap 17). */
  #doubted(entry: StoredSts, trouble: NonNullable<StoredSts["trouble"]>): StsFact {
    const now = this.#clock.now();
    const isNew = entry.trouble?.result !== trouble.result || entry.trouble.of !== trouble.of;
    const isDue = entry.refreshAt <= now;
    const refreshAt = isDue ? retryAt(entry, now, this.#random.fraction()) : entry.refreshAt;
    const doubted = { ...entry, refreshAt, trouble };
    if (isNew || isDue || entry.trouble?.detail !== trouble.detail) this.#save(doubted);
    // RFC 8461 §10.2: who runs the relay hears of it.
    if (isNew) {
      const { result, detail } = trouble;
      const expires = new Date(entry.expiresAt).toISOString();
      this.#log.warn("a kept MTA-STS policy could not be confirmed, and counts until it expires", {
        domain: entry.domain,
        result,
        detail,
        expires,
      });
    }
    return factOf(doubted);
  }

  #postpone(entry: StoredSts): void {
    const now = this.#clock.now();
    if (entry.refreshAt <= now) this.#save({ ...entry, refreshAt: retryAt(entry, now, this.#random.fraction()) });
  }

  /** The kept policy, or else a deferral: why it is not known is no fault of the domain's. */
  #asKnown(domain: DomainName, otherwise: StsFact): StsFact {
    const known = this.#recall(domain);
    if (known.kind === "kept") return factOf(known.entry);
    return known.kind === "unreadable" ? { kind: "unreadable", detail: known.detail } : otherwise;
  }

  #recall(domain: DomainName): Known {
    const unsaved = this.#unsaved.get(domain);
    let stored: StoredSts | undefined;
    try {
      stored = this.#store.read(domain);
    } catch (error) {
      const detail = plain(`the kept policy cannot be read: ${String(error)}`);
      if (unsaved === undefined) return { kind: "unreadable", detail };
    }
    // An operator's command may have written a newer one.
    const entry = unsaved !== undefined && unsaved.fetchedAt >= (stored?.fetchedAt ?? 0) ? unsaved : stored;
    if (entry === undefined) return { kind: "unknown" };
    return { kind: this.#clock.now() < entry.expiresAt ? "kept" : "expired", entry };
  }

  #save(entry: StoredSts): void {
    try {
      this.#store.write(entry);
      this.#unsaved.delete(entry.domain);
    } catch (error) {
      this.#unsaved.set(entry.domain, entry);
      this.#log.error("an MTA-STS policy could not be written down; it counts until the relay stops", {
        domain: entry.domain,
        error: plain(String(error)),
      });
    }
  }

  #use({ domain, usedAt }: StoredSts): void {
    const now = this.#clock.now();
    if (now - usedAt < stsLimits.usedEveryMs) return;
    this.#attempt("the use of an MTA-STS policy could not be noted", () => this.#store.touch(domain, now));
  }

  /** Tidies up, refreshes what is due, and comes again. */
  async #sweep(): Promise<void> {
    const now = this.#clock.now();
    this.#attempt("kept MTA-STS policies could not be tidied", () => {
      for (const entry of this.#unsaved.values()) this.#save(entry);
      this.#store.tidy({ now, expiredBefore: now - stsLimits.expiredKeptMs, max: stsLimits.policiesMax });
      for (const [mode, count] of Object.entries(this.#store.counts(now))) {
        this.#metrics.gauge("surehop_sts_policies", count, { mode });
      }
    });
    let due: readonly DomainName[] = [];
    this.#attempt("it could not be read which MTA-STS policies are due", () => {
      due = this.#store.due(now, now - stsLimits.unusedMs, stsLimits.duePerSweepMax);
    });
    const left = due.values();
    const refreshOneByOne = async (): Promise<void> => {
      for (const domain of left) if (!this.#isClosed) await this.#update(domain, "refresh");
    };
    await Promise.all(Array.from({ length: stsLimits.refreshesAtOnceMax }, refreshOneByOne));
    if (!this.#isClosed) this.#timer = this.#clock.after(stsLimits.sweepEveryMs, () => void this.#sweep());
  }

  #attempt(failure: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log.error(failure, { error: plain(String(error)) });
    }
  }
}

/** What was fetched, if it is a policy. */
function judged(fetched: Awaited<ReturnType<HttpsGet>>): Result<StoredSts["policy"], StsTrouble> {
  if (!fetched.ok) return err({ result: fetched.error.result, detail: plain(fetched.error.detail) });
  const policy = parseStsPolicy(fetched.value);
  if (policy.ok) return policy;
  return err({ result: "sts-policy-invalid", detail: `the policy ${stsPolicyFaultText(policy.error)}` });
}

function inTrouble(result: StsTrouble["result"], detail: string): Found {
  return { kind: "trouble", trouble: { result, detail: plain(detail) } };
}

const gone: StsTrouble = {
  result: "sts-policy-fetch-error",
  detail: "the TXT record is gone; the kept policy counts until it expires",
};
const busy: StsFact = { kind: "unreadable", detail: "too many MTA-STS policies are being fetched at once" };
const closing: StsFact = { kind: "unreadable", detail: "the relay is stopping" };
