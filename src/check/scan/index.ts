/**
 * Many domains looked at, gently: `surehop scan`.
 *
 *   input.ts     lists of domains, and of those who want to be left alone
 *   engine.ts    the scan: what a domain goes through until its line is written; how it stops, and goes on
 *   probes.ts    each address looked at once for all its domains
 *   gate.ts      the budgets with a clock; budgets.ts is the pure part, groups.ts says whose budget a connection is on
 *   paced.ts     the network of one probe, and how a stopped scan lets go of it
 *   looking.ts   the checker's own look, cut where a scan shares it
 *   line.ts      one line a domain; resume.ts goes on where they end
 *   tally.ts     lines counted; diff.ts compares two scans, tell.ts and page.ts say it
 */
export type { Budget } from "./budgets.ts";
export { startScan, type Looking, type Scan, type ScanPorts, type ScanProgress, type ScanSettings } from "./engine.ts";
export type { Admit, Permit } from "./gate.ts";
export { blockOf, defaultBudgets, operatorOf, type ProbeTarget, type ScanBudgets } from "./groups.ts";
export { OptOut, readInputLine } from "./input.ts";
export { scanLimits } from "./limits.ts";
export { formatLine, lineVersion, parseLine, type CheckedLine, type ScanLine } from "./line.ts";
export { NameSet } from "./names.ts";
export type { Prober, ProbeStore, SeenUnder } from "./probes.ts";
export { changeKinds, diffScans, type Change, type ChangeKind, type ScanDiff } from "./diff.ts";
export type { LineFile, PlacedLine, Unfinished } from "./lines.ts";
export { lookingBy, type ScanLookSettings } from "./looking.ts";
export { severable } from "./paced.ts";
export { resumeFrom, type NotOurs, type Resumed } from "./resume.ts";
export { adoptionKeys, Tally, type AdoptionKey, type ScanSummary } from "./tally.ts";
export { scanPage } from "./page.ts";
export { diffLines, summaryLines, tellScan, type ToldSummary } from "./tell.ts";
export { readSeenAddress, writeSeenAddress } from "./kept.ts";
