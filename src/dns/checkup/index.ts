/**
 * Telling a resolver that spoils answers apart from a domain under attack (SEC-5): the root's own keys are asked for through every
 * resolver, at the start and whenever answers that fail validation pile up.
 *
 *   examine.ts   one resolver asked over UDP, over TCP, and with a small question
 *   judge.ts     what one answer says: good, stripped, forged, of another time
 *   checkup.ts   all resolvers together: a wrong clock is told from a stale resolver
 *   doubt.ts     when to look again
 */
export { checkUpstreams, type CheckupOptions } from "./checkup.ts";
export { createDoubtWatch, type DoubtWatch, type DoubtWatchOptions } from "./doubt.ts";
export { dnsFindingCodes, type DnsFinding, type DnsFindingCode } from "./types.ts";
