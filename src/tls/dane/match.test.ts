import { createHash, type X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  directoryName,
  dnsName,
  extension,
  makeCa,
  makeCertificate,
  makeKeys,
  purposes,
  usage,
  type Made,
  type MakeOptions,
} from "../../../test/support/x509.ts";
import { sequence, tlv } from "../../lab/der.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import { daneLimits } from "./limits.ts";
import { matchDane, type DaneFailure, type DaneMatch } from "./match.ts";
import { spoilt, tlsa } from "./records.cases.ts";

const names = ["tlsa.example.net", "mx.example.org", "example.org"];
const root = makeCa({ commonName: "Root" });
const middle = makeCa({ commonName: "Middle", issuer: root });
const below = (options: MakeOptions = {}): Made =>
  makeCertificate({ issuer: middle, names: ["mx.example.org"], ...options });
const leaf = below();
const junk = makeCa({ commonName: "Junk" });

type Verdict = DaneFailure["fault"] | number;

function judge(chain: readonly Made[], records: readonly TlsaRecord[], now = Date.now()): Verdict {
  return told(matchDane({ records, chain: chain.map(({ x509 }) => x509), names, now }));
}

/** The depth of the match, or the fault. */
function told(verdict: { ok: true; value: DaneMatch } | { ok: false; error: DaneFailure }): Verdict {
  return verdict.ok ? verdict.value.depth : verdict.error.fault;
}

describe("DANE-4, trap 11 DANE-EE(3) looks at the leaf alone", () => {
  const unloved = makeCertificate({
    commonName: "",
    fromDays: 10,
    toDays: -10,
    purposes: [purposes.client],
    keyUsage: [],
  });
  const critical = makeCertificate({ extensions: [extension("2a0304", true, sequence())] });
  test.each(["3 0 0", "3 0 1", "3 0 2", "3 1 0", "3 1 1", "3 1 2"])("%s", (kind) => {
    expect(judge([leaf, middle], [tlsa(kind, leaf)])).toBe(0);
    expect(judge([unloved], [tlsa(kind, unloved)]), "no name, never valid, for clients").toBe(0);
    expect(judge([critical], [tlsa(kind, critical)]), "a critical extension that nobody knows").toBe(0);
    expect(judge([leaf, middle], [spoilt(tlsa(kind === "3 0 0" || kind === "3 1 0" ? "3 1 1" : kind, leaf))])).toBe(
      "dane-mismatch",
    );
    expect(judge([leaf, middle], [tlsa(kind, middle)]), "an issuer is no leaf").toBe("dane-mismatch");
  });
  test("a key that anybody could compute proves nobody (RFC 9325 §4.5)", () => {
    const weak = makeCertificate({ keys: makeKeys("rsa1024") });
    expect(judge([weak], [tlsa("3 1 1", weak)])).toBe("certificate-untrusted");
    expect(judge([weak], [tlsa("3 1 1", leaf)])).toBe("dane-mismatch");
  });
  test("no certificate matches nothing", () => {
    expect(judge([], [tlsa("3 1 1", leaf)])).toBe("certificate-missing");
  });
});

