/**
 * The files of a scan: lists that are read line by line, the output that is only ever added to, and beside it, while a scan is not at its
 * end, what its addresses have shown.
 *
 *   OUT          one line a domain. The last one may be half a line, if the scan was killed in the middle of it: whoever opens the file
 *                to go on cuts that off. Nothing else is ever taken back.
 *   OUT.probes   SQLite, and the lock too: only one scan at a time has it open.
 */
import {
  closeSync,
  createReadStream,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock, DomainName, IpAddress } from "../base/index.ts";
import { scanLimits, type LineFile, type PlacedLine, type ProbeStore, type Unfinished } from "../check/index.ts";

const chunkBytes = 65_536;
/** A list of a hundred million names is about so long. */
const listMaxBytes = 4 * 1024 ** 3;

/** Lines without their ends. One that is longer than `lineMaxBytes` comes cut, so that it is refused and not taken for another. */
export async function* readLines(path: string | "-", lineMaxBytes: number): AsyncGenerator<string> {
  const input = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes, end: listMaxBytes });
  input.setEncoding("utf8");
  let rest = "";
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, lineMaxBytes + 1);
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

/** Undefined: it cannot be counted without being used up. Throws what the file system throws. */
export function countLines(path: string | "-"): number | undefined {
  if (path === "-" || !statSync(path).isFile()) return undefined;
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let [lines, last] = [0, lineFeed];
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk)) {
      for (let at = chunk.indexOf(lineFeed); at >= 0 && at < count; at = chunk.indexOf(lineFeed, at + 1)) lines++;
      last = chunk[count - 1] ?? lineFeed;
    }
    return last === lineFeed ? lines : lines + 1;
  } finally {
    closeSync(file);
  }
}

const lineFeed = 0x0a;

/** Throws what the file system throws. */
export function openLineFile(path: string): LineFile {
  return new OpenLineFile(openSync(path, "r"));
}

class OpenLineFile implements LineFile {
  readonly #file: number;

  constructor(file: number) {
    this.#file = file;
  }

  *lines(onRest?: (rest: Unfinished) => void): Generator<PlacedLine> {
    const chunk = Buffer.alloc(chunkBytes);
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let from = 0; ;) {
      const count = readSync(this.#file, chunk, 0, chunk.length, from);
      if (count === 0) break;
      from += count;
      const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
        yield { text: bytes.toString("utf8", start, end), offset: offset + start, length: end - start };
        start = end + 1;
      }
      offset += start;
      rest = Buffer.from(bytes.subarray(start));
      if (rest.length > scanLimits.lineMaxBytes) break;
    }
    if (rest.length > 0) onRest?.({ text: rest.toString("utf8", 0, scanLimits.lineMaxBytes), offset });
  }

  at({ offset, length }: Pick<PlacedLine, "offset" | "length">): string {
    const bytes = Buffer.alloc(length);
    return bytes.toString("utf8", 0, readSync(this.#file, bytes, 0, length, offset));
  }

  close(): void {
    closeSync(this.#file);
  }
}

export interface ScanOutput {
  /** What is in it, from an earlier run. To be read to its end before anything is written. */
  readonly file: LineFile;
  /** Where an unfinished last line begins: it is cut off there. */
  cutAt(offset: number): void;
  /** It is in the file when this returns, whatever becomes of the process; and on the disk a little later. Throws if there is no room. */
  write(text: string): void;
  close(): void;
}

export function openScanOutput(path: string, clock: Clock): ScanOutput {
  const file = openSync(path, "a+", 0o644);
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw Object.assign(new Error(`${path} is no file`), { code: "EINVAL" });
  }
  let syncedAt = clock.monotonic();
  return {
    file: new OpenLineFile(file),
    cutAt: (offset) => ftruncateSync(file, offset),
    write(text) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      if (clock.monotonic() - syncedAt < syncEveryMs) return;
      fdatasyncSync(file);
      syncedAt = clock.monotonic();
    },
    close() {
      try {
        fdatasyncSync(file);
      } catch (error) {
        // Some files are on no disk.
        if ((error as { code?: unknown }).code !== "EINVAL") throw error;
      } finally {
        closeSync(file);
      }
    },
  };
}

const syncEveryMs = 5_000;

export interface ProbeFile<P> extends ProbeStore<P> {
  close(): void;
  /** No longer needed: nothing is left of it. */
  remove(): void;
}

export interface ProbeTexts<P> {
  readonly encode: (seen: P) => string;
  /** Undefined: not what `encode` wrote. */
  readonly decode: (text: string) => P | undefined;
}

/** Undefined: another scan has it. Throws, here and in its methods, what a file system would. */
export function openProbeFile<P>(path: string, clock: Clock, texts: ProbeTexts<P>): ProbeFile<P> | undefined {
  const database = asFile(path, () => new DatabaseSync(path));
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      PRAGMA cache_size = -${pageCacheMaxKib};
      CREATE TABLE IF NOT EXISTS probe (address TEXT, host TEXT, at INTEGER, seen TEXT, PRIMARY KEY (address, host)) STRICT, WITHOUT ROWID;
      BEGIN IMMEDIATE; COMMIT;
    `);
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw fileError(path, error);
  }
  const select = database.prepare("SELECT host, seen FROM probe WHERE address = ? AND at > ? ORDER BY at, host");
  const insert = database.prepare("INSERT OR REPLACE INTO probe VALUES (?, ?, ?, ?)");
  const close = (): void => database.close();
  return {
    load(address: IpAddress) {
      const rows = asFile(path, () => select.all(address, clock.now() - scanLimits.probeKeptMs));
      return rows.flatMap(({ host, seen }) => {
        const read = texts.decode(String(seen));
        return read === undefined ? [] : [{ host: String(host) as DomainName, seen: read }];
      });
    },
    keep(address, { host, seen }) {
      asFile(path, () => insert.run(address, host, Math.floor(clock.now()), texts.encode(seen)));
    },
    close,
    remove() {
      close();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    },
  };
}

function asFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(path, error);
  }
}

/** SQLite has one code for all that can befall a file, and a number beside it. */
function fileError(path: string, error: unknown): unknown {
  const { errcode } = error as { readonly errcode?: unknown };
  const code = typeof errcode === "number" ? fileCodes.get(errcode & 0xff) : undefined;
  return code === undefined ? error : Object.assign(new Error(`${path}: ${code}`, { cause: error }), { code, path });
}

/** https://www.sqlite.org/rescode.html: SQLITE_READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB. */
const fileCodes: ReadonlyMap<number, string> = new Map([
  [8, "EROFS"],
  [10, "EIO"],
  [11, "EBADMSG"],
  [13, "ENOSPC"],
  [14, "ENOENT"],
  [26, "EBADMSG"],
]);
const sqliteBusy = 5;
const pageCacheMaxKib = 2_048;
