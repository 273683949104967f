/**
 * DANE for SMTP: which TLSA records count, and whether what a server presents matches one (RFC 6698, 7671, 7672). Pure.
 *
 * 1. `usableTlsa`: records of a kind that can be judged by. None usable: TLS is mandatory and proves nobody.
 * 2. `matchDane`: the leaf against DANE-EE, else a path to a DANE-TA anchor with dates and names.
 *
 * `provePath` underneath is RFC 5280's path validation over any anchors; the handshake asks it, too, where a hop must satisfy
 * two sets of authorities at once and OpenSSL can be asked about one.
 */
export { usableTlsa } from "./usable.ts";
export { matchDane, type DaneFailure, type DaneMatch, type DaneQuestion } from "./match.ts";
export { provePath } from "./path.ts";
export { readCertificate, readPublicKeyInfo, type Certificate } from "./certificate.ts";
export { daneLimits } from "./limits.ts";
export { isSoundKey, isSoundSignature, signatureName } from "./strength.ts";
