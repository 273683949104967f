/**
 * A certificate as far as a path is judged by it (RFC 5280 §4.1, §4.2). Node's X509Certificate verifies signatures and reads
 * dates; of the rest it tells too little (no path length, no key usage, no name constraints), and it writes public keys anew
 * instead of showing them as they stand, so the octets are read here.
 *
 * A certificate with an extension that cannot be read is no issuer and no leaf of any path.
 */
import type { X509Certificate } from "node:crypto";
import {
  hex,
  readBits,
  readBoolean,
  readElement,
  readElements,
  readObjectId,
  readParts,
  readSmallInteger,
  tags,
  type Element,
} from "./der.ts";
import { daneLimits } from "./limits.ts";

/** A distinguished name, one canonical text for each RDN: equal texts are equal names (RFC 5280 §7.1). */
export type DistinguishedName = readonly string[];

/** RFC 5280 §4.2.1.6; `kind` is the number of its choice. */
export interface GeneralName {
  readonly kind: number;
  readonly value: Uint8Array;
}

export const nameKinds = { email: 1, dns: 2, directory: 4, ip: 7 } as const;

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export interface Certificate {
  readonly x509: X509Certificate;
  readonly raw: Uint8Array;
  /** The whole SubjectPublicKeyInfo as it stands in the certificate (trap 14). */
  readonly spki: Uint8Array;
  /** As written: 0 is version 1. */
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Common names of the subject that are plain ASCII, in order. */
  readonly commonNames: readonly string[];
  /** The subject carries an emailAddress attribute. */
  readonly subjectHasEmail: boolean;
  /** AlgorithmIdentifier of the signature. */
  readonly signatureAlgorithm: Element;
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  /** Bits in their order: digitalSignature is the first. */
  readonly keyUsage?: readonly boolean[];
  /** Extended key usages, as encoded arcs in hex. */
  readonly purposes?: readonly string[];
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints?: NameConstraints;
  /** A critical extension that is not understood here, as encoded arcs in hex. */
  readonly unknownCritical?: string;
}

/** Reads it all, or nothing. Never throws. */
export function readCertificate(x509: X509Certificate): Certificate | undefined {
  const raw: Uint8Array = x509.raw;
  const fields = readFields(raw);
  if (fields === undefined) return undefined;
  const subject = readName(fields.subject);
  const issuer = readName(fields.issuer);
  const extensions = readExtensions(fields.extensions);
  if (subject === undefined || issuer === undefined || extensions === undefined) return undefined;
  return {
    x509,
    raw,
    spki: fields.spki.whole,
    version: fields.version,
    subject: subject.rdns,
    issuer: issuer.rdns,
    commonNames: subject.commonNames,
    subjectHasEmail: subject.hasEmail,
    signatureAlgorithm: fields.signatureAlgorithm,
    ...extensions,
  };
}

/** The SubjectPublicKeyInfo of any certificate whose frame can be read, whatever its extensions are. */
export function readPublicKeyInfo(raw: Uint8Array): Uint8Array | undefined {
  return readFields(raw)?.spki.whole;
}

/** A name inside a GeneralName of the kind `directory`. */
export function readDirectoryName(value: Uint8Array): DistinguishedName | undefined {
  return readName(readElement(value))?.rdns;
}

interface Fields {
  readonly version: number;
  readonly issuer: Element | undefined;
  readonly subject: Element | undefined;
  readonly spki: Element;
  readonly signatureAlgorithm: Element;
  readonly extensions: Element | undefined;
}

const fieldsMax = 10;

