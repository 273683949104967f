/** A small SMTP receiver on loopback that writes down all it hears, and misbehaves where it is told to. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";
import { err, ip, ok, type Net } from "../../src/base/index.ts";
import type { Credentials } from "./certificates.ts";

export interface ReceiverOptions {
  /** Offers STARTTLS with these. */
  readonly credentials?: Credentials;
  /** Other extensions; default PIPELINING. */
  readonly extensions?: readonly string[];
  /** Answers a line itself: true if nothing more is to be done about it. The banner comes as the line ``. */
  readonly onLine?: (line: string, stream: Duplex, socket: Socket) => boolean;
}

export interface Receiver {
  readonly port: number;
  /** Every command line in order; those inside TLS with `tls ` before them. */
  readonly heard: readonly string[];
  /** Each message as it came, without its end. */
  readonly messages: readonly string[];
  /** How many connections came, and how many handshakes were made. */
  readonly counts: { connections: number; handshakes: number };
  close(): Promise<void>;
}

export async function receiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const heard: string[] = [];
  const messages: string[] = [];
  const counts = { connections: 0, handshakes: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    counts.connections++;
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    if (options.onLine?.("", socket, socket) !== true) socket.write("220 receiver.test\r\n");
    serve(socket, socket, false);
  });

  function serve(stream: Duplex, socket: Socket, secure: boolean): void {
    let buffer = "";
    let inData = false;
    const onData = (chunk: Buffer): void => {
      buffer += chunk.toString("latin1");
      for (;;) {
        const mark = inData ? "\r\n.\r\n" : "\r\n";
        // The dot of an empty message directly follows the DATA line.
        const empty = inData && buffer.startsWith(".\r\n");
        const end = empty ? 0 : buffer.indexOf(mark);
        if (end < 0) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (empty ? 3 : mark.length));
        if (inData) {
          inData = false;
          messages.push(text);
          if (options.onLine?.(".", stream, socket) !== true) stream.write("250 2.0.0 taken\r\n");
          continue;
        }
        heard.push(secure ? `tls ${text}` : text);
        if (options.onLine?.(text, stream, socket) === true) continue;
        const verb = text.split(/[ :]/)[0]?.toUpperCase() ?? "";
        if (verb === "STARTTLS" && options.credentials !== undefined) {
          stream.write("220 go ahead\r\n");
          stream.off("data", onData);
          return upgrade(socket, options.credentials);
        }
        if (verb === "DATA") inData = true;
        stream.write(answer(verb, secure));
        if (verb === "QUIT") stream.end();
      }
    };
    stream.on("data", onData).on("error", () => {});
  }

  function upgrade(socket: Socket, credentials: Credentials): void {
    const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ ...credentials }) });
    secured.on("secure", () => counts.handshakes++);
    serve(secured, socket, true);
  }

  function answer(verb: string, secure: boolean): string {
    if (verb === "DATA") return "354 go ahead\r\n";
    if (verb === "QUIT") return "221 bye\r\n";
    if (verb !== "EHLO") return "250 2.1.0 ok\r\n";
    const offers = [...(options.extensions ?? ["PIPELINING"])];
    if (options.credentials !== undefined && !secure) offers.push("STARTTLS");
    const lines = ["receiver.test", ...offers];
    return lines.map((line, at) => `250${at === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    messages,
    counts,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Dials loopback for real; everything else of the port is out of reach. */
export const loopbackNet: Net = {
  dial: (to) =>
    new Promise((resolve) => {
      const stream = connect({ host: to.address, port: to.port, noDelay: true });
      stream.once("error", () => resolve(err("refused")));
      stream.once("connect", () => resolve(ok({ stream, local: { address: ip("127.0.0.1"), port: 1 }, remote: to })));
    }),
  listen: () => Promise.reject(new Error("not in this test")),
  datagram: () => {
    throw new Error("not in this test");
  },
  datagramAt: () => Promise.reject(new Error("not in this test")),
};
