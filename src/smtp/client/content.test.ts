import { describe, expect, test } from "vitest";
import { ContentEncoder, encodeWhole } from "./content.ts";

describe("TLS-8 what leaves as DATA", () => {
  test.each([
    ["", ".\r\n", "nothing"],
    ["a", "a\r\n.\r\n", "a line without an end is given one"],
    ["a\r\n", "a\r\n.\r\n", "a line with its end"],
    ["a\r\nb\r\n", "a\r\nb\r\n.\r\n", "two lines"],
    ["\r\n", "\r\n.\r\n", "an empty line"],
    ["a\nb\n", "a\r\nb\r\n.\r\n", "bare LF"],
    ["a\rb\r", "a\r\nb\r\n.\r\n", "bare CR"],
    ["a\n\rb", "a\r\n\r\nb\r\n.\r\n", "LF CR is two line ends"],
    ["a\r\r\nb", "a\r\n\r\nb\r\n.\r\n", "CR CR LF is two line ends"],
    [".", "..\r\n.\r\n", "a lone dot"],
    [".\r\n", "..\r\n.\r\n", "a lone dot with its line end"],
    ["a\r\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n", "the end of DATA inside"],
    ["a\n.\nb", "a\r\n..\r\nb\r\n.\r\n", "smuggling by LF . LF"],
    ["a\r.\rb", "a\r\n..\r\nb\r\n.\r\n", "smuggling by CR . CR"],
    ["a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n", "smuggling by LF . CR LF"],
    ["a\r\n.\rb", "a\r\n..\r\nb\r\n.\r\n", "smuggling by CR LF . CR"],
    ["a\r\n..b", "a\r\n...b\r\n.\r\n", "only the first dot is doubled"],
    ["a.b\r\nc.", "a.b\r\nc.\r\n.\r\n", "dots within a line stay"],
  ])("%j → %j", (content, wire, why) => {
    expect(Buffer.from(encodeWhole(Buffer.from(content), "data")).toString("latin1"), why).toBe(wire);
    for (const size of [1, 2, 3]) expect(inPieces(content, size, "data"), `${why}, ${size} a piece`).toBe(wire);
  });
});

describe("what leaves as BDAT", () => {
  test.each([
    ["", "", "nothing"],
    ["a", "a\r\n", "a line end is given"],
    [".\r\n.\n", ".\r\n.\r\n", "dots stay, line ends are mended"],
    ["a\r", "a\r\n", "a CR at the very end"],
  ])("%j → %j", (content, wire, why) => {
    expect(Buffer.from(encodeWhole(Buffer.from(content), "bdat")).toString("latin1"), why).toBe(wire);
    for (const size of [1, 2, 3]) expect(inPieces(content, size, "bdat"), `${why}, ${size} a piece`).toBe(wire);
  });
});

test("a chunk that needs no change is not copied", () => {
  const chunk = Buffer.from("Subject: hello\r\n\r\nhello\r\n");
  expect(new ContentEncoder("data").push(chunk)).toBe(chunk);
});

function inPieces(content: string, size: number, mode: "data" | "bdat"): string {
  const encoder = new ContentEncoder(mode);
  const bytes = Buffer.from(content);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(encoder.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, encoder.end()]).toString("latin1");
}
