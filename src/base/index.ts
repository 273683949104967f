/**
 * Floor 0: what every other folder speaks with. Names and addresses as branded types, the ordered levels of a hop,
 * events with stable codes, results, named limits, and the ports (clock, dice, network, log, metrics) through which
 * the world comes in. Nothing here does any I/O.
 */
export * from "./envelope.ts";
export * from "./events.ts";
export * from "./levels.ts";
export * from "./limits.ts";
export * from "./metrics.ts";
export * from "./names.ts";
export * from "./ports.ts";
export * from "./reply.ts";
export * from "./result.ts";
export * from "./tlsrpt.ts";
