/** Cells with other people's mail servers, played out in an enclosure in a process of its own (`inside.ts`). */
import { spawn } from "node:child_process";
import { enclosing, enclosureMissing, type Cell, type Failure } from "../../src/lab/index.ts";

export interface Wish {
  readonly senders: readonly string[];
  readonly receivers: readonly string[];
  /** `none`: the receiver without an attacker. */
  readonly attacks: readonly string[];
}

export interface Played {
  readonly cells: readonly Cell[];
  /** Why senders could not be put to the test: for people. */
  readonly missing: readonly string[];
}

/** Less than that of a test, so that what was said inside is told. */
const patienceMs = 840_000;

/** Rejects with what was said inside if it does not end well, or not in time, and if a cell was not played out. */
export function playInside(wish: Wish): Promise<Played> {
  const why = enclosureMissing();
  if (why !== undefined) return Promise.resolve({ cells: [], missing: [why] });
  const script = new URL("inside.ts", import.meta.url).pathname;
  const { program, args, env } = enclosing([process.execPath, script, JSON.stringify(wish)]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let output = "";
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const timer = setTimeout(() => {
    said += `it came to no end in ${patienceMs} ms`;
    child.kill("SIGKILL");
  }, patienceMs);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      clearTimeout(timer);
      if (status !== 0) return reject(new Error(said));
      try {
        resolve(playedIn(output));
      } catch (error) {
        reject(error);
      }
    });
  });
}

type Line = Cell | { readonly failure: Failure } | { readonly notInstalled: { readonly why: string } };

function playedIn(output: string): Played {
  const lines = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  const failures = lines.flatMap((line) => ("failure" in line ? [line.failure] : []));
  if (failures.length > 0) throw new Error(`not played out: ${failures.map((one) => JSON.stringify(one)).join("\n")}`);
  return {
    cells: lines.flatMap((line) => ("attack" in line ? [line] : [])),
    missing: [...new Set(lines.flatMap((line) => ("notInstalled" in line ? [line.notInstalled.why] : [])))],
  };
}
