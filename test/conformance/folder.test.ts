import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { playFolder, summary, tell } from "./folder.ts";
import { entry, range, record, replayText, signingKey } from "./made-replay.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "surehop-replays-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = signingKey("example.", 8);
const www = [record("www.example. A 192.0.2.80")];

function replay(rcode: string, config?: readonly string[]): string {
  const answers = [
    entry({ question: "example. IN DNSKEY", answer: key.signed([key.dnskey]) }),
    entry({ question: "www.example. IN A", answer: key.signed(www) }),
  ];
  return replayText({
    anchors: [key.ds(2)],
    ranges: [range("192.0.2.53", answers)],
    steps: [
      `STEP 1 QUERY\n${entry({ question: "www.example. A", reply: "RD DO" })}`,
      `STEP 2 CHECK_ANSWER\n${entry({ match: "all", question: "www.example. A", reply: `QR AD ${rcode}`, answer: www })}`,
    ],
    ...(config === undefined ? {} : { config }),
  });
}

const main = fileURLToPath(new URL("main.ts", import.meta.url));

function run(...args: readonly string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout) => {
      const code = typeof error?.code === "number" ? error.code : error === null ? 0 : -1;
      resolve({ code, lines: stdout.trimEnd().split("\n") });
    });
  });
}

describe("npm run test:replays", () => {
  test("tells of each replay by name, sums up in the last line, and exits 1 on a failure only", async () => {
    writeFileSync(join(folder, "good.rpl"), replay("NOERROR"));
    writeFileSync(join(folder, "other.rpl"), replay("NOERROR", ["rpz:"]));
    writeFileSync(join(folder, "notes.txt"), "not a replay");
    expect(await run(folder)).toEqual({
      code: 0,
      lines: [
        "passed          good.rpl",
        "not applicable  other.rpl: answers come from a response policy zone",
        "1 passed, 0 failed, 1 skipped",
      ],
    });
    writeFileSync(join(folder, "bad.rpl"), replay("SERVFAIL"));
    const { code, lines } = await run(folder);
    expect(code).toBe(1);
    expect(lines[0]).toBe("failed          bad.rpl");
    expect(lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
    expect((await run(folder, "--trace", "good")).lines).toContain("    192.0.2.53 UDP: www.example A: NOERROR");
  });

  test("exits 2 where there is nothing to play", async () => {
    expect((await run()).code).toBe(2);
    expect((await run(folder, "--trace", "nothing")).code).toBe(2);
  });
});

test("a replay that breaks the player fails, and the others are played", async () => {
  writeFileSync(join(folder, "good.rpl"), replay("NOERROR"));
  const played = await playFolder(
    folder,
    {
      createValidator: () => {
        throw new Error("broken");
      },
    },
    "good",
  );
  expect(played).toEqual([{ name: "good.rpl", outcome: { kind: "failed", reasons: ["cannot be played: broken"] } }]);
});

test("what is told of a folder: each by name with its fate, then the sum", () => {
  const played = [
    { name: "a.rpl", outcome: { kind: "passed", notes: ["step 1: n"] } },
    { name: "b.rpl", outcome: { kind: "failed", reasons: ["step 1: r"] } },
    { name: "c.rpl", outcome: { kind: "skipped", reason: "s" } },
  ] as const;
  expect(played.flatMap(tell).map((line) => line.replace(/\s+/g, " "))).toEqual([
    "passed a.rpl",
    " note: step 1: n",
    "failed b.rpl",
    " step 1: r",
    "not applicable c.rpl: s",
  ]);
  expect(summary(played)).toBe("1 passed, 1 failed, 1 skipped");
});
