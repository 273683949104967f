/**
 * The daily report (RFC 8460 §4 and §5, RPT-1): who wants one, and its way there.
 *
 *   midnight ─► planned ─(jitter)─► does the domain want reports? ──no──► done
 *                  ▲  │                          │ yes: the report is put down, with its targets
 *                  └──┘ DNS failed               ▼
 *                                             sending ──every target has it, or has failed──► done
 *
 *   a target     waiting ──POST──► delivered                 https:
 *                   ▲  └──► handing ──► queued ──► delivered  mailto: by our own queue
 *                   └─ failed for now, tried again with growing waits; after a day `failed`
 *
 * What each state promises. `planned`: a domain has at most one report for a day, under one report-id, at a time that a restart does
 * not change. `sending`: what is sent is fixed. `handing`: the mail's name in the queue is on disk before the queue has it, so that
 * after a crash the queue itself can say whether it took it: no report goes twice by mail. By HTTPS it goes again, under the
 * same report-id, only if the process died between the server's answer and the disk.
 */
import type {
  Clock,
  DomainName,
  Envelope,
  Instant,
  Log,
  MailAddress,
  MailEvent,
  Metrics,
  Random,
  Timer,
} from "../base/index.ts";
import { parseDomain } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import { ContentMeter } from "../mime/index.ts";
import type { Queue } from "../queue/index.ts";
import { createWords, defaultLanguage } from "../words/index.ts";
import type { CountStore } from "./counts.ts";
import { dayOf, endOf, type UtcDay } from "./day.ts";
import { packDocument, reportDocument, reportFilename } from "./document.ts";
import { reportLetter, signLetter, type DkimKey } from "./letter.ts";
import { reportLimits } from "./limits.ts";
import type { Outcome, Outgoing, OutgoingStore, SendFault, SentTo, TargetState } from "./outgoing.ts";
import type { Post } from "./poster.ts";
import { readRecords, recordName, targetText, type ReportRecord } from "./record.ts";

export interface SenderSettings {
  readonly organization: string;
  readonly contact: MailAddress;
  /** The sender of reports by mail. */
  readonly from: MailAddress;
  /** Absent: no report goes by mail. */
  readonly dkim?: DkimKey;
}

export interface SenderDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly resolver: Pick<Resolver, "txt">;
  readonly queue: Pick<Queue, "receive" | "show" | "delete">;
  readonly post: Post;
  readonly store: Pick<CountStore, "counted" | "countedDays" | "countedDomains" | "forgetCounts"> & OutgoingStore;
}

export interface ReportSender {
  /** Resolves when what is under way has ended; a POST under way is broken off and comes again. */
  close(): Promise<void>;
}

const wakeMinMs = 1_000;
const wakeMaxMs = 3_600_000;
/** After a disk that failed. */
const troubleWaitMs = 60_000;

export function startSender(deps: SenderDeps, settings: SenderSettings): ReportSender {
  const sender = new DailySender(deps, settings);
  sender.wake();
  return sender;
}

class DailySender implements ReportSender {
  readonly #deps: SenderDeps;
  readonly #settings: SenderSettings;
  readonly #planned = new Set<UtcDay>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #timer: Timer | undefined;
  #isKeyMissed = false;

