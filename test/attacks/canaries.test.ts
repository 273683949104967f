/**
 * The same attackers against hops that demand nothing: here they must win, in the way and at the time that is known of them.
 * An attacker who captures nothing here would prove nothing elsewhere.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliveryDefaults } from "../../src/delivery/index.ts";
import { createWords } from "../../src/words/index.ts";
import { byCertificate, cellsOf, Field, isOutcome, secret, type Fight } from "./field.ts";

const open = cellsOf("none", () => true);
const atOnce = open.filter(({ attack }) => attack === "strip-ehlo");
const patiently = open.filter(({ attack }) =>
  ["refuse-starttls", "reset-handshake", "garble-handshake"].includes(attack),
);
const injecting = open.filter(({ attack }) => attack === "inject-response");
const listening = open.filter(({ attack }) => attack === "eavesdrop");
const impostors = open.filter(({ attack }) => byCertificate.has(attack));
const encryptedOnly = cellsOf("encrypted", (attack) => byCertificate.has(attack));

const hourMs = 3_600_000;
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

  test.each(injecting)(
    "TLS-1: $attack ($variant) gets no cleartext; in the end the sender is told why",
    async (cell) => {
      await field.fight(cell, async (fight) => {
        const startedAt = field.clock.now();
        let attempts = 1;
        for (; ; attempts++) {
          const last = (await fight.outcomes(attempts)).at(-1);
          if (last?.code === "bounced") break;
          expect(last).toMatchObject({
            code: "deferred",
            reason: "unproven",
            fault: "injected-bytes",
            forSafety: true,
          });
          expect(attempts).toBeLessThan(100);
          await fight.leapToRetry();
        }
        expect(attempts).toBeGreaterThan(deliveryDefaults.tlsRetry.tries);
        expect(field.clock.now() - startedAt).toBeGreaterThan(deliveryDefaults.lifetimeMs - hourMs);
        expect(fight.attack.captured()).toEqual([]);
        expect(fight.honest.received()).toEqual([]);
        const last = fight.events().findLast(isOutcome);
        expect(last).toMatchObject({ code: "bounced", reason: "lifetime-over", fault: "injected-bytes" });
        if (last === undefined) throw new Error("no outcome");
        expect(createWords("en").event(last)).toContain("put words of their own onto the line");
        expect(createWords("zh-CN").event(last)).toContain("塞进了自己的话");
        const raised = fight.events().filter((event) => event.code === "planned");
        expect(raised.at(-1)?.why).toContainEqual({ code: "bytes-injected" });
      });
    },
  );

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
