/**
 * What a TLS server can be brought to, without going through with it. OpenSSL, which Node brings, has forgotten most of what a bad server
 * still does (RC4, DES, compression, SSL 3.0) and cannot be made to offer it; a ClientHello that is written out by hand can, and up to
 * TLS 1.2 the answer comes in clear.
 */
export { HelloReader, helloLimits, type HelloAnswer, type HelloTaken } from "./read.ts";
export { sayHello, type HelloHeard, type HelloOptions } from "./say.ts";
export {
  groupName,
  soundGroups,
  suiteOf,
  suitesOf,
  weakGroups,
  weakSignatures,
  type Suite,
  type SuiteGrade,
} from "./suites.ts";
export { helloVersions, writeHello, type HelloOffer, type HelloVersion } from "./write.ts";
