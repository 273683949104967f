/**
 * How much of a message left this relay on the way to its recipients, and who could read it there. Derived from what
 * happened, never from what was meant to happen. Where it is not known how much was sent, the worse is taken.
 */
import { weakest, type Level, type MailEvent } from "../base/index.ts";

export interface Exposure {
  /** `addresses`: the sender's and the recipients', in the commands before the content. */
  readonly sent: "nothing" | "addresses" | "content";
  /** The weakest hop that it was sent over; absent if nothing was sent. */
  readonly level?: Level;
  /** The host that it was last sent to. */
  readonly host?: string;
}

export const noExposure: Exposure = { sent: "nothing" };

/**
 * Exposure of one delivery after an attempt: `before` is what earlier attempts came to, `events` are this attempt's, of
 * this delivery alone.
 */
export function exposureAfter(before: Exposure, events: readonly MailEvent[]): Exposure {
  let exposure = before;
  /** Hosts to which mail could be sent at this point, and what their hop had proved. */
  const open = new Map<string, Level>();
  const saw = (host: string | undefined, sent: "addresses" | "content"): void => {
    const level = host === undefined ? undefined : open.get(host);
    if (host !== undefined && level !== undefined) exposure = worseExposure(exposure, { sent, level, host });
  };
  for (const event of events) {
    switch (event.code) {
      case "connected":
        open.delete(event.host);
        break;
      case "cleartext-allowed":
        open.set(event.host, "cleartext");
        break;
      case "reused":
      case "tls-established":
        open.set(event.host, event.level);
        break;
      case "peer-said":
        if (event.stage === "mail" || event.stage === "rcpt" || event.stage === "data") saw(event.host, "addresses");
        if (event.stage === "final") saw(event.host, "content");
        break;
      case "delivered":
        exposure = worseExposure(exposure, { sent: "content", level: event.level, host: event.host });
        break;
      case "deferred":
      case "bounced":
        if (contentMayHaveGone(event, events)) saw(event.host, "content");
        break;
      default:
    }
  }
  return exposure;
}

/** A connection that broke off may have had the message on it; so may one over which it was refused, nobody said when. */
function contentMayHaveGone(
  event: Extract<MailEvent, { code: "deferred" | "bounced" }>,
  events: readonly MailEvent[],
): boolean {
  const why = event.code === "bounced" && event.reason === "lifetime-over" ? event.after : event.reason;
  if (why === "connection-lost" || why === "protocol-error") return true;
  if (why !== "peer-rejected" && why !== "peer-deferred") return false;
  return !events.some(
    (other) => other.code === "peer-said" && other.host === event.host && other.reply.code === event.reply?.code,
  );
}

/** More sent is worse; of the same, a weaker hop. The level of the result is the weakest that anything was sent over. */
export function worseExposure(a: Exposure, b: Exposure): Exposure {
  if (a.sent === "nothing") return b;
  if (b.sent === "nothing") return a;
  if (a.sent !== b.sent) return a.sent === "content" ? a : b;
  const level = weakest(a.level ?? "cleartext", b.level ?? "cleartext");
  const host = level === b.level ? b.host : a.host;
  return { sent: a.sent, level, ...(host === undefined ? {} : { host }) };
}

/** Reads an exposure that was stored as JSON. What cannot be read counts as the worst. */
export function parseExposure(stored: unknown): Exposure {
  if (stored === undefined || stored === null) return noExposure;
  const fields = stored as { readonly sent?: unknown; readonly level?: unknown; readonly host?: unknown };
  const host = typeof fields.host === "string" ? { host: fields.host } : {};
  if (fields.sent === "nothing") return noExposure;
  const level = fields.level === "encrypted" || fields.level === "authenticated" ? fields.level : "cleartext";
  return { sent: fields.sent === "addresses" ? "addresses" : "content", level, ...host };
}
