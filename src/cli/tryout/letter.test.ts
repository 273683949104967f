import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLetter, withoutFacts } from "./letter.ts";

const lines = (...all: readonly string[]): string => all.join("\r\n");

describe("of a message, what a person reads", () => {
  test.each<[string, string, string, string]>([
    ["plain", lines("Subject: hi", "", "one", "two", ""), "hi", "one\ntwo"],
    ["encoded subject", lines("Subject: =?utf-8?B?5a6d6JeP?=", "", "x"), "宝藏", "x"],
    ["base64", lines("Content-Transfer-Encoding: BASE64", "", Buffer.from("宝藏").toString("base64")), "", "宝藏"],
    [
      "quoted-printable",
      lines("Content-Transfer-Encoding: quoted-printable", "", "gr=C3=BC=", "n =3D ok"),
      "",
      "grün = ok",
    ],
    ["no header", lines("", "text"), "", "text"],
    ["no body", "Subject: x", "x", ""],
    ["a picture", lines("Content-Type: image/png", "", "xyz"), "", ""],
    [
      "the first text of several parts",
      lines(
        'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="=_b"',
        "",
        "preamble",
        "--=_b",
        "Content-Type: message/delivery-status",
        "",
        "Status: 5.0.0",
        "--=_b  ",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        Buffer.from("你好").toString("base64"),
        "--=_b--",
      ),
      "",
      "你好",
    ],
  ])("%s", async (_, content, subject, text) => {
    expect(await readLetter(content)).toEqual({ subject, text });
  });

  test("whatever it is, reading it does not fail", async () => {
    const piece = fc.constantFrom(
      "\r\n",
      "\r\n\r\n",
      "--b",
      "--b--",
      "Content-Type: ",
      "multipart/mixed; boundary=b",
      "=4",
      "=",
      "x",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), async (pieces) => {
        const { subject, text } = await readLetter(pieces.join(""));
        expect(typeof subject + typeof text).toBe("stringstring");
      }),
    );
  });

  test("a notice ends before the lines for administrators", () => {
    expect(withoutFacts("a\n\n    b\n\nc\n\n    d\n    e")).toBe("a\n\n    b\n\nc\n\n    …");
    expect(withoutFacts("a\nb")).toBe("a\nb");
  });
});
