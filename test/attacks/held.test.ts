/** Attacks on hops that must prove themselves: nothing leaks, the message waits, and its story says why. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWords } from "../../src/words/index.ts";
import { byCertificate, cellsOf, faultsOf, Field, secret, type Cell, type Fight } from "./field.ts";

const authenticated = cellsOf("authenticated", (attack) => attack !== "eavesdrop");
const encrypted = cellsOf("encrypted", (attack) => attack !== "eavesdrop" && !byCertificate.has(attack));
const control = cellsOf("authenticated", (attack) => attack === "eavesdrop");

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let field: Field;

beforeAll(async () => {
  field = await Field.open([...authenticated, ...encrypted, ...control]);
});
afterAll(() => field?.close());

/** Nobody but us has a byte of it. */
async function nothingLeaked({ attack, honest, story }: Fight): Promise<void> {
  expect(attack.captured()).toEqual([]);
  expect(honest.received()).toEqual([]);
  const { deliveries } = await story();
  expect(deliveries).toMatchObject([{ state: "waiting", recipients: [{ state: { kind: "pending" } }] }]);
}

function faults({ attack, variant }: Cell): readonly string[] {
  if (attack === "eavesdrop") return [];
  const seen: Readonly<Record<string, readonly string[]>> = faultsOf[attack];
  return seen[variant] ?? [];
}

describe.each([
  ["TLS-3, trap 23: where the rule demands proof", authenticated],
  ["TLS-3, trap 23: where the rule demands encryption", encrypted],
] as const)("%s", (_, cells) => {
  test.each(cells)("$attack ($variant) leaks nothing, now or later; the message waits and says why", async (cell) => {
    await field.fight(cell, async (fight) => {
      const startedAt = field.clock.now();
      let attempts = 1;
      for (; ; attempts++) {
        const outcomes = await fight.outcomes(attempts);
        expect(outcomes).toHaveLength(attempts);
        const last = outcomes.at(-1);
        expect(last).toMatchObject({ code: "deferred", reason: "unproven", forSafety: true });
        expect(faults(cell)).toContain(last?.code === "deferred" ? last.fault : undefined);
        await nothingLeaked(fight);
        // Beyond the patience after which a hop that demands nothing goes without TLS (TLS-4).
        if (attempts >= 5 && field.clock.now() - startedAt > 2 * hourMs) break;
        await fight.leapToRetry();
      }
      expect(fight.attack.counts.strikes).toBeGreaterThanOrEqual(attempts);
      const seen = fight.events().filter((event) => event.code === "tls-fault");
      expect(seen.length).toBe(attempts);
      for (const event of seen) {
        expect(faults(cell)).toContain(event.fault);
        expect(event.required).toBe(cell.demand);
      }
    });
  });
});

describe("the control", () => {
  test.each(control)(
    "a man in the middle who only listens is told nothing, and the mail goes through",
    async (cell) => {
      await field.fight(cell, async (fight) => {
        expect(await fight.outcomes(1)).toMatchObject([
          { code: "delivered", level: "authenticated", proof: "rule-names" },
        ]);
        expect(fight.attack.captured()).toEqual([]);
        expect(fight.honest.received()).toMatchObject([{ tls: "TLSv1.3" }]);
        expect(fight.honest.received()[0]?.content).toContain(secret);
      });
    },
  );
});

describe("what comes after", () => {
  const cell = { demand: "authenticated", attack: "strip-ehlo", variant: "delete" } as const;

  test("the attacker goes away: the message arrives, proven", async () => {
    await field.fight(cell, async (fight) => {
      await fight.outcomes(1);
      await fight.liftSiege();
      await fight.leapToRetry();
      const outcomes = await fight.outcomes(2);
      expect(outcomes.at(-1)).toMatchObject({ code: "delivered", level: "authenticated" });
      expect(fight.attack.captured()).toEqual([]);
    });
  });

  test("the attacker stays for five days: the message comes back, its text seen by nobody", async () => {
    await field.fight({ ...cell, attack: "garble-handshake", variant: "garbage" }, async (fight) => {
      await fight.outcomes(1);
      field.clock.leap(5 * dayMs);
      const outcomes = await fight.outcomes(2);
      expect(outcomes.at(-1)).toMatchObject({
        code: "bounced",
        reason: "lifetime-over",
        after: "unproven",
        fault: "handshake-garbage",
      });
      expect(fight.attack.captured()).toEqual([]);
      expect(fight.honest.received()).toEqual([]);
    });
  });

  test.each(["en", "zh-CN"] as const)(
    "the story is told in words (%s), and says that nothing was sent",
    async (language) => {
      await field.fight(cell, async (fight) => {
        const [outcome] = await fight.outcomes(1);
        if (outcome === undefined) throw new Error("no outcome");
        const told = createWords(language).event(outcome);
        expect(told).toMatch(
          language === "en" ? /did not offer encryption.*We did not send it/ : /没有提供加密.*没有发出它/,
        );
      });
    },
  );
});
