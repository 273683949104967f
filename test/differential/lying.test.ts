/**
 * A lying upstream in front of ours: whatever it strips, replays, swaps, cuts or forges, an answer that is believed is the true
 * one (SEC-3, SEC-4). It may make an answer bogus, or keep it away.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createValidator, type AskUpstream, type Message, type Validator } from "../../src/dns/index.ts";
import { systemClock } from "../../src/system/index.ts";
import { skipped } from "../peers/skipped.ts";
import { complaint } from "./believed.ts";
import { createDice } from "./dice.ts";
import { createLiar, type Liar } from "./liar.ts";
import { makeQuestions, type Question } from "./questions.ts";
import { askThrough, noDeadline, readAnchor } from "./run.ts";
import { startWorld, type RunningWorld } from "./running.ts";
import { missingPrograms } from "./servers/programs.ts";
import { verdictOfOurs, type Verdict } from "./verdict.ts";

const questions = 3_000;
const seed = 2;

describe.skipIf(skipped("a lying upstream (unbound, Knot DNS and NSD)", missingPrograms()))(
  "an upstream that lies",
  () => {
    let world: RunningWorld;
    let honest: AskUpstream;
    const truths = new Map<Question, Verdict>();
    const heard: Message[] = [];
    beforeAll(async () => {
      world = await startWorld(seed);
      honest = askThrough(world.forwarder);
      const truthful = validatorOver(honest);
      for (const question of makeQuestions(world.published.world, questions)) {
        truths.set(question, verdictOfOurs(await truthful.resolve(question.name, question.type)));
        const answer = await honest(question.name, question.type, noDeadline);
        if (answer.ok) heard.push(answer.value);
      }
    });
    afterAll(() => world.stop());

    const validatorOver = (ask: AskUpstream): Validator =>
      createValidator({ ask, clock: systemClock, anchors: () => world.published.anchors.map(readAnchor) });

    /** Asks everything. A validator lives for `lifetime` questions, and may have learned from lies what it says of the next. */
    const askEverything = async (
      lie: (at: number, question: Question) => Liar,
      lifetime: number,
    ): Promise<Record<string, number>> => {
      const outcomes: Record<string, number> = {};
      const wrong: string[] = [];
      let liar = lie(0, [...truths.keys()][0] as Question);
      let validator = validatorOver((...asked) => liar.ask(...asked));
      for (const [at, [question, truth]] of [...truths].entries()) {
        liar = lie(at, question);
        if (at % lifetime === 0) validator = validatorOver((...asked) => liar.ask(...asked));
        const told = verdictOfOurs(await validator.resolve(question.name, question.type));
        const outcome = `${truth.status} → ${told.status}${liar.lies.length > 0 ? ", lied to" : ""}`;
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        const said = complaint(question, truth, told, world.published.world);
        if (said !== undefined)
          wrong.push([`${question.name} ${question.type}: ${said}`, told.detail, ...liar.lies].join("\n  "));
      }
      expect(wrong).toEqual([]);
      // Canaries: the liar does harm, and not to everything it lies about.
      expect(outcomes["secure → bogus, lied to"] ?? 0).toBeGreaterThan(questions / 50);
      expect(outcomes["secure → secure, lied to"] ?? 0).toBeGreaterThan(questions / 100);
      return outcomes;
    };

    test(`gets nothing false believed in ${questions} questions, lying anywhere on the way`, async () => {
      const dice = createDice(seed, "anywhere");
      await askEverything((at) => createLiar(dice.fork(String(at)), honest, heard, 0.15), 1);
    });

    test(`gets nothing false believed in ${questions} questions, lying about the answer alone`, async () => {
      const dice = createDice(seed, "answer");
      const lie = (at: number, question: Question): Liar =>
        createLiar(
          dice.fork(String(at)),
          honest,
          heard,
          0.8,
          (name, type) => name === question.name && type === question.type,
        );
      await askEverything(lie, 1);
    });

    test("leaves nothing false behind in a validator that lives on", async () => {
      const dice = createDice(seed, "lasting");
      await askEverything((at) => createLiar(dice.fork(String(at)), honest, heard, 0.15), 50);
    });
  },
);
