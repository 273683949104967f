import { createHash, X509Certificate } from "node:crypto";
import { DEFAULT_CIPHERS } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { makeAuthority, selfSigned, type Credentials } from "../../test/support/certificates.ts";
import { manualClock } from "../../test/support/clock.ts";
import { domain } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import { startTls } from "./handshake.ts";
import { closeServers, dial, shake, tlsServer } from "./shaking.cases.ts";
import type { DaneProof, HopRequirement, NamedProof, TrustedCas } from "./types.ts";

const host = domain("mx.example.org");
const base = domain("tlsa.example.net");
const authority = makeAuthority("Pinned CA");
const middle = authority.intermediate("Middle CA");
const stranger = makeAuthority("Stranger CA");
const ca: TrustedCas = { id: "pinned", pem: authority.pem, exclusive: true };
const otherCa: TrustedCas = { id: "stranger", pem: stranger.pem, exclusive: true };

const good = middle.issue({ names: ["mx.example.org"] });
const onItsOwn = selfSigned({ names: ["elsewhere.example"] });
const expired = selfSigned({ fromDays: -60, toDays: -30 });
const expiredBelow = middle.issue({ names: ["mx.example.org"], fromDays: -60, toDays: -30 });
const forOthers = middle.issue({ names: ["mx.example.com"] });

afterAll(closeServers);

describe("DANE-4 a handshake that TLSA records judge", () => {
  const rows: readonly (readonly [string, Credentials, readonly TlsaRecord[], string | undefined])[] = [
    ["3 1 1 of a certificate signed by itself, for another name", onItsOwn, [leafKey(onItsOwn)], undefined],
    ["trap 11 3 1 1 of a certificate that has run out", expired, [leafKey(expired)], undefined],
    ["3 1 1 beside the record of the next key", onItsOwn, [leafKey(good), leafKey(onItsOwn)], undefined],
    [
      "trap 13 3 1 1 that does not match, beside 2 0 1 that does",
      good,
      [leafKey(onItsOwn), pin(middle.pem)],
      undefined,
    ],
    ["2 0 1 of an intermediate that was presented", good, [pin(middle.pem)], undefined],
    ["2 0 0 of the root, which was not presented", good, [whole(authority.pem)], undefined],
    ["trap 15 3 1 1 of the server's other key", onItsOwn, [leafKey(good)], "dane-mismatch"],
    ["2 0 1 of the root, which was not presented", good, [pin(authority.pem)], "dane-mismatch"],
    ["trap 11 2 0 1 and a certificate that has run out", expiredBelow, [pin(middle.pem)], "certificate-expired"],
    ["trap 11 2 0 1 and a certificate for others", forOthers, [pin(middle.pem)], "certificate-name-mismatch"],
    [
      "trap 12 2 0 1 of an authority that was presented and has signed nothing",
      { key: onItsOwn.key, cert: onItsOwn.cert + authority.pem },
      [pin(authority.pem)],
      "dane-mismatch",
    ],
    ["trap 13 usage 1 alone", onItsOwn, [{ ...leafKey(onItsOwn), usage: 1 }], "dane-mismatch"],
  ];
  test.each(rows)("%s", async (_, credentials, records, fault) => {
    const result = await shake(await tlsServer(credentials), { host, level: "authenticated", proof: dane(records) });
    expect(result).toMatchObject(
      fault === undefined
        ? { ok: true, value: { channel: { level: "authenticated", proof: "dane" } } }
        : { ok: false, error: { fault } },
    );
    if (result.ok) expect(result.value.evidence.unproven).toBeUndefined();
  });

  test("a mismatch tells the digest that was seen", async () => {
    const result = await shake(await tlsServer(onItsOwn), { host, level: "encrypted", proof: dane([leafKey(good)]) });
    expect(result).toMatchObject({ error: { detail: expect.stringContaining(digestOf(onItsOwn.cert)) } });
  });

  test("TLS 1.1 is too old for DANE", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const;
    const port = await tlsServer(good, old);
    const requirement: HopRequirement = { host, level: "encrypted", proof: dane([leafKey(good)]) };
    expect(await shake(port, requirement)).toMatchObject({ error: { fault: "protocol-too-old" } });
  });

  test("DANE-7 with an unproven MX a match is asked for as well, and proves no more than encryption", async () => {
    const unproven = { ...dane([leafKey(good)]), mxProven: false };
    expect(await shake(await tlsServer(good), { host, level: "encrypted", proof: unproven })).toMatchObject({
      value: { channel: { level: "encrypted", proof: "dane" } },
    });
    expect(await shake(await tlsServer(onItsOwn), { host, level: "encrypted", proof: unproven })).toMatchObject({
      error: { fault: "dane-mismatch" },
    });
  });
});

