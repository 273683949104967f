/** Where things lie on this machine. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The try-out's data: queue, key, state file. As the XDG base directory specification says; relative values count as unset. */
export function tryoutDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(given) ? given : join(homedir(), ".local", "state"), "surehop", "tryout");
}

/** What a running try-out tells other commands. */
export function tryoutStateFile(environment: NodeJS.ProcessEnv = process.env): string {
  return join(tryoutDirectory(environment), "tryout.json");
}
