/** `surehop explain` as people run it: files, standard input, JSON, languages, exit codes. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-explain-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function surehop(args: readonly string[], input = ""): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, LANG: "C" },
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
    // It may end before it has read all.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const line =
  "Nov 25 21:47:25 mail postfix/smtp[13423]: 2D279238422: to=<bob@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=0.2, delays=0/0/0/0, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx.example.net[192.0.2.1])\n";

describe("surehop explain", () => {
  test("a file, in words: what happened, whether it was exposed, who can mend it, what to do", async () => {
    writeFileSync(join(directory, "line.log"), line);
    const { code, out, err } = await surehop(["explain", "line.log"]);
    expect([code, err]).toEqual([0, ""]);
    const flat = out.replace(/\s+/g, " ");
    for (const text of [
      "Not delivered yet, it will be tried again: bob@example.net",
      "Encryption (TLS) was demanded, and mx.example.net did not offer it.",
      "Exposed? No, as far as this text tells.",
      "Who can mend it: The administrator of the recipient's mail server.",
      "offer STARTTLS on port 25",
    ])
      expect(flat).toContain(text);
  });

  test("standard input, in Chinese", async () => {
    const { code, out } = await surehop(["explain", "-", "--lang", "zh-CN"], line);
    expect(code).toBe(0);
    expect(out).toContain("就这段文字所示，没有");
    expect(out).toContain("收件方邮件服务器的管理员");
  });

  test("JSON for programs: every field is there, whatever is told", async () => {
    const { code, out } = await surehop(["explain", "-", "--json"], line);
    expect(code).toBe(0);
    const told = JSON.parse(out) as { explanations: readonly Record<string, unknown>[] };
    expect(told).toMatchObject({ version: 1, kind: "log", cut: null });
    expect(told.explanations).toHaveLength(1);
    expect(told.explanations[0]).toEqual({
      source: "postfix",
      message: "2D279238422",
      recipients: ["bob@example.net"],
      host: "mx.example.net",
      reporter: null,
      outcome: "delayed",
      cause: "tls-not-offered",
      exposed: "no",
      sent: "nothing",
      hop: "not-told",
      readers: [],
      mends: "recipient-admin",
      codes: { status: "4.7.4", reply: null, tlsResult: null },
      attempts: 1,
      sessions: null,
      notes: ["forgeable-reply"],
      said: "TLS is required, but was not offered by host mx.example.net[192.0.2.1]",
      words: {
        outcome: expect.any(String),
        happened: expect.any(String),
        exposed: expect.any(String),
        mends: expect.any(String),
        todo: expect.any(String),
        notes: [expect.any(String)],
      },
    });
  });

  test.each([
    [
      "a text that tells of no delivery",
      ["explain", "-"],
      "Dear Alice, see you on Monday.",
      1,
      "Nothing in it tells of a delivery",
    ],
    ["nothing at all", ["explain", "-"], "", 1, "Nothing in it tells of a delivery"],
    ["a file that is not there", ["explain", "absent.eml"], "", 2, "absent.eml cannot be read (ENOENT)"],
    ["a directory", ["explain", "."], "", 2, "cannot be read (EISDIR)"],
    ["no file named", ["explain"], "", 2, "An argument is missing"],
  ] as const)("%s", async (_what, args, input, code, said) => {
    const ran = await surehop(args, input);
    expect(ran).toMatchObject({ code, out: "" });
    expect(ran.err).toContain(said);
  });

  test("control characters of a stranger's do not reach the terminal", async () => {
    const { out } = await surehop(
      ["explain", "-"],
      line.replace("was not offered", "\x1b[31mwas\u202e not\x07 offered"),
    );
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
    expect(out).toContain("bob@example.net");
  });

  test("more than the limit: told as far as it was read, and that is said", async () => {
    const { code, err } = await surehop(["explain", "-"], line + "x\n".repeat(100_001));
    expect(code).toBe(0);
    expect(err).toContain("Only the first 100,000 lines were read.");
  });
});
