/**
 * What a server answers to a ClientHello of up to TLS 1.2, in clear: the version, suite and compression that it takes, its certificates as
 * it sends them, and its share of the key exchange (RFC 5246 §7.3). A state machine without I/O: bytes in; one answer, once.
 *
 *   records ──► handshake messages ──► ServerHello ─► Certificate ─► ServerKeyExchange ─► … ─► ServerHelloDone ──► taken
 *      ├─ an alert that is fatal ──────────────────────────────────────────────────────────────────────────────► declined
 *      └─ anything else, or too much of it ──────────────────────────────────────────────────────────────────────► garbage
 *
 * Nothing is verified: a ServerKeyExchange proves its sender only to one who goes on, and we do not.
 */
import { suiteOf } from "./suites.ts";
import { alertRecord, extendedMasterSecret, handshakeRecord, helloVersions } from "./write.ts";

export const helloLimits = {
  /** All handshake messages of one answer: a chain of 16 certificates of 64 KiB would be more than anybody sends. */
  answerMaxBytes: 262_144,
  certificatesMax: 16,
  /** One record (RFC 5246 §6.2.1), and some more for a server that is not careful. */
  recordMaxBytes: 18_432,
} as const;

export type HelloAnswer =
  | HelloTaken
  /** `alert` is the description's number (RFC 5246 §7.2). */
  | { readonly kind: "declined"; readonly alert: number }
  | { readonly kind: "garbage"; readonly detail: string };

export interface HelloTaken {
  readonly kind: "taken";
  /** As on the wire: 0x0303 is TLS 1.2. */
  readonly version: number;
  readonly suite: number;
  /** The server would compress (CRIME, RFC 7525 §3.3). */
  readonly compresses: boolean;
  /** The server knows how renegotiation is made safe (RFC 5746). */
  readonly safeRenegotiation: boolean;
  /** The session's key hangs on the whole handshake (RFC 7627). Absent in what was kept before it was looked at. */
  readonly extendedMasterSecret?: boolean;
  /** DER, in the order in which they came. */
  readonly certificates: readonly Uint8Array[];
  /** Of ECDHE: the group's number. */
  readonly group?: number;
  /** Of DHE: bits of the prime. */
  readonly primeBits?: number;
  /** Of TLS 1.2: the algorithm by which the server signed its share. */
  readonly signature?: number;
}

export class HelloReader {
  #records: Buffer = Buffer.alloc(0);
  #messages: Buffer = Buffer.alloc(0);
  #taken: HelloTaken | undefined;
  #total = 0;

