/**
 * What the sender is told: that a message came back, that it waits, or, where it was asked for, that it has arrived
 * (RFC 3461, DSN-1 to DSN-3). A notice is a message like any other: it is accepted by the same queue, before the outcome
 * that it tells of is settled. A crash in between tells the sender twice, never not at all.
 */
import type { Instant, MailEvent, MessageId, Metrics, Random, StoryEntry } from "../base/index.ts";
import { buildReport, describeOriginal, readHeaderSection, type Report } from "../mime/index.ts";
import type { Lease, Queue } from "../queue/index.ts";
import {
  bounceNotice,
  createWords,
  delayNotice,
  redactedNotice,
  reportRecipient,
  successNotice,
  type Delayed,
  type Delivered,
  type Exposure,
  type Failed,
  type Notice,
  type NoticeFacts,
  type NoticeRecipient,
  type Words,
} from "../words/index.ts";
import type { RecipientOutcome } from "./attempt.ts";
import type { DeliverySettings } from "./settings.ts";

export interface NoticeDeps {
  readonly random: Random;
  readonly metrics: Metrics;
  readonly queue: Pick<Queue, "receive">;
  readonly settings: DeliverySettings;
}

export interface NoticeRequest {
  readonly lease: Lease;
  /** As they will be settled. */
  readonly outcomes: readonly RecipientOutcome[];
  readonly now: Instant;
  readonly retryAt: Instant;
  readonly exposure: Exposure;
  /** The sender was told of a delay before. */
  readonly delayNoticed: boolean;
}

export interface NoticesSent {
  /** For the story of the message that the notices are about. */
  readonly events: readonly MailEvent[];
  readonly delayNoticed: boolean;
}

/** Rejects with QueueError if a notice could not be made durable; then the outcome must not be settled as final. */
export async function sendNotices(deps: NoticeDeps, request: NoticeRequest): Promise<NoticesSent> {
  const { envelope } = request.lease.delivery;
  const redacted = await sendRedacted(deps, request);
  if (redacted.length > 0) return { events: redacted, delayNoticed: request.delayNoticed };
  const due = sortOut(request);
  const delayIsDue =
    due.delayed.length > 0 &&
    !request.delayNoticed &&
    request.now >= delayNoticeAt(deps.settings, request, due.delayed);
  if (due.failed.length + due.delivered.length === 0 && !delayIsDue) {
    return { events: due.suppressed, delayNoticed: request.delayNoticed };
  }
  if (envelope.from === null) {
    // RFC 5321 §4.5.5, DSN-1: no report on a report.
    const events: MailEvent[] = due.failed.length > 0 ? [{ code: "bounce-suppressed", why: "null-sender" }] : [];
    return { events, delayNoticed: request.delayNoticed };
  }
  const events: MailEvent[] = [...due.suppressed];
  const writer = await openWriter(deps, request);
  const { failed, delayed, delivered } = due;
  if (failed.length > 0) {
    const notice = bounceNotice(writer.words, { ...writer.about, recipients: failed });
    events.push({ code: "bounce-sent", message: await writer.send("bounce", notice, failed) });
  }
  if (delayIsDue) {
    const times = { retryAt: request.retryAt, giveUpAt: writer.giveUpAt };
    const notice = delayNotice(writer.words, { ...writer.about, recipients: delayed, ...times });
    events.push({ code: "delay-notice-sent", message: await writer.send("delay", notice, delayed) });
  }
  if (delivered.length > 0) {
    const notice = successNotice(writer.words, { ...writer.about, recipients: delivered });
    await writer.send("success", notice, delivered);
  }
  return { events, delayNoticed: request.delayNoticed || delayIsDue };
}

/**
 * A notice about REQUIRETLS mail demands REQUIRETLS itself, and so may not get back (RFC 8689 §5: it "will be lost" unless redacted). In its
 * place goes one that tells nothing of the message but that there is something to know, and where to ask (trap 30).
 */
async function sendRedacted(deps: NoticeDeps, { lease, outcomes, now }: NoticeRequest): Promise<readonly MailEvent[]> {
  const { envelope, facts, message } = lease.delivery;
  if (envelope.purpose !== "notice" || !envelope.requireTls) return [];
  const { hostname, languageOf } = deps.settings;
  const lost = outcomes.filter(
    ({ problem }) => problem?.kind === "bounce" && problem.reason === "requiretls-unsupported",
  );
  const events: MailEvent[] = [];
  for (const { recipient } of lost) {
    const to = recipient.address;
    const language = languageOf({ from: to });
    const report = buildReport({
      hostname,
      to,
      ...redactedNotice(createWords(language), { hostname, queueId: message }),
      language,
      now,
      random: deps.random,
      recipients: [],
      original: {
        queueId: message,
        envelope: { ret: "headers", requireTls: false, receivedAt: envelope.receivedAt },
        facts,
        header: { fields: [], raw: new Uint8Array(), complete: true },
        content: () => lease.content(),
      },
    });
    events.push({ code: "bounce-sent", message: await accept(deps, report, about(message, now)) });
  }
  return events;
}

