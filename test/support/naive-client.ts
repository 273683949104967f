/**
 * A mail client as they used to be: it takes TLS where it is offered and works, asks nobody for proof, keeps what it has read
 * across the handshake, and when TLS fails it sends in clear. The canary of every attacker: what cannot fool this one is no attack.
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../../src/base/index.ts";

export interface NaiveResult {
  /** The last EHLO or HELO reply that it believed. */
  readonly believed: string;
  /** It ended up sending without TLS. */
  readonly inClear: boolean;
  /** Connections that it took. */
  readonly tries: number;
}

export interface NaiveMail {
  readonly from: string;
  readonly to: string;
  readonly content: string;
  /** Send by BDAT. */
  readonly chunked?: boolean;
}

/** Sends one message; rejects if not even that succeeds. `patienceMs`: for the handshake. */
export async function naiveSend(to: Endpoint, mail: NaiveMail, patienceMs = 10_000): Promise<NaiveResult> {
  try {
    return { ...(await tryOnce(to, mail, patienceMs)), tries: 1 };
  } catch {
    return { ...(await tryOnce(to, mail, undefined)), tries: 2 };
  }
}

async function tryOnce(
  to: Endpoint,
  mail: NaiveMail,
  patienceMs: number | undefined,
): Promise<Omit<NaiveResult, "tries">> {
  const socket = connect({ host: to.address, port: to.port });
  try {
    const line = new Line(socket);
    await line.reply();
    let believed = await hello(line);
    const offered = /^250[- ]STARTTLS\r$/m.test(believed);
    if (patienceMs !== undefined && offered && (await line.ask("STARTTLS")).startsWith("220")) {
      line.move(await shakeHands(socket, patienceMs));
      believed = await hello(line);
      await transfer(line, mail);
      return { believed, inClear: false };
    }
    await transfer(line, mail);
    return { believed, inClear: true };
  } finally {
    socket.destroy();
  }
}

async function hello(line: Line): Promise<string> {
  const extended = await line.ask("EHLO naive.example");
  return extended.startsWith("250") ? extended : line.ask("HELO naive.example");
}

async function transfer(line: Line, { from, to, content, chunked }: NaiveMail): Promise<void> {
  await line.ask(`MAIL FROM:<${from}>`);
  await line.ask(`RCPT TO:<${to}>`);
  if (chunked === true) {
    await line.ask(`BDAT ${Math.floor(content.length / 2)}\r\n${content.slice(0, Math.floor(content.length / 2))}`, "");
    await line.ask(
      `BDAT ${Math.ceil(content.length / 2)} LAST\r\n${content.slice(Math.floor(content.length / 2))}`,
      "",
    );
  } else {
    await line.ask("DATA");
    await line.ask(`${content.replaceAll(/^\./gm, "..")}.`);
  }
}

function shakeHands(socket: Socket, patienceMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({ socket, rejectUnauthorized: false, servername: "mx.victim.example" });
    const timer = setTimeout(() => reject(new Error("too slow")), patienceMs);
    const finish = (go: () => void): void => {
      clearTimeout(timer);
      go();
    };
    secure.once("secureConnect", () => finish(() => resolve(secure)));
    secure.once("error", (error) => finish(() => reject(error)));
    secure.once("close", () => finish(() => reject(new Error("closed"))));
  });
}

/** Commands and replies over a stream that may change; what was read before stays, which is the fault. */
class Line {
  #stream: Duplex;
  #buffer = "";
  #wake: (() => void) | undefined;
  #error: Error | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.move(stream);
  }

  move(stream: Duplex): void {
    this.#stream.removeAllListeners("data");
    this.#stream = stream;
    const failed = (error: Error): void => {
      this.#error = error;
      this.#wake?.();
    };
    stream.on("error", failed);
    stream.on("close", () => failed(new Error("closed")));
    stream.on("data", (chunk: Buffer) => {
      this.#buffer += chunk.toString("latin1");
      this.#wake?.();
    });
  }

  ask(command: string, end = "\r\n"): Promise<string> {
    this.#stream.write(command + end, "latin1");
    return this.reply();
  }

  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#buffer);
      if (match !== null) {
        this.#buffer = this.#buffer.slice(match[0].length);
        return match[0];
      }
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
