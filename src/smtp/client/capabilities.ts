/** Reads what an EHLO reply offers (RFC 5321 §4.1.1.1). Keywords are matched without regard to case; unknown ones are ignored. */
import type { SmtpReply } from "../../base/index.ts";
import type { Capabilities } from "../types.ts";

/** What a server has that answered only HELO. */
export const noCapabilities: Capabilities = {
  starttls: false,
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  chunking: false,
  dsn: false,
  enhancedStatusCodes: false,
  requireTls: false,
  auth: [],
};

export function readCapabilities(reply: SmtpReply): Capabilities {
  const offered = new Map<string, string>();
  // The first line is the greeting, not an extension.
  for (const line of reply.lines.slice(1)) {
    const [keyword = "", ...parameters] = line.trim().toUpperCase().split(/ +/);
    if (!offered.has(keyword)) offered.set(keyword, parameters.join(" "));
  }
  const size = sizeOf(offered.get("SIZE"));
  return {
    starttls: offered.has("STARTTLS"),
    pipelining: offered.has("PIPELINING"),
    eightBitMime: offered.has("8BITMIME"),
    smtpUtf8: offered.has("SMTPUTF8"),
    chunking: offered.has("CHUNKING"),
    dsn: offered.has("DSN"),
    enhancedStatusCodes: offered.has("ENHANCEDSTATUSCODES"),
    requireTls: offered.has("REQUIRETLS"),
    ...(size === undefined ? {} : { size }),
    auth: (offered.get("AUTH") ?? "").split(" ").filter((mechanism) => mechanism !== ""),
  };
}

/** RFC 1870 §4: up to 20 digits; without a number, or with one that is not a number, no maximum is known. */
function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,20}$/.test(text) ? Number(text) : 0;
}
