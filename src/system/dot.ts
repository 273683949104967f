/**
 * The resolver's port to TLS, over Node's own: DNS over TLS by the strict profile (RFC 7858, RFC 8310 §5).
 */
import { createSecureContext, type SecureContext } from "node:tls";
import { err } from "../base/index.ts";
import type { Secure } from "../dns/index.ts";
import { provenServer, reasonOf } from "./proven.ts";

export interface DotOptions {
  /** PEM of the authorities to trust in place of the system's. */
  readonly ca?: string;
}

export function dotClient({ ca }: DotOptions = {}): Secure {
  let context: SecureContext | undefined;
  return async (wire, name, timeoutMs) => {
    try {
      // Made once: each parses every authority that there is.
      context ??= createSecureContext({ minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) });
      return await provenServer(wire, { name, timeoutMs, context, alpn: "dot" });
    } catch (error) {
      wire.stream.destroy();
      return err({ kind: "broken", detail: reasonOf(error) });
    }
  };
}
