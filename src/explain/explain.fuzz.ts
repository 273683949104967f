/** Hostile bytes: whatever comes in, what goes out is bounded, on one line each, and free of what drives a terminal. */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { effortMs } from "../../test/support/effort.ts";
import { createWords, languages } from "../words/index.ts";
import { explain, explainLimits, tellExplanation, type Explanation } from "./index.ts";
import { rows } from "./recorded.cases.ts";

const voices = languages.map((language) => createWords(language));

async function expectHarmless(bytes: Uint8Array): Promise<void> {
  const all: Explanation[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const summary = await explain(input(), (one) => void all.push(one));
  expect(summary.explained).toBe(all.length);
  for (const { incident, judgement } of all) {
    const { said = "", host = "", message = "", reporter = "", recipients } = incident;
    for (const text of [said, host, message, reporter, ...recipients]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(text.length).toBeLessThanOrEqual(explainLimits.saidMaxChars);
    }
    for (const words of voices) {
      const told = tellExplanation(words, incident, judgement);
      expect(Object.values(told).flat().join("")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
    if (incident.sent !== "nothing" && incident.hop !== "proven" && incident.hop !== "internal")
      expect(judgement.exposed).not.toBe("no");
  }
}

test("any bytes", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), expectHarmless), { numRuns: 300 });
});

const pieces = fc.constantFrom(
  "<",
  ">",
  "[",
  "]",
  ":",
  "\x1b[31m",
  "\u202e",
  "\0",
  "\r",
  "\n",
  " ",
  "=>",
  "**",
  "==",
  "status=sent",
  "X=TLS1.3:",
  "CV=dane",
  'C="',
  "(in reply to",
  "550 5.1.1",
  "TLS",
  "relay=",
  "to=<",
  "é",
  "\ud83d",
  "{LED=",
  "}",
  '"',
  ",",
  "stat=",
  "verify=OK",
);

/** Real lines with pieces cut out, doubled, and put in. */
const mangled = fc
  .tuple(fc.nat(rows.length - 1), fc.array(fc.tuple(fc.nat(400), fc.nat(60), pieces), { maxLength: 6 }))
  .map(([at, cuts]) =>
    cuts.reduce(
      (text, [from, length, piece]) => text.slice(0, from) + piece + text.slice(from + length),
      rows[at]?.text ?? "",
    ),
  );

test("log lines and sentences, mangled", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mangled, { minLength: 1, maxLength: 4 }), (texts) =>
      expectHarmless(Buffer.from(texts.join("\n"))),
    ),
    { numRuns: 500 },
  );
});

const field = fc.constantFrom(
  "Final-Recipient: rfc822; ",
  "Action: failed",
  "Status: 5.",
  "Diagnostic-Code: smtp; ",
  "Remote-MTA: dns; ",
  "X-Surehop-Message: ",
  "X-Surehop-TLS-Result: ",
  "",
  "--b",
  "--b--",
  "Content-Type: message/delivery-status",
  "Content-Type: text/plain",
  " Sent to peers: nothing",
);
const mail = fc
  .array(fc.tuple(field, fc.oneof(pieces, fc.string({ maxLength: 20 }))), { maxLength: 40 })
  .map(
    (lines) =>
      `From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n${lines.map(([name, value]) => name + value).join("\r\n")}`,
  );

test("mail", async () => {
  await fc.assert(
    fc.asyncProperty(mail, (text) => expectHarmless(Buffer.from(text))),
    { numRuns: 300 },
  );
});

test("TLS reports", async () => {
  const report = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, -1, 1e9, "mode: enforce", "\x1b[2J", "tlsa-invalid", "sts"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "policies",
          "policy",
          "policy-type",
          "policy-string",
          "summary",
          "failure-details",
          "result-type",
          "failed-session-count",
          "receiving-mx-hostname",
          "total-failure-session-count",
          "policy-domain",
        ),
        tie("value"),
        { maxKeys: 6 },
      ),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(report, fc.boolean(), async (value, packed) => {
      const text = JSON.stringify({
        policies: [
          value,
          { policy: { "policy-type": "sts", "policy-domain": "a\x1b.example" }, "failure-details": [value] },
        ],
      });
      await expectHarmless(packed ? gzipSync(text) : Buffer.from(text));
    }),
    { numRuns: 300 },
  );
});

test("long lines of one character take no time that grows with their square", async () => {
  for (const character of ["<", "a", " ", "5.1.1 ", "(", "H=", "to=<", "said: ", "[", "@", "TLS ", "MTA-STS "]) {
    const line = character.repeat(Math.ceil(1_000_000 / character.length));
    const effort = await effortMs(async () => {
      await expectHarmless(
        Buffer.from(`m postfix/smtp[1]: ABCDEF: to=<a@b>, relay=none, dsn=4.0.0, status=deferred (${line})\n${line}\n`),
      );
      await expectHarmless(Buffer.from(`Subject: x\nFrom: y\n\n${line}`));
    });
    // Generous: it is a matter of milliseconds.
    expect(effort, character).toBeLessThan(5_000);
  }
});
