/** Every receiver under every attack, for real: what is observed is what the catalogue predicts. */
import { beforeAll, expect, test } from "vitest";
import type { Cell } from "../../src/lab/index.ts";
import { isExposed, receiverNamed } from "../../src/threats/index.ts";
import { cellsOf, differences } from "./matrix.ts";

let cells: readonly Cell[];

beforeAll(async () => {
  cells = await cellsOf({ sender: "surehop" });
});

test("surehop: predicted and observed are the same in every cell", () => {
  expect(cells.length).toBeGreaterThan(600);
  expect(differences(cells)).toEqual([]);
});

test("nothing that was promised is given away: by DANE, by an MTA-STS policy that is cached, by a rule", () => {
  const promised = cells.filter(({ receiver }) => isPromised(receiver));
  const exposed = promised
    .filter(({ observed }) => isExposed(observed))
    .map(({ receiver, attack }) => `${attack} ${receiver}`);
  // What is left is what nothing but DANE stops, and the first contact that is no cached policy's: known limits, and told as such.
  const isKnown = (cell: string): boolean =>
    /^forged-ca (?!dane|requiretls)/.test(cell) || cell.startsWith("block-sts sts-enforce");
  expect(exposed.filter((cell) => !isKnown(cell))).toEqual([]);
  expect(exposed).toEqual(
    expect.arrayContaining(["forged-ca sts-enforce", "forged-ca ruled", "block-sts sts-enforce"]),
  );
  expect(promised.length).toBeGreaterThan(400);
});

test("the attackers do win where nothing is promised: cells of each kind are there", () => {
  const outcomes = new Set(cells.map(({ observed }) => observed));
  expect(outcomes).toEqual(new Set(["delivered", "held", "bounced", "exposed-cleartext", "exposed-to-attacker"]));
  for (const { observed, evidence } of cells) {
    if (observed === "exposed-cleartext") expect(evidence.seen).toBe("in-clear");
    if (observed === "exposed-to-attacker") expect(evidence.seen).toBe("inside-attackers-tls");
    if (observed === "held" || observed === "bounced") expect(evidence.honest.copies).toBe(0);
  }
});

test("an attacker has been at work in every cell that has one", () => {
  const idle = cells.filter(
    ({ attack, predicted, evidence: { attacker, slippedIn } }) =>
      // Who only listens strikes no blow; nor does one who is sent away by the plan, before anything is dialled.
      attack !== "none" &&
      !attack.startsWith("eavesdrop") &&
      slippedIn === undefined &&
      predicted !== "held" &&
      attacker.strikes === 0,
  );
  // To a server without TLS there is nothing to do but to listen.
  expect(
    idle.filter(({ receiver }) => receiver !== "plain").map(({ attack, receiver }) => `${attack} ${receiver}`),
  ).toEqual([]);
});

function isPromised(receiver: string): boolean {
  const setup = receiverNamed(receiver);
  return setup !== undefined && (setup.tlsa !== undefined || setup.sts === "enforce" || setup.rule === true);
}
