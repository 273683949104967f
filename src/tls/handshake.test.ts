import { once } from "node:events";
import type { Socket } from "node:net";
import { DEFAULT_CIPHERS } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { makeAuthority, selfSigned, type Credentials } from "../../test/support/certificates.ts";
import { manualClock } from "../../test/support/clock.ts";
import { domain, limits } from "../base/index.ts";
import { isAuthorized } from "./channel.ts";
import { contextFor } from "./context.ts";
import { startTls } from "./handshake.ts";
import { closeServers, dial, rawServer, shake, tlsServer } from "./shaking.cases.ts";
import type { HopRequirement, Proof, TrustedCas } from "./types.ts";

const host = domain("mx.example.org");
const authority = makeAuthority();
const stranger = makeAuthority("Stranger CA");
const ca: TrustedCas = { id: "test", pem: authority.pem, exclusive: true };
const named: Proof = { kind: "rule-names", names: ["mx.example.org"], ca };
const authenticated: HopRequirement = { host, level: "authenticated", proof: named };
const encrypted: HopRequirement = { host, level: "encrypted", proof: { kind: "any-tls" } };
const opportunistic: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
const good = authority.issue({ names: ["mx.example.org"] });

afterAll(closeServers);

describe("a peer with a good certificate", () => {
  test.each<[string, HopRequirement, object]>([
    ["authenticated by a rule's names", authenticated, { level: "authenticated", proof: "rule-names" }],
    [
      "authenticated by a secure MX",
      { host, level: "authenticated", proof: { kind: "secure-mx", names: ["mx.example.org"], ca } },
      { level: "authenticated", proof: "secure-mx" },
    ],
    [
      "authenticated by an authority beside the bundled ones",
      { ...authenticated, proof: { ...named, ca: { ...ca, exclusive: false } } },
      { level: "authenticated" },
    ],
    [
      "more than was asked, since names were verified",
      { host, level: "encrypted", proof: named },
      { level: "authenticated", proof: "rule-names" },
    ],
    ["encrypted, nobody proven", encrypted, { level: "encrypted", proof: "any-tls" }],
    ["encrypted where nothing is asked", opportunistic, { level: "encrypted", proof: "none" }],
  ])("%s", async (_, requirement, seen) => {
    const result = await shake(await tlsServer(good), requirement);
    expect(result).toMatchObject({ ok: true, value: { channel: seen } });
    if (!result.ok) return;
    const { channel, evidence } = result.value;
    expect(isAuthorized(channel)).toBe(true);
    expect(channel.requirement).toBe(requirement);
    expect(evidence).toMatchObject({ protocol: "TLSv1.3", leafSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(evidence.matchedName).toBe(channel.level === "authenticated" ? "mx.example.org" : undefined);
    channel.stream.destroy();
  });
  test("an address literal is matched against iPAddress, and is no SNI", async () => {
    const heard = Promise.withResolvers<string | false>();
    const credentials = authority.issue({ ips: [[127, 0, 0, 1]] });
    const port = await tlsServer(credentials, {}, { onName: heard.resolve });
    const literal = domainLiteral("[127.0.0.1]");
    const proof: Proof = { kind: "rule-names", names: ["[127.0.0.1]"], ca };
    const result = await shake(port, { host: literal, level: "authenticated", proof }, heard.promise);
    expect(result).toMatchObject({ ok: true, value: { evidence: { matchedName: "127.0.0.1" } } });
    expect(await heard.promise).toBe(false);
  });
  test("SNI is the host", async () => {
    const heard = Promise.withResolvers<string | false>();
    const port = await tlsServer(good, {}, { onName: heard.resolve });
    await shake(port, opportunistic, heard.promise);
    expect(await heard.promise).toBe("mx.example.org");
  });
});

const badCertificates: readonly [string, Credentials, string][] = [
  ["expired", authority.issue({ names: ["mx.example.org"], fromDays: -60, toDays: -30 }), "certificate-expired"],
  ["of the future", authority.issue({ names: ["mx.example.org"], fromDays: 10 }), "certificate-not-yet-valid"],
  ["for another name", authority.issue({ names: ["mx.example.com"] }), "certificate-name-mismatch"],
  ["with the name in its CN alone", authority.issue({ commonName: "mx.example.org" }), "certificate-name-mismatch"],
  ["signed by itself", selfSigned({ names: ["mx.example.org"] }), "certificate-self-signed"],
  ["of an unknown authority", stranger.issue({ names: ["mx.example.org"] }), "certificate-untrusted"],
  ["of an authority of the same name", makeAuthority().issue({ names: ["mx.example.org"] }), "certificate-untrusted"],
];

describe("trap 25 a certificate that proves nothing stops an authenticated hop before any byte", () => {
  test.each(badCertificates)("%s", async (_, credentials, fault) => {
    const port = await tlsServer(credentials);
    const result = await shake(port, authenticated);
    expect(result).toMatchObject({ ok: false, error: { fault } });
  });
  test("a CA that is trusted besides is not trusted where another is exclusive", async () => {
    const other = { ...authenticated, proof: { ...named, ca: { id: "other", pem: stranger.pem, exclusive: true } } };
    expect(await shake(await tlsServer(good), other)).toMatchObject({ error: { fault: "certificate-untrusted" } });
  });
  test("our own CA counts only where the requirement names it", async () => {
    const without: HopRequirement = { ...authenticated, proof: { kind: "rule-names", names: ["mx.example.org"] } };
    expect(await shake(await tlsServer(good), without)).toMatchObject({ error: { fault: "certificate-untrusted" } });
  });
  test("no name is allowed: none matches", async () => {
    const nobody: HopRequirement = { ...authenticated, proof: { kind: "rule-names", names: [], ca } };
    expect(await shake(await tlsServer(good), nobody)).toMatchObject({ error: { fault: "certificate-name-mismatch" } });
  });
  test("extra authorities that cannot be read trust nobody", async () => {
    const broken = { ...authenticated, proof: { ...named, ca: { id: "broken", pem: "no PEM", exclusive: true } } };
    expect(await shake(await tlsServer(good), broken)).toMatchObject({ error: { fault: "certificate-untrusted" } });
  });
});

describe("the same certificates on a hop that need not be proven are remarked, not refused", () => {
  test.each(badCertificates)("%s", async (_, credentials, fault) => {
    const result = await shake(await tlsServer(credentials), opportunistic);
    // No extra authority is known to this requirement, so a private chain is the first thing found wanting.
    const known = ["certificate-self-signed", "certificate-expired", "certificate-not-yet-valid"].includes(fault);
    const unproven = known ? fault : "certificate-untrusted";
    expect(result).toMatchObject({ ok: true, value: { channel: { level: "encrypted" }, evidence: { unproven } } });
  });
});

describe("TLS-5 old versions", () => {
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const;
  test("are too old to authenticate", async () => {
    expect(await shake(await tlsServer(good, old), authenticated)).toMatchObject({
      ok: false,
      error: { fault: "protocol-too-old" },
    });
  });
  test("are better than cleartext", async () => {
    expect(await shake(await tlsServer(good, old), opportunistic)).toMatchObject({
      ok: true,
      value: { evidence: { protocol: "TLSv1.1" }, channel: { level: "encrypted" } },
    });
  });
});

describe("TLS-3 a handshake that does not come about has its own name for each way", () => {
  const alert = (description: number): Buffer => Buffer.from([21, 3, 3, 0, 2, 2, description]);
  test.each<[string, (socket: Socket) => void, string]>([
    ["reset", (socket) => socket.resetAndDestroy(), "handshake-reset"],
    ["closed", (socket) => socket.end(), "handshake-reset"],
    ["SMTP instead of TLS", (socket) => socket.write("500 5.5.1 what?\r\n"), "handshake-garbage"],
    ["HTTP instead of TLS", (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), "handshake-garbage"],
    ["zeros", (socket) => socket.write(Buffer.alloc(64)), "handshake-garbage"],
    ["a record of nonsense", (socket) => socket.write(Buffer.from([22, 3, 3, 255, 255, 1, 2])), "handshake-garbage"],
    ["an alert", (socket) => socket.write(alert(40)), "handshake-failed"],
    ["another alert", (socket) => socket.write(alert(112)), "handshake-failed"],
    ["the alert on versions", (socket) => socket.write(alert(70)), "protocol-too-old"],
  ])("%s", async (_, react, fault) => {
    const port = await rawServer((socket) => socket.once("data", () => react(socket)));
    expect(await shake(port, authenticated)).toMatchObject({ ok: false, error: { fault } });
  });
  test("silence, by the clock", async () => {
    const clock = manualClock();
    let heard: () => void = () => {};
    const hello = new Promise<void>((resolve) => (heard = resolve));
    const port = await rawServer((socket) => socket.once("data", () => heard()));
    const wire = await dial(port);
    const shaking = startTls(wire, opportunistic, { clock });
    await hello;
    await clock.advance(limits.handshakeTimeoutMs - 1);
    expect(wire.stream.destroyed).toBe(false);
    await clock.advance(1);
    expect(await shaking).toMatchObject({ ok: false, error: { fault: "handshake-timeout" } });
    expect(wire.stream.destroyed).toBe(true);
  });
  test("TLS-1 bytes that are already there are an injection, and no hello is said", async () => {
    const port = await rawServer((socket) => socket.write("250 injected\r\n"));
    const wire = await dial(port);
    wire.stream.pause();
    wire.stream.read(0);
    await once(wire.stream, "readable");
    expect(await startTls(wire, opportunistic, { clock: manualClock() })).toMatchObject({
      error: { fault: "injected-bytes" },
    });
    expect(wire.stream.destroyed).toBe(true);
  });
  test("details are short and clean, whatever the certificate says", async () => {
    const names = Array.from({ length: 50 }, (_, at) => `evil${at}\r\n250 ok.example`);
    const result = await shake(await tlsServer(authority.issue({ names })), authenticated);
    if (result.ok) throw new Error("must fail");
    expect(result.error.detail).not.toMatch(/[\x00-\x1f]/);
    expect(result.error.detail.length).toBeLessThanOrEqual(300);
  });
});

test("authenticated without a named proof is a bug, and throws before the first byte", async () => {
  const wire = await dial(await tlsServer(good));
  const bug = { ...opportunistic, level: "authenticated" } as const;
  await expect(startTls(wire, bug, { clock: manualClock() })).rejects.toThrow("cannot be authenticated");
  wire.stream.destroy();
});

test("contexts are made once, and never shared between authorities", () => {
  expect(contextFor("modern", ca)).toBe(contextFor("modern", { ...ca }));
  expect(contextFor("modern", undefined)).toBe(contextFor("modern", undefined));
  expect(contextFor("any", undefined)).not.toBe(contextFor("modern", undefined));
  expect(contextFor("modern", { ...ca, exclusive: false })).not.toBe(contextFor("modern", ca));
  expect(contextFor("modern", { ...ca, pem: stranger.pem })).not.toBe(contextFor("modern", ca));
});

function domainLiteral(text: string): HopRequirement["host"] {
  return text as HopRequirement["host"];
}
