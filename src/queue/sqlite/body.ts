import type { MessageId } from "../../base/index.ts";
import { QueueError } from "../types.ts";
import type { Link } from "./link.ts";
import { readSpoolFile } from "./spool.ts";

/** A message's content: at hand, or to be read as often as asked. */
export interface LeaseContent {
  readonly inline: Uint8Array | undefined;
  read(): AsyncIterable<Uint8Array>;
}

export interface StoredBody {
  readonly message: number;
  readonly size: number;
  /** Of a body in a spool file; null: it is in the database. */
  readonly crc: number | null;
  readonly body?: Uint8Array | undefined;
}

export function contentOf(
  { link, spool }: { readonly link: Link; readonly spool: string },
  { message, size, crc, body }: StoredBody,
  id: MessageId,
): LeaseContent {
  if (crc !== null) return { inline: undefined, read: () => readSpoolFile(spool, id, size, crc) };
  return { inline: body, read: () => readBody(link, message, id) };
}

async function* readBody(link: Link, message: number, id: MessageId): AsyncGenerator<Uint8Array> {
  const body = await link.ask({ kind: "body", message });
  if (body === undefined) throw new QueueError("io", `the content of ${id} is gone`);
  yield body;
}
