/**
 * Floor 5: a domain looked at without sending it anything.
 *
 *   gather ──► Facts ──plan──► Plan ──► in words: where mail would go, what each server must prove, who could read it
 *
 * `preview` asks with the relay's own code and decides with its one planner, so that what is said here is what a message would meet now.
 *
 *   gather, CAA, policy ─┐
 *   probe/ (each MX host ┴─ inspect ──► Inspection ── judge ──► Report: findings, the attacks that would work, a verdict
 *   at each address)                        └─ saved, and judged again
 *
 * `scan/` does the same for many domains, each address looked at once for all of them.
 *
 * What is seen is a fact, and plain data; what is made of it is pure. What could not be looked at is never a fault (trap 27). The attacks
 * are `threats/`'s, and what is published is judged by `publish/`.
 */
export { preview, previewJson, type Preview } from "./preview.ts";
export { tellPreview, type ToldPreview } from "./tell.ts";
export { lookUpCaa } from "./caa.ts";
export { lookUpNameservers, type ReachAt } from "./nameservers.ts";
export { classSenders, receiverSetups } from "./matrix.ts";
export { changesBetween, isSame, type Changes } from "./diff.ts";
export { inspect, type InspectDeps, type InspectSettings } from "./inspect.ts";
export { judge } from "./judge/index.ts";
export { checkLimits } from "./limits.ts";
export * from "./types.ts";
export { daemons, readyToPaste, type Daemon, type Paste } from "./paste.ts";
export { reportHtml } from "./render/html.ts";
export { reportMarkdown } from "./render/markdown.ts";
export { reportSchema } from "./render/schema.ts";
export { changesJson, reportJson, reportVersion } from "./render/json.ts";
export { readInspection, saveInspection, type SavedFault } from "./saved.ts";
export { tellOne, tellReport, type CellState, type ToldCell, type ToldFinding, type ToldReport } from "./told.ts";
export { reasonOf } from "./why.ts";
export * from "./scan/index.ts";
