import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { senderLimits } from "./types.ts";

describe("a message that was handed in", () => {
  test("is under way until an attempt has come to something", () => {
    const ledger = new Ledger();
    ledger.taken("a");
    expect(ledger.state("a")).toBe("under-way");
    ledger.cameTo("a", "waiting");
    expect(ledger.state("a")).toBe("waiting");
  });

  test("is under way again once it is to be retried, and not before", () => {
    const ledger = new Ledger();
    ledger.taken("a");
    expect(ledger.expectRetries()).toEqual([]);
    ledger.cameTo("a", "waiting");
    expect(ledger.expectRetries()).toEqual(["a"]);
    expect(ledger.state("a")).toBe("under-way");
    ledger.cameTo("a", "delivered");
    expect(ledger.state("a")).toBe("delivered");
    expect(ledger.expectRetries()).toEqual([]);
  });

  test("may have been spoken of, and even delivered, before its client heard of its id", () => {
    const ledger = new Ledger();
    ledger.said("a", "sent");
    ledger.cameTo("a", "delivered");
    ledger.taken("a");
    expect(ledger.state("a")).toBe("delivered");
    expect(ledger.words("a")).toEqual(["sent"]);
  });

  test("has so many lines and no more", () => {
    const ledger = new Ledger();
    for (let line = 0; line < senderLimits.wordsMax * 2; line++) ledger.said("a", `${line}`);
    expect(ledger.words("a")).toHaveLength(senderLimits.wordsMax);
  });
});

test("a notice of failure that the server made itself is nobody's to retry", () => {
  const ledger = new Ledger();
  ledger.cameTo("notice", "waiting");
  expect(ledger.expectRetries()).toEqual([]);
});
