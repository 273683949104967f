/** What was seen of a domain, and what is made of it. Shapes only; what was seen is plain data and can be kept in a file. */
import type { DomainName, Instant, IpAddress, Level } from "../base/index.ts";
import type { Facts } from "../policy/index.ts";
import type {
  Finding as PublishedFinding,
  KeyKind,
  Looked,
  PolicyFetched,
  Presented,
  Severity,
  ZoneRecord,
} from "../publish/index.ts";
import type { Outcome } from "../threats/index.ts";
import type { NameserverReached, TlsaRecord } from "../dns/index.ts";
import type { HelloTaken } from "../tls/index.ts";

/** Why something could not be looked at. None of them is a fault of the domain (trap 27). */
export const untestedReasons = [
  /** No packet came back: usually our own network, which lets nobody out to port 25. */
  "silent",
  /** No way there from here: usually our own network has no IPv6. */
  "no-route",
  "refused-connection",
  /** 421 or another 4xx, or cut off after some connections. */
  "slow-down",
  /** 5xx before anything was asked: it does not want to talk to us. */
  "unwelcome",
  "no-answer",
  "broken-off",
  "dns-failed",
  "out-of-time",
  "not-asked",
] as const;
export type UntestedReason = (typeof untestedReasons)[number];

export interface Untested {
  readonly reason: UntestedReason;
  /** English, free of control characters. */
  readonly detail: string;
}

/** The conversation that any sender has: banner, EHLO, STARTTLS, a handshake, EHLO again, QUIT. */
export type SessionSeen =
  | {
      readonly kind: "encrypted";
      /** For example `TLSv1.3`. */
      readonly protocol: string;
      readonly cipher: string;
      /** REQUIRETLS is in the EHLO reply inside TLS (RFC 8689 §2). */
      readonly requireTls: boolean;
    }
  | { readonly kind: "cleartext" }
  /** STARTTLS was offered, and then there was no TLS. */
  | { readonly kind: "tls-failed"; readonly fault: string; readonly detail: string; readonly isRefusal: boolean }
  | ({ readonly kind: "untested" } & Untested);

/** What a server can be brought to, each by a ClientHello of its own. */
export const helloTests = [
  "usual",
  /** The same suites the other way round: who decides? */
  "reversed",
  "cbc",
  "static",
  "weak",
  "insecure",
  "anonymous",
  "dhe",
  "weak-groups",
  "weak-signatures",
  "tls1.1",
  "tls1",
  "ssl3",
] as const;
export type HelloTest = (typeof helloTests)[number];

export type HelloSeen =
  | HelloTaken
  | { readonly kind: "declined"; readonly detail: string }
  | ({ readonly kind: "untested" } & Untested);

export type RenegotiationSeen = { readonly kind: "allowed" | "declined" } | ({ readonly kind: "untested" } & Untested);

/** Whether what a client says before the handshake of TLS 1.3 has ended would be taken (RFC 8446 §2.3). */
export type EarlyDataSeen = { readonly kind: "taken" | "declined" } | ({ readonly kind: "untested" } & Untested);

/** Whether STARTTLS is demanded before mail is taken, or only offered (RFC 3207 §4). */
export type InsistenceSeen = { readonly kind: "required" | "optional" } | ({ readonly kind: "untested" } & Untested);

/** Ends of content that are none (TLS-8). */
export const smuggledEndings = ["lf-dot-lf", "lf-dot-crlf", "crlf-dot-lf", "cr-dot-cr", "cr-dot-crlf"] as const;
export type SmuggledEnding = (typeof smuggledEndings)[number];

/** What was tried on one's own server alone. */
export interface IntrusiveSeen {
  /** Commands in clear behind STARTTLS. */
  readonly injection: "obeyed" | "refused" | "untested";
  readonly smuggling: Partial<Readonly<Record<SmuggledEnding, "taken" | "passed-over" | "untested">>>;
}

export interface SeenAddress {
  readonly address: IpAddress;
  readonly session: SessionSeen;
  /** One handshake for each kind of key; empty where there is no TLS. */
  readonly presented: readonly Presented[];
  /** Of one address of each host: its servers are taken to be set up alike. */
  readonly hellos?: Partial<Readonly<Record<HelloTest, HelloSeen>>>;
  readonly renegotiation?: RenegotiationSeen;
  readonly insistence?: InsistenceSeen;
  readonly earlyData?: EarlyDataSeen;
  readonly intrusive?: IntrusiveSeen;
}

export interface SeenHost {
  /** As `HostFact.name`. */
  readonly name: string;
  /** The MX host is an alias for this name (RFC 2181 §10.3 forbids it). */
  readonly alias?: string;
  /** Where its addresses are not secure, and so no sender asks: what would be found. */
  readonly unheededTlsa?: readonly TlsaRecord[];
  /** The CAA records that hold for its name, as text; none where there are none up to the top. */
  readonly caa: Looked<string>;
  readonly addresses: readonly SeenAddress[];
}

