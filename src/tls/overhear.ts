/**
 * Whether a server says something inside TLS before it was asked there: it has kept what stood in clear behind STARTTLS, and obeyed it
 * (CVE-2011-0411). One handshake with nobody trusted, some silence, and the connection is closed.
 */
import { connect, createSecureContext, DEFAULT_CIPHERS, type SecureContext } from "node:tls";
import { addressLiteral, type Clock, type DomainName, type Wire } from "../base/index.ts";
import { clean } from "./words.ts";

export type Overheard =
  | { readonly kind: "silent" }
  /** What it said, cleaned and cut. */
  | { readonly kind: "spoke"; readonly text: string }
  | { readonly kind: "no-tls"; readonly detail: string };

export interface OverhearOptions {
  readonly host: DomainName;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  /** How long nothing may be said, from the end of the handshake. */
  readonly silenceMs: number;
}

/** On a connection on which the server waits for a ClientHello. It is closed afterwards. Never rejects. */
export function overhearTls(wire: Wire, options: OverhearOptions): Promise<Overheard> {
  const { host, clock, handshakeTimeoutMs, silenceMs } = options;
  return new Promise((resolve) => {
    let isSecure = false;
    const socket = connect({
      socket: wire.stream,
      secureContext: (context ??= createSecureContext({
        ca: [],
        minVersion: "TLSv1",
        ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
      })),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(addressLiteral(host) === undefined ? { servername: host } : {}),
    });
    const finish = (overheard: Overheard): void => {
      timer.cancel();
      socket.removeAllListeners("close").removeAllListeners("data");
      socket.on("error", () => {});
      socket.destroy();
      wire.stream.destroy();
      resolve(overheard);
    };
    let timer = clock.after(handshakeTimeoutMs, () => finish({ kind: "no-tls", detail: "no handshake in time" }));
    socket.once("secureConnect", () => {
      isSecure = true;
      timer.cancel();
      timer = clock.after(silenceMs, () => finish({ kind: "silent" }));
    });
    socket.once("data", (chunk: Buffer) => finish({ kind: "spoke", text: clean(chunk.toString("latin1")) }));
    // Whoever hangs up instead has obeyed nothing.
    const ended = (detail: string): void => finish(isSecure ? { kind: "silent" } : { kind: "no-tls", detail });
    socket.once("error", (error: NodeJS.ErrnoException) => ended(clean(error.code ?? error.message)));
    socket.once("close", () => ended("closed"));
    wire.stream.on("error", () => {});
  });
}

let context: SecureContext | undefined;
