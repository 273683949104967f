/** A client that sends all that it has to say, ends its side, and reads what comes until the other ends too. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { duplexPair, type Duplex } from "node:stream";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

/**
 * `fin`: in clear. `close-notify`: TLS that is ended properly. `cut`: TLS that is not ended, TCP alone is, as anybody on the path could do.
 */
export type Ending = "fin" | "close-notify" | "cut";

export interface HalfClosing {
  /** All that came, as latin1. */
  readonly text: string;
  /** Nothing more will come. */
  readonly done: Promise<void>;
  destroy(): void;
}

/** Greetings are not waited for: everything goes out at once, and then the end. `startTls`: TLS is asked for first, in SMTP. */
export async function sendAndEnd(
  port: number,
  sent: string,
  how: Ending,
  { startTls = false, ...tls }: ConnectionOptions & { readonly startTls?: boolean } = {},
): Promise<HalfClosing> {
  const raw = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  raw.on("error", () => {});
  await once(raw, "connect");
  if (startTls) await askForTls(raw);
  const stream = how === "fin" ? raw : await secured(raw, tls);
  stream.on("error", () => {});
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  const done = new Promise<void>((resolve) => void stream.once("end", resolve).once("close", resolve));
  if (how === "cut") {
    await new Promise<void>((resolve) => void stream.write(Buffer.from(sent, "latin1"), () => resolve()));
    // The records reach the socket by way of a pair of streams.
    await new Promise(setImmediate);
    raw.end();
  } else stream.end(Buffer.from(sent, "latin1"));
  return {
    get text() {
      return text;
    },
    done,
    destroy: () => void raw.destroy(),
  };
}

async function askForTls(raw: Socket): Promise<void> {
  let heard = "";
  raw.write("EHLO client.example\r\n");
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    heard += String(chunk);
    if (/^220 .*^250 .*\r\n$/ms.test(heard)) break;
  }
  raw.write("STARTTLS\r\n");
  await once(raw, "data");
}

/** TLS over a pair of streams and not over the socket itself: so TCP can be ended without TLS having a say. */
async function secured(raw: Socket, options: ConnectionOptions): Promise<Duplex> {
  const [inner, outer] = duplexPair();
  outer.pipe(raw);
  raw.pipe(outer);
  raw.once("close", () => outer.destroy());
  const socket = connectTls({ ...options, socket: inner });
  await once(socket, "secureConnect");
  return socket;
}
