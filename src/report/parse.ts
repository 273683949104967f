/**
 * Reads others' reports (RFC 8460 §4.4, RPT-2). Leniently, since what is wanted is what they saw and not their grammar: fields may be missing,
 * numbers may be text, lists may be single values, names may be unknown. Bounded, since anybody may have written them. Pure; never
 * throws.
 */
import type { Instant, Result, TlsPolicyType, TlsResultType } from "../base/index.ts";
import { err, ok } from "../base/index.ts";
import { reportLimits } from "./limits.ts";

export interface TlsReport {
  /** Empty where the report does not say. */
  readonly organization: string;
  readonly contact: string;
  /** Made up from what it is about where the report has none. */
  readonly reportId: string;
  readonly from?: Instant;
  readonly until?: Instant;
  readonly policies: readonly ReportedSessions[];
}

export interface ReportedSessions {
  /** `unknown`: a policy type that RFC 8460 does not have. */
  readonly type: TlsPolicyType | "unknown";
  readonly domain: string;
  readonly strings: readonly string[];
  readonly mxHosts: readonly string[];
  readonly successes: number;
  readonly failures: number;
  readonly details: readonly ReportedFailure[];
}

export interface ReportedFailure {
  readonly result: TlsResultType | "unknown";
  /** As it stands in the report. */
  readonly resultText: string;
  readonly sessions: number;
  readonly sendingIp?: string;
  readonly mxHost?: string;
  readonly mxHelo?: string;
  readonly receivingIp?: string;
  readonly information?: string;
  readonly reason?: string;
}

export type ParseFault = "not-json" | "not-a-report";

export function parseReport(text: string): Result<TlsReport, ParseFault> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return err("not-json");
  }
  const fields = objectOf(value);
  // Some senders write one policy without a list around it.
  const policies = fields === undefined ? [] : listOf(fields["policies"] ?? fields["policy"]);
  if (fields === undefined || policies.length === 0) return err("not-a-report");
  const sessions = policies.slice(0, reportLimits.policiesPerReportMax).flatMap(sessionsOf);
  if (sessions.length === 0) return err("not-a-report");
  const range = objectOf(fields["date-range"]) ?? {};
  const from = instantOf(range["start-datetime"]);
  const until = instantOf(range["end-datetime"]);
  const organization = textOf(fields["organization-name"]);
  return ok({
    organization,
    contact: textOf(fields["contact-info"]),
    reportId: textOf(fields["report-id"]) || madeUpId(from, sessions),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    policies: sessions,
  });
}

function sessionsOf(value: unknown): readonly ReportedSessions[] {
  const fields = objectOf(value);
  if (fields === undefined) return [];
  // Or with the policy's own fields right here.
  const policy = objectOf(fields["policy"]) ?? fields;
  const summary = objectOf(fields["summary"]) ?? {};
  const details = listOf(fields["failure-details"]).slice(0, reportLimits.failuresPerPolicyMax).flatMap(failureOf);
  const told = details.reduce((sum, { sessions }) => sum + sessions, 0);
  return [
    {
      type: policyTypeOf(textOf(policy["policy-type"])),
      domain: textOf(policy["policy-domain"]).toLowerCase(),
      strings: textsOf(policy["policy-string"]),
      mxHosts: textsOf(policy["mx-host"] ?? policy["mx-host-pattern"]),
      successes: countOf(summary["total-successful-session-count"]),
      failures: Math.max(told, countOf(summary["total-failure-session-count"])),
      details,
    },
  ];
}

function failureOf(value: unknown): readonly ReportedFailure[] {
  const fields = objectOf(value);
  if (fields === undefined) return [];
  const resultText = textOf(fields["result-type"]);
  const optional = (name: keyof ReportedFailure, field: string): Partial<ReportedFailure> => {
    const text = textOf(fields[field]);
    return text === "" ? {} : { [name]: text };
  };
  return [
    {
      result: resultTypeOf(resultText),
      resultText,
      sessions: countOf(fields["failed-session-count"]),
      ...optional("sendingIp", "sending-mta-ip"),
      ...optional("mxHost", "receiving-mx-hostname"),
      ...optional("mxHelo", "receiving-mx-helo"),
      ...optional("receivingIp", "receiving-ip"),
      ...optional("information", "additional-information"),
      ...optional("reason", "failure-reason-code"),
    },
  ];
}

type Fields = Readonly<Record<string, unknown>>;

/** Without a prototype, so that no name of its own is taken for a field. */
function objectOf(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null) as object, value) as Fields;
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function textOf(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  return String(value).slice(0, reportLimits.textMaxChars).toWellFormed().trim();
}

function textsOf(value: unknown): readonly string[] {
  const { policyStringsMax } = reportLimits;
  return listOf(value)
    .slice(0, policyStringsMax)
    .map(textOf)
    .filter((text) => text !== "");
}

function countOf(value: unknown): number {
  const number = typeof value === "string" && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return 0;
  return Math.min(Math.floor(number), Number.MAX_SAFE_INTEGER / 1_000_000);
}

function instantOf(value: unknown): Instant | undefined {
  const at = typeof value === "string" && value.length < 60 ? Date.parse(value.trim()) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function madeUpId(from: Instant | undefined, [first]: readonly ReportedSessions[]): string {
  return [from === undefined ? "no-date" : new Date(from).toISOString(), first?.domain ?? ""].join("_");
}

const policyTypes: readonly TlsPolicyType[] = ["tlsa", "sts", "no-policy-found"];

function policyTypeOf(text: string): TlsPolicyType | "unknown" {
  return policyTypes.find((type) => type === text.toLowerCase()) ?? "unknown";
}

const resultTypes: readonly TlsResultType[] = [
  "starttls-not-supported",
  "certificate-host-mismatch",
  "certificate-expired",
  "certificate-not-trusted",
  "validation-failure",
  "tlsa-invalid",
  "dnssec-invalid",
  "dane-required",
  "sts-policy-fetch-error",
  "sts-policy-invalid",
  "sts-webpki-invalid",
];

function resultTypeOf(text: string): TlsResultType | "unknown" {
  return resultTypes.find((type) => type === text.toLowerCase()) ?? "unknown";
}
