/**
 * One attempt at one delivery: gather the facts, let the plan decide, carry it out host by host, and say what became of
 * each recipient. Nothing is decided here that weakens a hop: the plan names the least that each host must prove, `tls`
 * makes the channel that proves it, and the SMTP session sends over nothing else.
 *
 * A recipient is `open` until a host has answered for it or the whole attempt has run dry. A host that cannot be reached, or
 * that does not prove itself, leaves its recipients open for the next host; an answer to RCPT or to the content settles.
 */
import {
  formatAddress,
  limits,
  replyClass,
  tlsResultType,
  unreachable,
  type BounceReason,
  type Clock,
  type DeferReason,
  type Instant,
  type Level,
  type Log,
  type MailEvent,
  type Metrics,
  type Net,
  type ProofKind,
  type Random,
  type SessionObservation,
  type SmtpReply,
  type TlsFault,
} from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import {
  failuresBefore,
  gather,
  plan,
  updateHistory,
  type DeliveryHistory,
  type Facts,
  type GatherSettings,
  type LearningMemory,
  type PlannedHost,
  type StsSource,
} from "../policy/index.ts";
import type { Lease, QueuedRecipient, RecipientState } from "../queue/index.ts";
import {
  openSession,
  type OutgoingMessage,
  type RecipientResult,
  type SessionFailure,
  type SmtpSession,
} from "../smtp/index.ts";
import { requirementKey } from "../tls/index.ts";
import { DryRun, type DryRunResult } from "./dryrun.ts";
import type { LaneSignal } from "./lane.ts";
import type { Pooled, SessionPool } from "./pool.ts";
import type { DeliverySettings } from "./settings.ts";

/** Why a recipient could not be served in this attempt. */
export type Problem =
  | {
      readonly kind: "defer";
      readonly reason: DeferReason;
      readonly forSafety: boolean;
      readonly host?: string;
      readonly fault?: TlsFault;
      readonly reply?: SmtpReply;
    }
  | {
      readonly kind: "bounce";
      readonly reason: BounceReason;
      readonly host?: string;
      readonly fault?: TlsFault;
      readonly reply?: SmtpReply;
      /** For `lifetime-over`: what it had waited for. */
      readonly after?: DeferReason;
    };

export interface DeliveredNow {
  readonly host: string;
  readonly level: Level;
  readonly proof: ProofKind;
  readonly reply: SmtpReply;
  /** The peer has taken over the duty to report success (RFC 3461 §5.2.2). */
  readonly peerHasDsn: boolean;
}

/** What one recipient's part of an attempt came to. */
export interface RecipientOutcome {
  readonly recipient: QueuedRecipient;
  readonly state: RecipientState;
  /** Absent if delivered now or settled before. */
  readonly problem?: Problem;
  readonly delivered?: DeliveredNow;
}

export interface AttemptResult {
  readonly outcomes: readonly RecipientOutcome[];
  readonly history: DeliveryHistory;
  readonly signal: LaneSignal;
  /** The content was sent whole at least once and its final reply was lost. */
  readonly contentMayHaveArrived: boolean;
}

export interface AttemptDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly resolver: Resolver;
  readonly sts: StsSource;
  readonly memory: LearningMemory;
  readonly observe?: (observation: SessionObservation) => void;
  readonly onDryRun?: (result: DryRunResult) => void;
  /** Who opens sessions; default: `smtp` does. */
  readonly openSession?: typeof openSession;
  readonly pool: SessionPool;
  readonly settings: DeliverySettings;
  readonly gatherSettings: GatherSettings;
  readonly signal: AbortSignal;
}

/** A recipient being worked on. */
interface Slot {
  readonly recipient: QueuedRecipient;
  state: RecipientState;
  problem: Problem | undefined;
  delivered: DeliveredNow | undefined;
  /** True: another host may still take it in this attempt. */
  open: boolean;
}

interface Run {
  readonly deps: AttemptDeps;
  readonly lease: Lease;
  readonly slots: readonly Slot[];
  readonly facts: Facts;
  readonly dryRun: DryRun | undefined;
  readonly tell: (event: MailEvent) => void;
  history: DeliveryHistory;
  signal: LaneSignal;
  contentMayHaveArrived: boolean;
}