function about(message: MessageId, now: Instant): StoryEntry {
  return { at: now, event: { code: "notice-about", message, kind: "bounce" } };
}

/** DSN-3: when the sender is to hear that a message waits; sooner if it waits for safety. */
export function noticeDueAt(settings: DeliverySettings, receivedAt: Instant, forSafety: boolean): Instant {
  return receivedAt + (forSafety ? settings.delayNoticeSafetyMs : settings.delayNoticeMs);
}

function delayNoticeAt(
  settings: DeliverySettings,
  { lease }: NoticeRequest,
  delayed: readonly NoticeRecipient<Delayed>[],
): Instant {
  const forSafety = delayed.some(({ outcome }) => outcome.forSafety);
  return noticeDueAt(settings, lease.delivery.envelope.receivedAt, forSafety);
}

interface Due {
  readonly failed: readonly NoticeRecipient<Failed>[];
  readonly delayed: readonly NoticeRecipient<Delayed>[];
  readonly delivered: readonly NoticeRecipient<Delivered>[];
  readonly suppressed: readonly MailEvent[];
}

/** Who wants to hear what (RFC 3461 §4.1). */
function sortOut({ outcomes }: NoticeRequest): Due {
  const failed: NoticeRecipient<Failed>[] = [];
  const delayed: NoticeRecipient<Delayed>[] = [];
  const delivered: NoticeRecipient<Delivered>[] = [];
  let unwanted = false;
  for (const outcome of outcomes) {
    const { recipient, problem } = outcome;
    const named = {
      address: recipient.address,
      ...(recipient.orcpt === undefined ? {} : { orcpt: recipient.orcpt }),
    };
    if (outcome.delivered !== undefined) {
      const { peerHasDsn, ...delivery } = outcome.delivered;
      // RFC 3461 §5.2.2: a next hop that knows DSN reports success itself.
      if (!peerHasDsn && wants(recipient, "success", false))
        delivered.push({ ...named, outcome: { kind: "delivered", ...delivery } });
    } else if (problem?.kind === "bounce") {
      const { kind: _, ...why } = problem;
      if (wants(recipient, "failure", true)) failed.push({ ...named, outcome: { kind: "failed", ...why } });
      else unwanted = true;
    } else if (problem?.kind === "defer" && wants(recipient, "delay", true)) {
      const { kind: _, ...why } = problem;
      delayed.push({ ...named, outcome: { kind: "delayed", ...why } });
    }
  }
  return { failed, delayed, delivered, suppressed: unwanted ? [{ code: "bounce-suppressed", why: "notify" }] : [] };
}

function wants(
  { notify }: RecipientOutcome["recipient"],
  what: "success" | "failure" | "delay",
  unlessSaid: boolean,
): boolean {
  if (notify === undefined) return unlessSaid;
  return notify !== "never" && notify.includes(what);
}

interface Writer {
  readonly words: Words;
  readonly about: Omit<NoticeFacts<Failed>, "recipients">;
  /** When the message comes back if it cannot be delivered until then. */
  readonly giveUpAt: Instant;
  /** Has a notice accepted; its id. */
  send(
    kind: "bounce" | "delay" | "success",
    notice: Notice,
    recipients: readonly NoticeRecipient<Failed | Delayed | Delivered>[],
  ): Promise<MessageId>;
}

async function openWriter(deps: NoticeDeps, { lease, now, exposure }: NoticeRequest): Promise<Writer> {
  const { settings, random } = deps;
  const { hostname } = settings;
  const { envelope, facts, message } = lease.delivery;
  const { from, receivedAt } = envelope;
  if (from === null) throw new TypeError("the null sender is never told anything");
  const header = await readHeaderSection(lease.content());
  const language = settings.languageOf(envelope);
  const giveUpAt = receivedAt + settings.lifetimeMs;
  return {
    words: createWords(language),
    about: { hostname, queueId: message, receivedAt, now, original: describeOriginal(header), exposure },
    giveUpAt,
    send: (kind, notice, recipients) =>
      accept(
        deps,
        buildReport({
          hostname,
          to: from,
          ...notice,
          language,
          now,
          random,
          recipients: recipients.map((recipient) => reportRecipient(recipient, now, giveUpAt)),
          original: { queueId: message, envelope, facts, header, content: () => lease.content() },
        }),
        { at: now, event: { code: "notice-about", message, kind } },
      ),
  };
}

async function accept({ queue, metrics }: NoticeDeps, report: Report, about: StoryEntry): Promise<MessageId> {
  const incoming = queue.receive();
  try {
    for await (const chunk of report.content) await incoming.write(chunk);
    const facts = report.measured();
    const event = {
      code: "accepted",
      from: "",
      recipients: 1,
      size: facts.size,
      via: "internal",
      client: "",
    } as const satisfies MailEvent;
    await incoming.commit(report.envelope, facts, { dueAt: about.at, events: [{ at: about.at, event }, about] });
  } catch (error) {
    await incoming.abort().catch(() => {});
    throw error;
  }
  metrics.count("surehop_accepted_total", { via: "internal" });
  return incoming.id;
}
