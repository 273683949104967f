/** `surehop scan` as people run it: the real command over real sockets, killed half-way, gone on with, stopped, summed up, compared. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseLine, type CheckedLine } from "../../src/check/index.ts";
import { openLoopback, type HostKind, type Loopback } from "./loopback.ts";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
let world: Loopback;

beforeAll(async () => {
  world = await openLoopback();
});
afterAll(() => world.close());

interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** `first`: for the shell, before it becomes the command. */
function start(
  args: readonly string[],
  first = ":",
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const child = spawn("sh", ["-c", `${first}; exec "$0" "$@"`, process.execPath, command, ...args], {
    cwd: world.directory,
    env: { PATH: process.env["PATH"], HOME: world.directory, LANG: "C", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

const surehop = (...args: readonly string[]): Promise<Ran> => start(args).ended;
const quick = ["--per-address", "1/6000", "--per-block", "4/60000", "--per-operator", "20/60000"];
const scanTo = (out: string, ...more: readonly string[]): readonly string[] => [
  "scan",
  "list.txt",
  "--out",
  out,
  ...world.options,
  ...quick,
  ...more,
];

function linesOf(name: string): readonly CheckedLine[] {
  const path = join(world.directory, name);
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, "utf8").replace(/[^\n]*$/, "");
  return whole.split("\n").flatMap((text) => {
    const line = parseLine(text);
    return line?.outcome === "checked" ? [line] : [];
  });
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The busy host would have us wait for minutes: those who do not wait for it leave it alone. */
function withoutBusy(): readonly string[] {
  writeFileSync(join(world.directory, "opt-out.txt"), "127.51.7.0/24 # asked us to\n");
  return ["--opt-out", "opt-out.txt"];
}

const expected: Readonly<Record<HostKind, string>> = {
  keyed: "authenticated",
  trusted: "encrypted",
  clear: "cleartext",
  "self-signed": "encrypted",
  down: "unknown",
  busy: "unknown",
};

describe("surehop scan", () => {
  test("killed half-way and run again: every domain once, judged by its own server, and no server asked twice for nothing", async () => {
    const before = [...world.connections];
    const first = start(scanTo("killed.jsonl", ...withoutBusy(), "--concurrency", "2"));
    await until(() => linesOf("killed.jsonl").length >= 20);
    first.child.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    const half = linesOf("killed.jsonl").length;
    expect(half).toBeLessThan(50);
    // As a kill in the middle of a line leaves it.
    const path = join(world.directory, "killed.jsonl");
    writeFileSync(path, `${readFileSync(path, "utf8").replace(/[^\n]*$/, "")}{"v":1,"domain":"d4`);
    const again = await surehop(...scanTo("killed.jsonl", ...withoutBusy(), "--json"));
    expect([again.code, again.err]).toEqual([0, expect.stringContaining(`${half} domains are in`)]);
    const lines = linesOf("killed.jsonl");
    expect(lines.map(({ domain }) => domain).sort()).toEqual([...world.domains].sort());
    for (const { domain, level } of lines)
      expect([domain, level]).toEqual([domain, expected[world.hostOf(domain).kind]]);
    expect(JSON.parse(again.out)).toMatchObject({
      version: 1,
      domains: 50,
      checked: 50,
      levels: { authenticated: 13 },
    });
    // Session, RSA and ECDSA: three connections make one look. Who has a line was looked at; only what was under way is looked at again.
    const made = world.connections.map((count, place) => count - (before[place] ?? 0));
    const known = new Set(
      linesOf("killed.jsonl")
        .slice(0, half)
        .map(({ domain }) => world.hostOf(domain).place),
    );
    expect(known.size).toBeGreaterThan(2);
    for (const [place, count] of made.entries()) expect(count).toBeLessThanOrEqual(known.has(place) ? 3 : 6);
    expect(made[7]).toBe(0);
    expect(existsSync(`${path}.probes`)).toBe(false);
  });

  test("says who it is: its name in EHLO, a contact before QUIT", async () => {
    const { code } = await surehop(
      ...scanTo("who.jsonl", ...withoutBusy(), "--ehlo", "scan.example.net", "--contact", "scan@example.net"),
    );
    expect(code).toBe(0);
    expect([...world.heard]).toContain("EHLO scan.example.net");
    expect([...world.heard].filter((line) => line.startsWith("NOOP"))).toEqual([
      'NOOP "looking at mail servers, sending no mail; contact: scan@example.net"',
    ]);
    expect([...world.heard]).toContain("QUIT");
  });

  test('a server that says "not now" is paced, and Ctrl-C stops it cleanly; the rest is done the next time', async () => {
    const run = start(scanTo("stopped.jsonl"));
    await until(() => linesOf("stopped.jsonl").length >= 44);
    const asked = world.connections[7] ?? 0;
    run.child.kill("SIGINT");
    const { code, err } = await run.ended;
    expect(code).toBe(1);
    expect(err).toContain("the same command goes on from there");
    expect(linesOf("stopped.jsonl")).toHaveLength(44);
    // It has been asked once; the next time would come after minutes.
    expect(asked).toBe(1);
    expect(existsSync(join(world.directory, "stopped.jsonl.probes"))).toBe(true);
    const again = await surehop(...scanTo("stopped.jsonl", ...withoutBusy()));
    expect(again.code).toBe(0);
    expect(linesOf("stopped.jsonl")).toHaveLength(50);
    expect(again.out).toMatch(/How safe is mail to 50 domains\?/);
  });

  test("two at once on one output: the second is sent away", async () => {
    const run = start(scanTo("locked.jsonl"));
    await until(() => existsSync(join(world.directory, "locked.jsonl.probes")) && linesOf("locked.jsonl").length > 0);
    const { code, err } = await surehop(...scanTo("locked.jsonl"));
    expect([code, err]).toEqual([1, expect.stringContaining("Another scan is writing")]);
    run.child.kill("SIGINT");
    await run.ended;
  });

  test("summed up again, as a page too, and compared with another", async () => {
    const page = await surehop("scan", "summary", "who.jsonl", "--html", "page.html", "--lang", "zh-CN");
    expect([page.code, page.err]).toEqual([0, ""]);
    expect(page.out).toContain("谁能读到邮件");
    const html = readFileSync(join(world.directory, "page.html"), "utf8");
    expect(html).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
    expect(html).not.toMatch(/<script|https?:\/\//);

    const path = join(world.directory, "who.jsonl");
    const worse = readFileSync(path, "utf8").replace(
      /("domain":"d0\.example".*?"level":)"authenticated"/,
      '$1"cleartext"',
    );
    writeFileSync(join(world.directory, "later.jsonl"), worse.replace(/^.*"d1\.example".*\n/m, ""));
    const { code, out } = await surehop("scan", "diff", "who.jsonl", "later.jsonl", "--json");
    expect(code).toBe(0);
    const diff = JSON.parse(out) as { counts: object; changes: { worse: object[]; removed: object[] } };
    expect(diff.counts).toEqual({ worse: 1, better: 0, changed: 0, added: 0, removed: 1 });
    expect(diff.changes.worse).toMatchObject([{ domain: "d0.example", after: { level: "cleartext" } }]);
    expect(diff.changes.removed).toMatchObject([{ domain: "d1.example" }]);
    expect((await surehop("scan", "diff", "who.jsonl", "later.jsonl")).out).toContain("1 became worse");
  });

  test("the disk is full half-way: it says so, and with more room it goes on, with no domain lost or done twice", async () => {
    // The shell counts in blocks of 512 bytes.
    const blocks = 120;
    const full = await start(scanTo("full.jsonl", ...withoutBusy()), `ulimit -f ${blocks}`).ended;
    expect([full.code, full.err]).toEqual([1, expect.stringMatching(/cannot be written: .*(?:EFBIG|EIO|ENOSPC)/)]);
    expect(full.err).not.toMatch(/SQLITE|    at /);
    const before = linesOf("full.jsonl").length;
    expect(before).toBeLessThan(50);
    const { code } = await surehop(...scanTo("full.jsonl", ...withoutBusy()));
    expect(code).toBe(0);
    expect(
      linesOf("full.jsonl")
        .map(({ domain }) => domain)
        .sort(),
    ).toEqual([...world.domains].sort());
  });

  test.skipIf(process.platform !== "linux")(
    "a scan bounds its own memory, and leaves the bounds that somebody else has set",
    async () => {
      const flagsOf = async (name: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
        const run = start(scanTo(name, ...withoutBusy()), undefined, env);
        await until(() => linesOf(name).length > 0);
        const flags = readFileSync(`/proc/${run.child.pid}/cmdline`, "utf8").split("\0");
        run.child.kill("SIGINT");
        await run.ended;
        return flags.filter((flag) => flag.startsWith("--max-"));
      };
      expect(await flagsOf("own.jsonl", {})).toEqual(["--max-old-space-size=128", "--max-semi-space-size=2"]);
      expect(await flagsOf("given.jsonl", { NODE_OPTIONS: "--max-old-space-size=900" })).toEqual([]);
    },
  );

  const refused: readonly (readonly [args: readonly string[], why: RegExp])[] = [
    [["scan"], /Which domains\?/],
    [["scan", "list.txt"], /--out/],
    [["scan", "list.txt", "--out", "x.jsonl"], /says who it is/],
    [["scan", "gone.txt", "--out", "x.jsonl", "--port", "2525"], /there is no such place \(ENOENT\)/],
    [["scan", "list.txt", "--out", "list.txt", "--port", "2525"], /not written by a scan \(line 1\)/],
    [["scan", "list.txt", "--out", "x.jsonl", "--port", "2525", "--per-address", "0/1"], /1\/20/],
    [["scan", "list.txt", "--out", "x.jsonl", "--port", "2525", "--concurrency", "0"], /between 1 and/],
    [["scan", "list.txt", "--out", "x.jsonl", "--port", "2525", "--contact", "nobody"], /neither a mail address/],
    [
      ["scan", "list.txt", "--out", "x.jsonl", "--port", "2525", "--opt-out", "ca.pem"],
      /neither a domain nor a network/,
    ],
    [["scan", "diff", "list.txt", "list.txt"], /not written by a scan/],
  ];
  test.each(refused)("%j: the command is not understood, and says why", async (args, why) => {
    const list = readFileSync(join(world.directory, "list.txt"), "utf8");
    const { code, err } = await surehop(...args);
    expect(code).toBe(2);
    expect(err).toMatch(why);
    expect(readFileSync(join(world.directory, "list.txt"), "utf8"), "nothing was touched").toBe(list);
  });
});
