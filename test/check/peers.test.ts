/**
 * Beside what Debian has for looking at mail servers, at the same servers of the sandbox: posttls-finger (Postfix), danetool (GnuTLS) and
 * OpenSSL's client. DANE has `dane-peers.test.ts`, and testssl.sh, which takes its time, `testssl.test.ts`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judge, readyToPaste, type Inspection, type Report } from "../../src/check/index.ts";
import { createWords } from "../../src/words/index.ts";
import { skipped } from "../peers/skipped.ts";
import { makeCa } from "../support/x509.ts";
import { chain, goodCiphers, keys, openTown, root, stranger, type Chain, type HostPlan } from "./town.ts";

const programs = {
  finger: ["/usr/sbin/posttls-finger"],
  danetool: ["/usr/bin/danetool"],
  openssl: ["/usr/bin/openssl"],
} as const;
const pathOf = (name: keyof typeof programs): string | undefined => programs[name].find((file) => existsSync(file));
const lacks = (name: keyof typeof programs): boolean =>
  skipped(`the checker beside ${name}`, pathOf(name) === undefined ? "not installed" : undefined);

const folder = mkdtempSync(join(tmpdir(), "surehop-beside-"));
beforeAll(() => {
  writeFileSync(join(folder, "ca.pem"), root.pem);
  writeFileSync(join(folder, "main.cf"), "compatibility_level = 3.6\nsmtp_tls_loglevel = 1\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(name: keyof typeof programs, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(pathOf(name) ?? name, args, {
      env: { ...process.env, MAIL_CONFIG: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: Buffer): void => void (said += chunk.toString());
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", () => resolve(said));
  });
}

interface Looked {
  readonly inspection: Inspection;
  readonly report: Report;
}

const hostName = "mx.town.example";

/** `others` look at the same servers, at the IPv4 address. */
async function look<T>(
  plan: HostPlan,
  others: (address: string, port: number) => Promise<T>,
): Promise<Looked & { readonly said: T }> {
  const town = await openTown({ hosts: [plan] });
  try {
    const inspection = await town.inspect();
    const address = inspection.hosts[0]?.addresses.find((one) => !one.address.includes(":"))?.address ?? "";
    return { inspection, report: judge(inspection), said: await others(address, town.port) };
  } finally {
    await town.close();
  }
}

const names = [hostName];
const upper = makeCa({ commonName: "Upper CA", issuer: root });
const lower = makeCa({ commonName: "Lower CA", issuer: upper });
const ec = (options: Parameters<typeof chain>[1], above?: Parameters<typeof chain>[2]): readonly Chain[] => [
  chain(keys.ec, { names, ...options }, above),
];

describe.skipIf(lacks("finger"))(
  "posttls-finger takes a certificate where we find nothing wrong with it, and no other",
  () => {
    test.each<[string, readonly Chain[], boolean]>([
      ["a good one", ec({}), true],
      ["a wildcard", ec({ names: ["*.town.example"] }), true],
      ["one that has run out", ec({ fromDays: -60, toDays: -1 }), false],
      ["one that is not valid yet", ec({ fromDays: 2 }), false],
      ["one for another name", ec({ names: ["www.town.example"] }), false],
      ["a stranger's", ec({ issuer: stranger }, [stranger]), false],
      ["one without its intermediate", ec({}, []), false],
      ["a chain out of order", ec({ issuer: lower }, [upper, lower]), true],
    ])("%s", async (_, chains, isGood) => {
      const { report, said } = await look({ chains }, (address, port) =>
        run("finger", [
          "-c",
          "-l",
          "secure",
          "-F",
          join(folder, "ca.pem"),
          "-L",
          "summary",
          `[${address}]:${port}`,
          hostName,
        ]),
      );
      const blamed = report.findings.filter(({ code }) => /^(?:certificate|chain-incomplete)/.test(code));
      expect(blamed.length === 0, JSON.stringify(blamed)).toBe(isGood);
      expect(/Verified TLS connection established/.test(said), said).toBe(isGood);
    });
  },
);

describe.skipIf(lacks("danetool"))("danetool makes the same TLSA record of a certificate", () => {
  test.each([["RSA", keys.rsa] as const, ["ECDSA", keys.ec] as const])("%s", async (_, of) => {
    const shown = chain(of, { names });
    const file = join(folder, "leaf.pem");
    writeFileSync(file, shown.certificates[0]?.pem ?? "");
    const { inspection, said } = await look({ chains: [shown] }, () =>
      run("danetool", [
        "--tlsa-rr",
        "--host",
        hostName,
        "--port",
        "25",
        "--proto",
        "tcp",
        "--load-certificate",
        file,
        "--no-domain",
      ]),
    );
    const digest = /TLSA \( 0[0-3] 01 01 ([0-9a-f]{64}) \)/.exec(said)?.[1];
    const paste = readyToPaste(createWords("en"), inspection, undefined);
    expect(digest, said).toMatch(/^[0-9a-f]{64}$/);
    expect(paste.ok && paste.value.zone).toContain(`TLSA 3 1 1 ${digest}`);
  });
});

describe.skipIf(lacks("openssl"))("OpenSSL's client gets the old versions that we find, and no other", () => {
  test.each<[string, HostPlan["tls"], readonly string[]]>([
    ["TLS 1.2 and newer", {}, []],
    ["TLS 1.1 and newer", { minVersion: "TLSv1.1", ciphers: `${goodCiphers}:AES256-SHA:@SECLEVEL=0` }, ["tls1_1"]],
    [
      "TLS 1.0 and newer",
      { minVersion: "TLSv1", ciphers: `${goodCiphers}:AES256-SHA:@SECLEVEL=0` },
      ["tls1", "tls1_1"],
    ],
  ])("%s", async (_, tls, old) => {
    const { report, said } = await look(
      { chains: [chain(keys.rsa, { names })], tls: tls ?? {} },
      async (address, port) => {
        const got: string[] = [];
        for (const version of ["tls1", "tls1_1"]) {
          const to = ["-starttls", "smtp", "-connect", `${address}:${port}`];
          const heard = await run("openssl", ["s_client", ...to, `-${version}`, "-cipher", "ALL:@SECLEVEL=0"]);
          if (/^New, .*Cipher is (?!\(NONE\))/m.test(heard)) got.push(version);
        }
        return got;
      },
    );
    expect(said).toEqual(old);
    const found = report.findings.find(({ code }) => code === "tls-old-versions")?.evidence["versions"] ?? "";
    expect(found.split(", ").filter((one) => one !== "").length).toBe(old.length);
  });
});
