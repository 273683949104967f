/** A command run in this process, as the launcher runs it: what it said and the code that it ended with. */
import { join } from "node:path";
import { runCli } from "../../src/cli/program.ts";

export interface Ran {
  /** Null if a signal ended it, which happens to processes alone. */
  readonly code: number | null;
  /** Each line with its end. */
  readonly out: string;
  readonly err: string;
}

/** In a directory that is its home too, and in English unless the environment says otherwise. */
export async function runIn(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, {
    out: (line) => void out.push(`${line}\n`),
    err: (line) => void err.push(`${line}\n`),
    isInteractive: false,
    hasColour: false,
    environment: { HOME: directory, LANG: "C", XDG_STATE_HOME: join(directory, "state"), ...environment },
    directory,
  });
  return { code, out: out.join(""), err: err.join("") };
}
