/**
 * DNSSEC from the side of those who sign (RFC 4034, 4035, 5155), for the lab and for tests.
 *
 *   signer.ts     keys, signatures of record sets, DS records
 *   zone.ts       a zone, signed or not, and what it says about a name; absences proven by `nsec.ts` or `nsec3.ts`
 *   recursor.ts   several zones as an honest recursive resolver tells of them
 *   internet.ts   plain records sorted into zones below a signed root, with the trust anchor to believe it by
 *
 * A validator tested against it has the same RFCs read a second time, by other code: nothing here is shared with `dns/dnssec` but the
 * wire format, key tags and DS digests.
 */
export { signedInternet, type Internet, type InternetOptions, type ZoneState } from "./internet.ts";
export { wire } from "./names.ts";
export type { Nsec3Parameters } from "./nsec3.ts";
export { recursorOver, type Recursor } from "./recursor.ts";
export { anchorOf, dsRecord, keyOf, makeKey, signSet } from "./signer.ts";
export type { SigningAlgorithm, SigningKey, SignOptions, Validity } from "./signer.ts";
export { LabZone, type LabZoneOptions, type Said, type ZoneSigning } from "./zone.ts";
