/**
 * What a message says about a name and a type, before any of it is believed. Pure.
 *
 * It has the records; or an alias at the name, or a DNAME above it, that leads on; or it says that there is nothing; or it has
 * nothing to say about this name, which has to be asked about on its own.
 */
import { isWithin, parseWireName, rcodes, rootName, typeCode, type Message, type WireName } from "../wire.ts";
import { validatorLimits } from "./limits.ts";
import { RecordSet, RecordSets } from "./rrsets.ts";

export interface Sections {
  readonly message: Message;
  readonly answers: RecordSets;
  readonly authorities: RecordSets;
}

export function sectionsOf(message: Message): Sections {
  const { answers, authorities, additionals } = message;
  return {
    message,
    answers: new RecordSets(answers, [...authorities, ...additionals]),
    authorities: new RecordSets(authorities, additionals),
  };
}

export type Saying =
  | { readonly kind: "records"; readonly sets: readonly RecordSet[] }
  | { readonly kind: "alias"; readonly set: RecordSet; readonly target: WireName }
  /** What a DNAME makes of the name; `target` undefined: a name that is too long (RFC 6672 §2.2). */
  | { readonly kind: "made-alias"; readonly set: RecordSet; readonly target: WireName | undefined }
  /** The alias is not what its DNAME makes of the name. */
  | { readonly kind: "false-alias"; readonly set: RecordSet }
  | { readonly kind: "none"; readonly nxdomain: boolean }
  | { readonly kind: "ask" }
  | { readonly kind: "referral" };

/** `asked` is the name that the message answers; `name` that one, or one that it leads to. */
export function whatIsSaid(
  { message, answers, authorities }: Sections,
  asked: WireName,
  name: WireName,
  code: number,
): Saying {
  const cname = answers.get(name, types.cname);
  // A CNAME with a signature stands for itself, one without for the DNAME above it.
  const dname = cname !== undefined && cname.signatures.length > 0 ? undefined : dnameAbove(name, answers);
  if (dname !== undefined) return throughDname(name, dname, cname);
  const sets = setsAt(message, answers, name, code);
  if (sets.length > 0) return { kind: "records", sets };
  if (cname !== undefined) return alias(cname);
  const nxdomain = message.rcode === rcodes.nxdomain;
  const denied = authorities.ofType(types.soa).some((set) => isWithin(name, set.name));
  if (denied || (nxdomain && name === asked)) return { kind: "none", nxdomain };
  if (name !== asked) return { kind: "ask" };
  const delegates = !message.authoritative && authorities.ofType(types.ns).length > 0;
  const denials = authorities.ofType(types.nsec).length + authorities.ofType(types.nsec3).length;
  return delegates && denials === 0 ? { kind: "referral" } : { kind: "none", nxdomain: false };
}

const types = { ns: 2, cname: 5, soa: 6, dname: 39, rrsig: 46, nsec: 47, nsec3: 50, any: typeCode("ANY") } as const;

function setsAt(message: Message, answers: RecordSets, name: WireName, code: number): readonly RecordSet[] {
  if (code === types.any) return answers.at(name).slice(0, validatorLimits.setsPerAnyMax);
  if (code !== types.rrsig) {
    const set = answers.get(name, code);
    return set === undefined ? [] : [set];
  }
  const set = new RecordSet(name, types.rrsig);
  for (const record of message.answers) {
    if (record.name !== name || record.data.type !== "RRSIG") continue;
    set.records.push(record);
    set.ttlSeconds = Math.min(set.ttlSeconds, record.ttlSeconds);
  }
  return set.records.length === 0 ? [] : [set];
}

function dnameAbove(name: WireName, answers: RecordSets): RecordSet | undefined {
  return answers.ofType(types.dname).find((set) => set.name !== name && isWithin(name, set.name));
}

function alias(set: RecordSet): Saying {
  const targets = new Set(set.records.flatMap(({ data }) => (data.type === "CNAME" ? [data.target] : [])));
  const [target] = targets;
  // RFC 2181 §10.1: there is one CNAME, or something is wrong.
  return targets.size === 1 && target !== undefined ? { kind: "alias", set, target } : { kind: "false-alias", set };
}

/** RFC 6672 §3.1, §5.3.1: the CNAME beside a DNAME is not signed, and so must be exactly what the DNAME makes of the name. */
function throughDname(name: WireName, dname: RecordSet, cname: RecordSet | undefined): Saying {
  const [record] = dname.records;
  if (dname.records.length !== 1 || record?.data.type !== "DNAME") return { kind: "false-alias", set: dname };
  const target = substituted(name, dname.name, record.data.target);
  const given = cname?.records.map(({ data }) => (data.type === "CNAME" ? data.target : undefined));
  if (given?.some((one) => one !== target) === true) return { kind: "false-alias", set: dname };
  return { kind: "made-alias", set: dname, target };
}

function substituted(name: WireName, owner: WireName, target: WireName): WireName | undefined {
  const kept = name.slice(0, owner === rootName ? undefined : name.length - owner.length - 1);
  const made = parseWireName(target === rootName ? kept : `${kept}.${target}`);
  return made.ok ? made.value : undefined;
}
