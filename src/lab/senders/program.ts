/** Programs of others': found, started, listened to and ended. The one place in the lab that starts any. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Clock } from "../../base/index.ts";

export const programLimits = {
  /** Of what a program says: the last of it is kept. */
  saidMaxBytes: 262_144,
  runTimeoutMs: 60_000,
  /** From a program's end until nobody is left who could say more: what it has started may hold its output open. */
  lastWordsTimeoutMs: 2_000,
  /** From being asked to end until it is made to. */
  endTimeoutMs: 3_000,
  lookEveryMs: 20,
  /** Of a log, at a time. */
  logChunkMaxBytes: 1_048_576,
} as const;

export interface Ended {
  /** Undefined: it was ended by a signal, or could not be started. */
  readonly status: number | undefined;
  /** Standard output and standard error. */
  readonly said: string;
  /** Standard output alone. */
  readonly output: string;
}

/** Where packages and `test/peers/install.sh` put programs. */
export function findProgram(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => existsSync(path));
}

/** A file that `test/peers/install.sh` has unpacked. */
export function unpacked(path: string): string {
  return new URL(`../../../var/peers/${path}`, import.meta.url).pathname;
}

/** Whether this machine has a user of that name. */
export function hasUser(name: string): boolean {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .some((line) => line.startsWith(`${name}:`));
}

/**
 * Runs it to its end; one that comes to none within `programLimits.runTimeoutMs` is ended, with all that it has started. Never rejects, and
 * never waits for longer than that and for its last words.
 */
export function run(
  clock: Clock,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = lead(program, args, env);
  const said = listen([child.stdout, child.stderr]);
  const output = listen([child.stdout]);
  const timer = clock.after(programLimits.runTimeoutMs, () => void endGroup(child));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      timer.cancel();
      resolve({ status: undefined, said: error.message, output: "" });
    });
    child.once("exit", (status) => {
      timer.cancel();
      const ended = (): void => resolve({ status: status ?? undefined, said: said(), output: output() });
      child.once("close", ended);
      clock.after(programLimits.lastWordsTimeoutMs, ended);
    });
  });
}

/** Starts a program that leads a group of its own: it can be ended together with what it has started. */
function lead(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...env },
  });
}

function endGroup({ pid }: ReturnType<typeof lead>): void {
  if (pid !== undefined) signalTo(-pid, "SIGKILL");
}

/** As `run`, for its standard output. Rejects with an Error, in the program's own words, unless it ends well. */
export async function runWell(clock: Clock, program: string, args: readonly string[]): Promise<string> {
  const { status, said, output } = await run(clock, program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${said.trim()}`);
  return output;
}

/** A program that goes on until it is ended. */
export interface Daemon {
  readonly pid: number;
  /** What it has said on standard output and standard error. */
  said(): string;
  readonly isGone: boolean;
  signal(name: "SIGHUP"): void;
  end(): Promise<void>;
}

export function startDaemon(
  clock: Clock,
  program: string,
  args: readonly string[],
  onSaid: (text: string) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Daemon {
  const child = lead(program, args, env);
  const said = listen([child.stdout, child.stderr], onSaid);
  let isGone = false;
  let failure = "";
  const gone = new Promise<void>((resolve) => {
    const note = (why: string): void => {
      isGone = true;
      failure = why;
      resolve();
    };
    child.once("error", (error) => note(error.message));
    child.once("exit", (status, signal) => note(`it ended with ${status ?? signal}`));
  });
  return {
    pid: child.pid ?? 0,
    said: () => `${said()}${failure}`,
    get isGone() {
      return isGone;
    },
    signal: (name) => void child.kill(name),
    async end() {
      child.kill("SIGTERM");
      const timer = clock.after(programLimits.endTimeoutMs, () => void endGroup(child));
      await gone;
      timer.cancel();
      // Its children may be busy with somebody who keeps them waiting.
      endGroup(child);
    },
  };
}

/** Ends a process that has left us, and waits until it has gone. */
export async function endProcess(clock: Clock, pid: number): Promise<void> {
  if (!signalTo(pid, "SIGTERM")) return;
  const isOver = await eventually(clock, programLimits.endTimeoutMs, () => !signalTo(pid, 0));
  if (!isOver) signalTo(pid, "SIGKILL");
}

/** False: there is none of that number. */
function signalTo(pid: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Looks again and again; false if it was in vain for so long. */
export async function eventually(
  clock: Clock,
  withinMs: number,
  probe: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  for (;;) {
    if (await probe()) return true;
    if (clock.monotonic() > until) return false;
    await pause(clock, programLimits.lookEveryMs);
  }
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** A log that another program writes: each look gives the whole lines that have come since. */
export class LogFile {
  readonly #path: string;
  #read = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Everything of it, for people. */
  text(): string {
    return readText(this.#path);
  }

  news(): readonly string[] {
    if (!existsSync(this.#path)) return [];
    const file = openSync(this.#path, "r");
    try {
      const length = Math.min(fstatSync(file).size - this.#read, programLimits.logChunkMaxBytes);
      if (length <= 0) return [];
      const chunk = Buffer.alloc(length);
      this.#read += readSync(file, chunk, 0, length, this.#read);
      const parts = Buffer.concat([this.#rest, chunk]);
      const end = parts.lastIndexOf(0x0a) + 1;
      this.#rest = parts.subarray(end);
      return parts.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
    } finally {
      closeSync(file);
    }
  }
}

/** Empty if there is no such file. */
export function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** A directory, and those above it, that every user may look into. */
export function makeDirectory(path: string, mode = 0o755): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

export function writeText(path: string, text: string, mode = 0o644): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** What of these names is in one directory is seen in the other too. */
export function linkFrom(from: string, to: string, names: readonly string[]): void {
  for (const name of names) if (existsSync(join(from, name))) symlinkSync(join(from, name), join(to, name));
}

export function filesIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

export function removeAll(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function listen(streams: readonly (Readable | null)[], onSaid: (text: string) => void = () => {}): () => string {
  let said = "";
  for (const stream of streams) {
    stream?.on("data", (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      said = (said + text).slice(-programLimits.saidMaxBytes);
      onSaid(text);
    });
  }
  return () => said;
}
