import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aimLimits, aimName, bystanderOf, isAtWork, parseAim, passedBefore, type Aim } from "./aim.ts";

const aims = fc.oneof(
  fc.constantFrom<Aim>({ kind: "domain" }, { kind: "sender" }, { kind: "recipient" }),
  fc.integer({ min: 1, max: aimLimits.connectionMax }).map((number): Aim => ({ kind: "connection", number })),
  fc.integer({ min: 2, max: aimLimits.connectionMax }).map((number): Aim => ({ kind: "connections-from", number })),
  fc.integer({ min: 1, max: aimLimits.fromMaxMinutes }).map((from): Aim => ({ kind: "minutes", from })),
  fc
    .tuple(
      fc.integer({ min: 0, max: aimLimits.fromMaxMinutes }),
      fc.integer({ min: 1, max: aimLimits.windowMaxMinutes }),
    )
    .map(([from, long]): Aim => ({ kind: "minutes", from, until: from + long })),
);

describe("an aim", () => {
  test("is read as it is written", () => {
    fc.assert(fc.property(aims, (aim) => void expect(parseAim(aimName(aim))).toEqual(aim)));
  });

  test.each([
    ["", "nothing"],
    ["constructor", "no aim of ours"],
    ["connection", "which one?"],
    ["connection-0", "they are counted from one"],
    [`connection-${aimLimits.connectionMax + 1}`, "out of bounds"],
    ["connections-from-1", "that is all of them"],
    ["from-0", "that is always"],
    [`from-${aimLimits.fromMaxMinutes + 1}`, "out of bounds"],
    ["until-0", "that is never"],
    [`until-${aimLimits.windowMaxMinutes + 1}`, "longer than a message is tried for"],
    ["from-60-until-60", "that is never"],
    ["from-60-until-30", "time runs forwards"],
    ["from-60until-90", "not as it is written"],
    ["-until-60", "not as it is written"],
    ["from-60-", "not as it is written"],
    ["Sender", "not as it is written"],
  ])("%j is none: %s", (text) => {
    expect(parseAim(text)).toBeUndefined();
  });

  test("no text makes it anything else than one of those, within its bounds", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{0,24}$/), (text) => {
        const aim = parseAim(text);
        if (aim !== undefined) expect(parseAim(aimName(aim))).toEqual(aim);
      }),
    );
  });

  test.each<[aim: string, connection: number, minute: number, atWork: boolean]>([
    ["domain", 9, 900, true],
    ["sender", 1, 0, true],
    ["connection-2", 1, 0, false],
    ["connection-2", 2, 500, true],
    ["connection-2", 3, 0, false],
    ["connections-from-2", 1, 0, false],
    ["connections-from-2", 7, 0, true],
    ["from-60", 1, 59.9, false],
    ["from-60", 1, 60, true],
    ["until-60", 3, 59.9, true],
    ["until-60", 1, 60, false],
    ["from-60-until-90", 1, 59, false],
    ["from-60-until-90", 1, 75, true],
    ["from-60-until-90", 1, 90, false],
  ])("%s, connection %d, minute %d: at work %s", (text, connection, minute, atWork) => {
    expect(isAtWork(parseAim(text), { connection, minute })).toBe(atWork);
  });

  test("whoever lets mail pass before is away while it passes, and there for what is hit", () => {
    fc.assert(
      fc.property(aims, (aim) => {
        const before = passedBefore(aim);
        const minute = aim.kind === "minutes" ? aim.from : 0;
        for (let connection = 1; connection <= before; connection++) {
          expect(isAtWork(aim, { connection, minute: -1 })).toBe(false);
        }
        expect(isAtWork(aim, { connection: before + 1, minute })).toBe(true);
        if (before > 0) expect(bystanderOf(aim)).toBe("earlier");
      }),
    );
  });
});
