/** What a made-up internet consists of. Shapes only. Names are presentation text with the trailing dot. */

/** A record as it stands in a zone file. */
export interface ZoneRecord {
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly type: string;
  readonly rdata: string;
}

export type Denial =
  | { readonly kind: "nsec" }
  | {
      readonly kind: "nsec3";
      /** Additional iterations. RFC 9276 §3.2: above 100 validators here count the zone as insecure. */
      readonly iterations: number;
      /** Hexadecimal, or `-` for none. */
      readonly salt: string;
      readonly optOut: boolean;
    };

export interface Signing {
  /** DNSSEC algorithm numbers; the zone is signed with each. */
  readonly algorithms: readonly number[];
  /** A key-signing and a zone-signing key for each algorithm, or one key for both. */
  readonly split: boolean;
  /** Published under this algorithm number in place of its own: one that nobody knows. */
  readonly disguise?: number;
  readonly denial: Denial;
  /** Whose tool signs. */
  readonly signer: "ldns" | "bind";
  readonly window: "current" | "expired" | "future";
}

/** What the parent says about the zone's keys. */
export type Delegation =
  | "sha256"
  | "sha384"
  | "sha256-and-sha384"
  | "sha1-only"
  | "sha1-and-sha256"
  | "broken-sha1-and-sha256"
  | "right-and-wrong-key"
  | "right-and-unknown-algorithm"
  | "right-and-unknown-digest"
  | "one-algorithm-of-several"
  | "missing"
  | "wrong-digest"
  | "wrong-tag"
  | "wrong-algorithm"
  | "unknown-algorithm"
  | "unknown-digest"
  /** A DS for the zone's other key, the one that does not sign the DNSKEY set. */
  | "zone-signing-key";

/** What is done to a zone's text after it was signed. */
export type Fault =
  | "flip-signature"
  | "drop-signature"
  | "change-data"
  | "add-data"
  | "wrong-labels"
  | "fewer-labels"
  | "wrong-original-ttl"
  | "longer-ttl"
  | "wrong-signer"
  | "wrong-key-tag"
  | "wrong-signature-algorithm"
  | "stretched-expiry"
  | "expired-signature"
  | "future-signature"
  | "extra-broken-signature"
  | "extra-expired-signature"
  | "drop-denial"
  | "drop-all-denials"
  | "drop-denial-signature"
  | "flip-denial-signature"
  | "lie-in-bitmap"
  | "lie-in-next-name"
  | "drop-dnskey"
  | "drop-dnskey-signature"
  | "flip-dnskey-signature"
  | "drop-zone-signing-key"
  | "no-zone-key-flag"
  | "wrong-protocol"
  | "revoked"
  | "extra-unsigned-key";

export interface Zone {
  readonly name: string;
  /** Undefined for the root alone. */
  readonly parent: Zone | undefined;
  readonly depth: number;
  /** Which daemon serves it; `nobody` answers REFUSED to every question about it. */
  readonly server: "knot" | "nsd" | "nobody";
  readonly signing?: Signing;
  readonly delegation: Delegation;
  readonly faults: readonly Fault[];
  readonly records: readonly ZoneRecord[];
  /** Kept apart for the questions. */
  readonly landmarks: Landmarks;
}

/** Names of a zone by what is special about them. */
export interface Landmarks {
  readonly owners: readonly string[];
  readonly empty: readonly string[];
  /** Without the `*.`. */
  readonly wildcards: readonly string[];
  readonly aliases: readonly string[];
  readonly subtrees: readonly string[];
  readonly cuts: readonly string[];
}

export interface World {
  readonly seed: number;
  /** The root first, every parent before its children. */
  readonly zones: readonly Zone[];
}

/** `label.zone.`, at the root too. */
export function below(labels: string, zone: string): string {
  return zone === "." ? `${labels}.` : `${labels}.${zone}`;
}

/** The zones from the root down to the one that holds `name`. */
export function chainOf(zone: Zone): readonly Zone[] {
  return zone.parent === undefined ? [zone] : [...chainOf(zone.parent), zone];
}
