/**
 * The same attackers against hops that demand nothing: here they must win, in the way and at the time that is known of them.
 * An attacker who captures nothing here would prove nothing elsewhere.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliveryDefaults } from "../../src/delivery/index.ts";
import { createWords } from "../../src/words/index.ts";
import { byCertificate, cellsOf, Field, secret, type Fight } from "./field.ts";

const open = cellsOf("none", () => true);
const atOnce = open.filter(({ attack }) => attack === "strip-ehlo");
const patiently = open.filter(({ attack }) =>
  ["refuse-starttls", "reset-handshake", "garble-handshake", "inject-response"].includes(attack),
);
const listening = open.filter(({ attack }) => attack === "eavesdrop");
const impostors = open.filter(({ attack }) => byCertificate.has(attack));
const encryptedOnly = cellsOf("encrypted", (attack) => byCertificate.has(attack));

let field: Field;

beforeAll(async () => {
  field = await Field.open([...open, ...encryptedOnly]);
});
afterAll(() => field?.close());

function hasRead({ attack }: Fight, tls: boolean): void {
  expect(attack.captured()).toMatchObject([{ from: "alice@source.example", tls }]);
  expect(attack.captured()[0]?.content).toContain(secret);
}

describe("no rule, no promise", () => {
  test.each(atOnce)("$attack ($variant) reads the message at once, and the story says so", async (cell) => {
    await field.fight(cell, async (fight) => {
      const [outcome] = await fight.outcomes(1);
      expect(outcome).toMatchObject({ code: "delivered", level: "cleartext", proof: "none" });
      hasRead(fight, false);
      if (outcome === undefined) throw new Error("no outcome");
      expect(createWords("en").event(outcome)).toContain("anyone on the way could have read it");
    });
  });

  test.each(patiently)("TLS-4: $attack ($variant) reads it only after three failures over an hour", async (cell) => {
    await field.fight(cell, async (fight) => {
      const { tries, overMs } = deliveryDefaults.tlsRetry;
      const startedAt = field.clock.now();
      let attempts = 1;
      for (; ; attempts++) {
        const last = (await fight.outcomes(attempts)).at(-1);
        if (last?.code === "delivered") break;
        expect(last).toMatchObject({ code: "deferred", reason: "unproven", forSafety: true });
        expect(fight.attack.captured()).toEqual([]);
        expect(attempts).toBeLessThan(20);
        await fight.leapToRetry();
      }
      expect(attempts).toBeGreaterThan(tries);
      expect(field.clock.now() - startedAt).toBeGreaterThanOrEqual(overMs);
      expect(fight.events().at(-1)).toMatchObject({ code: "delivered", level: "cleartext" });
      hasRead(fight, false);
    });
  });

  test.each(listening)("$attack reads nothing where the server does TLS of its own accord", async (cell) => {
    await field.fight(cell, async (fight) => {
      expect(await fight.outcomes(1)).toMatchObject([{ code: "delivered", level: "encrypted" }]);
      expect(fight.attack.captured()).toEqual([]);
    });
  });
});

describe.each([
  ["no rule, no promise", impostors],
  ["a rule that demands encryption and no proof", encryptedOnly],
] as const)("%s", (_, cells) => {
  test.each(cells)("$attack ($variant) takes the message at once, encrypted to the attacker", async (cell) => {
    await field.fight(cell, async (fight) => {
      expect(await fight.outcomes(1)).toMatchObject([{ code: "delivered", level: "encrypted" }]);
      hasRead(fight, true);
      expect(fight.honest.received()).toEqual([]);
    });
  });
});
