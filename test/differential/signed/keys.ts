/** Keys for made-up zones, in the file format that BIND's and ldns' signers read, and the DS records that stand for them. */
import { createHash, generateKeyPair, type webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Dice } from "../dice.ts";
import type { Zone, ZoneRecord } from "../world/shape.ts";
import { writeZone } from "./text.ts";

type JsonWebKey = webcrypto.JsonWebKey;

export interface ZoneKey {
  readonly zone: string;
  readonly secureEntry: boolean;
  /** The algorithm that signs. */
  readonly algorithm: number;
  /** The DNSKEY's data as published, which may name an algorithm that nobody knows. */
  readonly rdata: Uint8Array;
  readonly keyTag: number;
  /** The path of the key files without `.key` or `.private`. */
  readonly files: string;
}

/** RSA keys take long to make, so a handful serves all zones. */
export interface RsaPool {
  readonly keys: readonly JsonWebKey[];
}

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ readonly privateKey: { export(options: { format: "jwk" }): JsonWebKey } }>;

export async function makeRsaPool(): Promise<RsaPool> {
  const shapes = [
    [1024, 0x10001],
    [1280, 3],
    [2048, 0x10001],
    [2048, 0x10001],
  ];
  const pairs = shapes.map(([modulusLength, publicExponent]) => generate("rsa", { modulusLength, publicExponent }));
  return { keys: (await Promise.all(pairs)).map((pair) => pair.privateKey.export({ format: "jwk" })) };
}

/** Makes the zone's keys and writes their files into `directory`. None for an unsigned zone. */
export async function makeKeys(dice: Dice, zone: Zone, pool: RsaPool, directory: string): Promise<readonly ZoneKey[]> {
  const { signing } = zone;
  if (signing === undefined) return [];
  const keys: ZoneKey[] = [];
  for (const algorithm of signing.algorithms) {
    for (const secureEntry of signing.split ? [true, false] : [true]) {
      const jwk = isRsa(algorithm) ? dice.pick(pool.keys) : await freshKey(algorithm);
      const key = writeKey(zone.name, algorithm, secureEntry, jwk, directory);
      keys.push(signing.disguise === undefined ? key : disguised(key, signing.disguise));
    }
  }
  return keys;
}

/** The DS records that the zone's parent publishes. `keys` may be empty; then they stand for nothing. */
export function delegationRecords(dice: Dice, zone: Zone, keys: readonly ZoneKey[]): readonly ZoneRecord[] {
  const entries = keys.filter((key) => key.secureEntry);
  const stray: ZoneKey = keys[0] ?? { ...strayKey, rdata: Buffer.concat([Buffer.of(1, 1, 3, 13), dice.bytes(64)]) };
  const each = entries.length === 0 ? [stray] : entries;
  const all = (digest: number): readonly string[] => each.map((key) => ds(zone.name, key, digest));
  const [first = stray] = each;
  const broken = (text: string): string => text.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  const unknown = (digest: number, algorithm: number): string =>
    `${first.keyTag} ${algorithm} ${digest} ${"ab".repeat(32)}`;
  const lines = ((): readonly string[] => {
    switch (zone.delegation) {
      case "missing":
        return [];
      case "sha256":
        return all(2);
      case "sha384":
        return all(4);
      case "sha256-and-sha384":
        return [...all(2), ...all(4)];
      case "sha1-only":
        return all(1);
      case "sha1-and-sha256":
        return [...all(1), ...all(2)];
      case "broken-sha1-and-sha256":
        return [...all(1), ...all(2).map(broken)];
      case "right-and-wrong-key":
        return [...all(2), `${(first.keyTag + 1) & 0xffff} ${first.algorithm} 2 ${"cd".repeat(32)}`];
      case "right-and-unknown-algorithm":
        return [...all(2), unknown(2, 200)];
      case "right-and-unknown-digest":
        return [...all(2), unknown(99, first.algorithm)];
      case "one-algorithm-of-several":
        return all(2).slice(0, 1);
      case "wrong-digest":
        return all(2).map(broken);
      case "wrong-tag":
        return all(2).map((text) => text.replace(/^\d+/, (tag) => String((Number(tag) + 1) & 0xffff)));
      case "wrong-algorithm":
        return all(2).map((text) => text.replace(/^(\d+) \d+/, `$1 ${first.algorithm === 13 ? 8 : 13}`));
      case "unknown-algorithm":
        return [unknown(2, 200)];
      case "unknown-digest":
        return [unknown(99, first.algorithm)];
      case "zone-signing-key":
        return [ds(zone.name, keys.find((key) => !key.secureEntry) ?? first, 2)];
    }
  })();
  return lines.map((rdata) => ({ owner: zone.name, ttlSeconds: 3600, type: "DS", rdata }));
}

