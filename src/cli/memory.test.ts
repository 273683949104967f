/** `surehop memory` over a store as a relay fills it; once as a process of its own, beside one that is learning. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runIn, type Ran } from "../../test/support/cli.ts";
import { domain, noLog, noMetrics, type DomainName, type Level } from "../base/index.ts";
import { createMemory, rememberedFloor, type Memory } from "../policy/index.ts";
import { factsFile, openFactStore, openMemoryStore, type FactStore } from "../system/index.ts";
import { manualClock, type ManualClock } from "../../test/support/clock.ts";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
const day = 86_400_000;
const org = domain("example.org");
const net = domain("example.net");
const mx = "mx.example.org";

let directory = "";
let clock: ManualClock;
let relay: { readonly facts: FactStore; readonly memory: Memory } | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-cli-memory-"));
  clock = manualClock();
});

afterEach(() => {
  stop();
  rmSync(directory, { recursive: true, force: true });
});

function start(): Memory {
  const facts = openFactStore({ directory, role: "relay" });
  const memory = createMemory({ store: openMemoryStore(facts), clock, log: noLog, metrics: noMetrics });
  relay = { facts, memory };
  return memory;
}

function stop(): void {
  relay?.memory.close();
  relay?.facts.close();
  relay = undefined;
}

async function establish(memory: Memory, whose: DomainName, host: string, level: Level): Promise<void> {
  memory.delivered(whose, host, level);
  await clock.advance(day);
  memory.delivered(whose, host, level);
  memory.delivered(whose, host, level);
  await clock.advance(2_000);
}

const run = (...args: readonly string[]): Promise<Ran> => runIn(directory, [...args, "--queue", directory]);

function spawned(...args: readonly string[]): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args, "--queue", directory], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, LANG: "C", USER: "ops" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out }));
  });
}

describe("show", () => {
  test("where there is nothing yet, that is said, and nothing is made", async () => {
    const all = await run("memory", "show");
    expect(all).toMatchObject({ code: 0, out: "Nothing is remembered yet.\nNothing is suspected.\n" });
    expect(all.err).toContain("Nothing has been learned yet");
    expect(await run("memory", "show", "example.org")).toMatchObject({
      code: 0,
      out: "Nothing is remembered of example.org.\n",
    });
    expect(JSON.parse((await run("memory", "show", "--json")).out)).toEqual({
      domains: 0,
      hosts: 0,
      suspected: [],
      forgettings: [],
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("of a domain: what was met, since when, what is expected, what is suspected", async () => {
    const memory = start();
    await establish(memory, org, mx, "authenticated");
    memory.fellShort(org, mx, "authenticated", "certificate-expired");
    memory.delivered(org, "mx2.example.org", "encrypted");
    stop();
    const { code, out } = await run("memory", "show", "example.org");
    expect(code).toBe(0);
    expect(out).toMatch(/went there encrypted 3 times on 2 days, first on .+, last on .+\./);
    expect(out).toContain("The server proved who it is for example.org 3 times on 2 days");
    expect(out).toContain("expected to prove who it is");
    expect(out).toContain("It met less than that: first on");
    expect(out).toContain("mx.example.org showed a certificate that has run out.");
    expect(out).toMatch(/mx2\.example\.org\n.*encrypted once/);
    expect(out).toContain("any other server that is named for it must encrypt as well");
    const chinese = await run("--lang", "zh-CN", "memory", "show", "example.org");
    expect(chinese.out).toContain("曾加密送达这里 3 次，分布在 2 天里");
    expect(chinese.out).toContain("mx.example.org 出示的证书已经过期。");
  });

  test("of a domain, for programs", async () => {
    const memory = start();
    await establish(memory, org, mx, "encrypted");
    const { out } = await run("memory", "show", "example.org", "--json");
    expect(JSON.parse(out)).toMatchObject({
      domain: "example.org",
      hosts: [{ host: mx, established: "encrypted", remembered: { encrypted: { deliveries: 3, days: 2 } } }],
      ofOthers: "encrypted",
      forgettings: [],
    });
  });

  test("without a domain: how much is remembered, and what is suspected", async () => {
    const memory = start();
    await establish(memory, org, mx, "encrypted");
    memory.fellShort(org, mx, "encrypted", "starttls-missing");
    memory.fellShort(net, mx, "encrypted", "handshake-reset");
    stop();
    const { out } = await run("memory", "show");
    expect(out).toContain("2 domains and one mail server are remembered.");
    expect(out).toContain("2 servers met less than they are known for:");
    expect(out).toContain("mx.example.org did not offer encryption.");
    expect(out, "nobody's mail for example.net has been there").toContain("More is expected of it nevertheless");
  });

  test("a file that cannot be read is said to be so", async () => {
    writeFileSync(factsFile(directory), "not a database ".repeat(100));
    const { code, err } = await run("memory", "show", "example.org");
    expect(code).toBe(1);
    expect(err).toContain("cannot be read");
  });
});

describe("forget", () => {
  test("a domain, while the relay runs, by a process of its own: the relay takes notice, and it is written down", async () => {
    const memory = start();
    await establish(memory, org, mx, "encrypted");
    memory.delivered(org, mx, "encrypted");
    const { code, out } = await spawned("memory", "forget", "example.org", "--why", "their new server has no TLS yet");
    expect(code).toBe(0);
    expect(out).toContain("Forgotten: example.org (one entry).");
    await clock.advance(2_000);
    expect(rememberedFloor({ memory: memory.recall(org, [mx]), host: mx })).toBe("cleartext");
    stop();
    const told = await run("memory", "show", "example.org");
    expect(told.out).toContain("Nothing is remembered of example.org.");
    expect(told.out).toMatch(/On .*, ops had example\.org forgotten \(one entry\): “their new server has no TLS yet”/);
  });

  test("one server of a domain, while the relay is stopped", async () => {
    const memory = start();
    await establish(memory, org, mx, "encrypted");
    await establish(memory, org, "mx2.example.org", "encrypted");
    stop();
    expect((await run("memory", "forget", "example.org", "--host", mx, "--why", "replaced")).code).toBe(0);
    const { hosts } = JSON.parse((await run("memory", "show", "example.org", "--json")).out) as { hosts: unknown[] };
    expect(hosts).toMatchObject([{ host: "mx2.example.org" }]);
  });

  test("where other domains go on binding the server that is said, and the server can be forgotten for all", async () => {
    const memory = start();
    await establish(memory, org, mx, "encrypted");
    await establish(memory, net, mx, "encrypted");
    stop();
    const first = await run("memory", "forget", "example.org", "--why", "x");
    expect(first.out).toContain(`${mx} is still expected to encrypt`);
    const all = await run("memory", "forget", "--host", mx, "--why", "TLS was taken out", "--json");
    expect(JSON.parse(all.out)).toMatchObject({
      what: { host: mx },
      count: 1,
      why: "TLS was taken out",
      rows: [{ domain: net, host: mx }],
      stillEncryptedForOthers: [],
    });
    expect(openedFloor(net)).toBe("cleartext");
    const concerned = JSON.parse((await run("memory", "show", "example.net", "--json")).out) as {
      forgettings: unknown;
    };
    expect(concerned.forgettings, "told of the domain that it concerned").toMatchObject([{ what: { host: mx } }]);
    const other = JSON.parse((await run("memory", "show", "example.com", "--json")).out) as { forgettings: unknown };
    expect(other.forgettings).toEqual([]);
  });

  test("what is not remembered cannot be forgotten, and nothing is written down", async () => {
    await establish(start(), org, mx, "encrypted");
    stop();
    const { code, err } = await run("memory", "forget", "exmaple.org", "--why", "a slip");
    expect([code, err]).toEqual([1, "Nothing is remembered of exmaple.org.\n"]);
    expect(JSON.parse((await run("memory", "show", "--json")).out)).toMatchObject({ forgettings: [] });
  });

  test.each<[args: readonly string[], said: RegExp, why: string]>([
    [["example.org"], /--why .*is needed/, "no reason"],
    [["example.org", "--why", " "], /1 to 500 characters/, "an empty reason"],
    [["example.org", "--why", "x".repeat(501)], /1 to 500 characters/, "too long a reason"],
    [["--why", "x"], /a domain, or a server/, "nothing named"],
    [["a..b", "--why", "x"], /not a domain name/, "no domain"],
    [["example.org", "--host", "-", "--why", "x"], /not a domain name/, "no host"],
  ])("%j is wrong usage: %s", async (args, said) => {
    const { code, err } = await run("memory", "forget", ...args);
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });

  const pty = "/usr/bin/script";
  test.skipIf(!existsSync(pty)).each<[key: string, left: number, why: string]>([
    ["n", 1, "no"],
    ["y", 0, "yes"],
    ["\u0003", 1, "given up"],
  ])("on a terminal it asks first (skipped without /usr/bin/script): %j leaves %s", async (key, left) => {
    await establish(start(), org, mx, "encrypted");
    stop();
    const line = `stty cols 200; "${process.execPath}" "${command}" memory forget example.org --why x --queue "${directory}"`;
    const code = await answered(pty, ["-qec", line, "/dev/null"], "Forget example.org", key);
    expect(code).toBe(left);
    expect(JSON.parse((await run("memory", "show", "example.org", "--json")).out)).toMatchObject({
      hosts: Array.from({ length: left }, () => ({ host: mx })),
    });
  });

  test("a reason drives no terminal", async () => {
    await establish(start(), org, mx, "encrypted");
    stop();
    await run("memory", "forget", "example.org", "--why", "\u001b[2Jgone");
    expect((await run("memory", "show")).out).toContain("“?[2Jgone”");
  });
});

/** Types the key once the question is there. */
function answered(program: string, args: readonly string[], question: string, key: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: process.env["PATH"], HOME: directory, LANG: "C", TERM: "xterm" },
    });
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const before = shown.includes(question);
      shown += text;
      if (!before && shown.includes(question)) child.stdin.write(key);
    });
    child.once("error", reject);
    child.once("close", resolve);
    onTestFinished(() => void child.kill());
  });
}

function openedFloor(whose: DomainName): Level {
  const memory = start();
  const floor = rememberedFloor({ memory: memory.recall(whose, [mx]), host: mx });
  stop();
  return floor;
}
