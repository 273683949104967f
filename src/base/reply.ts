/** SMTP replies (RFC 5321 §4.2) and enhanced status codes (RFC 3463) as values. */

/** `class.subject.detail`, for example `4.7.5`. */
export type EnhancedStatus = `${2 | 4 | 5}.${number}.${number}`;

export interface SmtpReply {
  /** Three digits, 200 to 599. */
  readonly code: number;
  readonly enhanced?: EnhancedStatus;
  /** The text of each line, without the code, the enhanced status and the line end. */
  readonly lines: readonly string[];
}

export type ReplyClass = "positive" | "intermediate" | "transient" | "permanent";

export function replyClass(reply: SmtpReply): ReplyClass {
  if (reply.code < 300) return "positive";
  if (reply.code < 400) return "intermediate";
  return reply.code < 500 ? "transient" : "permanent";
}

const enhancedPattern = /^([245])\.(\d{1,3})\.(\d{1,3})(?: |$)/;

/** Splits an enhanced status off the start of a reply text, if it agrees with the reply's class (RFC 2034 §4). */
export function splitEnhanced(code: number, text: string): { enhanced?: EnhancedStatus; text: string } {
  const match = enhancedPattern.exec(text);
  if (match === null || Number(match[1]) !== Math.floor(code / 100)) return { text };
  const enhanced = `${match[1]}.${Number(match[2])}.${Number(match[3])}` as EnhancedStatus;
  return { enhanced, text: text.slice(match[0].length) };
}

/** One line for people and logs: `250 2.0.0 queued`. Control characters are replaced, the length is bounded. */
export function formatReply(reply: SmtpReply): string {
  const text = reply.lines.join(" / ").replace(/[\x00-\x1f\x7f]/g, "?");
  const whole = `${reply.code} ${reply.enhanced === undefined ? "" : `${reply.enhanced} `}${text}`.trimEnd();
  return whole.length > 500 ? `${whole.slice(0, 499)}…` : whole;
}
