/** `surehop publish` over a signed little DNS on loopback and a real server with STARTTLS: records, findings, and the roll-over. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runIn, type Ran } from "../../test/support/cli.ts";
import { makeAuthority } from "../../test/support/certificates.ts";
import { domain, ip } from "../base/index.ts";
import { nameText, rdataText, type TrustAnchor } from "../dns/index.ts";
import { startNameserver, startReceiver, type Nameserver, type Receiver, type ZoneRecord } from "../lab/index.ts";
import { certificateKey, parsePromises, policyId, readChain, readKey, type KeyFact } from "../publish/index.ts";
import { systemClock, systemNet } from "../system/index.ts";

const directory = mkdtempSync(join(tmpdir(), "surehop-publish-"));
const file = (name: string): string => join(directory, name);
const loopback = ip("127.0.0.1");
const authority = makeAuthority();
const current = authority.issue({ names: ["mx.safe.example"] });
const coming = authority.issue({ names: ["mx.safe.example"] });
const hour = 3_600_000;

const live = keyOf(current.cert);
const next = keyOf(coming.cert);
const promised = parsePromises({ domain: "safe.example", mx: ["mx.safe.example"], rua: ["mailto:tls@safe.example"] });
const id = promised.ok ? policyId(promised.value) : "";

let nameserver: Nameserver;
let receiver: Receiver;
let anchors = "";
/** Of `safe.example`, which is signed, and of `plain.example`, which is not. */
const tlsaOf = (...keys: readonly KeyFact[]): readonly ZoneRecord[] =>
  keys.map(({ sha256 }) => ({ type: "TLSA", ttl: 600, rdata: Buffer.from(`030101${sha256}`, "hex") }));

async function publish(tlsa: readonly ZoneRecord[]): Promise<void> {
  await nameserver?.close();
  const hosts = (name: string): Record<string, readonly ZoneRecord[]> => ({
    [name]: [{ type: "MX", value: `mx.${name}`, preference: 10 }],
    [`mx.${name}`]: [{ type: "A", value: "127.0.0.1" }],
    ...(tlsa.length === 0 ? {} : { [`_25._tcp.mx.${name}`]: tlsa }),
    [`_mta-sts.${name}`]: [{ type: "TXT", value: `v=STSv1; id=${id};` }],
    [`_smtp._tls.${name}`]: [{ type: "TXT", value: "v=TLSRPTv1; rua=mailto:tls@safe.example" }],
  });
  nameserver = await startNameserver({
    net: systemNet,
    at: { address: loopback, port: 0 },
    signing: {
      clock: systemClock,
      zones: { example: "signed", "safe.example": "signed", "plain.example": "unsigned" },
    },
    zones: { ...hosts("safe.example"), ...hosts("plain.example") },
  });
  anchors = file("root.key");
  writeFileSync(anchors, nameserver.anchors.map(dsLine).join("\n"));
  configure();
}

function configure(domainName = "safe.example"): void {
  writeFileSync(
    file("surehop.toml"),
    `[server]
hostname = "relay.safe.example"
data = "data"
[listen]
local = ["127.0.0.1:2525"]
[dns]
resolvers = ["127.0.0.1:${nameserver.endpoint.port}"]
anchors = ["root.key"]
[danger]
smtp_port = ${receiver.endpoint.port}
[publish]
domain = "${domainName}"
mx = ["mx.${domainName}"]
rua = ["mailto:tls@safe.example"]
next_keys = ["next.pem"]
ttl = "10m"
`,
  );
}

beforeAll(async () => {
  receiver = await startReceiver({
    net: systemNet,
    clock: systemClock,
    at: { address: loopback, port: 0 },
    hostname: domain("mx.safe.example"),
    credentials: current,
  });
  writeFileSync(file("ca.pem"), authority.pem);
  writeFileSync(file("next.pem"), coming.cert);
});
beforeEach(async () => {
  rmSync(file("data"), { recursive: true, force: true });
  mkdirSync(file("data"));
  await publish(tlsaOf(live, next));
});
afterAll(async () => {
  await Promise.all([nameserver.close(), receiver.close()]);
  rmSync(directory, { recursive: true, force: true });
});

const surehop = (...args: readonly string[]): Promise<Ran> => runIn(directory, ["publish", ...args], { TZ: "UTC" });

const json = async (...args: readonly string[]) => JSON.parse((await surehop(...args, "--json")).out);

