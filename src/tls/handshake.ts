/**
 * The TLS handshake of an outgoing hop, and the verdict on it, before any byte of mail.
 *
 *   wire ──► bytes already there? ── yes ─► injected-bytes
 *     │ no
 *     ▼
 *   ClientHello (SNI; no ALPN; no session) ──► reset, silence, garbage, alert: each its own fault (TLS-3)
 *     │ finished
 *     ▼
 *   the presented chain ──► proof ──► also ──► AuthorizedChannel
 *                             │        └ named: chain (OpenSSL's own verification), then names (RFC 9525)
 *                             └ named, as above; or DANE: the TLSA records (`dane/`)
 *                           watch: judged like a proof, told, never demanded
 *
 * Node is told not to reject by itself, since it would reject opportunistic hops too, knows no DANE and says too little about
 * why; in return the verdict below is passed on every handshake, in `secureConnect` (traps 25 and 26). No session is ever
 * offered for resumption, and one that was resumed nevertheless proves nothing (DANE-8). A named proof accepts nothing but
 * `authorized === true` and a name that matches. Hops that need no proof get the same verdict as a remark
 * (`evidence.unproven`).
 *
 * OpenSSL verifies by one set of authorities, that of the context. Where `also` or `watch` name another set than `proof`, the
 * second verdict is passed by our own path validation (`authorities.ts`).
 *
 * SNI is the host; the TLSA base domain where DANE decides (DANE-6, RFC 7672 §8.1), or would decide and nothing else does.
 */
