/** What the resolver answers. Shapes only; no I/O. */
import type { DomainName, IpAddress } from "../base/index.ts";

/** Resource record types by their registered names; others as `TYPE123` (RFC 3597). */
export type RecordType = string;

export interface MxRecord {
  /** 0 to 65535, lower first. */
  readonly preference: number;
  /** The exchange, or `.` for a null MX (RFC 7505). May be text that is not a usable host name; the plan judges that. */
  readonly exchange: string;
}

/** RFC 6698 §2.1. Numbers as published; what is usable is `tls`'s to say. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly association: Uint8Array;
}

/** Why no answer could be had, or why the one that came is not believed. */
export type DnsFailure =
  | "timeout"
  | "servfail"
  | "refused"
  | "network"
  | "malformed"
  | "bogus"
  | "chain-too-long"
  | "rcode";

interface Common {
  /** The name that was asked. */
  readonly question: DomainName;
  /** The name that owns the answer: differs from the question after CNAMEs (MX-4). */
  readonly owner: DomainName;
  /** The aliases passed on the way, in order; empty if none. */
  readonly aliases: readonly DomainName[];
  /** Seconds for which the answer may be kept; counts down while cached. */
  readonly ttlSeconds: number;
}

/**
 * An answer to one question. A proven or unproven absence is a kind of its own; a failure is never an absence (MX-2).
 * The status is `secure` only if every link of the way is.
 */
export type Answer<T> =
  | (Common & { readonly kind: "records"; readonly status: "secure" | "insecure"; readonly records: readonly T[] })
  | (Common & { readonly kind: "nodata" | "nxdomain"; readonly status: "secure" | "insecure" })
  | {
      readonly kind: "failure";
      readonly status: "bogus" | "indeterminate";
      readonly question: DomainName;
      readonly failure: DnsFailure;
      readonly detail: string;
    };

/**
 * The resolver port. Never throws, never rejects: whatever goes wrong is a `failure`.
 * One suite will serve every implementation (the stub of today, the validator to come).
 */
export interface Resolver {
  mx(name: DomainName): Promise<Answer<MxRecord>>;
  a(name: DomainName): Promise<Answer<IpAddress>>;
  aaaa(name: DomainName): Promise<Answer<IpAddress>>;
  /** Each record's character-strings joined, as UTF-8. */
  txt(name: DomainName): Promise<Answer<string>>;
  /** The records of `_25._tcp.host` and the like; aliases are followed (trap 6). */
  tlsa(name: DomainName): Promise<Answer<TlsaRecord>>;
  /** Where `name` itself leads, one step, with the status of that step alone (RFC 7672 §2.2.2). */
  cname(name: DomainName): Promise<Answer<DomainName>>;
  close(): Promise<void>;
}
