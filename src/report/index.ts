/** Floor 4: TLS reports (RFC 8460). */
export { createCounter, type CounterDeps, type SessionCounter } from "./counter.ts";
export type { CountedFailure, CountedMore, CountedPolicy, CountStore } from "./counts.ts";
export { dayMs, dayOf, endOf, parseDay, startOf, type UtcDay } from "./day.ts";
export { reportLimits } from "./limits.ts";
