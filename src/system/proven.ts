/**
 * A TLS client that speaks to nobody but the server it was sent to: for names (DNS over TLS) and policies (HTTPS). Mail goes through
 * `tls/`, which knows more ways to prove a host.
 *
 * Node is told to reject by itself: a chain that does not verify, or a certificate for another name, ends the handshake before
 * anyone could write. No session is kept or resumed, so each connection proves anew who is at the other end.
 */
import { connect, type SecureContext, type TLSSocket } from "node:tls";
import { err, ok, type Result, type Wire } from "../base/index.ts";
import type { SecureFault } from "../dns/index.ts";
import { matchNames } from "../tls/index.ts";

export interface ProvenServerOptions {
  /** Sent as SNI; the certificate has to be for it. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Says whom to trust, and the oldest version of TLS. */
  readonly context: SecureContext;
  readonly alpn: string;
}

/** Never rejects for what the peer does. On a fault the wire is destroyed. */
export function provenServer(
  wire: Wire,
  { name, timeoutMs, context, alpn }: ProvenServerOptions,
): Promise<Result<Wire, SecureFault>> {
  return new Promise((resolve) => {
    const socket = connect({
      socket: wire.stream,
      secureContext: context,
      servername: name,
      ALPNProtocols: [alpn],
      rejectUnauthorized: true,
      checkServerIdentity: (_, { subjectaltname }) => mismatch(name, subjectaltname),
    });
    const finish = (result: Result<Wire, SecureFault>): void => {
      clearTimeout(timer);
      socket.off("secureConnect", onSecure);
      socket.off("error", onError);
      socket.off("close", onClose);
      wire.stream.off("close", onClose);
      // An error that comes later is followed by `close`, which the owner of the stream watches.
      socket.on("error", () => {});
      if (!result.ok) {
        socket.destroy();
        wire.stream.destroy();
      }
      resolve(result);
    };
    const onSecure = (): void => finish(isProven(socket) ? ok({ ...wire, stream: socket }) : err(unproven));
    const onError = (error: Error): void => finish(err({ kind: kindOf(error), detail: reasonOf(error) }));
    const onClose = (): void => finish(err({ kind: "broken", detail: "closed during the handshake" }));
    const timer = setTimeout(() => finish(err({ kind: "timeout", detail: "the handshake did not end" })), timeoutMs);
    timer.unref();
    socket.once("secureConnect", onSecure);
    socket.once("error", onError);
    socket.once("close", onClose);
    wire.stream.once("close", onClose);
    wire.stream.on("error", () => {});
  });
}

/** What Node has checked, asked once more: a question must not hang on one option of one call. */
function isProven(socket: TLSSocket): boolean {
  return socket.authorized && !socket.isSessionReused();
}

const unproven: SecureFault = { kind: "untrusted", detail: "the certificate was not verified" };

/** RFC 9525, by the rules that hold for mail as well: the subject's CN is not looked at. */
function mismatch(name: string, subjectAltName: string | undefined): Error | undefined {
  if (matchNames([name], { subjectAltName }) !== undefined) return undefined;
  return Object.assign(new Error(`the certificate is not for ${name}`), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

/** OpenSSL's verdicts on a chain come under their own names, faults of the handshake as ERR_SSL_*, the network's as E*. */
function kindOf(error: NodeJS.ErrnoException): SecureFault["kind"] {
  const code = error.code ?? "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "untrusted";
  return /^(?:ERR_|E[A-Z]+$)/.test(code) || code === "" ? "broken" : "untrusted";
}

const detailMaxChars = 300;

/** Short and plain: the messages of OpenSSL carry addresses in memory. */
export function reasonOf(error: unknown): string {
  const { code = "", reason } = error as { readonly code?: string; readonly reason?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  const text = typeof reason === "string" ? reason : code.startsWith("ERR_SSL_") ? code : message;
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, detailMaxChars);
}
