/**
 * Zone keys over `node:crypto`: verifying with every algorithm that replays use, the retired ones too (DSA of RFC 2536,
 * RSA/SHA-1 of RFC 3110), and making keys of today's algorithms.
 */
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";

/** The algorithms that Surehop does not validate with (SEC-2), each with the one that takes its place. */
export const successors: ReadonlyMap<number, number> = new Map([
  [3, 15],
  [5, 13],
  [6, 16],
  [7, 14],
]);

/** False for a key or a signature that cannot be read, and for an algorithm that is not known here. */
export function verifies(algorithm: number, key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    const publicKey = publicKeyOf(algorithm, key);
    if (publicKey === undefined) return false;
    if (algorithm === 3 || algorithm === 6) return verifiesDsa(publicKey, data, signature);
    const ec = algorithm === 13 || algorithm === 14;
    return verify(
      hashes[algorithm] ?? null,
      data,
      ec ? { key: publicKey, dsaEncoding: "ieee-p1363" } : publicKey,
      signature,
    );
  } catch {
    return false;
  }
}

/** A key of our own that stands for an old one: the same one for the same bytes. */
export interface Replacement {
  readonly algorithm: number;
  /** As it stands in a DNSKEY, without the four octets before it. */
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
}

export function replacementFor(algorithm: number, key: Uint8Array): Replacement {
  const successor = successors.get(algorithm) ?? algorithm;
  switch (successor) {
    case 15:
      return edwards(15, "302e020100300506032b657004220420", seed(key, 32), "ed25519");
    case 16:
      return edwards(16, "3047020100300506032b6571043b0439", seed(key, 57), "ed448");
    case 13:
      return weierstrass(13, "prime256v1", "P-256", seed(key, 32), "sha256");
    case 14:
      return weierstrass(14, "secp384r1", "P-384", seed(key, 48), "sha384");
    default:
      return rsa(successor, key);
  }
}

const hashes: Readonly<Record<number, string>> = {
  5: "sha1",
  7: "sha1",
  8: "sha256",
  10: "sha512",
  13: "sha256",
  14: "sha384",
};

function publicKeyOf(algorithm: number, key: Uint8Array): KeyObject | undefined {
  switch (algorithm) {
    case 3:
    case 6:
      return dsaKey(key);
    case 5:
    case 7:
    case 8:
    case 10:
      return rsaKey(key);
    case 13:
      return ecKey("P-256", key);
    case 14:
      return ecKey("P-384", key);
    case 15:
      return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: base64url(key) }, format: "jwk" });
    case 16:
      return createPublicKey({ key: { kty: "OKP", crv: "Ed448", x: base64url(key) }, format: "jwk" });
    default:
      return undefined;
  }
}

/** RFC 3110 §2. */
function rsaKey(key: Uint8Array): KeyObject {
  const long = key[0] === 0;
  const length = long ? ((key[1] ?? 0) << 8) | (key[2] ?? 0) : (key[0] ?? 0);
  const from = long ? 3 : 1;
  const [e, n] = [key.subarray(from, from + length), key.subarray(from + length)];
  return createPublicKey({ key: { kty: "RSA", e: base64url(e), n: base64url(n) }, format: "jwk" });
}

/** RFC 2536 §2: T, Q, P, G, Y; node takes it as SubjectPublicKeyInfo. */
function dsaKey(key: Uint8Array): KeyObject {
  const size = 64 + (key[0] ?? 0) * 8;
  const [q, p, g, y] = [
    key.subarray(1, 21),
    key.subarray(21, 21 + size),
    key.subarray(21 + size, 21 + 2 * size),
    key.subarray(21 + 2 * size, 21 + 3 * size),
  ].map(integer);
  if (p === undefined || q === undefined || g === undefined || y === undefined) throw new TypeError("no DSA key");
  const dsaOid = Buffer.from("06072a8648ce380401", "hex");
  const algorithm = der(0x30, Buffer.concat([dsaOid, der(0x30, Buffer.concat([p, q, g]))]));
  const spki = der(0x30, Buffer.concat([algorithm, der(0x03, Buffer.concat([Buffer.of(0), y]))]));
  return createPublicKey({ key: spki, format: "der", type: "spki" });
}

/** RFC 2536 §3: T, R, S. Old signers wrote DER instead, which unbound reads too. */
function verifiesDsa(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length === 41) return verify("sha1", data, { key, dsaEncoding: "ieee-p1363" }, signature.subarray(1));
  return verify("sha1", data, { key, dsaEncoding: "der" }, signature);
}

function ecKey(crv: string, key: Uint8Array): KeyObject {
  const half = key.length / 2;
  const [x, y] = [base64url(key.subarray(0, half)), base64url(key.subarray(half))];
  return createPublicKey({ key: { kty: "EC", crv, x, y }, format: "jwk" });
}

function edwards(algorithm: number, prefix: string, secret: Uint8Array, type: string): Replacement {
  const pkcs8 = Buffer.concat([Buffer.from(prefix, "hex"), secret]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw new TypeError(`no ${type} key`);
  return { algorithm, publicKey: Buffer.from(x, "base64url"), sign: (data) => sign(null, data, privateKey) };
}

function weierstrass(algorithm: number, curve: string, crv: string, secret: Uint8Array, hash: string): Replacement {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(Buffer.from(secret));
  const publicKey = ecdh.getPublicKey().subarray(1);
  const half = publicKey.length / 2;
  const [x, y] = [base64url(publicKey.subarray(0, half)), base64url(publicKey.subarray(half))];
  const jwk = { kty: "EC", crv, x, y, d: base64url(secret) };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return { algorithm, publicKey, sign: (data) => sign(hash, data, { key, dsaEncoding: "ieee-p1363" }) };
}

const rsaKeys = new Map<string, KeyObject>();

/** RSA keys do not come from a seed; within one run the same bytes get the same key. */
function rsa(algorithm: number, key: Uint8Array): Replacement {
  const name = createHash("sha256").update(key).digest("hex");
  const privateKey = rsaKeys.get(name) ?? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  rsaKeys.set(name, privateKey);
  const { e = "", n = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const exponent = Buffer.from(e, "base64url");
  const publicKey = Buffer.concat([Buffer.of(exponent.length), exponent, Buffer.from(n, "base64url")]);
  const hash = hashes[algorithm] ?? "sha256";
  return { algorithm, publicKey, sign: (data) => sign(hash, data, privateKey) };
}

function seed(key: Uint8Array, length: number): Uint8Array {
  const secret = createHash("shake256", { outputLength: length }).update("a replay's key").update(key).digest();
  // Below the order of every curve, whatever the other bits are.
  if (length === 32 || length === 48) secret[0] = (secret[0] ?? 0) & 0x7f;
  return secret;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((octet) => octet !== 0);
  const trimmed = bytes.subarray(start < 0 ? bytes.length - 1 : start);
  return der(0x02, (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), trimmed]) : Buffer.from(trimmed));
}

function der(tag: number, content: Uint8Array): Buffer {
  const length = content.length;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}
