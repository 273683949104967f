import { X509Certificate } from "node:crypto";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { makeAuthority, selfSigned, trustOnly, type Credentials } from "./ca.ts";

const clock = { now: () => Date.now() };
const authority = makeAuthority(clock, "Test CA");
const middle = authority.intermediate("Test Intermediate");
const names = ["mx.good.example"];

/** What OpenSSL, trusting the authority alone, says of it; `true` if nothing is wrong. */
async function verdict(credentials: Credentials, servername = "mx.good.example"): Promise<string | true> {
  const [here, there] = duplexPair();
  const server = new TLSSocket(there, { isServer: true, secureContext: createSecureContext(credentials) });
  const client = connect({ socket: here, ca: authority.pem, servername, rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => client.once("secureConnect", resolve).once("error", reject));
  const said = client.authorized ? true : String(client.authorizationError);
  client.destroy();
  server.destroy();
  return said;
}

describe("what the lab's authorities issue is as good or as bad as it is meant to be", () => {
  test.each<[string, Credentials, string | true]>([
    ["a good leaf", authority.issue({ names }), true],
    ["a good leaf below an intermediate that is presented", middle.issue({ names }), true],
    ["two intermediates", middle.intermediate("Second").issue({ names }), true],
    ["an intermediate that is missing", middle.issue({ names, withoutChain: true }), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["one that has run out", authority.issue({ names, fromDays: -60, toDays: -1 }), "CERT_HAS_EXPIRED"],
    ["one that is not valid yet", authority.issue({ names, fromDays: 1, toDays: 60 }), "CERT_NOT_YET_VALID"],
    ["one for another name", authority.issue({ names: ["mx.evil.example"] }), "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["its own signature", selfSigned(clock, { names }), "DEPTH_ZERO_SELF_SIGNED_CERT"],
    [
      "an authority that nobody trusts",
      makeAuthority(clock, "Other").issue({ names }),
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    [
      "an authority of the trusted one's name",
      makeAuthority(clock, "Test CA").issue({ names }),
      "CERT_SIGNATURE_FAILURE",
    ],
  ])("%s", async (_, credentials, expected) => {
    expect(await verdict(credentials)).toBe(expected);
  });

  test("dates beyond 2049 are written as RFC 5280 wants them", () => {
    const far = new X509Certificate(authority.issue({ names, toDays: 40 * 365 }).cert);
    expect(far.validToDate.getUTCFullYear()).toBeGreaterThan(2060);
  });

  test("trust is named by the authority's content", () => {
    expect(trustOnly(authority)).toEqual(trustOnly({ pem: authority.pem }));
    expect(trustOnly(authority).id).not.toBe(trustOnly(middle).id);
    expect(trustOnly(authority).exclusive).toBe(true);
  });
});