/** As if every record had been seen for that much longer. */
function backdate(byMs: number): void {
  const ledger = file("data/publish.json");
  const older = readFileSync(ledger, "utf8").replace(
    /("firstSeenAt": )(\d+)/g,
    (_, name: string, at: string) => `${name}${Number(at) - byMs}`,
  );
  writeFileSync(ledger, older);
}

describe("publish records", () => {
  test("--json has records, files and steps; the key is that which the server shows by STARTTLS", async () => {
    const { records, files, steps } = await json("records");
    expect(records.map(({ type, data }: { type: string; data: string }) => `${type} ${data}`)).toEqual([
      `TLSA 3 1 1 ${live.sha256}`,
      `TLSA 3 1 1 ${next.sha256}`,
      `TXT "v=STSv1; id=${id};"`,
      'TXT "v=TLSRPTv1; rua=mailto:tls@safe.example"',
    ]);
    expect(records[0]).toEqual({
      name: "_25._tcp.mx.safe.example.",
      type: "TLSA",
      ttl: 600,
      data: `3 1 1 ${live.sha256}`,
    });
    expect(files).toEqual([
      {
        path: "https://mta-sts.safe.example/.well-known/mta-sts.txt",
        content: "version: STSv1\nmode: testing\nmx: mx.safe.example\nmax_age: 604800\n",
      },
    ]);
    expect(steps.map(({ code }: { code: string }) => code)).toContain("wait-two-ttls");
  });

  test("for people: a zone file, the policy, and what to do", async () => {
    const { code, out } = await surehop("records", "--cert", "next.pem");
    expect(code).toBe(0);
    expect(out).toContain(`\n_25._tcp.mx.safe.example. 600 IN TLSA 3 1 1 ${next.sha256}\n`);
    expect(out).toContain("\nversion: STSv1\nmode: testing\nmx: mx.safe.example\nmax_age: 604800\n");
    expect(out).toContain("; 1. Sign the zone of safe.example");
    expect((await surehop("records", "--lang", "zh")).out).toContain("; DANE：邮件服务器现在出示的密钥");
  });

  test.each<readonly [args: readonly string[], code: number, told: RegExp, why: string]>([
    [["--cert", "nothing.pem"], 2, /nothing\.pem cannot be used/, "no such file"],
    [["--cert", "root.key"], 2, /there is no certificate in it/, "no certificate"],
    [["--mode", "perhaps"], 2, /perhaps is not a value/, "no such mode"],
    [["--rua", "tls@safe.example"], 2, /is not a value that rua/, "no scheme"],
    [["--port", "99999"], 2, /is not a value that --port/, "no port"],
    [["--port", "1"], 1, /could not be looked at/, "nobody listens there"],
    [["--domain", "gone.example", "--cert", "next.pem"], 1, /Nobody knows which servers/, "no MX"],
  ])("%j ends with %d: %s: %s", async (args, code, told) => {
    const ran = await surehop("records", ...args);
    expect(ran.err).toMatch(told);
    expect(ran.code).toBe(code);
  });
});

describe("publish check", () => {
  const codes = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await json("check", ...args)).findings.map(({ code }: { code: string }) => code);

  test("of what is as it should be, nothing but the policy that nobody serves here", async () => {
    expect(await codes("--ca", "ca.pem")).toEqual(["policy-missing"]);
  });

  test("trap 32: a server that shows a key without a record, in words and with what to paste", async () => {
    await publish(tlsaOf(next));
    const { code, out } = await surehop("check", "--ca", "ca.pem");
    expect(code).toBe(1);
    expect(out).toContain("Senders that go by DANE keep their mail.");
    expect(out).toContain(`_25._tcp.mx.safe.example. 600 IN TLSA 3 1 1 ${live.sha256}`);
    expect((await surehop("check", "--ca", "ca.pem", "--lang", "zh")).out).toContain("依 DANE 行事的发信方会扣住邮件");
  });

  test("a certificate that nobody trusts is told where MTA-STS is promised", async () => {
    expect(await codes()).toEqual(["policy-missing", "webpki-failed"]);
  });

  test("records of an unsigned zone count for nothing", async () => {
    configure("plain.example");
    expect(await codes("--ca", "ca.pem")).toEqual(
      expect.arrayContaining(["mx-insecure", "addresses-insecure", "tlsa-insecure"]),
    );
  });

  test("an attacker who takes the signatures away is told from a domain without records (trap 1)", async () => {
    nameserver.setFaults([{ kind: "servfail", name: "_25._tcp.mx.safe.example." }]);
    expect(await codes("--ca", "ca.pem")).toContain("tlsa-unknown");
    nameserver.setFaults([]);
  });
});