  constructor(deps: SenderDeps, settings: SenderSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await Promise.all(this.#active.values());
  }

  /** Plans what is over, begins what is due, and comes back when something else will be. */
  wake(): void {
    this.#timer?.cancel();
    if (this.#stop.signal.aborted) return;
    try {
      this.#planDays();
      this.#begin();
      this.#sleep();
    } catch (error) {
      this.#deps.log.warn("TLS reports cannot be looked after", { error: String(error) });
      this.#timer = this.#deps.clock.after(troubleWaitMs, () => this.wake());
    }
  }

  #sleep(): void {
    const now = this.#deps.clock.now();
    const nextDay = endOf(dayOf(now)) + reportLimits.dayCloseMs;
    const isFull = this.#active.size >= reportLimits.sendingAtOnceMax;
    const nextDue = isFull ? undefined : this.#deps.store.nextDue();
    const at = Math.min(nextDay, nextDue ?? Infinity);
    const waitMs = Math.min(wakeMaxMs, Math.max(wakeMinMs, at - now));
    this.#timer = this.#deps.clock.after(waitMs, () => this.wake());
  }

  /** RFC 8460 §4.1: a day that is over, each of its domains at a time of its own. */
  #planDays(): void {
    const { clock, store } = this.#deps;
    const now = clock.now();
    const tooOld = dayOf(now - reportLimits.countsKeptMs);
    for (const day of store.countedDays(dayOf(now))) {
      if (this.#planned.has(day) || now < endOf(day) + reportLimits.dayCloseMs || day < tooOld) continue;
      this.#planDay(day);
      this.#planned.add(day);
      store.forgetCounts(tooOld);
      store.forgetOutgoing(dayOf(now - reportLimits.sentKeptMs));
    }
    for (const day of this.#planned) if (day < tooOld) this.#planned.delete(day);
  }

  #planDay(day: UtcDay): void {
    const { store, random } = this.#deps;
    for (let after = ""; ;) {
      const domains = store.countedDomains(day, after, reportLimits.planPageMax);
      const reports = domains.map((domain) => ({
        day,
        domain,
        reportId: this.#newReportId(day),
        dueAt: endOf(day) + reportLimits.dayCloseMs + Math.floor(random.fraction() * reportLimits.jitterMaxMs),
      }));
      store.plan(reports);
      if (domains.length < reportLimits.planPageMax) return;
      after = domains.at(-1) ?? after;
    }
  }

  /** Fit for a Subject (RFC 8460 §5.3): `left@right`. */
  #newReportId(day: UtcDay): string {
    const token = Buffer.from(this.#deps.random.bytes(12)).toString("hex");
    return `${day.replaceAll("-", "")}.${token}@${this.#settings.contact.domain}`;
  }

  #begin(): void {
    const { clock, store, log } = this.#deps;
    const room = reportLimits.sendingAtOnceMax - this.#active.size;
    if (room <= 0) return;
    for (const report of store.due(clock.now(), room + this.#active.size)) {
      if (this.#active.has(report.reportId) || this.#active.size >= reportLimits.sendingAtOnceMax) continue;
      const work = this.#carryOn(report)
        .catch((error: unknown) => {
          log.warn("a TLS report could not be looked after", { domain: report.domain, error: String(error) });
          this.#postpone(report);
        })
        .then(() => {
          this.#active.delete(report.reportId);
          this.wake();
        });
      this.#active.set(report.reportId, work);
    }
  }

  /** So that what fails in an unforeseen way does not fail at once again. */
  #postpone(report: Outgoing): void {
    try {
      this.#deps.store.postpone(report.reportId, this.#deps.clock.now() + reportLimits.retryFirstMs);
    } catch {
      // The disk fails: the report stays due, and `wake` tells.
    }
  }

  async #carryOn(report: Outgoing): Promise<void> {
    const { state } = report;
    switch (state.kind) {
      case "planned":
        return this.#ask(report, state.attempts);
      case "sending":
        return this.#send(report);
      case "done":
        return undefined;
    }
  }

  /** RFC 8460 §3. */
  async #ask(report: Outgoing, attempts: number): Promise<void> {
    const { clock, store } = this.#deps;
    const firstAt = report.firstAt ?? clock.now();
    const record = await this.#record(report.domain);
    if (this.#stop.signal.aborted) return;
    const now = clock.now();
    if (record === undefined) {
      const dueAt = this.#nextTry(firstAt, attempts, now);
      if (dueAt === undefined) return this.#finish(report, "dns");
      return store.save({ ...report, firstAt, dueAt, state: { kind: "planned", attempts: attempts + 1 } });
    }
    if (record.kind === "unwanted") return this.#finish(report, "unwanted");
    if (record.kind === "invalid") return this.#finish(report, record.why);
    if (record.targets.length === 0) return this.#finish(report, "no-way");
    const { organization, contact } = this.#settings;
    const { day, domain, reportId } = report;
    const counted = store.counted(day, domain);
    const sending: Outgoing = {
      ...report,
      firstAt,
      dueAt: now,
      state: { kind: "sending" },
      targets: record.targets.map((target) => ({ target, state: { kind: "waiting", dueAt: now, attempts: 0 } })),
      body: packDocument(reportDocument({ organization, contact, reportId, day, domain, counted })),
    };
    store.save(sending);
    return this.#send(sending);
  }

