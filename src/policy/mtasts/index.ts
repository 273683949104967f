/**
 * MTA-STS (RFC 8461): how a domain without DNSSEC says which hosts take its mail, and that they have certificates.
 *
 *   1. `_mta-sts.DOMAIN` has a TXT record: there is a policy, this is its id (`record.ts`).
 *   2. `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`, proven by WebPKI, is the policy: a mode, hosts, how long it counts (`policy.ts`).
 *   3. It is kept on disk for that long, whatever happens to 1 and 2 meanwhile, and refreshed long before it ends (`source.ts`).
 *   4. `enforce`: an MX host has to match it, and to present a certificate for its own name (`matchesMx`, and `plan`).
 *
 * What it cannot do: at first contact, one who suppresses 1 or 2 keeps the policy from being known.
 */
export { matchesMx } from "../sts-match.ts";
export { stsLimits } from "./limits.ts";
export { parseStsPolicy, stsPolicyFaultText, type StsPolicyFault } from "./policy.ts";
export { parseStsRecord, stsRecordFaultText, type StsRecord, type StsRecordFault } from "./record.ts";
export { createStsSource, stsPolicyPath, type StsSourceOptions } from "./source.ts";
export type { HttpsGet, StoredSts, StsService, StsStore, StsTrouble } from "./types.ts";
