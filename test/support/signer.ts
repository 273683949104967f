/** Keys and signatures for the zones of tests: the lab's. */
export { anchorOf, dsRecord, keyOf, makeKey, signSet } from "../../src/lab/dnssec/index.ts";
export type { SigningAlgorithm, SigningKey, SignOptions, Validity } from "../../src/lab/dnssec/index.ts";
