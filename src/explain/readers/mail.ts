/**
 * Mail that tells of mail. A bounce of the modern kind has a part for programs (message/delivery-status, RFC 3464), which is
 * believed for what it says, and a part for people, which knows more: how far the conversation had come. Older ones have only the
 * latter. A TLS report (RFC 8460 §5.3) comes as an attachment, mostly gzip.
 *
 * Our own bounces say exactly what was sent, and over what (`X-Surehop-Message`, and the block for administrators).
 */
import { isTlsResult } from "../codes.ts";
import { sentBy } from "../judge.ts";
import { explainLimits } from "../limits.ts";
import { causeOf, codesIn, isOwnFinding, sentOf } from "../phrases.ts";
import type { Cause, Codes, Hop, Incident, Outcome, Sent } from "../types.ts";
import { incidentOf, talesIn, type Tale } from "./prose.ts";

export interface ReadMail {
  readonly incidents: readonly Incident[];
  /** Attachments that may be TLS reports. */
  readonly reports: readonly Uint8Array[];
}

/** Mail that cannot be taken apart is read as a plain text. */
export async function readMail(bytes: Uint8Array): Promise<ReadMail> {
  const parsed = await parse(bytes);
  if (parsed === undefined) return { incidents: prose(Buffer.from(bytes).toString("utf8"), undefined), reports: [] };
  const { text, status, reports, reporter } = parsed;
  if (reports.length > 0) return { incidents: [], reports };
  const incidents = status === undefined ? prose(text, reporter) : ofStatus(status, text);
  return { incidents, reports };
}

interface Parsed {
  readonly text: string;
  readonly status: string | undefined;
  readonly reports: readonly Uint8Array[];
  readonly reporter: string | undefined;
}

async function parse(bytes: Uint8Array): Promise<Parsed | undefined> {
  const { default: PostalMime } = await import("postal-mime");
  try {
    const email = await PostalMime.parse(bytes, {
      maxNestingDepth: explainLimits.mimeDepthMax,
      maxHeadersSize: explainLimits.headersMaxBytes,
      forceRfc822Attachments: true,
      attachmentEncoding: "arraybuffer",
    });
    const parts = email.attachments.map(({ mimeType, filename, content }) => ({
      mimeType,
      name: filename ?? "",
      bytes: octets(content),
    }));
    const status = parts.find(
      ({ mimeType }) => mimeType === "message/delivery-status" || mimeType === "message/global-delivery-status",
    );
    return {
      text: email.text ?? plainOf(email.html ?? ""),
      status: status === undefined ? undefined : Buffer.from(status.bytes).toString("utf8"),
      reports: parts
        .filter(
          ({ mimeType, name }) =>
            /^application\/(?:tlsrpt|gzip|x-gzip|json)/.test(mimeType) || /\.json(?:\.gz)?$/i.test(name),
        )
        .map((part) => part.bytes),
      reporter: email.from?.address,
    };
  } catch {
    // Too deep, too long, or no mail at all.
    return undefined;
  }
}

function octets(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : new Uint8Array(content);
}

