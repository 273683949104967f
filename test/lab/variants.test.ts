/** Every way of carrying an attack out, against each kind of promise: the variants that have no column of their own too. */
import { expect, test } from "vitest";
import { everyAttack } from "../../src/threats/index.ts";
import { cellsOf, differences } from "./matrix.ts";

test("all variants come out as predicted", async () => {
  const cells = await cellsOf({
    sender: "surehop",
    receivers: ["opportunistic", "signed", "ruled", "ruled-ca", "dane+sts"],
    attacks: "every",
  });
  expect(differences(cells)).toEqual([]);
  const tried = new Set(cells.map(({ attack }) => attack));
  expect(everyAttack().filter(({ name }) => !tried.has(name))).toEqual([]);
});
