/**
 * One handshake to see what a server does, in which nobody is trusted and nothing is proven: what a checker's looks have in common. The
 * connection is closed whatever comes of it, and no mail passes.
 */
import { connect, type SecureContext, type TLSSocket } from "node:tls";
import { addressLiteral, type Clock, type DomainName, type Wire } from "../base/index.ts";

export interface GlanceOptions {
  /** Sent as SNI unless it is an address literal. */
  readonly host: DomainName;
  readonly secureContext: SecureContext;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
}

/** How a connection ended before anybody had seen enough. */
export type Ended =
  | { readonly why: "late" | "closed" }
  | { readonly why: "error"; readonly error: NodeJS.ErrnoException };

export interface Glance<T> {
  /** Before the handshake begins: what else may bring it to its end. */
  readonly watch?: (socket: TLSSocket, finish: (result: T) => void) => void;
  /** The handshake is done. `within`: what it comes to if it has not finished by then. */
  readonly secured: (
    socket: TLSSocket,
    finish: (result: T) => void,
    within: (delayMs: number, result: T) => void,
  ) => void;
  /** `late` only before the handshake is done. */
  readonly ended: (ended: Ended, isSecure: boolean) => T;
}

/** On a connection on which the server waits for a ClientHello. Never rejects. */
export function glanceAt<T>(
  wire: Wire,
  { host, secureContext, clock, handshakeTimeoutMs }: GlanceOptions,
  { watch, secured, ended }: Glance<T>,
): Promise<T> {
  return new Promise((resolve) => {
    let isSecure = false;
    const socket = connect({
      socket: wire.stream,
      secureContext,
      // Nothing is believed: whatever is shown is what was asked for.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(addressLiteral(host) === undefined ? { servername: host } : {}),
    });
    const finish = (result: T): void => {
      timer.cancel();
      socket.removeAllListeners("close").removeAllListeners("data");
      socket.on("error", () => {});
      socket.destroy();
      wire.stream.destroy();
      resolve(result);
    };
    const within = (delayMs: number, result: T): void => {
      timer.cancel();
      timer = clock.after(delayMs, () => finish(result));
    };
    let timer = clock.after(handshakeTimeoutMs, () => finish(ended({ why: "late" }, false)));
    socket.once("secureConnect", () => {
      isSecure = true;
      timer.cancel();
      secured(socket, finish, within);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => finish(ended({ why: "error", error }, isSecure)));
    socket.once("close", () => finish(ended({ why: "closed" }, isSecure)));
    wire.stream.on("error", () => {});
    watch?.(socket, finish);
  });
}

/** In a few words, for whoever looks closer. */
export function endedText(ended: Ended): string {
  switch (ended.why) {
    case "late":
      return "no handshake in time";
    case "closed":
      return "closed";
    case "error":
      return ended.error.code ?? ended.error.message;
  }
}
