/** The matrix for a terminal: a line for each receiver, two columns for each attack. */
import { isMismatch, type Cell } from "../../lab/index.ts";
import { everyAttack, isExposed, type Outcome } from "../../threats/index.ts";
import type { Words } from "../../words/index.ts";
import { attackName, receiverName, senderName, shownName } from "./telling.ts";
import { columnsOf } from "../layout.ts";

const marks: Readonly<Record<Outcome, readonly [mark: string, colour: string]>> = {
  delivered: ["·", "32"],
  held: ["H", "36"],
  bounced: ["B", "33"],
  "exposed-cleartext": ["C", "31"],
  "exposed-to-attacker": ["A", "35"],
};

/** All of one sender's cells. The numbers of the columns are those of the legend of `all`. */
export function gridOf(
  words: Words,
  cells: readonly Cell[],
  hasColour: boolean,
  all: readonly Cell[] = cells,
): readonly string[] {
  const [first] = cells;
  if (first === undefined) return [];
  const attacks = attacksIn(cells);
  const numbers = new Map(attacksIn(all).map((attack, at) => [attack, at + 1]));
  const receivers = [...new Set(cells.map(({ receiver }) => receiver))];
  const byPlace = new Map(cells.map((cell) => [`${cell.receiver} ${cell.attack}`, cell]));
  const names = receivers.map((id) => receiverName(words, id));
  const width = Math.max(...names.map(columnsOf));
  const head = attacks.map((attack) => String(numbers.get(attack)).padStart(2)).join(" ");
  const rows = receivers.map((receiver, at) => {
    const name = names[at] ?? receiver;
    const row = attacks.map((attack) => markOf(byPlace.get(`${receiver} ${attack}`), hasColour)).join(" ");
    return `${name}${" ".repeat(width - columnsOf(name))}  ${row}`;
  });
  return [bold(senderName(words, first.sender), hasColour), `${" ".repeat(width)}  ${head}`, ...rows];
}

/** What the marks and the columns mean. */
export function legendOf(words: Words, cells: readonly Cell[]): readonly string[] {
  const attacks = attacksIn(cells);
  const width = Math.max(...attacks.map(({ length }) => length));
  return [
    words.say("lab-legend"),
    "",
    words.say("lab-columns"),
    ...attacks.map(
      (attack, at) => `${String(at + 1).padStart(4)}  ${attack.padEnd(width)} ${attackName(words, attack)}`,
    ),
  ];
}

/** In the catalogue's order, whichever was tried first; nobody attacking first of all, aimed attacks last. */
export function attacksIn(cells: readonly Cell[]): readonly string[] {
  const order = new Map<string, number>(everyAttack().map(({ name }, at) => [name, at]));
  order.set("none", -1);
  const placeOf = (name: string): number => order.get(name) ?? order.size;
  return [...new Set(cells.map(({ attack }) => attack))].toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** One exact line for each that is other than predicted. */
export function mismatchesOf(words: Words, cells: readonly Cell[]): readonly string[] {
  return cells.filter(isMismatch).map((cell) => {
    const { sender, receiver, attack, predicted, observed, evidence } = cell;
    const { control, shown } = evidence;
    const where = { sender, receiver, attack };
    if (predicted === observed && shown !== undefined && shown.predicted !== shown.observed) {
      const given = { predicted: shownName(words, shown.predicted), observed: shownName(words, shown.observed) };
      return words.say("lab-mismatch-shown", { ...where, ...given });
    }
    const isEarlier = control !== undefined && control.predicted !== control.observed;
    return words.say(isEarlier ? "lab-mismatch-control" : "lab-mismatch", {
      ...where,
      predicted: words.say(`lab-outcome-${isEarlier ? control.predicted : predicted}`),
      observed: words.say(`lab-outcome-${isEarlier ? control.observed : observed}`),
    });
  });
}

export interface Summary {
  readonly cells: number;
  readonly mismatches: number;
  readonly exposed: number;
  /** Senders that could not be started here. */
  readonly notInstalled: number;
}

export function summaryOf(cells: readonly Cell[], notInstalled: number): Summary {
  return {
    cells: cells.length,
    mismatches: cells.filter(isMismatch).length,
    exposed: cells.filter(({ observed }) => isExposed(observed)).length,
    notInstalled,
  };
}

function markOf(cell: Cell | undefined, hasColour: boolean): string {
  if (cell === undefined) return "  ";
  const [mark, colour] = marks[cell.observed];
  const isWrong = isMismatch(cell);
  const text = `${isWrong ? "!" : " "}${mark}`;
  return hasColour ? `\x1b[${isWrong ? "7;" : ""}${colour}m${text}\x1b[0m` : text;
}

function bold(text: string, hasColour: boolean): string {
  return hasColour ? `\x1b[1m${text}\x1b[0m` : text;
}
