/**
 * Cells: every sender against every receiver under every attack that says something about them, played out for real and held against what
 * the catalogue predicts.
 */
import { predict } from "../../threats/index.ts";
import type { Sender } from "../senders/types.ts";
import { playOut } from "./stage.ts";
import type { Cell, LabPorts, LabRequest, LabResult, Plot } from "./types.ts";

export { isMismatch, siteName } from "./types.ts";
export type { Cell, Evidence, LabPorts, LabRequest, LabResult } from "./types.ts";
export type { TranscriptLine } from "./transcript.ts";

/** Rejects with an Error if a sender that is there does not come up, or comes to no end of a message. */
export async function runLab(ports: LabPorts, request: LabRequest): Promise<LabResult> {
  const cells: Cell[] = [];
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
      const played = await playOut(ports, sender, lot);
      for (const cell of played) request.onCell?.(cell);
      cells.push(...played);
    }
  }
  return { cells, notInstalled };
}

/** What would be tried of one sender. */
export function plotsOf(
  sender: Sender,
  { receivers, attacks, withNone }: Pick<LabRequest, "receivers" | "attacks" | "withNone">,
): readonly Plot[] {
  return receivers.flatMap((receiver) => {
    const chosen = [...(withNone ? [undefined] : []), ...attacks];
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
