/**
 * Sendmail. Lines with the message's name tell of the delivery, lines of the same process without one tell of TLS:
 *
 *   sendmail[28450]: STARTTLS=client, relay=mx.example., version=TLSv1.3, verify=FAIL, cipher=…, bits=256/256
 *   sendmail[28450]: u3BCeKbX012345: to=<bob@…>, …, relay=mx.example. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)
 *
 * `verify=OK` is about the chain of signatures, not about the name; `TRUSTED` is DANE. As with Postfix, a line about TLS belongs to
 * the first message behind it.
 */
import { causeOf, codesIn, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import type { Cause, Hop, Incident, Outcome } from "../types.ts";
import { Ledger, Recent, type LogReader } from "./ledger.ts";

interface Session {
  owner: string | undefined;
  hop: Hop | undefined;
  relay: string;
  fault: Cause | undefined;
}

const linePattern =
  /(?:^|\s)(?:sendmail|sm-mta|sm-msp-queue|sm-queue|sendmail-in|sendmail-out)\[(\d{1,10})\]: (?:\[ID \d+ \S+\] )?(.*)$/;
const tlsPattern = /^(?:[0-9A-Za-z]{10,20}: )?STARTTLS=client, relay=([^\s,]+),? .*?verify=([A-Z_]+)/;
const deliveryPattern = /^([0-9A-Za-z]{8,20}): to=(.*?), (?:.*?, )?stat=(.*)$/;

export class SendmailReader implements LogReader {
  readonly #ledger = new Ledger("sendmail");
  readonly #sessions = new Recent<Session>();
  #tellsOfTls = false;

  push(line: string): readonly Incident[] | undefined {
    const match = linePattern.exec(line);
    if (match === null) return undefined;
    const [, pid = "", text = ""] = match;
    const tls = tlsPattern.exec(text);
    if (tls !== null) {
      this.#tellsOfTls = true;
      this.#sessions.set(pid, {
        owner: undefined,
        hop: hopOf(tls[2] ?? ""),
        relay: plain(tls[1] ?? ""),
        fault: undefined,
      });
      return [];
    }
    const failed = /^STARTTLS=client, error: (.*)$/.exec(text) ?? /^ruleset=tls_server, .*reject=(.*)$/.exec(text);
    if (failed !== null) {
      this.#sessions.set(pid, { owner: undefined, hop: undefined, relay: "", fault: causeOf(failed[1] ?? "") });
      return [];
    }
    const delivery = deliveryPattern.exec(text);
    return delivery === null ? [] : this.#delivery(pid, text, delivery);
  }

  end(): readonly Incident[] {
    return this.#ledger.finishAll();
  }

  #delivery(pid: string, text: string, [, id = "", to = "", stat = ""]: RegExpExecArray): readonly Incident[] {
    const outcome = outcomeOf(stat);
    const relay = / relay=([^\s,]+)/.exec(text)?.[1];
    const dsn = / dsn=([245]\.\d{1,3}\.\d{1,3})/.exec(text)?.[1];
    const codes = { ...codesIn(stat), ...(dsn === undefined ? {} : { status: dsn }) };
    const session = this.#owned(pid, id);
    const isLocal =
      / relay=[^,]*\[(?:127\.|IPv6:::1\]|::1\])/.test(text) ||
      / mailer=(?:local|\*file\*|prog|\*include\*|lmtp|cyrus)/.test(text);
    // 403 is sendmail's own: it found no TLS that would do. By which rule it found nobody proven, and so how late, it does not tell.
    const isOwn = /\b403[ -]/.test(stat);
    const isUnproven = isOwn && / not authenticated\b/.test(stat);
    const found = isUnproven ? "certificate-unproven" : causeOf(stat, codes);
    const cause = outcome === "delivered" ? "delivered" : refine(found, session?.fault);
    const isReply = /\b[45]\d\d[ -]/.test(stat) && (!isOwn || isUnproven);
    const host = relay === undefined ? undefined : plain(relay);
    const sent = outcome === "delivered" ? "content" : sentBy(cause, sentOf(stat), isReply);
    let early: readonly Incident[] = [];
    for (const recipient of to.split(",").slice(0, recipientsInLineMax)) {
      early = [
        ...early,
        ...this.#ledger.record(id, {
          recipient: recipient.trim().replace(/^<|>$/g, ""),
          outcome,
          cause,
          codes,
          sent,
          hop: isLocal
            ? "internal"
            : cause === "peer-wants-tls"
              ? "cleartext"
              : this.#hop(session, host, sent !== "nothing"),
          host: isLocal ? undefined : host,
          said: stat,
        }),
      ];
    }
    return early;
  }

  #hop(session: Session | undefined, host: string | undefined, isSent: boolean): Hop {
    if (session?.hop !== undefined && (host === undefined || session.relay === host)) return session.hop;
    return isSent && this.#tellsOfTls && host !== undefined ? "presumed-cleartext" : "not-told";
  }

  #owned(pid: string, owner: string): Session | undefined {
    const known = this.#sessions.get(pid);
    if (known === undefined) return undefined;
    if (known.owner === undefined || known.owner === owner) {
      known.owner = owner;
      return known;
    }
    this.#sessions.delete(pid);
    return undefined;
  }
}

const recipientsInLineMax = 100;

function hopOf(verify: string): Hop {
  if (verify === "TRUSTED") return "proven";
  if (verify === "OK") return "chain-only";
  // NONE: STARTTLS was not made.
  return verify === "NONE" ? "cleartext" : "unproven";
}

function outcomeOf(stat: string): Outcome {
  if (/^(?:Sent|delivered)/i.test(stat)) return "delivered";
  if (/^(?:Deferred|queued|I\/O error|Transient)/i.test(stat)) return "delayed";
  return /\b4\d\d \d/.test(stat) ? "delayed" : "returned";
}

function refine(cause: Cause, fault: Cause | undefined): Cause {
  return fault !== undefined && (cause === "tls-handshake" || cause === "tls-validation") && fault !== "unknown"
    ? fault
    : cause;
}

function plain(relay: string): string {
  return relay.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
