/** The matrix in a terminal: whose column is which. */
import { expect, test } from "vitest";
import type { Cell } from "../../lab/index.ts";
import { createWords } from "../../words/index.ts";
import { attacksIn, gridOf, legendOf, mismatchesOf } from "./grid.ts";

const words = createWords("en");

function cell(sender: string, attack: string): Cell {
  const told = { sender, receiver: "opportunistic", attack, predicted: "held", observed: "held", ms: 1 };
  return { ...told, evidence: {} } as unknown as Cell;
}

const whole = ["target:strip-ehlo:domain", "smuggle", "none", "target", "eavesdrop"].map((one) => cell("surehop", one));
const few = ["smuggle", "none"].map((one) => cell("surehop-behind-postfix", one));

test("nobody attacking stands first, the catalogue's attacks in its order, aimed ones last, whichever was tried first", () => {
  expect(attacksIn(whole)).toEqual(["none", "eavesdrop", "smuggle", "target", "target:strip-ehlo:domain"]);
});

test("a sender that was tried with few attacks has the legend's numbers over its columns", () => {
  const all = [...whole, ...few];
  const [, head] = gridOf(words, few, false, all);
  const numbers = (head ?? "").trim().split(/ +/);
  const legend = legendOf(words, all).join("\n");
  expect(numbers).toEqual(["1", "3"]);
  expect(legend).toMatch(/^ +1 {2}none /m);
  expect(legend).toMatch(/^ +3 {2}smuggle /m);
});

test("what the recipient is shown otherwise than predicted is told as that: the outcome may be the same", () => {
  const told = {
    ...cell("surehop", "read-at-hop:sealed-replaced"),
    predicted: "delivered",
    observed: "delivered",
  } as const;
  const shown = { predicted: "refused", observed: "as-written" } as const;
  const red: Cell = { ...told, evidence: { ...told.evidence, shown } };
  expect(mismatchesOf(words, [red])).toEqual([
    "surehop, opportunistic, read-at-hop:sealed-replaced: the recipient should have been shown that it was altered, and was shown what was written",
  ]);
  const right: Cell = { ...red, evidence: { ...red.evidence, shown: { ...shown, observed: "refused" } } };
  expect(mismatchesOf(words, [right])).toEqual([]);
});
