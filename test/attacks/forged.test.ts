/**
 * Forged DNS answers against the whole relay. A signed domain's mail waits, whatever is demanded of it; an unsigned domain's goes to the
 * attacker (the canaries: a forger who wins nothing there would prove nothing elsewhere), unless a rule demands proof of identity.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attackerHost } from "../../src/lab/index.ts";
import { createWords } from "../../src/words/index.ts";
import { secret } from "./field.ts";
import { forgedCells, ForgedField, nameOf, type ForgedCell, type ForgedFight } from "./forged-field.ts";

const signed = forgedCells("signed", ["none", "encrypted", "named", "proven"]);
const unproven = forgedCells("unsigned", ["none", "encrypted"]);
const demanded = forgedCells("unsigned", ["named", "proven"]);
let field: ForgedField;

beforeAll(async () => {
  field = await ForgedField.open([...signed, ...unproven, ...demanded]);
});
afterAll(() => field?.close());

function nobodyHasIt({ attack, honest }: ForgedFight): void {
  expect(attack.captured()).toEqual([]);
  expect(honest.received()).toEqual([]);
}

describe("MX-2, SEC-1: a signed domain", () => {
  test.each(signed)("$attack ($variant), $demand demanded: held, and nobody has it", async (cell) => {
    await field.fight(cell, async (fight) => {
      for (let attempts = 1; attempts <= 3; attempts++) {
        const last = (await fight.outcomes(attempts)).at(-1);
        expect(last).toMatchObject({ code: "deferred", reason: "dns-bogus", forSafety: true });
        nobodyHasIt(fight);
        if (attempts < 3) await fight.leapToRetry();
      }
      expect(fight.attack.counts).toMatchObject({ connections: 0 });
      expect(fight.attack.counts.strikes).toBeGreaterThan(0);
      expect(fight.events().some(({ code }) => code === "connected")).toBe(false);
    });
  });

  test.each(["none", "proven"] as const)(
    "once the forger is gone, %s demanded: the message arrives",
    async (demand) => {
      const cell: ForgedCell = { dns: "signed", demand, attack: "spoof-mx", variant: "bare" };
      await field.fight(cell, async (fight) => {
        await fight.outcomes(1);
        await fight.attack.close();
        await fight.leapToRetry();
        const proof = demand === "proven" ? { level: "authenticated", proof: "secure-mx" } : { level: "encrypted" };
        expect((await fight.outcomes(2)).at(-1)).toMatchObject({ code: "delivered", ...proof });
        const planned = fight.events().find(({ code }) => code === "planned");
        expect(planned).toMatchObject({ mxStatus: "secure", hosts: [{ host: `mx.${nameOf(cell)}` }] });
        expect(fight.honest.received()[0]?.content).toContain(secret);
        expect(fight.attack.captured()).toEqual([]);
      });
    },
  );

  test.each(["en", "zh-CN"] as const)("the story says it in words (%s)", async (language) => {
    const cell: ForgedCell = { dns: "signed", demand: "none", attack: "spoof-mx", variant: "old-signature" };
    await field.fight(cell, async (fight) => {
      const [outcome] = await fight.outcomes(1);
      if (outcome === undefined) throw new Error("no outcome");
      const told = createWords(language).event(outcome);
      expect(told).toMatch(language === "en" ? /may have forged it.*We did not send it/ : /可能是伪造的.*没有发出它/);
    });
  });
});

async function forgerWins(on: ForgedField, cell: ForgedCell): Promise<void> {
  await on.fight(cell, async (fight) => {
    const [outcome] = await fight.outcomes(1);
    const host = cell.attack === "spoof-mx" ? attackerHost(nameOf(cell)) : `mx.${nameOf(cell)}`;
    expect(outcome).toMatchObject({ code: "delivered", level: "encrypted", host });
    expect(fight.attack.captured()).toMatchObject([{ from: "alice@source.example", tls: true }]);
    expect(fight.attack.captured()[0]?.content).toContain(secret);
    expect(fight.honest.received()).toEqual([]);
  });
}

describe("an unsigned domain, and no proof of identity demanded: the forger wins", () => {
  test.each(unproven)("$attack ($variant), $demand demanded: he has the message", (cell) => forgerWins(field, cell));
});

describe("a signed domain, and a relay that gives validation up: the forger wins, whatever the dress", () => {
  const cells = forgedCells("signed", ["none", "encrypted"]);
  let careless: ForgedField;
  beforeAll(async () => {
    careless = await ForgedField.open(cells, { validating: false });
  });
  afterAll(() => careless?.close());

  test.each(cells)("$attack ($variant), $demand demanded: he has the message", (cell) => forgerWins(careless, cell));
});

describe("an unsigned domain, and a rule that demands proof: names out of unsigned DNS prove nothing", () => {
  test.each(demanded)("$attack ($variant), $demand: held, and nobody has it", async (cell) => {
    await field.fight(cell, async (fight) => {
      expect((await fight.outcomes(1)).at(-1)).toMatchObject({
        code: "deferred",
        reason: "unproven",
        fault: "certificate-name-mismatch",
        forSafety: true,
      });
      nobodyHasIt(fight);
      expect(fight.attack.counts.connections).toBeGreaterThan(0);
    });
  });
});