/** RFC 4034 §5.1.4. The digest of this text: `keyTag algorithm digestType hex`. */
export function ds(zone: string, key: ZoneKey, digest: number): string {
  const hash = createHash(digest === 1 ? "sha1" : digest === 2 ? "sha256" : "sha384");
  const labels = zone.split(".").filter((label) => label !== "");
  for (const label of labels) hash.update(Buffer.of(label.length)).update(label.toLowerCase());
  const hex = hash.update(Buffer.of(0)).update(key.rdata).digest("hex");
  return `${key.keyTag} ${key.rdata[3]} ${digest} ${hex}`;
}

/** RFC 4034 §B. */
export function keyTagOf(rdata: Uint8Array): number {
  let sum = 0;
  for (const [at, octet] of rdata.entries()) sum += at % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >> 16)) & 0xffff;
}

const strayKey = { zone: ".", secureEntry: true, algorithm: 13, keyTag: 4711, files: "" };

function isRsa(algorithm: number): boolean {
  return algorithm < 12;
}

async function freshKey(algorithm: number): Promise<JsonWebKey> {
  const [type, options] = curves[algorithm] ?? [];
  if (type === undefined) throw new TypeError(`no curve for algorithm ${algorithm}`);
  return (await generate(type, options ?? {})).privateKey.export({ format: "jwk" });
}

function writeKey(zone: string, algorithm: number, secureEntry: boolean, jwk: JsonWebKey, directory: string): ZoneKey {
  const rdata = Buffer.concat([Buffer.of(1, secureEntry ? 1 : 0, 3, algorithm), publicKey(algorithm, jwk)]);
  const keyTag = keyTagOf(rdata);
  const files = join(directory, `K${zone}+${String(algorithm).padStart(3, "0")}+${String(keyTag).padStart(5, "0")}`);
  const key = { zone, secureEntry, algorithm, rdata, keyTag, files };
  writeFileSync(`${files}.key`, writeZone([dnskeyRecord(key)]));
  writeFileSync(`${files}.private`, privateText(algorithm, jwk));
  return key;
}

/** The key under the algorithm that signs. */
export function dnskeyRecord({ zone, secureEntry, algorithm, rdata }: ZoneKey): ZoneRecord {
  const key = Buffer.from(rdata.subarray(4)).toString("base64");
  return { owner: zone, ttlSeconds: 3600, type: "DNSKEY", rdata: `${secureEntry ? 257 : 256} 3 ${algorithm} ${key}` };
}

function disguised(key: ZoneKey, algorithm: number): ZoneKey {
  const rdata = Uint8Array.from(key.rdata, (octet, at) => (at === 3 ? algorithm : octet));
  return { ...key, rdata, keyTag: keyTagOf(rdata) };
}

/** RFC 3110 §2, RFC 6605 §4, RFC 8080 §3. */
function publicKey(algorithm: number, jwk: JsonWebKey): Uint8Array {
  const exponent = octets(jwk.e);
  if (isRsa(algorithm)) return Buffer.concat([Buffer.of(exponent.length), exponent, octets(jwk.n)]);
  return Buffer.concat([octets(jwk.x), octets(jwk.y)]);
}

function privateText(algorithm: number, jwk: JsonWebKey): string {
  const fields: Record<string, string | undefined> = isRsa(algorithm)
    ? {
        Modulus: jwk.n,
        PublicExponent: jwk.e,
        PrivateExponent: jwk.d,
        Prime1: jwk.p,
        Prime2: jwk.q,
        Exponent1: jwk.dp,
        Exponent2: jwk.dq,
        Coefficient: jwk.qi,
      }
    : { PrivateKey: jwk.d };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${octets(value).toString("base64")}`);
  return `${["Private-key-format: v1.2", `Algorithm: ${algorithm} (${mnemonics[algorithm]})`, ...lines].join("\n")}\n`;
}

function octets(value: string | undefined): Buffer {
  return Buffer.from(value ?? "", "base64url");
}

const curves: Readonly<Record<number, readonly [type: string, options: object]>> = {
  13: ["ec", { namedCurve: "P-256" }],
  14: ["ec", { namedCurve: "P-384" }],
  15: ["ed25519", {}],
  16: ["ed448", {}],
};

const mnemonics: Readonly<Record<number, string>> = {
  5: "RSASHA1",
  7: "NSEC3RSASHA1",
  8: "RSASHA256",
  10: "RSASHA512",
  13: "ECDSAP256SHA256",
  14: "ECDSAP384SHA384",
  15: "ED25519",
  16: "ED448",
};