describe("the roll-over (RFC 7671 §8.1, trap 32)", () => {
  test("switch is refused until the record was out for two TTLs, says when it will be allowed, and then allows it", async () => {
    const at = Date.now();
    const first = await json("switch");
    expect(first).toMatchObject({ allowed: false, refusals: [{ code: "too-soon" }] });
    const allowedAt = Date.parse(first.refusals[0].notBefore);
    expect(allowedAt - at).toBeGreaterThanOrEqual(2 * 600_000 - 1000);
    expect(allowedAt - at).toBeLessThan(2 * 600_000 + 60_000);
    backdate(600_000);
    const { code, err } = await surehop("switch");
    expect(code).toBe(1);
    expect(err).toMatch(/too soon for this key: ECDSA [0-9a-f]{16}….*Switch then/);
    backdate(600_000);
    expect(await surehop("switch")).toMatchObject({ code: 0, out: expect.stringContaining("may be put to use") });
  });

  test("a renewed certificate with a new key, whose record nobody published, is refused", async () => {
    writeFileSync(file("renewed.pem"), authority.issue({ names: ["mx.safe.example"] }).cert);
    const { code, err } = await surehop("switch", "--cert", "renewed.pem");
    expect(code).toBe(1);
    expect(err).toMatch(/is not out/);
  });

  test("a renewed certificate with the same key may be put to use at once", async () => {
    writeFileSync(file("renewed.pem"), current.cert);
    expect(await surehop("switch", "--cert", "renewed.pem")).toMatchObject({ code: 0 });
  });

  test("a new certificate is not taken for the one in use where the server cannot be seen", async () => {
    expect(await surehop("switch", "--port", "1")).toMatchObject({ code: 1 });
    expect(await surehop("switch", "--cert", "next.pem", "--port", "1")).toMatchObject({ code: 1 });
  });

  test("next leads from step to step", async () => {
    const step = async (): Promise<string> => (await json("next")).hosts[0].step;
    await publish(tlsaOf(live));
    expect(await step()).toBe("publish-next");
    await publish(tlsaOf(live, next));
    expect(await step()).toBe("wait-to-switch");
    backdate(hour);
    expect(await step()).toBe("switch");
    await publish(tlsaOf(next));
    expect(await step()).toBe("publish-current");
  });

  test("the TTL of the zone counts where it is longer than the operator believes", async () => {
    await publish(tlsaOf(live, next).map((record) => ({ ...record, ttl: 7200 })));
    const { refusals } = await json("switch");
    expect(Date.parse(refusals[0].notBefore) - Date.now()).toBeGreaterThan(3.9 * hour);
  });

  test("unsigned records begin no waiting time", async () => {
    configure("plain.example");
    await surehop("next");
    backdate(100 * hour);
    const { code, err } = await surehop("switch");
    expect(code).toBe(1);
    expect(err).toContain("not signed with DNSSEC");
  });

  test("a ledger that somebody has spoilt is an error, and stays as it is", async () => {
    writeFileSync(file("data/publish.json"), "spoilt");
    const { code, err } = await surehop("switch");
    expect(code).toBe(1);
    expect(err).toContain("publish.json cannot be read");
    expect(readFileSync(file("data/publish.json"), "utf8")).toBe("spoilt");
  });
});

test("publish snippets: demands DANE where it is out, and hands over to this relay", async () => {
  const { snippets } = await json("snippets", "postfix", "--file", "/etc/mx.pem:/etc/mx.key");
  const texts = snippets.map(({ text }: { text: string }) => text).join("\n");
  expect(texts).toContain("safe.example dane-only");
  expect(texts).toContain("smtpd_tls_chain_files = /etc/mx.key, /etc/mx.pem");
  expect((await surehop("snippets", "sendmail")).out).toContain("define(`RELAY_MAILER_ARGS', `TCP $h 2525')dnl");
  expect((await surehop("snippets", "qmail")).code).toBe(2);
});

function keyOf(pem: string): KeyFact {
  const [chain, key] = [readChain(pem), readKey(pem)];
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (leaf === undefined || !key.ok) throw new Error("the test's certificate cannot be read");
  expect(key.value).toEqual(certificateKey(leaf));
  return key.value;
}

function dsLine({ zone, ...anchor }: TrustAnchor): string {
  return `${nameText(zone)} IN DS ${rdataText({ type: "DS", ...anchor })}`;
}
