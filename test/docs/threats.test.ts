/** docs/threats.md is made from the catalogue and the last run: a record that is not true any more is found. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { modelledModes } from "../../src/threats/index.ts";
import { readRecord, staleCells, withOthers } from "../../docs/generator/threats.ts";

const record = readRecord(fileURLToPath(new URL("../../", import.meta.url)));

describe("the record of the lab", () => {
  test("says what is predicted now", () => {
    expect(staleCells(record)).toEqual([]);
    expect(Object.keys(record.senders)).toEqual(expect.arrayContaining(["surehop", "surehop-strict"]));
  });

  test("tells of other people's mail servers what was seen of them", () => {
    expect(Object.keys(record.others)).toEqual(modelledModes.map(({ id }) => id));
    for (const [id, { packages }] of Object.entries(record.others)) expect(packages.join(), id).not.toContain("?");
  });

  const postfix = record.others["postfix-default"];
  const changed = (letter: string): typeof record => {
    if (postfix === undefined) throw new Error("Postfix has not been tried");
    const opportunistic = (postfix.rows["opportunistic"] ?? "").replace("C", letter);
    return {
      ...record,
      others: { ...record.others, "postfix-default": { ...postfix, rows: { ...postfix.rows, opportunistic } } },
    };
  };

  test.each([
    ["that came out otherwise is found", "H", 1],
    ["that was not tried is nobody's fault", " ", 0],
  ])("a cell of another's %s", (_, letter, count) => {
    expect(staleCells(changed(letter))).toHaveLength(count);
  });

  test("what was seen of another under other attacks stays, when he is tried under one", () => {
    const cell = {
      sender: "postfix-default",
      receiver: "opportunistic",
      attack: "strip-ehlo",
      predicted: "held",
      observed: "held",
      evidence: {
        token: "",
        seen: "nowhere",
        honest: { copies: 0 },
        attacker: { connections: 1, strikes: 1 },
        transcript: [],
        words: [],
      },
      ms: 1,
    } as const;
    const { others } = withOthers(record, [cell], "2027-01-01", () => ["postfix 9"]);
    expect(others["postfix-default"]).toEqual({
      ...postfix,
      on: "2027-01-01",
      packages: ["postfix 9"],
      rows: { ...postfix?.rows, opportunistic: (postfix?.rows["opportunistic"] ?? "").replace("C", "H") },
    });
  });

  const rows = record.senders["surehop"] ?? {};
  const planted = (dane: string | undefined): typeof record => {
    const { "dane-ee": sound = "", ...others } = rows;
    const changed = dane === undefined ? others : { ...others, "dane-ee": sound.replace("H", dane) };
    return { ...record, senders: { ...record.senders, surehop: changed } };
  };

  test.each([
    ["a cell that came out otherwise", planted("C"), 1],
    ["a cell that was not tried", planted(" "), 1],
    ["a receiver that was left out", planted(undefined), (rows["dane-ee"] ?? "").replaceAll(" ", "").length],
    ["a sender that was left out", { ...record, senders: {} }, 3],
  ])("%s is found", (_, wrong, count) => {
    expect(count).toBeGreaterThan(0);
    expect(staleCells(wrong)).toHaveLength(count);
  });
});
