/**
 * Where the checker means to say something else about DANE than Debian's tools, each with the section that says so. A rule looks at how the
 * host is made and at what both said, never at its name.
 */
import type { ChainView, HostView } from "../../src/check/judge/view.ts";

/** `none`: nobody is proven by DANE. `failed`: it could not be found out, and the mail waits. */
export type DaneVerdict = "matched" | "mismatch" | "none" | "failed";

export type DanePeer = "posttls-finger" | "ldns-dane";

export interface DaneDifference {
  readonly peer: DanePeer;
  readonly ours: DaneVerdict;
  readonly theirs: DaneVerdict;
  readonly host: HostView;
  /** The one that it is about; of all of them if there is none. */
  readonly chain?: ChainView;
}

export interface Explanation {
  readonly why: string;
  readonly peer: DanePeer;
  holds(difference: DaneDifference): boolean;
}

export const explanations: readonly Explanation[] = [
  {
    why: "posttls-finger makes one handshake and sees one certificate; the checker asks for both kinds of key, and a sender that gets the other is turned away (RFC 7671 §5.1)",
    peer: "posttls-finger",
    holds: ({ ours, theirs, host: { chains } }) =>
      ours === "mismatch" && theirs === "matched" && chains.some(({ dane }) => dane !== "mismatch"),
  },
  {
    why: "an MX host that is an alias has its TLSA records at the name that it stands for, first (RFC 7672 §2.2.2); ldns-dane asks at the alias alone",
    peer: "ldns-dane",
    holds: ({ ours, theirs, host: { seen } }) => ours === "matched" && theirs === "none" && seen.alias !== undefined,
  },
  {
    why: "usages 0 and 1 are not for SMTP (RFC 7672 §3.1.3); ldns-dane judges by RFC 6698 alone",
    peer: "ldns-dane",
    holds: ({ ours, theirs, host: { fact } }) =>
      ours === "none" &&
      theirs === "matched" &&
      fact.tlsa.kind === "records" &&
      fact.tlsa.records.every(({ usage }) => usage < 2),
  },
  {
    why: "below DANE-TA a certificate may be for the domain as well as for the MX host (RFC 7672 §3.2.2); ldns-dane knows the host alone",
    peer: "ldns-dane",
    holds: ({ ours, theirs, chain, host: { fact, host } }) =>
      ours === "matched" &&
      theirs === "mismatch" &&
      fact.tlsa.kind === "records" &&
      fact.tlsa.records.every(({ usage }) => usage === 2) &&
      chain?.leaf().checkHost(host) === undefined,
  },
  {
    why: "DANE-EE binds the key to the host by the record alone, whatever names the certificate has (RFC 7671 §5.1, RFC 7672 §3.1.1); ldns-dane compares them",
    peer: "ldns-dane",
    holds: ({ ours, theirs, host: { fact }, chain }) =>
      ours === "matched" &&
      theirs === "mismatch" &&
      chain?.looks.name === "other" &&
      fact.tlsa.kind === "records" &&
      fact.tlsa.records.some(({ usage }) => usage === 3),
  },
];
