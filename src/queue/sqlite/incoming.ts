import { limits, type Envelope, type Instant, type MessageId, type StoryEntry } from "../../base/index.ts";
import { QueueError, type ContentFacts, type Incoming } from "../types.ts";
import { formatMessageId, type MessageKey } from "./ids.ts";
import { SpoolWriter } from "./spool.ts";

export interface CommitOptions {
  readonly dueAt: Instant;
  readonly events: readonly StoryEntry[];
  readonly held?: boolean;
}

/** A body as received: in memory, or in a spool file with this checksum. */
export type Body =
  | { readonly kind: "memory"; readonly bytes: Buffer }
  | { readonly kind: "spool"; readonly size: number; readonly crc: number };

export interface IncomingHost {
  readonly spool: string;
  /** Why nothing can be taken now, if so. */
  refusal(): QueueError | undefined;
  accept(key: MessageKey, envelope: Envelope, facts: ContentFacts, body: Body, options: CommitOptions): Promise<void>;
}

/** Gathers a small body in memory; once it is larger, streams it to a spool file. */
export class IncomingMessage implements Incoming {
  readonly id: MessageId;
  readonly #key: MessageKey;
  readonly #host: IncomingHost;
  #pieces: Buffer[] = [];
  #size = 0;
  #spool: SpoolWriter | undefined;
  #isOver = false;

  constructor(key: MessageKey, host: IncomingHost) {
    this.id = formatMessageId(key);
    this.#key = key;
    this.#host = host;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#isOver) throw new QueueError("closed", "the message has been committed or given up");
    const refusal = this.#host.refusal();
    if (refusal !== undefined) throw refusal;
    this.#size += chunk.length;
    if (this.#spool !== undefined) return this.#spool.write(chunk);
    this.#pieces.push(Buffer.from(chunk));
    if (this.#size <= limits.inlineBodyMaxBytes) return undefined;
    this.#spool = new SpoolWriter(this.#host.spool, this.id);
    return this.#spool.write(Buffer.concat(this.#pieces.splice(0)));
  }

  async commit(envelope: Envelope, facts: ContentFacts, options: CommitOptions): Promise<void> {
    if (this.#isOver) throw new QueueError("closed", "the message has been committed or given up");
    const refusal = this.#host.refusal();
    if (refusal !== undefined) throw refusal;
    this.#isOver = true;
    try {
      const body = await this.#body();
      // The queue may have been closed while a large body was being flushed.
      const late = this.#host.refusal();
      if (late !== undefined) throw late;
      await this.#host.accept(this.#key, envelope, facts, body, options);
    } catch (error) {
      await this.#spool?.discard();
      throw error;
    }
    this.#pieces = [];
  }

  async abort(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pieces = [];
    await this.#spool?.discard();
  }

  async #body(): Promise<Body> {
    if (this.#spool !== undefined) return { kind: "spool", crc: await this.#spool.finish(), size: this.#spool.size };
    const [only] = this.#pieces;
    return {
      kind: "memory",
      bytes: this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces),
    };
  }
}
