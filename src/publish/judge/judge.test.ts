import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeCa, makeCertificate, makeKeys, type Made } from "../../../test/support/x509.ts";
import { domain } from "../../base/index.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import { createWords, languages } from "../../words/index.ts";
import {
  certificateKey,
  findingCodes,
  judgePublished,
  parsePromises,
  policyText,
  publication,
  tellFinding,
  tlsaOf,
  type Finding,
  type FindingCode,
  type Looked,
  type Presented,
  type Promises,
  type PublishedFacts,
  type PublishedHost,
} from "../index.ts";

const name = "mx.example.org";
const root = makeCa({ commonName: "Root" });
const ecdsa = makeCertificate({ issuer: root, names: [name] });
const rsa = makeCertificate({ keys: makeKeys("rsa2048"), issuer: root, names: [name] });
const coming = certificateKey(makeCertificate().x509);

const parsed = parsePromises({ domain: "example.org", mx: [name], mode: "enforce", rua: ["mailto:tls@example.org"] });
if (!parsed.ok) throw new Error("the promises of the tests cannot be kept");
const promises: Promises = parsed.value;

const text = (purpose: string): string =>
  publication(promises, [])
    .records.find((record) => record.purpose === purpose)
    ?.data.slice(1, -1) ?? "";
const secure = <T>(...records: readonly T[]): Looked<T> => ({
  kind: "records",
  status: "secure",
  records,
  ttlSeconds: 3600,
});
const none = { kind: "none", status: "secure" } as const;
const failed = { kind: "failed", status: "indeterminate", detail: "no answer" } as const;
const shown = (keyKind: "rsa" | "ecdsa", ...chain: readonly Made[]): Presented => ({
  kind: "chain",
  keyKind,
  chain: chain.map(({ der }) => der),
});
const of = ({ x509 }: Made): TlsaRecord => tlsaOf(certificateKey(x509));
const digest = (usage: number, selector: number, { der, x509 }: Made): TlsaRecord => ({
  usage,
  selector,
  matching: 1,
  association: createHash("sha256")
    .update(selector === 0 ? der : certificateKey(x509).spki)
    .digest(),
});
const policyOf = (change: Partial<Promises> = {}): PublishedFacts["stsPolicy"] => ({
  kind: "fetched",
  bytes: Buffer.from(policyText({ ...promises, ...change })),
});

const goodHost: PublishedHost = {
  host: domain(name),
  inMx: true,
  addresses: "secure",
  tlsa: secure(of(ecdsa), of(rsa), tlsaOf(coming)),
  presented: [shown("rsa", rsa, root), shown("ecdsa", ecdsa, root)],
  webPki: { kind: "proven" },
  next: [coming],
};
const good: PublishedFacts = {
  now: Date.now(),
  domain: domain("example.org"),
  promises,
  mx: secure({ preference: 10, exchange: name }),
  hosts: [goodHost],
  stsRecord: secure(text("sts"), "some other text"),
  stsPolicy: policyOf(),
  tlsRpt: secure(text("tls-rpt")),
};

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, code }) => `${severity} ${code}`);
const judged = (facts: Partial<PublishedFacts>, host: Partial<PublishedHost> = {}): readonly Finding[] =>
  judgePublished({ ...good, hosts: [{ ...goodHost, ...host }], ...facts });

test("a domain that keeps what it promises has nothing to mend", () => {
  expect(judgePublished(good)).toEqual([]);
});

