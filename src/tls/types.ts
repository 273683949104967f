/** What a hop must prove, and what was seen of it. Shapes only. */
import type { DomainName, Level, ProofKind, TlsFault } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";

/**
 * A name that a certificate may be for: `mx.example.org` exactly, or `.example.org` for any name below it
 * (any number of labels).
 */
export type NamePattern = string;

/** How a level is to be proven. */
export type Proof =
  /** Nothing: TLS is used where the host does it, cleartext where it does not. */
  { readonly kind: "none" } | { readonly kind: "any-tls" } | NamedProof | DaneProof;

/** A chain to a trusted CA, and a DNS-ID that one of the patterns matches (RFC 9525). */
export interface NamedProof {
  readonly kind: "rule-names" | "secure-mx" | "mta-sts";
  readonly names: readonly NamePattern[];
  readonly ca?: TrustedCas;
}

/** A match with one of the TLSA records, all of them secure and at least one usable (RFC 7672). */
export interface DaneProof {
  readonly kind: "dane";
  /** The TLSA base domain, sent as SNI (DANE-6). */
  readonly base: DomainName;
  readonly records: readonly TlsaRecord[];
  /** For DANE-TA: the base domain, the MX name, the next-hop domain. */
  readonly names: readonly NamePattern[];
  /** The MX name itself is proven (DNSSEC, MTA-STS, a route): only then is the hop `authenticated` by the match (DANE-7). */
  readonly mxProven: boolean;
}

/** Extra certificate authorities. `id` stands for the content: equal ids mean equal PEM (use a digest of it). */
export interface TrustedCas {
  readonly id: string;
  readonly pem: string;
  /** True: these alone are trusted. False: these besides the system's. */
  readonly exclusive: boolean;
}

/** The least that one host must prove before mail may pass to it. Made by the plan, carried out by `tls`. */
export interface HopRequirement {
  /** The MX host (or the routed host); sent as SNI unless it is an address literal. */
  readonly host: DomainName;
  readonly level: Level;
  readonly proof: Proof;
  /** Demanded beside `proof`: what the operator's rule names is asked for whatever the domain publishes. */
  readonly also?: NamedProof;
  /** Looked at and told (`TlsEvidence.watched`), never demanded: MTA-STS testing (STS-5), `enforce = "report"`. */
  readonly watch?: NamedProof | DaneProof;
  /**
   * Do not even try STARTTLS: the host offered it and then failed so often that the plan opened cleartext (TLS-4).
   * Counts only where the requirement allows cleartext; elsewhere it is ignored.
   */
  readonly skipTls?: true;
}

/** What a finished handshake showed. */
export interface TlsEvidence {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** The certificate name that matched a pattern; absent if none was asked for. */
  readonly matchedName?: string;
  /** The leaf certificate, SHA-256 over its DER, lower-case hex; absent if none was presented. */
  readonly leafSha256?: string;
  /** What came of `HopRequirement.watch`. */
  readonly watched?: { readonly kind: ProofKind; readonly failure?: TlsFailure };
  /** What would have failed had the proof been demanded: for stories and reports of opportunistic hops. */
  readonly unproven?: TlsFault;
}

export interface TlsFailure {
  readonly fault: TlsFault;
  /** What was seen, in English, free of control characters, at most 300 characters. */
  readonly detail: string;
}

export type { ProofKind };
