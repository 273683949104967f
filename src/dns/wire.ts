/** The wire format (RFC 1035 §4, RFC 6891): messages to bytes and back. */
export { decodeMessage, messageId, type WireFault } from "./decode.ts";
export { canonicalRdata, encodeMessage, isEncodable } from "./encode.ts";
export * from "./message.ts";
export {
  domainOf,
  isWithin,
  labelsOf,
  parentName,
  parseWireName,
  rootName,
  wireName,
  type WireName,
  type WireNameFault,
} from "./name.ts";
export { hasType, nameOctets, nsecData, typesOf, writeBitmap } from "./rdata.ts";
