/**
 * One handshake to see what a server shows, and nothing else: nobody is trusted, nothing is sent, and the connection is closed. A server
 * may have a certificate for each kind of key (trap 15), so the kinds are asked for one at a time, by the signature algorithms that are
 * offered (RFC 8446 §4.2.3).
 */
import type { X509Certificate } from "node:crypto";
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext, type TLSSocket } from "node:tls";
import { err, ok, type Clock, type DomainName, type Result, type Wire } from "../base/index.ts";
import { glanceAt, type Ended } from "./glance.ts";
import { presentedChain } from "./presented.ts";
import type { TlsFailure } from "./types.ts";
import { clean } from "./words.ts";

/** `ecdsa` stands for EdDSA too. */
export type SurveyedKeys = "rsa" | "ecdsa";

export interface SurveyOptions {
  /** Sent as SNI unless it is an address literal. */
  readonly host: DomainName;
  readonly keys: SurveyedKeys;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export interface Surveyed {
  /** The leaf, then whatever else was sent, in its order. Never empty. */
  readonly chain: readonly X509Certificate[];
  readonly protocol: string;
  readonly cipher: string;
}

/** `handshake-failed` is what a server says that has no certificate of this kind. */
export function surveyTls(wire: Wire, options: SurveyOptions): Promise<Result<Surveyed, TlsFailure>> {
  const { host, clock, keys, timeoutMs } = options;
  const glance = { host, clock, secureContext: contextOf(keys), handshakeTimeoutMs: timeoutMs };
  return glanceAt<Result<Surveyed, TlsFailure>>(wire, glance, {
    secured: (socket, finish) => finish(seen(socket)),
    ended: explained,
  });
}

function seen(socket: TLSSocket): Result<Surveyed, TlsFailure> {
  const chain = presentedChain(socket);
  if (chain.length === 0) return failed("certificate-missing", "no certificate was presented");
  return ok({ chain, protocol: socket.getProtocol() ?? "unknown", cipher: socket.getCipher().name });
}

function explained(ended: Ended): Result<Surveyed, TlsFailure> {
  switch (ended.why) {
    case "late":
      return failed("handshake-timeout", "the handshake did not end in time");
    case "closed":
      return failed("handshake-reset", "the connection was closed during the handshake");
    case "error":
      return ofError(ended.error);
  }
}

function ofError({ code = "", message }: NodeJS.ErrnoException): Result<Surveyed, TlsFailure> {
  return failed(
    code.startsWith("ERR_SSL_") ? "handshake-failed" : "handshake-reset",
    clean(code === "" ? message : code),
  );
}

const contexts = new Map<SurveyedKeys, SecureContext>();

/** With an empty store: what a store would add to the chain was not sent. */
function contextOf(keys: SurveyedKeys): SecureContext {
  const known = contexts.get(keys);
  if (known !== undefined) return known;
  const ciphers = `${DEFAULT_CIPHERS}:@SECLEVEL=0`;
  const context = createSecureContext({ ca: [], sigalgs: algorithms[keys], minVersion: "TLSv1.2", ciphers });
  contexts.set(keys, context);
  return context;
}

const algorithms = {
  rsa: "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
  ecdsa: "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448",
} as const satisfies Record<SurveyedKeys, string>;

function failed(fault: TlsFailure["fault"], detail: string): { readonly ok: false; readonly error: TlsFailure } {
  return err({ fault, detail });
}
