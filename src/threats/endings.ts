/**
 * Ends of a message that are none (SMTP smuggling): what a client can put between the message that it means to hand in and the commands
 * that it hides behind it, and who takes it for the end. RFC 5321 §4.1.1.4 knows one end, CRLF "." CRLF; the field has found the others,
 * each in some mail server.
 *
 *   who reads it       by                          and then
 *   Surehop            CRLF "." CRLF alone         every other CR and LF becomes CRLF, and leading dots are doubled on the way out; NUL refused
 *   Postfix, default   LF; CRs before it dropped   a lone dot on such a line is the end: one message has become two
 *   `careless`         the same                    and other CRs are handed on as they came
 *   `normalize`        LF; the end by CRLF alone   one message; other CRs become spaces, NUL is handed on
 *   `reject`           CRLF alone                  refused, if there is a bare LF
 */
import type { HopSetting, Smuggling } from "./types.ts";

/** The one end that there is. */
export const legalEnd = "\r\n.\r\n";

/** What stands between the text and the hidden commands; a character is an octet. */
const bytes = {
  "bare-lf": "\n.\n",
  "lf-dot-crlf": "\n.\r\n",
  "bare-cr": "\r.\r",
  "cr-dot-crlf": "\r.\r\n",
  "crlf-dot-lf": "\r\n.\n",
  "crlf-dot-cr": "\r\n.\r",
  "lf-dot-cr": "\n.\r",
  "cr-dot-lf": "\r.\n",
  "two-lf": "\n\n.\n\n",
  "two-lf-dot-crlf": "\n\n.\r\n",
  "lf-cr": "\n\r.\n\r",
  "cr-crlf": "\r\r\n.\r\r\n",
  "crlf-dot-cr-crlf": "\r\n.\r\r\n",
  // Who leaves NUL out, or ends a line at it, sees the end.
  "nul-dot": "\r\n\0.\r\n",
  "dot-nul": "\r\n.\0\r\n",
  "cr-nul-lf": "\r\0\n.\r\0\n",
  "nul-lf": "\0\n.\0\n",
  "dot-cr-nul-lf": "\r\n.\r\0\n",
  // Who trims lines sees it.
  "space-dot": "\r\n .\r\n",
  "dot-space": "\r\n. \r\n",
  "dot-tab": "\r\n.\t\r\n",
  // What some languages take for the end of a line.
  nel: "\x85.\x85",
  "vertical-tab": "\v.\v",
  "form-feed": "\f.\f",
  "line-separator": "\xe2\x80\xa8.\xe2\x80\xa8",
  // A line that is only a dot, sent as the RFC wants it: who takes the dot off and does not put it on again passes on the end.
  "stuffed-dot": "\r\n..\r\n",
  "stuffed-dot-lf": "\r\n..\n",
  "stuffed-bare-lf": "\n..\n",
  // Who breaks lines at that length puts a dot at the beginning of one.
  "after-998": `\r\n${"x".repeat(998)}.\r\n`,
  "after-1000": `\r\n${"x".repeat(1000)}.\r\n`,
  "after-1024": `\r\n${"x".repeat(1024)}.\r\n`,
  "after-2048": `\r\n${"x".repeat(2048)}.\r\n`,
  // So long a line leaves Surehop by BDAT, where no dot is doubled.
  "stuffed-behind-long": `\r\n${"x".repeat(1500)}\r\n..\r\n`,
  // And at the end of a buffer.
  "after-16384": `\r\n${`${"x".repeat(62)}\r\n`.repeat(256)}.\n`,
} as const;

/** Octet by octet, each in a segment of its own, those that are longest in the mouth of a state machine. */
const split = ["bare-lf", "lf-dot-crlf", "crlf-dot-lf", "bare-cr", "crlf-dot-cr-crlf", "stuffed-dot"] as const;

/** Each variant of `smuggle`, the first the best known. */
export const smugglings: Readonly<Record<string, Smuggling>> = {
  ...Object.fromEntries(Object.entries(bytes).map(([id, end]) => [id, { kind: "smuggles", end, as: "data" } as const])),
  ...Object.fromEntries(split.map((id) => [`${id}-split`, { kind: "smuggles", end: bytes[id], as: "split" } as const])),
  // Counted octets have no end that could be forged (RFC 3030 §2), and what is an end elsewhere is content.
  bdat: { kind: "smuggles", end: legalEnd, as: "bdat" },
  "bdat-bare-lf": { kind: "smuggles", end: "\n.\n", as: "bdat" },
  "bdat-border": { kind: "smuggles", end: legalEnd, as: "bdat-chunks" },
};

/** What a server makes of it: one message, two, or a refusal of the whole. */
export type Reading = "one" | "two" | "refused";

export function surehopReads({ end }: Smuggling): Reading {
  return end.includes("\0") ? "refused" : "one";
}

/** Measured with Debian's 3.7.11; nobody exempt (`smtpd_forbid_bare_newline_exclusions`). */
export function postfixReads({ end, as }: Smuggling, setting: HopSetting): Reading {
  const isCounted = as === "bdat" || as === "bdat-chunks";
  switch (setting) {
    case "careless":
    case "default":
      return !isCounted && /\n\.\r*\n/.test(end) ? "two" : "one";
    case "normalize":
      return "one";
    case "reject":
      return /(?:^|[^\r])\n/.test(end) ? "refused" : "one";
  }
}
