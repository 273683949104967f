import { afterAll, beforeAll, expect, test } from "vitest";
import { domain, ip } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import { httpsGet, systemClock, systemNet } from "../system/index.ts";
import { makeAuthority, selfSigned, trustOnly } from "./ca.ts";
import { startPolicyHost, type PolicyHost } from "./policy-host.ts";

const authority = makeAuthority(systemClock);
const name = domain("victim.example");
const web = domain("mta-sts.victim.example");
const address = ip("127.0.0.1");
let host: PolicyHost;

beforeAll(async () => {
  host = await startPolicyHost({ net: systemNet, at: { address, port: 0 } });
  host.publish(name, "honest\r\n", authority.issue({ names: [web] }));
});
afterAll(() => host.close());

/** As the relay does it. */
async function fetched(path = "/.well-known/mta-sts.txt"): Promise<string> {
  const answer = { question: web, owner: web, aliases: [], ttlSeconds: 60, status: "insecure" } as const;
  const resolver: Pick<Resolver, "a" | "aaaa"> = {
    a: () => Promise.resolve({ ...answer, kind: "records", records: [address] }),
    aaaa: () => Promise.resolve({ ...answer, kind: "nodata" }),
  };
  const get = httpsGet({
    net: systemNet,
    clock: systemClock,
    resolver,
    port: host.endpoint.port,
    authorities: trustOnly(authority),
    allowPrivateAddresses: true,
  });
  const result = await get(web, path);
  return result.ok ? Buffer.from(result.value).toString() : result.error.result;
}

test("serves a domain's policy under its own name, and nothing else", async () => {
  expect(await fetched()).toBe("honest\r\n");
  expect(await fetched("/")).toBe("sts-policy-fetch-error");
});

test("an attacker before it: cut off, or another host that cannot prove its name; and gone again", async () => {
  const before = host.asked(name);
  const unblock = host.meddle(name, "blocked");
  expect(await fetched()).toBe("sts-policy-fetch-error");
  unblock();
  const leave = host.meddle(name, { policy: "forged\r\n", credentials: selfSigned(systemClock, { names: [web] }) });
  expect(await fetched()).toBe("sts-webpki-invalid");
  leave();
  expect(await fetched()).toBe("honest\r\n");
  expect(host.asked(name) - before).toBeGreaterThanOrEqual(3);
});

test("an attacker who comes and goes is before it only while he is at work", async () => {
  let isAtWork = false;
  const leave = host.meddle(name, "blocked", () => isAtWork);
  expect(await fetched()).toBe("honest\r\n");
  isAtWork = true;
  expect(await fetched()).toBe("sts-policy-fetch-error");
  isAtWork = false;
  expect(await fetched()).toBe("honest\r\n");
  leave();
});

test("the attacker's policy is served: with a certificate that is trusted it would be believed", async () => {
  const leave = host.meddle(name, { policy: "forged\r\n", credentials: authority.issue({ names: [web] }) });
  expect(await fetched()).toBe("forged\r\n");
  leave();
});

test("is for this machine alone", async () => {
  await expect(startPolicyHost({ net: systemNet, at: { address: ip("0.0.0.0"), port: 0 } })).rejects.toThrow(
    /loopback/,
  );
});
