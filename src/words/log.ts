/** Events for the log: English, with messages and field names that do not change. */
import { formatReply, type LogFields, type MailEvent } from "../base/index.ts";
import { safeQuote } from "./safe.ts";

export interface EventLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

export interface EventLogOptions {
  /** False: mail addresses are left out, and so is what a peer said, since it repeats them. Default: true. */
  readonly addresses?: boolean;
}

export function eventLog(event: MailEvent, options: EventLogOptions = {}): EventLine {
  const line = lineOf(event);
  if (options.addresses !== false) return line;
  const { from: _from, recipients, user: _user, reply, ...fields } = line.fields;
  return {
    ...line,
    fields: {
      ...fields,
      ...(Array.isArray(recipients)
        ? { recipients: recipients.length }
        : recipients === undefined
          ? {}
          : { recipients }),
      ...(typeof reply === "string" ? { reply: reply.slice(0, 3) } : {}),
    },
  };
}

function lineOf(event: MailEvent): EventLine {
  const { code } = event;
  switch (code) {
    case "accepted": {
      const { from, recipients, size, via, client, user, tls } = event;
      return info("accepted", { code, from, recipients, size, via, client, user, tls });
    }
    case "planned": {
      const { domain, mxStatus } = event;
      const hosts = event.hosts.map((host) => `${host.host} ${host.require} ${host.proof}`);
      const fields = { code, domain, mxStatus, hosts, why: event.why.map((reason) => reason.code) };
      const exception = event.why.find((reason) => reason.code === "exception");
      if (exception?.code !== "exception") return debug("planned", fields);
      const { pattern, level, why } = exception;
      const until = new Date(exception.until).toISOString();
      return warn("an exception is used", { ...fields, pattern, level, until, because: safeQuote(why) });
    }
    case "host-skipped":
      return info("host skipped", { code, host: event.host, why: event.why });
    case "connected":
      return debug("connected", { code, host: event.host, address: event.address, port: event.port });
    case "connect-failed": {
      const { host, address, port, fault } = event;
      return info("connect failed", { code, host, address, port, fault });
    }
    case "reused":
      return debug("connection reused", { code, host: event.host, address: event.address, level: event.level });
    case "tls-established": {
      const { host, level, proof, protocol, cipher, name } = event;
      return debug("TLS established", { code, host, level, proof, protocol, cipher, name });
    }
    case "tls-fault": {
      const { host, fault, required } = event;
      const detail = event.detail === undefined ? undefined : safeQuote(event.detail);
      return warn("TLS fault", { code, host, fault, required, detail, ...replyField(event) });
    }
    case "would-fail": {
      const { host, proof, fault } = event;
      const detail = event.detail === undefined ? undefined : safeQuote(event.detail);
      return warn("would have been held", { code, host, proof, fault, detail });
    }
    case "cleartext-allowed":
      return info("cleartext allowed", { code, host: event.host });
    case "peer-said":
      return info("peer said", { code, host: event.host, stage: event.stage, ...replyField(event) });
    case "delivered": {
      const { recipients, host, level, proof } = event;
      return info("delivered", { code, recipients, host, level, proof, ...replyField(event) });
    }
    case "deferred": {
      const { recipients, domain, reason, host, fault, forSafety } = event;
      const retryAt = new Date(event.retryAt).toISOString();
      const fields = { code, recipients, domain, reason, host, fault, forSafety, retryAt, ...replyField(event) };
      return forSafety ? warn("deferred for safety", fields) : info("deferred", fields);
    }
    case "bounced": {
      const { recipients, domain, reason, host, fault, after } = event;
      return warn("bounced", { code, recipients, domain, reason, host, fault, after, ...replyField(event) });
    }
    case "delay-notice-sent":
      return info("delay notice sent", { code, notice: event.message });
    case "bounce-sent":
      return info("bounce sent", { code, notice: event.message });
    case "notice-about":
      return info("notice about a message", { code, about: event.message, kind: event.kind });
    case "bounce-suppressed":
      return info("report suppressed", { code, why: event.why });
    case "held":
    case "released":
    case "retry-asked":
    case "deleted":
      return info(operatorLines[code], { code, by: event.by });
  }
}

const operatorLines = {
  held: "held by an operator",
  released: "released by an operator",
  "retry-asked": "retry asked by an operator",
  deleted: "deleted by an operator",
} as const;

function replyField(event: { readonly reply?: Parameters<typeof formatReply>[0] }): LogFields {
  return event.reply === undefined ? {} : { reply: safeQuote(formatReply(event.reply)) };
}

function debug(message: string, fields: LogFields): EventLine {
  return { level: "debug", message, fields };
}

function info(message: string, fields: LogFields): EventLine {
  return { level: "info", message, fields };
}

function warn(message: string, fields: LogFields): EventLine {
  return { level: "warn", message, fields };
}
