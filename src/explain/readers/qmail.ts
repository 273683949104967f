/**
 * Qmail and its kin. A delivery has a number, told when it starts and when it ends; spaces are underscores:
 *
 *   starting delivery 12: msg 34 to remote bob@example.net
 *   delivery 12: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_unknown_user/Giving_up_on_192.0.2.1./
 *
 * Nothing is told of TLS; qmail itself has none.
 */
import { causeOf, codesIn, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import type { Incident, Outcome } from "../types.ts";
import { Ledger, Recent, type LogReader } from "./ledger.ts";

const startPattern = /(?:^|\s)starting delivery (\d{1,12}): msg (\d{1,20}) to (remote|local) (\S+)/;
const endPattern = /(?:^|\s)delivery (\d{1,12}): (success|failure|deferral): ?(.*)$/;
const doneMessage = /(?:^|\s)end msg (\d{1,20})/;

export class QmailReader implements LogReader {
  readonly #ledger = new Ledger("qmail");
  readonly #started = new Recent<{ readonly message: string; readonly recipient: string; readonly isLocal: boolean }>();

  push(line: string): readonly Incident[] | undefined {
    const start = startPattern.exec(line);
    if (start !== null) {
      const [, delivery = "", message = "", kind, recipient = ""] = start;
      this.#started.set(delivery, { message, recipient, isLocal: kind === "local" });
      return [];
    }
    const done = doneMessage.exec(line);
    if (done !== null) return this.#ledger.finish(done[1] ?? "");
    const end = endPattern.exec(line);
    if (end === null)
      return /(?:^|\s)(?:new msg \d|info msg \d+: bytes|bounce msg \d|status: local \d)/.test(line) ? [] : undefined;
    return this.#delivery(end[1] ?? "", end[2] ?? "", end[3] ?? "");
  }

  end(): readonly Incident[] {
    return this.#ledger.finishAll();
  }

  #delivery(delivery: string, result: string, text: string): readonly Incident[] {
    const started = this.#started.get(delivery);
    this.#started.delete(delivery);
    const outcome: Outcome = result === "success" ? "delivered" : result === "failure" ? "returned" : "delayed";
    const plain = text.replaceAll("_", " ").replace(/\/$/, "");
    const codes = codesIn(plain);
    const cause = outcome === "delivered" ? "delivered" : causeOf(plain, codes);
    const host = /\b(\d{1,3}(?:\.\d{1,3}){3})\b/.exec(text)?.[1];
    const sent = outcome === "delivered" ? "content" : sentBy(cause, sentOf(text), text.includes("emote_host_said"));
    return this.#ledger.record(started?.message ?? `no id ${delivery}`, {
      ...(started === undefined ? {} : { recipient: started.recipient }),
      outcome,
      cause,
      codes,
      sent,
      hop: started?.isLocal === true ? "internal" : cause === "peer-wants-tls" ? "cleartext" : "not-told",
      host,
      said: plain,
      notes: text.includes("Possible_duplicate") ? ["maybe-delivered"] : [],
    });
  }
}
