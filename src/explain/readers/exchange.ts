/**
 * Exchange. Two logs are comma-separated: the protocol log of a send connector, where a session's whole conversation stands
 * (`>` said, `<` heard, `*` noted), so that what went in clear is plain to see; and the message tracking log, which tells of outcomes
 * and nothing of TLS. The third form is the last error of a queue, `[{LRT=…};{LED=451 4.7.0 …}]`, wherever it is pasted.
 */
import { causeOf, codesIn, isOwnFinding, sentOf } from "../phrases.ts";
import { sentBy, worse } from "../judge.ts";
import { explainLimits } from "../limits.ts";
import type { Cause, Hop, Incident, Outcome, Sent } from "../types.ts";
import type { LogReader } from "./ledger.ts";

interface Session {
  hop: Hop;
  sent: Sent;
  exposure: { readonly sent: Sent; readonly hop: Hop };
  last: string;
  recipients: string[];
  refusal: string | undefined;
  fault: Cause | undefined;
  host: string | undefined;
  taken: boolean;
}

const datePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z,/;

export class ExchangeReader implements LogReader {
  readonly #sessions = new Map<string, Session>();

  push(line: string): readonly Incident[] | undefined {
    const queued = queueErrorPattern.exec(line);
    if (datePattern.test(line)) return this.#protocol(csv(line)) ?? tracked(csv(line)) ?? [];
    if (queued !== null) return [ofError(queued[1] ?? "", "delayed", [])];
    return line.startsWith("#Software: Microsoft Exchange") ||
      line.startsWith("#Fields: date-time,") ||
      /^#(?:Version|Log-type|Date): /.test(line)
      ? []
      : undefined;
  }

  end(): readonly Incident[] {
    const told = [...this.#sessions]
      .map(([id, session]) => ofSession(id, session))
      .filter((incident) => incident !== undefined);
    this.#sessions.clear();
    return told;
  }

  /** date-time, connector, session, sequence, local, remote, event, data, context. */
  #protocol(fields: readonly string[]): readonly Incident[] | undefined {
    const [, , id = "", sequence = "", , remote = "", event = "", data = "", context = ""] = fields;
    if (fields.length < 8 || !/^[+\-<>*]$/.test(event) || !/^\d+$/.test(sequence)) return undefined;
    const session = this.#sessions.get(id) ?? fresh(remote);
    const early: Incident[] = [];
    if (!this.#sessions.has(id) && this.#sessions.size >= explainLimits.sessionsMax) {
      const [oldest] = this.#sessions;
      const told = oldest && ofSession(...oldest);
      if (oldest !== undefined) this.#sessions.delete(oldest[0]);
      if (told !== undefined) early.push(told);
    }
    this.#sessions.set(id, session);
    if (event === ">") said(session, data);
    if (event === "<") heard(session, data);
    if (event === "*") noted(session, `${data} ${context}`);
    if (event === "-") {
      this.#sessions.delete(id);
      const told = ofSession(id, session);
      if (told !== undefined) early.push(told);
    }
    return early;
  }
}

function fresh(remote: string): Session {
  const exposure = { sent: "nothing", hop: "not-told" } as const;
  return {
    hop: "cleartext",
    sent: "nothing",
    exposure,
    last: "",
    recipients: [],
    refusal: undefined,
    fault: undefined,
    host: remote.replace(/:\d+$/, "") || undefined,
    taken: false,
  };
}

function said(session: Session, data: string): void {
  session.last = data.split(/[ :]/, 1)[0]?.toUpperCase() ?? "";
  const recipient = /^RCPT TO:<([^>]*)>/i.exec(data)?.[1];
  if (recipient !== undefined && session.recipients.length < explainLimits.recipientsMax)
    session.recipients.push(recipient);
  if (session.last === "MAIL" || session.last === "RCPT") expose(session, "addresses");
  if (session.last === "BDAT") expose(session, "content");
}

function heard(session: Session, data: string): void {
  const code = Number(data.slice(0, 3));
  if (code === 354) expose(session, "content");
  if (code >= 220 && code < 230 && session.host !== undefined && session.last === "")
    session.host = /^220[ -]([A-Za-z0-9.-]{1,255})/.exec(data)?.[1] ?? session.host;
  if (code >= 400 && session.last !== "QUIT") session.refusal ??= data;
  if (code === 250 && (session.last === "DATA" || session.last === "BDAT") && session.sent === "content")
    session.taken = true;
}

