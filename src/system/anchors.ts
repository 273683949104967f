/** The trust anchors' memory as a file: written whole beside the old one, on the disk before it takes its place. */
import {
  closeSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { AnchorStore } from "../dns/index.ts";

const fileMaxBytes = 1_048_576;

/** Where a relay with this data directory keeps it. */
export function anchorFile(dataDirectory: string): string {
  return join(dataDirectory, "anchors.json");
}

/** Both ways throw as the file system does; a file that is not there is no fault. */
export function openAnchorStore(path: string): AnchorStore {
  return { read: () => read(path), write: (text) => write(path, text) };
}

function read(path: string): string | undefined {
  try {
    if (statSync(path).size > fileMaxBytes) throw new Error(`${path} is larger than ${fileMaxBytes} bytes`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whenever the power fails, the file is the old one or the new one. */
function write(path: string, text: string): void {
  const beside = `${path}.new`;
  // What an earlier attempt left behind may be anything, a link included.
  rmSync(beside, { force: true });
  const file = openSync(beside, "wx", 0o600);
  try {
    const bytes = Buffer.from(text);
    // A command that root runs must not shut the relay out of its own file.
    const { uid, gid } = statSync(dirname(path));
    if (process.getuid?.() === 0 && uid !== 0) fchownSync(file, uid, gid);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
