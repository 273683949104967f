/**
 * Whether a server says something inside TLS before it was asked there: it has kept what stood in clear behind STARTTLS, and obeyed it
 * (CVE-2011-0411). One handshake with nobody trusted, some silence, and the connection is closed.
 */
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext } from "node:tls";
import type { Clock, DomainName, Wire } from "../base/index.ts";
import { endedText, glanceAt } from "./glance.ts";
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
  const secureContext = (context ??= createSecureContext({
    ca: [],
    minVersion: "TLSv1",
    ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
  }));
  return glanceAt<Overheard>(
    wire,
    { ...options, secureContext },
    {
      watch(socket, finish) {
        socket.once("data", (chunk: Buffer) => finish({ kind: "spoke", text: clean(chunk.toString("latin1")) }));
      },
      secured: (_, __, within) => within(options.silenceMs, { kind: "silent" }),
      // Whoever hangs up instead has obeyed nothing.
      ended: (ended, isSecure) => (isSecure ? { kind: "silent" } : { kind: "no-tls", detail: clean(endedText(ended)) }),
    },
  );
}

let context: SecureContext | undefined;
