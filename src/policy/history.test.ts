import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TlsFault } from "../base/index.ts";
import { historyHostsMax, historyOf, parseHistory, updateHistory } from "./history.ts";
import type { DeliveryHistory } from "./types.ts";

const hour = 3_600_000;

describe("TLS-4 what counts as failed TLS", () => {
  const cases: readonly [fault: TlsFault, offered: boolean, counts: boolean, why: string][] = [
    ["handshake-reset", true, true, "cut"],
    ["handshake-timeout", true, true, "silent"],
    ["handshake-garbage", true, true, "not TLS"],
    ["handshake-failed", true, true, "an alert"],
    ["injected-bytes", true, true, "an attack"],
    ["starttls-refused", true, true, "offered, then refused"],
    ["starttls-missing", false, false, "never offered: nothing was lost"],
    ["certificate-untrusted", true, false, "TLS works; a stricter hop failed"],
    ["certificate-name-mismatch", true, false, "the same"],
    ["certificate-expired", true, false, "the same"],
    ["protocol-too-old", true, false, "the same"],
    ["requiretls-missing", true, false, "the same"],
  ];
  test.each(cases)("%s, offered %j: %j (%s)", (fault, offeredTls, counts) => {
    const after = updateHistory({}, "mx.example", { fault, offeredTls }, 7);
    expect(after).toEqual(
      counts ? { "mx.example": { offeredTls: true, tlsFailures: 1, firstFailureAt: 7, lastFault: fault } } : {},
    );
  });
});

test("TLS-4 an offer that is gone counts once it was there", () => {
  const first = updateHistory({}, "mx.example", { fault: "handshake-reset", offeredTls: true }, 0);
  const second = updateHistory(first, "mx.example", { fault: "starttls-missing", offeredTls: false }, hour);
  expect(second["mx.example"]).toEqual({
    offeredTls: true,
    tlsFailures: 2,
    firstFailureAt: 0,
    lastFault: "starttls-missing",
  });
  expect(first["mx.example"]?.tlsFailures).toBe(1);
});

test("hosts are remembered apart, whatever they are called, and not without end", () => {
  let history: DeliveryHistory = {};
  for (const host of ["constructor", "__proto__", "toString", "mx.example"]) {
    expect(historyOf(history, host)).toBe(undefined);
    history = updateHistory(history, host, { fault: "handshake-reset", offeredTls: true }, 1);
    expect(historyOf(history, host)?.tlsFailures).toBe(1);
  }
  expect(Object.keys(history)).toEqual(["constructor", "__proto__", "toString", "mx.example"]);
  expect(parseHistory(JSON.parse(JSON.stringify(history)))).toEqual(history);
  for (let at = 0; at < 2 * historyHostsMax; at++) {
    history = updateHistory(history, `mx${at}.example`, { fault: "handshake-reset", offeredTls: true }, at);
  }
  expect(Object.keys(history).length).toBe(historyHostsMax);
  expect(historyOf(history, `mx${2 * historyHostsMax - 1}.example`)?.tlsFailures).toBe(1);
});

describe("a stored history is read, old or broken", () => {
  const whole = { offeredTls: true, tlsFailures: 2, firstFailureAt: 5, lastFault: "handshake-reset" } as const;
  const suspect = { offeredTls: true, tlsFailures: 1 };
  const cases: readonly [stored: unknown, read: DeliveryHistory, why: string][] = [
    [null, {}, "nothing was stored"],
    [undefined, {}, "nothing at all"],
    ["{}", {}, "text"],
    [[whole], {}, "a list has no hosts"],
    [{ h: whole }, { h: whole }, "as written"],
    [{ h: { ...whole, later: 1 } }, { h: whole }, "a field of a later version"],
    [
      { h: { ...whole, lastFault: "cosmic-ray" } },
      { h: { offeredTls: true, tlsFailures: 2, firstFailureAt: 5 } },
      "a fault of a later version",
    ],
    [{ h: { ...whole, tlsFailures: -1 } }, { h: suspect }, "fewer than none"],
    [{ h: { ...whole, tlsFailures: 1.5 } }, { h: suspect }, "half a failure"],
    [{ h: { ...whole, tlsFailures: "2" } }, { h: suspect }, "text for a number"],
    [{ h: { ...whole, firstFailureAt: "x" } }, { h: suspect }, "text for a time"],
    [{ h: { tlsFailures: 99 } }, { h: suspect }, "half an entry"],
    [{ h: null, i: 7, j: [] }, { h: suspect, i: suspect, j: suspect }, "no entries, but something was there"],
  ];
  test.each(cases)("%j is read as %j: %s", (stored, read) => {
    expect(parseHistory(stored)).toEqual(read);
  });
});

const faults = fc.constantFrom<TlsFault>(
  "handshake-reset",
  "starttls-missing",
  "certificate-expired",
  "injected-bytes",
);
const steps = fc.array(
  fc.record({ host: fc.constantFrom("a", "b", "constructor"), fault: faults, offeredTls: fc.boolean(), now: fc.nat() }),
  { maxLength: 20 },
);

test("what was written is read back whole", () => {
  fc.assert(
    fc.property(steps, (failures) => {
      const history = failures.reduce<DeliveryHistory>(
        (before, step) => updateHistory(before, step.host, step, step.now),
        {},
      );
      expect(parseHistory(JSON.parse(JSON.stringify(history)))).toEqual(history);
    }),
  );
});

test("no stored value makes the reader throw, and what it reads is whole", () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())), (stored) => {
      for (const entry of Object.values(parseHistory(stored))) {
        expect(Number.isSafeInteger(entry.tlsFailures)).toBe(true);
        expect(typeof entry.offeredTls).toBe("boolean");
      }
    }),
  );
});
