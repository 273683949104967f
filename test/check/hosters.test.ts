import { describe, expect, test } from "vitest";
import { domain } from "../../src/base/index.ts";
import { judge } from "../../src/check/index.ts";
import { providerOf } from "../../src/check/providers.ts";
import { chain, keys, openTown } from "./town.ts";

describe("who has to act", () => {
  test("a fault of a hoster's server is the hoster's, by name; the domain's own is its owner's", async () => {
    const host = "aspmx.l.google.com";
    const town = await openTown({
      rpt: [],
      zones: { "google.com": "unsigned" },
      hosts: [{ name: host, chains: [chain(keys.ec, { names: [host], toDays: 3 })], tlsa: "none", ipv6: false }],
    });
    const { findings } = judge(await town.inspect());
    await town.close();
    expect(findings.map(({ code, who, provider }) => [code, who, provider]).toSorted()).toEqual([
      ["addresses-insecure", "provider", "Google Workspace"],
      ["certificate-expires-soon", "provider", "Google Workspace"],
      ["ipv6-missing", "provider", "Google Workspace"],
      ["rpt-missing", "you", undefined],
    ]);
  });

  test.each([
    ["aspmx.l.google.com", "Google Workspace"],
    ["example-org.mail.protection.outlook.com", "Microsoft 365"],
    ["example-org.a-v1.mx.microsoft", "Microsoft 365"],
    ["in1-smtp.messagingengine.com", "Fastmail"],
    ["mxw.mxhichina.com", "Alibaba Mail"],
    ["mxbiz1.qq.com", "Tencent Exmail"],
    ["notgoogle.com", undefined],
    ["google.com.evil.example", undefined],
  ])("%s is run by %s", (host, name) => {
    expect(providerOf(domain(host))?.name).toBe(name);
  });
});
