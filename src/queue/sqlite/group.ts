/**
 * Group commit. While one batch of changes is being made durable, what else comes gathers, and is the next batch: under load
 * many changes share one transaction and one fsync, and alone a change waits for nobody.
 */
import type { Clock, Metrics } from "../../base/index.ts";
import { QueueError } from "../types.ts";
import { databaseFault } from "./fault.ts";
import type { Link } from "./link.ts";
import type { Change, ChangeResult } from "./protocol.ts";

const changesPerBatchMax = 1000;
const bytesPerBatchMax = 8 * 1024 * 1024;

interface Waiting {
  readonly change: Change;
  readonly body: Uint8Array | undefined;
  resolve(result: ChangeResult & { ok: true }): void;
  reject(fault: QueueError): void;
}

export class Group {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  #waiting: Waiting[] = [];
  #underWay: Promise<void> | undefined;

  constructor(link: Link, clock: Clock, metrics: Metrics) {
    this.#link = link;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** Resolves when the change is durable; rejects with QueueError if it was not made. */
  make(change: Change, body?: Uint8Array): Promise<ChangeResult & { ok: true }> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, body, resolve, reject });
      this.#underWay ??= this.#work();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underWay !== undefined) await this.#underWay;
  }

  async #work(): Promise<void> {
    // One turn later: changes made in the same turn travel together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#send(this.#nextBatch());
    this.#underWay = undefined;
  }

  #nextBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { body } of this.#waiting) {
      if (count >= changesPerBatchMax || bytes >= bytesPerBatchMax) break;
      bytes += body?.length ?? 0;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const startedAt = this.#clock.monotonic();
    try {
      const bodies = packBodies(batch);
      const changes = batch.map(({ change }) => change);
      const results = await this.#link.ask({ kind: "batch", changes, bodies }, [bodies]);
      batch.forEach((waiting, index) => answer(waiting, results[index]));
    } catch (error) {
      for (const { reject } of batch) reject(databaseFault(error));
    }
    this.#metrics.observe("surehop_queue_commit_seconds", (this.#clock.monotonic() - startedAt) / 1000);
  }
}

function answer({ resolve, reject }: Waiting, result: ChangeResult | undefined): void {
  if (result?.ok === true) resolve(result);
  else reject(new QueueError(result?.code ?? "io", result?.message ?? "the queue gave no answer"));
}

/** All bodies of a batch in one buffer, which is moved to the thread. */
function packBodies(batch: readonly Waiting[]): ArrayBuffer {
  const packed = new Uint8Array(batch.reduce((sum, { body }) => sum + (body?.length ?? 0), 0));
  let at = 0;
  for (const { change, body } of batch) {
    if (change.kind !== "commit" || body === undefined) continue;
    change.at = at;
    packed.set(body, at);
    at += body.length;
  }
  return packed.buffer;
}
