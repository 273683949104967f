import * as fc from "fast-check";
import { expect, test } from "vitest";
import { domain, parseDomain } from "../../base/index.ts";
import { stsLimits } from "./limits.ts";
import { parseStsPolicy } from "./policy.ts";
import { matchesMx } from "../sts-match.ts";

const key = fc.oneof(
  fc.constantFrom("version", "mode", "mx", "max_age", "Mode", "MX", "x", "", " mode", "mode "),
  fc.stringMatching(/^[a-z0-9_.-]{1,34}$/),
);
const value = fc.oneof(
  fc.constantFrom("STSv1", "enforce", "testing", "none", "0", "86400", "31557600", "31557601", "-1", "1e3"),
  fc.constantFrom("mx.example.org", "*.example.org", "*", "*.*.example.org", "mx.example.org.", "192.0.2.1", "[::1]"),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const lineEnd = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\0", "");
const line = fc
  .tuple(key, fc.constantFrom(":", ": ", ":\t", " : ", "=", ""), value, lineEnd)
  .map((parts) => parts.join(""));
const policyBytes = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  { weight: 4, arbitrary: fc.array(line, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(""))) },
  // Sound lines with something among them.
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.shuffledSubarray(["version: STSv1\n", "mode: enforce\n", "mx: mx.example.org\r\n", "max_age: 60\n"]),
        line,
      )
      .map(([sound, odd]) => Buffer.from([...sound, odd].join(""))),
  },
);

test("trap 20: whatever the bytes are, a policy that comes out of them is one", () => {
  fc.assert(
    fc.property(policyBytes, (bytes) => {
      const parsed = parseStsPolicy(bytes);
      if (!parsed.ok) return;
      const { mode, mx, maxAgeSeconds } = parsed.value;
      expect(["enforce", "testing", "none"]).toContain(mode);
      expect(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0).toBe(true);
      expect(maxAgeSeconds).toBeLessThanOrEqual(stsLimits.maxAgeMaxSeconds);
      expect(mode === "none" || mx.length > 0).toBe(true);
      for (const pattern of mx) {
        const name = parseDomain(pattern.startsWith("*.") ? pattern.slice(2) : pattern);
        expect(name.ok && pattern.endsWith(name.value)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const hostName = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => [...labels, "test"].join("."));
const pattern = fc.tuple(fc.constantFrom("", "*."), hostName).map((parts) => parts.join(""));
const policy = fc.record({
  mode: fc.constantFrom("enforce" as const, "testing" as const),
  mx: fc.uniqueArray(pattern, { minLength: 1, maxLength: 8 }),
  maxAgeSeconds: fc.nat(stsLimits.maxAgeMaxSeconds),
});

test("what is written comes back, however its lines are ordered, ended and mixed with others", () => {
  fc.assert(
    fc.property(
      policy,
      fc.constantFrom("\n", "\r\n"),
      fc.constantFrom("", " ", "\t "),
      fc.nat(),
      (given, end, gap, turn) => {
        const fields = [
          `version:${gap}STSv1`,
          `mode:${gap}${given.mode}`,
          `max_age:${gap}${given.maxAgeSeconds}`,
          `later:${gap}unknown: to us`,
        ];
        const at = turn % (fields.length + 1);
        const mx = given.mx.map((one) => `mx:${gap}${one.toUpperCase()}${gap}`);
        const text = [...fields.slice(at), ...mx, ...fields.slice(0, at), ""].join(end);
        expect(parseStsPolicy(Buffer.from(text))).toEqual({ ok: true, value: given });
      },
    ),
  );
});

test("trap 19: a pattern matches by whole labels: as many as it has, and all but the first equal", () => {
  fc.assert(
    fc.property(policy, hostName, fc.boolean(), label, (given, other, near, first) => {
      const base = (given.mx[0] ?? "").replace(/^\*\./, "");
      const host = near ? `${first}.${base}` : other;
      const expected = given.mx.some((one) => {
        const [head, ...tail] = one.split(".");
        const labels = host.split(".");
        return (head === "*" || head === labels[0]) && tail.join(".") === labels.slice(1).join(".");
      });
      expect(matchesMx(given, domain(host))).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test("cut anywhere, a policy is itself, shorter in its mx or its life, or none: never one that allows more", () => {
  const text = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmx: *.example.net\nmax_age: 604800\n";
  for (let length = 0; length <= text.length; length++) {
    const cut = parseStsPolicy(Buffer.from(text.slice(0, length)));
    if (!cut.ok) continue;
    expect(cut.value.mode).toBe("enforce");
    expect(["mx.example.org", "*.example.net"]).toEqual(expect.arrayContaining([...cut.value.mx]));
    expect(cut.value.maxAgeSeconds).toBeLessThanOrEqual(604_800);
  }
});
