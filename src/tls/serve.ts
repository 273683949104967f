/**
 * The other side of a handshake: TLS that we serve to whoever submits mail. Nothing is asked of the client's certificate;
 * TLS 1.2 or newer is spoken (RFC 8314 §3, RFC 9325). Bytes that came in clear before the handshake are an attack (TLS-1).
 */
import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import { err, limits, ok, type Clock, type Result, type Wire } from "../base/index.ts";

export interface ServeTlsOptions {
  /** Certificate and key; make it with `minVersion: "TLSv1.2"` at least. An older session is closed. */
  readonly secureContext: SecureContext;
  readonly clock: Clock;
  /** Milliseconds until the handshake counts as timed out; default `limits.serverHandshakeTimeoutMs`. */
  readonly timeoutMs?: number;
}

export interface ServedTls {
  readonly stream: Duplex;
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}

export type ServeTlsFault =
  /** Bytes in clear were waiting before the handshake began. */
  | "injected-bytes"
  | "timeout"
  /** The client went away, or reset the connection. */
  | "closed"
  /** No version or cipher in common, garbage, an alert. */
  | "failed";

/** Shakes hands as the server. On failure the connection is closed; errors never escape the streams. */
export function serveTls(wire: Wire, options: ServeTlsOptions): Promise<Result<ServedTls, ServeTlsFault>> {
  wire.stream.on("error", () => {});
  if (wire.stream.readableLength > 0) {
    wire.stream.destroy();
    return Promise.resolve(err("injected-bytes"));
  }
  // Nobody is left to shake hands with.
  if (wire.stream.readableEnded) {
    wire.stream.destroy();
    return Promise.resolve(err("closed"));
  }
  return new Promise((resolve) => {
    const socket = new TLSSocket(wire.stream, {
      isServer: true,
      secureContext: options.secureContext,
      requestCert: false,
      rejectUnauthorized: false,
    });
    // Without a listener an error would be thrown; it is followed by `close`, which the owner of the stream watches.
    socket.on("error", () => {});
    const finish = (result: Result<ServedTls, ServeTlsFault>): void => {
      timer.cancel();
      socket.off("secure", onSecure);
      socket.off("error", onError);
      socket.off("end", onClose);
      socket.off("close", onClose);
      wire.stream.off("close", onClose);
      if (!result.ok) {
        socket.destroy();
        wire.stream.destroy();
      }
      resolve(result);
    };
    const onSecure = (): void => finish(judge(socket));
    const onError = (error: NodeJS.ErrnoException): void =>
      finish(err(error.code === "ECONNRESET" || error.code === "EPIPE" ? "closed" : "failed"));
    const onClose = (): void => finish(err("closed"));
    const timer = options.clock.after(options.timeoutMs ?? limits.serverHandshakeTimeoutMs, () =>
      finish(err("timeout")),
    );
    socket.once("secure", onSecure);
    socket.once("error", onError);
    socket.once("end", onClose);
    socket.once("close", onClose);
    wire.stream.once("close", onClose);
  });
}

function judge(socket: TLSSocket): Result<ServedTls, ServeTlsFault> {
  // Costs the server far more than the client, and serves nobody here.
  socket.disableRenegotiation();
  const protocol = socket.getProtocol() ?? "unknown";
  if (protocol !== "TLSv1.2" && protocol !== "TLSv1.3") return err("failed");
  return ok({ stream: socket, protocol, cipher: socket.getCipher().name });
}
