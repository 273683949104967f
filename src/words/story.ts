/**
 * Events told to people who know nothing of mail servers: what happened, who could read the message on the hop, what comes
 * next. True to the letter: a sentence claims no more than its event proves.
 */
import {
  unreachable,
  type DeferReason,
  type Level,
  type MailEvent,
  type ProofKind,
  type StoryEntry,
  type TlsFault,
} from "../base/index.ts";
import { tellPlan } from "./plan.ts";
import { safeAddress, safeName, safeQuote, safeReply } from "./safe.ts";
import type { Words } from "./words.ts";

type Event<C extends MailEvent["code"]> = Extract<MailEvent, { readonly code: C }>;

/** One to three sentences, on one line. */
export function tellStory(words: Words, entry: StoryEntry | MailEvent): string {
  const event = "event" in entry ? entry.event : entry;
  switch (event.code) {
    case "accepted":
      return tellAccepted(words, event);
    case "planned":
      return tellPlan(words, event);
    case "host-skipped":
      return words.say(`skipped-${event.why}`, { host: safeName(event.host) });
    case "connected":
      return words.say("connected", place(event));
    case "connect-failed":
      return words.say(`connect-failed-${event.fault}`, place(event));
    case "reused":
      return `${words.say("reused", { host: safeName(event.host) })}${words.say("gap")}${words.say(`hop-${event.level}`)}`;
    case "tls-established":
      return tellTls(words, event);
    case "tls-fault":
      return tellFault(words, event);
    case "would-fail":
      return tellWouldFail(words, event);
    case "cleartext-allowed":
      return words.say("cleartext-allowed", { host: safeName(event.host) });
    case "peer-said":
      return tellReply(words, event);
    case "delivered":
      return tellDelivered(words, event);
    case "deferred":
      return tellDeferred(words, event);
    case "bounced":
      return tellBounced(words, event);
    case "delay-notice-sent":
      return words.say("delay-notice-sent", { message: safeName(event.message) });
    case "bounce-sent":
      return words.say("bounce-sent", { message: safeName(event.message) });
    case "notice-about":
      return words.say(`notice-about-${event.kind}`, { message: safeName(event.message) });
    case "bounce-suppressed":
      return words.say(`bounce-suppressed-${event.why}`);
    case "held":
    case "released":
    case "retry-asked":
    case "deleted":
      return words.say(`operator-${event.code}`, { by: safeQuote(event.by) });
    default:
      return unreachable(event);
  }
}

/** What a hop failed to prove, in one or two sentences about the host. */
export function sayFault(words: Words, fault: TlsFault, host: string): string {
  return words.say(`fault-${fault}`, { host });
}

/** Why a message waits, in one or two sentences; what comes next is not said. */
export function sayWhyDeferred(
  words: Words,
  why: Pick<Event<"deferred">, "domain" | "host" | "fault" | "reply"> & { readonly reason: DeferReason },
): string {
  const domain = safeName(why.domain);
  const host = hostName(words, why);
  if (why.reason === "peer-deferred" && why.reply !== undefined) {
    return words.say("deferred-peer-said", { host, reply: safeReply(why.reply) });
  }
  const reason = words.say(`deferred-${why.reason}`, { domain, host });
  if (why.reason !== "unproven" || why.fault === undefined) return reason;
  return `${reason}${words.say("gap")}${sayFault(words, why.fault, host)}`;
}

/** Why a message comes back, in one to three sentences. */
export function sayWhyBounced(
  words: Words,
  why: Pick<Event<"bounced">, "domain" | "host" | "fault" | "reply" | "reason" | "after">,
): string {
  const args = { domain: safeName(why.domain), host: hostName(words, why) };
  if (why.reason === "peer-rejected" && why.reply !== undefined) {
    return words.say("bounced-peer-said", { ...args, reply: safeReply(why.reply) });
  }
  const reason = words.say(`bounced-${why.reason}`, args);
  if (why.reason !== "lifetime-over" || why.after === undefined) return reason;
  const { after, ...rest } = why;
  return `${reason}${words.say("gap")}${sayWhyDeferred(words, { ...rest, reason: after })}`;
}

