/** A report as a line: what is worth counting, and nothing that grows with what strangers publish. Pure. */
import { usableTlsa } from "../../tls/index.ts";
import type { Finding, Inspection, Report, SeenAddress, SeenHost } from "../types.ts";
import { operatorOf } from "./groups.ts";
import { scanLimits } from "./limits.ts";
import {
  lineVersion,
  type Adoption,
  type CheckedLine,
  type LineFinding,
  type LineHost,
  type LineUntested,
} from "./line.ts";

export function lineOf(inspection: Inspection, report: Report): CheckedLine {
  const { facts } = inspection;
  const hosts = inspection.hosts.slice(0, scanLimits.hostsPerLineMax);
  const operators = facts.hosts.flatMap(({ host }) => (host === undefined ? [] : [operatorOf(host)]));
  return {
    v: lineVersion,
    domain: inspection.domain,
    outcome: "checked",
    at: new Date(inspection.at).toISOString(),
    verdict: report.verdict,
    level: report.level,
    mx: facts.mx.kind,
    hosts: hosts.map(hostOf),
    operators: [...new Set(operators)].slice(0, scanLimits.hostsPerLineMax),
    adoption: adoptionOf(inspection),
    findings: findingsOf(report.findings),
    untested: untestedOf(report.untested),
  };
}

function hostOf({ name, addresses }: SeenHost): LineHost {
  return { name, addresses: addresses.length, tls: tlsOf(addresses) };
}

function tlsOf(addresses: readonly SeenAddress[]): LineHost["tls"] {
  const kinds = new Set(addresses.map(({ session }) => session.kind));
  if (kinds.has("cleartext")) return "cleartext";
  if (kinds.has("tls-failed")) return "broken";
  return kinds.has("encrypted") ? "encrypted" : "untested";
}

function adoptionOf({ facts, hosts, stsRecord, tlsRpt }: Inspection): Adoption {
  const { mx, sts } = facts;
  const usable = facts.hosts.filter(({ host }) => host !== undefined);
  const keyed = usable.filter(({ tlsa }) => tlsa.kind === "records" && usableTlsa(tlsa.records).length > 0);
  const addresses = usable.flatMap((host) => (host.addresses.kind === "known" ? host.addresses.addresses : []));
  const sessions = hosts.flatMap((host) => host.addresses.map(({ session }) => session));
  const encrypted = sessions.flatMap((session) => (session.kind === "encrypted" ? [session] : []));
  return {
    dnssec: (mx.kind === "records" || mx.kind === "implicit" || mx.kind === "null-mx") && mx.status === "secure",
    dane: keyed.length === 0 ? "none" : keyed.length === usable.length ? "all" : "some",
    mtaSts: mtaStsOf(sts, stsRecord),
    tlsRpt: tlsRpt.kind === "records" && tlsRpt.records.some((text) => /^v=TLSRPTv1\s*;/.test(text)),
    requireTls: encrypted.length > 0 && encrypted.every(({ requireTls }) => requireTls),
    ipv6: addresses.some((address) => address.includes(":")),
  };
}

function mtaStsOf(sts: Inspection["facts"]["sts"], record: Inspection["stsRecord"]): Adoption["mtaSts"] {
  if (sts.kind === "policy") return sts.policy.mode === "none" ? "off" : sts.policy.mode;
  return record.kind === "records" && record.records.some((text) => /^v=STSv1\s*;/.test(text)) ? "broken" : "none";
}

/** The gravest first, each code once. */
function findingsOf(findings: readonly Finding[]): readonly LineFinding[] {
  const found = new Map<string, LineFinding>();
  for (const { code, severity } of findings) {
    const key = `${severity} ${code}`;
    found.set(key, { code, severity, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].slice(0, scanLimits.findingsPerLineMax);
}

function untestedOf(parts: Report["untested"]): readonly LineUntested[] {
  const found = new Map<string, number>();
  for (const { reason } of parts) found.set(reason, (found.get(reason) ?? 0) + 1);
  return [...found].map(([reason, count]) => ({ reason, count }));
}
