/**
 * OpenSMTPD. Every line of a session bears the session's name, so that what is told of TLS is surely told of that delivery:
 *
 *   smtpd[75295]: 5df87c9ffd0e785d mta connecting address=smtp://192.0.2.1:25 host=mx.example
 *   smtpd[75295]: 5df87c9ffd0e785d mta tls ciphers=TLSv1.3:…
 *   smtpd[75295]: 5df87c9ffd0e785d mta delivery evpid=… to=<bob@…> … relay="192.0.2.1 (mx.example)" result="Ok" stat="250 …"
 */
import { causeOf, codesIn, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import type { Cause, Hop, Incident, Outcome } from "../types.ts";
import { Ledger, Recent, type LogReader } from "./ledger.ts";

interface Session {
  /** The log has its beginning. */
  whole: boolean;
  hop: Hop | undefined;
  fault: Cause | undefined;
}

const linePattern = /(?:^|\s)(?:smtpd\[\d{1,10}\]: )?([0-9a-f]{16}) mta (.*)$/;

export class OpenSmtpdReader implements LogReader {
  readonly #ledger = new Ledger("opensmtpd");
  readonly #sessions = new Recent<Session>();

  push(line: string): readonly Incident[] | undefined {
    const match = linePattern.exec(line);
    if (match === null) return /smtpd\[\d+\]: smtp-out: /.test(line) ? [] : undefined;
    const [, id = "", text = ""] = match;
    const event = text.replace(/^event=/, "");
    if (event.startsWith("delivery ")) return this.#delivery(id, event);
    const session = this.#sessions.get(id) ?? { whole: false, hop: undefined, fault: undefined };
    if (event.startsWith("connect")) session.whole = true;
    if (/^(?:tls|starttls) /.test(event)) session.hop ??= "unproven";
    const check = /^(?:server-)?cert-check result="?([a-z]+)/.exec(event)?.[1];
    if (check !== undefined)
      session.hop = check === "success" || check === "valid" || check === "verified" ? "name-from-dns" : "unproven";
    const error = /^error reason="?(.*)$/.exec(event)?.[1];
    if (error !== undefined) session.fault = causeOf(error);
    this.#sessions.set(id, session);
    return [];
  }

  end(): readonly Incident[] {
    return this.#ledger.finishAll();
  }

  #delivery(id: string, text: string): readonly Incident[] {
    const stat = / stat="?(.*?)"?$/.exec(text)?.[1] ?? "";
    const outcome = outcomes[/ result="?([A-Za-z]+)/.exec(text)?.[1] ?? ""] ?? "unknown";
    const evpid = / evpid=([0-9a-f]{8,16})/.exec(text)?.[1] ?? id;
    const codes = codesIn(stat);
    const session = this.#sessions.get(id);
    const said = causeOf(stat, codes);
    const cause = outcome === "delivered" ? "delivered" : said === "unreachable" ? (session?.fault ?? said) : said;
    const [, address, name] = / relay="?([^\s"]+)(?: \(([^)"]*)\))?/.exec(text) ?? [];
    const recipient = / to=<([^>]*)>/.exec(text)?.[1];
    return this.#ledger.record(evpid, {
      ...(recipient === undefined ? {} : { recipient }),
      outcome,
      cause,
      codes,
      sent: outcome === "delivered" ? "content" : sentBy(cause, sentOf(stat), codes.reply !== undefined),
      hop: hopOf(session, cause, address ?? ""),
      host: name === undefined || name === "" ? address : name,
      said: stat,
    });
  }
}

function hopOf(session: Session | undefined, cause: Cause, address: string): Hop {
  if (/^(?:127\.|::1$|\[::1\])/.test(address)) return "internal";
  if (cause === "peer-wants-tls") return "cleartext";
  return session?.hop ?? (session?.whole === true ? "cleartext" : "not-told");
}

const outcomes: Readonly<Record<string, Outcome>> = {
  Ok: "delivered",
  TempFail: "delayed",
  PermFail: "returned",
  LoopDetected: "returned",
};
