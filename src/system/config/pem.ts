/** What PEM files hold. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import type { TrustedCas } from "../../tls/index.ts";

/** Certificate authorities out of a PEM file; undefined if it holds none, or one that cannot be read. */
export function authoritiesOf(pem: string, exclusive: boolean): TrustedCas | undefined {
  if (!holdsCertificates(pem)) return undefined;
  return { id: createHash("sha256").update(pem).digest("hex"), pem, exclusive };
}

function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0);
  } catch {
    return false;
  }
}

export function holdsPrivateKey(pem: string): boolean {
  try {
    return ["rsa", "ed25519"].includes(createPrivateKey(pem).asymmetricKeyType ?? "");
  } catch {
    return false;
  }
}
