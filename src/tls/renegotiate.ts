/**
 * Whether a client may ask a server to negotiate anew in the middle of a session (TLS 1.2 and older): each time costs the server more than
 * the client. One finished handshake, one request, and the connection is closed; nobody is trusted and no mail passes.
 */
import { connect, createSecureContext, DEFAULT_CIPHERS, type SecureContext } from "node:tls";
import { addressLiteral, type Clock, type DomainName, type Wire } from "../base/index.ts";
import { clean } from "./words.ts";

export type Renegotiated =
  | { readonly kind: "allowed" | "declined" }
  | { readonly kind: "untested"; readonly detail: string };

export interface RenegotiateOptions {
  readonly host: DomainName;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  /** For the second negotiation alone: a server that ignores the request has declined it. */
  readonly answerTimeoutMs: number;
}

/** On a connection on which the server waits for a ClientHello. It is closed afterwards. Never rejects. */
export function tryRenegotiation(wire: Wire, options: RenegotiateOptions): Promise<Renegotiated> {
  const { clock, host, handshakeTimeoutMs, answerTimeoutMs } = options;
  return new Promise((resolve) => {
    let isAsked = false;
    const socket = connect({
      socket: wire.stream,
      secureContext: (context ??= createSecureContext({
        ca: [],
        minVersion: "TLSv1",
        maxVersion: "TLSv1.2",
        ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
      })),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(addressLiteral(host) === undefined ? { servername: host } : {}),
    });
    const finish = (result: Renegotiated): void => {
      timer.cancel();
      socket.removeAllListeners("close");
      socket.on("error", () => {});
      socket.destroy();
      wire.stream.destroy();
      resolve(result);
    };
    let timer = clock.after(handshakeTimeoutMs, () => finish({ kind: "untested", detail: "no handshake in time" }));
    socket.once("secureConnect", () => {
      isAsked = true;
      timer.cancel();
      timer = clock.after(answerTimeoutMs, () => finish({ kind: "declined" }));
      const isBegun = socket.renegotiate({ rejectUnauthorized: false }, (error) =>
        finish({ kind: error === null ? "allowed" : "declined" }),
      );
      if (isBegun === false) finish({ kind: "untested", detail: "our own side cannot ask" });
    });
    const ended = (detail: string): void => finish(isAsked ? { kind: "declined" } : { kind: "untested", detail });
    socket.once("error", (error: NodeJS.ErrnoException) => ended(clean(error.code ?? error.message)));
    socket.once("close", () => ended("closed"));
    // What the server says meanwhile is not read by anybody.
    socket.resume();
    wire.stream.on("error", () => {});
  });
}

let context: SecureContext | undefined;
