/**
 * Cells: every sender against every receiver under every attack that says something about them, played out for real and held against what
 * the catalogue predicts.
 */
import { predict } from "../../threats/index.ts";
import type { Sender } from "../senders/types.ts";
import { SenderFault } from "./guarded.ts";
import { playOut, type Played } from "./stage.ts";
import {
  whichIs,
  type Cell,
  type Failure,
  type LabPorts,
  type LabRequest,
  type LabResult,
  type Plot,
} from "./types.ts";

export { isMismatch, sealNotes, siteName } from "./types.ts";
export type { Cell, Evidence, Failure, LabPorts, LabRequest, LabResult } from "./types.ts";
export type { TranscriptLine } from "./transcript.ts";

/** Always comes to an end. What could not be played out is among the failures; rejects if the world itself cannot be made. */
export async function runLab(ports: LabPorts, request: LabRequest): Promise<LabResult> {
  const cells: Cell[] = [];
  const failures: Failure[] = [];
  const notInstalled: { sender: string; why: string }[] = [];
  for (const sender of request.senders) {
    const why = await sender.missing();
    if (why !== undefined) {
      notInstalled.push({ sender: sender.id, why });
      request.onMissing?.(sender.id, why);
      continue;
    }
    const plots = plotsOf(sender, request);
    for (const lot of lotsOf(plots, sender.cellsAtOnce ?? plots.length)) {
      const played = await playedOut(ports, sender, lot);
      for (const cell of played.cells) request.onCell?.(cell);
      for (const failure of played.failures) request.onFailure?.(failure);
      cells.push(...played.cells);
      failures.push(...played.failures);
    }
  }
  return { cells, failures, notInstalled };
}

/** A sender that fails fails in the whole lot. */
async function playedOut(ports: LabPorts, sender: Sender, lot: readonly Plot[]): Promise<Played> {
  try {
    return await playOut(ports, sender, lot);
  } catch (error) {
    if (!(error instanceof SenderFault)) throw error;
    const why = { code: "fault", said: error.message } as const;
    return { cells: [], failures: lot.map((plot) => ({ ...whichIs(plot), why, words: [] })) };
  }
}

/** What would be tried of one sender. */
export function plotsOf(
  sender: Sender,
  { receivers, attacks, withNone }: Pick<LabRequest, "receivers" | "attacks" | "withNone">,
): readonly Plot[] {
  return receivers.flatMap((receiver) => {
    const shown = attacks.filter(({ shownAt }) => shownAt === undefined || shownAt.includes(receiver.id));
    const chosen = [...(withNone ? [undefined] : []), ...shown];
    return chosen.flatMap((attack): readonly Plot[] => {
      const predicted = predict(sender.mode, receiver, attack?.effect ?? "none");
      return predicted === undefined ? [] : [{ sender, receiver, attack, predicted }];
    });
  });
}

function lotsOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / Math.max(1, size));
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}
