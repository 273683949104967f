/**
 * Certificate authorities of the lab, and leaves of every good and bad kind: run out, not yet valid, for another name, signed
 * by their own key, without the intermediate that vouches for them. P-256, about a millisecond each (RFC 5280 §4.1).
 *
 * The dates are true ones: whoever verifies a chain looks at the machine's own clock.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import type { Clock } from "../base/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import { bitString, boolean, certificatePem, objectId, sequence, time, tlv, unsigned, utf8 } from "./der.ts";

/** What a TLS server is started with, as PEM. `cert` is the leaf, then whatever else is to be presented. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

export interface LeafOptions {
  /** DNS names of the subjectAltName, exactly as they are to stand there. */
  readonly names?: readonly string[];
  /** Addresses of the subjectAltName, as octets. */
  readonly ips?: readonly (readonly number[])[];
  /** The subject's CN; default `leaf`. */
  readonly commonName?: string;
  /** Days from now; default -1 and 30. */
  readonly fromDays?: number;
  readonly toDays?: number;
  /** Present the leaf alone, even if an intermediate signed it. */
  readonly withoutChain?: boolean;
}

export interface Authority {
  readonly commonName: string;
  /** This authority's own certificate. */
  readonly pem: string;
  issue(options: LeafOptions): Credentials;
  /** An authority below this one; what it issues comes with its certificate behind it. */
  intermediate(commonName: string): Authority;
}

type Now = Pick<Clock, "now">;

/** Who signs: a name, a key, and what has to be presented for it. */
interface Issuer {
  readonly commonName: string;
  readonly key: KeyObject;
  readonly chain: string;
}

const dayMs = 86_400_000;
const authorityDays = 365;

export function makeAuthority(clock: Now, commonName = "Lab CA"): Authority {
  const keys = keyPair();
  const pem = build(clock, { commonName, ...authorityDates }, keys.publicKey, commonName, keys.privateKey, ofAuthority);
  return authority(clock, pem, { commonName, key: keys.privateKey, chain: "" });
}

/** Signed by its own key. */
export function selfSigned(clock: Now, options: LeafOptions): Credentials {
  return leaf(clock, options, undefined);
}

/** The authority as the only one that a rule trusts. */
export function trustOnly({ pem }: Pick<Authority, "pem">): TrustedCas {
  return { id: createHash("sha256").update(pem).digest("hex"), pem, exclusive: true };
}

function authority(clock: Now, pem: string, issuer: Issuer): Authority {
  return {
    commonName: issuer.commonName,
    pem,
    issue: (options) => leaf(clock, options, issuer),
    intermediate(commonName) {
      const keys = keyPair();
      const subject = { commonName, ...authorityDates };
      const own = build(clock, subject, keys.publicKey, issuer.commonName, issuer.key, ofAuthority);
      return authority(clock, own, { commonName, key: keys.privateKey, chain: own + issuer.chain });
    },
  };
}

function leaf(clock: Now, options: LeafOptions, issuer: Issuer | undefined): Credentials {
  const keys = keyPair();
  const names = [
    ...(options.names ?? []).map((name) => tlv(0x82, Buffer.from(name, "latin1"))),
    ...(options.ips ?? []).map((octets) => tlv(0x87, Buffer.from(octets))),
  ];
  const extensions = names.length === 0 ? [] : [extension("551d11", false, sequence(...names))];
  const signer = issuer ?? { commonName: options.commonName ?? defaultName, key: keys.privateKey, chain: "" };
  const own = build(clock, options, keys.publicKey, signer.commonName, signer.key, extensions);
  return {
    key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: options.withoutChain === true ? own : own + signer.chain,
  };
}

function build(
  clock: Now,
  { commonName = defaultName, fromDays = -1, toDays = 30 }: LeafOptions,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const now = clock.now();
  const signed = sequence(
    tlv(0xa0, unsigned(Buffer.from([2]))),
    unsigned(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(time(now + fromDays * dayMs), time(now + toDays * dayMs)),
    distinguishedName(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  );
  return certificatePem(sequence(signed, ecdsaWithSha256, bitString(sign("sha256", signed, issuerKey))));
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(objectId("550403"), utf8(commonName))));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), tlv(0x04, value));
}

const defaultName = "leaf";
const authorityDates = { fromDays: -1, toDays: authorityDays } as const;
const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));
const ofAuthority = [
  extension("551d13", true, sequence(boolean(true))),
  // keyCertSign and cRLSign
  extension("551d0f", true, bitString(Buffer.from([0x06]), 1)),
];