describe("hosts and TLSA records", () => {
  test.each<readonly [host: Partial<PublishedHost>, expected: readonly string[], why: string]>([
    [
      { tlsa: secure(of(ecdsa), tlsaOf(coming)) },
      ["error tlsa-key-uncovered"],
      "trap 15: the RSA certificate has no record",
    ],
    [
      { tlsa: secure(of(rsa), tlsaOf(coming)) },
      ["error tlsa-key-uncovered"],
      "trap 15: the ECDSA certificate has none",
    ],
    [
      { tlsa: secure(tlsaOf(coming)) },
      ["error tlsa-mismatch", "error tlsa-mismatch"],
      "trap 32: a renewed certificate with a new key",
    ],
    [{ tlsa: secure(of(ecdsa), of(rsa)) }, ["warning tlsa-next-missing"], "trap 32: the next key is not out"],
    [{ tlsa: secure(of(ecdsa), of(rsa), tlsaOf(coming), of(root)) }, ["notice tlsa-stale"], "trap 32: an old record"],
    [
      {
        presented: [{ kind: "untested", keyKind: "rsa", detail: "timeout" }, shown("ecdsa", ecdsa)],
        tlsa: secure(of(ecdsa), of(rsa), tlsaOf(coming)),
      },
      ["notice host-untested"],
      "trap 27: what was not seen makes no record stale",
    ],
    [
      {
        presented: [{ kind: "not-offered", keyKind: "rsa" }, shown("ecdsa", ecdsa)],
        tlsa: secure(of(ecdsa), tlsaOf(coming)),
      },
      [],
      "an ECDSA certificate alone is enough",
    ],
    [{ tlsa: none }, ["warning tlsa-missing"], "no DANE"],
    [{ tlsa: none, addresses: "insecure" }, ["warning addresses-insecure"], "DANE-1: nobody would ask for TLSA"],
    [{ tlsa: failed }, ["error tlsa-unknown"], "trap 1: senders keep their mail"],
    [
      { tlsa: { ...secure(of(ecdsa)), status: "insecure" } as Looked<TlsaRecord> },
      ["warning tlsa-insecure"],
      "unsigned records count for nothing",
    ],
    [
      { tlsa: secure({ ...of(ecdsa), association: randomBytes(20) }) },
      ["error tlsa-unusable"],
      "DANE-3: none is usable",
    ],
    [
      { tlsa: secure(of(ecdsa), of(rsa), tlsaOf(coming), digest(1, 1, ecdsa)) },
      ["warning tlsa-pkix"],
      "trap 13: PKIX-EE",
    ],
    [
      { tlsa: secure(digest(3, 0, ecdsa), digest(3, 0, rsa), tlsaOf(coming)) },
      ["warning tlsa-whole-certificate"],
      "the next renewal breaks it",
    ],
    [{ tlsa: secure(digest(2, 0, root), tlsaOf(coming)) }, [], "DANE-TA with the CA certificate in the chain"],
    [
      { tlsa: secure(digest(2, 0, root), tlsaOf(coming)), presented: [shown("rsa", rsa), shown("ecdsa", ecdsa)] },
      ["error tlsa-mismatch", "error tlsa-mismatch", "warning tlsa-ta-not-sent"],
      "trap 32, RFC 7672 §3.1.2: the CA certificate is not sent",
    ],
    [
      {
        presented: [
          { kind: "no-starttls", keyKind: "rsa" },
          { kind: "no-starttls", keyKind: "ecdsa" },
        ],
      },
      ["error host-no-starttls"],
      "no TLS",
    ],
    [
      { webPki: { kind: "failed", fault: "certificate-expired", detail: "over" } },
      ["error webpki-failed"],
      "enforce: mail waits",
    ],
    [{ webPki: { kind: "untested" } }, [], "not looked at is no fault"],
  ])("%#: %j", (host, expected) => {
    expect(told(judged({}, host))).toEqual(expected);
  });

  test("a certificate that ends soon, or has ended", () => {
    const until = ecdsa.x509.validToDate.getTime();
    const only = { presented: [shown("ecdsa", ecdsa)], tlsa: secure(of(ecdsa), tlsaOf(coming)) };
    expect(told(judged({ now: until - 15 * 86_400_000 }, only))).toEqual([]);
    expect(told(judged({ now: until - 13 * 86_400_000 }, only))).toEqual(["warning certificate-expiring"]);
    // Trap 11: DANE-EE takes it all the same.
    expect(told(judged({ now: until }, only))).toEqual(["error certificate-expiring"]);
  });

  test("what to paste are the records of the keys that were seen, and of the next", () => {
    const [finding] = judged({}, { tlsa: secure(of(ecdsa)) });
    expect(finding?.paste.map(({ name: owner, data }) => `${owner} ${data}`)).toEqual([
      `_25._tcp.${name}. 3 1 1 ${certificateKey(rsa.x509).sha256}`,
      `_25._tcp.${name}. 3 1 1 ${certificateKey(ecdsa.x509).sha256}`,
      `_25._tcp.${name}. 3 1 1 ${coming.sha256}`,
    ]);
  });
});

