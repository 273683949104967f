import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { domain, ip, noLog, noMetrics, type Log } from "../base/index.ts";
import { startNameserver, type Nameserver } from "../lab/index.ts";
import { eventually } from "../../test/peers/wait.ts";
import { parseConfig } from "./config/index.ts";
import { dotClient } from "./dot.ts";
import { systemClock, systemNet, systemRandom } from "./index.ts";
import { openResolver } from "./names.ts";

let directory: string;
let nameserver: Nameserver;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "surehop-names-"));
  nameserver = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones: {
      "signed.example": [{ type: "MX", preference: 10, value: "mx.signed.example" }],
      "plain.example": [{ type: "MX", preference: 10, value: "mx.plain.example" }],
      "broken.example": [{ type: "MX", preference: 10, value: "mx.broken.example" }],
    },
    signing: {
      clock: systemClock,
      zones: { example: "signed", "signed.example": "signed", "plain.example": "unsigned", "broken.example": "broken" },
    },
  });
  const [anchor] = nameserver.anchors;
  if (anchor === undefined) throw new Error("the root is not signed");
  const { keyTag, algorithm, digestType, digest } = anchor;
  const hex = Buffer.from(digest).toString("hex");
  writeFileSync(join(directory, "root.ds"), `. IN DS ${keyTag} ${algorithm} ${digestType} ${hex}\n`);
});

afterAll(async () => {
  await nameserver.close();
  rmSync(directory, { recursive: true });
});

async function opened(dns: string, danger = "", log: Log = noLog) {
  const text =
    `[server]\nhostname = "relay.example"\ndata = "."\n[listen]\nlocal = ["127.0.0.1:2525"]\n` +
    `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]\n${dns}\n[danger]\n${danger}\n`;
  const file = join(directory, "surehop.toml");
  const { config, faults } = await parseConfig(text, file, { now: 0, isRoot: false, examine: false });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  const ports = { net: systemNet, clock: systemClock, random: systemRandom, metrics: noMetrics };
  return openResolver(config, { ...ports, log, secure: dotClient() });
}

test.each([
  { dns: 'anchors = ["root.ds"]', danger: "", signed: "secure", plain: "insecure", broken: "bogus" },
  { dns: "", danger: "skip_dnssec = true", signed: "insecure", plain: "insecure", broken: "insecure" },
])("SEC-1 with $dns $danger: signed $signed, unsigned $plain, tampered with $broken", async (given) => {
  const resolver = await opened(given.dns, given.danger);
  expect((await resolver.mx(domain("signed.example"))).status).toBe(given.signed);
  expect((await resolver.mx(domain("plain.example"))).status).toBe(given.plain);
  expect((await resolver.mx(domain("broken.example"))).status).toBe(given.broken);
  await resolver.close();
});

test("SEC-5 a resolver whose root nobody vouches for is told to the operator, in a sentence with advice", async () => {
  const told: string[] = [];
  const log: Log = { ...noLog, error: (text) => void told.push(text), child: () => log };
  // The built-in keys of the true root, and a root of another's making.
  const resolver = await opened("", "", log);
  const line = await eventually("the finding", 20_000, () => told.find((text) => text.includes("127.0.0.1")));
  expect(line).toMatch(/\. [A-Z].*\.$/);
  expect((await resolver.mx(domain("signed.example"))).kind).toBe("failure");
  await resolver.close();
});

test("a file without anchors is a fault of the configuration, with its line", async () => {
  writeFileSync(join(directory, "bad.ds"), "; nothing\nexample. IN DS 1 2\n");
  await expect(opened('anchors = ["bad.ds"]')).rejects.toThrow(/bad-anchors.*2: bad-record/);
});
