import * as fc from "fast-check";
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeCertificate, makeKeys } from "../../test/support/x509.ts";
import { domain } from "../base/index.ts";
import { parseStsPolicy, parseStsRecord } from "../policy/index.ts";
import { readRecords } from "../report/index.ts";
import { createWords } from "../words/index.ts";
import {
  certificateKey,
  parsePromises,
  policyText,
  publication,
  readChain,
  readKey,
  zoneText,
  type HostKeys,
  type Promises,
  type PromisesText,
} from "./index.ts";

const ecdsa = makeCertificate({ names: ["mx1.example.org"] });
const rsa = makeCertificate({ keys: makeKeys("rsa2048"), names: ["mx1.example.org"] });
const [current, other] = [certificateKey(ecdsa.x509), certificateKey(rsa.x509)];
const nextKeys = makeKeys("p256");
const nextPem = nextKeys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

const least: PromisesText = { domain: "example.org", mx: ["mx1.example.org", "mx2.example.net"] };

function promises(text: Partial<PromisesText> = {}): Promises {
  const parsed = parsePromises({ ...least, ...text });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const host = domain("mx1.example.org");
const keysOf = (keys: Partial<HostKeys> = {}): readonly HostKeys[] => [{ host, current: [current], next: [], ...keys }];
const linesOf = (text: Partial<PromisesText>, keys: readonly HostKeys[] = []): readonly string[] =>
  publication(promises(text), keys).records.map(({ name, ttl, type, data }) => `${name} ${ttl} IN ${type} ${data}`);

describe("zone records", () => {
  test("trap 32, RFC 7672 §3.1.1: TLSA 3 1 1 for the current key, then the next, on each MX host", () => {
    const next = readKey(nextPem);
    if (!next.ok) throw new Error(next.error);
    const spki = nextKeys.publicKey.export({ type: "spki", format: "der" });
    expect(linesOf({ ttlSeconds: 600 }, keysOf({ next: [next.value] })).slice(0, 2)).toEqual([
      `_25._tcp.mx1.example.org. 600 IN TLSA 3 1 1 ${current.sha256}`,
      `_25._tcp.mx1.example.org. 600 IN TLSA 3 1 1 ${createHash("sha256").update(spki).digest("hex")}`,
    ]);
  });

  test("trap 14: the digest is over the whole SubjectPublicKeyInfo as OpenSSL reads it", () => {
    const der = createPublicKey(rsa.pem).export({ type: "spki", format: "der" });
    expect(other.sha256).toBe(createHash("sha256").update(der).digest("hex"));
    expect(other.kind).toBe("rsa");
  });

  test("trap 15: an RSA and an ECDSA certificate have a record each", () => {
    const tlsa = linesOf({}, keysOf({ current: [current, other] })).filter((line) => line.includes("TLSA"));
    expect(tlsa.map((line) => line.split(" ").at(-1))).toEqual([current.sha256, other.sha256]);
  });

  test("a key that is current and next at once has one record", () => {
    expect(linesOf({}, keysOf({ next: [current] })).filter((line) => line.includes("TLSA"))).toHaveLength(1);
  });

  test("a renewed certificate with the same key has the same record, one with another key has not", () => {
    const renewed = makeCertificate({ keys: ecdsa.keys, names: ["mx1.example.org"], toDays: 90 });
    expect(certificateKey(renewed.x509)).toEqual(current);
    expect(certificateKey(makeCertificate().x509).sha256).not.toBe(current.sha256);
  });

  test("MTA-STS, TLS reports and CAA, read by our own parsers for other people's", () => {
    const { records } = publication(
      promises({ rua: ["mailto:a@x.example", "https://r.example/x"], caa: ["ca.example"] }),
      [],
    );
    const [sts, rpt, caa] = records;
    expect(sts?.name).toBe("_mta-sts.example.org.");
    expect(parseStsRecord([plain(sts?.data)]).ok).toBe(true);
    expect(rpt?.name).toBe("_smtp._tls.example.org.");
    expect(readRecords([plain(rpt?.data)])).toMatchObject({
      kind: "wanted",
      targets: [{ way: "mailto" }, { way: "https" }],
    });
    expect(caa).toMatchObject({ name: "example.org.", type: "CAA", data: '0 issue "ca.example"' });
  });

  test("an address for reports with a comma, a semicolon or an exclamation mark stays one address (RFC 8460 §3)", () => {
    const [, rpt] = publication(promises({ rua: ["https://r.example/a,b;c!d"] }), []).records;
    expect(rpt?.data).toBe('"v=TLSRPTv1; rua=https://r.example/a%2Cb%3Bc%21d"');
  });

  test("a text longer than 255 octets is several strings of one record (RFC 1035 §3.3.14)", () => {
    const rua = Array.from({ length: 8 }, (_, at) => `mailto:reports-${at}@${"long-".repeat(9)}name.example`);
    const [, rpt] = publication(promises({ rua }), []).records;
    const strings = rpt?.data.match(/"[^"]*"/g) ?? [];
    expect(strings.length).toBeGreaterThan(1);
    expect(Math.max(...strings.map(({ length }) => length - 2))).toBe(255);
    expect(plain(rpt?.data)).toBe(`v=TLSRPTv1; rua=${rua.join(",")}`);
  });
});

describe("the policy file (RFC 8461 §3.2)", () => {
  test.each(["enforce", "testing", "none"] as const)("in mode %s is read back as it was meant", (mode) => {
    const meant = promises({ mode, maxAgeSeconds: 1_209_600 });
    expect(parseStsPolicy(Buffer.from(policyText(meant)))).toEqual({
      ok: true,
      value: { mode, mx: ["mx1.example.org", "mx2.example.net"], maxAgeSeconds: 1_209_600 },
    });
  });

  test.each<readonly [change: Partial<PromisesText>, changes: boolean, why: string]>([
    [{ mode: "enforce" }, true, "another mode"],
    [{ mx: ["mx1.example.org"] }, true, "another set of hosts"],
    [{ maxAgeSeconds: 1 }, true, "another time"],
    [{ rua: ["mailto:a@example.org"] }, false, "reports are no part of the policy"],
    [{ ttlSeconds: 60 }, false, "nor is the TTL"],
  ])("RFC 8461 §3.1: the id after %j is another one: %s: %s", (change, changes) => {
    const id = (text: Partial<PromisesText>): string | undefined => publication(promises(text), []).records[0]?.data;
    expect(id(change) !== id({})).toBe(changes);
    expect(id(change)).toMatch(/^"v=STSv1; id=[A-Za-z0-9]{1,32};"$/);
  });
});

describe("what is to be done", () => {
  test.each<readonly [text: Partial<PromisesText>, keys: readonly HostKeys[], steps: readonly string[], why: string]>([
    [
      { mode: "enforce", rua: ["mailto:a@example.org"] },
      [],
      ["serve-policy", "policy-before-record", "paste-records"],
      "no DANE",
    ],
    [
      {},
      keysOf(),
      [
        "sign-zone",
        "serve-policy",
        "policy-before-record",
        "paste-records",
        "name-rua",
        "enforce-later",
        "make-next-key",
        "keep-key",
      ],
      "trap 32: no next key yet",
    ],
    [
      { mode: "enforce", rua: ["mailto:a@example.org"] },
      keysOf({ next: [other] }),
      ["sign-zone", "serve-policy", "policy-before-record", "paste-records", "wait-two-ttls", "keep-key"],
      "trap 32: two TTLs",
    ],
  ])("%j: %o %j: %s", (text, keys, steps) => {
    expect(publication(promises(text), keys).steps.map(({ code }) => code)).toEqual(steps);
  });
});

describe("promises that cannot be kept are refused", () => {
  test.each<readonly [text: Partial<PromisesText>, code: string, key: string, why: string]>([
    [{ domain: "-x" }, "bad-domain", "domain", "no domain"],
    [{ mx: [] }, "no-mx", "mx", "a policy without a host is invalid (trap 20)"],
    [{ mx: ["mx_!.example"] }, "bad-domain", "mx", "no host"],
    [{ mx: Array.from({ length: 33 }, (_, at) => `mx${at}.example`) }, "too-many", "mx", "33 hosts"],
    [{ rua: ["tls@example.org"] }, "bad-rua", "rua", "no scheme"],
    [{ rua: ["http://example.org/"] }, "bad-rua", "rua", "in clear"],
    [{ rua: ["ftp://example.org/reports"] }, "bad-rua", "rua", "no report goes by FTP"],
    [{ rua: [""] }, "bad-rua", "rua", "empty"],
    [{ rua: ["mailto:reports"] }, "bad-rua", "rua", "no domain"],
    [{ rua: ["mailto:reports@"] }, "bad-rua", "rua", "an empty domain"],
    [{ rua: ["mailto:reports@-x-.example"] }, "bad-rua", "rua", "no domain that could be"],
    [{ rua: ["https:///reports"] }, "bad-rua", "rua", "no host"],
    [{ rua: ["https://user:password@example.org/"] }, "bad-rua", "rua", "a password for everybody to read"],
    [{ rua: ['mailto:a"b@example.org'] }, "bad-rua", "rua", "a quotation mark would end the string"],
    [{ rua: ["mailto:a@example.org\n"] }, "bad-rua", "rua", "a line"],
    [{ maxAgeSeconds: 31_557_601 }, "out-of-range", "max_age", "RFC 8461 §3.2"],
    [{ ttlSeconds: 1 }, "out-of-range", "ttl", "nobody could keep up"],
    [{ caa: ["not a name"] }, "bad-domain", "caa", "no authority"],
  ])("%j: %s of %s: %s", (text, code, key) => {
    const parsed = parsePromises({ ...least, ...text });
    expect(parsed.ok ? [] : parsed.error.map((fault) => [fault.code, fault.key])).toContainEqual([code, key]);
  });
});

describe("PEM files", () => {
  const privatePem = (keys = ecdsa.keys): string => keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  test.each<readonly [pem: string, sha256: string, why: string]>([
    [ecdsa.pem, current.sha256, "a certificate"],
    [`${ecdsa.pem}${rsa.pem}`, current.sha256, "a chain: its first"],
    [privatePem(), current.sha256, "a private key"],
    [
      `${privatePem(rsa.keys)}${ecdsa.pem}`,
      current.sha256,
      "a key and a certificate: the certificate is what is shown",
    ],
    [ecdsa.keys.privateKey.export({ type: "sec1", format: "pem" }).toString(), current.sha256, "an old private key"],
    [ecdsa.keys.publicKey.export({ type: "spki", format: "pem" }).toString(), current.sha256, "a public key"],
  ])("%# is read as the key: %s", (pem, sha256) => {
    const key = readKey(pem);
    expect(key.ok ? key.value.sha256 : key.error).toBe(sha256);
  });

  test.each<readonly [pem: string, fault: string, why: string]>([
    ["", "no-key", "nothing"],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "unreadable", "no certificate inside"],
    [ecdsa.pem.repeat(17), "too-many", "seventeen"],
    ["x".repeat(262_145), "too-long", "long"],
  ])("%# is refused: %s: %s", (pem, fault) => {
    expect(readKey(pem)).toEqual({ ok: false, error: fault });
  });

  test("whatever the text is, reading it neither throws nor takes a private key along", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.boolean(), (junk, at, isKey) => {
        const pem = isKey ? privatePem() : ecdsa.pem;
        const spoilt = pem.slice(0, at % pem.length) + junk + pem.slice(at % pem.length);
        const [key, chain] = [readKey(spoilt), readChain(spoilt)];
        if (key.ok) expect(Object.keys(key.value).sort()).toEqual(["kind", "sha256", "spki"]);
        if (chain.ok) expect(chain.value.every((one) => one instanceof X509Certificate)).toBe(true);
      }),
    );
  });
});

test.each(["en", "zh-CN"] as const)("a zone file in %s: every line is a comment or a record", (language) => {
  const words = createWords(language);
  const { records } = publication(promises({ rua: ["mailto:a@example.org"] }), keysOf({ next: [other] }));
  const lines = zoneText(words, records).split("\n");
  for (const line of lines) expect(line).toMatch(/^(?:|; .+|\S+\. \d+ IN (?:TLSA|TXT|CAA) .+)$/);
  expect(lines.filter((line) => line.startsWith(";"))).toHaveLength(4);
});

/** The strings of a TXT record joined, as a resolver gives them. */
function plain(data = ""): string {
  return [...data.matchAll(/"([^"]*)"/g)].map((match) => match[1]).join("");
}
