/** The certificate that submission is served with: read once, and again when asked; a bad new one leaves the old in place. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { err, ok, type Result } from "../base/index.ts";
import type { TlsConfig } from "./config/types.ts";

export interface ServedCertificate {
  current(): SecureContext;
  /** Reads both files again. On failure the old certificate stays; the reason is in English. */
  reload(): Result<void, string>;
}

/** Throws the reason if the files cannot be used. */
export function openCertificate(files: TlsConfig): ServedCertificate {
  let context = read(files);
  return {
    current: () => context,
    reload() {
      try {
        context = read(files);
        return ok(undefined);
      } catch (error) {
        return err(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function read({ certificate, key }: TlsConfig): SecureContext {
  const cert = readFileSync(certificate, "utf8");
  const pem = readFileSync(key, "utf8");
  // OpenSSL would take a pair that does not fit, and fail at each handshake.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(pem))) {
    throw new Error(`${key} does not belong to ${certificate}`);
  }
  return createSecureContext({ cert, key: pem, minVersion: "TLSv1.2", honorCipherOrder: true });
}
