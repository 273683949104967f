/**
 * Bodies too large for the database, one file each under `spool/`. A file is written beside its final name, flushed to disk
 * and only then renamed, and the directory flushed too, before the transaction that names it: what the database
 * knows is whole. A checksum stands in the database; the last piece is handed out only if all of it agrees,
 * so that damaged mail is never sent to its end.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { MessageId } from "../../base/index.ts";
import { QueueError } from "../types.ts";
import { databaseFault } from "./fault.ts";
import { parseMessageId } from "./ids.ts";

const directoryMode = 0o700;
const fileMode = 0o600;
const partEnd = ".part";
const pieceBytes = 65_536;
const bufferMaxBytes = 262_144;

export function makeSpool(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: directoryMode });
}

export function removeSpoolFile(directory: string, id: MessageId): void {
  rmSync(join(directory, id), { force: true });
}

/** Removes every file that no open message needs: what a crash left behind. Returns how many. */
export function removeOrphans(directory: string, isNeeded: (serial: number, nonce: string) => boolean): number {
  let removed = 0;
  for (const name of readdirSync(directory)) {
    const key = parseMessageId(name);
    const isOurs = key !== undefined || parseMessageId(name.slice(0, -partEnd.length)) !== undefined;
    if (!isOurs || (key !== undefined && isNeeded(key.serial, key.nonce))) continue;
    rmSync(join(directory, name), { force: true });
    removed++;
  }
  return removed;
}

/**
 * Writes one file through two buffers: one is filled while the other is written. Whoever fills both waits. Nothing else is
 * allocated, since what a large message leaves for the garbage collector counts as memory that the relay uses.
 */
export class SpoolWriter {
  readonly #directory: string;
  readonly #id: MessageId;
  #file: FileHandle | undefined;
  #filling: Buffer = Buffer.allocUnsafeSlow(bufferMaxBytes);
  #filled = 0;
  #spare: Buffer | undefined;
  #underWay: Promise<void> | undefined;
  #failure: QueueError | undefined;
  #size = 0;
  #crc = 0;

  constructor(directory: string, id: MessageId) {
    this.#directory = directory;
    this.#id = id;
  }

  get size(): number {
    return this.#size;
  }

  /** The piece may be reused once this has returned, or the promise resolved. Throws, or rejects, if an earlier write failed. */
  write(piece: Uint8Array): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#size += piece.length;
    this.#crc = crc32(piece, this.#crc);
    const taken = this.#take(piece);
    return taken < piece.length ? this.#takeRest(piece.subarray(taken)) : undefined;
  }

  /** Bytes taken until both buffers are full. */
  #take(piece: Uint8Array): number {
    let taken = 0;
    while (taken < piece.length) {
      if (this.#filled === bufferMaxBytes) {
        if (this.#underWay !== undefined) break;
        this.#flush();
      }
      const part = piece.subarray(taken, taken + bufferMaxBytes - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
    return taken;
  }

  async #takeRest(piece: Uint8Array): Promise<void> {
    for (let rest = piece; rest.length > 0; rest = rest.subarray(this.#take(rest))) await this.#idle();
  }

  /** Durable under its final name when it resolves, with the checksum. */
  async finish(): Promise<number> {
    await this.#idle();
    this.#flush();
    await this.#idle();
    const file = await this.#open();
    try {
      await file.sync();
      await file.close();
      this.#file = undefined;
      await rename(this.#path(partEnd), this.#path());
      await syncDirectory(this.#directory);
    } catch (error) {
      throw databaseFault(error);
    }
    return this.#crc;
  }

  /** Never rejects: what stays is removed at the next start. */
  async discard(): Promise<void> {
    this.#filled = 0;
    await this.#underWay?.catch(() => {});
    await this.#file?.close().catch(() => {});
    await rm(this.#path(partEnd), { force: true }).catch(() => {});
    await rm(this.#path(), { force: true }).catch(() => {});
  }

  async #idle(): Promise<void> {
    await this.#underWay;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Begins to write what was filled, and goes on with the other buffer. */
  #flush(): void {
    if (this.#filled === 0) return;
    const full = this.#filling;
    const length = this.#filled;
    this.#filling = this.#spare ?? Buffer.allocUnsafeSlow(bufferMaxBytes);
    this.#spare = undefined;
    this.#filled = 0;
    this.#underWay = this.#append(full, length)
      .catch((error: unknown) => void (this.#failure = databaseFault(error)))
      .finally(() => {
        this.#underWay = undefined;
        this.#spare = full;
      });
  }

  async #append(buffer: Buffer, length: number): Promise<void> {
    const file = await this.#open();
    let written = 0;
    while (written < length) written += (await file.write(buffer, written, length - written)).bytesWritten;
  }

  async #open(): Promise<FileHandle> {
    this.#file ??= await open(this.#path(partEnd), "wx", fileMode);
    return this.#file;
  }

  #path(end = ""): string {
    return join(this.#directory, this.#id + end);
  }
}

/** The file's pieces. Throws QueueError before the last one if the file is not what was written. */
export async function* readSpoolFile(
  directory: string,
  id: MessageId,
  size: number,
  crc: number,
): AsyncGenerator<Uint8Array> {
  const file = await open(join(directory, id), "r").catch((error: unknown) => {
    throw databaseFault(error);
  });
  try {
    const stored = (await file.stat()).size;
    if (stored !== size) throw damaged(id, `${stored} bytes of ${size}`);
    let at = 0;
    let sum = 0;
    while (at < size) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at);
      if (bytesRead === 0) throw damaged(id, `${at} bytes of ${size}`);
      const piece = buffer.subarray(0, bytesRead);
      at += bytesRead;
      sum = crc32(piece, sum);
      if (at >= size && sum !== crc) throw damaged(id, "checksum differs");
      yield piece;
    }
  } finally {
    await file.close();
  }
}

function damaged(id: MessageId, what: string): QueueError {
  return new QueueError("io", `the stored content of ${id} is damaged (${what})`);
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
