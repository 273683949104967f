/**
 * Whether a server of TLS 1.3 would take data before the handshake has ended (0-RTT, RFC 8446 §2.3). It says so in the tickets that it sends
 * behind a handshake (§4.6.1), and OpenSSL keeps that in the session that Node hands out as octets. Nothing is resumed and nothing sent:
 * one handshake, a look at the first ticket, and the connection is closed. Nobody is trusted.
 */
import { createSecureContext, type SecureContext } from "node:tls";
import type { Clock, DomainName, Wire } from "../base/index.ts";
import { readElement, readElements, tags } from "./dane/der.ts";
import { endedText, glanceAt } from "./glance.ts";
import { clean } from "./words.ts";

export type EarlyData =
  | { readonly kind: "taken" | "declined" }
  | { readonly kind: "untested"; readonly detail: string };

export interface EarlyDataOptions {
  readonly host: DomainName;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  /** A server that has sent no ticket by then sends none. */
  readonly ticketTimeoutMs: number;
}

/** On a connection on which the server waits for a ClientHello. It is closed afterwards. Never rejects. */
export function seeEarlyData(wire: Wire, options: EarlyDataOptions): Promise<EarlyData> {
  const secureContext = (context ??= createSecureContext({ ca: [], minVersion: "TLSv1.3" }));
  return glanceAt<EarlyData>(
    wire,
    { ...options, secureContext },
    {
      watch(socket, finish) {
        socket.on("session", (session: Buffer) => finish({ kind: takesEarlyData(session) ? "taken" : "declined" }));
        // A ticket is read only where something is read.
        socket.resume();
      },
      // Without a ticket nothing is resumed, and only what is resumed may begin early.
      secured: (_, __, within) => within(options.ticketTimeoutMs, { kind: "declined" }),
      ended: (ended) => ({ kind: "untested", detail: clean(endedText(ended)) }),
    },
  );
}

let context: SecureContext | undefined;

/**
 * OpenSSL's `SSL_SESSION`: a sequence in which field 15, if it is there, is how many octets may come early. Node puts a few octets of its own
 * before it: the sequence is the first that reaches to the end.
 */
export function takesEarlyData(session: Uint8Array): boolean {
  for (let at = 0; at < Math.min(session.length, prefixMaxBytes); at++) {
    const whole = session[at] === tags.sequence ? readElement(session.subarray(at)) : undefined;
    const fields = whole === undefined ? undefined : readElements(whole.value, fieldsMax);
    if (fields === undefined) continue;
    const field = fields.find(({ tag }) => tag === earlyDataField);
    const octets = field === undefined ? undefined : readElement(field.value)?.value;
    return octets?.some((octet) => octet !== 0) === true;
  }
  return false;
}

/** Context-specific, constructed, number 15. */
const earlyDataField = 0xaf;
const fieldsMax = 40;
const prefixMaxBytes = 512;