describe("DANE-4, trap 12 DANE-TA(2) must sign", () => {
  const anchored: readonly (readonly [string, readonly Made[], readonly TlsaRecord[], Verdict])[] = [
    ["the intermediate, presented", [leaf, middle], [tlsa("2 0 1", middle)], 1],
    ["its key", [leaf, middle], [tlsa("2 1 2", middle)], 1],
    ["the root, presented", [leaf, middle, root], [tlsa("2 1 1", root)], 2],
    ["the nearest of two", [leaf, middle, root], [tlsa("2 1 1", root), tlsa("2 0 1", middle)], 1],
    ["in the wrong order", [leaf, root, middle], [tlsa("2 1 1", root)], 2],
    ["between junk", [leaf, junk, root, junk, middle, root], [tlsa("2 1 1", root)], 2],
    ["a digest of the root, not presented (RFC 7671 §5.2.2)", [leaf, middle], [tlsa("2 0 1", root)], "dane-mismatch"],
    ["a digest of the intermediate, not presented", [leaf], [tlsa("2 1 2", middle)], "dane-mismatch"],
    ["the whole root in DNS, not presented", [leaf, middle], [tlsa("2 0 0", root)], 2],
    ["the whole intermediate in DNS, not presented", [leaf], [tlsa("2 0 0", middle)], 1],
    ["the root's key in DNS, not presented (RFC 7671 §5.2.3)", [leaf, middle], [tlsa("2 1 0", root)], 1],
    ["the intermediate's key in DNS, not presented", [leaf], [tlsa("2 1 0", middle)], 0],
    [
      "a certificate in DNS leads to the digest of another",
      [leaf, root],
      [tlsa("2 0 0", middle), tlsa("2 0 1", root)],
      1,
    ],
    ["junk that is presented", [leaf, middle, junk], [tlsa("2 0 1", junk)], "dane-mismatch"],
    ["junk in DNS", [leaf, middle], [tlsa("2 0 0", junk)], "dane-mismatch"],
    ["the key of junk in DNS", [leaf, middle], [tlsa("2 1 0", junk)], "dane-mismatch"],
    ["a link that is missing", [leaf, root], [tlsa("2 0 1", root)], "dane-mismatch"],
    ["a digest of the leaf itself", [leaf, middle], [tlsa("2 0 1", leaf)], "dane-mismatch"],
    [
      "trap 13 usage 2 that matches, usage 3 that does not",
      [leaf, middle],
      [tlsa("3 1 1", junk), tlsa("2 1 1", middle)],
      1,
    ],
    ["trap 13 usage 3 goes first", [leaf, middle], [tlsa("2 1 1", middle), tlsa("3 1 1", leaf)], 0],
    [
      "trap 13 PKIX usages match nothing",
      [leaf, middle, root],
      [tlsa("0 1 1", root), tlsa("1 1 1", leaf)],
      "dane-mismatch",
    ],
  ];
  test.each(anchored)("%s", (_, chain, records, verdict) => {
    expect(judge(chain, records)).toBe(verdict);
  });

  const selfish = makeCertificate({ names: ["mx.example.org"] });
  const selfishCa = makeCa({ names: ["mx.example.org"] });
  test.each<[string, Made, string, Verdict]>([
    ["a digest", selfish, "2 0 1", "dane-mismatch"],
    ["a digest of the key", selfish, "2 1 1", "dane-mismatch"],
    ["the whole certificate", selfish, "2 0 0", "dane-mismatch"],
    ["a digest, and it is an authority", selfishCa, "2 0 1", "dane-mismatch"],
    // Here the key in DNS has signed what was presented, and that is all that a bare key can be asked (RFC 7671 §5.2.3).
    ["the bare key", selfish, "2 1 0", 0],
  ])("a leaf signed by itself is no anchor of its own, by %s", (_, made, kind, verdict) => {
    expect(judge([made], [tlsa(kind, made)])).toBe(verdict);
    expect(judge([made, made], [tlsa(kind, made)]), "presented twice").toBe(verdict);
  });

  test("an impostor of the same name has not signed", () => {
    const impostor = makeCa({ commonName: "Middle" });
    expect(judge([leaf, impostor], [tlsa("2 0 1", impostor)])).toBe("dane-mismatch");
    const forged = below({ signingKeys: impostor.keys });
    expect(judge([forged, middle], [tlsa("2 0 1", middle)])).toBe("dane-mismatch");
    expect(judge([forged, impostor, middle], [tlsa("2 0 1", middle)])).toBe("dane-mismatch");
  });

  test("authorities that have signed each other: every way is tried", () => {
    const keys = makeKeys("p256");
    const other = makeCa({ commonName: "Other root" });
    const crossed = [
      makeCa({ commonName: "Crossed", keys, issuer: other }),
      makeCa({ commonName: "Crossed", keys, issuer: root, toDays: -1, fromDays: -9 }),
      makeCa({ commonName: "Crossed", keys, issuer: root }),
    ] as const;
    const underneath = makeCertificate({ issuer: crossed[0], names: ["mx.example.org"] });
    for (const order of [crossed, crossed.toReversed()]) {
      expect(judge([underneath, ...order, root, other], [tlsa("2 0 1", root)])).toBe(2);
      expect(judge([underneath, ...order, root, other], [tlsa("2 0 1", other)])).toBe(2);
    }
    const [first, second] = crossed;
    expect(judge([underneath, first, second, root], [tlsa("2 0 1", root)]), "the only way has run out").toBe(
      "certificate-expired",
    );
  });

  test("a failure tells what was reached, and what is missing", () => {
    const expired = below({ fromDays: -9, toDays: -1 });
    const records = [tlsa("2 0 1", middle)];
    const ask = (chain: readonly Made[]): unknown =>
      matchDane({ records, chain: chain.map(({ x509 }) => x509), names, now: Date.now() });
    expect(ask([expired, middle])).toMatchObject({
      error: {
        fault: "certificate-expired",
        reached: { record: records[0], depth: 1 },
        detail: expect.stringContaining("was valid until"),
      },
    });
    expect(ask([makeCertificate(), middle])).toMatchObject({
      error: { detail: expect.stringContaining("has not signed this certificate") },
    });
  });
});