  /** Undefined if the DNS does not tell. */
  async #record(domain: DomainName): Promise<ReportRecord | undefined> {
    const name = parseDomain(recordName(domain));
    if (!name.ok) return { kind: "unwanted", why: "none" };
    const answer = await this.#deps.resolver.txt(name.value);
    switch (answer.kind) {
      case "failure":
        return undefined;
      case "nodata":
      case "nxdomain":
        return { kind: "unwanted", why: "none" };
      case "records":
        return readRecords(answer.records);
    }
  }

  async #send(begun: Outgoing): Promise<void> {
    let report = begun;
    for (const [index, { state }] of begun.targets.entries()) {
      if (this.#stop.signal.aborted) return;
      if (dueOf(state, 0) > this.#deps.clock.now()) continue;
      const save = (next: TargetState): void => {
        const targets = report.targets.map((one, at): SentTo => (at === index ? { ...one, state: next } : one));
        // With nothing left to do it is due at once: to be finished, here or after a restart.
        const dueAt = Math.min(...targets.map((one) => dueOf(one.state, Infinity)));
        report = { ...report, targets, dueAt: Number.isFinite(dueAt) ? dueAt : this.#deps.clock.now() };
        this.#deps.store.save(report);
      };
      await this.#serve(report, index, save);
    }
    if (report.targets.some(({ state }) => dueOf(state, Infinity) !== Infinity)) return;
    const isSent = report.targets.some(({ state }) => state.kind === "delivered");
    this.#finish(report, isSent ? "sent" : "failed");
  }

  async #serve(report: Outgoing, index: number, save: (state: TargetState) => void): Promise<void> {
    const { target, state } = report.targets[index] as SentTo;
    switch (state.kind) {
      case "waiting":
        return target.way === "https"
          ? this.#post(report, target.url, state.attempts, save)
          : this.#hand(report, target.address, state.attempts, save);
      case "handing": {
        const known = await this.#deps.queue.show(state.message);
        const now = this.#deps.clock.now();
        return save(
          known === undefined
            ? { kind: "waiting", dueAt: now, attempts: state.attempts }
            : { kind: "queued", message: state.message, dueAt: now },
        );
      }
      case "queued":
        return this.#follow(report, state, save);
      case "delivered":
      case "failed":
        return undefined;
    }
  }

  /** RFC 8460 §5.4. */
  async #post(report: Outgoing, url: string, attempts: number, save: (state: TargetState) => void): Promise<void> {
    const answer = await this.#deps.post(url, report.body ?? new Uint8Array(), this.#stop.signal);
    if (!answer.ok && this.#stop.signal.aborted) return;
    const now = this.#deps.clock.now();
    if (answer.ok && answer.value >= 200 && answer.value < 300) {
      this.#count("https", "delivered");
      return save({ kind: "delivered", at: now });
    }
    const [fault, detail] = answer.ok
      ? (["status", String(answer.value)] as const)
      : [answer.error.code, answer.error.detail];
    this.#tryLater(report, "https", attempts, fault, detail, save);
  }

  #tryLater(
    report: Outgoing,
    way: "https" | "mailto",
    attempts: number,
    fault: SendFault,
    detail: string,
    save: (state: TargetState) => void,
  ): void {
    const now = this.#deps.clock.now();
    const dueAt = this.#nextTry(report.firstAt ?? now, attempts, now);
    const why = { fault, detail: detail.slice(0, reportLimits.reasonMaxChars) };
    if (dueAt !== undefined) return save({ kind: "waiting", dueAt, attempts: attempts + 1, ...why });
    this.#count(way, fault);
    save({ kind: "failed", at: now, ...why });
  }

  /** By our own queue, as any mail. */
  async #hand(report: Outgoing, to: MailAddress, attempts: number, save: (state: TargetState) => void): Promise<void> {
    const { clock, queue } = this.#deps;
    const now = clock.now();
    const letter = await this.#letter(report, to, now);
    if (typeof letter === "string") {
      this.#count("mailto", letter);
      return save({ kind: "failed", at: now, fault: letter });
    }
    const incoming = queue.receive();
    save({ kind: "handing", message: incoming.id, attempts });
    try {
      const meter = new ContentMeter();
      meter.push(letter);
      await incoming.write(letter);
      // RFC 8689 §3: the header says so too.
      const facts = { ...meter.measured, tlsOptional: true };
      const event: MailEvent = {
        code: "accepted",
        from: fromText(this.#settings.from),
        recipients: 1,
        size: letter.length,
        via: "internal",
        client: "",
      };
      await incoming.commit(envelopeOf(this.#settings.from, to, now), facts, {
        dueAt: now,
        events: [{ at: now, event }],
      });
    } catch (error) {
      await incoming.abort().catch(() => {});
      return this.#tryLater(report, "mailto", attempts, "queue", String(error), save);
    }
    this.#deps.metrics.count("surehop_accepted_total", { via: "internal" });
    save({ kind: "queued", message: incoming.id, dueAt: now + reportLimits.queueLookMs });
  }

  async #letter(report: Outgoing, to: MailAddress, now: Instant): Promise<Uint8Array | "no-key" | "bad-key"> {
    const { dkim, from, contact } = this.#settings;
    if (dkim === undefined) {
      this.#missKey("there is no DKIM key in [reports]");
      return "no-key";
    }
    const { day, domain, reportId } = report;
    const submitter = contact.domain;
    const unique = reportId.replace(/@.*$/, "").replace(/[^A-Za-z0-9]/g, "");
    const text = createWords(defaultLanguage).say("report-letter", { submitter, domain, day, reportId });
    const letter = reportLetter({
      from,
      to,
      submitter,
      domain,
      reportId,
      filename: reportFilename(submitter, domain, day, unique),
      body: report.body ?? new Uint8Array(),
      text,
      language: defaultLanguage,
      now,
    });
    try {
      return await signLetter(letter, dkim, now);
    } catch (error) {
      this.#missKey(String(error));
      return "bad-key";
    }
  }

  /** Said once: every report by mail has the same trouble. */
  #missKey(why: string): void {
    if (!this.#isKeyMissed) this.#deps.log.warn("TLS reports are not sent by mail: they have to be signed", { why });
    this.#isKeyMissed = true;
  }

  async #follow(
    report: Outgoing,
    state: TargetState & { kind: "queued" },
    save: (state: TargetState) => void,
  ): Promise<void> {
    const story = await this.#deps.queue.show(state.message);
    const now = this.#deps.clock.now();
    const failed = (fault: SendFault): void => {
      this.#count("mailto", fault);
      save({ kind: "failed", at: now, fault });
    };
    if (story === undefined) return failed("gone");
    const recipients = story.deliveries.flatMap((delivery) => delivery.recipients);
    const last = recipients.find(({ state: one }) => one.kind !== "pending")?.state;
    if (last?.kind === "delivered") {
      this.#count("mailto", "delivered");
      return save({ kind: "delivered", at: last.at });
    }
    if (last?.kind === "bounced") return failed("bounced");
    // RFC 8460 §5.5: a day, not the days that people's mail is tried for.
    if (now < (report.firstAt ?? now) + reportLimits.tryForMs) {
      return save({ ...state, dueAt: now + reportLimits.queueLookMs });
    }
    await this.#deps.queue.delete(state.message, now, "reports");
    return failed("expired");
  }

  #finish(report: Outgoing, outcome: Outcome): void {
    const { body: _, ...rest } = report;
    const at = this.#deps.clock.now();
    this.#deps.store.save({ ...rest, dueAt: undefined, state: { kind: "done", at, outcome } });
    const failures = report.targets.flatMap(({ target, state }) =>
      state.kind === "failed" ? [`${targetText(target)}: ${state.fault}`] : [],
    );
    const fields = { domain: report.domain, day: report.day, reportId: report.reportId, outcome };
    if (outcome === "unwanted") this.#deps.log.debug("no TLS report is wanted", fields);
    else this.#deps.log.info("TLS report", { ...fields, ...(failures.length === 0 ? {} : { failures }) });
  }

  /** RFC 8460 §5.5: growing waits, for a day from the first attempt. Undefined: that was the last. */
  #nextTry(firstAt: Instant, attempts: number, now: Instant): Instant | undefined {
    const { retryFirstMs, retryMaxMs, tryForMs } = reportLimits;
    const waitMs = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(attempts, 20));
    const until = firstAt + tryForMs;
    if (now >= until) return undefined;
    return Math.min(until, now + Math.floor(waitMs * (0.8 + this.#deps.random.fraction() * 0.4)));
  }

  #count(way: "https" | "mailto", outcome: "delivered" | SendFault): void {
    this.#deps.metrics.count("surehop_reports_sent_total", { way, outcome });
  }
}

/** When a target is to be looked at; `otherwise` when never again. */
function dueOf(state: TargetState, otherwise: Instant): Instant {
  switch (state.kind) {
    case "waiting":
    case "queued":
      return state.dueAt;
    case "handing":
      return 0;
    case "delivered":
    case "failed":
      return otherwise;
  }
}

/** No bounce and no receipt for it: what became of it is read off the queue. */
function envelopeOf(from: MailAddress, to: MailAddress, now: Instant): Envelope {
  return {
    from,
    recipients: [{ address: to, notify: "never" }],
    body: "7bit",
    smtpUtf8: false,
    requireTls: false,
    purpose: "tls-report",
    receivedAt: now,
  };
}

function fromText({ local, domain }: MailAddress): string {
  return `${local}@${domain}`;
}
