/** What the answer of a name server means to a resolver that iterates: the end of the way, a delegation, or nothing of use. */
import { isWithin, parseWireName, typesOf, type WireName } from "../../src/dns/index.ts";
import { readSignature, typeOf } from "./canonical.ts";
import type { RecursiveReply, Zone } from "./recursor.ts";
import { typeNumber } from "./registry.ts";
import type { Sections } from "./replay.ts";
import type { ServerReply } from "./servers.ts";
import { nameBytes, type RawQuestion, type RawRecord } from "./zonetext.ts";

export type Reading =
  | { readonly kind: "answer"; readonly reply: RecursiveReply }
  | { readonly kind: "referral"; readonly cut: WireName; readonly sections: Sections }
  | { readonly kind: "unusable"; readonly reply: RecursiveReply };

const nxdomain = 3;
const yxdomain = 6;

/** Records of names that the zone's servers have no say over are left out (RFC 5452 §6). */
export function classify(reply: ServerReply, question: RawQuestion, zone: Zone): Reading {
  const { sections } = reply;
  const [answer, authority] = [sections.answer, sections.authority].map((records) =>
    records.filter((record) => isWithin(record.owner, zone.name)),
  );
  const said = { rcode: reply.rcode, answer: answer ?? [], authority: authority ?? [] };
  const sameQuestion = reply.question?.name === question.name && reply.question.type === question.type;
  if (!sameQuestion || ![0, nxdomain, yxdomain].includes(reply.rcode)) return { kind: "unusable", reply: said };
  const reach = reachAlong(question.name, question.type, said.answer);
  if (reach.records.length > 0 || reply.rcode !== 0 || zone.recursive) return { kind: "answer", reply: said };
  const cut = said.authority.some(({ type }) => type === typeOf.SOA) ? undefined : cutIn(said.authority, question.name);
  if (cut === undefined || cut === zone.name) return { kind: "answer", reply: said };
  return { kind: "referral", cut, sections: { ...sections, authority: said.authority } };
}

export interface Reach {
  /** What of the answer belongs to the question: aliases, and the records at their end, each with its signatures. */
  readonly records: readonly RawRecord[];
  /** Where the aliases lead. */
  readonly end: WireName;
  /** False if the aliases lead out of this answer. */
  readonly complete: boolean;
}

/** Follows the aliases of one answer section (RFC 1034 §3.6.2, RFC 6672 §2.2). */
export function reachAlong(name: WireName, type: number, answer: readonly RawRecord[]): Reach {
  const records: RawRecord[] = [];
  const seen = new Set<WireName>();
  let at = name;
  while (!seen.has(at)) {
    seen.add(at);
    const [here, redirect] = [recordsAt(answer, at, type), redirectAbove(answer, at)];
    if (here.length > 0 && (redirect === undefined || type !== typeOf.CNAME))
      return { records: [...records, ...here], end: at, complete: true };
    const alias = redirect === undefined ? recordsAt(answer, at, typeOf.CNAME) : redirected(answer, at, redirect);
    records.push(...alias);
    const target = alias
      .filter((one) => one.owner === at && one.type === typeOf.CNAME)
      .flatMap((one) => targetOf(one.rdata))[0];
    if (target === undefined) return { records, end: at, complete: records.length === 0 };
    if (type === typeOf.CNAME) return { records, end: at, complete: true };
    at = target;
  }
  return { records, end: at, complete: false };
}

/** The records of a type and their signatures. */
export function ofType(record: RawRecord, type: number): boolean {
  if (record.type === type) return true;
  return record.type === typeOf.RRSIG && readSignature(record.rdata)?.covered === type;
}

export function denialsIn(records: readonly RawRecord[]): readonly RawRecord[] {
  return records.filter((record) => ofType(record, typeOf.NSEC) || ofType(record, typeOf.NSEC3));
}

/** As the same answer stands so many milliseconds later. */
export function aged(reply: RecursiveReply, byMs: number): RecursiveReply {
  const age = Math.floor(byMs / 1000);
  const older = (record: RawRecord): RawRecord => ({ ...record, ttlSeconds: Math.max(0, record.ttlSeconds - age) });
  return { rcode: reply.rcode, answer: reply.answer.map(older), authority: reply.authority.map(older) };
}

