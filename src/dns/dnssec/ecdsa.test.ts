import { generateKeyPairSync, sign, verify } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ecdsaSignature, standardSuite } from "./algorithms.ts";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

describe("RFC 6605 §4, RFC 3279 §2.2.3: r and s side by side, and as OpenSSL takes them", () => {
  const ones = "01".repeat(32);
  const most = "7f".repeat(32);
  const high = "80".repeat(32);
  const full = "ff".repeat(32);
  const nothing = "00".repeat(30);
  test.each([
    ["no sign to be told apart", `${ones}${most}`, `30440220${ones}0220${most}`],
    ["a first bit that is no sign", `${high}${full}`, `3046022100${high}022100${full}`],
    ["leading zeros", `${nothing}0001${nothing}8001`, "30080201010203008001"],
    ["nothing but zeros", `${nothing}0000${nothing}0000`, "3006020100020100"],
  ])("%s", (_, sideBySide, der) => {
    expect(hex(ecdsaSignature(Buffer.from(sideBySide, "hex")))).toBe(der);
  });

  const curves = [
    { number: 13, curve: "P-256", hash: "sha256", octets: 32 },
    { number: 14, curve: "P-384", hash: "sha384", octets: 48 },
  ] as const;
  test.each(curves)(
    "algorithm $number judges as OpenSSL does, whatever the signature",
    ({ number, curve, hash, octets }) => {
      const algorithm = standardSuite.algorithms.get(number);
      if (algorithm === undefined) throw new Error("it is a standard one");
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: curve });
      const ours = (data: Uint8Array, signature: Uint8Array): boolean => {
        try {
          return algorithm.verify(publicKey, data, signature);
        } catch {
          return false;
        }
      };
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8 * 2 * octets - 1), (data, bit) => {
          const good = sign(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
          expect(ours(data, good)).toBe(true);
          const spoilt = Uint8Array.from(good);
          spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(ours(data, spoilt)).toBe(false);
          expect(ours(data, good.subarray(1))).toBe(false);
        }),
        { numRuns: 150 },
      );
      const small = fc.uint8Array({ minLength: 2 * octets, maxLength: 2 * octets });
      const zeros = fc.tuple(small, fc.nat(octets), fc.nat(octets)).map(([numbers, r, s]) => {
        const spoilt = Uint8Array.from(numbers);
        spoilt.fill(0, 0, r);
        spoilt.fill(0, octets, octets + s);
        return spoilt;
      });
      fc.assert(
        fc.property(zeros, (numbers) => {
          const data = new Uint8Array(10);
          const theirs = verify(hash, data, { key: publicKey, dsaEncoding: "ieee-p1363" }, numbers);
          expect(ours(data, numbers)).toBe(theirs);
        }),
        { numRuns: 150 },
      );
    },
  );
});