export async function attempt(
  given: AttemptDeps,
  lease: Lease,
  history: DeliveryHistory,
  tell: (event: MailEvent) => void,
): Promise<AttemptResult> {
  const { delivery } = lease;
  const { observe: _, ...unobserved } = given;
  // RFC 8460 §3: the sessions that carry our reports are not reported on; such reports would beget each other for ever.
  const deps: AttemptDeps = delivery.envelope.purpose === "tls-report" ? unobserved : given;
  const slots = delivery.recipients.map((recipient): Slot => ({
    recipient,
    state: recipient.state,
    problem: undefined,
    delivered: undefined,
    open: recipient.state.kind === "pending",
  }));
  const facts = await gather(deps, deps.gatherSettings, {
    domain: delivery.domain,
    history,
    message: {
      requireTls: delivery.envelope.requireTls,
      ...(delivery.facts.tlsOptional === true ? { tlsOptional: true } : {}),
    },
  });
  const decided = plan(facts);
  const run: Run = {
    deps,
    lease,
    slots,
    facts,
    dryRun: facts.enforce === "report" ? new DryRun(facts) : undefined,
    tell,
    history,
    signal: "neutral",
    contentMayHaveArrived: false,
  };
  for (const note of decided.notes) tell(note);
  if (deps.observe !== undefined) {
    for (const failure of failuresBefore(facts)) deps.observe({ at: facts.now, ...failure });
  }
  switch (decided.kind) {
    case "bounce":
      settleOpen(run, { kind: "bounce", reason: decided.reason });
      break;
    case "defer":
      settleOpen(run, { kind: "defer", reason: decided.reason, forSafety: decided.forSafety });
      break;
    case "try":
      await tryHosts(run, decided.hosts);
      break;
    default:
      unreachable(decided);
  }
  learn(run);
  return {
    outcomes: slots.map((slot) => ({
      recipient: slot.recipient,
      state: slot.state,
      ...(slot.problem === undefined || slot.state.kind === "delivered" ? {} : { problem: slot.problem }),
      ...(slot.delivered === undefined ? {} : { delivered: slot.delivered }),
    })),
    history: run.history,
    signal: run.signal,
    contentMayHaveArrived: run.contentMayHaveArrived,
  };
}

/** What this attempt says about the policies and the memory that it was held to. */
function learn({ deps, facts, slots, dryRun }: Run): void {
  const isUnproven = slots.some(
    ({ problem, state }) => state.kind === "pending" && problem?.kind === "defer" && problem.forSafety,
  );
  // STS-4: the hosts may have moved, and the policy with them.
  if (isUnproven && facts.sts.kind === "policy") deps.sts.recheck(facts.domain);
  if (dryRun !== undefined) deps.onDryRun?.(dryRun.result());
}

function settleOpen(run: Run, problem: Problem): void {
  for (const slot of run.slots) {
    if (!slot.open) continue;
    slot.open = false;
    slot.problem = problem;
  }
}

async function tryHosts(run: Run, hosts: readonly PlannedHost[]): Promise<void> {
  let reached = false;
  for (const host of hosts) {
    if (!run.slots.some((slot) => slot.open)) break;
    if (run.deps.signal.aborted) {
      noteProblem(run, { kind: "defer", reason: "our-side", forSafety: false });
      break;
    }
    reached = (await tryHost(run, host)) || reached;
  }
  if (!reached) run.signal = "unreachable";
}

/** Returns whether the host could be connected to. */
async function tryHost(run: Run, host: PlannedHost): Promise<boolean> {
  const key = `${run.lease.delivery.domain} ${host.port} ${requirementKey(host)}`;
  const idle = run.deps.pool.take(key);
  if (idle !== undefined) {
    run.tell({ code: "reused", host: host.host, address: idle.session.remote.address, level: idle.session.level });
    run.dryRun?.met(host, idle.session.level, idle.session.watched?.fault);
    if ((await sendAll(run, host, key, idle)) !== "stale") return true;
  }
  const opened = await (run.deps.openSession ?? openSession)(run.deps, {
    requirement: host,
    addresses: host.addresses,
    port: host.port,
    ehloName: run.deps.settings.heloName,
    onEvent: run.tell,
    signal: run.deps.signal,
  });
  if (!opened.ok) {
    noteSessionFailure(run, host, opened.error);
    return opened.error.kind !== "connect";
  }
  const { value: session } = opened;
  const seen =
    session.watched ?? (session.level === "cleartext" ? { fault: "starttls-missing" as const, detail: "" } : undefined);
  observe(run, host, seen, session);
  run.dryRun?.met(host, session.level, session.watched?.fault);
  await sendAll(run, host, key, { session: opened.value, carried: 0 });
  return true;
}