describe("DANE-4 a DANE-TA path keeps to RFC 5280", () => {
  const critical = extension("2a0304", true, sequence());
  const shallow = makeCa({ commonName: "Shallow", pathLength: 0 });
  const underShallow = makeCa({ commonName: "Under", issuer: shallow });
  const renewed = makeCa({ commonName: "Shallow", issuer: shallow, keys: makeKeys("p256") });
  const constrained = (permitted: readonly Buffer[], excluded: readonly Buffer[] = []): Made =>
    makeCa({ commonName: "Constrained", permitted, excluded });
  const under = (ca: Made, options: MakeOptions = {}): readonly Made[] => [
    makeCertificate({ issuer: ca, names: ["mx.example.org"], ...options }),
    ca,
  ];
  const ofOld = makeCertificate({ commonName: "Old root", version: 1 });
  const oldMiddle = makeCertificate({ commonName: "Old middle", version: 1, issuer: root });
  const rows: readonly (readonly [string, readonly Made[], Verdict])[] = [
    ["an authority", under(makeCa()), 1],
    ["no basic constraints", under(makeCertificate({ commonName: "CA" })), "certificate-untrusted"],
    [
      "an anchor that may sign and says no more",
      under(makeCertificate({ commonName: "CA", keyUsage: [usage.keyCertSign] })),
      1,
    ],
    [
      "an intermediate that may sign and says no more",
      [...under(makeCertificate({ commonName: "CA", issuer: root, keyUsage: [usage.keyCertSign] })), root],
      "certificate-untrusted",
    ],
    ["not an authority", under(makeCa({ ca: false })), "certificate-untrusted"],
    ["an authority that may not sign", under(makeCa({ keyUsage: [usage.cRLSign] })), "dane-mismatch"],
    ["an authority without key usage", under(makeCertificate({ commonName: "CA", ca: true })), 1],
    ["an anchor of version 1", under(ofOld), 1],
    ["an intermediate of version 1", [...under(oldMiddle), root], "certificate-untrusted"],
    ["an anchor of the future", under(makeCa({ fromDays: 5 })), "certificate-not-yet-valid"],
    ["an anchor that has run out", under(makeCa({ fromDays: -9, toDays: -5 })), "certificate-expired"],
    ["no more authorities than allowed", under(shallow), 1],
    ["one authority too many", [...under(underShallow), shallow], "certificate-untrusted"],
    ["a key that hands over to the next is not counted", [...under(renewed), shallow], 2],
    ["a leaf for servers", under(root, { purposes: [purposes.client, purposes.server] }), 1],
    ["a leaf for clients", under(root, { purposes: [purposes.client] }), "certificate-untrusted"],
    ["an authority for clients", under(makeCa({ purposes: [purposes.client] })), "certificate-untrusted"],
    ["a leaf whose key signs for TLS", under(root, { keyUsage: [usage.digitalSignature] }), 1],
    ["a leaf whose key signs lists alone", under(root, { keyUsage: [usage.cRLSign] }), "certificate-untrusted"],
    ["a critical extension unknown, in the leaf", under(root, { extensions: [critical] }), "certificate-untrusted"],
    ["a critical extension unknown, in the anchor", under(makeCa({ extensions: [critical] })), "certificate-untrusted"],
    ["a leaf signed with SHA-1", under(root, { hash: "sha1" }), "certificate-untrusted"],
    ["an anchor signed with SHA-1, which proves nothing anyway", under(makeCa({ hash: "sha1" })), 1],
    ["a weak key", under(makeCa({ keys: makeKeys("rsa1024") })), "certificate-untrusted"],
    ["RSA", under(makeCa({ keys: makeKeys("rsa2048") }), { keys: makeKeys("rsa2048") }), 1],
    ["Ed25519", under(makeCa({ keys: makeKeys("ed25519") })), 1],
    ["names permitted", under(constrained([dnsName("example.org")])), 1],
    ["names permitted below a dot", under(constrained([dnsName(".example.org")])), 1],
    ["names not permitted", under(constrained([dnsName("example.com")])), "certificate-untrusted"],
    ["names that only end alike", under(constrained([dnsName("ample.org")])), "certificate-untrusted"],
    ["names excluded", under(constrained([], [dnsName("example.org")])), "certificate-untrusted"],
    [
      "names permitted, one of them excluded",
      under(constrained([dnsName("org")], [dnsName("mx.example.org")])),
      "certificate-untrusted",
    ],
    [
      "a wildcard that covers what is excluded",
      under(constrained([], [dnsName("vpn.example.org")]), { names: ["*.example.org"] }),
      "certificate-untrusted",
    ],
    [
      "a wildcard beside what is excluded",
      under(constrained([], [dnsName("a.b.example.org")]), { names: ["*.example.org"] }),
      1,
    ],
    [
      "a second name not permitted",
      under(constrained([dnsName("example.org")]), { names: ["mx.example.org", "x.example"] }),
      "certificate-untrusted",
    ],
    [
      "a common name not permitted",
      under(constrained([dnsName("example.com")]), { names: [], commonName: "mx.example.org" }),
      "certificate-untrusted",
    ],
    ["a subject permitted", under(constrained([directoryName("leaf")])), 1],
    ["a subject permitted in other letters", under(constrained([directoryName(" LEAF ")])), 1],
    ["a subject not permitted", under(constrained([directoryName("other")])), "certificate-untrusted"],
    [
      "an address where addresses are constrained",
      under(constrained([tlv(0x87, Buffer.from("0a000000ff000000", "hex"))]), {
        names: ["mx.example.org"],
        otherNames: [tlv(0x87, Buffer.from([10, 1, 2, 3]))],
      }),
      1,
    ],
    [
      "an address beyond",
      under(constrained([tlv(0x87, Buffer.from("0a000000ff000000", "hex"))]), {
        otherNames: [tlv(0x87, Buffer.from([11, 1, 2, 3]))],
      }),
      "certificate-untrusted",
    ],
    [
      "an address of the other family",
      under(constrained([tlv(0x87, Buffer.from("0a000000ff000000", "hex"))]), {
        otherNames: [tlv(0x87, Buffer.alloc(16))],
      }),
      "certificate-untrusted",
    ],
    [
      "a kind of name that we cannot compare",
      under(constrained([tlv(0x81, Buffer.from("example.org"))]), {
        otherNames: [tlv(0x81, Buffer.from("a@example.org"))],
      }),
      "certificate-untrusted",
    ],
    [
      "constraints that cannot be read",
      under(makeCa({ extensions: [extension("551d1e", true, sequence())] })),
      "dane-mismatch",
    ],
    [
      "an extension that stands there twice",
      under(root, { extensions: [extension("551d11", false, sequence(dnsName("mx.example.org")))] }),
      "certificate-untrusted",
    ],
    [
      "policies, critical, which ask for nothing",
      under(root, {
        extensions: [extension("551d20", true, sequence(sequence(tlv(0x06, Buffer.from("551d2000", "hex")))))],
      }),
      1,
    ],
    [
      "demands on policies, critical, which we cannot meet",
      under(root, { extensions: [extension("551d24", true, sequence(tlv(0x80, Buffer.from([0]))))] }),
      "certificate-untrusted",
    ],
  ];
  test.each(rows)("%s", (_, chain, verdict) => {
    const anchor = chain.at(-1);
    if (anchor === undefined) throw new Error("no anchor");
    expect(judge(chain, [tlsa("2 0 1", anchor)])).toBe(verdict);
  });
  test("a bare key of DNS constrains nothing, and still dates and names count", () => {
    const records = [tlsa("2 1 0", root)];
    expect(judge([leaf, middle], records)).toBe(1);
    expect(judge([below({ toDays: -1, fromDays: -2 }), middle], records)).toBe("certificate-expired");
    expect(judge([below({ names: ["mx.example.com"] }), middle], records)).toBe("certificate-name-mismatch");
  });
  test("dates hold to the second on both sides", () => {
    const records = [tlsa("2 1 1", middle)];
    const from = leaf.x509.validFromDate.getTime();
    const to = leaf.x509.validToDate.getTime();
    const long = makeCa({ commonName: "Middle", keys: middle.keys, fromDays: -100, toDays: 1000 });
    expect(judge([leaf, long], records, from - 1)).toBe("certificate-not-yet-valid");
    expect(judge([leaf, long], records, from)).toBe(1);
    expect(judge([leaf, long], records, to + 999)).toBe(1);
    expect(judge([leaf, long], records, to + 1000)).toBe("certificate-expired");
  });
});

