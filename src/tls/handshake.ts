/**
 * The TLS handshake of an outgoing hop, and the verdict on it, before any byte of mail.
 *
 *   wire ──► bytes already there? ── yes ─► injected-bytes
 *     │ no
 *     ▼
 *   ClientHello (SNI: the host; no ALPN; no session) ──► reset, silence, garbage, alert: each its own fault (TLS-3)
 *     │ finished
 *     ▼
 *   chain (OpenSSL's own verification) ──► names (RFC 9525) ──► AuthorizedChannel
 *
 * Node is told not to reject by itself, since it would reject opportunistic hops too and says too little about why; in
 * return the verdict below is passed on every handshake, in `secureConnect` (traps 25 and 26). A named proof accepts
 * nothing but `authorized === true` of a session that was not resumed, and a name that matches. Hops that need no proof
 * get the same verdict as a remark (`evidence.unproven`).
 */
import { createHash, type X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import { addressLiteral, err, limits, ok, type Clock, type Result, type TlsFault, type Wire } from "../base/index.ts";
import { authorizeTls, isNamedProof, type AuthorizedChannel } from "./channel.ts";
import { contextFor, type VersionFloor } from "./context.ts";
import { matchNames, readSubjectNames } from "./names.ts";
import type { HopRequirement, NamePattern, TlsEvidence, TlsFailure } from "./types.ts";

export interface HandshakeOptions {
  readonly clock: Clock;
  /** Milliseconds until the handshake counts as timed out; default `limits.handshakeTimeoutMs`. */
  readonly timeoutMs?: number;
}

export interface Proven {
  readonly channel: AuthorizedChannel;
  readonly evidence: TlsEvidence;
}

/**
 * Turns a connection into a channel that met `requirement`, or says what was missing. On failure the connection is
 * closed. Throws if the requirement cannot be met by any handshake (`authenticated` without names).
 */
export async function startTls(
  wire: Wire,
  requirement: HopRequirement,
  options: HandshakeOptions,
): Promise<Result<Proven, TlsFailure>> {
  if (requirement.level === "authenticated" && !isNamedProof(requirement.proof)) {
    throw new Error(`a hop cannot be authenticated by the proof "${requirement.proof.kind}"`);
  }
  if (wire.stream.readableLength > 0) {
    wire.stream.destroy();
    return failed("injected-bytes", "bytes arrived in clear before the handshake");
  }
  const shaken = await shakeHands(wire, requirement, options);
  if (!shaken.ok) {
    wire.stream.destroy();
    return shaken;
  }
  const socket = shaken.value;
  const judged = judge(socket, requirement);
  if (!judged.ok) {
    socket.destroy();
    return judged;
  }
  return ok({ channel: authorizeTls(socket, requirement, judged.value), evidence: judged.value });
}

function shakeHands(
  wire: Wire,
  requirement: HopRequirement,
  options: HandshakeOptions,
): Promise<Result<TLSSocket, TlsFailure>> {
  const floor = versionFloor(requirement);
  const secureContext = contextOf(requirement, floor);
  if (!secureContext.ok) return Promise.resolve(secureContext);
  return new Promise((resolve) => {
    const socket = connect({
      socket: wire.stream,
      secureContext: secureContext.value,
      rejectUnauthorized: false,
      // The names are judged below, with patterns that Node does not know.
      checkServerIdentity: () => undefined,
      ...(addressLiteral(requirement.host) === undefined ? { servername: requirement.host } : {}),
    });
    const finish = (result: Result<TLSSocket, TlsFailure>): void => {
      timer.cancel();
      socket.off("secureConnect", onSecure);
      socket.off("error", onError);
      socket.off("close", onClose);
      wire.stream.off("close", onClose);
      // An error that comes later is followed by `close`, which the owner of the socket watches.
      socket.on("error", () => {});
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onSecure = (): void => finish(ok(socket));
    const onError = (error: NodeJS.ErrnoException): void => finish(err(explain(error, floor)));
    const onClose = (): void => finish(failed("handshake-reset", "the connection was closed during the handshake"));
    const timer = options.clock.after(options.timeoutMs ?? limits.handshakeTimeoutMs, () =>
      finish(failed("handshake-timeout", "the handshake did not end in time")),
    );
    socket.once("secureConnect", onSecure);
    socket.once("error", onError);
    socket.once("close", onClose);
    wire.stream.once("close", onClose);
    wire.stream.on("error", () => {});
  });
}

/** TLS-5: whoever is to be authenticated speaks TLS 1.2 or newer. */
function versionFloor(requirement: HopRequirement): VersionFloor {
  return requirement.level === "authenticated" || isNamedProof(requirement.proof) ? "modern" : "any";
}

function contextOf(
  requirement: HopRequirement,
  floor: VersionFloor,
): Result<ReturnType<typeof contextFor>, TlsFailure> {
  const ca = isNamedProof(requirement.proof) ? requirement.proof.ca : undefined;
  try {
    return ok(contextFor(floor, ca));
  } catch {
    return failed("certificate-untrusted", "the extra certificate authorities of our configuration cannot be read");
  }
}

/** The verdict: evidence if what was demanded is proven, else the first thing that was not. */
function judge(socket: TLSSocket, requirement: HopRequirement): Result<TlsEvidence, TlsFailure> {
  const leaf = socket.getPeerX509Certificate();
  const { proof } = requirement;
  const verdict = verify(socket, leaf, isNamedProof(proof) ? proof.names : [requirement.host]);
  if (isNamedProof(proof) && !verdict.ok) return verdict;
  const seen = {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().name,
    ...(leaf === undefined ? {} : { leafSha256: createHash("sha256").update(leaf.raw).digest("hex") }),
  };
  if (!verdict.ok) return ok({ ...seen, unproven: verdict.error.fault });
  return ok(isNamedProof(proof) ? { ...seen, matchedName: verdict.value } : seen);
}

function verify(
  socket: TLSSocket,
  leaf: X509Certificate | undefined,
  names: readonly NamePattern[],
): Result<string, TlsFailure> {
  if (leaf === undefined) return failed("certificate-missing", "no certificate was presented");
  if (socket.isSessionReused()) return failed("handshake-failed", "the session was resumed, which proves nothing");
  if (!socket.authorized) return err(explainChain(socket.authorizationError, leaf));
  const name = matchNames(names, leaf);
  return name === undefined ? err(explainNames(names, leaf)) : ok(name);
}

/** OpenSSL's verification result (X509_V_ERR_*), as Node names it. */
function explainChain(error: unknown, leaf: X509Certificate): TlsFailure {
  const code = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return { fault: "certificate-expired", detail: clean(`the certificate was valid until ${leaf.validTo}`) };
    case "CERT_NOT_YET_VALID":
      return { fault: "certificate-not-yet-valid", detail: clean(`the certificate is valid from ${leaf.validFrom}`) };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return { fault: "certificate-self-signed", detail: "the certificate is signed by its own key alone" };
    default:
      return { fault: "certificate-untrusted", detail: clean(`no trusted authority vouches for it (${code})`) };
  }
}

function explainNames(names: readonly NamePattern[], leaf: X509Certificate): TlsFailure {
  const presented = readSubjectNames(leaf.subjectAltName ?? "");
  const shown = [...presented.dns, ...presented.ips].slice(0, namesShownMax).join(", ");
  const wanted = names.slice(0, namesShownMax).join(", ");
  return {
    fault: "certificate-name-mismatch",
    detail: clean(`the certificate is for ${shown === "" ? "no name" : shown}; required was ${wanted}`),
  };
}

/** Why the handshake did not end well. */
function explain(error: NodeJS.ErrnoException, floor: VersionFloor): TlsFailure {
  const code = error.code ?? "";
  const detail = clean(reasonOf(error));
  if (!code.startsWith("ERR_SSL_")) return { fault: "handshake-reset", detail };
  if (floor === "modern" && tooOld.test(code)) return { fault: "protocol-too-old", detail };
  return { fault: garbage.test(code) ? "handshake-garbage" : "handshake-failed", detail };
}

/** Reports of OpenSSL's record layer: what came was no TLS record. */
const garbage =
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|DATA_LENGTH_TOO_LONG|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|BAD_RECORD_TYPE|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE|UNEXPECTED_RECORD|BAD_LEGACY_VERSION|INVALID_ALERT|RECORD_TOO_SMALL)$/;
const tooOld = /ALERT_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$|_VERSION_TOO_LOW$/;

const namesShownMax = 5;
const detailMaxChars = 300;

/** OpenSSL's short reason; the long message carries addresses in memory and paths of its source. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if ("reason" in error && typeof error.reason === "string") return error.reason;
  return error.code?.startsWith("ERR_SSL_") === true ? error.code : error.message;
}

function clean(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "?").slice(0, detailMaxChars);
}

function failed(fault: TlsFault, detail: string): { readonly ok: false; readonly error: TlsFailure } {
  return err({ fault, detail });
}
