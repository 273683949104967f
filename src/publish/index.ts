/**
 * Floor 5: what a domain promises to those who send to it, published so that it holds.
 *
 *   certificates, keys ─┐
 *   [publish] ──────────┴─ publication ──► zone records, policy file, steps          (RFC 7672 §3.1.1, RFC 8461, RFC 8460)
 *   resolver, servers ──── observe ──► PublishedFacts ── judgePublished ──► findings, each with what to paste
 *   what was seen, since when (ledger) ── nextStep ──► what to do next with the key, and when            (RFC 7671 §8.1)
 *
 * What is looked at is a fact, what is made of it is pure. The steps of a key's roll-over, and why it may not be hurried, are told in
 * `rollover.ts`. `snippets/` has the same promises as configuration of other mail servers.
 */
export { certificateKey, keyOfDer, readChain, readKey, type PemFault } from "./certificate.ts";
export { judgePublished } from "./judge/index.ts";
export {
  emptyLedger,
  enter,
  hostLedger,
  ledgerText,
  parseLedger,
  type HostLedger,
  type Ledger,
  type Look,
  type Sighting,
} from "./ledger.ts";
export { publishLimits } from "./limits.ts";
export {
  exchanges,
  hostKeysOf,
  hostsToLookAt,
  lookAtHost,
  lookedOf,
  lookUpTlsa,
  observe,
  shownKeys,
  signedTtl,
  type LookRequest,
  type ObservePorts,
  type ObserveRequest,
} from "./observe.ts";
export { parsePromises, promiseDefaults, stsModes, type PromisesFault, type PromisesText } from "./promises.ts";
export { policyFile, policyHost, policyId, policyPath, policyText, publication, tlsaRecords } from "./records.ts";
export { nextStep, refusalToSwitch, type RollFacts, type RollStep, type SwitchRefusal } from "./rollover.ts";
export * from "./snippets/index.ts";
export { keyRecords, standsFor, tlsaName, tlsaOf, tlsaText } from "./tlsa.ts";
export {
  recordLine,
  tellFinding,
  tellPublishStep,
  tellRefusal,
  tellRollStep,
  tellSnippet,
  zoneText,
  type ToldFinding,
} from "./tell.ts";
export * from "./types.ts";
