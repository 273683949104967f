/** The lab's matrix for the tests: run for real, and told cell by cell where it is not as predicted. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSystemWeb } from "../../src/cli/lab/ports.ts";
import { surehopSenders, type Planted } from "../../src/cli/lab/surehop.ts";
import { isMismatch, runLab, type Cell, type LabPorts } from "../../src/lab/index.ts";
import { systemClock, systemNet, systemRandom } from "../../src/system/index.ts";
import { chooseAttack, everyAttack, receiverNamed, usualAttacks, type ReceiverId } from "../../src/threats/index.ts";
import { receivers as allReceivers } from "../../src/threats/index.ts";

/** Queues of the lab are kept in memory where there is a place for that: what survives a power failure is tested elsewhere. */
const shelf = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const labPorts: LabPorts = {
  net: systemNet,
  clock: systemClock,
  isEnclosed: false,
  makeDirectory() {
    const path = mkdtempSync(join(shelf, "surehop-lab-"));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  },
  makeToken: () => randomBytes(12).toString("hex"),
  random: systemRandom,
  openWeb: openSystemWeb,
};

export interface Selection {
  readonly sender: string;
  readonly receivers?: readonly ReceiverId[];
  /** By name; default: the columns of the matrix. `every`: all variants. */
  readonly attacks?: readonly string[] | "every";
  readonly planted?: Planted;
  readonly author?: NonNullable<LabPorts["author"]>;
}

export async function cellsOf({ sender, receivers, attacks, planted, author }: Selection): Promise<readonly Cell[]> {
  const { cells, failures } = await runLab(author === undefined ? labPorts : { ...labPorts, author }, {
    senders: surehopSenders(planted).filter(({ id }) => id === sender),
    receivers: receivers === undefined ? allReceivers : receivers.flatMap((id) => receiverNamed(id) ?? []),
    attacks:
      attacks === "every" ? everyAttack() : (attacks?.flatMap((name) => chooseAttack(name) ?? []) ?? usualAttacks()),
    withNone: attacks === undefined,
  });
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return cells;
}

/** A line for each cell that is not as predicted. */
export function differences(cells: readonly Cell[]): readonly string[] {
  return cells.filter(isMismatch).map(({ sender, receiver, attack, predicted, observed, evidence }) => {
    const { seen, honest, attacker, control, bystander, hops, shown } = evidence;
    const details = JSON.stringify({
      seen,
      honest,
      attacker,
      control: control && [control.predicted, control.observed],
      bystander,
      hops,
      shown,
    });
    return `${sender} → ${receiver} under ${attack}: predicted ${predicted}, observed ${observed} ${details}`;
  });
}
