/**
 * DNSSEC (RFC 4033 to 4035, RFC 5155, RFC 6840): how far an answer can be believed, worked out here, over upstreams that are not
 * trusted. Read from the bottom up:
 *
 *   1. `verify.ts`     a set of records, a zone's keys: is one of the signatures good?
 *   2. `nsec.ts`, `nsec3.ts`  what signed records of absence prove
 *   3. `cuts.ts`       what stands at a name: a secure zone, one that is not signed, or none
 *   4. `zones.ts`      from the trust anchor down to a name's zone, each step kept
 *   5. `vouch.ts`      whose word a set of records or an absence is
 *   6. `validator.ts`  a question, alias by alias; the weakest link decides
 *
 * Everything that an answer can make us do is counted (`limits.ts`, `work.ts`).
 */
export { standardSuite, type Suite } from "./algorithms.ts";
export { dsOf, keyTag } from "./keys.ts";
export { reasonCodes, type ReasonCode } from "./reasons.ts";
export { aged, isValidated } from "./validated.ts";
export { createValidator, createValidatorUnder } from "./validator.ts";
export * from "./types.ts";
export type { Rules } from "./zones.ts";
