/**
 * A directory in which TLS reports arrive as files: a Maildir (`new` to `cur`), or any directory (to `read` or `unreadable` below it).
 * Links and what begins with a dot are left alone.
 */
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../base/index.ts";
import { reportLimits, type Inbox } from "../report/index.ts";

export function directoryInbox(directory: string, clock: Pick<Clock, "now">): Inbox {
  const isMaildir = (): boolean => existsSync(join(directory, "new")) && existsSync(join(directory, "cur"));
  const from = (): string => (isMaildir() ? join(directory, "new") : directory);
  return {
    async list(max) {
      const entries = await readdir(from(), { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
      // Maildir's own rule says that what stands in `new` is whole.
      if (isMaildir()) return names.sort().slice(0, max);
      const settled: string[] = [];
      for (const name of names.sort()) {
        if (settled.length >= max) break;
        if (await isSettled(join(from(), name), clock.now())) settled.push(name);
      }
      return settled;
    },
    read: (name, maxBytes) => readFile(join(from(), basename(name)), maxBytes),
    async done(name, outcome) {
      const file = basename(name);
      if (isMaildir())
        return rename(join(directory, "new", file), join(directory, "cur", `${file.replace(/:2,.*$/, "")}:2,S`));
      await mkdir(join(directory, outcome), { recursive: true, mode: 0o700 });
      return rename(join(directory, file), join(directory, outcome, file));
    },
  };
}

async function isSettled(path: string, now: number): Promise<boolean> {
  const file = await opened(path);
  if (file === undefined) return false;
  try {
    return now - (await file.stat()).mtimeMs >= reportLimits.inboxSettleMs;
  } finally {
    await file.close();
  }
}

/** Undefined if it is gone, not to be read, or larger than `maxBytes`. */
export async function readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const file = await opened(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size > maxBytes) return undefined;
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function opened(path: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  return open(path, "r").catch(() => undefined);
}
