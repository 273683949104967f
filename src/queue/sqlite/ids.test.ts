import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMessageId, Nonces, parseMessageId, Serials } from "./ids.ts";

describe("message ids", () => {
  const nonce = fc.string({
    unit: fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    minLength: 15,
    maxLength: 15,
  });

  test("are read back as they were made, and sort as their numbers do", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), nonce, (one, other, nonce) => {
        const id = formatMessageId({ serial: one, nonce });
        expect(id).toMatch(/^[0-9A-Z]{26}$/);
        expect(parseMessageId(id)).toEqual({ serial: one, nonce });
        expect(id < formatMessageId({ serial: other, nonce })).toBe(one < other);
      }),
    );
  });

  test.each([
    ["too short", "0".repeat(25)],
    ["too long", "0".repeat(27)],
    ["lower case, which we never write", "0".repeat(25) + "a"],
    ["a letter that is not in the alphabet", "0".repeat(25) + "I"],
    ["a path", "../../../../../etc/passwd0"],
    ["a number beyond what a number holds", "Z".repeat(26)],
  ])("%s is no id of ours", (_, text) => {
    expect(parseMessageId(text)).toBeUndefined();
  });

  test("any text is read or refused, never thrown at", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const key = parseMessageId(text);
        if (key !== undefined) expect(formatMessageId(key)).toBe(text);
      }),
    );
  });

  test("chance is drawn anew for each", () => {
    let draws = 0;
    const random = {
      fraction: () => 0,
      bytes: (count: number) => Uint8Array.from({ length: count }, () => (draws++ * 37) & 255),
    };
    const nonces = new Nonces(random);
    const all = Array.from({ length: 1000 }, () => nonces.next());
    expect(draws).toBeGreaterThanOrEqual(1000 * 15);
    for (const one of all) expect(one).toHaveLength(15);
  });
});

test("numbers only grow, even if the clock goes back or the last one came from the future", () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 41),
      fc.array(fc.tuple(fc.nat(2 ** 41), fc.integer({ min: 1, max: 2000 }))),
      (last, asked) => {
        const serials = new Serials(last * 1024);
        let highest = last * 1024;
        for (const [now, count] of asked) {
          const first = serials.next(now, count);
          expect(first).toBeGreaterThan(highest);
          highest = first + count - 1;
        }
      },
    ),
  );
});
