/**
 * Floor 5: a domain looked at without sending it anything.
 *
 *   gather ──► Facts ──plan──► Plan ──► in words: where mail would go, what each server must prove, who could read it
 *
 * `preview` asks with the relay's own code and decides with its one planner, so that what is said here is what a message would meet now.
 */
export { preview, previewJson, type Preview } from "./preview.ts";
export { tellPreview, type ToldPreview } from "./tell.ts";
export { lookUpCaa } from "./caa.ts";
export { inspect, type InspectDeps, type InspectSettings } from "./inspect.ts";
export { judge } from "./judge/index.ts";
export { checkLimits } from "./limits.ts";
export * from "./types.ts";
