/**
 * The way to the database: a thread of its own for the relay, a plain call for an operator's command.
 *
 * Why a thread: an fsync stops whoever calls it. Measured with the whole relay on 2 cores, 32 sessions: where an fsync takes 0.2 ms
 * the thread and a call once per turn of the event loop are even (about 4,600 messages/s; the thread costs 0.03 ms of CPU a message and
 * 50 MB of memory more); at 1 ms it carries 3,400 against 2,600, at 5 ms 1,350 against 870.
 */
import { Worker } from "node:worker_threads";
import { QueueError } from "../types.ts";
import { databaseFault } from "./fault.ts";
import type { Answers, Opened, Request, Tidings } from "./protocol.ts";
import { Store, type StorePlace } from "./store.ts";

export interface Link {
  readonly opened: Opened;
  /** Answers come in the order of the questions. `transfer`: buffers that may be moved instead of copied. */
  ask<K extends Request["kind"]>(request: Extract<Request, { kind: K }>, transfer?: ArrayBuffer[]): Promise<Answers[K]>;
  /** Called before the answer is given. */
  onTidings(listener: (tidings: Tidings) => void): void;
  /** Called if the thread dies. */
  onLost(listener: (fault: QueueError) => void): void;
  close(): Promise<void>;
}

export type Reply =
  | { readonly ok: true; readonly answer: Answers[Request["kind"]]; readonly tidings: Tidings | undefined }
  | { readonly ok: false; readonly code: QueueError["code"]; readonly message: string };

export type Greeting =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly code: QueueError["code"]; readonly message: string };

/** Rejects with QueueError if the database cannot be opened. */
export async function openThread(place: StorePlace): Promise<Link> {
  const worker = new Worker(new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url), {
    workerData: place,
    name: "queue",
  });
  const greeting = await new Promise<Greeting>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new QueueError("io", "the queue's thread ended before it began")));
  });
  if (!greeting.ok) throw new QueueError(greeting.code, greeting.message);
  return new ThreadLink(worker, greeting.opened);
}

class ThreadLink implements Link {
  readonly opened: Opened;
  readonly #worker: Worker;
  readonly #asked: { resolve(answer: unknown): void; reject(fault: QueueError): void }[] = [];
  #head = 0;
  #lost: QueueError | undefined;
  #onTidings: (tidings: Tidings) => void = () => {};
  #onLost: (fault: QueueError) => void = () => {};

  constructor(worker: Worker, opened: Opened) {
    this.#worker = worker;
    this.opened = opened;
    worker.on("message", (reply: Reply) => this.#hear(reply));
    worker.on("error", (error) => this.#lose(new QueueError("io", `the queue's thread failed: ${String(error)}`)));
    worker.on("exit", () => this.#lose(new QueueError("closed", "the queue is closed")));
    worker.unref();
  }

  ask<K extends Request["kind"]>(
    request: Extract<Request, { kind: K }>,
    transfer?: ArrayBuffer[],
  ): Promise<Answers[K]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      // What is asked must be answered before the process may end.
      if (this.#asked.length === this.#head) this.#worker.ref();
      this.#asked.push({ resolve: resolve as (answer: unknown) => void, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  onTidings(listener: (tidings: Tidings) => void): void {
    this.#onTidings = listener;
  }

  onLost(listener: (fault: QueueError) => void): void {
    this.#onLost = listener;
  }

  async close(): Promise<void> {
    await this.ask({ kind: "close" }).catch(() => {});
    await this.#worker.terminate();
  }

  #hear(reply: Reply): void {
    const asked = this.#asked[this.#head++];
    if (this.#head === this.#asked.length) {
      this.#asked.length = 0;
      this.#head = 0;
      this.#worker.unref();
    }
    if (!reply.ok) return asked?.reject(new QueueError(reply.code, reply.message));
    if (reply.tidings !== undefined) this.#onTidings(reply.tidings);
    asked?.resolve(reply.answer);
  }

  #lose(fault: QueueError): void {
    if (this.#lost !== undefined) return;
    this.#lost = fault;
    for (const asked of this.#asked.splice(0).slice(this.#head)) asked.reject(fault);
    this.#head = 0;
    this.#onLost(fault);
  }
}

/** Without a thread: each question is answered where it is asked. Throws QueueError if the database cannot be opened. */
export function openDirectly(place: StorePlace): Link {
  let store: Store;
  try {
    store = new Store(place);
  } catch (error) {
    throw databaseFault(error);
  }
  let listener: (tidings: Tidings) => void = () => {};
  return {
    opened: store.opened(),
    async ask(request) {
      try {
        const answer = store.answer(request);
        if (request.kind !== "close") listener(store.tidings());
        return answer;
      } catch (error) {
        throw databaseFault(error);
      }
    },
    onTidings: (callback) => void (listener = callback),
    onLost() {},
    async close() {
      store.answer({ kind: "close" });
    },
  };
}
