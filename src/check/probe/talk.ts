/**
 * A conversation in clear, a line at a time, bounded in size and time: for what the relay's own client does not say, since no sender needs it.
 */
import { err, ok, type Result, type Wire } from "../../base/index.ts";
import { checkLimits } from "../limits.ts";
import type { Connections } from "./connection.ts";

export interface Said {
  readonly code: number;
  /** On one line, free of control characters. */
  readonly text: string;
}

export class Talk {
  readonly #wire: Wire;
  readonly #connections: Connections;
  #heard = "";
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(wire: Wire, connections: Connections) {
    this.#wire = wire;
    this.#connections = connections;
    wire.stream.on("data", this.#onData).on("close", this.#onEnd).on("end", this.#onEnd);
  }

  /** The answer to EHLO; a banner that is no greeting is the error. */
  async greet(): Promise<Result<Said, "silent" | Said>> {
    const banner = await this.#reply(checkLimits.connectionTimeoutMs);
    if (!banner.ok) return banner;
    if (banner.value.code !== 220) return err(banner.value);
    return this.send(`EHLO ${this.#connections.target.ehloName}\r\n`);
  }

  send(text: string, waitMs: number = checkLimits.handshakeTimeoutMs): Promise<Result<Said, "silent">> {
    this.#wire.stream.write(Buffer.from(text, "latin1"));
    return this.#reply(waitMs);
  }

  detach(): void {
    this.#wire.stream.off("data", this.#onData).off("close", this.#onEnd).off("end", this.#onEnd);
    this.#wire.stream.pause();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#heard = (this.#heard + chunk.toString("latin1")).slice(-checkLimits.replyMaxChars);
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };

  async #reply(waitMs: number): Promise<Result<Said, "silent">> {
    const { clock } = this.#connections.ports;
    let isLate = false;
    const timer = clock.after(waitMs, () => {
      isLate = true;
      this.#wake?.();
    });
    try {
      for (;;) {
        const last = /^(\d{3})(?: .*)?\r?\n/m.exec(this.#heard);
        if (last !== null) {
          const end = last.index + last[0].length;
          const text = oneLine(this.#heard.slice(0, end));
          this.#heard = this.#heard.slice(end);
          return ok({ code: Number(last[1]), text });
        }
        if (isLate || this.#isOver) return err("silent");
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      timer.cancel();
    }
  }
}

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\r?\n/g, " / ")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, shownMaxChars);
}

const shownMaxChars = 200;