function readFields(raw: Uint8Array): Fields | undefined {
  if (raw.length > daneLimits.certificateMaxBytes) return undefined;
  const [signed, signatureAlgorithm] = readParts(readElement(raw), tags.sequence, 3) ?? [];
  const all = readParts(signed, tags.sequence, fieldsMax);
  if (all === undefined || signatureAlgorithm === undefined) return undefined;
  const [first] = all;
  const versioned = first?.tag === contextOwn(0);
  const version = versioned ? readSmallInteger(readElement(first.value)?.value ?? empty) : 0;
  const [, , issuer, , subject, spki, ...rest] = versioned ? all.slice(1) : all;
  if (version === undefined || spki?.tag !== tags.sequence) return undefined;
  const extensions = rest.find(({ tag }) => tag === contextOwn(3));
  return { version, issuer, subject, spki, signatureAlgorithm, extensions };
}

function contextOwn(number: number): number {
  return 0xa0 + number;
}

const empty = new Uint8Array();

interface Name {
  readonly rdns: DistinguishedName;
  readonly commonNames: readonly string[];
  readonly hasEmail: boolean;
}

function readName(element: Element | undefined): Name | undefined {
  const sets = readParts(element, tags.sequence, daneLimits.namesMax);
  if (sets === undefined) return undefined;
  const rdns: string[] = [];
  const commonNames: string[] = [];
  let hasEmail = false;
  for (const set of sets) {
    const attributes = readParts(set, tags.set, daneLimits.namesMax)?.map(readAttribute);
    if (attributes === undefined || attributes.length === 0) return undefined;
    const texts: string[] = [];
    for (const attribute of attributes) {
      if (attribute === undefined) return undefined;
      texts.push(`${attribute.id}=${canonical(attribute.value)}`);
      if (attribute.id === commonNameId) commonNames.push(...plainText(attribute.value));
      if (attribute.id === emailId) hasEmail = true;
    }
    rdns.push(texts.sort().join("+"));
  }
  return { rdns, commonNames, hasEmail };
}

function readAttribute(element: Element): { readonly id: string; readonly value: Element } | undefined {
  const parts = readParts(element, tags.sequence, 2);
  const id = readObjectId(parts?.[0]);
  const value = parts?.[1];
  return id === undefined || value === undefined ? undefined : { id, value };
}

/** RFC 5280 §7.1: text without regard to case (of ASCII), surrounding and repeated spaces; anything else octet for octet. */
function canonical({ tag, value }: Element): string {
  const decode = textDecoders[tag];
  if (decode === undefined) return `#${tag}:${hex(value)}`;
  const text = decode(value).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return JSON.stringify(text.trim().replace(/[ \t\n\v\f\r]+/g, " "));
}

function plainText({ tag, value }: Element): readonly string[] {
  const text = textDecoders[tag]?.(value) ?? "";
  return /^[\x21-\x7e]+$/.test(text) ? [text] : [];
}

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
const textDecoders: Readonly<Record<number, ((octets: Uint8Array) => string) | undefined>> = {
  [tags.utf8]: (octets) => Buffer.from(octets).toString("utf8"),
  0x13: latin1,
  0x14: latin1,
  0x16: latin1,
  0x1e: (octets) => (octets.length % 2 === 0 ? Buffer.from(octets).swap16().toString("utf16le") : hex(octets)),
};

const commonNameId = "550403";
const emailId = "2a864886f70d010901";

type Extensions = Pick<
  Certificate,
  "basicConstraints" | "keyUsage" | "purposes" | "alternativeNames" | "nameConstraints" | "unknownCritical"
>;

/** Undefined if one cannot be read, or stands there twice (RFC 5280 §4.2 MUST NOT). */
function readExtensions(wrapped: Element | undefined): Extensions | undefined {
  if (wrapped === undefined) return { alternativeNames: [] };
  const list = readParts(readElement(wrapped.value), tags.sequence, daneLimits.extensionsMax);
  if (list === undefined) return undefined;
  let read: Extensions = { alternativeNames: [] };
  const seen = new Set<string>();
  for (const element of list) {
    const extension = readExtension(element);
    if (extension === undefined || seen.has(extension.id)) return undefined;
    seen.add(extension.id);
    const more = interpret(extension);
    if (more === undefined) return undefined;
    read = { ...read, ...more };
  }
  return read;
}

interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Element | undefined;
}

function readExtension(element: Element): Extension | undefined {
  const parts = readParts(element, tags.sequence, 3) ?? [];
  const id = readObjectId(parts[0]);
  const critical = parts.length === 3 ? readBoolean(parts[1]) : false;
  const octets = parts.at(-1);
  if (parts.length < 2 || id === undefined || critical === undefined || octets?.tag !== tags.octetString)
    return undefined;
  return { id, critical, value: readElement(octets.value) };
}

function interpret({ id, critical, value }: Extension): Partial<Extensions> | undefined {
  switch (id) {
    case extensionIds.basicConstraints: {
      const basicConstraints = readBasicConstraints(value);
      return basicConstraints && { basicConstraints };
    }
    case extensionIds.keyUsage: {
      const keyUsage = readBits(value);
      return keyUsage && { keyUsage };
    }
    case extensionIds.purposes: {
      const purposes = readParts(value, tags.sequence, daneLimits.namesMax)?.map(readObjectId);
      return purposes?.every((purpose) => purpose !== undefined) === true ? { purposes } : undefined;
    }
    case extensionIds.alternativeName: {
      const elements = readParts(value, tags.sequence, daneLimits.namesMax);
      return elements && { alternativeNames: elements.map(readGeneralName) };
    }
    case extensionIds.nameConstraints: {
      const nameConstraints = readNameConstraints(value);
      return nameConstraints && { nameConstraints };
    }
    default:
      return critical && !harmless.has(id) ? { unknownCritical: id } : {};
  }
}

function readBasicConstraints(element: Element | undefined): Certificate["basicConstraints"] | undefined {
  const parts = readParts(element, tags.sequence, 2);
  if (parts === undefined) return undefined;
  const [first, second] = parts;
  const named = first?.tag === tags.boolean;
  const ca = named ? readBoolean(first) : false;
  const length = named ? second : first;
  if (ca === undefined || (!named && second !== undefined)) return undefined;
  if (length === undefined) return { ca };
  const pathLength = length.tag === tags.integer ? readSmallInteger(length.value) : undefined;
  // A path length without the CA flag is malformed (RFC 5280 §4.2.1.9 MUST NOT).
  return pathLength === undefined || !ca ? undefined : { ca, pathLength };
}

function readNameConstraints(element: Element | undefined): NameConstraints | undefined {
  const parts = readParts(element, tags.sequence, 2);
  if (parts === undefined || parts.length === 0) return undefined;
  const subtrees = { permitted: [] as GeneralName[], excluded: [] as GeneralName[] };
  for (const part of parts) {
    const kind = part.tag === contextOwn(0) ? "permitted" : part.tag === contextOwn(1) ? "excluded" : undefined;
    const list = readElements(part.value, daneLimits.namesMax);
    if (kind === undefined || list === undefined) return undefined;
    for (const subtree of list) {
      // The minimum is always 0 and the maximum absent, and DER leaves both out (RFC 5280 §4.2.1.10).
      const [base, ...limits] = readParts(subtree, tags.sequence, 3) ?? [];
      if (base === undefined || limits.length > 0) return undefined;
      subtrees[kind].push(readGeneralName(base));
    }
  }
  return subtrees;
}

function readGeneralName({ tag, value }: Element): GeneralName {
  return { kind: tag & 0x1f, value };
}

const extensionIds = {
  basicConstraints: "551d13",
  keyUsage: "551d0f",
  purposes: "551d25",
  alternativeName: "551d11",
  nameConstraints: "551d1e",
} as const;

/**
 * Extensions that may be critical and yet cannot make this path fail: policies, their mappings and inhibitAnyPolicy matter
 * only where an explicit policy is demanded, which we never do (RFC 5280 §6.1.1); revocation is not looked for.
 */
const harmless = new Set(["551d20", "551d21", "551d36", "551d1f"]);
