/** What a sender can do, by outcome. Each is the id of a message in the catalogue. */
import type { BounceReason, DeferReason } from "../../base/index.ts";
import { safetyReasons } from "../status.ts";
import { statusOf, type Delayed, type Failed } from "./facts.ts";

export function adviceFor(outcome: Failed): string {
  switch (outcome.reason) {
    case "peer-rejected":
      return rejectionAdvice(outcome);
    case "lifetime-over":
      return outcome.after !== undefined && isAboutSafety(outcome.after) ? "advice-unsafe" : "advice-lifetime-over";
    case "suspected-downgrade":
      return "advice-unsafe";
    default:
      return `advice-${outcome.reason satisfies Exclude<BounceReason, "peer-rejected" | "lifetime-over" | "suspected-downgrade">}`;
  }
}

export function delayAdviceFor(outcome: Delayed): string {
  return outcome.forSafety ? "advice-delay-safety" : "advice-delay";
}

/** By the subject of the status that the other server gave (RFC 3463 §3). */
function rejectionAdvice(outcome: Failed): string {
  const [, subject] = statusOf(outcome).split(".");
  if (subject === "1") return "advice-rejected-address";
  if (subject === "2") return "advice-rejected-mailbox";
  return subject === "7" ? "advice-rejected-policy" : "advice-rejected";
}

function isAboutSafety(reason: DeferReason): boolean {
  return reason === "rule-unsatisfiable" || (safetyReasons as readonly DeferReason[]).includes(reason);
}
