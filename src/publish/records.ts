/**
 * The promises as zone records and a policy file. Pure: the same promises give the same text, and the id of the MTA-STS record
 * changes when, and only when, the policy does (RFC 8461 §3.1).
 */
import { createHash } from "node:crypto";
import type { DomainName } from "../base/index.ts";
import { publishLimits } from "./limits.ts";
import { tlsaName, tlsaOf, tlsaText } from "./tlsa.ts";
import type { HostKeys, KeyFact, PolicyFile, Promises, Publication, PublishStep, ZoneRecord } from "./types.ts";

export function publication(promises: Promises, keys: readonly HostKeys[]): Publication {
  const file = policyFile(promises);
  return {
    records: [
      ...keys.flatMap((of) => tlsaRecords(promises, of)),
      stsRecord(promises),
      ...tlsRptRecord(promises),
      ...caaRecords(promises),
    ],
    files: [file],
    steps: stepsFor(promises, keys, file),
  };
}

/** The current keys first, then those to come; a key that is both stands once. */
export function tlsaRecords({ ttlSeconds }: Promises, { host, current, next }: HostKeys): readonly ZoneRecord[] {
  const record = (key: KeyFact, purpose: "tlsa-current" | "tlsa-next"): ZoneRecord => ({
    name: tlsaName(host),
    type: "TLSA",
    ttl: ttlSeconds,
    data: tlsaText(tlsaOf(key)),
    purpose,
  });
  const all = [
    ...current.map((key) => record(key, "tlsa-current")),
    ...next.map((key) => record(key, "tlsa-next")),
  ].slice(0, publishLimits.keysMax);
  return all.filter(({ data }, at) => all.findIndex((other) => other.data === data) === at);
}

/** RFC 8461 §3.1. */
export function stsRecord(promises: Promises): ZoneRecord {
  return {
    name: `${stsName(promises.domain)}.`,
    type: "TXT",
    ttl: promises.ttlSeconds,
    data: characterStrings(`v=STSv1; id=${policyId(promises)};`),
    purpose: "sts",
  };
}

/** RFC 8460 §3. */
export function tlsRptRecord({ domain, rua, ttlSeconds }: Promises): readonly ZoneRecord[] {
  if (rua.length === 0) return [];
  const data = characterStrings(`v=TLSRPTv1; rua=${rua.map(escapedAddress).join(",")}`);
  return [{ name: `${tlsRptName(domain)}.`, type: "TXT", ttl: ttlSeconds, data, purpose: "tls-rpt" }];
}

/** Who may issue certificates below the domain (RFC 8659 §4.2). */
function caaRecords({ domain, caa, ttlSeconds }: Promises): readonly ZoneRecord[] {
  return caa.map((issuer) => ({
    name: `${domain}.`,
    type: "CAA",
    ttl: ttlSeconds,
    data: `0 issue ${quoted(issuer)}`,
    purpose: "caa",
  }));
}

export function stsName(domain: DomainName): string {
  return `_mta-sts.${domain}`;
}

export function tlsRptName(domain: DomainName): string {
  return `_smtp._tls.${domain}`;
}

export function policyHost(domain: DomainName): string {
  return `mta-sts.${domain}`;
}

/** RFC 8461 §3.3. */
export const policyPath = "/.well-known/mta-sts.txt";

export function policyFile(promises: Promises): PolicyFile {
  return { path: `https://${policyHost(promises.domain)}${policyPath}`, content: policyText(promises) };
}

/** RFC 8461 §3.2. */
export function policyText({ mode, mx, maxAgeSeconds }: Promises): string {
  return `${["version: STSv1", `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`), `max_age: ${maxAgeSeconds}`].join(
    "\n",
  )}\n`;
}

/** 1 to 32 letters and digits (RFC 8461 §3.1): a digest of the policy, so that nobody has to remember to change it. */
export function policyId(promises: Promises): string {
  return createHash("sha256").update(policyText(promises)).digest("hex").slice(0, idChars);
}

const idChars = 20;

/** A comma or a semicolon would end the address or the field (RFC 8460 §3). */
export function escapedAddress(uri: string): string {
  return uri.replace(/[,;!]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function characterStrings(text: string): string {
  const octets = Buffer.from(text, "latin1");
  const parts: string[] = [];
  for (let at = 0; at < octets.length; at += publishLimits.characterStringMaxOctets) {
    parts.push(quoted(octets.subarray(at, at + publishLimits.characterStringMaxOctets).toString("latin1")));
  }
  return parts.join(" ");
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function stepsFor(promises: Promises, keys: readonly HostKeys[], { path }: PolicyFile): readonly PublishStep[] {
  const { domain, mode, rua, ttlSeconds } = promises;
  const withKeys = keys.some(({ current }) => current.length > 0);
  const withNext = keys.some(({ next }) => next.length > 0);
  return [
    ...(withKeys ? [{ code: "sign-zone", zone: domain } as const] : []),
    { code: "serve-policy", host: policyHost(domain), path },
    { code: "policy-before-record", name: stsRecord(promises).name },
    { code: "paste-records", zone: domain },
    ...(rua.length === 0 ? [{ code: "name-rua" } as const] : []),
    ...(mode === "testing" ? [{ code: "enforce-later" } as const] : []),
    ...(withKeys && !withNext ? [{ code: "make-next-key" } as const] : []),
    ...(withNext ? [{ code: "wait-two-ttls", seconds: 2 * ttlSeconds } as const] : []),
    ...(withKeys ? [{ code: "keep-key" } as const] : []),
  ];
}
