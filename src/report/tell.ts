/** What a received report says, in words: what happened, whether mail was exposed or waited, and what to mend. */
import { displayDomain, parseDomain } from "../base/index.ts";
import { unicodeLine } from "../mime/index.ts";
import type { Words } from "../words/index.ts";
import type { ReportedFailure, ReportedSessions, TlsReport } from "./parse.ts";
import type { ReceivedReport } from "./received.ts";

const shownMaxChars = 200;
const shownStringsMax = 20;

/** How many sessions, all policies together. */
export function sessionsOf({ policies }: TlsReport): { readonly successes: number; readonly failures: number } {
  return {
    successes: policies.reduce((sum, one) => sum + one.successes, 0),
    failures: policies.reduce((sum, one) => sum + one.failures, 0),
  };
}

/** One line for a list. */
export function tellReportLine(words: Words, { id, proof, report }: ReceivedReport): string {
  const domains = [...new Set(report.policies.map(({ domain }) => domainText(domain)))].filter((one) => one !== "");
  return words.say("report-line", {
    id,
    day: dayText(report),
    organization: organizationText(words, report),
    domains: domains.length === 0 ? words.say("report-no-domain") : words.list(domains),
    ...sessionsOf(report),
    proof: proof.kind,
  });
}

export interface ToldReport {
  /** Who, when, and who vouches for it. */
  readonly head: readonly string[];
  readonly policies: readonly ToldPolicy[];
}

export interface ToldPolicy {
  readonly what: string;
  readonly strings: readonly string[];
  readonly failures: readonly ToldFailure[];
}

export interface ToldFailure {
  readonly what: string;
  /** Host, addresses, and what the other side added. */
  readonly where: readonly string[];
  /** Was mail exposed, or did it wait? */
  readonly exposure: string;
  readonly mend: string;
}

export function tellReport(words: Words, { proof, report }: ReceivedReport): ToldReport {
  const head = [
    words.say("report-head", {
      organization: organizationText(words, report),
      contact: report.contact === "" ? "none" : safe(report.contact),
      day: dayText(report),
      id: safe(report.reportId),
    }),
    words.say("report-proof", { proof: proof.kind, by: proof.kind === "signed" ? safe(proof.by) : "" }),
  ];
  return { head, policies: report.policies.map((one) => tellPolicy(words, one)) };
}

function tellPolicy(words: Words, sessions: ReportedSessions): ToldPolicy {
  const { type, domain, strings, successes, failures, details } = sessions;
  const told = details.reduce((sum, one) => sum + one.sessions, 0);
  const rest = failures - told;
  return {
    what: words.say("report-policy", { domain: domainText(domain) || "?", type, successes, failures }),
    strings: strings.slice(0, shownStringsMax).map(safe),
    failures: [
      ...details.map((one) => tellFailure(words, sessions, one)),
      ...(rest > 0 && failures > 0
        ? [tellFailure(words, sessions, { result: "unknown", resultText: "?", sessions: rest })]
        : []),
    ],
  };
}

function tellFailure(words: Words, policy: ReportedSessions, failure: ReportedFailure): ToldFailure {
  const { result, resultText, sessions, mxHost, receivingIp, sendingIp, reason, information } = failure;
  const where = [
    ...(mxHost === undefined
      ? []
      : [words.say("report-where-host", { host: safe(mxHost), address: safe(receivingIp ?? "none") })]),
    ...(mxHost !== undefined || receivingIp === undefined
      ? []
      : [words.say("report-where-address", { address: safe(receivingIp) })]),
    ...(sendingIp === undefined ? [] : [words.say("report-where-from", { address: safe(sendingIp) })]),
    ...[reason, information].flatMap((text) =>
      text === undefined ? [] : [words.say("report-where-said", { text: safe(text) })],
    ),
  ];
  return {
    what: words.say(`report-result-${result}`, { count: sessions, result: safe(resultText) }),
    where,
    exposure: words.say(`report-exposure-${exposureOf(policy, failure)}`),
    mend: words.say(`report-mend-${result}`, {
      host: mxHost === undefined ? words.say("report-that-host") : safe(mxHost),
      domain: domainText(policy.domain) || "?",
    }),
  };
}

/**
 * What a sender does after such a failure. Under DANE or an enforced MTA-STS policy mail waits (RFC 7672 §2.2, RFC 8461 §5); in
 * testing mode, without a policy, or where the policy itself could not be had, it goes on as it can.
 */
function exposureOf({ type, strings }: ReportedSessions, { result }: ReportedFailure): "held" | "exposed" | "unknown" {
  if (result === "sts-policy-fetch-error" || result === "sts-policy-invalid" || result === "sts-webpki-invalid") {
    return isMode(strings, "enforce") ? "held" : "exposed";
  }
  switch (type) {
    case "tlsa":
      return "held";
    case "sts":
      return isMode(strings, "enforce") ? "held" : isMode(strings, "testing") ? "exposed" : "unknown";
    case "no-policy-found":
      return result === "dnssec-invalid" ? "held" : "exposed";
    case "unknown":
      return "unknown";
  }
}

function isMode(strings: readonly string[], mode: string): boolean {
  return strings.some((text) => new RegExp(`^\\s*mode\\s*:\\s*${mode}\\s*$`, "im").test(text));
}

function organizationText(words: Words, { organization, contact }: TlsReport): string {
  return safe(organization || contact) || words.say("report-nobody");
}

function dayText({ from, until }: TlsReport): string {
  const day = (at: number | undefined): string => (at === undefined ? "?" : new Date(at).toISOString().slice(0, 10));
  // A day's last second, or the next day's first.
  const last = until === undefined || from === undefined ? until : Math.max(from, until - 1);
  return day(from) === day(last) || last === undefined ? day(from) : `${day(from)} – ${day(last)}`;
}

function domainText(text: string): string {
  const parsed = parseDomain(text);
  return parsed.ok ? safe(displayDomain(parsed.value)) : safe(text);
}

/** What strangers wrote, fit to stand in a sentence. */
function safe(text: string): string {
  return unicodeLine(text, shownMaxChars);
}
