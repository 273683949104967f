/** A client's half of an SMTP conversation, for handing messages to the servers that are put to the test. */
import type { Duplex } from "node:stream";
import type { Clock } from "../base/index.ts";

/** Nobody waits for silence here: past it the other side has hung. */
const replyTimeoutMs = 60_000;

/** Commands and whole replies; an empty reply if the other side is gone, or says nothing for too long. */
export class Dialogue {
  readonly #clock: Clock;
  readonly #stream: Duplex;
  readonly #replyTimeoutMs: number;
  #buffer = "";
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(clock: Clock, stream: Duplex, patienceMs = replyTimeoutMs) {
    this.#clock = clock;
    this.#stream = stream;
    this.#replyTimeoutMs = patienceMs;
    stream.on("data", this.#onData);
    stream.on("error", () => {});
    stream.once("close", () => {
      this.#isOver = true;
      this.#wake?.();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads no more: somebody else takes the stream over. */
  letGo(): void {
    this.#stream.off("data", this.#onData);
  }

  /** QUIT, and goodbye. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.ask("QUIT");
    this.#stream.destroy();
  }

  ask(command: string): Promise<string> {
    if (!this.#stream.destroyed) this.#stream.write(`${command}\r\n`);
    return this.reply();
  }

  async reply(): Promise<string> {
    const timer = this.#clock.after(this.#replyTimeoutMs, () => {
      this.#isOver = true;
      this.#wake?.();
    });
    try {
      for (;;) {
        const whole = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#buffer);
        if (whole !== null) {
          this.#buffer = this.#buffer.slice(whole[0].length);
          return whole[0].trimEnd();
        }
        if (this.#isOver) return "";
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      timer.cancel();
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#buffer += chunk.toString("latin1");
    this.#wake?.();
  };
}
