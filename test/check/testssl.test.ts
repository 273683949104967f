/**
 * The checker beside Debian's testssl.sh at the same servers. A row of `rows` is one thing that both know, and about which they agree at every
 * server here; `notCompared` is what one of them does not know. It takes some minutes for each server, so it has to be asked for.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judge, ownFindingCodes, type OwnFindingCode } from "../../src/check/index.ts";
import { skipped } from "../peers/skipped.ts";
import { makeCa } from "../support/x509.ts";
import { cases } from "./plans.cases.ts";
import { chain, goodCiphers, keys, openTown, root, stranger, type Chain, type HostPlan } from "./town.ts";

const program = ["/usr/bin/testssl", "/usr/bin/testssl.sh"].find((file) => existsSync(file));
const missing =
  process.env["SUREHOP_TESTSSL"] !== "1"
    ? "SUREHOP_TESTSSL=1 is not set (it takes a quarter of an hour)"
    : program === undefined
      ? "not installed"
      : undefined;

/** Of one server, on a busy machine. */
const patienceMs = 600_000;

const folder = mkdtempSync(join(tmpdir(), "surehop-testssl-"));
beforeAll(() => writeFileSync(join(folder, "ca.pem"), root.pem));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What testssl.sh said, by its own ids. */
type Said = ReadonlyMap<string, string>;

const offers = (said: Said, ...ids: readonly string[]): boolean =>
  ids.some((id) => said.has(id) && said.get(id)?.startsWith("not offered") === false);
const says = (said: Said, id: string, what: RegExp): boolean => what.test(said.get(id) ?? "");
const bits = (said: Said, id: string): number => Number(/(\d+) bits/.exec(said.get(id) ?? "")?.[1] ?? Infinity);

/** One thing that both look at: our findings, any of them, against what it says. */
const rows: readonly (readonly [codes: readonly OwnFindingCode[], theirs: (said: Said) => boolean])[] = [
  [["tls-old-versions"], (said) => offers(said, "SSLv2", "SSLv3", "TLS1", "TLS1_1")],
  [["tls13-missing"], (said) => !offers(said, "TLS1_3")],
  [["cipher-insecure"], (said) => offers(said, "cipherlist_NULL", "cipherlist_EXPORT", "cipherlist_LOW")],
  [["cipher-anonymous"], (said) => offers(said, "cipherlist_aNULL")],
  [["cipher-weak"], (said) => offers(said, "cipherlist_3DES_IDEA")],
  [["cipher-order"], (said) => says(said, "cipher_order", /NOT a cipher order|client/i)],
  [["group-weak"], (said) => says(said, "PFS_ECDHE_curves", /secp(?:160|192|224)|sect|prime192/)],
  // It has names for the groups that many servers share: those of RFC 2409 and the smallest of RFC 3526 are too short.
  [["dh-short"], (said) => bits(said, "DH_groups") < 2048 || says(said, "DH_groups", /Oakley Group [125]\b/)],
  [["ems-missing"], (said) => !says(said, "TLS_extensions", /extended master secret/)],
  [["compression"], (said) => said.has("CRIME_TLS") && !says(said, "CRIME_TLS", /^not vulnerable/)],
  [["renegotiation-unsafe"], (said) => said.has("secure_renego") && !says(said, "secure_renego", /^supported/)],
  [["renegotiation-by-client"], (said) => says(said, "secure_client_renego", /^VULNERABLE/)],
  [["certificate-expired"], (said) => says(said, "cert_expirationStatus", /^expired/)],
  [["certificate-other-name"], (said) => !says(said, "cert_trust", /^Ok/)],
  [
    ["certificate-self-signed", "certificate-untrusted", "chain-incomplete", "certificate-expired", "signature-weak"],
    (said) => !says(said, "cert_chain_of_trust", /^passed/),
  ],
  [["chain-disordered"], (said) => says(said, "certs_list_ordering_problem", /^yes/)],
  [["key-short"], (said) => says(said, "cert_keySize", /^RSA/) && bits(said, "cert_keySize") < 2048],
  [["signature-weak"], (said) => says(said, "cert_signatureAlgorithm", /SHA1|MD5/)],
];

const names = ["mx.town.example"];
const rsa = (options: Parameters<typeof chain>[1] = {}, above?: Parameters<typeof chain>[2]): readonly Chain[] => [
  chain(keys.rsa, { names, ...options }, above),
];
const planted = (is: string): HostPlan => cases.find((one) => one.is === is)?.plan.hosts?.[0] ?? {};
const upper = makeCa({ commonName: "Upper CA", issuer: root });
const lower = makeCa({ commonName: "Lower CA", issuer: upper });

