import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../../test/support/x509.ts";
import type { TlsaRecord } from "../../dns/index.ts";
import { daneLimits } from "./limits.ts";
import { tlsa } from "./records.cases.ts";
import { strongestTlsa, usableTlsa } from "./usable.ts";

const leaf = makeCertificate();
const record = (usage: number, selector: number, matching: number, association: Uint8Array): TlsaRecord => ({
  usage,
  selector,
  matching,
  association,
});
const zeros = (length: number): Uint8Array => new Uint8Array(length);

describe("DANE-3, trap 13 usable records", () => {
  test.each<[TlsaRecord, boolean, string]>([
    [record(3, 1, 1, zeros(32)), true, "DANE-EE"],
    [record(2, 0, 1, zeros(32)), true, "DANE-TA"],
    [record(2, 1, 2, zeros(64)), true, "SHA-512"],
    [tlsa("3 0 0", leaf), true, "a whole certificate"],
    [tlsa("2 1 0", leaf), true, "a whole key"],
    [record(0, 1, 1, zeros(32)), false, "PKIX-TA (RFC 7672 §3.1.3)"],
    [record(1, 1, 1, zeros(32)), false, "PKIX-EE (RFC 7672 §3.1.3)"],
    [record(4, 1, 1, zeros(32)), false, "a usage to be invented"],
    [record(255, 1, 1, zeros(32)), false, "PrivCert"],
    [record(3, 2, 1, zeros(32)), false, "a selector to be invented"],
    [record(3, 255, 1, zeros(32)), false, "PrivSel"],
    [record(3, 1, 3, zeros(32)), false, "a matching type to be invented"],
    [record(3, 1, 255, zeros(64)), false, "PrivMatch"],
    [record(3, 1, 1, zeros(31)), false, "SHA-256 that is too short"],
    [record(3, 1, 1, zeros(64)), false, "SHA-256 with the length of SHA-512"],
    [record(3, 1, 2, zeros(32)), false, "SHA-512 with the length of SHA-256"],
    [record(3, 1, 2, zeros(0)), false, "nothing"],
    [record(3, 0, 0, zeros(0)), false, "no certificate"],
    [record(3, 0, 0, leaf.spki), false, "a key where a certificate should be"],
    [record(3, 1, 0, leaf.der), false, "a certificate where a key should be"],
    [record(2, 0, 0, Buffer.concat([leaf.der, zeros(1)])), false, "a certificate and an octet more"],
    [record(2, 0, 0, leaf.der.subarray(0, -1)), false, "a certificate cut short"],
    [record(2, 0, 0, Buffer.from(leaf.pem)), false, "a certificate in PEM"],
    [record(2, 1, 0, Buffer.concat([leaf.spki, zeros(1)])), false, "a key and an octet more"],
    [record(3, 0, 0, zeros(daneLimits.certificateMaxBytes + 1)), false, "too large"],
  ])("%#: %s %s: %s", (candidate, usable, why) => {
    expect(usableTlsa([candidate]), why).toEqual(usable ? [candidate] : []);
  });

  test("the count is bounded, after what is not usable has gone", () => {
    const many = Array.from({ length: 500 }, (_, at) => record(at % 2 === 0 ? 1 : 3, 1, 1, zeros(32).fill(at % 251)));
    const usable = usableTlsa(many);
    expect(usable).toHaveLength(daneLimits.recordsMax);
    expect(usable.every(({ usage }) => usage === 3)).toBe(true);
  });
});

describe("DANE-5 digest agility (RFC 7671 §9)", () => {
  const short = record(3, 1, 1, zeros(32));
  const long = record(3, 1, 2, zeros(64));
  const whole = tlsa("3 1 0", leaf);
  test.each<[string, readonly TlsaRecord[], readonly TlsaRecord[]]>([
    ["SHA-512 is stronger than SHA-256", [short, long], [long]],
    ["whole data is no digest, and counts besides", [whole, short, long], [whole, long]],
    ["each usage by itself", [short, { ...long, usage: 2 }], [short, { ...long, usage: 2 }]],
    ["each selector by itself", [short, { ...long, selector: 0 }], [short, { ...long, selector: 0 }]],
    [
      "several of the strongest",
      [long, short, { ...long, association: zeros(64).fill(1) }],
      [long, { ...long, association: zeros(64).fill(1) }],
    ],
  ])("%s", (_, published, counted) => {
    expect(strongestTlsa(usableTlsa(published))).toEqual(counted);
  });
  test("what is not usable is not strong: a SHA-512 of the wrong length does not hide a SHA-256", () => {
    expect(strongestTlsa(usableTlsa([short, record(3, 1, 2, zeros(63))]))).toEqual([short]);
  });
});
