/** DNSKEY sets of a zone whose keys come and go, for the tests of this folder. */
import { keyOf, makeKey, signSet, type SigningKey } from "../../../test/support/signer.ts";
import { dsOf } from "../dnssec/keys.ts";
import { selfSigners, type SelfSigner } from "../dnssec/signers.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import { name, reply } from "../message.cases.ts";
import type { Message, ResourceRecord } from "../message.ts";
import type { WireName } from "../name.ts";

export const zone: WireName = name("anchored.test");
export const dayMs = 86_400_000;
export const startAt = Date.UTC(2026, 0, 1);

const entryPoint = 0x0101;
const revokedFlag = 0x0080;

/** Three keys that are meant to be anchors, and one that signs the zone's data alone. Ed25519: quick to make. */
export const keys = {
  a: makeKey(15, entryPoint),
  b: makeKey(15, entryPoint),
  c: makeKey(15, entryPoint),
  zsk: makeKey(15, 0x0100),
} as const;

export type KeyName = keyof typeof keys;

export function revokedForm({ data, secret }: SigningKey): SigningKey {
  return keyOf({ ...data, flags: data.flags | revokedFlag }, secret);
}

export function anchorFor(key: SigningKey): TrustAnchor {
  const { keyTag, algorithm, digestType, digest } = dsOf(zone, key.data, 2);
  return { zone, keyTag, algorithm, digestType, digest };
}

export interface Published {
  /** `a`, or `!a` for a that is revoked. */
  readonly keys: readonly string[];
  readonly signedBy: readonly string[];
  /** Days from the start of the test. */
  readonly inceptionDay?: number;
  readonly expirationDay?: number;
  readonly ttlSeconds?: number;
}

function keyNamed(text: string): SigningKey {
  const key = keys[text.replace("!", "") as KeyName];
  return text.startsWith("!") ? revokedForm(key) : key;
}

export function published(published: Published): Message {
  const { inceptionDay = -1000, expirationDay = 1000, ttlSeconds = 3600 } = published;
  const set = published.keys.map((one): ResourceRecord => ({ name: zone, ttlSeconds, data: keyNamed(one).data }));
  const at = (day: number): number => (startAt + day * dayMs) / 1000;
  const validity = { inception: at(inceptionDay), expiration: at(expirationDay) };
  const signatures = published.signedBy.map((one) => signSet(set, { zone, key: keyNamed(one), validity }));
  return reply("anchored.test", {
    questions: [{ name: zone, type: "DNSKEY", class: 1 }],
    answers: [...set, ...signatures],
  });
}

export function seen(set: Published): readonly SelfSigner[] {
  return selfSigners(published(set), zone);
}
