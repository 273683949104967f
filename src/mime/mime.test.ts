import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import PostalMime from "postal-mime";
import { address, domain } from "../base/index.ts";
import { seededRandom } from "../../test/support/clock.ts";
import {
  buildReport,
  ContentMeter,
  decodeUnstructured,
  describeOriginal,
  formatMailDate,
  mimeLimits,
  readHeaderSection,
  unicodeLine,
  type ReportRequest,
} from "./index.ts";
import { asciiLine, encodeText, encodeUnstructured, quotedPrintable } from "./text.ts";

async function* chunked(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string | Uint8Array, size = 7, max?: number) => readHeaderSection(chunked(text, size), max);

describe("a header section", () => {
  test.each([
    { what: "fields up to the empty line", text: "A: 1\r\nB: 2\r\n\r\nC: 3\r\n", fields: ["A=1", "B=2"] },
    { what: "folded lines are one (RFC 5322 §2.2.3)", text: "A: 1\r\n  2\r\n\t3\r\n\r\n", fields: ["A=1  2\t3"] },
    { what: "no body at all", text: "A: 1\r\n", fields: ["A=1"] },
    { what: "no end of line at all", text: "A: 1", fields: ["A=1"] },
    { what: "no header at all", text: "\r\nA: 1\r\n", fields: [] },
    { what: "nothing", text: "", fields: [] },
    { what: "a line that is no field is passed over", text: "From x\r\nA: 1\r\n\r\n", fields: ["A=1"] },
    { what: "a space before the colon (RFC 5322 §4.5)", text: "A : 1\r\n\r\n", fields: ["A=1"] },
    { what: "a bare LF ends no line", text: "A: 1\nB: 2\r\n\r\n", fields: ["A=1\nB: 2"] },
  ])("$what", async ({ text, fields }) => {
    for (const size of [1, 2, 3, 1000]) {
      const section = await read(text, size);
      expect(section.fields.map(({ name, value }) => `${name}=${value}`)).toEqual(fields);
      expect(section.complete).toBe(true);
    }
  });

  test("one that is too long is cut at its last whole line, and says so", async () => {
    const section = await read("A: 1\r\n".repeat(100), 10, 50);
    expect(section.complete).toBe(false);
    expect(Buffer.from(section.raw).toString()).toBe("A: 1\r\n".repeat(8));
  });

  test("no more is read of the stream than is needed", async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        pulled++;
        yield Buffer.from("X: y\r\n");
      }
    }
    await readHeaderSection(endless(), 600);
    expect(pulled).toBeLessThan(110);
  });

  test("hostile bytes: never throws, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), async (bytes, size) => {
        const whole = await read(bytes, 1000);
        const cut = await read(bytes, size);
        expect(cut.fields).toEqual(whole.fields);
        describeOriginal(cut);
      }),
    );
  });
});

describe("what a notice repeats of a message", () => {
  test.each([
    { what: "plain", header: "Subject: hello", subject: "hello" },
    {
      what: "encoded words (RFC 2047)",
      header: "Subject: =?utf-8?B?5L2g5aW9?= =?iso-8859-1?Q?gr=FC=DFe?=",
      subject: "你好grüße",
    },
    { what: "an unknown charset stays as it is", header: "Subject: =?x-none?B?5L2g?=", subject: "=?x-none?B?5L2g?=" },
    { what: "a hidden line break is gone", header: "Subject: =?utf-8?Q?a=0D=0AX:_b?=", subject: "a X: b" },
    { what: "characters that turn text around are gone", header: "Subject: =?utf-8?Q?=E2=80=AEabc?=", subject: "abc" },
    { what: "two subjects: none is told", header: "Subject: a\r\nSubject: b", subject: undefined },
    { what: "an empty subject is none", header: "Subject: ", subject: undefined },
  ])("$what", async ({ header, subject }) => {
    expect(describeOriginal(await read(`${header}\r\n\r\n`)).subject).toBe(subject);
  });

  test.each([
    ["<a.b@source.example>", true],
    ["<a b@source.example>", false],
    ['<"a"@source.example>', false],
    ["<a@source.example> (x)", false],
    [`<${"a".repeat(300)}@source.example>`, false],
  ])("trap 28 Message-ID %s stands in a header of ours: %s", async (id, stands) => {
    expect(describeOriginal(await read(`Message-ID: ${id}\r\n\r\n`)).messageId).toBe(stands ? id : undefined);
  });
});

