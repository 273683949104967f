/** What benchmarks of relaying share: a receiver, a relay, and a load that passes from one end to the other. */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Authority } from "../../src/lab/index.ts";
import { eventually, freePort, waitForGreeting } from "../../test/peers/wait.ts";
import { cpuSeconds, memoryBytes } from "./processes.ts";

/** Where a benchmark keeps its files, and the processes that end with it. */
export interface Bench {
  readonly scratch: string;
  readonly authority: Authority;
  readonly children: ChildProcess[];
}

export interface Counts {
  readonly messages: number;
  readonly bytes: number;
  readonly connections: number;
  readonly handshakes: number;
}

export interface Measured {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly peak: number;
  readonly handshakes: number;
}

export interface Sink {
  ask(command: "reset" | "count"): Promise<Counts>;
  /** Resolves when so many messages have come since the last reset. */
  reached(messages: number): Promise<Counts>;
}

/** `names`: whom its certificate is for. */
export async function startSink(
  { authority, children }: Bench,
  port: number,
  { names, address = "127.0.0.1" }: { readonly names: readonly string[]; readonly address?: string },
): Promise<Sink & { readonly certificate: string }> {
  const leaf = authority.issue({ names });
  const child = fork(new URL("receiver.ts", import.meta.url), [String(port), address], {
    execPath: process.execPath,
    env: { ...process.env, RECEIVER_CERT: leaf.cert, RECEIVER_KEY: leaf.key },
  });
  children.push(child);
  await once(child, "message");
  const answer = async (): Promise<Counts> => {
    const [counts] = (await once(child, "message")) as [Counts];
    return counts;
  };
  return {
    certificate: leaf.cert,
    async ask(command) {
      child.send({ cmd: command });
      return command === "reset" ? { messages: 0, bytes: 0, connections: 0, handshakes: 0 } : answer();
    },
    async reached(messages) {
      child.send({ cmd: "reached", messages });
      return answer();
    },
  };
}

export interface Running {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A relay as it is shipped, with a listener for local clients; `toml` is the rest of its configuration. */
export async function startSurehop({ scratch, children }: Bench, data: string, toml: string): Promise<Running> {
  const port = await freePort();
  const file = join(scratch, `surehop${port}.toml`);
  writeFileSync(
    file,
    `[server]\nhostname = "relay.example"\ndata = "${data}"\n` +
      `[listen]\nlocal = ["127.0.0.1:${port}"]\nhttp = "127.0.0.1:${await freePort()}"\n[log]\nlevel = "warn"\n${toml}`,
  );
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const command = new URL("../../bin/surehop.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [command, "start", "--config", file, "--allow-root"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.push(child);
  await waitForGreeting(port, 30_000);
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

export interface Load {
  readonly messages: number;
  readonly sessions: number;
  readonly messageBytes: number;
  readonly to: string;
}

const passMaxMs = 300_000;

/** From the first connection to the last delivery; the load comes from Postfix's smtp-source. */
export async function pass(sink: Sink, { port, pid }: Running, load: Load): Promise<Measured> {
  await sink.ask("reset");
  const cpuBefore = cpuSeconds(pid);
  let peak = memoryBytes(pid);
  const sampler = setInterval(() => (peak = Math.max(peak, memoryBytes(pid))), 250);
  const startedAt = performance.now();
  const options = `-s ${load.sessions} -l ${load.messageBytes} -m ${load.messages} -d`;
  const envelope = `-f sender@source.example -t ${load.to}`;
  const source = spawn("/usr/sbin/smtp-source", `${options} ${envelope} 127.0.0.1:${port}`.split(" "));
  source.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  const counts = await eventually("the last delivery", passMaxMs, async () => {
    const now = await sink.ask("count");
    return now.messages >= load.messages ? now : undefined;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(sampler);
  return {
    perSecond: load.messages / seconds,
    cpuMs: ((cpuSeconds(pid) - cpuBefore) * 1000) / load.messages,
    peak: Math.max(peak, memoryBytes(pid)),
    handshakes: counts.handshakes / load.messages,
  };
}
