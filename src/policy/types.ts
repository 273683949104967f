/** Facts and plans. `gather` collects the first; `plan`, a pure function, makes the second of them. */
import type {
  BounceReason,
  DeferReason,
  DomainName,
  Instant,
  IpAddress,
  Level,
  MailEvent,
  PlanReason,
  ReportedPolicy,
  TlsFault,
} from "../base/index.ts";
import type { DnsFailure, TlsaRecord } from "../dns/index.ts";
import type { HopRequirement, NamePattern, TrustedCas } from "../tls/index.ts";

/** `[host]:port`, `[192.0.2.1]:port` (no MX lookup), or `domain` / `domain:port` (MX of that domain). */
export interface Route {
  readonly kind: "host" | "mx";
  readonly name: DomainName;
  readonly port?: number;
  /** As the operator wrote it. */
  readonly text: string;
}

/** An operator's rule. The first whose pattern matches the recipient's domain counts. */
export interface Rule {
  /** As `parsePattern` gives it: `example.org` (itself alone), `.example.org` (all below it), `*` (every domain). */
  readonly pattern: string;
  readonly require?: Level;
  /** Names that the peer's certificate may be for. */
  readonly match?: readonly NamePattern[];
  readonly route?: Route;
  readonly ca?: TrustedCas;
}

export type AddressFact =
  | { readonly kind: "known"; readonly status: "secure" | "insecure"; readonly addresses: readonly IpAddress[] }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly status: "bogus" | "indeterminate"; readonly failure: DnsFailure }
  /** Every address is loopback, private or our own, and that was not allowed (MX-6). */
  | { readonly kind: "forbidden" };

/** What is published at `_25._tcp.` + the TLSA base domain (RFC 7672 §2.2). */
export type TlsaFact =
  /** The host's address records are not secure, or it has no name to ask about (DANE-1, trap 3). */
  | { readonly kind: "not-asked" }
  /** None are there, or what is there is unsigned: normal, and no error (trap 2). */
  | { readonly kind: "none"; readonly status: "secure" | "insecure" }
  /** Secure, every link of the way. `base` is the TLSA base domain: SNI and first reference identifier (DANE-6). */
  | { readonly kind: "records"; readonly base: DomainName; readonly records: readonly TlsaRecord[] }
  /** Nobody can say whether there are any (DANE-2, trap 1). */
  | {
      readonly kind: "failed";
      readonly status: "bogus" | "indeterminate";
      readonly failure: DnsFailure;
      readonly detail: string;
    };

export type StsMode = "enforce" | "testing" | "none";

/** A policy as published (RFC 8461 §3.2). Plain JSON. */
export interface StsPolicy {
  readonly mode: StsMode;
  /** As published, lower case, A-labels: `mx.example.org` or `*.example.org` (exactly one label). At least one unless `mode` is `none`. */
  readonly mx: readonly string[];
  /** 0 to 31,557,600. */
  readonly maxAgeSeconds: number;
}

/** What is known of a domain's MTA-STS policy before an attempt (STS-1 to STS-5). */
export type StsFact =
  /** Nobody has asked: address literals, a route, or MTA-STS is switched off. */
  | { readonly kind: "not-asked" }
  /** There is none. `failure` says why it could not be had where one seems to be published (the known limit of first contact). */
  | { readonly kind: "none"; readonly failure?: { readonly result: StsFailure; readonly detail: string } }
  | {
      readonly kind: "policy";
      readonly policy: StsPolicy;
      /** The id of the TXT record under which it was fetched. */
      readonly id: string;
      readonly fetchedAt: Instant;
      readonly expiresAt: Instant;
      /** The latest look at the TXT or the policy failed, or the TXT is gone: what is cached counts until it expires (trap 17). */
      readonly stale?: { readonly result: StsFailure; readonly detail: string };
    }
  /** What is cached cannot be read: a deferral, never "no policy" (trap 17). */
  | { readonly kind: "unreadable"; readonly detail: string };

export type StsFailure = "sts-policy-fetch-error" | "sts-policy-invalid" | "sts-webpki-invalid";

/** Who knows the MTA-STS policies. */
export interface StsSource {
  /** From the cache, else fetched now. Never rejects. */
  policyFor(domain: DomainName): Promise<StsFact>;
  /** Mail could not meet the policy: is there a newer one (STS-4)? What comes of it counts for the next attempt. Never throws. */
  recheck(domain: DomainName): void;
}

/** For those who ask nobody. */
export const noSts: StsSource = { policyFor: () => Promise.resolve({ kind: "not-asked" }), recheck() {} };

