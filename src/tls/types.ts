/** What a hop must prove, and what was seen of it. Shapes only. */
import type { DomainName, Level, ProofKind, TlsFault } from "../base/index.ts";

/**
 * A name that a certificate may be for: `mx.example.org` exactly, or `.example.org` for any name below it
 * (any number of labels).
 */
export type NamePattern = string;

/** How a level is to be proven. */
export type Proof =
  /** Nothing: TLS is used where the host does it, cleartext where it does not. */
  | { readonly kind: "none" }
  | { readonly kind: "any-tls" }
  /** A chain to a trusted CA, and a DNS-ID that one of the patterns matches (RFC 9525). */
  | { readonly kind: "rule-names"; readonly names: readonly NamePattern[]; readonly ca?: TrustedCas }
  | { readonly kind: "secure-mx"; readonly names: readonly NamePattern[]; readonly ca?: TrustedCas };

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
  /** What would have failed had the proof been demanded: for stories and reports of opportunistic hops. */
  readonly unproven?: TlsFault;
}

export interface TlsFailure {
  readonly fault: TlsFault;
  /** What was seen, in English, free of control characters, at most 300 characters. */
  readonly detail: string;
}

export type { ProofKind };
