/**
 * RFC 8460 §4.4 as a checker, written from the RFC's text and sharing nothing with what builds reports: every rule that the
 * section states, and I-JSON (RFC 7493 §2), which the section builds on. What comes back are the rules that a text breaks.
 */
import { isIP } from "node:net";

type Check = (value: unknown, at: string) => readonly string[];

/** No fault: a report by the grammar. */
export function grammarFaults(text: string): readonly string[] {
  const faults: string[] = [];
  if (text.startsWith("\ufeff")) faults.push("I-JSON: a byte order mark");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [...faults, "not JSON"];
  }
  if (hasHalfCharacters(value)) faults.push("RFC 7493 §2.1: half of a surrogate pair");
  if (hasNamesTwice(text)) faults.push("RFC 7493 §2.3: a name twice");
  return [...faults, ...report(value, "report")];
}

const text: Check = (value, at) => (typeof value === "string" && value !== "" ? [] : [`${at}: not a string`]);
const count: Check = (value, at) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? [] : [`${at}: not a number of sessions`];
const matching =
  (pattern: RegExp, what: string): Check =>
  (value, at) =>
    typeof value === "string" && pattern.test(value) ? [] : [`${at}: not ${what}`];
/** RFC 3339 §5.6. */
const dateTime = matching(
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  "an RFC 3339 date-time",
);
const address = matching(/^[^\s@]+@[^\s@]+$/, "an addr-spec");
/** A-labels (RFC 5891). */
const domain = matching(
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/,
  "a domain in A-labels",
);
const ipAddress: Check = (value, at) =>
  typeof value === "string" && isIP(value) > 0 ? [] : [`${at}: not an IP address`];
const uri = matching(/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]*$/, "a URI");
const oneOf =
  (...names: readonly string[]): Check =>
  (value, at) =>
    names.includes(String(value)) ? [] : [`${at}: not one of ${names.join(", ")}`];
const list =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? value.flatMap((one, index) => check(one, `${at}[${index}]`)) : [`${at}: not an array`];
const object =
  (needed: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at}: not an object`];
    const given = value as Readonly<Record<string, unknown>>;
    const all = { ...needed, ...optional };
    return [
      ...Object.keys(needed).flatMap((name) => (name in given ? [] : [`${at}: no ${name}`])),
      ...Object.entries(given).flatMap(
        ([name, one]) => all[name]?.(one, `${at}.${name}`) ?? [`${at}: what is ${name}?`],
      ),
    ];
  };

const failure = object(
  { "result-type": oneOf(...resultTypes()), "failed-session-count": count },
  {
    "sending-mta-ip": ipAddress,
    "receiving-mx-hostname": text,
    "receiving-mx-helo": text,
    "receiving-ip": ipAddress,
    "additional-information": uri,
    "failure-reason-code": text,
  },
);

const policy: Check = (value, at) => [
  ...object(
    { "policy-type": oneOf("tlsa", "sts", "no-policy-found"), "policy-domain": domain },
    { "policy-string": list(text), "mx-host": list(text) },
  )(value, at),
];

const entry: Check = (value, at) => [
  ...object(
    {
      policy,
      summary: object({ "total-successful-session-count": count, "total-failure-session-count": count }),
    },
    { "failure-details": list(failure) },
  )(value, at),
  ...sums(value, at),
];

/** Not stated, but what the counts mean: the failures told of are not more than there were. */
const sums: Check = (value, at) => {
  const { summary, "failure-details": details = [] } = value as {
    summary?: Record<string, number>;
    "failure-details"?: { "failed-session-count": number }[];
  };
  const told = details.reduce((sum, one) => sum + one["failed-session-count"], 0);
  return told <= Number(summary?.["total-failure-session-count"]) ? [] : [`${at}: more failures than in the summary`];
};

const report = object({
  "organization-name": text,
  "date-range": object({ "start-datetime": dateTime, "end-datetime": dateTime }),
  "contact-info": address,
  "report-id": text,
  policies: list(entry),
});

/** RFC 8460 §4.3 and the IANA registry "STARTTLS Validation Result Types". */
function resultTypes(): readonly string[] {
  return [
    "starttls-not-supported",
    "certificate-host-mismatch",
    "certificate-expired",
    "tlsa-invalid",
    "dnssec-invalid",
    "dane-required",
    "certificate-not-trusted",
    "sts-policy-invalid",
    "sts-webpki-invalid",
    "validation-failure",
    "sts-policy-fetch-error",
  ];
}

function hasHalfCharacters(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  return typeof value === "object" && value !== null && Object.entries(value).flat().some(hasHalfCharacters);
}

/** Written back, a text with a name twice is shorter; number formats and spaces do not matter for ours. */
function hasNamesTwice(text: string): boolean {
  const names = (one: string): number => [...one.matchAll(/"(?:[^"\\]|\\.)*"\s*:/g)].length;
  return names(text) !== names(JSON.stringify(JSON.parse(text)));
}
