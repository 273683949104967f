/** MTA-STS with nothing made up: signed and unsigned zones, a validating resolver, an HTTPS server, a file on disk. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { domain, ip, noLog, noMetrics } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import { startNameserver, type Nameserver, type Zones } from "../lab/index.ts";
import type { StsService } from "../policy/index.ts";
import { leapingClock, type LeapingClock } from "../../test/support/clock.ts";
import { makeAuthority } from "../../test/support/certificates.ts";
import { policyAnswer, startPolicyHost, type PolicyHost } from "../../test/support/policy-host.ts";
import { parseConfig, type Config } from "./config/index.ts";
import { dotClient } from "./dot.ts";
import { openFactStore, openStsSource, systemNet, systemRandom, type FactStore } from "./index.ts";
import { openResolver } from "./names.ts";

const signed = domain("signed.example");
const plain = domain("plain.example");
const broken = domain("broken.example");
const authority = makeAuthority();
const dayMs = 86_400_000;
const policyText = (mode: string, mx: string): string =>
  `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: ${(7 * dayMs) / 1000}\r\n`;

let directory: string;
let clock: LeapingClock;
let nameserver: Nameserver;
let host: PolicyHost;
let config: Config;
let opened: { readonly resolver: Resolver; readonly facts: FactStore; readonly sts: StsService } | undefined;

function zonesOf(id: string): Zones {
  return Object.fromEntries(
    [signed, plain, broken].flatMap((name) => [
      [`_mta-sts.${name}`, [{ type: "TXT", value: ["v=STSv1; ", `id=${id};`] }]],
      [`mta-sts.${name}`, [{ type: "CNAME", value: "hosting.example" }]],
      ["hosting.example", [{ type: "A", value: "127.0.0.1" }]],
    ]),
  );
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "surehop-sts-"));
  clock = leapingClock();
  nameserver = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones: zonesOf("1"),
    signing: {
      clock,
      zones: { example: "signed", [signed]: "signed", [plain]: "unsigned", [broken]: "broken" },
    },
  });
  host = await startPolicyHost({
    ...authority.issue({ names: [signed, plain, broken].map((name) => `mta-sts.${name}`) }),
    answer: policyAnswer(policyText("enforce", "mx.host.example")),
  });
  writeFileSync(join(directory, "ca.pem"), authority.pem);
  const [anchor] = nameserver.anchors;
  if (anchor === undefined) throw new Error("the root is not signed");
  const { keyTag, algorithm, digestType, digest } = anchor;
  const hex = Buffer.from(digest).toString("hex");
  writeFileSync(join(directory, "root.ds"), `. IN DS ${keyTag} ${algorithm} ${digestType} ${hex}\n`);
  const text = [
    `[server]\nhostname = "relay.example"\ndata = "data"\n[listen]\nlocal = ["127.0.0.1:2525"]`,
    `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]\nanchors = ["root.ds"]`,
    `[policy]\nauthorities = "ca.pem"`,
    `[danger]\nhttps_port = ${host.port}\nallow_private_addresses = true`,
  ].join("\n");
  const parsed = await parseConfig(text, join(directory, "surehop.toml"), { now: 0, isRoot: false, examine: false });
  if (parsed.config === undefined) throw new Error(JSON.stringify(parsed.faults));
  config = parsed.config;
});

afterEach(async () => {
  await close();
  await host.close();
  await nameserver.close();
  rmSync(directory, { recursive: true });
});

function open(): StsService {
  const ports = { net: systemNet, clock, random: systemRandom, log: noLog, metrics: noMetrics };
  const resolver = openResolver(config, { ...ports, secure: dotClient() });
  const facts = openFactStore({ directory: config.server.data, role: "relay" });
  const sts = openStsSource(config, { ...ports, resolver, facts });
  opened = { resolver, facts, sts };
  return sts;
}

async function close(): Promise<void> {
  await opened?.sts.close();
  await opened?.resolver.close();
  opened?.facts.close();
  opened = undefined;
}

/** As if DNS did not remember. */
async function reopened(): Promise<StsService> {
  await close();
  return open();
}

