/** A ClientHello of up to TLS 1.2, octet for octet (RFC 5246 §7.4.1.2; RFC 6101 §5.6.1.2 for SSL 3.0). */
import type { DomainName } from "../../base/index.ts";
import { soundGroups, soundSignatures } from "./suites.ts";

/** As they stand on the wire. */
export const helloVersions = { ssl3: 0x0300, tls1: 0x0301, "tls1.1": 0x0302, "tls1.2": 0x0303 } as const;
export type HelloVersion = keyof typeof helloVersions;

export interface HelloOffer {
  /** The newest that is offered; a server takes it or an older one. */
  readonly version: HelloVersion;
  /** At least one. */
  readonly suites: readonly number[];
  /** Default: those that are sound. */
  readonly groups?: readonly number[];
  /** Of TLS 1.2; default: those that are sound. */
  readonly signatures?: readonly number[];
  /** Sent as SNI where there are extensions; absent for address literals. */
  readonly host?: DomainName;
  /** 32 octets. */
  readonly random: Uint8Array;
}

export function writeHello({ version, suites, groups, signatures, host, random }: HelloOffer): Uint8Array {
  const code = helloVersions[version];
  const offered = [...suites, ...(version === "ssl3" ? [renegotiationScsv] : [])];
  const body = Buffer.concat([
    uint16(code),
    random,
    vector8(Buffer.alloc(0)),
    vector16(Buffer.concat(offered.map(uint16))),
    // DEFLATE first: a server that compresses takes it, and can be read by how well it does (RFC 7525 §3.3).
    vector8(Buffer.of(1, 0)),
    // SSL 3.0 knows no extensions.
    ...(version === "ssl3" ? [] : [vector16(extensions(version, { groups, signatures, host }))]),
  ]);
  const handshake = Buffer.concat([Buffer.of(1, 0), uint16(body.length), body]);
  const recordVersion = version === "ssl3" ? helloVersions.ssl3 : helloVersions.tls1;
  return Buffer.concat([Buffer.of(handshakeRecord), uint16(recordVersion), vector16(handshake)]);
}

/** `user_canceled`, then `close_notify`: nothing went wrong, we have seen enough (RFC 5246 §7.2). */
export function writeFarewell(version: number): Uint8Array {
  const alert = (description: number): Buffer =>
    Buffer.concat([Buffer.of(alertRecord), uint16(version), vector16(Buffer.of(1, description))]);
  return Buffer.concat([alert(90), alert(0)]);
}

export const handshakeRecord = 22;
export const alertRecord = 21;
export const extendedMasterSecret = 23;
/** RFC 5746 §3.3. */
const renegotiationScsv = 0x00ff;

interface Extended {
  readonly groups: readonly number[] | undefined;
  readonly signatures: readonly number[] | undefined;
  readonly host: DomainName | undefined;
}

function extensions(version: HelloVersion, { groups, signatures, host }: Extended): Buffer {
  const extension = (type: number, data: Buffer): Buffer => Buffer.concat([uint16(type), vector16(data)]);
  return Buffer.concat([
    ...(host === undefined ? [] : [extension(0, vector16(Buffer.concat([Buffer.of(0), vector16(Buffer.from(host))])))]),
    extension(10, vector16(Buffer.concat((groups ?? soundGroups).map(uint16)))),
    extension(11, vector8(Buffer.of(0))),
    ...(version === "tls1.2"
      ? [extension(13, vector16(Buffer.concat((signatures ?? soundSignatures).map(uint16))))]
      : []),
    // RFC 7627 §5.1: a server that knows it says so as well.
    extension(extendedMasterSecret, Buffer.alloc(0)),
    // RFC 5746 §3.4: a first handshake has nothing to confirm.
    extension(0xff01, vector8(Buffer.alloc(0))),
  ]);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function vector8(data: Buffer): Buffer {
  return Buffer.concat([Buffer.of(data.length), data]);
}

function vector16(data: Buffer): Buffer {
  return Buffer.concat([uint16(data.length), data]);
}
