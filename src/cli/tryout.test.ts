/** The try-out as people run it: a process of its own, from its first words to Ctrl-C. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sandboxDomains } from "../lab/index.ts";
import { createWords } from "../words/index.ts";
import { columnsOf } from "./layout.ts";
import { readTryoutState } from "./tryout-state.ts";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  out(): string;
  /** Resolves when this was said. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

/** A home of its own for each test, so that they can run side by side; nothing of it survives the test. */
class Home {
  readonly directory = mkdtempSync(join(tmpdir(), "surehop-tryout-"));
  readonly environment: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: this.directory,
    LANG: "C",
    XDG_STATE_HOME: join(this.directory, "state"),
  };
  readonly #children: ChildProcessWithoutNullStreams[] = [];

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }

  leftBehind(): readonly string[] {
    return readdirSync(join(this.directory, "state", "surehop", "tryout"));
  }

  surehop(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Running {
    const env = { ...this.environment, ...extra };
    const child = spawn(process.execPath, [command, ...args], { cwd: this.directory, env });
    this.#children.push(child);
    let [out, err] = ["", ""];
    const waiters = new Set<() => void>();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      for (const waiter of waiters) waiter();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
      child.once("close", (code) => resolve({ code, err })),
    );
    return {
      child,
      out: () => out,
      ended,
      said: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const match = pattern.exec(out);
            if (match === null) return;
            waiters.delete(look);
            resolve(match);
          };
          waiters.add(look);
          void ended.then(({ code }) => reject(new Error(`ended with ${code}, having said: ${out}${err}`)));
          look();
        }),
    };
  }
}

describe.concurrent("once", () => {
  test.each(["en", "zh-CN"] as const)("(%s) tells every story, ends well, leaves nothing", async (language) => {
    using home = new Home();
    const words = createWords(language);
    const running = home.surehop(["--once", "--lang", language]);
    const { code, err } = await running.ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });

    const out = running.out();
    expect(out).toContain(words.say("cli-tryout-all-well", { count: sandboxDomains.length }));
    for (const { id, name } of sandboxDomains) {
      expect(out).toContain(`bob@${name}\n`);
      const [about = ""] = words.say(`cli-tryout-site-${id}`).split(/[ ，。]/, 1);
      expect(out).toContain(about);
    }
    // Who could read it, or why it was kept; and what the attackers have.
    const flat = out.replaceAll(/\s+/g, "");
    const count = (text: string): number => flat.split(text.replaceAll(/\s+/g, "")).length - 1;
    expect(count(words.say("read-cleartext"))).toBe(2);
    expect(count(words.say("cli-tryout-attacker-read", { text: words.say("cli-tryout-letter-text") }))).toBe(2);
    expect(count(words.say("cli-tryout-attacker-nothing"))).toBe(3);
    expect(count(words.say("fault-dane-mismatch", { host: "mx.swapped.example" }))).toBeGreaterThan(0);
    expect(count(words.say("proof-dane"))).toBeGreaterThan(0);
    expect(count(words.say("cli-tryout-forger-read", { text: words.say("cli-tryout-letter-text") }))).toBe(1);
    expect(count(words.say("cli-tryout-forger-nothing"))).toBe(1);
    for (const domain of ["anchored.example", "broken.example"]) {
      expect(count(words.say("deferred-dns-bogus", { domain }))).toBe(1);
    }
    // The name of the server that took it is proven by DNSSEC; the attacker's is proven by nothing.
    expect(count(words.say("proof-secure-mx"))).toBeGreaterThan(0);
    const hosts = "redirected-example.attacker.example";
    const forged = [words.say("planned", { domain: "redirected.example", hosts }), words.say("planned-mx-insecure")];
    expect(count(forged.join(""))).toBe(1);
    expect(count(words.say("fault-starttls-missing", { host: "mx.tapped.example" }))).toBeGreaterThan(0);
    expect(count(words.say("fault-certificate-name-mismatch", { host: "mx.impostor.example" }))).toBeGreaterThan(0);

    expect(out).not.toContain("\x1b");
    expect(out.split("\n").filter((line) => columnsOf(line) > 80)).toEqual([]);
    expect(home.leftBehind()).toEqual([]);
  });

  test("is the same by `try`, and a configuration that lies about does not change it", async () => {
    using home = new Home();
    writeFileSync(join(home.directory, "surehop.toml"), "nonsense");
    expect((await home.surehop(["try", "--once"]).ended).code).toBe(0);
    expect((await home.surehop(["--once"]).ended).code).toBe(0);
  });
});

