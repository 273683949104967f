/** Did it come as it should? What happened to a message of the sandbox, held against what its domain was built to show. Pure. */
import type { MailEvent, StoryEntry } from "../../base/index.ts";
import type { Captured, Expectation, ReceivedMessage } from "../../lab/index.ts";

export interface Evidence {
  readonly story: readonly StoryEntry[];
  /** What the honest server took. */
  readonly received: readonly Pick<ReceivedMessage, "tls">[];
  /** What the attacker got hold of; undefined where there is none. */
  readonly captured: readonly Captured[] | undefined;
  /** The sender got a notice. */
  readonly noticed: boolean;
}

/** What is not as expected, one key of the catalogue each (`cli-tryout-wrong-…`); empty: all is well. */
export type Discrepancy = "outcome" | "leaked" | "not-received" | "not-captured" | "received" | "no-notice";

export function discrepancies(expect: Expectation, evidence: Evidence): readonly Discrepancy[] {
  const { received, captured } = evidence;
  const events = evidence.story.map(({ event }) => event);
  const found: Discrepancy[] = [];
  const note = (wrong: boolean, what: Discrepancy): void => void (wrong && found.push(what));
  note(!cameAsExpected(expect, events), "outcome");
  switch (expect.kind) {
    case "delivered":
    case "delayed": {
      if (expect.kind === "delivered" && expect.to === "attacker") {
        note(captured?.length !== 1, "not-captured");
        note(received.length > 0, "received");
        break;
      }
      const inClear = expect.level === "cleartext";
      note(received.length !== 1 || (received[0]?.tls === undefined) !== inClear, "not-received");
      note(captured !== undefined && captured.length > 0 !== inClear, inClear ? "not-captured" : "leaked");
      break;
    }
    case "held":
      note((captured?.length ?? 0) > 0, "leaked");
      note(received.length > 0, "received");
      break;
    case "returned":
      note(received.length > 0, "received");
      note(!evidence.noticed, "no-notice");
      break;
  }
  return found;
}

/** True if with this event the story has come as far as the first telling goes. */
export function endsStory(expect: Expectation, { event }: StoryEntry): boolean {
  if (expect.kind === "returned") return event.code === "bounce-sent" || event.code === "delivered";
  return isOutcome(event);
}

export function isOutcome(event: MailEvent): boolean {
  return event.code === "delivered" || event.code === "deferred" || event.code === "bounced";
}

/** What the events of a story come to, without their details. */
function cameAsExpected(expect: Expectation, events: readonly MailEvent[]): boolean {
  const outcomes = events.filter(isOutcome);
  const last = outcomes.at(-1);
  switch (expect.kind) {
    case "delivered":
      return (
        outcomes.length === 1 &&
        last?.code === "delivered" &&
        last.level === expect.level &&
        last.proof === (expect.proof ?? last.proof)
      );
    case "delayed": {
      const before = outcomes.slice(0, -1);
      const waited = before.length > 0 && before.every((one) => one.code === "deferred" && !one.forSafety);
      return waited && last?.code === "delivered" && last.level === expect.level;
    }
    case "held":
      return (
        outcomes.length > 0 &&
        outcomes.every((one) => one.code === "deferred" && one.forSafety && (one.fault ?? one.reason) === expect.for)
      );
    case "returned":
      return outcomes.length === 1 && last?.code === "bounced" && last.reason === expect.reason;
  }
}