describe("DANE-4, trap 11 DANE-TA(2) asks for a name (RFC 7672 §3.2.2)", () => {
  const records = [tlsa("2 1 1", middle)];
  test.each<[string, MakeOptions, string | undefined]>([
    ["the TLSA base domain", { names: ["tlsa.example.net"] }, "tlsa.example.net"],
    ["the MX host", { names: ["x.example", "MX.example.org"] }, "mx.example.org"],
    ["the next-hop domain", { names: ["example.org"] }, "example.org"],
    ["a wildcard", { names: ["*.example.org"] }, "*.example.org"],
    ["a wildcard over a top-level domain", { names: ["*.org"] }, undefined],
    ["another name", { names: ["mx.example.com"] }, undefined],
    ["the common name, where there is no DNS name", { names: [], commonName: "mx.example.org" }, "mx.example.org"],
    ["a wildcard as the common name", { names: [], commonName: "*.example.org" }, "*.example.org"],
    ["the common name beside another DNS name", { names: ["x.example"], commonName: "mx.example.org" }, undefined],
    [
      "the common name beside an address",
      { names: [], otherNames: [tlv(0x87, Buffer.from([10, 0, 0, 1]))], commonName: "mx.example.org" },
      "mx.example.org",
    ],
    ["the common name beside a DNS name that is empty", { names: [""], commonName: "mx.example.org" }, undefined],
    ["no name at all", { names: [], commonName: "" }, undefined],
    ["a name with a NUL", { names: ["mx.example.org\0.evil.example"] }, undefined],
    ["a common name with a NUL", { names: [], commonName: "mx.example.org\0" }, undefined],
  ])("%s", (_, options, matchedName) => {
    const chain = [below(options), middle].map(({ x509 }) => x509);
    const verdict = matchDane({ records, chain, names, now: Date.now() });
    if (matchedName === undefined) {
      expect(verdict).toMatchObject({ error: { fault: "certificate-name-mismatch", reached: { depth: 1 } } });
    } else expect(verdict).toMatchObject({ value: { matchedName } });
  });
});

