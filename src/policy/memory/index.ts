/**
 * Memory: what hosts have proven before, and that they are held to it (MEM-1, MEM-2).
 *
 *   recall ──► MemoryFact ──rememberedFloor──► one more least level for the plan
 *   delivered, fellShort ──► the cache ──at most every second──► the store
 *
 * 1. Before an attempt `recall` gives what is known of a domain's hosts. It is asked once for each delivery, and answers from
 *    a cache, absences included; the disk is read once for each domain and host that comes up anew.
 * 2. After it the courier says what was met (`delivered`) or that a hop failed (`fellShort`). `judge.ts` decides what follows from that.
 * 3. Changes are written together, at most every second and on `close`. A crash loses the last second: a delivery more or less
 *    is no matter for what needs three on two days.
 * 4. An operator may have a domain or a host forgotten, beside the running relay: each forgetting is a row with who, when, why
 *    and what it was, and the relay looks for new ones at most once a second. Nothing else makes the memory forget a level, but age
 *    (400 days without mail) and room (a million rows, those not met for longest go).
 *
 * What cannot be read is `unreadable`, and mail waits: never "nothing remembered".
 */
export {
  afterDelivery,
  afterShortfall,
  establishedLevel,
  isTlsFault,
  metDespite,
  rememberedFloor,
  rememberedOf,
  suspectedSince,
} from "./judge.ts";
export { memoryLimits } from "./limits.ts";
export { createMemory, type MemoryOptions } from "./memory.ts";
export type {
  Forgettable,
  Forgetting,
  ForgettingNote,
  Memory,
  MemoryCount,
  MemoryKey,
  MemoryRow,
  MemoryStore,
  Suspicion,
} from "./types.ts";
