/** The answer to EHLO and HELO: what is offered, and when. */
import type { ServerFeatures, ServerSession } from "./types.ts";

export function helloReply(verb: "EHLO" | "HELO", features: ServerFeatures, session: ServerSession): string {
  if (verb === "HELO") return `250 ${features.hostname}\r\n`;
  const lines = [`${features.hostname}`, ...capabilities(features, session)];
  return lines.map((line, at) => `250${at === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
}

/** AUTH and REQUIRETLS appear inside TLS only (TLS-7, RFC 8689 §2), STARTTLS outside only (RFC 3207 §4.2). */
function capabilities(features: ServerFeatures, session: ServerSession): string[] {
  const inTls = session.tls !== undefined;
  const offered: readonly (readonly [boolean, string])[] = [
    [features.pipelining, "PIPELINING"],
    [features.size, `SIZE ${features.messageMaxBytes}`],
    [features.starttls && !inTls, "STARTTLS"],
    [features.auth !== "off" && inTls && session.user === undefined, "AUTH PLAIN LOGIN"],
    [features.eightBitMime, "8BITMIME"],
    [features.smtpUtf8, "SMTPUTF8"],
    [features.chunking, "CHUNKING"],
    [features.dsn, "DSN"],
    [features.enhancedStatusCodes, "ENHANCEDSTATUSCODES"],
    [features.requireTls && inTls, "REQUIRETLS"],
  ];
  return offered.filter(([on]) => on).map(([, line]) => line);
}
