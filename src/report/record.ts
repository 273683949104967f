/**
 * Who wants reports on a domain (RFC 8460 §3): the one TXT record at `_smtp._tls.DOMAIN` that begins with `v=TLSRPTv1;`.
 *
 *     v=TLSRPTv1; rua=mailto:reports@example.com,https://reports.example.com/v1
 *
 * Read strictly: a record that is not one gets no report. Pure.
 */
import { err, ok, parseAddress, type DomainName, type MailAddress, type Result } from "../base/index.ts";
import { reportLimits } from "./limits.ts";

/** Where a report goes. */
export type ReportTarget =
  | { readonly way: "mailto"; readonly address: MailAddress }
  | { readonly way: "https"; readonly url: string };

/** Why no report can go where a `rua` points. */
export type UnusableWhy =
  /** Neither `mailto:` nor `https:`. */
  | "scheme"
  /** `http:`: a report is not sent in clear (RFC 8460 §3). */
  | "in-clear"
  /** `mailto:` without an address that a report can be sent to. */
  | "no-address"
  /** `https:` without a host, or with a password in it. */
  | "no-host";

export interface UnusableUri {
  readonly uri: string;
  readonly why: UnusableWhy;
}

export type RecordFault =
  | "too-long"
  /** `v=` again behind the first. */
  | "second-version"
  /** What stands between the semicolons is not `name=value`. */
  | "bad-field"
  | "bad-uri"
  | "no-rua";

export type ReportRecord =
  | { readonly kind: "wanted"; readonly targets: readonly ReportTarget[]; readonly unusable: readonly UnusableUri[] }
  /** No record, or several: the domain does not take part. */
  | { readonly kind: "unwanted"; readonly why: "none" | "several" }
  | { readonly kind: "invalid"; readonly why: RecordFault };

/** The name that is asked for TXT records. */
export function recordName(domain: DomainName): string {
  return `_smtp._tls.${domain}`;
}

/** `texts`: each record's strings joined without anything between them. */
export function readRecords(texts: readonly string[]): ReportRecord {
  const records = texts.slice(0, reportLimits.recordsMax).filter((text) => /^v=TLSRPTv1[ \t]*;/.test(text));
  const [only] = records;
  if (only === undefined) return { kind: "unwanted", why: "none" };
  return records.length > 1 ? { kind: "unwanted", why: "several" } : readRecord(only);
}

function readRecord(text: string): ReportRecord {
  if (text.length > reportLimits.recordMaxChars) return { kind: "invalid", why: "too-long" };
  const fields = text.split(";").map((field) => field.replace(/^[ \t]+|[ \t]+$/g, ""));
  // `[field-delim]` at the end.
  if (fields.at(-1) === "") fields.pop();
  if (fields.length > reportLimits.fieldsPerRecordMax) return { kind: "invalid", why: "too-long" };
  const uris: string[] = [];
  for (const field of fields.slice(1)) {
    const [, name, value = ""] = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x20-\x7e]+)$/.exec(field) ?? [];
    if (name === undefined) return { kind: "invalid", why: "bad-field" };
    if (name === "v") return { kind: "invalid", why: "second-version" };
    if (name === "rua") uris.push(...value.split(",").map((uri) => uri.replace(/^[ \t]+|[ \t]+$/g, "")));
    else if (/[ =]/.test(value)) return { kind: "invalid", why: "bad-field" };
  }
  if (uris.length === 0) return { kind: "invalid", why: "no-rua" };
  if (!uris.every(isUri)) return { kind: "invalid", why: "bad-uri" };
  const read = uris.map((uri) => ({ uri, target: readTarget(uri) }));
  return {
    kind: "wanted",
    targets: distinct(read.flatMap(({ target }) => (target.ok ? [target.value] : []))),
    unusable: read.flatMap(({ uri, target }) => (target.ok ? [] : [{ uri, why: target.error }])),
  };
}

/** RFC 3986 §3 as far as it matters here; `!` has to be encoded, like the comma that parts them. */
function isUri(text: string): boolean {
  return text.length <= reportLimits.uriMaxChars && /^[A-Za-z][A-Za-z0-9+.-]*:[\w\-.~:/?#[\]@$&'()*+=%]+$/.test(text);
}

type Read = Result<ReportTarget, UnusableWhy>;

/** RFC 8460 §3: two schemes, and addresses that somebody can be reached at. */
function readTarget(uri: string): Read {
  if (/^mailto:/i.test(uri)) return readMailto(uri);
  if (/^https:/i.test(uri)) return readHttps(uri);
  return err(/^http:/i.test(uri) ? "in-clear" : "scheme");
}

/** RFC 6068 §2: one address, percent-encoded; header fields behind `?` are not ours to set. */
function readMailto(uri: string): Read {
  const text = decoded(uri.slice("mailto:".length).replace(/\?.*$/, ""));
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined || !address.ok) return err("no-address");
  // The report's header is ASCII, and an address literal has nobody who could have asked.
  if (address.value.needsUtf8 || address.value.domain.startsWith("[")) return err("no-address");
  return ok({ way: "mailto", address: address.value });
}

function readHttps(uri: string): Read {
  // Some parsers mend `https:host`; RFC 9110 §4.2.2 does not know it.
  const url = /^https:\/\/[^/]/i.test(uri) ? URL.parse(uri) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.hostname === "") return err("no-host");
  url.hash = "";
  return ok({ way: "https", url: url.href });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function targetText(target: ReportTarget): string {
  return target.way === "https" ? target.url : `mailto:${target.address.local}@${target.address.domain}`;
}

function distinct(targets: readonly ReportTarget[]): readonly ReportTarget[] {
  const known = new Map(targets.map((target) => [targetText(target), target]));
  return [...known.values()].slice(0, reportLimits.targetsPerDomainMax);
}
