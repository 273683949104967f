import * as fc from "fast-check";
import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import { address, domain, type SmtpReply } from "../../base/index.ts";
import { buildReport, describeOriginal, readHeaderSection } from "../../mime/index.ts";
import { seededRandom } from "../../../test/support/clock.ts";
import { everyBounceReason, everyDeferReason, everyLevel, everyProof, everyTlsFault } from "../every.cases.ts";
import { createWords, languages, type Exposure } from "../index.ts";
import { bounceNotice, delayNotice, reportRecipient, successNotice } from "./index.ts";
import type { Delayed, Delivered, Failed, Notice, NoticeFacts } from "./facts.ts";

const voices = languages.map((language) => createWords(language, { timeZone: "UTC" }));
const reply: SmtpReply = { code: 550, enhanced: "5.1.1", lines: ["no such user here"] };
const host = "mx1.example.net";
const now = Date.UTC(2026, 10, 24, 11, 5);
const common = {
  hostname: domain("mail.ours.example"),
  queueId: "ABCDEF",
  receivedAt: Date.UTC(2026, 10, 19, 11),
  now,
  original: { subject: "Hello", from: "Ann <ann@ours.example>", messageId: "<1@ours.example>" },
};
const exposures: readonly Exposure[] = [
  { sent: "nothing" },
  ...everyLevel.flatMap((level) => [
    { sent: "addresses" as const, level, host },
    { sent: "content" as const, level },
  ]),
];
const failures: readonly Failed[] = everyBounceReason.flatMap((reason): Failed[] => [
  { kind: "failed", reason },
  { kind: "failed", reason, host, reply },
  ...(reason === "lifetime-over"
    ? everyDeferReason.flatMap((after) =>
        everyTlsFault.map((fault): Failed => ({ kind: "failed", reason, after, host, fault })),
      )
    : []),
]);
const delays: readonly Delayed[] = everyDeferReason.flatMap((reason) =>
  [true, false].flatMap((forSafety): Delayed[] => [
    { kind: "delayed", reason, forSafety },
    { kind: "delayed", reason, forSafety, host, reply, fault: "certificate-expired" },
  ]),
);
const successes: readonly Delivered[] = everyLevel.flatMap((level) =>
  everyProof.map((proof): Delivered => ({
    kind: "delivered",
    host,
    level,
    proof,
    reply: { code: 250, lines: ["ok"] },
  })),
);

function factsOf<O extends Failed | Delayed | Delivered>(
  outcome: O,
  exposure: Exposure = { sent: "nothing" },
): NoticeFacts<O> {
  return { ...common, exposure, recipients: [{ address: address("bob@example.net"), outcome }] };
}

const unproven: Failed = { kind: "failed", reason: "lifetime-over", after: "unproven", host, fault: "handshake-reset" };

const times = { retryAt: now + 3_600_000, giveUpAt: now + 86_400_000 };

