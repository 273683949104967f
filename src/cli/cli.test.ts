/**
 * The command as people run it: a process of its own, its output and its exit code. Tables of wrong usage call the same code
 * without a new process for each row.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runIn, type Ran } from "../../test/support/cli.ts";
import { verifyPassword } from "../intake/index.ts";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-cli-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function surehop(
  args: readonly string[],
  options: { input?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: directory,
      env: {
        PATH: process.env["PATH"],
        HOME: directory,
        LANG: "C",
        XDG_STATE_HOME: join(directory, "state"),
        ...options.environment,
      },
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
    child.stdin.end(options.input ?? "");
  });
}

const inProcess = (args: readonly string[]): Promise<Ran> => runIn(directory, args);

describe("help", () => {
  test("in English and in Chinese, by option or environment", async () => {
    const english = await surehop(["--help"]);
    expect(english).toMatchObject({ code: 0, err: "" });
    expect(english.out).toContain("Usage: surehop");
    for (const chinese of [
      await surehop(["--lang", "zh-CN", "--help"]),
      await surehop(["--help"], { environment: { LANG: "zh_CN.UTF-8" } }),
      await surehop(["--help"], { environment: { LANG: "en_US.UTF-8", LC_ALL: "zh_CN.UTF-8" } }),
    ]) {
      expect(chinese.code).toBe(0);
      expect(chinese.out).toContain("用法");
      expect(chinese.out).not.toContain("Options:");
    }
  });

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await surehop(["--version"])).toMatchObject({ code: 0, out: `${version}\n`, err: "" });
  });

  test.each<[args: readonly string[], said: RegExp, why: string]>([
    [["sned"], /no command sned\. Did you mean send\?/, "a misspelt command"],
    [["start", "--confg"], /no option --confg\. Did you mean --config\?/, "a misspelt option"],
    [["queue", "show"], /argument is missing: id/, "no id"],
    [["send"], /--to .* is needed/, "no recipient"],
    [["start", "--config"], /needs a value/, "no value"],
    [["--lang", "fr", "--help"], /no language "fr" here\. Known: en, zh-CN/, "a language that we do not speak"],
  ])("%j is wrong usage: %s", async (args, said) => {
    const ran = await inProcess(args);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toMatch(said);
  });
});

describe("init and config check", () => {
  const init = ["init", "--yes", "--hostname", "mail.example.org", "--data", "queue"] as const;

  test("what init writes is good, kept from others, and let alone by a second init", async () => {
    const made = await surehop(init);
    expect(made.code).toBe(0);
    const file = join(directory, "surehop.toml");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "surehop-key.pem")).mode & 0o777).toBe(0o600);
    expect(made.out).toContain("self-signed");
    const text = readFileSync(file, "utf8");
    const password = /has the password (\S+)/.exec(made.out)?.[1] ?? "";
    const hash = /^password = "(.*)"$/m.exec(text)?.[1] ?? "";
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(text).not.toContain(password);

    expect(await surehop(["config", "check"])).toMatchObject({ code: 0 });
    const again = await inProcess(init);
    expect(again.code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect((await inProcess([...init, "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).not.toBe(text);
  });

  test("in Chinese the file's comments are Chinese, and it is as good", async () => {
    expect((await inProcess(["--lang", "zh-CN", ...init])).code).toBe(0);
    expect(readFileSync(join(directory, "surehop.toml"), "utf8")).toContain("其他邮件服务器");
    expect((await inProcess(["config", "check"])).code).toBe(0);
  });

  test("the password comes from the environment if one is named", async () => {
    const made = await surehop([...init, "--password-env", "SECRET"], { environment: { SECRET: "correct horse" } });
    expect(made.out).not.toContain("correct horse");
    const hash = /^password = "(.*)"$/m.exec(readFileSync(join(directory, "surehop.toml"), "utf8"))?.[1] ?? "";
    expect(await verifyPassword("correct horse", hash)).toBe(true);
  });

  test.each<[args: readonly string[], why: string]>([
    [["init", "--hostname", "mail.example.org"], "no terminal, and no --yes"],
    [["init", "--yes", "--hostname", "localhost"], "a name that means nothing elsewhere"],
    [["init", "--yes", "--hostname", "mail.example.org", "--certificate", "cert.pem"], "a certificate without its key"],
    [["init", "--yes", "--hostname", "mail.example.org", "--password-env", "UNSET"], "an empty password"],
  ])("%j writes nothing: %s", async (args) => {
    expect((await inProcess(args)).code).toBe(2);
    expect(existsSync(join(directory, "surehop.toml"))).toBe(false);
    expect(existsSync(join(directory, "surehop-key.pem"))).toBe(false);
  });

  test("what could not be read back is not written", async () => {
    const ran = await inProcess([...init, "--run-as", "no spaces allowed"]);
    expect(ran.code).toBe(1);
    expect(existsSync(join(directory, "surehop.toml"))).toBe(false);
  });

  test("config check explains each fault with its line and a remedy, in both languages and as JSON", async () => {
    writeFileSync(join(directory, "surehop.toml"), '[server]\nhostnam = "mail.example.org"\ndata = "queue"\n', {
      mode: 0o600,
    });
    const english = await surehop(["config", "check"]);
    expect(english.code).toBe(1);
    expect(english.err).toContain('surehop.toml:2:1: There is no setting "server.hostnam". Did you mean "hostname"?');
    expect(english.err).toContain('→ Write "hostname".');
    expect((await inProcess(["config", "check", "--lang", "zh-CN"])).err).toContain("您是想写“hostname”吗");
    const json = await inProcess(["config", "check", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      faults: expect.arrayContaining([expect.objectContaining({ code: "misspelt-key", line: 2, column: 1 })]),
    });
  });

  test("a configuration that is not there is said to be missing", async () => {
    const ran = await inProcess(["config", "check", "--config", "none.toml"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("surehop init");
  });
});

describe("password", () => {
  test("from a pipe to a hash, with or without a line's end", async () => {
    for (const input of ["correct horse\n", "correct horse"]) {
      const { code, out } = await surehop(["password"], { input });
      expect(code).toBe(0);
      expect(await verifyPassword("correct horse", out.trim())).toBe(true);
    }
  });
  test("nothing is not a password", async () => {
    expect(await surehop(["password"], { input: "\n" })).toMatchObject({ code: 1, out: "" });
  });
});

describe("queue", () => {
  test("where there is none yet it is empty, and that is said", async () => {
    const json = await surehop(["queue", "list", "--json"]);
    expect(json).toMatchObject({ code: 0, out: "[]\n" });
    expect(json.err).toContain("no queue yet");
    expect((await inProcess(["queue", "list"])).out).toContain("Nothing waits");
  });

  test.each<[args: readonly string[], why: string]>([
    [["queue", "hold"], "no messages are named"],
    [["queue", "delete", "A", "--all"], "some, and all"],
    [["queue", "list", "--limit", "0"], "nothing to list"],
    [["queue", "list", "--which", "some"], "no such choice"],
    [["queue", "list", "--domain", "a..b"], "no domain"],
  ])("%j is wrong usage: %s", async (args) => {
    expect((await inProcess(args)).code).toBe(2);
  });

  test("a message that is not there", async () => {
    expect((await inProcess(["queue", "show", "NOPE"])).code).toBe(1);
  });
});

// Needs a Node.js below 26 outside the checkout; CI's Debian machines have one.
const olderNode = "/usr/bin/node";
const isOlder =
  existsSync(olderNode) && /^v(?:1\d|2[0-5])\./.test(spawnSync(olderNode, ["--version"], { encoding: "utf8" }).stdout);

describe.skipIf(!isOlder)("on an older Node.js (skipped where /usr/bin/node is missing or new enough)", () => {
  const bare = { PATH: "/usr/bin:/bin", LANG: "C" };

  test("the checkout's own Node.js takes over: output, input and exit code pass through", () => {
    const ran = spawnSync(olderNode, [command, "password"], { input: "correct horse", encoding: "utf8", env: bare });
    expect(ran.stdout).toMatch(/^scrypt\$/);
    expect(ran.stderr).toBe("");
    expect(spawnSync(olderNode, [command, "sned"], { env: bare }).status).toBe(2);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s sent to it alone is passed on, and it stops cleanly",
    async (signal) => {
      const env = { ...bare, HOME: directory, XDG_STATE_HOME: join(directory, "state") };
      const child = spawn(olderNode, [command, "try"], { cwd: directory, env, stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      let out = "";
      for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
        if (!out.includes("careless") && (out + chunk).includes("careless")) child.kill(signal);
        out += chunk;
      }
      expect(await ended).toBe(0);
    },
  );

  test("without one it says what is needed", () => {
    mkdirSync(join(directory, "bin"));
    copyFileSync(command, join(directory, "bin", "surehop.mjs"));
    const alone = (language: string) =>
      spawnSync(olderNode, [join(directory, "bin", "surehop.mjs")], {
        encoding: "utf8",
        env: { ...bare, LANG: language },
      });
    expect(alone("C")).toMatchObject({ status: 1, stderr: expect.stringContaining("needs Node.js 26") });
    expect(alone("zh_CN.UTF-8")).toMatchObject({ status: 1, stderr: expect.stringContaining("需要 Node.js 26") });
  });
});

test("start says why it cannot", async () => {
  writeFileSync(join(directory, "surehop.toml"), "[server]\n");
  chmodSync(join(directory, "surehop.toml"), 0o600);
  const ran = await surehop(["start"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('"server.hostname" is missing');
});

test.skipIf(process.platform === "win32")(
  "a relay bounds its new space, and leaves a bound that somebody has set",
  async () => {
    // Each Node.js that begins tells the flags it was given, and the first one becomes the second.
    const tellFlags = "--import=data:text/javascript,console.log(JSON.stringify(process.execArgv))";
    const flagsOf = async (options: string): Promise<readonly unknown[]> => {
      const { out } = await surehop(["start"], { environment: { NODE_OPTIONS: `${tellFlags} ${options}` } });
      return out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
    };
    expect(await flagsOf("")).toEqual([[], ["--max-semi-space-size=2"]]);
    expect(await flagsOf("--max-semi-space-size=16")).toEqual([[]]);
  },
);
