/** docs/reference/internet-nl.md: every finding that it names is planted somewhere and found. */
import { expect, test } from "vitest";
import { ownFindingCodes } from "../../src/check/index.ts";
import { findingCodes } from "../../src/publish/index.ts";
import { beyond, internetNl } from "../../docs/generator/internet-nl.ts";
import { cases } from "../check/plans.cases.ts";

const points = internetNl.flatMap((one) => one.points);
const named = [...points.flatMap(({ findings }) => findings), ...beyond];
/** Found elsewhere than in the sandbox of planted domains. */
const shownElsewhere: Readonly<Record<string, string>> = {
  "early-data": "test/check/early-data.test.ts, with OpenSSL's server",
  "tls-too-old": "test/check/judge.test.ts",
  "cipher-weak": "test/check/judge.test.ts: no library that could be a server has 3DES any more",
  "command-injection": "test/check/intrusive.test.ts",
  smuggling: "test/check/intrusive.test.ts",
};

test("every code in the table is a finding that there is", () => {
  const codes: readonly string[] = [...ownFindingCodes, ...findingCodes];
  expect(named.filter((one) => !codes.includes(one))).toEqual([]);
});

test("every finding in the table is planted in the sandbox, or shown elsewhere", () => {
  const planted = new Set(cases.flatMap(({ finds }) => finds));
  expect(named.filter((one) => !planted.has(one) && shownElsewhere[one] === undefined)).toEqual([]);
});

test("a point that has no finding says why", () => {
  expect(points.filter(({ findings, note }) => findings.length === 0 && note === undefined)).toEqual([]);
});