const servers: Readonly<Record<string, HostPlan>> = {
  "a good server": { chains: rsa() },
  "a bad one": {
    chains: rsa(),
    tls: {
      minVersion: "TLSv1",
      secureOptions: 0,
      honorCipherOrder: false,
      ecdhCurve: "secp224r1:X25519:prime256v1",
      ciphers: `${goodCiphers}:AES256-SHA:NULL-SHA256:AECDH-AES256-SHA:@SECLEVEL=0`,
    },
  },
  "TLS 1.2 alone, a group of 1024 bits, and no extended master secret": {
    ...planted("a Diffie-Hellman group of 1024 bits"),
    tls: {
      ...planted("a Diffie-Hellman group of 1024 bits").tls,
      secureOptions: planted("no extended master secret (RFC 7627)").tls?.secureOptions ?? 0,
      maxVersion: "TLSv1.2",
    },
  },
  "a certificate that has run out, for another name": {
    chains: rsa({ names: ["www.town.example"], fromDays: -60, toDays: -1 }),
  },
  "a stranger's certificate": { chains: rsa({ issuer: stranger }, [stranger]) },
  "no intermediate certificate": { chains: rsa({}, []) },
  "a chain out of order": { chains: rsa({ issuer: lower }, [upper, lower]) },
  "a short key": planted("an RSA key of 1024 bits"),
};

/** What the other does not look at, or not so that it could be compared. */
const notCompared: Readonly<Partial<Record<OwnFindingCode, string>>> = {
  "cipher-static": "testssl.sh 3.0 sorts ciphers by strength, and not by whether they have forward secrecy",
  "cipher-cbc": "what testssl.sh calls average is CBC and ciphers without forward secrecy together",
  "early-data": "testssl.sh 3.0 does not look at it",
  "exchange-sha1": "testssl.sh 3.0 does not offer single signature algorithms",
  "certificate-expires-soon": "it warns at 60 days, the checker at 14",
  "certificate-not-yet-valid": "it looks at the end alone, and calls the whole chain untrusted",
  "starttls-required": "it sends nothing but EHLO and STARTTLS",
  "requiretls-missing": "it does not read what is offered inside TLS",
  "command-injection": "its test is for FTP, IMAP and POP3 alone",
  smuggling: "not a matter of TLS",
  "caa-missing": "it asks the machine's own resolver",
};

describe("every finding about TLS and certificates is compared, or it is said why not", () => {
  const aboutTls =
    /^(?:cipher|tls-old|tls13|dh-|ems|early|group|exchange|compression|renegotiation|certificate|chain|key|signature|starttls-required|requiretls|command|smuggling|caa)/;
  test.each(ownFindingCodes.filter((code) => aboutTls.test(code)))("%s", (code) => {
    const isCompared = rows.some(([codes]) => codes.includes(code));
    expect(isCompared).toBe(notCompared[code] === undefined);
  });
});

describe.skipIf(skipped("the checker beside testssl.sh", missing))("testssl.sh finds what we find", () => {
  test.each(Object.entries(servers))("%s", { timeout: patienceMs }, async (_, plan) => {
    const town = await openTown({ hosts: [{ ...plan, ipv6: false }] });
    try {
      const inspection = await town.inspect();
      const codes = new Set<string>(judge(inspection).findings.map(({ code }) => code));
      const [address] = inspection.hosts[0]?.addresses ?? [];
      const said = await ask(address?.address ?? "", town.port);
      const others = rows.flatMap(([of, theirs]) => {
        const ours = of.some((code) => codes.has(code));
        return ours === theirs(said) ? [] : [`${of.join(", ")}: ${ours ? "only we" : "only testssl.sh"}`];
      });
      expect(others, JSON.stringify([...said])).toEqual([]);
    } finally {
      await town.close();
    }
  });
});

async function ask(address: string, port: number): Promise<Said> {
  const file = join(folder, `${port}.json`);
  const what = ["-p", "-s", "-f", "-P", "-S", "-R", "-C"];
  const how = ["--quiet", "--color", "0", "--openssl-timeout", "5", "--warnings", "off", "-t", "smtp"];
  const where = ["--add-ca", join(folder, "ca.pem"), "--ip", address, `mx.town.example:${port}`];
  const told = await new Promise<string>((resolve, reject) => {
    const child = spawn(program ?? "testssl", [...how, ...what, "--jsonfile", file, ...where], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let heard = "";
    child.stdout.on("data", (chunk: Buffer) => void (heard += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => void (heard += chunk.toString()));
    child.once("error", reject);
    child.once("close", () => resolve(heard));
  });
  if (!existsSync(file)) throw new Error(told);
  const found = JSON.parse(readFileSync(file, "utf8")) as readonly { readonly id: string; readonly finding: string }[];
  return new Map(found.map(({ id, finding }) => [id.replace(/ <.*>$/, ""), finding]));
}
