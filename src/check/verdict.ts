/** All of it in one word, and the level that goes with it. Pure. */
import { weakest, type Level } from "../base/index.ts";
import { isExposed } from "../threats/index.ts";
import { isEnforced, isMxSecure, stsSays, type HostView } from "./judge/view.ts";
import type { Matrix } from "./matrix.ts";
import type { Ability, Finding, Inspection, Predicted, Report, SenderClass, Verdict } from "./types.ts";

export function verdictOf(
  { facts }: Inspection,
  views: readonly HostView[],
  matrix: Matrix,
  findings: readonly Finding[],
): Verdict {
  switch (facts.mx.kind) {
    case "null-mx":
      return "no-mail";
    case "nxdomain":
      return "undeliverable";
    case "failed":
      return facts.mx.status === "bogus" ? "held" : "unknown";
    case "records":
    case "implicit":
    case "routed":
    case "literal":
      break;
  }
  if (views.every(({ fact }) => fact.addresses.kind === "none")) return "undeliverable";
  if (views.every(({ fact }) => isForged(fact.addresses))) return "held";
  if (views.every(({ tls }) => tls === "untested")) return "unknown";
  if (views.some(({ tls }) => tls === "missing" || tls === "broken")) return "readable";
  const { unattacked } = matrix;
  const areTurnedAway = (["mta-sts", "dane", "dane+mta-sts"] as const).some((sender) => isKeptBack(unattacked[sender]));
  if (areTurnedAway) return "held";
  const byDane = isSafe(matrix, "dane");
  const bySts = isSafe(matrix, "mta-sts");
  if (byDane && bySts) return "safe";
  if (byDane) return "safe-dane";
  if (bySts) return "safe-sts";
  return findings.some(({ code }) => code === "hosts-differ") ? "uneven" : "unprotected";
}

function isForged(addresses: HostView["fact"]["addresses"]): boolean {
  return addresses.kind === "failed" && addresses.status === "bogus";
}

function isKeptBack(outcome: Predicted): boolean {
  return outcome === "held" || outcome === "bounced";
}

/** What no domain can help, whatever it publishes, is told beside the verdict: first contact (RFC 8461 §10.2), and false authorities. */
const ofOrdinaryAttackers: ReadonlySet<Ability> = new Set(["listen", "path", "dns"]);

function isSafe({ attacks }: Matrix, sender: SenderClass): boolean {
  const outcomes = attacks.filter(({ ability }) => ofOrdinaryAttackers.has(ability)).map((one) => one.outcomes[sender]);
  return outcomes.length > 0 && !outcomes.some((outcome) => outcome === "unknown" || isExposed(outcome));
}

export function levelOf(inspection: Inspection, views: readonly HostView[], verdict: Verdict): Report["level"] {
  if (verdict === "no-mail" || verdict === "undeliverable") return "none";
  const tested = views.filter(({ tls }) => tls !== "untested");
  if (tested.length === 0) return "unknown";
  return tested.map((view) => levelAt(inspection, view)).reduce<Level>(weakest, "authenticated");
}

function levelAt(inspection: Inspection, view: HostView): Level {
  if (view.tls !== "offered") return "cleartext";
  const byDane = view.fitsDane && isMxSecure(inspection);
  const isProven = view.chains.length > 0 && view.chains.every(({ looks }) => isBeyondDoubt(looks));
  const bySts = isEnforced(inspection) && stsSays(inspection, view) === "may" && isProven;
  return byDane || bySts ? "authenticated" : "encrypted";
}

function isBeyondDoubt({ chain, dates, name }: HostView["chains"][number]["looks"]): boolean {
  return chain === "trusted" && dates === "valid" && name === "right";
}
