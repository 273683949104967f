/** How a benchmark tells its figures: a table for people, or one JSON line for each figure. */
import { cpus, totalmem } from "node:os";

export interface Figure {
  /** Its stable name. */
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against, in the same run. */
  readonly peer?: string;
  readonly peerValue?: number;
}

/** One line about the machine, since no figure means anything without it. */
export function machine(): string {
  const list = cpus();
  return `${list.length} × ${list[0]?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

export function tellFigures(figures: readonly Figure[], json: boolean): void {
  for (const { figure, value, unit, peer, peerValue } of figures) {
    const ratio = peerValue === undefined || peerValue === 0 ? undefined : rounded(value / peerValue);
    if (json) {
      console.log(
        JSON.stringify({
          figure,
          value: rounded(value),
          unit,
          peer: peer ?? null,
          peerValue: peerValue === undefined ? null : rounded(peerValue),
          ratio: ratio ?? null,
        }),
      );
      continue;
    }
    const beside =
      peer === undefined || peerValue === undefined ? "" : `   ${peer}: ${rounded(peerValue)} (× ${ratio})`;
    console.log(`${figure.padEnd(34)} ${String(rounded(value)).padStart(10)} ${unit}${beside}`);
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
