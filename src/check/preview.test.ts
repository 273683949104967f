import { describe, expect, test } from "vitest";
import { plan } from "../policy/index.ts";
import { everyCell, factsIn, plainCell, type Cell } from "../policy/product.cases.ts";
import { createWords, languages } from "../words/index.ts";
import { previewJson, tellPreview } from "./index.ts";

const seen = (cell: Partial<Cell>) => {
  const facts = factsIn({ ...plainCell, ...cell });
  return { facts, plan: plan(facts) };
};

describe("told in words", () => {
  const cases: readonly (readonly [cell: Partial<Cell>, verdict: RegExp, line: RegExp])[] = [
    [{}, /encrypted if the other server offers it/, /no keys \(DANE\) can be published/],
    [{ mx: "secure", tlsa: "usable" }, /only the two servers could read it/, /one key record is published/],
    [{ tlsa: "usable" }, /an attacker in the middle could read it/, /one key record is published/],
    [{ sts: "enforce" }, /only the two servers could read it/, /mail must go to \*\.example\.org/],
    [{ sts: "testing" }, /encrypted if the other server offers it/, /on trial/],
    [{ sts: "unreadable" }, /would wait here at present/, /cannot be read on our own server/],
    [{ mx: "failed" }, /would wait here at present.*fails its own signature/, /the domain publishes none/],
    [{ message: "REQUIRETLS" }, /would come back at once/, /nothing proves that this is the right server/],
    [{ memory: "encrypted, patience over" }, /encrypted or not at all/, /9 deliveries encrypted.*it has met less/],
  ];
  test.each(cases)("%j", (cell, verdict, line) => {
    const told = tellPreview(createWords("en", { timeZone: "UTC" }), seen(cell));
    expect(told.verdict).toMatch(verdict);
    expect(told.lines.join("\n")).toMatch(line);
  });

  test.each(languages)("in %s every combination of facts has words", (language) => {
    const words = createWords(language, { timeZone: "UTC" });
    let place = 0;
    for (const cell of everyCell()) {
      if (place++ % 37 !== 0) continue;
      const told = tellPreview(words, seen(cell));
      expect([told.verdict, ...told.lines].every((line) => line.length > 0 && !line.includes("undefined"))).toBe(true);
    }
  });
});

test("as JSON: bytes are hexadecimal, and what was put in can be put out", () => {
  const { facts, plan: planned } = previewJson(seen({ mx: "secure", tlsa: "usable" })) as {
    facts: { hosts: { tlsa: { records: { association: string }[] } }[] };
    plan: unknown;
  };
  expect(facts.hosts[0]?.tlsa.records[0]?.association).toBe("07".repeat(32));
  expect(JSON.parse(JSON.stringify(planned))).toEqual(planned);
});
