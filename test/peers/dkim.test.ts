/**
 * A report's signature, checked by somebody else's DKIM: Debian's python3-dkim, which knows the service type that RFC 8460 §3 gives to the keys of
 * TLS reports (`s=tlsrpt`) and, asked strictly, takes no other.
 */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { address, domain } from "../../src/base/index.ts";
import { packDocument, reportLetter, signLetter } from "../../src/report/index.ts";
import { skipped } from "./skipped.ts";

const python = "/usr/bin/python3";
const verifier = `
import sys, dkim
record = sys.argv[1].encode()
message = sys.stdin.buffer.read()
print(dkim.verify(message, dnsfunc=lambda name, timeout=5: record, tlsrpt='strict'))
`;

function missing(): string | undefined {
  const probe = spawnSync(python, ["-c", "import dkim, nacl"]);
  return probe.status === 0
    ? undefined
    : "python3-dkim or python3-nacl is not installed; test/peers/install.sh brings both";
}

function verdict(message: Uint8Array, record: string): string {
  const { stdout, stderr, status } = spawnSync(python, ["-c", verifier, record], { input: message });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString().trim();
}

describe.skipIf(skipped("python3-dkim", missing()))("RFC 8460 §3: python3-dkim on our signature", () => {
  test.each(["rsa", "ed25519"] as const)(
    "%s: takes it, and refuses a changed report and a key for something else",
    async (kind) => {
      const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } =
        kind === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
      const der = publicKey.export({ type: "spki", format: "der" });
      const p = (kind === "rsa" ? der : der.subarray(-32)).toString("base64");
      const letter = reportLetter({
        from: address("noreply@ours.example"),
        to: address("tls@good.example"),
        submitter: domain("ours.example"),
        domain: domain("good.example"),
        reportId: "20260101.ab@ours.example",
        filename: "ours.example!good.example!1767225600!1767311999!1.json.gz",
        body: packDocument({ "report-id": "x" }),
        text: "A report.\n",
        language: "en",
        now: Date.now(),
      });
      const key = {
        domain: domain("ours.example"),
        selector: "s1",
        privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
      const signed = Buffer.from(await signLetter(letter, key, Date.now()));
      const record = (services: string): string => `v=DKIM1; k=${kind}; s=${services}; p=${p}`;
      expect(verdict(signed, record("tlsrpt"))).toBe("True");
      expect(verdict(signed, record("email"))).toBe("False");
      const changed = signed.toString("latin1").replace("TLS-Report-Domain: good", "TLS-Report-Domain: evil");
      expect(verdict(Buffer.from(changed, "latin1"), record("tlsrpt"))).toBe("False");
    },
  );
});
