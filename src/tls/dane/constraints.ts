/**
 * Name constraints (RFC 5280 §4.2.1.10, §6.1.3): may the authorities above vouch for the names of those below? DNS names,
 * directory names and addresses are compared; a constraint on any other kind of name forbids every name of that kind.
 */
import {
  nameKinds,
  readDirectoryName,
  type Certificate,
  type DistinguishedName,
  type GeneralName,
  type NameConstraints,
} from "./certificate.ts";
import { sameOctets } from "./der.ts";
import { daneLimits } from "./limits.ts";

/** The first certificate of the path (leaf first) whose names an authority above may not vouch for, or undefined. */
export function beyondConstraints(path: readonly Certificate[]): Certificate | undefined {
  const work = { comparisons: 0 };
  return path.find((certificate, at) => {
    // A CA that hands over to itself is not held to its own constraints (§6.1.3 b), a leaf always is.
    if (at > 0 && isSelfIssued(certificate)) return false;
    const names = namesOf(certificate, at === 0);
    return path
      .slice(at + 1)
      .some(({ nameConstraints }) => nameConstraints !== undefined && !allowed(names, nameConstraints, work));
  });
}

export function isSelfIssued({ subject, issuer }: Pick<Certificate, "subject" | "issuer">): boolean {
  return isSameName(subject, issuer);
}

export function isSameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.length === b.length && a.every((rdn, at) => rdn === b[at]);
}

type Name =
  | { readonly kind: "directory"; readonly rdns: DistinguishedName | undefined }
  | { readonly kind: "dns"; readonly text: string }
  | { readonly kind: "other"; readonly general: GeneralName };

function namesOf(certificate: Certificate, isLeaf: boolean): readonly Name[] {
  const { subject, alternativeNames, commonNames, subjectHasEmail } = certificate;
  const names: Name[] = alternativeNames.map(readAlternative);
  if (subject.length > 0) names.push({ kind: "directory", rdns: subject });
  if (subjectHasEmail) names.push({ kind: "other", general: { kind: nameKinds.email, value: new Uint8Array() } });
  // Where no DNS name is given the common name stands for one (RFC 7672 §3.2.3), and must not slip through.
  if (isLeaf && !names.some(({ kind }) => kind === "dns")) {
    names.push(...commonNames.map((text) => ({ kind: "dns", text: text.toLowerCase() }) as const));
  }
  return names;
}

function readAlternative(general: GeneralName): Name {
  switch (general.kind) {
    case nameKinds.dns:
      return { kind: "dns", text: Buffer.from(general.value).toString("latin1").toLowerCase() };
    case nameKinds.directory:
      return { kind: "directory", rdns: readDirectoryName(general.value) };
    default:
      return { kind: "other", general };
  }
}

/** Within one permitted subtree of its kind, where there are any, and in no excluded one. */
function allowed(names: readonly Name[], constraints: NameConstraints, work: { comparisons: number }): boolean {
  work.comparisons += names.length * (constraints.permitted.length + constraints.excluded.length);
  if (work.comparisons > daneLimits.nameComparisonsMax) return false;
  return names.every((name) => {
    const permitted = constraints.permitted.filter((subtree) => subtree.kind === kindOf(name));
    const excluded = constraints.excluded.filter((subtree) => subtree.kind === kindOf(name));
    if (permitted.length > 0 && !permitted.some((subtree) => isWithin(name, subtree, false))) return false;
    return !excluded.some((subtree) => isWithin(name, subtree, true));
  });
}

function kindOf(name: Name): number {
  return name.kind === "other" ? name.general.kind : nameKinds[name.kind];
}

/** What cannot be compared is `unsure`: within every excluded subtree, and within no permitted one. */
function isWithin(name: Name, subtree: GeneralName, unsure: boolean): boolean {
  switch (name.kind) {
    case "dns":
      return dnsWithin(name.text, Buffer.from(subtree.value).toString("latin1").toLowerCase(), unsure);
    case "directory": {
      const base = readDirectoryName(subtree.value);
      if (base === undefined || name.rdns === undefined) return unsure;
      return base.length <= name.rdns.length && base.every((rdn, at) => rdn === name.rdns?.[at]);
    }
    case "other":
      return name.general.kind === nameKinds.ip ? addressWithin(name.general.value, subtree.value, unsure) : unsure;
  }
}

/** `example.org` holds itself and all below it; `.example.org`, as many write it, what is below alone. */
function dnsWithin(name: string, base: string, wildcardMeansAll: boolean): boolean {
  if (base === "" || name === base) return true;
  const dotted = base.startsWith(".") ? base : `.${base}`;
  if (name.endsWith(dotted)) return true;
  // `*.example.org` may stand for a name that is excluded.
  return wildcardMeansAll && name.startsWith("*.") && dotted.slice(dotted.indexOf(".", 1)) === name.slice(1);
}

/** The base is an address and a mask of the same length. */
function addressWithin(address: Uint8Array, base: Uint8Array, unsure: boolean): boolean {
  if (base.length !== 8 && base.length !== 32) return unsure;
  if (address.length * 2 !== base.length) return address.length !== 4 && address.length !== 16 && unsure;
  const mask = base.subarray(address.length);
  const masked = (octets: Uint8Array): Uint8Array => octets.map((octet, at) => octet & (mask[at] ?? 0xff));
  return sameOctets(masked(address), masked(base.subarray(0, address.length)));
}
