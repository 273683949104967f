/** What a command has of the outside: streams, environment, directory. Passed in, so that commands stay plain functions. */
import type { Language, Words } from "../words/index.ts";

export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** People are at both ends: questions may be asked. */
  readonly isInteractive: boolean;
  /** Standard output is a terminal. */
  readonly hasColour: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
}

/** What every command is run with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly words: Words;
  readonly language: Language;
}

export function processTerminal(): Terminal {
  // Somebody who stops reading (`| head`) is no fault of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(exitCodes.ok);
    });
  }
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    hasColour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
    environment: process.env,
    directory: process.cwd(),
  };
}

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** `send`: at least one recipient's copy came back. */
  returned: 3,
  /** `send`: at least one recipient still waits. */
  waiting: 4,
} as const;

/** No character of a stranger's drives the terminal. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}
