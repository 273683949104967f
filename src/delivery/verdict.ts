/** What an attempt means for the message: pure, between what happened and what is written down. */
import { formatAddress, unreachable, type Instant, type MailEvent, type Random } from "../base/index.ts";
import type { Delivery, RecipientState } from "../queue/index.ts";
import type { Problem, RecipientOutcome } from "./attempt.ts";
import type { Memo } from "./memo.ts";
import { noticeDueAt } from "./notices.ts";
import { nextAttemptAt } from "./retry.ts";
import type { DeliverySettings } from "./settings.ts";

export interface Judgement {
  readonly settings: DeliverySettings;
  readonly random: Random;
  readonly memo: Memo;
  readonly now: Instant;
}

/** What has run out of time comes back; what has not is due again, in time for the notice that its sender is to get. */
export function judge(
  delivery: Delivery,
  attempted: readonly RecipientOutcome[],
  { settings, random, memo, now }: Judgement,
): { readonly outcomes: readonly RecipientOutcome[]; readonly retryAt: Instant } {
  const { receivedAt } = delivery.envelope;
  const giveUpAt = receivedAt + settings.lifetimeMs;
  const outcomes = now < giveUpAt ? attempted : attempted.map(expire);
  const forSafety = outcomes.some(({ problem }) => problem?.kind === "defer" && problem.forSafety);
  const noticeAt = memo.delayNoticed ? Infinity : noticeDueAt(settings, receivedAt, forSafety);
  const backOffUntil = nextAttemptAt(now, delivery.attempts + 1, settings, random);
  return { outcomes, retryAt: Math.min(backOffUntil, ...[giveUpAt, noticeAt].filter((at) => at > now)) };
}

/** A message past its lifetime comes back, whatever it was still waiting for. */
function expire(outcome: RecipientOutcome): RecipientOutcome {
  const { problem } = outcome;
  if (outcome.state.kind !== "pending" || problem?.kind !== "defer") return outcome;
  return {
    ...outcome,
    problem: {
      kind: "bounce",
      reason: "lifetime-over",
      after: problem.reason,
      ...(problem.host === undefined ? {} : { host: problem.host }),
      ...(problem.fault === undefined ? {} : { fault: problem.fault }),
      ...(problem.reply === undefined ? {} : { reply: problem.reply }),
    },
  };
}

export function stateAfter(outcome: RecipientOutcome, now: Instant): RecipientState {
  if (outcome.state.kind !== "pending" || outcome.problem?.kind !== "bounce") return outcome.state;
  return { kind: "bounced", at: now, reason: outcome.problem.reason };
}

/** For what would come back, if its sender cannot be told. */
export function stayWaiting(outcome: RecipientOutcome): RecipientOutcome {
  if (outcome.problem?.kind !== "bounce") return outcome;
  return { ...outcome, problem: { kind: "defer", reason: "our-side", forSafety: false } };
}

/** One event for all recipients that share a problem. */
export function problemEvents(
  delivery: Delivery,
  outcomes: readonly RecipientOutcome[],
  retryAt: Instant,
): readonly MailEvent[] {
  const groups = new Map<Problem, string[]>();
  const byText = new Map<string, Problem>();
  for (const { problem, recipient, state } of outcomes) {
    if (problem === undefined || state.kind !== "pending") continue;
    const text = JSON.stringify(problem);
    const shared = byText.get(text) ?? problem;
    byText.set(text, shared);
    const group = groups.get(shared) ?? [];
    group.push(formatAddress(recipient.address));
    groups.set(shared, group);
  }
  const { domain } = delivery;
  return [...groups].map(([problem, recipients]): MailEvent => {
    switch (problem.kind) {
      case "defer": {
        const { kind: _, ...why } = problem;
        return { code: "deferred", recipients, domain, retryAt, ...why };
      }
      case "bounce": {
        const { kind: _, ...why } = problem;
        return { code: "bounced", recipients, domain, ...why };
      }
      default:
        return unreachable(problem);
    }
  });
}
