/** A daemon in the foreground, with a directory of its own, ended when the test ends. */
import { spawn } from "node:child_process";
import { existsSync, openSync, closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseWireName, type WireName } from "../../../src/dns/index.ts";
import { eventually } from "../../peers/wait.ts";
import { createClient } from "../client.ts";
import { programPath } from "./programs.ts";

export interface Daemon {
  readonly port: number;
  readonly pid: number;
  log(): string;
  /** Rejects if it ends before it is stopped. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly port: number;
  /** A name whose SOA it answers for when it is ready. */
  readonly probe: string;
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 5_000;
const probeTimeoutMs = 200;
const logTailBytes = 4000;

export async function startDaemon({ name, program, args, directory, port, probe }: DaemonOptions): Promise<Daemon> {
  const path = join(directory, `${name}.out`);
  const output = openSync(path, "w");
  const child = spawn(programPath(program), args, { cwd: directory, stdio: ["ignore", output, output] });
  closeSync(output);
  const log = (): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  let failure: string | undefined;
  child.once("error", (error) => (failure = error.message));
  child.once("exit", (code, signal) => (failure ??= `it ended with ${code ?? signal}`));
  let stopping = false;
  const died = new Promise<never>((_resolve, reject) => {
    void ended.then(() => stopping || reject(new Error(`${name} died: ${failure}\n${log().slice(-logTailBytes)}`)));
  });
  died.catch(() => {});
  const stop = async (): Promise<void> => {
    stopping = true;
    process.off("exit", orphaned);
    child.kill("SIGTERM");
    const hard = setTimeout(orphaned, stopTimeoutMs);
    await ended;
    clearTimeout(hard);
  };
  const client = createClient(port);
  try {
    await eventually(`${name} to answer`, startTimeoutMs, async () => {
      if (failure !== undefined) throw new Error(failure);
      const patience = new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), probeTimeoutMs));
      const answer = await Promise.race([client.ask(nameOf(probe), "SOA"), patience]);
      return answer?.ok === true && answer.value.rcode === 0 && answer.value.answers.length > 0 ? true : undefined;
    });
  } catch (error) {
    if (failure === undefined) await stop();
    throw new Error(`${name} does not serve: ${String(error)}\n${log().slice(-logTailBytes)}`, { cause: error });
  } finally {
    client.close();
  }
  return { port, pid: child.pid ?? 0, log, died, stop };
}

/** Names here are made by us: one that cannot be read is a bug. */
export function nameOf(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name: ${text}`);
  return parsed.value;
}
