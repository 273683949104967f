/**
 * Password hashes: `scrypt$N=32768,r=8,p=3$salt$hash`, salt and hash in base64url (RFC 7914). The numbers travel with the
 * hash, within bounds, so that they can be raised later. Passwords are compared in Unicode NFKC, since keyboards differ.
 */
import { scrypt, timingSafeEqual } from "node:crypto";
import type { Random } from "../base/index.ts";

/** The cost of one guess: 32 MiB and three passes, which OWASP counts as equal to N=2^17, p=1. */
const cost = { N: 32_768, r: 8, p: 3 } as const;
const saltBytes = 16;
const hashBytes = 32;
/** Of memory for one verification. */
const memoryMaxBytes = 268_435_456;
const passwordMaxChars = 1024;

interface Parsed {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** A new hash. Rejects for an empty password or one over 1,024 characters. */
export async function hashPassword(password: string, random: Pick<Random, "bytes">): Promise<string> {
  if (password === "" || password.length > passwordMaxChars) throw new RangeError("password empty or too long");
  const salt = Buffer.from(random.bytes(saltBytes));
  const hash = await derive(password, { ...cost, salt, hash: Buffer.alloc(hashBytes) });
  return `scrypt$N=${cost.N},r=${cost.r},p=${cost.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** True if this is a hash that `verifyPassword` can work with. */
export function isPasswordHash(text: string): boolean {
  return parse(text) !== undefined;
}

/** Takes as long for a wrong password as for the right one; false for a hash that cannot be read. Runs off the main thread. */
export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const parsed = parse(encoded);
  if (parsed === undefined || password === "" || password.length > passwordMaxChars) return false;
  return timingSafeEqual(await derive(password, parsed), parsed.hash);
}

function derive(password: string, { N, r, p, salt, hash }: Parsed): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, hash.length, { N, r, p, maxmem: memoryMaxBytes * 2 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function parse(text: string): Parsed | undefined {
  const match = /^scrypt\$N=(\d{1,7}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9_-]{11,86})\$([A-Za-z0-9_-]{22,86})$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [N, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isPowerOf2 = N >= 2 && (N & (N - 1)) === 0;
  if (!isPowerOf2 || r < 1 || p < 1 || p > 16 || 128 * N * r > memoryMaxBytes) return undefined;
  return { N, r, p, salt: Buffer.from(match[4] ?? "", "base64url"), hash: Buffer.from(match[5] ?? "", "base64url") };
}