describe("text in headers and bodies", () => {
  test("a subject comes out of its encoding as it went in, in lines that are short enough", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 150 }), (text) => {
        const encoded = encodeUnstructured(text, mimeLimits.subjectMaxChars);
        expect(encoded).toMatch(/^[\x20-\x7e\r\n]*$/);
        for (const line of encoded.split("\r\n ")) expect(line).not.toMatch(/[\r\n]/);
        const back = decodeUnstructured(encoded.replaceAll("\r\n ", " "));
        expect(unicodeLine(back, 1000)).toBe(unicodeLine(text, mimeLimits.subjectMaxChars));
      }),
    );
  });

  test("quoted-printable is undone by a decoder of others' making, line ends and all", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
        const lines = text.replace(/\r\n|\r|\n/g, "\r\n");
        const { encoding, body } = encodeText(lines);
        for (const line of body.split("\r\n")) expect(line.length).toBeLessThanOrEqual(76);
        expect(body).toMatch(/^[\t\x20-\x7e\r\n]*$/);
        const decoded =
          encoding === "base64"
            ? Buffer.from(body, "base64")
            : Buffer.from(
                body
                  .replace(/=\r\n/g, "")
                  .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
                "latin1",
              );
        const wanted = Buffer.from(lines);
        // The encoder ends the last line.
        const slack = decoded.length - wanted.length;
        expect(decoded.subarray(0, wanted.length).equals(wanted)).toBe(true);
        expect([0, 2]).toContain(slack);
      }),
    );
  });

  test.each([
    ["From me\r\n", "=46rom me\r\n", "a relay would write >From"],
    [".\r\n", "=2E\r\n", "a careless relay would end the message"],
    ["a \r\n", "a=20\r\n", "a space at a line's end is lost on the way"],
    ["1=2\r\n", "1=3D2\r\n", "the escape itself"],
  ])("quoted-printable: %j is %j: %s", (text, encoded) => {
    expect(quotedPrintable(Buffer.from(text))).toBe(encoded);
  });

  test("a line for machines is printable ASCII, one line, and bounded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.integer({ min: 4, max: 100 }), (text, max) => {
        const line = asciiLine(text, max);
        expect(line).toMatch(/^[\x20-\x7e]*$/);
        expect(line.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test("dates are RFC 5322's, in UTC", () => {
    expect(formatMailDate(Date.UTC(2026, 10, 4, 1, 2, 3))).toBe("Wed, 04 Nov 2026 01:02:03 +0000");
  });
});

test("content is measured the same however it is cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      const meter = new ContentMeter();
      for (let at = 0; at < bytes.length; at += size) meter.push(bytes.subarray(at, at + size));
      expect(meter.measured.size).toBe(bytes.length);
      expect(meter.measured.has8bit).toBe(bytes.some((byte) => byte > 127));
    }),
  );
  const meter = new ContentMeter();
  meter.push(Buffer.from("A: b\r\n\r\ngrüße\r\nlonger line\r\n"));
  expect(meter.measured).toMatchObject({ has8bit: true, headerHas8bit: false, longestLine: 11 });
});

describe("a report", () => {
  const content = "Message-ID: <1@source.example>\r\nSubject: hi\r\n\r\nThe text.\r\n";
  const request = async (changes: Partial<ReportRequest["original"]["envelope"]> = {}): Promise<ReportRequest> => ({
    hostname: domain("relay.example"),
    to: address("alice@source.example"),
    subject: "没有送达",
    text: "第一行\n.\nlast",
    language: "zh-CN",
    now: 0,
    random: seededRandom(1),
    recipients: [
      {
        address: address("bob@safe.example"),
        orcpt: "rfc822;bob@old.example",
        action: "failed",
        status: "5.1.1",
        remoteMta: "mx.safe.example",
        reply: { code: 550, enhanced: "5.1.1", lines: ["no\r\nStatus: 2.0.0", "such user"] },
      },
    ],
    original: {
      queueId: "M".repeat(26),
      envelope: { requireTls: false, receivedAt: 0, envid: "QQ314159", ...changes },
      facts: { size: content.length, has8bit: false, headerHas8bit: false, longestLine: 30 },
      header: await read(content),
      content: () => chunked(content, 5),
    },
  });
  const build = async (changes?: Parameters<typeof request>[0]): Promise<{ text: string; from: unknown }> => {
    const report = buildReport(await request(changes));
    const chunks: Uint8Array[] = [];
    for await (const chunk of report.content) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("latin1");
    expect(report.measured().size).toBe(text.length);
    return { text, from: report.envelope.from };
  };

  test("DSN-1 is multipart/report from the null sender, and is read so by a parser of others' making", async () => {
    const { text, from } = await build();
    expect(from).toBeNull();
    const mail = await PostalMime.parse(text);
    expect(mail.subject).toBe("没有送达");
    expect(mail.text?.trim().split("\r\n")).toEqual(["第一行", ".", "last"]);
    expect(mail.inReplyTo).toBe("<1@source.example>");
    expect(mail.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-replied");
    expect(text).toMatch(/Original-Envelope-Id: QQ314159\r\n/);
    expect(text).toMatch(/Original-Recipient: rfc822; ?bob@old\.example\r\n/);
    expect(text).toContain("The text.");
  });

  test("trap 28 nothing that a server said begins a field of its own", async () => {
    const { text } = await build();
    expect(text.match(/^Status: /gm)).toHaveLength(1);
    expect(text).toMatch(/^Diagnostic-Code: smtp; 550 5\.1\.1 no/m);
  });

  test.each([
    ["DSN-1 RET=HDRS", { ret: "headers" as const }],
    ["trap 30 a message that demands TLS", { requireTls: true }],
  ])("%s returns the header section alone", async (_, changes) => {
    const { text } = await build(changes);
    expect(text).not.toContain("The text.");
    expect(text).toContain("text/rfc822-headers");
    expect(text).toContain("Subject: hi");
  });
});