describe("DANE-5 the strongest digest decides", () => {
  test.each<[string, readonly TlsaRecord[], Verdict]>([
    ["SHA-512 that matches beside SHA-256 that does not", [tlsa("3 1 2", leaf), spoilt(tlsa("3 1 1", leaf))], 0],
    [
      "SHA-256 that matches beside SHA-512 that does not",
      [spoilt(tlsa("3 1 2", leaf)), tlsa("3 1 1", leaf)],
      "dane-mismatch",
    ],
    ["SHA-256 beside a SHA-512 of the other selector", [spoilt(tlsa("3 0 2", leaf)), tlsa("3 1 1", leaf)], 0],
    ["the whole key beside a SHA-512 that does not match", [spoilt(tlsa("3 1 2", leaf)), tlsa("3 1 0", leaf)], 0],
  ])("%s", (_, records, verdict) => {
    expect(judge([leaf, middle], records)).toBe(verdict);
  });
});

describe("trap 14 the digest of a key is over the whole SubjectPublicKeyInfo, as it stands", () => {
  test("not over the bare key", () => {
    const bare = createHash("sha256").update(leaf.spki.subarray(-65)).digest();
    expect(judge([leaf], [{ usage: 3, selector: 1, matching: 1, association: bare }])).toBe("dane-mismatch");
    expect(judge([leaf], [tlsa("3 1 1", leaf)])).toBe(0);
  });
  test("octets that OpenSSL would write otherwise are taken as they are", () => {
    // RSA without the NULL of its parameters (RFC 3279 §2.3.1 has it): Node exports such a key with one.
    const keys = makeKeys("rsa2048");
    const usual = keys.publicKey.export({ type: "spki", format: "der" });
    const algorithm = 4 + 15;
    const odd = sequence(sequence(tlv(0x06, Buffer.from("2a864886f70d010101", "hex"))), usual.subarray(algorithm));
    const made = makeCertificate({ keys, spki: odd });
    expect(made.x509.publicKey.export({ type: "spki", format: "der" })).toEqual(usual);
    expect(judge([made], [tlsa("3 1 1", made)])).toBe(0);
    expect(judge([made], [tlsa("3 1 1", { ...made, spki: usual })])).toBe("dane-mismatch");
  });
});

