/** An earlier run's output, read to go on with it: what is done, what it comes to so far, and where it has to be cut. */
import { err, ok, type Result } from "../../base/index.ts";
import { parseLine, type ScanLine } from "./line.ts";
import type { LineFile, Unfinished } from "./lines.ts";
import { NameSet } from "./names.ts";

export interface Resumed {
  readonly done: NameSet;
  /** Where half a line begins, which a kill left behind. */
  readonly cutAt?: number;
}

export interface NotOurs {
  /** From 1. */
  readonly line: number;
}

/** `onLine` is told every line that stands there. A file with anything else in it is somebody else's, and is not touched. */
export function resumeFrom(file: LineFile, onLine: (line: ScanLine) => void): Result<Resumed, NotOurs> {
  const done = new NameSet();
  const rest: { unfinished?: Unfinished } = {};
  let number = 0;
  for (const { text } of file.lines((unfinished) => (rest.unfinished = unfinished))) {
    number++;
    const line = parseLine(text);
    if (line === undefined) return err({ line: number });
    if (done.add(line.domain)) onLine(line);
  }
  const { unfinished } = rest;
  if (unfinished === undefined) return ok({ done });
  return isBeginning(unfinished.text) ? ok({ done, cutAt: unfinished.offset }) : err({ line: number + 1 });
}

/** Half a line of ours; or zeros, which a file system may leave where the power failed. */
function isBeginning(text: string): boolean {
  const start = '{"v":1,"domain":"';
  return start.startsWith(text.slice(0, start.length)) || text.startsWith("\0");
}
