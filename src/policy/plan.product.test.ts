/**
 * The law above all, over the whole product of facts about a host: a fact that gets worse (not to be had, forged where it is unsigned)
 * never makes the plan accept less.
 *
 * "Worse" is what an attacker without a signing key can bring about. He can make any answer fail; he can keep a policy from being
 * fetched for the first time (`sts: unknown`, the known limit of first contact: then the plan is that of a domain without a policy, never
 * less); he can name other hosts where the MX set is unsigned. He cannot make a signed absence or an unsigned zone of what is signed.
 */
import { expect, test } from "vitest";
import { compareLevels, type Level } from "../base/index.ts";
import { plan } from "./plan.ts";
import { dimensions, everyCell, factsIn, plainCell, type Cell } from "./product.cases.ts";
import type { Plan, PlannedHost } from "./types.ts";

const worse: { readonly [D in keyof Cell]?: readonly (readonly [from: Cell[D], to: Cell[D]])[] } = {
  mx: [
    ["secure", "failed"],
    ["insecure", "failed"],
  ],
  tlsa: [
    ["not asked", "failed"],
    ["none", "failed"],
    ["unusable", "failed"],
    ["usable", "failed"],
  ],
  sts: [
    ["none", "unknown"],
    ["none", "unreadable"],
    ["unknown", "unreadable"],
    ["testing", "unreadable"],
    ["enforce", "enforce, other hosts"],
    ["enforce", "unreadable"],
  ],
  memory: [
    ["nothing", "unreadable"],
    ["encrypted", "unreadable"],
    ["authenticated", "unreadable"],
    ["nothing", "encrypted"],
    ["encrypted", "authenticated"],
  ],
  message: [
    ["plain", "REQUIRETLS"],
    ["TLS-Required: No", "plain"],
  ],
  rule: [
    ["none", "cleartext"],
    ["cleartext", "encrypted"],
    ["encrypted", "authenticated"],
  ],
};

/** How much a plan asks of the peer. Nothing sent is the most. */
function strength(planned: Plan): number {
  if (planned.kind !== "try") return 10;
  return Math.min(...planned.hosts.map(demand));
}

function demand({ level, proof, also }: PlannedHost): number {
  const named = proof.kind === "dane" || "names" in proof || also !== undefined ? 0.5 : 0;
  return { cleartext: 0, encrypted: 1, authenticated: 2 }[level] + named;
}

test("MX-2 DANE-2 STS-3 MEM-2 a fact that gets worse never makes the plan accept less", () => {
  let compared = 0;
  for (const cell of everyCell()) {
    const before = strength(plan(factsIn(cell)));
    for (const [dimension, steps] of Object.entries(worse)) {
      for (const [from, to] of steps) {
        if (cell[dimension as keyof Cell] !== from) continue;
        const after = { ...cell, [dimension]: to };
        const got = strength(plan(factsIn(after)));
        if (got < before)
          expect.fail(`${dimension}: ${from} → ${to} lowers ${before} to ${got}\n${JSON.stringify(cell)}`);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(50_000);
});

test("an unsigned MX set asks for no less proof than a signed one; what differs is what the proof is worth (DANE-7)", () => {
  for (const cell of everyCell()) {
    if (cell.mx !== "secure") continue;
    const signed = plan(factsIn(cell));
    const unsigned = plan(factsIn({ ...cell, mx: "insecure" }));
    if (signed.kind !== "try" || unsigned.kind !== "try") continue;
    const [one] = signed.hosts;
    const [other] = unsigned.hosts;
    const asks = (host: PlannedHost | undefined): boolean =>
      host !== undefined && host.proof.kind !== "none" && host.proof.kind !== "any-tls";
    expect(asks(other), JSON.stringify(cell)).toBe(asks(one));
  }
});

test("the plan is pure and total: every cell has one, and the facts stay as they were", () => {
  let cells = 0;
  for (const cell of everyCell()) {
    const facts = factsIn(cell);
    const frozen = deepFrozen(facts);
    expect(plan(frozen)).toEqual(plan(factsIn(cell)));
    cells++;
  }
  expect(cells).toBe(Object.values(dimensions).reduce((product, of) => product * Object.keys(of).length, 1));
});

test("nothing but an exception, a dry run, TLS-Required: No or memory.then = deliver ever goes below what is published", () => {
  for (const cell of everyCell()) {
    if (cell.exception !== "none" || cell.enforce !== "all" || cell.message === "TLS-Required: No") continue;
    const planned = plan(factsIn(cell));
    if (planned.kind !== "try") continue;
    for (const host of planned.hosts) {
      const least: Level =
        cell.sts === "enforce" || (cell.tlsa === "usable" && cell.mx === "secure")
          ? "authenticated"
          : cell.tlsa === "usable" || cell.tlsa === "unusable"
            ? "encrypted"
            : "cleartext";
      expect(compareLevels(host.level, least), JSON.stringify(cell)).toBeGreaterThanOrEqual(0);
    }
  }
});

test("REQ-1 REQUIRETLS is never lowered, by anything", () => {
  for (const cell of everyCell()) {
    if (cell.message !== "REQUIRETLS") continue;
    const planned = plan(factsIn(cell));
    if (planned.kind !== "try") continue;
    expect(
      planned.hosts.map(({ level }) => level),
      JSON.stringify(cell),
    ).toEqual(["authenticated"]);
  }
});

test("the canary: a planner that takes a failed TLSA lookup for none is caught", () => {
  const cell: Cell = { ...plainCell, mx: "secure", tlsa: "usable" };
  const sound = strength(plan(factsIn(cell)));
  const gullible = strength(plan(factsIn({ ...cell, tlsa: "none" })));
  expect(gullible).toBeLessThan(sound);
});

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
