/**
 * What a handshake trusts and which versions it speaks, kept ready: making a SecureContext with CAs of its own parses
 * every one of them (about 12 ms for the bundled roots), so contexts are shared. They hold no session: none is ever resumed.
 */
import { createSecureContext, DEFAULT_CIPHERS, getCACertificates, type SecureContext } from "node:tls";
import type { TrustedCas } from "./types.ts";

/** `modern`: TLS 1.2 or newer (TLS-5). `any`: whatever is better than cleartext, the newest first. */
export type VersionFloor = "modern" | "any";

const contextsMax = 64;

interface Entry {
  readonly pem: string | undefined;
  readonly context: SecureContext;
}

const contexts = new Map<string, Entry>();

/** The context for these trust anchors. Unreadable PEM trusts nobody, or throws. */
export function contextFor(floor: VersionFloor, ca: TrustedCas | undefined): SecureContext {
  const key = ca === undefined ? floor : `${floor} ${ca.exclusive ? "only" : "also"} ${ca.id}`;
  const known = contexts.get(key);
  // Equal ids promise equal PEM; the promise is cheap to check and dear to rely on.
  if (known !== undefined && known.pem === ca?.pem) return known.context;
  const context = createSecureContext({ ...versions[floor], ...trust(ca) });
  contexts.delete(key);
  contexts.set(key, { pem: ca?.pem, context });
  if (contexts.size > contextsMax) dropOldest();
  return context;
}

function dropOldest(): void {
  const [oldest] = contexts.keys();
  if (oldest !== undefined) contexts.delete(oldest);
}

/** Without `ca` the runtime's own store is used, which is parsed once for the process. */
function trust(ca: TrustedCas | undefined): { readonly ca?: string[] } {
  if (ca === undefined) return {};
  return { ca: ca.exclusive ? [ca.pem] : [ca.pem, ...getCACertificates("default")] };
}

const versions = {
  modern: { minVersion: "TLSv1.2" },
  // Security level 0 lets OpenSSL speak TLS 1.0 and 1.1 and small keys at all: still better than cleartext, and such a hop
  // counts as `encrypted` at most.
  any: { minVersion: "TLSv1", ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` },
} as const satisfies Record<VersionFloor, object>;