  /** The answer once it is complete; undefined if more must come first. Never throws. */
  feed(chunk: Uint8Array): HelloAnswer | undefined {
    this.#total += chunk.length;
    if (this.#total > helloLimits.answerMaxBytes) return garbage("the answer is too long");
    this.#records = Buffer.concat([this.#records, chunk]);
    for (;;) {
      if (this.#records.length < recordHeadBytes) return undefined;
      const type = this.#records.readUInt8(0);
      const length = this.#records.readUInt16BE(3);
      if (this.#records.readUInt8(1) !== 3 || length > helloLimits.recordMaxBytes) return garbage("no TLS record");
      if (this.#records.length < recordHeadBytes + length) return undefined;
      const fragment = this.#records.subarray(recordHeadBytes, recordHeadBytes + length);
      this.#records = this.#records.subarray(recordHeadBytes + length);
      const answer = this.#record(type, fragment);
      if (answer !== undefined) return answer;
    }
  }

  #record(type: number, fragment: Buffer): HelloAnswer | undefined {
    if (type === alertRecord) {
      const [level, alert] = fragment;
      if (level === undefined || alert === undefined) return garbage("an alert without a description");
      // A warning, for example of an SNI that is not known, ends nothing; a close_notify does.
      return level === warning && alert !== closeNotify ? undefined : { kind: "declined", alert };
    }
    if (type !== handshakeRecord) return garbage(`a record of type ${type}`);
    this.#messages = Buffer.concat([this.#messages, fragment]);
    while (this.#messages.length >= messageHeadBytes) {
      const length = this.#messages.readUIntBE(1, 3);
      if (length > helloLimits.answerMaxBytes) return garbage("a message is too long");
      if (this.#messages.length < messageHeadBytes + length) return undefined;
      const body = this.#messages.subarray(messageHeadBytes, messageHeadBytes + length);
      const kind = this.#messages.readUInt8(0);
      this.#messages = this.#messages.subarray(messageHeadBytes + length);
      const answer = this.#message(kind, body);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  #message(kind: number, body: Buffer): HelloAnswer | undefined {
    if (kind === messages.serverHello) {
      this.#taken = this.#taken === undefined ? readServerHello(body) : undefined;
      return this.#taken === undefined ? garbage("a ServerHello that cannot be read") : undefined;
    }
    if (this.#taken === undefined) return garbage(`a message of type ${kind} in place of a ServerHello`);
    switch (kind) {
      case messages.certificate: {
        const certificates = readCertificates(body);
        if (certificates === undefined) return garbage("a Certificate message that cannot be read");
        this.#taken = { ...this.#taken, certificates };
        return undefined;
      }
      case messages.serverKeyExchange:
        this.#taken = { ...this.#taken, ...readShare(this.#taken, body) };
        return undefined;
      case messages.serverHelloDone:
        return this.#taken;
      // oxlint-disable-next-line default-case -- certificate requests, status, tickets: nothing that we look at
      default:
        return undefined;
    }
  }
}

const recordHeadBytes = 5;
const messageHeadBytes = 4;
const warning = 1;
const closeNotify = 0;
const messages = { serverHello: 2, certificate: 11, serverKeyExchange: 12, serverHelloDone: 14 } as const;

function garbage(detail: string): HelloAnswer {
  return { kind: "garbage", detail };
}

/** Octets taken one after the other; every read beyond the end gives undefined, and what depends on it. */
class Cursor {
  readonly #octets: Buffer;
  #at = 0;
  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  number(size: 1 | 2 | 3): number | undefined {
    const octets = this.take(size);
    return octets?.readUIntBE(0, size);
  }

  take(length: number | undefined): Buffer | undefined {
    if (length === undefined || this.#at + length > this.#octets.length) return undefined;
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  vector(size: 1 | 2 | 3): Buffer | undefined {
    return this.take(this.number(size));
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }
}

function readServerHello(body: Buffer): HelloTaken | undefined {
  const cursor = new Cursor(body);
  const version = cursor.number(2);
  const random = cursor.take(32);
  const session = cursor.vector(1);
  const suite = cursor.number(2);
  const compression = cursor.number(1);
  if (version === undefined || random === undefined || session === undefined) return undefined;
  if (suite === undefined || compression === undefined) return undefined;
  if (version < helloVersions.ssl3 || version > helloVersions["tls1.2"]) return undefined;
  const extensions = cursor.isAtEnd ? Buffer.alloc(0) : cursor.vector(2);
  const types = extensions === undefined ? undefined : readExtensionTypes(extensions);
  if (types === undefined) return undefined;
  return {
    kind: "taken",
    version,
    suite,
    compresses: compression !== 0,
    safeRenegotiation: types.has(0xff01),
    extendedMasterSecret: types.has(extendedMasterSecret),
    certificates: [],
  };
}

function readExtensionTypes(octets: Buffer): ReadonlySet<number> | undefined {
  const types = new Set<number>();
  const cursor = new Cursor(octets);
  while (!cursor.isAtEnd) {
    const type = cursor.number(2);
    if (type === undefined || cursor.vector(2) === undefined) return undefined;
    types.add(type);
  }
  return types;
}

function readCertificates(body: Buffer): readonly Uint8Array[] | undefined {
  const list = new Cursor(body).vector(3);
  if (list === undefined) return undefined;
  const certificates: Uint8Array[] = [];
  const cursor = new Cursor(list);
  while (!cursor.isAtEnd && certificates.length < helloLimits.certificatesMax) {
    const certificate = cursor.vector(3);
    if (certificate === undefined) return undefined;
    certificates.push(new Uint8Array(certificate));
  }
  return certificates;
}

type Share = Pick<HelloTaken, "group" | "primeBits" | "signature">;

/** RFC 5246 §7.4.3, RFC 8422 §5.4. What cannot be read says nothing. */
function readShare({ suite, version }: HelloTaken, body: Buffer): Share {
  const cursor = new Cursor(body);
  const isTls12 = version === helloVersions["tls1.2"];
  switch (suiteOf(suite)?.exchange) {
    case "ecdhe":
    case "ecdh-anon": {
      const curveType = cursor.number(1);
      const group = cursor.number(2);
      if (curveType !== namedCurve || group === undefined || cursor.vector(1) === undefined) return {};
      return { group, ...signatureOf(cursor, isTls12) };
    }
    case "dhe":
    case "dh-anon": {
      const prime = cursor.vector(2);
      if (prime === undefined || cursor.vector(2) === undefined || cursor.vector(2) === undefined) return {};
      return { primeBits: bitsOf(prime), ...signatureOf(cursor, isTls12) };
    }
    case "rsa":
    case undefined:
      return {};
  }
}

const namedCurve = 3;

function signatureOf(cursor: Cursor, isTls12: boolean): Pick<Share, "signature"> {
  const signature = isTls12 ? cursor.number(2) : undefined;
  return signature === undefined ? {} : { signature };
}

function bitsOf(octets: Buffer): number {
  const first = octets.findIndex((octet) => octet !== 0);
  if (first < 0) return 0;
  return (octets.length - first - 1) * 8 + (32 - Math.clz32(octets[first] ?? 0));
}