function noted(session: Session, text: string): void {
  if (/TLS protocol .*negotiation succeeded|TLS negotiation succeeded/i.test(text)) session.hop = "unproven";
  else if (/TLS negotiation failed|certificate.*(?:fail|invalid|not )|TLS .*(?:required|mandatory)/i.test(text))
    session.fault ??= causeOf(text);
}

function expose(session: Session, sent: Sent): void {
  session.sent = sent === "content" || session.sent !== "content" ? sent : session.sent;
  session.exposure = worse(session.exposure, { sent: session.sent, hop: session.hop });
}

function ofSession(id: string, session: Session): Incident | undefined {
  const { exposure, refusal, fault, recipients, host, taken, hop } = session;
  if (!taken && refusal === undefined && fault === undefined && recipients.length === 0) return undefined;
  const codes = codesIn(refusal ?? "");
  const cause = taken ? "delivered" : (fault ?? (refusal === undefined ? "connection-lost" : causeOf(refusal, codes)));
  const isFinal = refusal !== undefined && refusal.startsWith("5");
  return {
    source: "exchange",
    outcome: taken ? "delivered" : isFinal ? "returned" : "delayed",
    cause,
    codes,
    sent: exposure.sent,
    hop: exposure.sent === "nothing" ? hop : exposure.hop,
    message: id,
    ...(host === undefined ? {} : { host }),
    recipients,
    ...(refusal === undefined ? {} : { said: refusal }),
    attempts: 1,
    notes: [],
  };
}

const trackedOutcomes: Readonly<Record<string, Outcome>> = {
  SEND: "delivered",
  SENDEXTERNAL: "delivered",
  DELIVER: "delivered",
  FAIL: "returned",
  DEFER: "delayed",
};

/** The message tracking log: field 8 is the event, 12 the recipients, 13 their status. */
function tracked(fields: readonly string[]): readonly Incident[] | undefined {
  const event = fields[8] ?? "";
  const outcome = Object.hasOwn(trackedOutcomes, event) ? trackedOutcomes[event] : undefined;
  if (fields.length < 14 || outcome === undefined) return undefined;
  const recipients = (fields[12] ?? "")
    .split(";")
    .filter((one) => one !== "")
    .slice(0, explainLimits.recipientsMax);
  const status = fields[13] ?? "";
  if (outcome !== "delivered")
    return [{ ...ofError(queueErrorPattern.exec(status)?.[1] ?? status, outcome, recipients), ...messageOf(fields) }];
  const isInternal = event === "DELIVER";
  const host = fields[4] ?? "";
  return [
    {
      source: "exchange",
      outcome,
      cause: "delivered",
      codes: {},
      sent: "content",
      hop: isInternal ? "internal" : "not-told",
      ...messageOf(fields),
      ...(host === "" || isInternal ? {} : { host }),
      recipients,
      attempts: 1,
      notes: [],
    },
  ];
}

function messageOf(fields: readonly string[]): { readonly message?: string } {
  const message = fields[9] ?? "";
  return message === "" ? {} : { message };
}

const queueErrorPattern = /\{LED=(.{1,2000}?)\}(?:;|\]|$)/;

function ofError(text: string, outcome: Outcome, recipients: readonly string[]): Incident {
  const codes = codesIn(text);
  const cause = causeOf(text, codes);
  const isReply =
    /responded with|said:|Remote Server returned/i.test(text) &&
    !isOwnFinding(codes) &&
    !/Unable to connect/i.test(text);
  return {
    source: "exchange",
    outcome,
    cause,
    codes,
    sent: sentBy(cause, sentOf(text), isReply),
    hop: cause === "peer-wants-tls" ? "cleartext" : "not-told",
    recipients,
    said: text,
    attempts: 1,
    notes: [],
  };
}

/** RFC 4180, one line. */
function csv(line: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (quoted && character === '"' && line[at + 1] === '"') {
      field += '"';
      at++;
    } else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  return [...fields, field];
}