function plainOf(html: string): string {
  return html
    .slice(0, explainLimits.proseMaxChars)
    .replace(/<(?:br|p|div|tr|li)[^>]{0,200}>/gi, "\n")
    .replace(/<[^>]{0,2000}>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
}

function prose(text: string, reporter: string | undefined): readonly Incident[] {
  return talesIn(text)
    .map((tale) => incidentOf(tale, "bounce"))
    .filter((incident) => incident !== undefined)
    .map((incident) => (reporter === undefined ? incident : { ...incident, reporter }));
}

type Fields = ReadonlyMap<string, string>;

function ofStatus(status: string, text: string): readonly Incident[] {
  const [message, ...recipients] = groupsOf(status);
  const tales = talesIn(text);
  const own = message?.has("x-surehop-message") === true ? ownFacts(text) : undefined;
  return recipients
    .slice(0, explainLimits.recipientsMax)
    .map((fields) => ofRecipient(message, fields, tales, text, own));
}

/** RFC 3464 §2: groups of fields, an empty line between them. */
function groupsOf(status: string): readonly Fields[] {
  const groups: Map<string, string>[] = [];
  let group: Map<string, string> | undefined;
  let field = "";
  const lines = status.replace(/\r\n?/g, "\n").split("\n").slice(0, explainLimits.statusFieldsMax);
  for (const line of lines) {
    if (line.trim() === "") {
      group = undefined;
      continue;
    }
    if (/^[ \t]/.test(line) && group !== undefined && field !== "") {
      group.set(field, `${group.get(field) ?? ""} ${line.trim()}`);
      continue;
    }
    const match = /^([A-Za-z0-9-]{1,80}):\s*(.*)$/.exec(line);
    if (match === null) continue;
    if (group === undefined) groups.push((group = new Map()));
    field = (match[1] ?? "").toLowerCase();
    if (!group.has(field)) group.set(field, (match[2] ?? "").trim());
  }
  return groups;
}

const actions: Readonly<Record<string, Outcome>> = {
  failed: "returned",
  delayed: "delayed",
  delivered: "delivered",
  relayed: "delivered",
  expanded: "delivered",
};

function ofRecipient(
  message: Fields | undefined,
  fields: Fields,
  tales: readonly Tale[],
  text: string,
  own: OwnFacts | undefined,
): Incident {
  const recipient = addressOf(fields.get("final-recipient") ?? fields.get("original-recipient") ?? "");
  const outcome = actions[fields.get("action")?.toLowerCase().split(/[\s(]/, 1)[0] ?? ""] ?? "unknown";
  const diagnostic = fields.get("diagnostic-code") ?? "";
  const [, type = "", said = diagnostic] = /^\s*([A-Za-z0-9-]{1,40})\s*;\s*(.*)$/.exec(diagnostic) ?? [];
  const tale =
    tales.find((one) => one.recipient?.toLowerCase() === recipient?.toLowerCase()) ??
    (tales.length === 1 ? tales[0] : undefined);
  const about = tale?.recipient === undefined ? relevant(text) : tale.text;
  const whole = `${said} ${about}`.trim();
  const named = fields.get("x-surehop-tls-result") ?? "";
  const codes: Codes = {
    ...codesIn(said === "" ? about : said),
    ...statusIn(fields.get("status") ?? "", said),
    ...(isTlsResult(named) ? { tlsResult: named } : {}),
  };
  const cause = outcome === "delivered" ? "delivered" : (own?.cause ?? causeOf(whole, codes));
  const isReply = type.toLowerCase() === "smtp" || /said:|SMTP error from remote|in reply to/i.test(about);
  const host = addressOf(fields.get("remote-mta") ?? "");
  const reporter = addressOf(message?.get("reporting-mta") ?? "");
  const queueId = message?.get("x-surehop-message") ?? message?.get("x-postfix-queue-id");
  return {
    source: own === undefined ? "bounce" : "surehop",
    outcome,
    cause,
    codes,
    sent:
      own?.sent ??
      (outcome === "delivered" ? "content" : sentBy(cause, sentOf(whole), isReply && !isOwnFinding(codes))),
    hop: own?.hop ?? (cause === "peer-wants-tls" && isReply ? "cleartext" : "not-told"),
    ...(queueId === undefined ? {} : { message: queueId }),
    ...(host === undefined ? {} : { host }),
    recipients: recipient === undefined ? [] : [recipient],
    ...(said === "" ? (about === "" ? {} : { said: about }) : { said }),
    attempts: 1,
    ...(reporter === undefined ? {} : { reporter }),
    notes: [],
  };
}

/** Exim writes 5.0.0 whatever the other server said: its reply knows more. */
function statusIn(field: string, said: string): Codes {
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(field)?.[1];
  if (status === undefined) return {};
  const told = codesIn(said).status;
  return { status: status.endsWith(".0.0") && told !== undefined ? told : status };
}

/** Lines that say what happened, and not what a program that writes bounces says every time. */
function relevant(text: string): string {
  return text.length > 4000 ? "" : text.replace(/\s+/g, " ");
}

/** `rfc822; bob@example.net`, `dns; mx.example.net`. */
function addressOf(field: string): string | undefined {
  const text = /^[^;]*;\s*(.*)$/.exec(field)?.[1] ?? field;
  const plain = text
    .replace(/\s*\(.*$/, "")
    .replace(/^<|>$/g, "")
    .trim();
  return plain === "" ? undefined : plain;
}

interface OwnFacts {
  readonly sent: Sent;
  readonly hop: Hop;
  readonly cause?: Cause;
}

/** The block for administrators of our own notices (`words/notice/admin.ts`). */
function ownFacts(text: string): OwnFacts | undefined {
  const match =
    /^\s+Sent to peers:\s+(nothing|addresses|content)(?: \((cleartext|encrypted|authenticated)\))?\s*$/m.exec(text);
  if (match === null) return undefined;
  const hop = { cleartext: "cleartext", encrypted: "unproven", authenticated: "proven" } as const;
  const level = match[2] as keyof typeof hop | undefined;
  const cause = ownCause(text);
  return {
    sent: match[1] as Sent,
    hop: level === undefined ? "not-told" : hop[level],
    ...(cause === undefined ? {} : { cause }),
  };
}

function ownCause(text: string): Cause | undefined {
  const fault = /^\s+TLS fault:\s+([a-z-]{1,40})/m.exec(text)?.[1] ?? "";
  if (Object.hasOwn(ownFaults, fault)) return ownFaults[fault];
  const result = /^\s+Result:\s+(?:failed|delayed): ([a-z0-9-]{1,40})(?: after ([a-z-]{1,40}))?/m.exec(text);
  const reason = result?.[2] ?? result?.[1] ?? "";
  return Object.hasOwn(ownReasons, reason) ? ownReasons[reason] : undefined;
}

const ownFaults: Readonly<Record<string, Cause>> = {
  "starttls-missing": "tls-not-offered",
  "starttls-refused": "tls-refused",
  "handshake-reset": "tls-handshake",
  "handshake-timeout": "tls-handshake",
  "handshake-garbage": "tls-handshake",
  "handshake-failed": "tls-handshake",
  "injected-bytes": "tls-validation",
  "protocol-too-old": "tls-handshake",
  "certificate-missing": "certificate-unproven",
  "certificate-name-mismatch": "certificate-name",
  "certificate-expired": "certificate-expired",
  "certificate-not-yet-valid": "certificate-untrusted",
  "certificate-self-signed": "certificate-untrusted",
  "certificate-untrusted": "certificate-untrusted",
  "dane-mismatch": "dane-mismatch",
  "requiretls-missing": "requiretls",
};

const ownReasons: Readonly<Record<string, Cause>> = {
  "no-such-domain": "no-such-domain",
  "null-mx": "no-mail-there",
  "mail-loop": "loop",
  "needs-smtputf8": "format-refused",
  "needs-8bitmime": "format-refused",
  "too-large": "too-large",
  "line-too-long": "format-refused",
  "requiretls-unsupported": "requiretls",
  "dns-bogus": "dnssec-invalid",
  "dns-unavailable": "dns-failed",
  "no-address": "no-such-domain",
  unreachable: "unreachable",
  "connection-lost": "connection-lost",
  "our-side": "our-fault",
};