/** How often a host met a level (or better) for a domain, and on how many days (UTC). */
export interface RememberedLevel {
  readonly deliveries: number;
  readonly days: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** What earlier deliveries to a host have met (MEM-1). Of cleartext nothing is remembered. */
export interface RememberedHost {
  readonly encrypted?: RememberedLevel;
  readonly authenticated?: RememberedLevel;
  /** Since when this host has met less than it is known for; absent if it has not. */
  readonly suspectedSince?: Instant;
}

/** What is remembered about a domain's mail: by MX host, for this very domain; and of each host from all domains. */
export type MemoryFact =
  | {
      readonly kind: "known";
      readonly ofDomain: Readonly<Record<string, RememberedHost>>;
      /** Hosts of this MX set as any domain's mail has met them: only `encrypted` says something about another domain. */
      readonly ofHosts: Readonly<Record<string, RememberedHost>>;
    }
  | { readonly kind: "off" }
  | { readonly kind: "unreadable"; readonly detail: string };

/** Who remembers. */
export interface MemorySource {
  /** `hosts` are the MX hosts of today. Never throws. */
  recall(domain: DomainName, hosts: readonly string[]): MemoryFact;
}

/** Who remembers, and is told what came of it. */
export interface LearningMemory extends MemorySource {
  /** Mail of this domain was delivered to this host over a hop that met `level`. Never throws. */
  delivered(domain: DomainName, host: string, level: Level): void;
  /** A hop on which `level` was asked for failed with `fault`. Never throws. */
  fellShort(domain: DomainName, host: string, level: Level, fault: TlsFault): void;
}

export const noMemory: LearningMemory = { recall: () => ({ kind: "off" }), delivered() {}, fellShort() {} };

export interface HostFact {
  /** The exchange as published, lower case, or the routed host. */
  readonly name: string;
  /** Absent if `name` is not a usable host name (for example an address literal in an MX record). */
  readonly host?: DomainName;
  /** 0 to 65535; 0 for a routed host or an implicit MX. */
  readonly preference: number;
  readonly isUs: boolean;
  readonly addresses: AddressFact;
  readonly tlsa: TlsaFact;
}

export type MxFact =
  | { readonly kind: "records" | "implicit"; readonly status: "secure" | "insecure" }
  /** The configuration names the host: nothing was asked. */
  | { readonly kind: "routed" }
  /** The recipient's domain is an address (`[192.0.2.1]`): nothing was asked. */
  | { readonly kind: "literal" }
  | { readonly kind: "null-mx"; readonly status: "secure" | "insecure" }
  | { readonly kind: "nxdomain"; readonly status: "secure" | "insecure" }
  | {
      readonly kind: "failed";
      readonly status: "bogus" | "indeterminate";
      readonly failure: DnsFailure;
      readonly detail: string;
    };

/** What this very delivery has met at each host so far (TLS-4). Stored with the delivery; plain JSON. */
export interface HostHistory {
  /** The host has offered STARTTLS to this delivery at least once. */
  readonly offeredTls: boolean;
  /** Attempts in which TLS was offered and then failed. */
  readonly tlsFailures: number;
  readonly firstFailureAt?: Instant;
  /** Once somebody has injected bytes it stays at that. */
  readonly lastFault?: TlsFault;
}

export type DeliveryHistory = Readonly<Record<string, HostHistory>>;

/** What the message itself asks of the way (RFC 8689). */
export interface MessageFact {
  readonly requireTls: boolean;
  /** The header says `TLS-Required: No`. REQUIRETLS has the last word where both are there. */
  readonly tlsOptional?: boolean;
}

/** What the operator asks less of, for a while, and why. */
export interface Exception {
  /** As a rule's. */
  readonly pattern: string;
  /** At most this is demanded. */
  readonly level: Level;
  /** It ends here. */
  readonly until: Instant;
  readonly why: string;
}

/** MEM-1: for how long mail is held that would meet less than is remembered, and what then. */
export interface MemoryTerms {
  readonly patienceMs: number;
  readonly afterwards: "bounce" | "deliver";
}

/** Everything that can be known about a next hop before a byte is sent. */
export interface Facts {
  readonly now: Instant;
  /** The recipient's domain: the policy domain. */
  readonly domain: DomainName;
  /** The domain whose MX is asked, or the host that a route names; the recipient's domain itself where no route is (MX-1). */
  readonly nextHop: DomainName;
  readonly rule?: Rule;
  readonly mx: MxFact;
  /** Ordered by preference; equal preferences already shuffled (MX-5). */
  readonly hosts: readonly HostFact[];
  readonly sts: StsFact;
  readonly memory: MemoryFact;
  readonly history: DeliveryHistory;
  readonly message: MessageFact;
  /** One that has not ended; the first that matches. */
  readonly exception?: Exception;
  /** `report`: what the recipient publishes, what is remembered and the default are looked at, and only rules are enforced. */
  readonly enforce: "all" | "report";
  readonly memoryTerms: MemoryTerms;
  /** Believed besides the system's authorities, by every proof that names no other. */
  readonly authorities?: TrustedCas;
  /** What the operator demands where no rule says otherwise. */
  readonly defaultRequire: Level;
  /** 1 to 65535: where hosts are dialled unless a route says otherwise. */
  readonly smtpPort: number;
  readonly tlsRetry: TlsRetry;
}

/** TLS-4: attempts in which TLS failed, and the milliseconds that they must span, before cleartext is considered. */
export interface TlsRetry {
  readonly tries: number;
  readonly overMs: number;
}

export interface PlannedHost extends HopRequirement {
  readonly addresses: readonly IpAddress[];
  readonly port: number;
  /** What a session with this host is reported under (RPT-1). */
  readonly reported: ReportedPolicy;
  /** The operator's patience with less than is remembered is over: unproven now means returned (MEM-1). */
  readonly isLastChance?: true;
}

/**
 * What to do: hosts to try in order, each with the least it must prove; or why not.
 * `notes` are events for the story (skipped hosts, the plan itself).
 */
export type Plan =
  | {
      readonly kind: "try";
      readonly hosts: readonly PlannedHost[];
      readonly why: readonly PlanReason[];
      readonly notes: readonly MailEvent[];
    }
  | {
      readonly kind: "defer";
      readonly reason: DeferReason;
      readonly detail: string;
      readonly forSafety: boolean;
      readonly notes: readonly MailEvent[];
    }
  | {
      readonly kind: "bounce";
      readonly reason: BounceReason;
      readonly detail: string;
      readonly notes: readonly MailEvent[];
    };
