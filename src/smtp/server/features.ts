import { limits, type DomainName } from "../../base/index.ts";
import type { ServerFeatures } from "./types.ts";

/** Everything on but AUTH and STARTTLS, limits from `base`: an MX-style receiver without TLS. */
export function receiverFeatures(hostname: DomainName, changes: Partial<ServerFeatures> = {}): ServerFeatures {
  return {
    hostname,
    starttls: false,
    auth: "off",
    pipelining: true,
    chunking: true,
    eightBitMime: true,
    smtpUtf8: true,
    dsn: true,
    requireTls: true,
    enhancedStatusCodes: true,
    size: true,
    messageMaxBytes: limits.messageMaxBytes,
    recipientsMax: limits.recipientsMax,
    hopsMax: limits.hopsMax,
    commandsBeforeAuthMax: limits.commandsBeforeAuthMax,
    authFailuresMax: limits.authFailuresMax,
    badCommandsMax: limits.badCommandsMax,
    rejectedRecipientsMax: limits.rejectedRecipientsMax,
    messagesPerConnectionMax: limits.messagesPerConnectionMax,
    ...changes,
  };
}