describe.concurrent("until it is stopped", () => {
  test("it takes mail, tells its story, stops at Ctrl-C without a trace, and starts again", async () => {
    using home = new Home();
    const running = home.surehop([]);
    await running.said(/Ctrl-C/);
    const state = readTryoutState(home.environment);
    expect(state).toMatchObject({ user: "alice@tryout.example", pid: running.child.pid });
    expect(running.out()).toContain(state?.password);

    const sent = home.surehop(["send", "--to", "bob@safe.example", "--text", "hello"]);
    expect((await sent.ended).code).toBe(0);
    const id = (await sent.said(/Accepted as (\w{26})/))[1] ?? "";
    await running.said(new RegExp(`Message ${id}[^]*✓ Delivered to bob@safe\\.example`));

    const bounced = home.surehop(["send", "--to", "bob@closed.example"]);
    expect((await bounced.ended).code).toBe(3);
    await running.said(/Mail for alice@tryout\.example[^]*│ {5}bob@closed\.example[^]*…/);

    const listed = home.surehop(["queue", "list", "--which", "all"]);
    await listed.ended;
    expect(listed.out()).toContain(id);

    const asked = home.surehop(["dns", "query", "safe.example", "MX", "--json"]);
    expect(await asked.ended).toMatchObject({ code: 0, err: expect.stringMatching(/try-out is running/) as string });
    expect(JSON.parse(asked.out())).toMatchObject({ status: "secure" });

    const policy = home.surehop(["policy", "show", "bob@keyed.example", "--json"]);
    expect(await policy.ended).toMatchObject({ code: 0, err: expect.stringMatching(/try-out is running/) as string });
    expect(JSON.parse(policy.out())).toMatchObject({
      plan: { hosts: [{ level: "authenticated", proof: { kind: "dane" } }] },
    });

    const saved = join(home.directory, "keyed.json");
    const checked = home.surehop(["check", "keyed.example", "--json", "--save", saved]);
    await checked.ended;
    expect(JSON.parse(checked.out())).toMatchObject({
      domain: "keyed.example",
      level: "authenticated",
      untested: [],
    });
    const lab = ["lab", "--json", "--sender", "surehop", "--attack", "strip-ehlo", "--attack", "none"];
    const twin = home.surehop([...lab, "--replay", saved]);
    expect((await twin.ended).code).toBe(0);
    const receiver = "dane-ee-self-signed";
    expect(JSON.parse(twin.out())).toMatchObject({
      cells: [
        { receiver, attack: "none", predicted: "delivered", observed: "delivered" },
        { receiver, attack: "strip-ehlo", predicted: "held", observed: "held" },
      ],
    });
    rmSync(saved);
    expect((await home.surehop([...lab, "--replay", saved]).ended).code).toBe(2);

    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 0, err: "" });
    expect(running.out()).toMatch(/Stopped\. The sandbox is gone/);
    expect(home.leftBehind()).toEqual([]);

    const again = home.surehop([]);
    await again.said(/Ctrl-C/);
    const resent = home.surehop(["send", "--to", "bob@safe.example"]);
    expect((await resent.ended).code).toBe(0);
    const second = (await resent.said(/Accepted as (\w{26})/))[1] ?? "";
    await again.said(new RegExp(`Message ${second}[^]*✓ Delivered to bob@safe\\.example`));
    again.child.kill("SIGINT");
    expect(await again.ended).toEqual({ code: 0, err: "" });
    expect(home.leftBehind()).toEqual([]);
  });

  test("two at once do not get in each other's way", async () => {
    using home = new Home();
    const first = home.surehop([]);
    await first.said(/Ctrl-C/);
    const second = home.surehop([]);
    await second.said(/Ctrl-C/);
    const portsOf = ({ out }: Running): readonly string[] =>
      /port (\d+) \(TLS\) or (\d+)/.exec(out())?.slice(1, 3) ?? [];
    expect(new Set([...portsOf(first), ...portsOf(second)])).toHaveProperty("size", 4);
    // Only one of them can have the usual ports; whoever else is on this machine may have had them when the first began.
    expect(`${first.out()}${second.out()}`).toContain("Taken by somebody else: ");
    expect(second.out()).toContain(`Another try-out is running (process ${first.child.pid})`);
    expect(readTryoutState(home.environment)?.pid).toBe(first.child.pid);

    const [, password, args] = await second.said(/SUREHOP_PASSWORD=(\S+) surehop (send [^]*?ca\.pem)/);
    const sent = home.surehop((args ?? "").split(/[\s\\]+/), { SUREHOP_PASSWORD: password });
    expect(await sent.ended).toEqual({ code: 0, err: "" });
    const id = (await sent.said(/Accepted as (\w{26})/))[1] ?? "";
    await second.said(new RegExp(`Message ${id}`));
    expect(first.out()).not.toContain(id);

    second.child.kill("SIGTERM");
    expect((await second.ended).code).toBe(0);
    expect(readTryoutState(home.environment)?.pid).toBe(first.child.pid);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(0);
    expect(home.leftBehind()).toEqual([]);
  });

  test("what one that was killed left behind, the next clears away", async () => {
    using home = new Home();
    const killed = home.surehop([]);
    await killed.said(/Ctrl-C/);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(home.leftBehind()).not.toEqual([]);
    expect((await home.surehop(["--once"]).ended).code).toBe(0);
    expect(home.leftBehind().filter((name) => name.startsWith("run-"))).toEqual([]);
  });

  test("Ctrl-C stops it in the middle of its stories too", async () => {
    using home = new Home();
    const running = home.surehop([]);
    await running.said(/bob@careless/);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 0, err: "" });
  });
});
