import { describe, expect, test } from "vitest";
import { drive } from "../../../test/support/server.ts";
import { ContentReader } from "./content.ts";

function read(
  mode: "data" | "bdat",
  chunks: readonly string[],
): { content: string; rest: string; reader: ContentReader } {
  const reader = new ContentReader(mode);
  const pieces: Buffer[] = [];
  let rest = "";
  let ended = false;
  for (const text of chunks) {
    const chunk = Buffer.from(text, "latin1");
    if (ended) {
      rest += text;
      continue;
    }
    pieces.push(Buffer.from(reader.push(chunk, 0, chunk.length)));
    if (reader.endedAt < 0) continue;
    ended = true;
    rest = chunk.toString("latin1", reader.endedAt);
  }
  if (mode === "bdat") pieces.push(Buffer.from(reader.finish()));
  return { content: Buffer.concat(pieces).toString("latin1"), rest, reader };
}

describe("DATA's content", () => {
  const rows: readonly (readonly [why: string, wire: string, content: string, rest: string])[] = [
    ["empty", ".\r\n", "", ""],
    ["one line", "a\r\n.\r\n", "a\r\n", ""],
    ["what follows the end is left", "a\r\n.\r\nRSET\r\n", "a\r\n", "RSET\r\n"],
    ["a stuffed dot", "..\r\n.\r\n", ".\r\n", ""],
    ["a dot before text is taken off", ".a\r\n.\r\n", "a\r\n", ""],
    ["dots within a line stay", "a.\r\nb.c\r\n.\r\n", "a.\r\nb.c\r\n", ""],
    ["a bare LF becomes CRLF", "a\nb\r\n.\r\n", "a\r\nb\r\n", ""],
    ["a bare CR becomes CRLF", "a\rb\r\n.\r\n", "a\r\nb\r\n", ""],
    ["CR CR LF is a bare CR and a CRLF", "a\r\r\n.\r\n", "a\r\n\r\n", ""],
    ["LF CR is a bare LF and a bare CR", "a\n\rb\r\n.\r\n", "a\r\n\r\nb\r\n", ""],
    ["TLS-8: LF . LF is content", "a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""],
    ["TLS-8: LF . CRLF is content", "a\n.\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""],
    ["TLS-8: CR . CR is content", "a\r.\rb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""],
    ["TLS-8: CR . CRLF is content", "a\r.\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""],
    ["TLS-8: CRLF . LF is content, its dot taken for stuffing", "a\r\n.\nb\r\n.\r\n", "a\r\n\r\nb\r\n", ""],
    ["TLS-8: CRLF . CR is content", "a\r\n.\rb\r\n.\r\n", "a\r\n\r\nb\r\n", ""],
    ["TLS-8: CRLF . CR CR LF is content", "a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\n\r\nb\r\n", ""],
    ["TLS-8: CRLF NUL . CRLF is content", "a\r\n\0.\r\n.\r\n", "a\r\n\0.\r\n", ""],
    ["the end right after a bare LF's line", "a\nb\n\r\n.\r\n", "a\r\nb\r\n\r\n", ""],
  ];
  test.each(rows)("%s", (_, wire, content, rest) => {
    expect(read("data", [wire])).toMatchObject({ content, rest });
    expect(read("data", [...wire]), "byte by byte").toMatchObject({ content, rest });
    for (let at = 1; at < wire.length; at++) {
      expect(read("data", [wire.slice(0, at), wire.slice(at)]), `split at ${at}`).toMatchObject({ content, rest });
    }
  });

  test("what needs no change is not copied", () => {
    const chunk = Buffer.from("a\r\nb\r\n.\r\n");
    expect(new ContentReader("data").push(chunk, 0, chunk.length).buffer).toBe(chunk.buffer);
  });
});

describe("BDAT's content", () => {
  const rows: readonly (readonly [why: string, wire: string, content: string])[] = [
    ["empty", "", ""],
    ["dots are dots", ".\r\n..\r\n", ".\r\n..\r\n"],
    ["the last line is ended", "a", "a\r\n"],
    ["a CR at the end gets its LF", "a\r", "a\r\n"],
    ["a bare LF becomes CRLF", "a\n.\nb", "a\r\n.\r\nb\r\n"],
  ];
  test.each(rows)("%s", (_, wire, content) => {
    expect(read("bdat", [wire]).content).toBe(content);
    expect(read("bdat", [...wire]).content).toBe(content);
  });
});

describe("what is learned of it", () => {
  const rows: readonly (readonly [why: string, wire: string, facts: object])[] = [
    ["nothing", ".\r\n", { size: 0, longestLine: 0, hops: 0, has8bit: false, headerHas8bit: false }],
    ["the longest line, without CRLF, dots unstuffed", "..ab\r\nabcd\nx\r\n.\r\n", { longestLine: 4 }],
    ["8-bit in the body", "a: b\r\n\r\n\xe9\r\n.\r\n", { has8bit: true, headerHas8bit: false }],
    ["8-bit in the header", "a: \xe9\r\n\r\n.\r\n", { has8bit: true, headerHas8bit: true }],
    [
      "hops, in any case, in the header alone",
      "RECEIVED: a\r\n b\r\nreceived:b\r\n\r\nReceived: c\r\n.\r\n",
      { hops: 2 },
    ],
    ["other fields are no hops", "X-Received: a\r\nReceived-SPF: b\r\nReceive\r\n Received: x\r\n.\r\n", { hops: 0 }],
    ["a header that a bare LF ends", "Received: a\n\nReceived: b\r\n.\r\n", { hops: 1 }],
    ["NUL within a line", "a\0b\r\n.\r\n", { hasNul: true, longestLine: 3 }],
    ["NUL at the beginning of a line", "a\r\n\0\r\n.\r\n", { hasNul: true }],
    ["NUL behind a dot", "a\r\n.\0\r\n.\r\n", { hasNul: true }],
    ["NUL between CR and LF", "a\r\0\n.\r\n.\r\n", { hasNul: true }],
    ["other control characters are no NUL", "\x01\t\x0b\x0c\x1f\r\n.\r\n", { hasNul: false }],
    ["size after unstuffing and ending lines", "..\na\r\n.\r\n", { size: 6 }],
  ];
  test.each(rows)("%s", (_, wire, facts) => {
    expect(read("data", [wire]).reader).toMatchObject(facts);
    expect(read("data", [...wire]).reader, "byte by byte").toMatchObject(facts);
  });
});

describe("TLS-8 smuggling: however the end is forged, one message comes in", () => {
  const ends = [
    "\n.\n",
    "\n.\r\n",
    "\r.\r",
    "\r.\n",
    "\r.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r\n.\r\r\n",
    "\n\n.\n\n",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
    "\n.\r",
    "\r\n .\r\n",
    "\x85.\x85",
    "\r\n\t.\r\n",
  ];
  test.each(ends.map((end) => [JSON.stringify(end), end] as const))("%s", (_, end) => {
    for (const size of [1, 2, 3, 5, 7, 1000]) {
      const server = drive();
      const wire = `EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\nSubject: one\r\n\r\nfirst${end}MAIL FROM:<admin@b>\r\nRCPT TO:<b@c>\r\nDATA\r\nSubject: two\r\n\r\nsecond\r\n.\r\nQUIT\r\n`;
      const bytes = Buffer.from(wire, "latin1");
      for (let at = 0; at < bytes.length; at += size) server.tell(bytes.subarray(at, at + size));
      // Or none, where others could find an end that is none for us.
      const isRefused = end.includes("\0");
      expect(server.messages).toHaveLength(isRefused ? 0 : 1);
      expect(server.effects).toEqual(isRefused ? ["abort", "close"] : ["close"]);
      if (isRefused) continue;
      const content = server.messages[0]?.content ?? "";
      expect(content).toContain("second");
      expect(content.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    }
  });
});
