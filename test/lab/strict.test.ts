/** Every receiver under every attack, for real: what is observed is what the catalogue predicts. */
import { beforeAll, expect, test } from "vitest";
import type { Cell } from "../../src/lab/index.ts";
import { cellsOf, differences } from "./matrix.ts";

let cells: readonly Cell[];

beforeAll(async () => {
  cells = await cellsOf({ sender: "surehop-strict" });
});

test("surehop-strict: predicted and observed are the same in every cell", () => {
  expect(cells.length).toBeGreaterThan(600);
  expect(differences(cells)).toEqual([]);
});
