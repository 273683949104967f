/**
 * TLS reports (RFC 8460 §4.4), as JSON: sessions that a sender of mail had with a domain's servers, counted by what went wrong. What
 * failed under a policy that is enforced was not sent in that session; in testing mode, and without a policy, that is not told.
 */
import { isTlsResult, tlsResultCauses } from "../codes.ts";
import { explainLimits } from "../limits.ts";
import type { Hop, Incident, Note, Sent } from "../types.ts";

/** Undefined: no TLS report. */
export function readTlsReport(text: string): readonly Incident[] | undefined {
  const report = object(parse(text));
  const policies = report?.["policies"];
  if (!Array.isArray(policies)) return undefined;
  const reporter = string(report?.["organization-name"]) ?? string(report?.["contact-info"]);
  return policies
    .slice(0, explainLimits.incidentsMax)
    .flatMap((entry) => ofPolicy(object(entry)))
    .slice(0, explainLimits.incidentsMax)
    .map((incident) => (reporter === undefined ? incident : { ...incident, reporter }));
}

type Json = Readonly<Record<string, unknown>>;

function ofPolicy(entry: Json | undefined): readonly Incident[] {
  const policy = object(entry?.["policy"]);
  const summary = object(entry?.["summary"]);
  if (policy === undefined) return [];
  const type = string(policy["policy-type"]) ?? "";
  const lines = array(policy["policy-string"]).map((line) => string(line) ?? "");
  const isTesting = type === "sts" && lines.some((line) => /^\s*mode\s*:\s*testing/i.test(line));
  const isHeld = type === "tlsa" || (type === "sts" && lines.some((line) => /^\s*mode\s*:\s*enforce/i.test(line)));
  const domain = string(policy["policy-domain"]);
  const recipients = domain === undefined ? [] : [`@${domain}`];
  const failed: Failed = {
    sent: isHeld ? "nothing" : "not-told",
    notes: isTesting ? ["policy-testing"] : [],
    recipients,
  };
  const details = array(entry?.["failure-details"]).slice(0, explainLimits.incidentsMax);
  const failures = details.flatMap((detail) => ofFailure(object(detail), failed));
  const told = failures.reduce((sum, { sessions = 0 }) => sum + sessions, 0);
  const untold = count(summary?.["total-failure-session-count"]) - told;
  const good = count(summary?.["total-successful-session-count"]);
  return [
    ...(good > 0 ? [succeeded(good, type, recipients)] : []),
    ...failures,
    ...(untold > 0 ? [incident("tls-validation", { ...failed, sessions: untold })] : []),
  ];
}

interface Failed {
  readonly sent: Sent;
  readonly notes: readonly Note[];
  readonly recipients: readonly string[];
}

function ofFailure(detail: Json | undefined, failed: Failed): readonly Incident[] {
  if (detail === undefined) return [];
  const type = string(detail["result-type"]) ?? "";
  const host = string(detail["receiving-mx-hostname"]) ?? string(detail["receiving-ip"]);
  const said = string(detail["failure-reason-code"]) ?? string(detail["additional-information"]);
  const cause = isTlsResult(type) ? tlsResultCauses[type] : "tls-validation";
  return [
    {
      ...incident(cause, { ...failed, sessions: count(detail["failed-session-count"]) }),
      codes: isTlsResult(type) ? { tlsResult: type } : {},
      ...(host === undefined ? {} : { host }),
      ...(said === undefined ? {} : { said }),
    },
  ];
}

function incident(
  cause: Incident["cause"],
  { sent, notes, recipients, sessions }: Failed & { readonly sessions: number },
): Incident {
  return {
    source: "tls-report",
    outcome: "reported",
    cause,
    codes: {},
    sent,
    hop: "not-told",
    recipients,
    attempts: 1,
    sessions,
    notes,
  };
}

/** Without a policy, success is TLS with whoever answered. */
function succeeded(sessions: number, type: string, recipients: readonly string[]): Incident {
  const hop: Hop = type === "tlsa" || type === "sts" ? "proven" : "unproven";
  return { ...incident("delivered", { sent: "content", notes: [], recipients, sessions }), hop };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