/** A name server of the domain's zone, and whether it has an IPv6 address. */
export interface SeenNameserver {
  readonly name: string;
  readonly ipv6: "there" | "none" | "unknown";
  /** What came of asking it there, at the first of its addresses that answers. Absent where it was not asked. */
  readonly overIpv6?: NameserverReached;
}

/** All that was seen. */
export interface Inspection {
  readonly domain: DomainName;
  readonly at: Instant;
  readonly facts: Facts;
  readonly stsRecord: Looked<string>;
  readonly stsPolicy: PolicyFetched;
  readonly tlsRpt: Looked<string>;
  /** Absent where it was not asked for. */
  readonly nameservers?: Looked<SeenNameserver>;
  readonly hosts: readonly SeenHost[];
}

/** Who has to act. */
export const actors = ["you", "provider", "registrar", "nobody"] as const;
export type Actor = (typeof actors)[number];

export const ownFindingCodes = [
  "no-domain",
  "null-mx",
  "implicit-mx",
  "mx-alias",
  "mx-unusable",
  "host-no-address",
  "host-private-address",
  "host-dns-bogus",
  "ipv6-missing",
  "ns-ipv6-missing",
  "ns-ipv6-silent",
  "address-refuses",
  "hosts-differ",
  "nothing-enforced",
  "starttls-refused",
  "starttls-required",
  "tls-broken",
  "tls-too-old",
  "tls13-missing",
  "tls-old-versions",
  "cipher-insecure",
  "cipher-anonymous",
  "cipher-weak",
  "cipher-cbc",
  "cipher-static",
  "cipher-order",
  "dh-short",
  "group-weak",
  "exchange-sha1",
  "ems-missing",
  "early-data",
  "compression",
  "renegotiation-unsafe",
  "renegotiation-by-client",
  "certificate-expired",
  "certificate-not-yet-valid",
  "certificate-expires-soon",
  "certificate-self-signed",
  "certificate-untrusted",
  "certificate-other-name",
  "chain-incomplete",
  "chain-disordered",
  "key-short",
  "signature-weak",
  "command-injection",
  "smuggling",
  "tlsa-no-rollover",
  "requiretls-missing",
  "caa-missing",
] as const;
export type OwnFindingCode = (typeof ownFindingCodes)[number];

/** Findings about what is published are `publish/`'s; the rest is ours. */
export interface Finding {
  readonly code: OwnFindingCode | PublishedFinding["code"];
  readonly severity: Severity;
  /** The name that it is about. */
  readonly name: string;
  readonly who: Actor;
  /** The hoster, where it is a known one's affair. */
  readonly provider?: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly paste: readonly ZoneRecord[];
}

export interface UntestedPart extends Untested {
  /** `session`: nothing of this address; `tls`: what stands in `detail` of its TLS; `domain`: all of it; `nameserver`: whether it answers. */
  readonly what: "domain" | "host" | "session" | "tls" | "nameserver";
  readonly name: string;
}

/** Ways of sending, from the most to the least trustful. */
export const senderClasses = ["opportunistic", "mta-sts", "dane", "dane+mta-sts", "requiretls"] as const;
export type SenderClass = (typeof senderClasses)[number];

/** What an attacker can do; each has some attacks of the catalogue. */
export const abilities = ["listen", "path", "dns", "first-contact", "authority"] as const;
export type Ability = (typeof abilities)[number];

/** `unknown`: it depends on what could not be looked at. */
export type Predicted = Outcome | "unknown";

export interface PredictedAttack {
  readonly attack: string;
  readonly ability: Ability;
  readonly outcomes: Readonly<Record<SenderClass, Predicted>>;
}

/** From the safest to what is worst. */
export const verdicts = [
  "no-mail",
  "safe",
  "safe-dane",
  "safe-sts",
  "uneven",
  "unprotected",
  "readable",
  "held",
  "undeliverable",
  "unknown",
] as const;
export type Verdict = (typeof verdicts)[number];

/** What a host does about STARTTLS; `offered`: whether it insists could not be seen. */
export const starttlsStates = ["required", "optional", "offered", "broken", "missing", "untested"] as const;
export type StarttlsState = (typeof starttlsStates)[number];

export interface ReportedHost {
  readonly name: DomainName;
  readonly starttls: StarttlsState;
}

export interface Report {
  readonly domain: DomainName;
  readonly at: Instant;
  readonly verdict: Verdict;
  /** What a sender who looks at everything reaches at the weakest host. */
  readonly level: Level | "none" | "unknown";
  readonly attacks: readonly PredictedAttack[];
  /** What becomes of mail when nobody attacks. */
  readonly unattacked: Readonly<Record<SenderClass, Predicted>>;
  /** In order of preference. */
  readonly hosts: readonly ReportedHost[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  readonly untested: readonly UntestedPart[];
}

export type { KeyKind, Looked, Presented, Severity };
