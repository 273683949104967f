/** Files and directories of the system's, with the lab's own laid over them: inside the enclosure, and seen by nobody else. */
import type { Clock } from "../../base/index.ts";
import { isEnclosed } from "../enclose.ts";
import { runWell, writeText } from "./program.ts";

export interface Laid {
  /** Takes it away: what lies below is there again. */
  close(): Promise<void>;
}

/** This text over a file. Throws a RangeError outside of an enclosure; rejects with an Error if it cannot be done. */
export async function layOver(target: string, own: string, text: string, clock: Clock): Promise<Laid> {
  return bind(target, writeText(own, text), clock);
}

/** A directory, or a file, over another. As `layOver`. */
export async function bind(target: string, own: string, clock: Clock): Promise<Laid> {
  assertEnclosed();
  await runWell(clock, "mount", ["--bind", own, target]);
  return { close: async () => void (await runWell(clock, "umount", [target])) };
}

/** An empty directory in memory over a directory. As `layOver`. */
export async function bare(target: string, clock: Clock): Promise<Laid> {
  assertEnclosed();
  await runWell(clock, "mount", ["-t", "tmpfs", "-o", "mode=755", "lab", target]);
  return { close: async () => void (await runWell(clock, "umount", ["--lazy", target])) };
}

/** Outside, all of the machine would see it. */
function assertEnclosed(): void {
  if (!isEnclosed()) throw new RangeError("nothing is laid over the system's own files outside of an enclosure");
}