describe.each(voices)("DSN-2 notices in $language", (words) => {
  const questions = ["happened", "exposed", "todo", "forward"].map((name) => words.say(`notice-question-${name}`));

  function expectWhole({ subject, text }: Notice, why: string): void {
    expect(subject, why).toMatch(/^\P{Cc}{3,300}$/u);
    expect(text, why).not.toMatch(/\{|\}|undefined|NaN|\[object|[^\n\P{Cc}]|\n{3}/u);
    const at = questions.map((question) => text.indexOf(question));
    expect(
      [...at].sort((a, b) => a - b),
      `${why}: four questions, in order`,
    ).toEqual(at);
    expect(at[0], why).toBeGreaterThan(0);
    expect(text.endsWith("\n"), why).toBe(true);
  }

  test("every failure × exposure answers the four questions", () => {
    expect(failures.length * exposures.length).toBeGreaterThan(1000);
    for (const failure of failures) {
      expectWhole(bounceNotice(words, factsOf(failure)), JSON.stringify(failure));
    }
    for (const exposure of exposures) {
      const failure: Failed = { kind: "failed", reason: "peer-rejected", host, reply };
      const { text } = bounceNotice(words, factsOf(failure, exposure));
      expectWhole({ subject: "x-x", text }, JSON.stringify(exposure));
      const no = words.say("exposed-nothing");
      expect(text.includes(no), "“No” is said only where nothing was sent").toBe(exposure.sent === "nothing");
    }
  });

  test("every delay and every success does, too", () => {
    for (const delay of delays) expectWhole(delayNotice(words, { ...factsOf(delay), ...times }), JSON.stringify(delay));
    for (const success of successes) expectWhole(successNotice(words, factsOf(success)), JSON.stringify(success));
  });

  test("the technical block is the same English in every language", () => {
    const [first = ""] = voices.map((voice) => blockOf(bounceNotice(voice, factsOf(unproven)).text));
    expect(blockOf(bounceNotice(words, factsOf(unproven)).text)).toBe(first);
    expect(first).toMatch(/Status: +5\.\d\.\d/);
    expect(first).toMatch(/TLS fault: +\S+ \(TLS-RPT: \S+\)/);
  });

  test("a message without a readable subject has one of ours", () => {
    const { subject: _subject, ...original } = common.original;
    const { subject } = bounceNotice(words, { ...factsOf({ kind: "failed", reason: "null-mx" }), original });
    expect(subject).toBe(words.say("notice-bounce-subject-none"));
  });

  test("many recipients with different fates are grouped and bounded", () => {
    const recipients = Array.from({ length: 1000 }, (_, index) => ({
      address: address(`r${index}@example.net`),
      outcome: { kind: "failed", reason: everyBounceReason[index % 3] ?? "null-mx", host } as Failed,
    }));
    const { text } = bounceNotice(words, { ...common, exposure: { sent: "nothing" }, recipients });
    expectWhole({ subject: "x-x", text }, "many");
    expect(text).toContain("r19@example.net");
    expect(text).toContain("More recipients:  950");
    expect(text.length).toBeLessThan(20_000);
    expect(text.split("\n\n").filter((part) => part.startsWith("r0@")).length).toBe(1);
  });
});

test.each([
  ["5.1.1", "advice-rejected-address"],
  ["5.2.2", "advice-rejected-mailbox"],
  ["5.7.1", "advice-rejected-policy"],
  ["5.6.0", "advice-rejected"],
] as const)("a rejection with %s is answered by %s", (enhanced, advice) => {
  for (const words of voices) {
    const failure: Failed = { kind: "failed", reason: "peer-rejected", host, reply: { ...reply, enhanced } };
    expect(bounceNotice(words, factsOf(failure)).text).toContain(words.say(advice));
  }
});

test("TLS-1 a sender is never told to go a less safe way", () => {
  for (const fault of everyTlsFault) {
    const failure: Failed = { kind: "failed", reason: "lifetime-over", after: "unproven", host, fault };
    const { text } = bounceNotice(createWords("en"), factsOf(failure));
    expect(text, fault).toContain("do not look for a less safe way");
    expect(text).toContain("No. On the way to these recipients nothing of it left our server");
  }
});

test("trap 28 whatever a peer, a sender or a header says, the report keeps its fields, its parts and its lines", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(
      "x\r\nBcc: eve@evil.example\r\n\r\n<script>",
      "550\nStatus: 2.0.0\nAction: delivered",
      "\r\n--=_boundary--\r\n",
      "=?utf-8?B?DQpCY2M6IGV2ZQ==?=",
      "\u202egpj.exe \u2066",
      "a".repeat(5000),
      "é".repeat(800),
    ),
  );
  await fc.assert(
    fc.asyncProperty(hostile, fc.constantFrom(...voices), async (text, words) => {
      const raw = `From: ann@ours.example\r\nSubject: ${text.replace(/[\r\n]+/g, " ")}\r\nMessage-ID: ${text.replace(/[\r\n]+/g, " ")}\r\n\r\nbody`;
      const content = async function* () {
        yield Buffer.from(raw);
      };
      const header = await readHeaderSection(content());
      const said: SmtpReply = { code: 550, enhanced: "5.7.1", lines: [text, text] };
      const failure: Failed = { kind: "failed", reason: "peer-rejected", host: text, reply: said };
      const facts = { ...factsOf(failure), original: describeOriginal(header), queueId: text };
      const notice = bounceNotice(words, facts);
      const harmless: Failed = { ...failure, host: "x", reply: { ...said, lines: ["x"] } };
      const { text: calm } = bounceNotice(words, { ...facts, recipients: factsOf(harmless).recipients });
      expect(notice.text.split("\n").length, "no line more").toBe(calm.split("\n").length);
      const report = buildReport({
        hostname: common.hostname,
        to: address("ann@ours.example"),
        ...notice,
        language: words.language,
        now,
        random: seededRandom(7),
        recipients: facts.recipients.map((recipient) =>
          reportRecipient({ ...recipient, orcpt: `rfc822;${text}` }, now),
        ),
        original: {
          queueId: text,
          envelope: { requireTls: false, receivedAt: common.receivedAt, ret: "headers", envid: text },
          facts: { size: raw.length, has8bit: false, headerHas8bit: false, longestLine: 78 },
          header,
          content,
        },
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of report.content) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const [ours = "", theirs = ""] = bytes
        .toString("latin1")
        .split(/(?=Content-Type: (?:text\/rfc822|message\/global)-)/);
      expect(ours, "what we write is printable, in lines of a bearable length").toMatch(
        /^(?:[\t\x20-\x7e]{0,998}\r\n)+$/,
      );
      // The sender's own header section goes back as it came (RFC 2045 §2.7 allows all of ASCII but NUL in 7bit).
      expect(theirs, "what we return is 7bit").toMatch(/^(?:[\x01-\x09\x0b\x0c\x0e-\x7f]{0,998}\r\n)+$/);
      const mail = await PostalMime.parse(bytes, { attachmentEncoding: "utf8" });
      expect(mail.headers.map((field) => field.key)).toEqual([
        "date",
        "from",
        "to",
        "subject",
        "message-id",
        ...(mail.inReplyTo === undefined ? [] : ["in-reply-to", "references"]),
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-language",
      ]);
      const status = String(mail.attachments.find((part) => part.mimeType === "message/delivery-status")?.content);
      expect(status.match(/^Action: .*$/gm)).toEqual(["Action: failed"]);
      expect(status.match(/^Status: .*$/gm)).toEqual(["Status: 5.7.1"]);
      expect(status.trimEnd().split(/\r?\n\r?\n/).length, "one group for the message, one for the recipient").toBe(2);
    }),
    { numRuns: 300 },
  );
});

function blockOf(text: string): string {
  return text.slice(text.indexOf("    Reporting relay:"));
}