describe("DANE-6 SNI", () => {
  const none = { kind: "none" } as const;
  const named: NamedProof = { kind: "mta-sts", names: ["mx.example.org"], ca };
  test.each<[string, Partial<HopRequirement>, string]>([
    ["is the TLSA base domain where DANE decides", { proof: dane([leafKey(good)]) }, base],
    ["is the TLSA base domain where DANE is watched and nothing decides", { proof: none, watch: dane([]) }, base],
    ["is the host where a name decides", { proof: named, watch: dane([]) }, host],
    ["is the host where a name is watched", { proof: none, watch: named }, host],
    [
      "is the TLSA base domain where a rule asks for names besides",
      { proof: dane([leafKey(good)]), also: named },
      base,
    ],
  ])("%s", async (_, parts, sni) => {
    const heard = Promise.withResolvers<string | false>();
    const port = await tlsServer(good, {}, { onName: heard.resolve });
    await shake(port, { host, level: "cleartext", proof: none, ...parts }, heard.promise);
    expect(await heard.promise).toBe(sni);
  });
});

describe("what is demanded besides", () => {
  const names: NamedProof = { kind: "rule-names", names: ["mx.example.org"], ca };
  const sts: NamedProof = { kind: "mta-sts", names: ["mx.example.org"], ca };
  const unproven = { ...dane([leafKey(good)]), mxProven: false };
  test.each<[string, HopRequirement["proof"], NamedProof, object]>([
    [
      "DANE and a name",
      dane([leafKey(good)]),
      names,
      { value: { channel: { level: "authenticated", proof: "dane" } } },
    ],
    ["a name makes up for an unproven MX", unproven, names, { value: { channel: { level: "authenticated" } } }],
    [
      "nothing and a name",
      { kind: "any-tls" },
      names,
      { value: { channel: { level: "authenticated", proof: "rule-names" } } },
    ],
    ["DANE fails", dane([leafKey(expired)]), names, { error: { fault: "dane-mismatch" } }],
    [
      "the name fails",
      dane([leafKey(good)]),
      { ...names, names: ["mx.example.com"] },
      { error: { fault: "certificate-name-mismatch" } },
    ],
    [
      "the authority fails",
      dane([leafKey(good)]),
      { ...names, ca: otherCa },
      { error: { fault: "certificate-untrusted" } },
    ],
    ["two names by one authority", sts, names, { value: { channel: { level: "authenticated", proof: "mta-sts" } } }],
    [
      "two names by two authorities, of which one fails",
      sts,
      { ...names, ca: otherCa },
      { error: { fault: "certificate-untrusted" } },
    ],
    ["the same the other way round", { ...sts, ca: otherCa }, names, { error: { fault: "certificate-untrusted" } }],
    [
      "a name by WebPKI, which knows nothing of ours",
      { kind: "mta-sts", names: sts.names },
      names,
      { error: { fault: "certificate-untrusted" } },
    ],
    [
      "another set of authorities that holds ours",
      sts,
      { ...names, ca: { ...ca, id: "both", pem: stranger.pem + authority.pem } },
      { ok: true },
    ],
    ["the bundled ones and ours", sts, { ...names, ca: { ...ca, exclusive: false } }, { ok: true }],
    [
      "ours in PEM that cannot be read",
      sts,
      { ...names, ca: { ...ca, id: "broken", pem: "no PEM" } },
      { error: { fault: "certificate-untrusted" } },
    ],
  ])("%s", async (_, proof, also, seen) => {
    expect(await shake(await tlsServer(good), { host, level: "encrypted", proof, also })).toMatchObject(seen);
  });
});

