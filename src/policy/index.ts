/**
 * Floor 3: where a message goes next, and what that hop must prove before mail may pass (RFC 5321 §5, 7505, 7435).
 *
 *   rules, DNS, history ──gather──► Facts ──plan──► hosts to try, each with its least level and proof; or defer; or bounce
 *
 * 1. `gather` asks: the operator's rule for the recipient's domain, its MX set, each host's addresses, every answer with
 *    its DNSSEC status. A lookup that failed is a fact of its own, never "no such record".
 * 2. `plan` decides, from facts alone and without I/O. The level comes from the rule, else from the default; what DNS says
 *    decides where mail may go and by which names a host may prove itself, never how much it must prove.
 * 3. `updateHistory` remembers, for one delivery, where TLS was offered and then failed: such a host must do TLS at the next
 *    attempts, and only after several failures over an hour may a hop that asks for nothing go without (TLS-4).
 *
 * The law: no failure of a lookup ever lowers what a hop requires. `plan.law.test.ts` holds the planner to it.
 */
export { isSpecialAddress } from "./addresses.ts";
export { gather, type GatherDeps, type GatherRequest, type GatherSettings } from "./gather.ts";
export { parseHistory, updateHistory, type UnprovenFailure } from "./history.ts";
export * from "./mtasts/index.ts";
export { plan } from "./plan.ts";
export { failuresBefore } from "./reported.ts";
export {
  findException,
  findRule,
  parsePattern,
  parseRoute,
  parseRule,
  type RuleFault,
  type RuleText,
} from "./rules.ts";
export * from "./types.ts";
export {
  createMemory,
  establishedLevel,
  isTlsFault,
  memoryLimits,
  rememberedFloor,
  rememberedOf,
  suspectedSince,
  type Forgettable,
  type Forgetting,
  type ForgettingNote,
  type Memory,
  type MemoryCount,
  type MemoryKey,
  type MemoryOptions,
  type MemoryRow,
  type MemoryStore,
  type Suspicion,
} from "./memory/index.ts";
