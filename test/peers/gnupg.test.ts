/**
 * GnuPG beside the lab's author and mailbox, both ways: what the one has sealed the other opens, and finds the signature good. A private
 * directory of its own; the machine's keys are neither read nor touched.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKey } from "openpgp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeys, openMessage, readStrangersKey, sealMessage, type Keys } from "../../src/lab/author/index.ts";
import { systemClock } from "../../src/system/index.ts";
import { skipped } from "./skipped.ts";

const missing =
  spawnSync("gpg", ["--version"]).status === 0 ? undefined : "gpg is not installed (apt-get install gnupg)";
const home = mkdtempSync(join(tmpdir(), "surehop-gnupg-"));
// Whatever GnuPG has started for this directory ends with it.
afterAll(() => {
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  rmSync(home, { recursive: true, force: true });
});

const now = systemClock.now();
const draft = {
  from: "alice@sender.example",
  to: "bob@victim.example",
  subject: "a secret",
  body: "The token is 4711, and 秘密.\r\n.dots stay dots\r\n",
};
let alice: Keys;
let bob: Keys;

function gpg(args: readonly string[], input: string | Uint8Array): { readonly out: Buffer; readonly told: string } {
  const { status, stdout, stderr } = spawnSync(
    "gpg",
    ["--homedir", home, "--batch", "--trust-model", "always", ...args],
    { input },
  );
  if (status !== 0) throw new Error(stderr.toString());
  return { out: stdout, told: stderr.toString() };
}

beforeAll(async () => {
  // GnuPG judges by the second: a key must not be made in its future.
  alice = await makeKeys([draft.from], now - 2_000);
  bob = await makeKeys([draft.to], now - 2_000);
  if (missing !== undefined) return;
  gpg(["--import"], bob.secret.write());
  gpg(["--import"], alice.secret.write());
});

test("GnuPG opens what the author has sealed, word for word, and finds his signature good", async ({ skip }) => {
  if (skipped("GnuPG", missing)) skip(missing);
  const { content } = await sealMessage(draft, { to: bob.open, by: alice.secret, now, makeToken: () => "b0undary" });
  const armored = /-----BEGIN[^]*-----END PGP MESSAGE-----/.exec(content)?.[0] ?? "";
  const { out, told } = gpg(["--decrypt"], armored);
  expect(out.toString("utf8")).toContain(`Subject: ${draft.subject}\r\n\r\n${draft.body}`);
  expect(told).toContain('Good signature from "<alice@sender.example>"');
});

test("the mailbox opens what GnuPG has sealed and signed, and refuses what GnuPG has not signed", async ({ skip }) => {
  if (skipped("GnuPG", missing)) skip(missing);
  const within = `Content-Type: text/plain\r\n\r\n${draft.body}`;
  const sealed = (args: readonly string[]): string => {
    const { out } = gpg(["--armor", "--encrypt", "--recipient", draft.to, ...args], within);
    return asMessage(out.toString());
  };
  const terms = { keys: [bob.secret], author: alice.open, now: systemClock.now() + 2_000 };
  expect(await openMessage(sealed(["--sign", "--local-user", draft.from]), terms)).toEqual({
    kind: "opened",
    text: within,
  });
  expect(await openMessage(sealed([]), terms)).toEqual({ kind: "refused", why: "not-signed" });
  expect(await openMessage(sealed(["--sign", "--local-user", draft.to]), terms)).toEqual({
    kind: "refused",
    why: "not-signed",
  });
});

test("a key that GnuPG has made and published is taken for its address, and for no other", async ({ skip }) => {
  if (skipped("GnuPG", missing)) skip(missing);
  gpg(["--passphrase", "", "--quick-generate-key", "carol@gnupg.example", "default", "default"], "");
  const { out } = gpg(["--export", "carol@gnupg.example"], "");
  const later = systemClock.now() + 2_000;
  const read = await readStrangersKey(out, "carol@gnupg.example", later);
  expect(read.ok && read.value.getFingerprint()).toBe((await readKey({ binaryKey: out })).getFingerprint());
  expect(await readStrangersKey(out, "bob@gnupg.example", later)).toEqual({ ok: false, error: "of-another-address" });
});

/** RFC 3156 §4, with a boundary as other programs have it. */
function asMessage(armored: string): string {
  const boundary = "=-=mixed+by/somebody=-=";
  return [
    'Content-type: Multipart/Encrypted; boundary="=-=mixed+by/somebody=-=";',
    "\tprotocol=application/pgp-encrypted",
    "",
    `--${boundary}`,
    "Content-Type: application/pgp-encrypted; charset=us-ascii",
    "Content-Disposition: attachment",
    "",
    "Version: 1",
    "",
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    "",
    armored.trimEnd().replace(/\r?\n/g, "\r\n"),
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
}
