import * as fc from "fast-check";
import { expect, test } from "vitest";
import { domain } from "../../base/index.ts";
import { decodeLine, parseHello, parseMail, parseRcpt } from "./commands.ts";
import { receiverFeatures } from "./features.ts";

const features = receiverFeatures(domain("mx.example.org"));
const mail = { from: null, body: "7bit", smtpUtf8: true, requireTls: false } as const;
const piece = fc.constantFrom(
  "<",
  ">",
  "a@b",
  "\r",
  "\n",
  "\0",
  "+0D",
  "+0A",
  "+00",
  "+7F",
  "+C2",
  '"',
  "\\",
  " ",
  ";",
  "=",
  "ORCPT=rfc822;",
  "ENVID=",
  "SMTPUTF8",
  "@",
  ":",
  "\u0085",
  "\u2028",
  "ä",
);
const text = fc
  .array(fc.oneof(piece, fc.string({ maxLength: 5, unit: "binary" })), { maxLength: 15 })
  .map((all) => all.join(""));
const unsafe = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/** Every string within a value. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

test("trap 28: whatever a command holds, nothing that is kept of it can end a line", () => {
  let kept = 0;
  fc.assert(
    fc.property(text, text, (inside, after) => {
      for (const line of [`FROM:<${inside}> ${after}`, `FROM:<a@b> ENVID=${inside}`]) {
        const decoded = decodeLine(Buffer.from(line));
        const parsed = decoded.ok ? parseMail(decoded.value, features, true) : decoded;
        if (parsed.ok) expect(strings(parsed.value).filter((one) => unsafe.test(one))).toEqual([]);
        if (parsed.ok) kept++;
      }
      for (const line of [`TO:<${inside}> ${after}`, `TO:<a@b> ORCPT=rfc822;${inside}`]) {
        const decoded = decodeLine(Buffer.from(line));
        const parsed = decoded.ok ? parseRcpt(decoded.value, features, mail) : decoded;
        if (parsed.ok) expect(strings(parsed.value).filter((one) => unsafe.test(one))).toEqual([]);
        if (parsed.ok) kept++;
      }
      const hello = parseHello(inside);
      if (hello.ok) expect(hello.value).toMatch(/^[A-Za-z0-9._:[\]-]+$/);
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(kept).toBeGreaterThan(50);
});