/** RPT-1, trap 31: one session, one observation, however many messages it carries. */
function observe(
  { deps, lease }: Run,
  host: PlannedHost,
  failure: { readonly fault: TlsFault; readonly detail: string } | undefined,
  session?: Pick<SmtpSession, "remote" | "local">,
): void {
  deps.observe?.({
    at: deps.clock.now(),
    domain: lease.delivery.domain,
    policy: host.reported,
    host: host.host,
    ...(session === undefined ? {} : { address: session.remote.address, local: session.local.address }),
    result: failure === undefined ? "success" : tlsResultType(failure.fault),
    ...(failure === undefined ? {} : { detail: `${failure.fault}: ${failure.detail}` }),
  });
}

/**
 * Sends to every open recipient over one connection, in transactions of bounded size.
 * @returns `stale` if a reused connection turned out to be dead before it took anything: then a fresh one is due
 */
async function sendAll(run: Run, host: PlannedHost, key: string, pooled: Pooled): Promise<"done" | "stale"> {
  const { session } = pooled;
  const wasReused = pooled.carried > 0;
  for (;;) {
    const batch = run.slots.filter((slot) => slot.open).slice(0, limits.recipientsPerTransactionMax);
    if (batch.length === 0) {
      run.deps.pool.put(key, pooled);
      return "done";
    }
    const result = await session.send(outgoing(run.lease, batch), run.tell);
    if (wasReused && isStale(result.recipients)) {
      session.destroy();
      return "stale";
    }
    pooled.carried += 1;
    const now = run.deps.clock.now();
    batch.forEach((slot, index) => {
      const answer = result.recipients[index];
      if (answer !== undefined) applyResult(run, host, pooled, slot, answer, now);
    });
    noteDelivered(run, batch);
    if (!result.reusable) {
      void session.quit();
      return "done";
    }
    // Recipients left open here were refused by this host for a reason that another host may not share.
    if (batch.some((slot) => slot.open)) {
      run.deps.pool.put(key, pooled);
      return "done";
    }
  }
}

function isStale(results: readonly RecipientResult[]): boolean {
  return results.every(
    (result) => result.kind === "lost" && !result.afterData && (result.why === "closed" || result.why === "reset"),
  );
}

function applyResult(
  run: Run,
  host: PlannedHost,
  pooled: Pooled,
  slot: Slot,
  result: RecipientResult,
  now: Instant,
): void {
  switch (result.kind) {
    case "delivered":
      slot.open = false;
      slot.state = { kind: "delivered", at: now, level: pooled.session.level, host: host.host };
      slot.delivered = {
        host: host.host,
        level: pooled.session.level,
        proof: provenBy(host, pooled.session.level),
        reply: result.reply,
        peerHasDsn: pooled.session.capabilities.dsn,
      };
      run.signal = "ok";
      return;
    case "refused": {
      const permanent = replyClass(result.reply) === "permanent";
      // 421 is about the connection, not about the recipient: another host may take it.
      slot.open = result.reply.code === 421;
      if (slot.open) run.signal = "strained";
      slot.problem = permanent
        ? { kind: "bounce", reason: "peer-rejected", host: host.host, reply: result.reply }
        : { kind: "defer", reason: "peer-deferred", forSafety: false, host: host.host, reply: result.reply };
      return;
    }
    case "cannot":
      slot.problem = { kind: "bounce", reason: result.why, host: host.host };
      return;
    case "lost":
      run.signal = "strained";
      if (result.afterData) run.contentMayHaveArrived = true;
      // Once the content was sent whole, another host would mean a second copy: wait instead.
      slot.open = !result.afterData;
      slot.problem = {
        kind: "defer",
        reason: result.why === "protocol-error" ? "protocol-error" : "connection-lost",
        forSafety: false,
        host: host.host,
      };
      return;
    default:
      unreachable(result);
  }
}

