/**
 * A self-signed certificate for first steps: it encrypts, and proves nothing to a mail program that was not told to trust it.
 * Written out as DER (X.690; RFC 5280 §4.1): it is one small, fixed shape.
 */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Clock, DomainName, Random } from "../base/index.ts";

export interface SelfSigned {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

const validDays = 365;
const dayMs = 86_400_000;
/** 127.0.0.1 and ::1. */
const loopback = [Buffer.from([127, 0, 0, 1]), Buffer.from([...Array<number>(15).fill(0), 1])];

/** P-256, for the name, `localhost` and the loopback addresses, so that it can be tried on the machine itself. */
export function makeSelfSigned(name: DomainName, clock: Pick<Clock, "now">, random: Pick<Random, "bytes">): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = clock.now();
  // ecdsa-with-SHA256
  const algorithm = sequence(tlv(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const subject = commonName(name);
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial(random)),
    algorithm,
    subject,
    sequence(time(now - dayMs), time(now + validDays * dayMs)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(basicConstraints(), alternativeNames([name, "localhost"], loopback))),
  );
  const certificate = sequence(body, algorithm, bitString(signature(body, privateKey)));
  return { certificate: pem(certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function signature(body: Buffer, key: KeyObject): Buffer {
  return sign("sha256", body, key);
}

/** 16 octets, positive. */
function serial(random: Pick<Random, "bytes">): Buffer {
  const bytes = Buffer.from(random.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function commonName(name: string): Buffer {
  // RFC 5280 bounds a CN by 64 characters; names are matched by the subjectAltName alone anyway.
  const value = tlv(0x0c, Buffer.from(name.slice(0, 64), "utf8"));
  return sequence(tlv(0x31, sequence(tlv(0x06, Buffer.from("550403", "hex")), value)));
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
function time(at: number): Buffer {
  const text = `${new Date(at)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, "")
    .slice(0, 14)}Z`;
  return text < "2050" ? tlv(0x17, Buffer.from(text.slice(2), "latin1")) : tlv(0x18, Buffer.from(text, "latin1"));
}

/** CA:TRUE, so that a program can be told to trust it as the end of a chain. */
function basicConstraints(): Buffer {
  return extension("551d13", sequence(tlv(0x01, Buffer.from([0xff]))), true);
}

function alternativeNames(names: readonly string[], addresses: readonly Buffer[]): Buffer {
  const dnsNames = names.map((name) => tlv(0x82, Buffer.from(name, "latin1")));
  const ipAddresses = addresses.map((address) => tlv(0x87, address));
  return extension("551d11", sequence(...dnsNames, ...ipAddresses), false);
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(tlv(0x06, Buffer.from(id, "hex")), ...critical, tlv(0x04, value));
}

function integer(value: Buffer): Buffer {
  return tlv(0x02, value);
}

function bitString(value: Buffer): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([0]), value]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const octets = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, 0x80 | octets.length, ...octets]), value]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