/** Who could read the message on a hop that it went over. */
export function sayWhoCouldRead(words: Words, level: Level, proof: ProofKind, host: string): string {
  if (level === "authenticated") return words.say("read-authenticated", { host, by: words.say(`proof-${proof}`) });
  return words.say(level === "encrypted" && isIdentityProof(proof) ? "read-encrypted-name-unproven" : `read-${level}`);
}

function tellAccepted(words: Words, event: Event<"accepted">): string {
  const size = words.size(event.size);
  const { recipients } = event;
  if (event.via === "internal") return words.say("accepted-internal", { recipients });
  const from = event.from === "" ? words.say("null-sender") : safeAddress(event.from);
  const client = safeName(event.client);
  const tls = event.tls === undefined ? "none" : safeName(event.tls);
  return words.say(`accepted-${event.via}`, { from, recipients, size, client, tls });
}

function tellTls(words: Words, event: Event<"tls-established">): string {
  const host = safeName(event.host);
  const protocol = safeName(event.protocol);
  const name = safeName(event.name ?? event.host);
  if (event.level === "authenticated") {
    return words.say("tls-authenticated", { host, protocol, name, by: words.say(`proof-${event.proof}`) });
  }
  if (isIdentityProof(event.proof)) return words.say("tls-name-unproven", { host, protocol, name });
  return words.say("tls-unchecked", { host, protocol });
}

function tellFault(words: Words, event: Event<"tls-fault">): string {
  const host = safeName(event.host);
  const isFatal = event.required === "authenticated" || !isAboutIdentity(event.fault);
  const then = words.say(isFatal ? "fault-nothing-sent" : "fault-tolerated", { host });
  return `${sayFault(words, event.fault, host)}${words.say("gap")}${then}`;
}

function tellWouldFail(words: Words, { host: name, fault, proof }: Event<"would-fail">): string {
  const host = safeName(name);
  const would = words.say(proof === "mta-sts" ? "would-fail-testing" : "would-fail", { host });
  return `${sayFault(words, fault, host)}${words.say("gap")}${would}`;
}

function tellReply(words: Words, { host, stage, reply }: Event<"peer-said">): string {
  const verdict = reply.code < 400 ? "ok" : reply.code < 500 ? "later" : "no";
  return words.say("peer-said", { host: safeName(host), stage, verdict, reply: safeReply(reply) });
}

function tellDelivered(words: Words, event: Event<"delivered">): string {
  const host = safeName(event.host);
  const recipients = words.list(event.recipients.map(safeAddress));
  const read = sayWhoCouldRead(words, event.level, event.proof, host);
  return `${words.say("delivered", { recipients, host })}${words.say("gap")}${read}`;
}

function tellDeferred(words: Words, event: Event<"deferred">): string {
  const recipients = words.list(event.recipients.map(safeAddress));
  const next = words.say(event.forSafety ? "next-held" : "next-retry", { time: words.time(event.retryAt) });
  const why = sayWhyDeferred(words, event);
  return [words.say("not-yet", { recipients }), why, next].join(words.say("gap"));
}

function tellBounced(words: Words, event: Event<"bounced">): string {
  const recipients = words.list(event.recipients.map(safeAddress));
  return `${words.say("not-delivered", { recipients })}${words.say("gap")}${sayWhyBounced(words, event)}`;
}

function place(event: { readonly host: string; readonly address: string; readonly port: number }) {
  return { host: safeName(event.host), address: safeName(event.address), port: String(event.port) };
}

function hostName(words: Words, why: { readonly host?: string; readonly domain: string }): string {
  return why.host === undefined ? words.say("some-server", { domain: safeName(why.domain) }) : safeName(why.host);
}

function isIdentityProof(proof: ProofKind): boolean {
  return proof !== "none" && proof !== "any-tls";
}

/** Faults that do not end a connection unless the peer has to prove who it is. */
function isAboutIdentity(fault: TlsFault): boolean {
  return fault.startsWith("certificate-") || fault === "dane-mismatch" || fault === "protocol-too-old";
}