/** One event for all recipients that one reply delivered. */
function noteDelivered(run: Run, batch: readonly Slot[]): void {
  const slots = batch.filter((slot) => slot.delivered !== undefined);
  const first = slots[0]?.delivered;
  if (first === undefined) return;
  // MEM-1 counts deliveries, and one reply is one, however many recipients it is for.
  run.deps.memory.delivered(run.lease.delivery.domain, first.host, first.level);
  const { peerHasDsn: _, ...hop } = first;
  run.tell({ code: "delivered", recipients: slots.map((slot) => formatAddress(slot.recipient.address)), ...hop });
}

/** What the level that a hop came to rests on. */
function provenBy(host: PlannedHost, level: Level): ProofKind {
  switch (level) {
    case "authenticated":
      return host.proof.kind;
    case "encrypted":
      return "any-tls";
    case "cleartext":
      return "none";
  }
}

function noteSessionFailure(run: Run, host: PlannedHost, failure: SessionFailure): void {
  switch (failure.kind) {
    case "connect":
      noteProblem(run, {
        kind: "defer",
        reason: failure.fault === "resources" ? "our-side" : "unreachable",
        forSafety: false,
        host: host.host,
      });
      return;
    case "unproven":
      run.history = updateHistory(run.history, host.host, failure, run.deps.clock.now());
      observe(run, host, failure);
      run.deps.memory.fellShort(run.lease.delivery.domain, host.host, host.level, failure.fault);
      noteProblem(run, unprovenProblem(host, failure));
      return;
    case "refused":
      run.signal = "strained";
      // A 5xx before TLS is anyone's to forge, and one in a banner is about this host alone: never permanent (trap 23).
      noteProblem(run, {
        kind: "defer",
        reason: "peer-deferred",
        forSafety: false,
        host: host.host,
        reply: failure.reply,
      });
      return;
    case "lost":
      run.signal = "strained";
      noteProblem(run, {
        kind: "defer",
        reason: failure.why === "protocol-error" ? "protocol-error" : "connection-lost",
        forSafety: false,
        host: host.host,
      });
      return;
    default:
      unreachable(failure);
  }
}

function unprovenProblem(host: PlannedHost, failure: Extract<SessionFailure, { kind: "unproven" }>): Problem {
  const { fault, reply } = failure;
  const seen = { host: host.host, fault, ...(reply === undefined ? {} : { reply }) };
  if (fault === "requiretls-missing") return { kind: "bounce", reason: "requiretls-unsupported", ...seen };
  if (host.isLastChance === true) return { kind: "bounce", reason: "suspected-downgrade", ...seen };
  return { kind: "defer", reason: "unproven", forSafety: true, ...seen };
}

/** Keeps the most telling problem: one of safety is not overwritten by a later host that was merely unreachable. */
function noteProblem(run: Run, problem: Problem): void {
  for (const slot of run.slots) {
    if (!slot.open) continue;
    const keep = slot.problem !== undefined && slot.problem.kind === "defer" && slot.problem.forSafety;
    if (!keep || (problem.kind === "defer" && problem.forSafety)) slot.problem = problem;
  }
}

function outgoing(lease: Lease, batch: readonly Slot[]): OutgoingMessage {
  const { envelope, facts } = lease.delivery;
  const needsUtf8 =
    envelope.smtpUtf8 &&
    (facts.headerHas8bit ||
      envelope.from?.needsUtf8 === true ||
      batch.some((slot) => slot.recipient.address.needsUtf8));
  return {
    from: envelope.from,
    recipients: batch.map((slot) => slot.recipient),
    size: facts.size,
    has8bit: facts.has8bit,
    longestLine: facts.longestLine,
    needsUtf8,
    requireTls: envelope.requireTls,
    ...(envelope.ret === undefined ? {} : { ret: envelope.ret }),
    ...(envelope.envid === undefined ? {} : { envid: envelope.envid }),
    inline: lease.inline,
    content: () => lease.content(),
  };
}
