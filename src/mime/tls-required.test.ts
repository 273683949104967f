import { array, assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { mimeLimits } from "./limits.ts";
import { TlsRequiredSpotter } from "./tls-required.ts";

const cases: readonly (readonly [why: string, message: string, found: boolean])[] = [
  ["the field", "From: a@b\r\nTLS-Required: No\r\nTo: c@d\r\n\r\nhello", true],
  ["first of all", "TLS-Required: No\r\n\r\n", true],
  ["any case, no space", "tls-required:no\r\n\r\n", true],
  ["folded", "TLS-Required:\r\n No\r\nTo: c@d\r\n\r\n", true],
  ["space behind it", "TLS-Required: No \t\r\n\r\n", true],
  ["yes is not defined", "TLS-Required: Yes\r\n\r\n", false],
  ["more than the word", "TLS-Required: No, thanks\r\n\r\n", false],
  ["in the body", "From: a@b\r\n\r\nTLS-Required: No\r\n\r\n", false],
  ["an empty header section", "\r\nTLS-Required: No\r\n\r\n", false],
  ["inside another field", "Subject: TLS-Required: No\r\n\r\n", false],
  ["on a folded line of another field", "Subject: x\r\n TLS-Required: No\r\n\r\n", false],
  ["a name that only begins so", "TLS-Required-Not: No\r\n\r\n", false],
  ["no header section that ends", "TLS-Required: No\r\n", false],
  ["behind more than is looked at", `X: ${"y".repeat(mimeLimits.headerMaxBytes)}\r\nTLS-Required: No\r\n\r\n`, false],
];

test.each(cases)("REQ-2 %s", (_, message, found) => {
  const spotter = new TlsRequiredSpotter();
  spotter.push(Buffer.from(message, "latin1"));
  expect(spotter.found).toBe(found);
});

test("REQ-2 however the bytes are cut, the same is found", () => {
  assert(
    property(
      integer({ min: 0, max: cases.length - 2 }),
      array(integer({ min: 1, max: 12 }), { maxLength: 60 }),
      (row, cuts) => {
        const [, message = "", found] = cases[row] ?? [];
        const bytes = Buffer.from(message, "latin1");
        const spotter = new TlsRequiredSpotter();
        let at = 0;
        for (const cut of cuts) spotter.push(bytes.subarray(at, (at += cut)));
        spotter.push(bytes.subarray(at));
        expect(spotter.found).toBe(found);
      },
    ),
  );
});
