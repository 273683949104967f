/** What became of recipients, in one short line each event: for the try-out and for `send`. */
import type { MailEvent } from "../base/index.ts";
import { safeAddress } from "./safe.ts";
import type { Words } from "./words.ts";

/** `✓ bob@safe.example: delivered; only the two servers could read it`. Undefined for events that are no outcome. */
export function outcomeLine(words: Words, event: MailEvent): string | undefined {
  switch (event.code) {
    case "delivered":
      return words.say(`outcome-delivered-${event.level}`, { recipients: recipientsOf(words, event) });
    case "deferred": {
      const id = event.forSafety ? "outcome-held" : "outcome-waiting";
      return words.say(id, { recipients: recipientsOf(words, event), time: words.time(event.retryAt) });
    }
    case "bounced":
      return words.say("outcome-returned", {
        recipients: recipientsOf(words, event),
        why: words.say(`outcome-why-${event.reason}`),
      });
    default:
      return undefined;
  }
}

function recipientsOf(words: Words, event: { readonly recipients: readonly string[] }): string {
  return words.list(event.recipients.map(safeAddress));
}
