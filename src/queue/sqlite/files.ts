import { closeSync, openSync } from "node:fs";

/**
 * Makes an empty file that only we may read. One that exists is not even opened: closing any descriptor of a file drops the
 * process's locks on it (POSIX), SQLite's among them.
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
