/**
 * Exim's main log. A letter pair tells what became of a recipient:
 *
 *   2026-11-25 21:50:42 1xWKt0-00046J-1V => bob@… R=… T=remote H=mx… [192.0.2.1] X=TLS1.3:…:256 CV=yes C="250 …"
 *   … == bob@… R=… T=remote defer (-38) H=mx… [192.0.2.1]: why          … ** bob@… R=… T=remote H=…: why
 *
 * `X=` is the TLS of that very delivery, and is there whenever there was TLS (log_selector tls_cipher, on by default); where it is
 * deferred Exim does not print it. `CV=yes`: the certificate was checked, for the host's name, which came from DNS unless the
 * line has `DS` (log_selector dnssec). `CV=dane`: DANE.
 */
import { causeOf, codesIn, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import type { Hop, Incident, Outcome } from "../types.ts";
import { Ledger, Recent, type LogReader } from "./ledger.ts";

const linePattern = /(?:^|\s)([0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})) (.*)$/;
const flagPattern = /^(=>|->|>>|==|\*\*) (.*)$/;

export class EximReader implements LogReader {
  readonly #ledger = new Ledger("exim");
  /** Messages that Exim says it sends in clear after TLS failed. */
  readonly #unencrypted = new Recent<true>();

  push(line: string): readonly Incident[] | undefined {
    const match = linePattern.exec(line);
    if (match === null)
      return /^\S+ \S+ .*\bexim\b/.test(line) || rejectPattern.test(line) ? this.#refused(line) : undefined;
    const [, id = "", rest = ""] = match;
    if (rest === "Completed") return this.#ledger.finish(id);
    if (rest.includes("delivering unencrypted to H=")) {
      this.#unencrypted.set(id, true);
      return [];
    }
    const flagged = flagPattern.exec(rest);
    if (flagged !== null) return this.#delivery(id, flagged[1] ?? "", flagged[2] ?? "");
    return this.#aside(id, rest);
  }

  end(): readonly Incident[] {
    return this.#ledger.finishAll();
  }

  #delivery(id: string, flag: string, rest: string): readonly Incident[] {
    const recipient = recipientOf(rest);
    const outcome: Outcome = flag === "==" ? "delayed" : flag === "**" ? "returned" : "delivered";
    const host = /(?:^|\s)H=(\S+)/.exec(rest)?.[1]?.replace(/:$/, "");
    const why = outcome === "delivered" ? (/ C="([^"]*)"/.exec(rest)?.[1] ?? "") : whyOf(rest);
    const codes = codesIn(why);
    const cause = outcome === "delivered" ? "delivered" : causeOf(why, codes);
    const isReply = /SMTP error from remote|said: /.test(why);
    const isLocal =
      (outcome === "delivered" && host === undefined) || / H=\S+ (?:\([^)]*\) )?\[(?:127\.|::1\])/.test(rest);
    return this.#ledger.record(id, {
      ...(recipient === undefined ? {} : { recipient }),
      outcome,
      cause,
      codes,
      sent: outcome === "delivered" ? "content" : sentBy(cause, sentOf(why), isReply),
      hop: isLocal ? "internal" : cause === "peer-wants-tls" ? "cleartext" : this.#hop(id, flag, rest, isReply),
      host,
      said: why === "" ? undefined : why,
    });
  }

  #hop(id: string, flag: string, rest: string, isReply: boolean): Hop {
    if (/ X=\S/.test(rest)) return tlsHop(rest);
    if (this.#unencrypted.get(id) === true) return "cleartext";
    if (flag === "==") return "not-told";
    return flag === "**" && !isReply ? "not-told" : "presumed-cleartext";
  }

  /** What another host answered before the next was tried. */
  #aside(id: string, rest: string): readonly Incident[] {
    const sent = /SMTP error from remote|Remote host closed|timeout/.test(rest) ? sentOf(rest) : "nothing";
    return sent === "nothing"
      ? []
      : this.#ledger.expose(id, { sent, hop: / X=\S/.test(rest) ? tlsHop(rest) : "not-told" });
  }

  #refused(line: string): readonly Incident[] {
    const match = rejectPattern.exec(line);
    if (match === null) return [];
    const [, host = "", fields = "", recipient, why = ""] = match;
    const codes = codesIn(why);
    const incident: Incident = {
      source: "exim",
      outcome: "refused",
      cause: causeOf(why, codes),
      codes,
      sent: "addresses",
      hop: / X=\S/.test(fields) ? "unproven" : "presumed-cleartext",
      host,
      recipients: recipient === undefined ? [] : [recipient],
      said: why,
      attempts: 1,
      notes: [],
    };
    return [incident];
  }
}

const rejectPattern =
  /(?:^|\s)H=(\S+)(.{0,600}?) (?:temporarily )?rejected (?:RCPT|MAIL|after DATA)(?: <([^>]*)>)?:? ?(.*)$/;

function tlsHop(fields: string): Hop {
  if (/ CV=dane\b/.test(fields)) return "proven";
  if (!/ CV=yes\b/.test(fields)) return "unproven";
  return / DS(?= |$)/.test(fields) ? "proven" : "name-from-dns";
}

/** `bob@example`, or `bob <bob@example>` where it was rewritten. */
function recipientOf(rest: string): string | undefined {
  const end = rest.search(/ (?:R=|T=|F=|P=)|: /);
  const text = end < 0 ? (rest.split(" ", 1)[0] ?? "") : rest.slice(0, end);
  const inner = /<([^<>]*)>/.exec(text)?.[1] ?? text.split(" ", 1)[0];
  return inner === "" ? undefined : inner;
}

/** Behind the fields: after `defer (-38) H=…: `, or after the last field and a colon. */
function whyOf(rest: string): string {
  const deferred =
    /defer \(-?\d+\)(?::? ?H=\S+(?: \([^)]*\))?(?: \[[^\]]*\](?::\d+)?)?)?(?: X=\S+)?(?: CV=\S+)?(?: DN="[^"]*")?:? ?(.*)$/.exec(
      rest,
    );
  if (deferred !== null) return deferred[1] ?? "";
  const at = rest.search(/(?:\]|"|CV=\S{1,8}|T=\S{1,80}|R=\S{1,80}|>|\S@\S{1,255}): /);
  return at < 0 ? rest : rest.slice(rest.indexOf(": ", at) + 2);
}
