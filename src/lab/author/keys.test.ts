/** Keys from strangers: what counts as one for an address, and that no octets do any harm. */
import * as fc from "fast-check";
import { enums, generateKey, readKey, revokeKey, type KeyOptions, type PrivateKey } from "openpgp";
import { beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../system/index.ts";
import { keyLimits, makeKeys, readStrangersKey, type KeyFault, type Keys } from "./keys.ts";

const now = systemClock.now();
const address = "bob@victim.example";
const secondMs = 1000;
let bob: Keys;
let mallory: Keys;

beforeAll(async () => {
  bob = await makeKeys([address, "dora@victim.example"], now);
  mallory = await makeKeys(["mallory@attacker.example"], now);
});

async function made(options: Omit<KeyOptions, "userIDs">): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    userIDs: { email: address },
    date: new Date(now - 60 * secondMs),
    ...options,
    format: "object",
  });
  return privateKey;
}

/** The attacker's key, beside which stands somebody else's name, with that one's own signature over it. */
async function grafted(): Promise<Uint8Array> {
  const key = await readKey({ binaryKey: mallory.published });
  const stolen = await readKey({ binaryKey: bob.published });
  const [user] = stolen.users;
  if (user === undefined) throw new Error("the key has no name");
  key.users.push(user);
  return key.write();
}

describe("RFC 7929 §5.3, WKD §3.1: a stranger's key", () => {
  test("is taken for each address that it names, and encrypted to", async () => {
    for (const one of bob.addresses)
      expect(await readStrangersKey(bob.published, one, now)).toMatchObject({ ok: true });
  });

  test.each<[why: string, fault: KeyFault, octets: () => Promise<Uint8Array> | Uint8Array]>([
    ["one octet more than anybody's", "too-large", () => new Uint8Array(keyLimits.strangersKeyMaxBytes + 1)],
    ["nothing", "not-a-key", () => new Uint8Array()],
    ["a web page", "not-a-key", () => Buffer.from("<html>404 not here</html>")],
    ["cut off in the middle", "not-a-key", () => bob.published.subarray(0, 100)],
    ["two keys: which one?", "not-a-key", () => Buffer.concat([bob.published, mallory.published])],
    ["a secret key, which somebody has published by mistake", "secret-key", () => bob.secret.write()],
    ["somebody else's", "of-another-address", () => mallory.published],
    ["the name is there, and another key vouches for it", "of-another-address", grafted],
    [
      "made for an hour, two hours ago",
      "not-for-encryption",
      async () => {
        const key = await made({ date: new Date(now - 7200 * secondMs), keyExpirationTime: 3600 });
        return key.toPublic().write();
      },
    ],
    [
      "for signatures alone",
      "not-for-encryption",
      async () => (await made({ subkeys: [{ sign: true }] })).toPublic().write(),
    ],
    [
      "revoked",
      "not-for-encryption",
      async () => {
        const key = await made({});
        const reason = { flag: enums.reasonForRevocation.keyCompromised };
        const { publicKey } = await revokeKey({
          key,
          reasonForRevocation: reason,
          date: new Date(now - secondMs),
          format: "object",
        });
        return publicKey.write();
      },
    ],
  ])("%s: %s", async (_, fault, octets) => {
    expect(await readStrangersKey(await octets(), address, now)).toEqual({ ok: false, error: fault });
  });

  test("no octets do any harm, and none makes a key count for another address than its own", async () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
        const octets = Uint8Array.from(mallory.published);
        for (const { at, to } of changes) octets[at % octets.length] = to;
        return octets;
      }),
      fc.nat().map((at) => mallory.published.subarray(0, at % mallory.published.length)),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (octets) => {
        expect((await readStrangersKey(octets, address, now)).ok).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