describe("MX, MTA-STS and reports", () => {
  test.each<readonly [facts: Partial<PublishedFacts>, expected: readonly string[], why: string]>([
    [{ mx: failed, hosts: [] }, ["error mx-unknown"], "MX-2: nobody knows"],
    [{ mx: none, hosts: [] }, ["error mx-missing"], "no MX"],
    [
      { mx: { ...good.mx, status: "insecure" } as PublishedFacts["mx"] },
      ["warning mx-insecure"],
      "DANE-7: the choice of the host is unproven",
    ],
    [
      {
        mx: secure({ preference: 1, exchange: name }, { preference: 2, exchange: "mx2.example.net" }),
        hosts: [goodHost, { ...goodHost, host: domain("mx2.example.net") }],
      },
      ["error policy-mx-missing", "warning mx-unpromised"],
      "a new MX that nobody promised",
    ],
    [
      { promises: { ...promises, mx: [domain(name), domain("mx9.example.org")] } },
      ["warning sts-outdated", "warning policy-differs", "notice mx-unpublished"],
      "a promised MX that is not there, and a policy from before",
    ],
    [{ stsRecord: none }, ["warning sts-missing"], "no record"],
    [{ stsRecord: secure("something else") }, ["warning sts-missing"], "another record at that name"],
    [{ stsRecord: failed }, ["error sts-unknown"], "no answer"],
    [{ stsRecord: secure(text("sts"), text("sts")) }, ["error sts-several"], "trap 22: two are none"],
    [{ stsRecord: secure("v=STSv1; id=") }, ["error sts-invalid"], "no id"],
    [{ stsRecord: secure("v=STSv1; id=20160831;") }, ["warning sts-outdated"], "another id than the policy's"],
    [{ stsPolicy: { kind: "failed", detail: "404" } }, ["error policy-missing"], "trap 20: no policy there"],
    [
      { stsPolicy: { kind: "fetched", bytes: Buffer.from("version: STSv1\nmode: enforce\nmax_age: 86400\n") } },
      ["error policy-invalid"],
      "trap 20: no mx",
    ],
    [
      { stsPolicy: policyOf({ mode: "testing" }) },
      ["warning policy-differs", "notice policy-testing"],
      "testing, and enforce is meant",
    ],
    [{ stsPolicy: policyOf({ maxAgeSeconds: 60 }) }, ["warning policy-differs", "warning policy-short"], "a minute"],
    [
      { stsPolicy: policyOf({ mx: [domain("old.example.org")] }) },
      ["error policy-mx-missing", "warning policy-differs", "notice policy-mx-stale"],
      "trap 19: names the old host",
    ],
    [{ stsPolicy: { kind: "not-asked" } }, [], "nobody looked"],
    [{ tlsRpt: none }, ["warning rpt-missing"], "no reports"],
    [{ tlsRpt: failed }, ["warning rpt-unknown"], "no answer"],
    [{ tlsRpt: secure(text("tls-rpt"), text("tls-rpt")) }, ["warning rpt-several"], "RFC 8460 §3: two are none"],
    [{ tlsRpt: secure("v=TLSRPTv1; rua") }, ["warning rpt-invalid"], "unreadable"],
    [{ tlsRpt: secure("v=TLSRPTv2; rua=mailto:a@example.org") }, ["warning rpt-invalid"], "another version"],
    [{ tlsRpt: secure("rua=mailto:a@example.org") }, ["warning rpt-invalid"], "no version"],
    [{ tlsRpt: secure("some-verification=1") }, ["warning rpt-missing"], "something else stands there"],
    [{ tlsRpt: secure("v=TLSRPTv1; rua=ftp://example.org/") }, ["warning rpt-unusable"], "no report goes there"],
    [
      { tlsRpt: secure("v=TLSRPTv1; rua=mailto:a@example.org,http://example.org/") },
      ["notice rpt-unusable"],
      "one of two is of use",
    ],
    [{ tlsRpt: secure("v=TLSRPTv1; rua=mailto:gone@example.org") }, ["notice rpt-differs"], "another address"],
  ])("%#: %j", (facts, expected) => {
    expect(told(judgePublished({ ...good, ...facts }))).toEqual(expected);
  });

  test("of a stranger's domain, with nothing promised, only contradictions are told", () => {
    const { promises: _, ...stranger } = good;
    expect(judgePublished(stranger)).toEqual([]);
    const without = { ...stranger, stsRecord: none, stsPolicy: { kind: "failed", detail: "no such host" } } as const;
    expect(told(judgePublished(without))).toEqual(["warning sts-missing"]);
  });
});

describe.each(languages)("every finding in words: %s", (language) => {
  const words = createWords(language);
  const args = {
    detail: "d",
    host: "h",
    record: "r",
    kind: "rsa",
    id: "i",
    pattern: "p",
    seconds: "1",
    content: "c",
    date: "2026-01-01",
    state: "over",
    uri: "u",
    why: "scheme",
  };

  test.each(findingCodes)("%s", (code: FindingCode) => {
    const { what, fix } = tellFinding(words, { code, severity: "error", name: "n.example", args, paste: [] });
    expect(what.length).toBeGreaterThan(10);
    expect(fix.length).toBeGreaterThan(2);
  });

  test("no character of a stranger's drives the terminal", () => {
    const detail = "\u001b[2J\u202efoo\r";
    const { what } = tellFinding(words, {
      code: "mx-unknown",
      severity: "error",
      name: "n.example",
      args: { detail },
      paste: [],
    });
    expect(what).not.toMatch(/[\u001b\u202e\r]/);
  });
});
