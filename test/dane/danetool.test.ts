/** The records that GnuTLS's danetool makes of a certificate are the ones that match it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { TlsaRecord } from "../../src/dns/index.ts";
import { matchDane } from "../../src/tls/index.ts";
import { skipped } from "../peers/skipped.ts";
import { makeCa, makeCertificate, makeKeys, type KeyKind } from "../support/x509.ts";

const missing = spawnSync("danetool", ["--version"]).status === 0 ? undefined : "gnutls-bin is not installed";
const scratch = mkdtempSync(join(tmpdir(), "surehop-danetool-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(skipped("GnuTLS's danetool", missing))("trap 14 records that danetool makes", () => {
  const kinds: readonly KeyKind[] = ["p256", "p384", "rsa2048", "ed25519"];
  test.each(kinds)("of a key of the kind %s", (kind) => {
    const authority = makeCa({ keys: makeKeys(kind) });
    const leaf = makeCertificate({ issuer: authority, names: ["mx.example.org"], keys: makeKeys(kind) });
    const chain = [leaf.x509, authority.x509];
    const judge = (record: TlsaRecord): unknown =>
      matchDane({ records: [record], chain, names: ["mx.example.org"], now: Date.now() });
    for (const hash of ["sha256", "sha512"]) {
      for (const selector of [[], ["--x509"]]) {
        expect(judge(record(leaf.pem, hash, selector))).toMatchObject({ value: { depth: 0 } });
        expect(judge(record(authority.pem, hash, ["--ca", ...selector]))).toMatchObject({ value: { depth: 1 } });
        expect(judge(record(authority.pem, hash, selector))).toMatchObject({ ok: false });
        expect(judge(record(leaf.pem, hash, ["--ca", ...selector]))).toMatchObject({ ok: false });
      }
    }
  });
});

function record(pem: string, hash: string, more: readonly string[]): TlsaRecord {
  const file = join(scratch, "certificate.pem");
  writeFileSync(file, pem);
  const options = ["--tlsa-rr", "--host", "mx.example.org", "--load-certificate", file, "--hash", hash, ...more];
  const { stdout } = spawnSync("danetool", options, { encoding: "utf8" });
  const fields = /TLSA \( (\d+) (\d+) (\d+) ([0-9a-f]+) \)/.exec(stdout);
  if (fields === null) throw new Error(`danetool says ${stdout}`);
  const [usage = NaN, selector = NaN, matching = NaN] = fields.slice(1, 4).map(Number);
  return { usage, selector, matching, association: Buffer.from(fields[4] ?? "", "hex") };
}
