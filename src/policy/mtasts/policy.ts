/**
 * The policy file (RFC 8461 §3.2).
 *
 *   version: STSv1
 *   mode: enforce
 *   mx: mail.example.com
 *   mx: *.example.net
 *   max_age: 604800
 *
 * Lines of `key: value`, ended by LF or CRLF, in any order; keys that are not known are passed over, so that later versions may add
 * some; of a key that is there twice the first counts, except `mx`. Case counts in keys and words, not in host names. What would change
 * the meaning of a policy if it were misread makes it invalid: a wrong character, a line that is no pair, a number that is none, no host
 * that mail may go to. Pure.
 */
import { err, ok, parseDomain, parseIp, type Result } from "../../base/index.ts";
import type { StsMode, StsPolicy } from "../types.ts";
import { stsLimits } from "./limits.ts";
import { isFieldName, trimBlanks } from "./record.ts";

export type StsPolicyFault =
  | "too-large"
  | "not-utf-8"
  | "bad-character"
  | "bad-line"
  | "no-version"
  | "bad-version"
  | "no-mode"
  | "bad-mode"
  | "no-max-age"
  | "bad-max-age"
  /** Trap 20: such a policy is invalid. It neither matches nothing nor everything. */
  | "no-valid-mx"
  | "too-many-mx";

/** Whatever the bytes are. */
export function parseStsPolicy(bytes: Uint8Array): Result<StsPolicy, StsPolicyFault> {
  if (bytes.length > stsLimits.policyMaxBytes) return err("too-large");
  const text = decode(bytes);
  if (text === undefined) return err("not-utf-8");
  if (forbidden.test(text)) return err("bad-character");
  const first = new Map<string, string>();
  const mx = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const pair = readPair(line);
    if (pair === undefined) return err("bad-line");
    if (pair.key !== "mx") {
      if (!first.has(pair.key)) first.set(pair.key, pair.value);
      continue;
    }
    const pattern = readPattern(pair.value);
    if (pattern !== undefined) mx.add(pattern);
  }
  if (mx.size > stsLimits.mxPatternsMax) return err("too-many-mx");
  return assemble(first, [...mx]);
}

/** What is wrong with it, as a sentence goes on behind "the policy". */
export function stsPolicyFaultText(fault: StsPolicyFault): string {
  switch (fault) {
    case "too-large":
      return `is larger than ${stsLimits.policyMaxBytes} bytes`;
    case "not-utf-8":
      return "is not text in UTF-8";
    case "bad-character":
      return "has a control character in it";
    case "bad-line":
      return "has a line that is not key: value";
    case "no-version":
      return "has no version";
    case "bad-version":
      return "has a version other than STSv1";
    case "no-mode":
      return "has no mode";
    case "bad-mode":
      return "has a mode other than enforce, testing and none";
    case "no-max-age":
      return "has no max_age";
    case "bad-max-age":
      return `has a max_age that is not a number from 0 to ${stsLimits.maxAgeMaxSeconds}`;
    case "no-valid-mx":
      return "names no mx that could be a host";
    case "too-many-mx":
      return `names more than ${stsLimits.mxPatternsMax} mx`;
  }
}

function assemble(fields: ReadonlyMap<string, string>, mx: readonly string[]): Result<StsPolicy, StsPolicyFault> {
  const version = fields.get("version");
  if (version === undefined) return err("no-version");
  if (version !== "STSv1") return err("bad-version");
  const mode = fields.get("mode");
  if (mode === undefined) return err("no-mode");
  if (!isMode(mode)) return err("bad-mode");
  const maxAge = fields.get("max_age");
  if (maxAge === undefined) return err("no-max-age");
  const maxAgeSeconds = /^[0-9]{1,10}$/.test(maxAge) ? Number(maxAge) : Infinity;
  if (maxAgeSeconds > stsLimits.maxAgeMaxSeconds) return err("bad-max-age");
  if (mode !== "none" && mx.length === 0) return err("no-valid-mx");
  return ok({ mode, mx, maxAgeSeconds });
}

export function isMode(text: string): text is StsMode {
  return text === "enforce" || text === "testing" || text === "none";
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `key ":" *WSP value *WSP`. */
function readPair(line: string): { readonly key: string; readonly value: string } | undefined {
  const colon = line.indexOf(":");
  const key = line.slice(0, Math.max(0, colon));
  return isFieldName(key) ? { key, value: trimBlanks(line.slice(colon + 1)) } : undefined;
}

/** A host name, or `*.` and one; lower case. Anything else is not a place that mail could go to, and is left out. */
function readPattern(text: string): string | undefined {
  const prefix = text.startsWith("*.") ? "*." : "";
  const name = text.slice(prefix.length);
  // U-labels are not in the grammar, and a dot at the end is no part of a host's name (RFC 8461 §3.2, RFC 5321 §4.1.2).
  if (!/^[A-Za-z0-9._-]+$/.test(name) || name.endsWith(".")) return undefined;
  const parsed = parseDomain(name);
  return parsed.ok && !parseIp(parsed.value).ok ? `${prefix}${parsed.value}` : undefined;
}

/** Control characters but TAB, and LF or CRLF at the end of a line. */
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
