/**
 * What is kept of a domain while it waits, and of an address between two domains: bounded, and weighed, whatever strangers publish. The
 * weights are rough, and rather too high than too low: they hold memory down, and nothing else depends on them. Pure.
 */
import type { Looked } from "../../publish/index.ts";
import type { Inspection, SeenAddress } from "../types.ts";
import { scanLimits } from "./limits.ts";

/** A string or an array of bytes, beside what is in it. */
const thingBytes = 128;
const factBytes = 1_536;

/** Without what no verdict depends on: text that is no such record (RFC 8461 §3.1, RFC 8460 §3), and records beyond any use. */
export function bounded(inspection: Inspection): Inspection {
  const { stsRecord, tlsRpt, hosts, facts } = inspection;
  const { recordsPerHostMax } = scanLimits;
  return {
    ...inspection,
    stsRecord: texts(stsRecord, "v=STSv1"),
    tlsRpt: texts(tlsRpt, "v=TLSRPTv1"),
    hosts: hosts.map(({ caa, unheededTlsa, ...host }) => ({
      ...host,
      caa: caa.kind === "records" ? { ...caa, records: caa.records.slice(0, recordsPerHostMax).map(cut) } : caa,
      ...(unheededTlsa === undefined ? {} : { unheededTlsa: unheededTlsa.slice(0, recordsPerHostMax) }),
    })),
    facts: {
      ...facts,
      hosts: facts.hosts.map((host) => {
        const { tlsa } = host;
        if (tlsa.kind !== "records") return host;
        return { ...host, tlsa: { ...tlsa, records: tlsa.records.slice(0, recordsPerHostMax) } };
      }),
    },
  };
}

function texts(looked: Looked<string>, version: string): Looked<string> {
  if (looked.kind !== "records") return looked;
  const meant = looked.records.filter((text) => text.startsWith(version));
  return { ...looked, records: meant.slice(0, scanLimits.textsPerNameMax).map(cut) };
}

function cut(text: string): string {
  return text.length > scanLimits.textMaxChars ? text.slice(0, scanLimits.textMaxChars) : text;
}

export function factsBytes({ facts, stsRecord, stsPolicy, tlsRpt, hosts }: Inspection): number {
  const policy = stsPolicy.kind === "fetched" ? stsPolicy.bytes.length * 4 : 0;
  const ofHosts = facts.hosts.map(({ addresses, tlsa }) => {
    const known = addresses.kind === "known" ? addresses.addresses.length : 0;
    return known * thingBytes + (tlsa.kind === "records" ? tlsaBytes(tlsa.records) : 0);
  });
  const ofNames = hosts.map(({ caa, unheededTlsa = [] }) => textBytes(caa) + tlsaBytes(unheededTlsa));
  const each = factBytes * (1 + facts.hosts.length);
  return each + policy + textBytes(stsRecord) + textBytes(tlsRpt) + sum(ofHosts) + sum(ofNames);
}

function textBytes(looked: Looked<string>): number {
  return looked.kind === "records" ? sum(looked.records.map((text) => thingBytes + text.length)) : 0;
}

function tlsaBytes(records: readonly { readonly association: Uint8Array }[]): number {
  return sum(records.map(({ association }) => 2 * thingBytes + association.length));
}

/** Of what an address has shown. */
export function sightBytes({ presented, hellos }: SeenAddress): number {
  const chains = presented.flatMap((one) => (one.kind === "chain" ? one.chain : []));
  const heard = hellos === undefined ? 0 : Object.keys(hellos).length * 2 * thingBytes;
  return factBytes + heard + sum(chains.map((der) => 2 * thingBytes + der.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((so, one) => so + one, 0);
}
