/** What a domain promises, what it has published, and what is wrong between the two. Shapes only. */
import type { DomainName, Instant, TlsFault } from "../base/index.ts";
import type { MxRecord, TlsaRecord } from "../dns/index.ts";
import type { StsMode } from "../policy/index.ts";

/** What the operator means to promise: `[publish]`, or the options of `surehop publish`. */
export interface Promises {
  readonly domain: DomainName;
  /** The MX hosts, in the order written; at least one. */
  readonly mx: readonly DomainName[];
  readonly mode: StsMode;
  /** 0 to 31,557,600 (RFC 8461 §3.2). */
  readonly maxAgeSeconds: number;
  /** `mailto:` and `https:` addresses for TLS reports; none: no record is made. */
  readonly rua: readonly string[];
  /** Of every record. */
  readonly ttlSeconds: number;
  /** Certificate authorities that may issue for the domain; none: no record is made. */
  readonly caa: readonly string[];
}

/** What a server may show: one handshake that takes only RSA certificates, one that takes only the others. */
export const keyKinds = ["rsa", "ecdsa"] as const;
/** `ecdsa` stands for EdDSA too. */
export type KeyKind = (typeof keyKinds)[number];

export interface KeyFact {
  readonly kind: KeyKind;
  /** SubjectPublicKeyInfo, DER: what selector 1 is about (trap 14). */
  readonly spki: Uint8Array;
  /** SHA-256 of it, lower-case hex. */
  readonly sha256: string;
}

/** The keys of one MX host. */
export interface HostKeys {
  readonly host: DomainName;
  readonly current: readonly KeyFact[];
  /** Those that take over at the next roll-over. */
  readonly next: readonly KeyFact[];
}

export type RecordPurpose = "tlsa-current" | "tlsa-next" | "sts" | "tls-rpt" | "caa";

/** A record as a zone file has it. */
export interface ZoneRecord {
  /** Absolute, with the dot at its end. */
  readonly name: string;
  readonly type: "TLSA" | "TXT" | "CAA";
  readonly ttl: number;
  /** Presentation format (RFC 1035 §5.1). */
  readonly data: string;
  readonly purpose: RecordPurpose;
}

/** `path` is the URL at which it has to be found. */
export interface PolicyFile {
  readonly path: string;
  readonly content: string;
}

export type PublishStep =
  | { readonly code: "sign-zone"; readonly zone: string }
  | { readonly code: "paste-records"; readonly zone: string }
  | { readonly code: "serve-policy"; readonly host: string; readonly path: string }
  | { readonly code: "policy-before-record"; readonly name: string }
  | { readonly code: "enforce-later" }
  | { readonly code: "name-rua" }
  | { readonly code: "make-next-key" }
  | { readonly code: "wait-two-ttls"; readonly seconds: number }
  | { readonly code: "keep-key" };

export interface Publication {
  readonly records: readonly ZoneRecord[];
  readonly files: readonly PolicyFile[];
  readonly steps: readonly PublishStep[];
}

/** One question to the DNS, as the relay's own resolver answers it. */
export type Looked<T> =
  | {
      readonly kind: "records";
      readonly status: "secure" | "insecure";
      readonly records: readonly T[];
      /** The whole time for which a cache may keep them, as far as it is known. */
      readonly ttlSeconds: number;
    }
  | { readonly kind: "none"; readonly status: "secure" | "insecure" }
  | { readonly kind: "failed"; readonly status: "bogus" | "indeterminate"; readonly detail: string };

/** What one handshake with one kind of key showed. */
export type Presented =
  | {
      readonly kind: "chain";
      readonly keyKind: KeyKind;
      /** DER, as it was sent: the leaf first. */
      readonly chain: readonly Uint8Array[];
    }
  | { readonly kind: "not-offered"; readonly keyKind: KeyKind }
  /** Nothing can be said: no connection, no banner, a fault of the conversation. */
  | { readonly kind: "untested"; readonly keyKind: KeyKind; readonly detail: string }
  | { readonly kind: "no-starttls"; readonly keyKind: KeyKind };

/** Whether a sender that goes by MTA-STS would take the certificate (RFC 8461 §4.2). */
export type WebPki =
  | { readonly kind: "proven" }
  | { readonly kind: "failed"; readonly fault: TlsFault; readonly detail: string }
  | { readonly kind: "untested" };

export interface PublishedHost {
  readonly host: DomainName;
  /** Among the published MX records. */
  readonly inMx: boolean;
  /** Of its address records: senders ask for TLSA only below secure ones (RFC 7672 §2.2.2). */
  readonly addresses: "secure" | "insecure" | "none" | "failed";
  readonly tlsa: Looked<TlsaRecord>;
  readonly presented: readonly Presented[];
  readonly webPki: WebPki;
  /** Keys that the operator says are coming. */
  readonly next: readonly KeyFact[];
}

/** What came from `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`. */
export type PolicyFetched =
  | { readonly kind: "fetched"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly detail: string }
  | { readonly kind: "not-asked" };

/** All that can be seen of a domain's promises from outside. */
export interface PublishedFacts {
  readonly now: Instant;
  readonly domain: DomainName;
  /** Absent where nobody has said what is meant: then only contradictions are found. */
  readonly promises?: Promises;
  readonly mx: Looked<MxRecord>;
  /** Of the MX records, and those that are promised and not there. */
  readonly hosts: readonly PublishedHost[];
  readonly stsRecord: Looked<string>;
  readonly stsPolicy: PolicyFetched;
  readonly tlsRpt: Looked<string>;
}

export type Severity = "error" | "warning" | "notice";

/** Stable; `publish-finding-<code>` and `publish-fix-<code>` say each in words. */
export const findingCodes = [
  "mx-unknown",
  "mx-missing",
  "mx-insecure",
  "mx-unpromised",
  "mx-unpublished",
  "host-untested",
  "host-no-starttls",
  "addresses-insecure",
  "tlsa-unknown",
  "tlsa-missing",
  "tlsa-insecure",
  "tlsa-unusable",
  "tlsa-pkix",
  "tlsa-mismatch",
  "tlsa-key-uncovered",
  "tlsa-ta-not-sent",
  "tlsa-whole-certificate",
  "tlsa-next-missing",
  "tlsa-stale",
  "certificate-expiring",
  "webpki-failed",
  "sts-unknown",
  "sts-missing",
  "sts-several",
  "sts-invalid",
  "sts-outdated",
  "policy-missing",
  "policy-invalid",
  "policy-differs",
  "policy-mx-missing",
  "policy-mx-stale",
  "policy-testing",
  "policy-short",
  "rpt-unknown",
  "rpt-missing",
  "rpt-several",
  "rpt-invalid",
  "rpt-unusable",
  "rpt-differs",
] as const;

export type FindingCode = (typeof findingCodes)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The name that it is about. */
  readonly name: string;
  /** What the words are about: `kind`, `detail`, `record` … */
  readonly args: Readonly<Record<string, string>>;
  /** Records to have in the zone afterwards; empty where the remedy is elsewhere. */
  readonly paste: readonly ZoneRecord[];
}
