/** A plan told to people: where the message goes next, what the hop must prove, and why. */
import { compareLevels, type Level, type MailEvent, type PlanReason, type ProofKind } from "../base/index.ts";
import { safeName, safeQuote } from "./safe.ts";
import type { Words } from "./words.ts";

type Planned = Extract<MailEvent, { readonly code: "planned" }>;

export function tellPlan(words: Words, plan: Planned): string {
  const domain = safeName(plan.domain);
  const [first] = plan.hosts;
  if (first === undefined) return words.say("planned-nowhere", { domain });
  const hosts = words.list(plan.hosts.map((host) => safeName(host.host)));
  const isRouted = plan.why.some((reason) => reason.code === "route");
  const sentences = [
    words.say("planned", { domain, hosts }),
    ...(isRouted ? [] : [words.say(`planned-mx-${plan.mxStatus}`, { domain })]),
    ...requirementSentences(words, plan),
    ...plan.why.map((reason) => sayPlanReason(words, reason)),
  ];
  return sentences.join(words.say("gap"));
}

/** What the hop must prove: one sentence if all hosts must prove the same, else the weakest of them, said to be that. */
function requirementSentences(words: Words, { hosts }: Planned): readonly string[] {
  const [weakest] = [...hosts].sort((a, b) => compareLevels(a.require, b.require));
  if (weakest === undefined) return [];
  const isMixed = hosts.some((host) => host.require !== weakest.require);
  const must = sayRequirement(words, weakest.require, weakest.proof);
  return isMixed ? [words.say("planned-mixed", { host: safeName(weakest.host) }), must] : [must];
}

function sayRequirement(words: Words, require: Level, proof: ProofKind): string {
  if (require === "encrypted" && proof === "dane") return words.say("must-encrypted-dane");
  if (require !== "authenticated") return words.say(`must-${require}`);
  return words.say("must-authenticated", { by: words.say(`proof-${proof}`) });
}

function sayPlanReason(words: Words, reason: PlanReason): string {
  switch (reason.code) {
    case "rule":
      return words.say("why-rule", { pattern: safeName(reason.pattern), require: reason.require });
    case "route":
      return words.say("why-route", { to: safeName(reason.to) });
    case "no-promise":
    case "implicit-mx":
    case "dane-unusable":
    case "requiretls":
    case "tls-not-required":
    case "mta-sts-unknown":
    case "bytes-injected":
      return words.say(`why-${reason.code}`);
    case "tls-failed-before":
      return words.say("why-tls-failed-before", { failures: reason.failures, tries: reason.tries });
    case "tls-given-up":
      return words.say("why-tls-given-up", { failures: reason.failures });
    case "dane":
      return words.say(reason.mxProven ? "why-dane" : "why-dane-mx-unproven");
    case "mta-sts":
      return words.say(`why-mta-sts-${reason.mode}`);
    case "remembered":
      return words.say("why-remembered", { level: reason.level });
    case "memory-given-up":
      return words.say("why-memory-given-up", { level: reason.level });
    case "exception": {
      const { level, until, why } = reason;
      return words.say("why-exception", {
        pattern: safeName(reason.pattern),
        level,
        until: words.time(until),
        why: safeQuote(why),
      });
    }
    case "report-only":
      return words.say("why-report-only", { level: reason.would });
  }
}
