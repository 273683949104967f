/**
 * Floor 2: who may receive mail. `startTls` makes the handshake and, before a byte of mail, verifies what the hop's
 * requirement demands: the chain by OpenSSL and the names by RFC 9525, or the TLSA records by `dane/`. What comes out is an `AuthorizedChannel`, which
 * nothing outside this folder can make and which the SMTP client alone accepts.
 *
 * A checker's looks prove nothing and trust nobody: `survey.ts`, `overhear.ts`, `early-data.ts` and `renegotiate.ts` have one handshake in common
 * (`glance.ts`), and `hello/` goes through with none. `presented.ts` reads a chain as it came, for both.
 */
export {
  allowsCleartext,
  authorizeCleartext,
  isAuthorized,
  requirementKey,
  type AuthorizedChannel,
} from "./channel.ts";
export {
  daneLimits,
  isSoundKey,
  isSoundSignature,
  matchDane,
  readCertificate,
  readPublicKeyInfo,
  signatureName,
  usableTlsa,
  type Certificate,
  type DaneFailure,
  type DaneMatch,
  type DaneQuestion,
} from "./dane/index.ts";
export { proveByAuthorities } from "./authorities.ts";
export { startTls, type HandshakeOptions } from "./handshake.ts";
export * from "./hello/index.ts";
export { certificateIn } from "./kept.ts";
export { serveTls, type ServedTls, type ServeTlsFault, type ServeTlsOptions } from "./serve.ts";
export { matchNames } from "./names.ts";
export { overhearTls, type Overheard, type OverhearOptions } from "./overhear.ts";
export { seeEarlyData, takesEarlyData, type EarlyData, type EarlyDataOptions } from "./early-data.ts";
export { tryRenegotiation, type Renegotiated, type RenegotiateOptions } from "./renegotiate.ts";
export { surveyTls, type Surveyed, type SurveyedKeys, type SurveyOptions } from "./survey.ts";
export * from "./types.ts";
