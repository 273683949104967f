/** docs/threats.md is made from the catalogue and the last run: a record that is not true any more is found. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readRecord, staleCells } from "../../docs/generator/threats.ts";

const record = readRecord(fileURLToPath(new URL("../../", import.meta.url)));

describe("the record of the lab", () => {
  test("says what is predicted now", () => {
    expect(staleCells(record)).toEqual([]);
    expect(Object.keys(record.senders)).toEqual(expect.arrayContaining(["surehop", "surehop-strict"]));
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