/** The name that data which is nothing but a name holds. */
export function targetOf(rdata: Uint8Array): readonly WireName[] {
  let text = "";
  for (let at = 0; (rdata[at] ?? 0) !== 0; at += (rdata[at] ?? 0) + 1) {
    const label = [...rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0))];
    text += `${label.map((octet) => `\\${String(octet).padStart(3, "0")}`).join("")}.`;
  }
  const name = parseWireName(text === "" ? "." : text);
  return name.ok ? [name.value] : [];
}

/** The types in an NSEC record's bitmap, behind its next name. */
export function typesIn(rdata: Uint8Array): ReadonlySet<number> {
  let at = 0;
  while ((rdata[at] ?? 0) !== 0) at += (rdata[at] ?? 0) + 1;
  return new Set(typesOf(rdata.subarray(at + 1)));
}

/** The address of an A or AAAA record of one of these types, as text that equals only itself. */
export function addressOf({ type, rdata }: RawRecord, families: readonly string[]): readonly string[] {
  return families.some((family) => typeNumber(family) === type) ? [addressText(rdata)] : [];
}

/** `192.0.2.1`, or the sixteen octets of an IPv6 address in hexadecimal. */
export function addressText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join(".") : Buffer.from(octets).toString("hex");
}

/** A signature belongs to the records that it covers, in whichever section it stands: unbound reads it so, and replays rely on it. */
export function withTheirSignatures(sections: Sections): Sections {
  const all = [sections.answer, sections.authority, sections.additional];
  const signatures = all.flat().filter(({ type }) => type === typeOf.RRSIG);
  const [answer, authority, additional] = all.map((section) => {
    const strays = signatures.filter(
      (signature) => !section.includes(signature) && section.some((record) => isCovered(record, signature)),
    );
    const kept = section.filter(
      (record) =>
        record.type !== typeOf.RRSIG ||
        section.some((other) => isCovered(other, record)) ||
        !all.flat().some((other) => isCovered(other, record)),
    );
    return strays.length === 0 && kept.length === section.length ? section : [...kept, ...strays];
  });
  return { answer: answer ?? [], authority: authority ?? [], additional: additional ?? [] };
}

function isCovered({ owner, type }: RawRecord, signature: RawRecord): boolean {
  return owner === signature.owner && type !== typeOf.RRSIG && ofType(signature, type);
}

/** The deepest delegation above or at the name. */
function cutIn(authority: readonly RawRecord[], name: WireName): WireName | undefined {
  const cuts = authority.filter((record) => record.type === typeOf.NS && isWithin(name, record.owner));
  return cuts.map(({ owner }) => owner).sort((a, b) => b.length - a.length)[0];
}

function recordsAt(answer: readonly RawRecord[], name: WireName, type: number): readonly RawRecord[] {
  const here = answer.filter(({ owner }) => owner === name);
  if (type === typeOf.ANY) return here;
  const found = here.filter((record) => ofType(record, type));
  // A name with an alias and data beside it is an error; what stands first counts, as it does for unbound.
  const first = here.find((record) => record.type === type || record.type === typeOf.CNAME);
  return first?.type === type ? found : [];
}

function redirectAbove(answer: readonly RawRecord[], name: WireName): RawRecord | undefined {
  return answer.find(({ owner, type }) => type === typeOf.DNAME && owner !== name && isWithin(name, owner));
}

/** The DNAME, and the CNAME that it stands for, made up if it is not there. */
function redirected(answer: readonly RawRecord[], name: WireName, redirect: RawRecord): readonly RawRecord[] {
  const dname = recordsAt(answer, redirect.owner, typeOf.DNAME);
  const cname = recordsAt(answer, name, typeOf.CNAME);
  if (cname.length > 0) return [...dname, ...cname];
  const head = nameBytes(name).subarray(0, -nameBytes(redirect.owner).length);
  const rdata = Buffer.concat([head, redirect.rdata]);
  if (rdata.length > 255) return dname;
  return [...dname, { ...redirect, owner: name, type: typeOf.CNAME, rdata }];
}
