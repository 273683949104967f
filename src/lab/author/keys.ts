/** OpenPGP keys (RFC 9580): one's own, and what strangers say is one. */
import { generateKey, readKeys, type PrivateKey, type PublicKey } from "openpgp";
import { err, ok, type Instant, type Result } from "../../base/index.ts";

export const keyLimits = {
  /** A key with photographs and a hundred signatures has less. */
  strangersKeyMaxBytes: 65_536,
  userIdsMax: 50,
  userIdMaxBytes: 1_024,
} as const;

export interface Keys {
  readonly addresses: readonly string[];
  readonly secret: PrivateKey;
  readonly open: PublicKey;
  /** As it is published: binary. */
  readonly published: Uint8Array;
}

/** For all of these addresses: Ed25519 and Curve25519, as version 4 keys in the form that GnuPG 2.2 knows too (RFC 9580 §9.2). */
export async function makeKeys(addresses: readonly string[], now: Instant): Promise<Keys> {
  const { privateKey, publicKey } = await generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    userIDs: addresses.map((email) => ({ email })),
    format: "object",
    date: new Date(now),
  });
  return { addresses, secret: privateKey, open: publicKey, published: publicKey.write() };
}

export type KeyFault =
  | "too-large"
  /** Or several, or one with more names than anybody has. */
  | "not-a-key"
  | "secret-key"
  /** RFC 7929 §5.3, WKD §3.1: none of its user ids is this address, or none that its own key vouches for. */
  | "of-another-address"
  /** It cannot be encrypted to: run out, revoked, for signatures alone, too weak. */
  | "not-for-encryption";

/** Octets that are said to be the key of an address. Never throws. */
export async function readStrangersKey(
  octets: Uint8Array,
  address: string,
  now: Instant,
): Promise<Result<PublicKey, KeyFault>> {
  if (octets.length > keyLimits.strangersKeyMaxBytes) return err("too-large");
  const key = await onlyKey(octets);
  if (!key.ok) return key;
  const date = new Date(now);
  if (!(await isOf(key.value, address, date))) return err("of-another-address");
  try {
    await key.value.getEncryptionKey(undefined, date);
    return key;
  } catch {
    return err("not-for-encryption");
  }
}

async function onlyKey(octets: Uint8Array): Promise<Result<PublicKey, KeyFault>> {
  try {
    const config = { maxUserIDLength: keyLimits.userIdMaxBytes };
    const [key, ...others] = await readKeys({ binaryKeys: octets, config });
    if (key === undefined || others.length > 0 || key.users.length > keyLimits.userIdsMax) return err("not-a-key");
    return key.isPrivate() ? err("secret-key") : ok(key);
  } catch {
    return err("not-a-key");
  }
}

async function isOf(key: PublicKey, address: string, date: Date): Promise<boolean> {
  for (const user of key.users) {
    if (user.userID?.email !== address) continue;
    try {
      if ((await user.verify(date)) === true) return true;
    } catch {
      // A name that the key itself does not vouch for: anybody can write one beside it.
    }
  }
  return false;
}
