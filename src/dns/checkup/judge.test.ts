import { expect, test } from "vitest";
import { keys, published, revokedForm, anchorFor, startAt, zone } from "../anchors/zone.cases.ts";
import { judge } from "./judge.ts";

const now = startAt / 1000;

test("a revoked key is no key to believe, though an anchor stands for it as it is", () => {
  const answer = published({ keys: ["!a"], signedBy: ["!a"] });
  expect(judge(answer, zone, [anchorFor(revokedForm(keys.a))], now)).toEqual({ kind: "keys-unknown" });
});

test("of several signatures the one that is best in time counts", () => {
  const old = published({ keys: ["a"], signedBy: ["a"], expirationDay: -10 });
  const good = published({ keys: ["a"], signedBy: ["a"] });
  const both = { ...old, answers: [...old.answers, ...good.answers.filter(({ data }) => data.type === "RRSIG")] };
  expect(judge(both, zone, [anchorFor(keys.a)], now)).toEqual({ kind: "good" });
  expect(judge(old, zone, [anchorFor(keys.a)], now)).toMatchObject({ kind: "off", seconds: 300 - 10 * 86_400 });
});
