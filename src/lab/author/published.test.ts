import { expect, test } from "vitest";
import { domain } from "../../base/index.ts";
import { keyPages, openpgpkeyName } from "./published.ts";

test("RFC 7929 §3: the place of a key in the DNS is the RFC's own example", () => {
  expect(openpgpkeyName("hugh", domain("example.com"))).toBe(
    "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com",
  );
});

test("RFC 7929 §3: a local part is hashed as it stands: no two spellings are the same", () => {
  const of = domain("example.com");
  expect(openpgpkeyName("Hugh", of)).not.toBe(openpgpkeyName("hugh", of));
  // NFC: é in one character or in two.
  expect(openpgpkeyName("ren\u00e9", of)).toBe(openpgpkeyName("rene\u0301", of));
});

test("WKD §3.1: the places of a key on the web are the draft's own example", () => {
  const hash = "iy9q119eutrkn8s1mk4r39qejnbu3n5q";
  expect(keyPages("Joe.Doe", domain("example.org"))).toEqual({
    advanced: {
      host: "openpgpkey.example.org",
      path: `/.well-known/openpgpkey/example.org/hu/${hash}?l=Joe.Doe`,
    },
    direct: { host: "example.org", path: `/.well-known/openpgpkey/hu/${hash}?l=Joe.Doe` },
  });
});

test("WKD §3.1: a local part is escaped in the query, and cannot end it", () => {
  expect(keyPages("a&b c#d", domain("example.org")).direct.path).toMatch(/\?l=a%26b%20c%23d$/);
});
