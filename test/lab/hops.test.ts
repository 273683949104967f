/**
 * Our own door under attack, counted hop by hop: Surehop before Debian's Postfix and behind it, every false end of a message that is in the
 * catalogue, and commands put beside STARTTLS. Beside each stands what is legal and looks the same, so that "one message" is no broken counter.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { isMismatch, type Cell, type HopCount } from "../../src/lab/index.ts";
import { chainModes, everyAttack, postfixReads, type Smuggling } from "../../src/threats/index.ts";
import { skipped } from "../peers/skipped.ts";
import { playInside } from "./enclosed.ts";
import { differences } from "./matrix.ts";

const inbound = everyAttack().filter(({ effect }) => effect.inbound !== undefined);
const smugglings = inbound.flatMap(({ name, effect }) => {
  return effect.inbound?.kind === "smuggles" ? [{ name, smuggling: effect.inbound }] : [];
});

describe.each(chainModes)("TLS-8, TLS-1: $id", ({ id, first, postfix }) => {
  let cells: readonly Cell[];
  let missing: string | undefined;

  beforeAll(async () => {
    const attacks = ["none", ...inbound.map(({ name }) => name)];
    const played = await playInside({ senders: [id], receivers: ["opportunistic"], attacks });
    cells = played.cells;
    [missing] = played.missing;
    skipped(`Postfix beside Surehop (${id})`, missing);
  });

  test("each cell is as predicted, and what was legal was counted at every hop", ({ skip }) => {
    if (missing !== undefined) skip(missing);
    expect(differences(cells)).toEqual([]);
    expect(cells.map(({ attack }) => attack)).toEqual(["none", ...inbound.map(({ name }) => name)]);
    for (const { attack, evidence } of cells.slice(1)) {
      const sent = attack.startsWith("smuggle") ? 2 : 1;
      expect(evidence.hops?.sent, attack).toBe(sent);
      expect(
        evidence.hops?.counted.map(({ legally }) => legally),
        attack,
      ).toEqual([sent, sent, sent]);
      expect(evidence.attacker.strikes, attack).toBeGreaterThan(0);
    }
  });

  test("Surehop makes no second message, and hands on none of what one could be made of", ({ skip }) => {
    if (missing !== undefined) skip(missing);
    for (const { name, smuggling } of smugglings) {
      const [one, next, receiver] = countsOf(cells, name);
      expect([one?.hop, next?.hop], name).toEqual(
        first === "surehop" ? ["surehop", "postfix"] : ["postfix", "surehop"],
      );
      if (first === "surehop") {
        const taken = smuggling.end.includes("\0") ? 0 : 1;
        expect([one?.messages, next?.messages, receiver?.messages], name).toEqual([taken, taken, taken]);
        // Of what was refused nothing was handed on.
        expect(one?.stray, name).toBe(taken === 0 ? undefined : 0);
        continue;
      }
      expect(one?.messages, name).toBe({ one: 1, two: 2, refused: 0 }[postfixReads(smuggling, postfix)]);
      expect(next?.messages, name).toBe(smuggling.end.includes("\0") ? 0 : one?.messages);
      expect(receiver?.messages, name).toBe(next?.messages);
    }
  });

  test("what is put beside STARTTLS comes through at no hop, and costs nobody the message", ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const before = first === "surehop" ? 0 : 1;
    for (const name of ["inject-command", "inject-command:message", "inject-command:late"]) {
      expect(
        countsOf(cells, name).map(({ messages }) => messages),
        name,
      ).toEqual([before, 0, 0]);
      expect(cellOf(cells, name), name).toMatchObject({ observed: "held", evidence: { slippedIn: 0 } });
    }
    // A transaction that was begun in clear is forgotten (TLS-2); the client's own arrives.
    expect(countsOf(cells, "inject-command:before").map(({ messages }) => messages)).toEqual([1, 1, 1]);
  });
});

test("Postfix before us is the canary: it does make two of one, and does hand on what we must not", async ({
  skip,
}) => {
  const attacks = ["smuggle", "smuggle:lf-dot-crlf", "smuggle:bare-cr", "smuggle:nul-dot"];
  const wish = { senders: ["surehop-behind-postfix-careless"], receivers: ["opportunistic"], attacks };
  const { cells, missing } = await playInside(wish);
  if (skipped("Postfix beside Surehop", missing[0])) skip(missing[0]);
  for (const name of attacks.slice(0, 2)) {
    expect(
      countsOf(cells, name).map(({ messages }) => messages),
      name,
    ).toEqual([2, 2, 2]);
    expect(cellOf(cells, name), name).toMatchObject({ observed: "exposed-to-attacker", evidence: { slippedIn: 1 } });
  }
  for (const name of attacks.slice(2)) expect(countsOf(cells, name)[0]?.stray, name).toBeGreaterThan(0);
  expect(cells.filter(isMismatch)).toEqual([]);
});

test.each<
  [why: string, counted: readonly [HopCount & { legally: number }, HopCount & { legally: number }], isRight: boolean]
>([
  ["as it should be", [hop("surehop", 1, 2), hop("postfix", 1, 2)], true],
  ["a counter that counts nothing", [hop("surehop", 1, 2), hop("postfix", 1, 1)], false],
  ["one message became two at the second hop", [hop("surehop", 1, 2), hop("postfix", 2, 2)], false],
  ["octets out of place from us", [{ ...hop("surehop", 1, 2), stray: 1 }, hop("postfix", 1, 2)], false],
  ["the same from Postfix", [{ ...hop("postfix", 1, 2), stray: 1 }, hop("surehop", 1, 2)], true],
])("a cell turns red by its counts: %s", (_, counted, isRight) => {
  const evidence = { token: "", seen: "nowhere", honest: { copies: 1 }, transcript: [], words: [] } as const;
  const cell = {
    sender: "a",
    receiver: "b",
    attack: "c",
    predicted: "delivered",
    observed: "delivered",
    ms: 0,
  } as const;
  const attacker = { connections: 0, strikes: 1 };
  expect(isMismatch({ ...cell, evidence: { ...evidence, attacker, hops: { sent: 2, counted } } })).toBe(!isRight);
});

test("each kind of false end is there", () => {
  const has = (is: (smuggling: Smuggling) => boolean): boolean => smugglings.some(({ smuggling }) => is(smuggling));
  const ends = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r.\r",
    "\n.\r",
    "\r.\n",
    "\r.\r\n",
    "\r\r\n.\r\r\n",
    "\r\n\0.\r\n",
  ];
  expect(ends.filter((end) => !has((one) => one.end === end && one.as === "data"))).toEqual([]);
  for (const as of ["split", "bdat", "bdat-chunks"] as const) expect(has((one) => one.as === as)).toBe(true);
  // None of them is the end, but where octets are counted and it means nothing.
  expect(has((one) => one.as !== "bdat" && one.as !== "bdat-chunks" && one.end.includes("\r\n.\r\n"))).toBe(false);
});

function hop(name: HopCount["hop"], messages: number, legally: number): HopCount & { legally: number } {
  return { hop: name, messages, legally };
}

function cellOf(cells: readonly Cell[], name: string): Cell {
  const cell = cells.find(({ attack }) => attack === name);
  if (cell === undefined) throw new Error(`${name} was not tried`);
  return cell;
}

function countsOf(cells: readonly Cell[], name: string): NonNullable<Cell["evidence"]["hops"]>["counted"] {
  return cellOf(cells, name).evidence.hops?.counted ?? [];
}
