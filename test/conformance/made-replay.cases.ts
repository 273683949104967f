/** Replays made by hand for the tests of this folder: a zone `example.` signed by one RSA key of 2005's kind or today's. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { dsDigest, keyTagOf, signedBytes, typeOf, writeSignature, type Signature } from "./canonical.ts";
import { nameBytes, readRecord, type RawRecord } from "./zonetext.ts";
import { parseWireName, type WireName } from "../../src/dns/index.ts";

export function wire(text: string): WireName {
  const name = parseWireName(text);
  if (!name.ok) throw new TypeError(`not a name: ${text}`);
  return name.value;
}

/** A record as zone files write it; the class and a TTL of 3600 may be left out. */
export function record(line: string): RawRecord {
  const read = readRecord(line, { origin: ".", ttlSeconds: 3600 });
  if (!read.ok) throw new TypeError(`${line}: ${read.error.detail}`);
  return read.value;
}

/** One line that `readRecord` reads back, in the generic form of RFC 3597. */
export function line({ owner, type, ttlSeconds, rdata }: RawRecord): string {
  const hex = Buffer.from(rdata).toString("hex");
  return `${owner === "." ? "." : `${owner}.`} ${ttlSeconds} IN TYPE${type} \\# ${rdata.length} ${hex}`;
}

export interface SigningKey {
  readonly dnskey: RawRecord;
  readonly ds: (digestType: number) => RawRecord;
  /** The records with their RRSIG, made at the time of the replay. */
  readonly signed: (records: readonly RawRecord[], change?: Partial<Signature>) => readonly RawRecord[];
}

export const replayTime = Date.UTC(2007, 8, 16, 13, 42, 26) / 1000;
const daySeconds = 86_400;
const hashes: Readonly<Record<number, string>> = { 5: "sha1", 7: "sha1", 8: "sha256", 10: "sha512" };

export function signingKey(zone: string, algorithm: 5 | 7 | 8 | 10): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const { e = "", n = "" } = publicKey.export({ format: "jwk" });
  const exponent = Buffer.from(e, "base64url");
  const rdata = Buffer.concat([Buffer.of(1, 1, 3, algorithm, exponent.length), exponent, Buffer.from(n, "base64url")]);
  const dnskey: RawRecord = { owner: wire(zone), type: typeOf.DNSKEY, class: 1, ttlSeconds: 3600, rdata };
  return {
    dnskey,
    ds: (digestType) => dsOf(dnskey, algorithm, digestType),
    signed: (records, change = {}) => [
      ...records,
      rrsig(records, zone, algorithm, keyTagOf(rdata), privateKey, change),
    ],
  };
}

function dsOf({ owner, rdata }: RawRecord, algorithm: number, digestType: number): RawRecord {
  const tag = keyTagOf(rdata);
  const digest = dsDigest(owner, rdata, digestType) ?? new Uint8Array();
  const head = Buffer.of(tag >> 8, tag & 0xff, algorithm, digestType);
  return { owner, type: typeOf.DS, class: 1, ttlSeconds: 3600, rdata: Buffer.concat([head, digest]) };
}

function rrsig(
  records: readonly RawRecord[],
  zone: string,
  algorithm: number,
  keyTag: number,
  key: KeyObject,
  change: Partial<Signature>,
): RawRecord {
  const [first] = records;
  if (first === undefined) throw new TypeError("nothing to sign");
  const signature: Signature = {
    covered: first.type,
    algorithm,
    labels: first.owner.split(".").filter((label) => label !== "" && label !== "*").length,
    originalTtl: first.ttlSeconds,
    expiration: replayTime + daySeconds,
    inception: replayTime - daySeconds,
    keyTag,
    signer: nameBytes(wire(zone)),
    signature: new Uint8Array(),
    ...change,
  };
  const made = sign(hashes[algorithm] ?? "sha256", signedBytes(signature, records) ?? new Uint8Array(), key);
  const rdata = writeSignature({ ...signature, signature: made });
  return { owner: first.owner, type: typeOf.RRSIG, class: 1, ttlSeconds: first.ttlSeconds, rdata };
}

export interface EntryText {
  readonly match?: string;
  readonly adjust?: string;
  readonly reply?: string;
  readonly question: string;
  readonly answer?: readonly RawRecord[];
  readonly authority?: readonly RawRecord[];
  readonly additional?: readonly RawRecord[];
}

export function entry(text: EntryText): string {
  const section = (name: string, records: readonly RawRecord[] = []): string[] =>
    records.length === 0 ? [] : [`SECTION ${name}`, ...records.map(line)];
  return [
    "ENTRY_BEGIN",
    `MATCH ${text.match ?? "opcode qtype qname"}`,
    `ADJUST ${text.adjust ?? "copy_id"}`,
    `REPLY ${text.reply ?? "QR AA NOERROR"}`,
    "SECTION QUESTION",
    text.question,
    ...section("ANSWER", text.answer),
    ...section("AUTHORITY", text.authority),
    ...section("ADDITIONAL", text.additional),
    "ENTRY_END",
  ].join("\n");
}

export function range(address: string, entries: readonly string[], steps = "0 100"): string {
  return `RANGE_BEGIN ${steps}\n\tADDRESS ${address}\n${entries.join("\n")}\nRANGE_END`;
}

export function replayText(parts: {
  readonly config?: readonly string[];
  readonly anchors?: readonly RawRecord[];
  readonly ranges: readonly string[];
  readonly steps: readonly string[];
}): string {
  return [
    "; made for a test",
    "server:",
    ...(parts.anchors ?? []).map((anchor) => `\ttrust-anchor: "${line(anchor)}"`),
    '\tval-override-date: "20070916134226"',
    ...(parts.config ?? ["stub-zone:", '\tname: "."', "\tstub-addr: 192.0.2.53"]),
    "CONFIG_END",
    "SCENARIO_BEGIN made for a test",
    ...parts.ranges,
    ...parts.steps,
    "SCENARIO_END",
  ].join("\n");
}