describe("work is bounded", () => {
  test("certificates behind the limit are as if not presented", () => {
    const many = Array.from({ length: daneLimits.presentedMax - 2 }, (_, at) => makeCa({ commonName: `Junk ${at}` }));
    expect(judge([leaf, ...many, middle], [tlsa("2 0 1", middle)])).toBe(1);
    expect(judge([leaf, ...many, junk, middle], [tlsa("2 0 1", middle)])).toBe("dane-mismatch");
  });
  test("a mesh of authorities that all have signed each other ends soon", () => {
    const keys = Array.from({ length: 4 }, () => makeKeys("p256"));
    const mesh = keys.flatMap((own, at) =>
      keys.flatMap((others, by) => {
        const issuer = makeCa({ commonName: `Mesh ${by}`, keys: others });
        return at === by ? [] : [makeCa({ commonName: `Mesh ${at}`, keys: own, issuer })];
      }),
    );
    const bottom = makeCertificate({ issuer: mesh[0] as Made, names: ["mx.example.org"] });
    let verifications = 0;
    const counted = ({ x509 }: Made): X509Certificate => {
      const verify = x509.verify.bind(x509);
      x509.verify = (key) => (verifications++, verify(key));
      return x509;
    };
    const chain = [bottom, ...mesh].map(counted);
    const verdict = matchDane({ records: [tlsa("2 0 1", junk)], chain, names, now: Date.now() });
    expect(told(verdict)).toBe("dane-mismatch");
    expect(verifications).toBeLessThanOrEqual(daneLimits.signaturesMax);
    expect(verifications).toBeGreaterThan(20);
  });
  test("a name with the same key is passed once: a twin signed by itself makes no path longer", () => {
    const twin = makeCa({ commonName: "Middle", keys: middle.keys });
    expect(judge([leaf, twin, middle], [tlsa("2 1 0", root)])).toBe(1);
    expect(judge([leaf, twin, middle, root], [tlsa("2 0 1", root)])).toBe(2);
  });
  test("a path is no longer than its limit", () => {
    const line = [root];
    for (let at = 0; at < daneLimits.pathMax; at++)
      line.unshift(makeCa({ commonName: `CA ${at}`, issuer: line[0] as Made }));
    const at = (length: number): Verdict => {
      const authorities = line.slice(line.length - length + 1);
      const bottom = makeCertificate({ issuer: authorities[0] as Made, names: ["mx.example.org"] });
      return judge([bottom, ...authorities], [tlsa("2 0 1", root)]);
    };
    expect(at(daneLimits.pathMax)).toBe(daneLimits.pathMax - 1);
    expect(at(daneLimits.pathMax + 1)).toBe("dane-mismatch");
  });
});
