import { X509Certificate } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { domain } from "../../base/index.ts";
import { makeCa, makeCertificate, makeKeys, type Made } from "../../../test/support/x509.ts";
import { checkLimits } from "../limits.ts";
import { chainDigest, isForName, isSameChain, knownChain, lookAt, readChain, type KnownChain } from "./chain.ts";

const dayMs = 86_400_000;
const root = makeCa({ commonName: "Root" });
const middle = makeCa({ commonName: "Middle", issuer: root });
const host = domain("mx.example.org");
const leaf = makeCertificate({ issuer: middle, names: [host], toDays: 60 });
const ca = { id: "test", pem: root.pem, exclusive: true };
const now = Date.now();

/** As they are read from the disk: other bytes each time, of the same content. */
const shown = (...chain: readonly Made[]): readonly Uint8Array[] => chain.map(({ x509 }) => new Uint8Array(x509.raw));

function known(der: readonly Uint8Array[]): KnownChain {
  const chain = knownChain(der);
  if (chain === undefined) throw new Error("it can be read");
  return chain;
}

describe("what is known of a chain", () => {
  const reads = vi.fn();
  beforeEach(() => reads.mockClear());
  const look = (der: readonly Uint8Array[], at: number, name = host): unknown => {
    const certificates = (): readonly X509Certificate[] => {
      reads();
      return readChain(der);
    };
    return lookAt(known(der), certificates, ca, name, at);
  };
  const good = { looks: { chain: "trusted", dates: "valid", name: "right" }, trustDetail: "" };

  test("is known of the same bytes wherever they come from, and nothing is read again for it", () => {
    expect(known(shown(leaf, middle))).toBe(known(shown(leaf, middle)));
    expect(look(shown(leaf, middle), now)).toEqual(good);
    reads.mockClear();
    expect(look(shown(leaf, middle), now + 1_000)).toEqual(good);
    expect(reads).not.toHaveBeenCalled();
  });
  test("is judged again for other authorities, at a date of the chain, and after ten minutes", () => {
    look(shown(leaf, middle), now);
    const others = { id: "others", pem: makeCa({ commonName: "Others" }).pem, exclusive: true };
    const der = shown(leaf, middle);
    expect(lookAt(known(der), () => readChain(der), others, host, now).looks.chain).not.toBe("trusted");
    expect(look(shown(leaf, middle), now)).toEqual(good);
    expect(look(shown(leaf, middle), now + 61 * dayMs)).toMatchObject({ looks: { dates: "expired" } });
    expect(look(shown(leaf, middle), now - 3_650 * dayMs)).toMatchObject({ looks: { dates: "not-yet" } });
    const until = known(shown(leaf, middle)).validity.until;
    expect(look(shown(leaf, middle), until - 1_000)).toEqual(good);
    expect(look(shown(leaf, middle), until + 1_000)).toMatchObject({ looks: { dates: "expired" } });
  });
  test("each name is asked for by itself, and very many are answered as well", () => {
    expect(isForName(shown(leaf, middle), host)).toBe(true);
    for (let at = 0; at < 3 * checkLimits.namesKnownMax; at++) {
      expect(isForName(shown(leaf, middle), domain(`mx${at}.example.org`))).toBe(false);
    }
    expect(isForName(shown(leaf, middle), host)).toBe(true);
    expect(look(shown(leaf, middle), now, domain("elsewhere.example"))).toMatchObject({ looks: { name: "other" } });
  });
  test("self-signed, cut short, in disorder, weak: each is told from the others", () => {
    const own = makeCertificate({ names: [host] });
    expect(look(shown(own), now)).toMatchObject({ looks: { chain: "self-signed", dates: "valid" } });
    expect(look(shown(leaf), now)).toMatchObject({ looks: { chain: "private" } });
    expect(known(shown(leaf, middle, root))).toMatchObject({ isDisordered: false, weakKeys: [], weakSignatures: [] });
    expect(known(shown(leaf, root, middle)).isDisordered).toBe(true);
    expect(known(shown(leaf, makeCa({ commonName: "Junk" }))).isDisordered).toBe(true);
    const weak = makeCertificate({ issuer: middle, keys: makeKeys("rsa1024") });
    expect(known(shown(weak, middle)).weakKeys).toEqual([0]);
  });
  test("nothing is known of what cannot be read, and no name is its", () => {
    const junk = [new Uint8Array([1, 2, 3])];
    expect([knownChain([]), knownChain(junk), knownChain([...shown(leaf), ...junk])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(isForName(junk, host)).toBe(false);
    expect(isSameChain(junk, junk)).toBe(false);
  });
  test("the same chain is the same in every certificate and in their order", () => {
    expect(isSameChain(shown(leaf, middle), shown(leaf, middle))).toBe(true);
    expect(isSameChain(shown(leaf, middle), shown(leaf))).toBe(false);
    expect(isSameChain(shown(leaf, middle), shown(middle, leaf))).toBe(false);
  });
  test("where one certificate ends and the next begins is part of the digest", () => {
    const [a, b] = [new Uint8Array([1, 2]), new Uint8Array([3])];
    expect(chainDigest([a, b])).not.toBe(chainDigest([new Uint8Array([1]), new Uint8Array([2, 3])]));
    expect(chainDigest([a, b])).not.toBe(chainDigest([new Uint8Array([1, 2, 3])]));
  });
});