import { createHash, type X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import {
  addressLiteral,
  err,
  limits,
  ok,
  type Clock,
  type DomainName,
  type Instant,
  type Result,
  type TlsFault,
  type Wire,
} from "../base/index.ts";
import { proveByAuthorities } from "./authorities.ts";
import { authorizeTls, canAuthenticate, isNamedProof, type AuthorizedChannel } from "./channel.ts";
import { contextFor, type VersionFloor } from "./context.ts";
import { matchDane } from "./dane/index.ts";
import { matchNames, readSubjectNames } from "./names.ts";
import { presentedChain } from "./presented.ts";
import type {
  DaneProof,
  HopRequirement,
  NamedProof,
  NamePattern,
  Proof,
  TlsEvidence,
  TlsFailure,
  TrustedCas,
} from "./types.ts";
import { clean } from "./words.ts";

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
 * closed. Throws if the requirement cannot be met by any handshake (`authenticated` by a proof that proves nobody).
 */
export async function startTls(
  wire: Wire,
  requirement: HopRequirement,
  options: HandshakeOptions,
): Promise<Result<Proven, TlsFailure>> {
  if (requirement.level === "authenticated" && !canAuthenticate(requirement)) {
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
  const judged = judge(socket, requirement, options.clock.now());
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
  const servername = sniOf(requirement);
  return new Promise((resolve) => {
    const socket = connect({
      socket: wire.stream,
      secureContext: secureContext.value,
      rejectUnauthorized: false,
      // The names are judged below, with patterns that Node does not know.
      checkServerIdentity: () => undefined,
      ...(addressLiteral(servername) === undefined ? { servername } : {}),
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

function sniOf({ host, proof, watch }: HopRequirement): DomainName {
  if (proof.kind === "dane") return proof.base;
  return watch?.kind === "dane" && !isNamedProof(proof) ? watch.base : host;
}

/** TLS-5: whoever is to be proven speaks TLS 1.2 or newer (RFC 7672 §8.1 for DANE). What is only watched asks for nothing. */
function versionFloor({ level, proof, also }: HopRequirement): VersionFloor {
  const proves = also !== undefined || isNamedProof(proof) || proof.kind === "dane";
  return level === "authenticated" || proves ? "modern" : "any";
}

function contextOf(
  requirement: HopRequirement,
  floor: VersionFloor,
): Result<ReturnType<typeof contextFor>, TlsFailure> {
  try {
    return ok(contextFor(floor, trustOf(requirement)));
  } catch {
    return failed("certificate-untrusted", "the extra certificate authorities of our configuration cannot be read");
  }
}

/** The authorities that OpenSSL verifies by: those of what is demanded before those of what is watched. */
function trustOf({ proof, also, watch }: HopRequirement): TrustedCas | undefined {
  return [proof, also, watch].find((one) => one !== undefined && isNamedProof(one))?.ca;
}

/** A finished handshake, as far as a verdict needs it. */
interface Shown {
  readonly socket: TLSSocket;
  /** As presented, leaf first. */
  readonly chain: readonly X509Certificate[];
  /** The authorities that OpenSSL has verified by. */
  readonly trust: TrustedCas | undefined;
  readonly now: Instant;
}

/** The verdict: evidence if what was demanded is proven, else the first thing that was not. */
function judge(socket: TLSSocket, requirement: HopRequirement, now: Instant): Result<TlsEvidence, TlsFailure> {
  const { proof, also, watch } = requirement;
  const shown: Shown = { socket, chain: presentedChain(socket), trust: trustOf(requirement), now };
  const [leaf] = shown.chain;
  const verdict = verify(shown, proof, requirement);
  if (demands(proof) && !verdict.ok) return verdict;
  const second = also === undefined ? undefined : verifyNamed(shown, also);
  if (second?.ok === false) return err({ ...second.error, detail: clean(`demanded besides: ${second.error.detail}`) });
  const matchedName = demands(proof) && verdict.ok ? (verdict.value ?? second?.value) : second?.value;
  return ok({
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().name,
    ...(leaf === undefined ? {} : { leafSha256: createHash("sha256").update(leaf.raw).digest("hex") }),
    ...(matchedName === undefined ? {} : { matchedName }),
    ...(watch === undefined ? {} : { watched: look(shown, watch, requirement) }),
    ...(verdict.ok ? {} : { unproven: verdict.error.fault }),
  });
}

function demands(proof: Proof): proof is NamedProof | DaneProof {
  return isNamedProof(proof) || proof.kind === "dane";
}

/** The name that was proven, if names were asked for; for hops that need no proof, what names would have said. */
function verify(shown: Shown, proof: Proof, { host }: HopRequirement): Result<string | undefined, TlsFailure> {
  switch (proof.kind) {
    case "none":
    case "any-tls":
      return verifyNamed(shown, { names: [host], ...(shown.trust === undefined ? {} : { ca: shown.trust }) });
    case "rule-names":
    case "secure-mx":
    case "mta-sts":
      return verifyNamed(shown, proof);
    case "dane":
      return verifyDane(shown, proof);
  }
}

/** STS-5: what would have come of it. */
function look(
  shown: Shown,
  watch: NamedProof | DaneProof,
  requirement: HopRequirement,
): NonNullable<TlsEvidence["watched"]> {
  const verdict = verify(shown, watch, requirement);
  return verdict.ok ? { kind: watch.kind } : { kind: watch.kind, failure: verdict.error };
}

function verifyDane({ socket, chain, now }: Shown, proof: DaneProof): Result<string | undefined, TlsFailure> {
  const unfit = judgeSession(socket);
  if (unfit !== undefined) return err(unfit);
  const matched = matchDane({ records: proof.records, chain, names: proof.names, now });
  if (matched.ok) return ok(matched.value.matchedName);
  const { fault, detail } = matched.error;
  return err({ fault, detail });
}

function verifyNamed(shown: Shown, proof: Pick<NamedProof, "names" | "ca">): Result<string, TlsFailure> {
  const { socket, chain, trust, now } = shown;
  const [leaf] = chain;
  if (leaf === undefined) return failed("certificate-missing", "no certificate was presented");
  const unfit = judgeSession(socket);
  if (unfit !== undefined) return err(unfit);
  if (sameTrust(trust, proof.ca)) {
    if (!socket.authorized) return err(explainChain(socket.authorizationError, leaf));
  } else {
    const proven = proveByAuthorities(chain, proof.ca, now);
    if (!proven.ok) return proven;
  }
  const name = matchNames(proof.names, leaf);
  return name === undefined ? err(explainNames(proof.names, leaf)) : ok(name);
}

/** DANE-8, trap 26: a resumed session was verified under some other requirement, or under none; TLS-5 for what is watched. */
function judgeSession(socket: TLSSocket): TlsFailure | undefined {
  if (socket.isSessionReused()) {
    return { fault: "handshake-failed", detail: "the session was resumed, which proves nothing" };
  }
  const protocol = socket.getProtocol() ?? "unknown";
  if (protocol === "TLSv1.2" || protocol === "TLSv1.3") return undefined;
  return { fault: "protocol-too-old", detail: clean(`${protocol} proves nothing`) };
}

function sameTrust(a: TrustedCas | undefined, b: TrustedCas | undefined): boolean {
  return a?.id === b?.id && a?.exclusive === b?.exclusive && a?.pem === b?.pem;
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

/** OpenSSL's short reason; the long message carries addresses in memory and paths of its source. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if ("reason" in error && typeof error.reason === "string") return error.reason;
  return error.code?.startsWith("ERR_SSL_") === true ? error.code : error.message;
}

function failed(fault: TlsFault, detail: string): { readonly ok: false; readonly error: TlsFailure } {
  return err({ fault, detail });
}
