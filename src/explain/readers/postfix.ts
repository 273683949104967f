/**
 * Postfix. One line tells what became of a recipient:
 *
 *   postfix/smtp[13107]: 9A5272383BB: to=<bob@…>, relay=mx…[192.0.2.1]:25, …, dsn=4.7.5, status=deferred (why)
 *
 * What is told of TLS stands in lines of the same process, before it, without the message's name, and only if `smtp_tls_loglevel`
 * is 1 or more (it is 0 by default). So a delivery without such a line was in clear only if this log tells of TLS at all; and a
 * line belongs to the first message behind it, or a later message in clear would borrow the proof of an earlier one.
 */
import { causeOf, codesIn, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import type { Cause, Codes, Hop, Incident, Outcome } from "../types.ts";
import { Ledger, Recent, type LogReader } from "./ledger.ts";

interface Session {
  /** Message and next hop that the lines so far belong to; undefined until one is told of. */
  owner: string | undefined;
  readonly hops: Map<string, Hop>;
  readonly faults: Map<string, Cause>;
}

const linePattern = /(?:^|\s)postfix[\w.-]*\/(?:[\w-]+\/)?([\w-]+)\[(\d{1,10})\]: (.*)$/;
const idPattern = /^([0-9A-Za-z]{5,24}): (.*)$/;
const deliveryPattern =
  /^(?:to=<([^>]*)>, )(?:orig_to=<[^>]*>, )?relay=(\S+), .*?status=(sent|deferred|bounced|expired|undeliverable|deliverable|SOFTBOUNCE)\b ?(?:\((.*))?$/;
const tlsPattern =
  /^(Anonymous|Untrusted|Trusted|Verified) TLS connection (?:established|reused) to (\S+?):? (?:TLS|SSL)/;
const verifyPattern = /certificate verification failed for (\S+?): (.*)$/;
const inboundTlsPattern = /^(?:Anonymous|Untrusted|Trusted|Verified) TLS connection established from (\S+?):? /;
const rejectPattern =
  /^NOQUEUE: (?:reject|milter-reject): \S+ from ([^\s;]+): (\d{3} .*?); ?(?:from=<[^>]*> ?)?(?:to=<([^>]*)>)?/;
const hopKinds: Readonly<Record<string, Hop>> = {
  Anonymous: "unproven",
  Untrusted: "unproven",
  // At the level `may` any name on the certificate will do: seen with Debian's Postfix 3.7.
  Trusted: "chain-only",
  Verified: "proven",
};

export class PostfixReader implements LogReader {
  readonly #ledger = new Ledger("postfix");
  readonly #sessions = new Recent<Session>();
  /** TLS lines of `tlsproxy`, which makes connections for others: by host. */
  readonly #proxied = new Recent<Hop>();
  readonly #inbound = new Recent<true>();
  #tellsOfTls = false;

  push(line: string): readonly Incident[] | undefined {
    const match = linePattern.exec(line);
    if (match === null) return undefined;
    const [, program = "", pid = "", text = ""] = match;
    return this.#tls(program, pid, text) ?? this.#message(pid, text);
  }

  end(): readonly Incident[] {
    return this.#ledger.finishAll();
  }

  /** Lines about TLS and refusals, which have no message's name. */
  #tls(program: string, pid: string, text: string): readonly Incident[] | undefined {
    const tls = tlsPattern.exec(text);
    if (tls !== null) {
      const [, kind = "", peer = ""] = tls;
      const hop = hopKinds[kind] ?? "unproven";
      this.#tellsOfTls = true;
      if (program === "tlsproxy") this.#proxied.set(peer, hop);
      else this.#fresh(pid).hops.set(peer, hop);
      return [];
    }
    const failed = verifyPattern.exec(text);
    if (failed !== null && program !== "smtpd") {
      this.#fresh(pid).faults.set(failed[1] ?? "", causeOf(`certificate verification failed: ${failed[2] ?? ""}`));
      return [];
    }
    const inbound = inboundTlsPattern.exec(text);
    if (inbound !== null) {
      this.#inbound.set(`${pid} ${inbound[1] ?? ""}`, true);
      return [];
    }
    const rejected = rejectPattern.exec(text);
    return rejected === null ? undefined : this.#refused(pid, rejected);
  }

  #refused(pid: string, [, client = "", said = "", recipient]: RegExpExecArray): readonly Incident[] {
    const codes = codesIn(said);
    const cause = causeOf(said, codes);
    const peer = /^\S*?\[[^\]]*\]/.exec(client)?.[0] ?? client;
    const incident: Incident = {
      source: "postfix",
      outcome: "refused",
      cause,
      codes,
      sent: "addresses",
      hop: this.#inbound.get(`${pid} ${peer}`) === true ? "unproven" : "not-told",
      host: hostOf(client) ?? client,
      recipients: recipient === undefined ? [] : [recipient],
      said,
      attempts: 1,
      notes: [],
    };
    return [incident];
  }

  #message(pid: string, text: string): readonly Incident[] {
    const match = idPattern.exec(text);
    if (match === null) return [];
    const [, id = "", rest = ""] = match;
    if (rest === "removed") return this.#ledger.finish(id);
    const delivery = deliveryPattern.exec(rest);
    if (delivery !== null) return this.#delivery(pid, id, delivery);
    const expired = /^from=<[^>]*>, status=(?:force-)?expired, returned to sender/.test(rest);
    if (expired) {
      return this.#ledger.record(id, {
        outcome: "returned",
        cause: "expired",
        codes: {},
        sent: "nothing",
        hop: "not-told",
      });
    }
    // The next server is tried: what this one said is told without a recipient.
    const sent = /^(?:host .* said: |lost connection with |conversation with )/.test(rest) ? sentOf(rest) : "nothing";
    return sent === "nothing" ? [] : this.#ledger.expose(id, { sent, hop: "not-told" });
  }

  #delivery(pid: string, id: string, match: RegExpExecArray): readonly Incident[] {
    const [whole, recipient = "", relay = "", status = "", open = ""] = match;
    // A long line was cut, and has no end.
    const why = open.replace(/\)$/, "");
    const outcome = outcomeOf(status);
    const dsn = /dsn=([245]\.\d{1,3}\.\d{1,3})/.exec(whole)?.[1];
    const codes = { ...codesIn(why), ...(dsn === undefined ? {} : { status: dsn }) };
    const session = this.#owned(pid, `${id} ${recipient.slice(recipient.lastIndexOf("@"))}`);
    // A filter on loopback is no way over which anyone could listen.
    const isLocal = (!relay.includes("[") && relay !== "none") || /\[(?:private\/|\/|127\.|::1\])/.test(relay);
    const isReply = / said: |in reply to /.test(why);
    const said = outcome === "delivered" ? "delivered" : whyOf(why, codes);
    // The status line says no more than "not verified"; an earlier one says why.
    const cause =
      said === "certificate-unproven"
        ? (session.faults.get(relay) ?? [...session.faults.values()].at(-1) ?? said)
        : said;
    const sent = outcome === "delivered" ? "content" : sentBy(cause, sentOf(why), isReply);
    return this.#ledger.record(id, {
      recipient,
      outcome,
      cause,
      codes,
      sent,
      hop: isLocal
        ? "internal"
        : cause === "peer-wants-tls"
          ? "cleartext"
          : this.#hop(session, relay, whole, sent !== "nothing"),
      host: hostOf(relay) ?? hostOf(why),
      said: why === "" ? undefined : why,
    });
  }

  #hop(session: Session, relay: string, line: string, isSent: boolean): Hop {
    const known = session.hops.get(relay) ?? this.#proxied.get(relay);
    if (known !== undefined) return known;
    // A connection that is used again was made elsewhere, maybe before this log begins.
    return isSent && this.#tellsOfTls && relay !== "none" && !line.includes("conn_use=")
      ? "presumed-cleartext"
      : "not-told";
  }

  /** For a line about TLS: what was told of is over, a new session begins. */
  #fresh(pid: string): Session {
    const known = this.#sessions.get(pid);
    if (known !== undefined && known.owner === undefined) return known;
    const session: Session = { owner: undefined, hops: new Map(), faults: new Map() };
    this.#sessions.set(pid, session);
    return session;
  }

  #owned(pid: string, owner: string): Session {
    const known = this.#sessions.get(pid);
    if (known !== undefined && (known.owner === undefined || known.owner === owner)) {
      known.owner = owner;
      return known;
    }
    const session: Session = { owner, hops: new Map(), faults: new Map() };
    this.#sessions.set(pid, session);
    return session;
  }
}

/** "not trusted" is said of a chain and of a TLSA record alike. */
function whyOf(why: string, codes: Codes): Cause {
  return /^Server certificate not (?:verified|trusted)/.test(why) ? "certificate-unproven" : causeOf(why, codes);
}

function outcomeOf(status: string): Outcome {
  if (status === "sent" || status === "deliverable") return "delivered";
  return status === "deferred" || status === "SOFTBOUNCE" ? "delayed" : "returned";
}

/** `mx.example[192.0.2.1]:25` wherever it stands. */
function hostOf(text: string): string | undefined {
  const match = /(?:^|\s)([A-Za-z0-9._-]{1,255})\[[0-9A-Fa-f.:]{2,45}\]/.exec(text);
  if (match === null) return undefined;
  return match[1] === "unknown" ? match[0].trim() : match[1];
}