describe.each([signed, plain])("%s", (name) => {
  test("STS-1 a policy is found: TXT of several strings, a policy host behind an alias, proven by its own name", async () => {
    const fact = await open().policyFor(name);
    expect(fact).toMatchObject({
      kind: "policy",
      id: "1",
      policy: { mode: "enforce", mx: ["mx.host.example"], maxAgeSeconds: (7 * dayMs) / 1000 },
    });
    expect(host.requests.map(({ url, headers }) => [headers.host, url])).toEqual([
      [`mta-sts.${name}:${host.port}`, "/.well-known/mta-sts.txt"],
    ]);
  });

  test("trap 17, trap 18: kept over a restart while neither TXT nor HTTPS can be had; another id is looked for and found", async () => {
    await open().policyFor(name);
    nameserver.setFaults([{ name: "*", type: "TXT", kind: "servfail" }]);
    host.answer((request) => void request.socket.destroy());
    const sts = await reopened();
    expect(await sts.recheck(name)).toMatchObject({
      kind: "policy",
      id: "1",
      stale: { result: "sts-policy-fetch-error" },
    });
    nameserver.setFaults([]);
    nameserver.setZones(zonesOf("2"));
    host.answer(policyAnswer(policyText("testing", "moved.host.example")));
    const mended = await (await reopened()).recheck(name);
    expect(mended).toMatchObject({ id: "2", policy: { mode: "testing", mx: ["moved.host.example"] } });
    expect(mended).not.toHaveProperty("stale");
  });
});

test("trap 22: two records mean none", async () => {
  nameserver.setZones({
    ...zonesOf("1"),
    [`_mta-sts.${plain}`]: [
      { type: "TXT", value: "v=STSv1; id=1;" },
      { type: "TXT", value: "v=STSv1; id=2;" },
    ],
  });
  expect(await open().policyFor(plain)).toMatchObject({ kind: "none", failure: { result: "sts-policy-invalid" } });
  expect(host.requests).toEqual([]);
});

test("a record of a signed domain that somebody has changed is told, and leads nowhere", async () => {
  expect(await open().policyFor(broken)).toMatchObject({
    kind: "none",
    failure: { result: "sts-policy-fetch-error", detail: expect.stringMatching(/is not believed \(bogus/) },
  });
  expect(host.requests).toEqual([]);
});

test("a domain without a record has no policy, and nothing has failed", async () => {
  expect(await open().policyFor(domain("nothing.example"))).toEqual({ kind: "none" });
});

test("a policy host that proves another name is nobody's", async () => {
  nameserver.setZones({
    ...zonesOf("1"),
    "_mta-sts.other.example": [{ type: "TXT", value: "v=STSv1; id=1" }],
    "mta-sts.other.example": [{ type: "A", value: "127.0.0.1" }],
  });
  expect(await open().policyFor(domain("other.example"))).toMatchObject({
    kind: "none",
    failure: { result: "sts-webpki-invalid", detail: expect.stringMatching(/not for mta-sts\.other\.example/) },
  });
  expect(host.requests).toEqual([]);
});

test("an operator's command beside the relay sees what it keeps, and fetches for it on demand", async () => {
  const relay = open();
  await relay.policyFor(signed);
  const ports = { net: systemNet, clock, random: systemRandom, log: noLog, metrics: noMetrics };
  const facts = openFactStore({ directory: config.server.data, role: "operator" });
  const resolver = openResolver(config, { ...ports, secure: dotClient() });
  const beside = openStsSource(config, { ...ports, resolver, facts, refreshes: false });
  expect(beside.list()).toMatchObject({ ok: true, value: [{ domain: signed, id: "1" }] });
  host.answer(policyAnswer(policyText("none", "mx.host.example")));
  expect(await beside.refreshNow(signed)).toMatchObject({ policy: { mode: "none" } });
  await beside.close();
  await resolver.close();
  facts.close();
  expect(await relay.policyFor(signed)).toMatchObject({ policy: { mode: "none" } });
});
