/**
 * Whether a client may ask a server to negotiate anew in the middle of a session (TLS 1.2 and older): each time costs the server more than
 * the client. One finished handshake, one request, and the connection is closed; nobody is trusted and no mail passes.
 */
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext } from "node:tls";
import type { Clock, DomainName, Wire } from "../base/index.ts";
import { endedText, glanceAt } from "./glance.ts";
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
  const secureContext = (context ??= createSecureContext({
    ca: [],
    minVersion: "TLSv1",
    maxVersion: "TLSv1.2",
    ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
  }));
  return glanceAt<Renegotiated>(
    wire,
    { ...options, secureContext },
    {
      // What the server says meanwhile is not read by anybody.
      watch: (socket) => void socket.resume(),
      secured(socket, finish, within) {
        within(options.answerTimeoutMs, { kind: "declined" });
        const isBegun = socket.renegotiate({ rejectUnauthorized: false }, (error) =>
          finish({ kind: error === null ? "allowed" : "declined" }),
        );
        if (isBegun === false) finish({ kind: "untested", detail: "our own side cannot ask" });
      },
      ended: (ended, isAsked) =>
        isAsked ? { kind: "declined" } : { kind: "untested", detail: clean(endedText(ended)) },
    },
  );
}

let context: SecureContext | undefined;
