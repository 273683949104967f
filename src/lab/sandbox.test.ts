import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { naiveSend } from "../../test/support/naive-client.ts";
import { domain, ip, noLog, noMetrics, type Net } from "../base/index.ts";
import { createStubResolver, createValidatingResolver, type Resolver } from "../dns/index.ts";
import { findRule } from "../policy/index.ts";
import { systemClock, systemNet, systemRandom } from "../system/index.ts";
import { isLoopback } from "./loopback.ts";
import { homeDomain, startSandbox, type Sandbox } from "./sandbox.ts";
import { sandboxDomains } from "./sites.ts";

let sandbox: Sandbox;
/** Believes what it is told. */
let resolver: Resolver;
/** Believes what is proven. */
let proving: Resolver;
/** Everything that was listened at. */
const listened: string[] = [];
const watched: Net = {
  ...systemNet,
  listen(at, onConnection) {
    listened.push(at.address);
    return systemNet.listen(at, onConnection);
  },
};

beforeAll(async () => {
  sandbox = await startSandbox({ net: watched, clock: systemClock });
  const ports = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
  const upstreams = [sandbox.resolver];
  resolver = createStubResolver({ ...ports, upstreams, trustAd: false });
  proving = createValidatingResolver({ ...ports, upstreams, anchors: () => sandbox.anchors });
});
afterAll(async () => {
  await resolver?.close();
  await proving?.close();
  await sandbox?.close();
});

async function whereIs(name: string) {
  const mx = await resolver.mx(domain(name));
  const host = mx.kind === "records" ? mx.records[0]?.exchange : undefined;
  const address = host === undefined ? undefined : await resolver.a(domain(host));
  return { mx: mx.kind, address: address?.kind === "records" ? address.records[0] : undefined };
}

describe("the sandbox", () => {
  test("stands on loopback alone, each server at an address of its own", () => {
    expect(listened.every((address) => isLoopback(ip(address)))).toBe(true);
    expect(new Set(listened)).toHaveProperty("size", listened.length - 1);
  });

  test.each([...sandboxDomains.filter(({ server }) => server !== undefined), { name: homeDomain }])(
    "its DNS leads to a server of $name",
    async ({ name }) => {
      const { mx, address } = await whereIs(name);
      expect(mx).toBe("records");
      expect(isLoopback(address ?? ip("192.0.2.1"))).toBe(true);
    },
  );

  test("and says that there is no nowhere.example", async () => {
    expect(await whereIs("nowhere.example")).toMatchObject({ mx: "nxdomain" });
  });

  test("its rules are for the domains that want one", () => {
    for (const { name, rule } of sandboxDomains)
      expect(findRule(sandbox.rules, name) !== undefined).toBe(rule !== false);
  });

  test("is signed from its root down: what is proven, what is not, what is refused", async () => {
    const statuses: Record<string, string> = {};
    for (const { id, name } of sandbox.domains) {
      const mx = await proving.mx(name);
      statuses[id] = `${mx.kind} ${mx.status}`;
    }
    expect(statuses).toEqual({
      safe: "records secure",
      hosted: "records secure",
      busy: "records insecure",
      careless: "records insecure",
      postcard: "records insecure",
      unguarded: "records insecure",
      tapped: "records secure",
      impostor: "records secure",
      keyed: "records secure",
      swapped: "records secure",
      redirected: "records insecure",
      anchored: "failure bogus",
      broken: "failure bogus",
      closed: "records insecure",
      nowhere: "nxdomain secure",
    });
    const key = await proving.tlsa(domain(`_${sandbox.smtpPort}._tcp.mx.keyed.example`));
    expect(key).toMatchObject({ kind: "records", status: "secure", records: [{ usage: 3, selector: 1, matching: 1 }] });
    expect(await proving.a(domain("mx.provider.example"))).toMatchObject({ status: "secure" });
    expect(await proving.mx(homeDomain)).toMatchObject({ status: "secure" });
  });

  const naive = { from: "a@tryout.example", content: "Subject: x\r\n\r\nhello\r\n" };
  test.each([
    ["safe", 1, undefined],
    ["hosted", 1, undefined],
    ["careless", 1, undefined],
    ["postcard", 1, 1],
    ["unguarded", 1, 1],
    ["tapped", 1, 1],
    ["impostor", 0, 1],
    ["keyed", 1, undefined],
    ["swapped", 0, 1],
    ["redirected", 0, 1],
    ["anchored", 0, 1],
    ["broken", 1, undefined],
    ["closed", 0, undefined],
  ] as const)("a naive client's mail to %s: %d received, %s captured", async (id, received, captured) => {
    const site = sandbox.domains.find((one) => one.id === id);
    if (site === undefined) throw new Error(`no site ${id}`);
    const { address = ip("127.0.0.1") } = await whereIs(site.name);
    await naiveSend({ address, port: sandbox.smtpPort }, { ...naive, to: site.recipient });
    expect(site.received()).toHaveLength(received);
    expect(site.captured()?.length).toBe(captured);
  });

  test("two stand side by side, and one that could not be built leaves nothing open", async () => {
    const second = await startSandbox({ net: systemNet, clock: systemClock });
    expect(second.smtpPort).not.toBe(sandbox.smtpPort);
    await second.close();

    const open = new Set<string>();
    const broken: Net = {
      ...systemNet,
      async listen(at, onConnection) {
        if (at.address === "127.0.25.5") throw Object.assign(new Error("no such address"), { code: "EADDRNOTAVAIL" });
        const listener = await systemNet.listen(at, onConnection);
        open.add(at.address);
        return {
          local: listener.local,
          close: () => {
            open.delete(at.address);
            return listener.close();
          },
        };
      },
    };
    await expect(startSandbox({ net: broken, clock: systemClock })).rejects.toThrow("no such address");
    expect(open.size).toBe(0);
  });
});