describe("STS-5 what is only watched never fails a hop", () => {
  const sts: NamedProof = { kind: "mta-sts", names: ["mx.example.org"], ca };
  test.each<[string, Credentials, NonNullable<HopRequirement["watch"]>, object]>([
    ["MTA-STS that holds", good, sts, { kind: "mta-sts" }],
    ["a certificate for others", forOthers, sts, { kind: "mta-sts", failure: { fault: "certificate-name-mismatch" } }],
    ["a certificate of its own", onItsOwn, sts, { kind: "mta-sts", failure: { fault: "certificate-self-signed" } }],
    ["DANE that holds", onItsOwn, dane([leafKey(onItsOwn)]), { kind: "dane" }],
    ["DANE that does not", onItsOwn, dane([leafKey(good)]), { kind: "dane", failure: { fault: "dane-mismatch" } }],
  ])("%s", async (_, credentials, watch, watched) => {
    const result = await shake(await tlsServer(credentials), {
      host,
      level: "cleartext",
      proof: { kind: "none" },
      watch,
    });
    expect(result).toMatchObject({ value: { channel: { level: "encrypted", proof: "none" }, evidence: { watched } } });
    if (result.ok && !("failure" in watched)) expect(result.value.evidence.watched).toEqual(watched);
  });
  test("an old version is watched, and still better than cleartext", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const;
    const requirement: HopRequirement = { host, level: "cleartext", proof: { kind: "none" }, watch: sts };
    expect(await shake(await tlsServer(good, old), requirement)).toMatchObject({
      value: { evidence: { watched: { failure: { fault: "protocol-too-old" } } } },
    });
  });
  test("beside a proof by another authority", async () => {
    const proof: NamedProof = { kind: "rule-names", names: ["mx.example.org"], ca };
    const watch: NamedProof = { kind: "mta-sts", names: ["mx.example.org"] };
    expect(await shake(await tlsServer(good), { host, level: "authenticated", proof, watch })).toMatchObject({
      value: {
        channel: { proof: "rule-names" },
        evidence: { watched: { failure: { fault: "certificate-untrusted" } } },
      },
    });
  });
});

test("DANE-7 authenticated by DANE with an unproven MX is a bug, and throws before the first byte", async () => {
  const wire = await dial(await tlsServer(good));
  const bug: HopRequirement = { host, level: "authenticated", proof: { ...dane([leafKey(good)]), mxProven: false } };
  await expect(startTls(wire, bug, { clock: manualClock() })).rejects.toThrow("cannot be authenticated");
  wire.stream.destroy();
});

test("DANE-8 no session is resumed: a match today is no match tomorrow", async () => {
  const reused: boolean[] = [];
  let heard = Promise.withResolvers<void>();
  const onReused = (one: boolean): void => {
    reused.push(one);
    heard.resolve();
  };
  const port = await tlsServer(good, {}, { onReused });
  const proof = (records: readonly TlsaRecord[]): HopRequirement => ({
    host,
    level: "authenticated",
    proof: dane(records),
  });
  expect(await shake(port, proof([leafKey(good)]), heard.promise)).toMatchObject({ ok: true });
  expect(await shake(port, proof([leafKey(onItsOwn)]))).toMatchObject({ error: { fault: "dane-mismatch" } });
  heard = Promise.withResolvers();
  expect(await shake(port, proof([leafKey(good)]), heard.promise)).toMatchObject({ ok: true });
  expect(reused.length).toBeGreaterThan(1);
  expect(reused).not.toContain(true);
});

function dane(records: readonly TlsaRecord[]): DaneProof {
  return { kind: "dane", base, records, names: [base, "mx.example.org", "example.org"], mxProven: true };
}

function leafKey({ cert }: Credentials): TlsaRecord {
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return { usage: 3, selector: 1, matching: 1, association: createHash("sha256").update(spki).digest() };
}

function pin(pem: string): TlsaRecord {
  return { usage: 2, selector: 0, matching: 1, association: Buffer.from(digestOf(pem), "hex") };
}

function whole(pem: string): TlsaRecord {
  return { usage: 2, selector: 0, matching: 0, association: new X509Certificate(pem).raw };
}

function digestOf(pem: string): string {
  return createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
}
