import { mkdtempSync, mkdirSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthority, selfSigned } from "../../../test/support/certificates.ts";
import { createWords, languages } from "../../words/index.ts";
import { explainFault, faultCodes, loadConfig, parseConfig, type Config, type FaultCode } from "./index.ts";

const hash = `scrypt$N=32768,r=8,p=3$${"a".repeat(22)}$${"b".repeat(43)}`;
const vantage = { now: Date.now(), isRoot: false } as const;

/** A file that is good, in which a case changes a few lines. */
const good = `language = "zh-CN"
[server]
hostname = "mail.example.org"
data = "queue"
[listen]
local = ["127.0.0.1:2525"]
[dns]
resolvers = ["127.0.0.1"]
`;

async function faultsOf(text: string): Promise<readonly string[]> {
  const { faults } = await parseConfig(text, "/etc/surehop/surehop.toml", { ...vantage, examine: false });
  return faults.map(
    ({ severity, code, line, key }) => `${line ?? "-"} ${severity === "warning" ? "~" : ""}${code} ${key}`,
  );
}

async function configOf(text: string): Promise<Config> {
  const { config, faults } = await parseConfig(text, "/etc/surehop/surehop.toml", { ...vantage, examine: false });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  return config;
}

test("the least that is needed, and every default", async () => {
  expect(await configOf(good)).toMatchObject({
    file: "/etc/surehop/surehop.toml",
    language: "zh-CN",
    server: { hostname: "mail.example.org", data: "/etc/surehop/queue" },
    listen: {
      submissions: [],
      submission: [],
      local: [{ address: "127.0.0.1", port: 2525 }],
      localClients: [{ text: expect.anything() }, { text: expect.anything() }],
      http: { address: "127.0.0.1", port: 8025 },
    },
    users: [],
    limits: { messageMaxBytes: 104_857_600, recipientsMax: 1000, connectionsMax: 1000, connectionsPerClientMax: 50 },
    delivery: {
      lifetimeMs: 432_000_000,
      retryFirstMs: 300_000,
      retryMaxMs: 14_400_000,
      connections: 200,
      connectionsPerDestination: 20,
      heloName: "mail.example.org",
    },
    dns: { resolvers: [{ address: "127.0.0.1", port: 53 }], trustAd: false },
    policy: { require: "cleartext" },
    rules: [],
    languages: [],
    story: { keepMs: 1_209_600_000 },
    log: { level: "info", format: "json", addresses: false },
    danger: { smtpPort: 25, allowPrivateAddresses: false, skipDnssec: false },
  });
});

test("everything that can be set is read", async () => {
  const config = await configOf(`
[server]
hostname = "Mail.Example.ORG."
data = "/var/lib/surehop"
user = "surehop"
group = "mail"
[listen]
submissions = ["[::]:465"]
submission = ["[::]:587"]
local = ["127.0.0.1:2525"]
local_clients = ["192.0.2.0/24"]
http = "off"
[tls]
certificate = "cert.pem"
key = "/keys/key.pem"
[[user]]
name = "alice"
password = "${hash}"
from = ["alice@example.org", "@example.net", "@.example.com"]
language = "zh-CN"
[limits]
message_size = "10 MB"
recipients = 5
connections = 6
connections_per_client = 7
[delivery]
lifetime = "2d"
retry_first = "1m"
retry_max = "1h"
connections = 8
connections_per_destination = 9
helo_name = "out.example.org"
[dns]
resolvers = ["127.0.0.53", "[::1]:5353", "tls://9.9.9.9#dns.quad9.net", "tls://[2620:fe::fe]:8853#DNS.Quad9.net."]
trust_ad = true
[policy]
require = "encrypted"
[[rule]]
domain = "partner.example"
require = "authenticated"
match = ["mx.partner.example"]
[[notices]]
domain = ".cn"
language = "zh-CN"
[story]
keep = "1d"
[log]
level = "debug"
format = "pretty"
addresses = true
[danger]
smtp_port = 2525
`);
  expect(config).toMatchObject({
    server: { hostname: "mail.example.org", user: "surehop", group: "mail" },
    tls: { certificate: "/etc/surehop/cert.pem", key: "/keys/key.pem" },
    users: [{ name: "alice", passwordHash: hash, language: "zh-CN", senders: [{}, {}, {}] }],
    limits: { messageMaxBytes: 10_485_760, recipientsMax: 5, connectionsMax: 6, connectionsPerClientMax: 7 },
    delivery: { lifetimeMs: 172_800_000, connections: 8, connectionsPerDestination: 9, heloName: "out.example.org" },
    dns: {
      resolvers: [
        { address: "127.0.0.53", port: 53 },
        { address: "::1", port: 5353 },
        { address: "9.9.9.9", port: 853, tls: { name: "dns.quad9.net" } },
        { address: "2620:fe::fe", port: 8853, tls: { name: "dns.quad9.net" } },
      ],
      trustAd: true,
    },
    policy: { require: "encrypted" },
    rules: [{ pattern: "partner.example", require: "authenticated", match: ["mx.partner.example"] }],
    languages: [{ pattern: ".cn", language: "zh-CN" }],
    story: { keepMs: 86_400_000 },
    log: { level: "debug", format: "pretty", addresses: true },
    danger: { smtpPort: 2525 },
  });
  expect(config.listen.http).toBe(undefined);
});

/** Lines are counted in `good`, to which the case's lines are appended or in which a line is replaced. */
const cases: readonly [change: string | readonly [from: string, to: string], faults: readonly string[], why: string][] =
  [
    ["nonsense", ["9 not-toml "], "not TOML"],
    ["[limits]\nmesage_size = '1MB'", ["10 misspelt-key limits.mesage_size"], "misspelt"],
    ["[limits]\nmessage-size = '1MB'", ["10 misspelt-key limits.message-size"], "a hyphen for an underscore"],
    ["[limits]\nlifetime = '5d'", ["10 misplaced-key limits.lifetime"], "in another table"],
    ["[limits]\nbananas = 3", ["10 unknown-key limits.bananas"], "unknown"],
    ["[surprise]\nx = 1", ["9 unknown-key surprise"], "an unknown table"],
    ["[[rule]]\nrequire = 'encrypted'", ["9 missing-key rule[1].domain"], "missing"],
    ["[limits]\nrecipients = '5'", ["10 wrong-type limits.recipients"], "text for a number"],
    ["[limits]\nrecipients = 1.5", ["10 wrong-type limits.recipients"], "a fraction"],
    ["[limits]\nrecipients = 0", ["10 out-of-range limits.recipients"], "too few"],
    ["[policy]\nrequire = 'sealed'", ["10 not-one-of policy.require"], "a level that no hop has"],
    ["[policy]\nrequire = true", ["10 not-one-of policy.require"], "not even text"],
    [['"zh-CN"', '"fr"'], ["1 not-one-of language"], "a language that we do not speak"],
    ["[delivery]\nlifetime = '5'", ["10 bad-duration delivery.lifetime"], "no unit"],
    [
      "[delivery]\nretry_first = '5h'",
      ["10 retry-order delivery.retry_first"],
      "the first wait is longer than the longest",
    ],
    ["[limits]\nmessage_size = '100 apples'", ["10 bad-size limits.message_size"], "not a size"],
    [["127.0.0.1:2525", "localhost:2525"], ["6 bad-endpoint listen.local[1]"], "a name in place of an address"],
    [
      ["127.0.0.1:2525", '127.0.0.1:2525", "127.0.0.1:2525'],
      ["6 endpoint-twice listen.local[2]"],
      "the same door twice",
    ],
    [["127.0.0.1:2525", "127.0.0.1:8025"], ["5 endpoint-twice listen.http"], "the console's own default"],
    [["127.0.0.1:2525", '127.0.0.1:0", "127.0.0.1:0'], [], "two free ports are two ports"],
    [["local =", "http = '0.0.0.0:80'\nlocal ="], ["6 http-not-loopback listen.http"], "a console for everyone"],
    [
      ["local =", "local_clients = ['10.0.0.0/33']\nlocal ="],
      ["6 bad-network listen.local_clients[1]"],
      "no such prefix",
    ],
    [
      ["local =", "submissions ="],
      ["5 tls-needed listen", "5 ~no-users listen"],
      "submission without a certificate, and without users",
    ],
    [['local = ["127.0.0.1:2525"]', ""], ["5 no-listener listen"], "no door at all"],
    [["mail.example.org", "localhost"], ["3 hostname-local server.hostname"], "a name that means nothing elsewhere"],
    [["mail.example.org", "mail..example"], ["3 bad-domain server.hostname"], "an empty label"],
    [
      ['"127.0.0.1"]', '"192.0.2.53"]\ntrust_ad = true'],
      ["9 trust-ad-remote dns.trust_ad"],
      "SEC-6 an AD bit that came over the wire",
    ],
    [
      ['"127.0.0.1"]', '"tls://192.0.2.53#r.example", "::1"]\ntrust_ad = true'],
      [],
      "SEC-6 an AD bit that came inside TLS",
    ],
    [
      ['"127.0.0.1"]', '"tls://192.0.2.53#r.example", "192.0.2.54"]\ntrust_ad = true'],
      ["9 trust-ad-remote dns.trust_ad"],
      "SEC-6 one of them is asked in clear",
    ],
    [['"127.0.0.1"', '"127.0.0.1", "tls://9.9.9.9"'], ["8 bad-dot dns.resolvers[2]"], "TLS with nobody knows whom"],
    [['"127.0.0.1"', '"tls://dns.quad9.net"'], ["8 bad-dot dns.resolvers[1]"], "who is to find this name?"],
    [['"127.0.0.1"', '"https://9.9.9.9"'], ["8 bad-endpoint dns.resolvers[1]"], "not what we speak"],
    [['resolvers = ["127.0.0.1"]', "resolvers = []"], ["8 no-resolver dns.resolvers"], "nobody to ask"],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nrua = ["tls@example.org"]`,
      ["12 bad-rua publish.rua[1]"],
      "an address for reports without a scheme",
    ],
    [
      `[publish]\ndomain = "example.org"\nmx = []`,
      ["11 publish-no-mx publish.mx"],
      "a policy without a host (trap 20)",
    ],
    [`[publish]\ndomain = "-"\nmx = ["mx.example.org"]`, ["10 bad-domain publish.domain"], "no domain"],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nmax_age = "54w"`,
      ["12 publish-out-of-range publish.max_age"],
      "more than RFC 8461 allows",
    ],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nttl = "1s"`,
      ["12 publish-out-of-range publish.ttl"],
      "no waiting time could be kept",
    ],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nlook_every = "1s"`,
      ["12 publish-out-of-range publish.look_every"],
      "one's own servers are no lab",
    ],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nlook_every = "often"`,
      ["12 bad-duration publish.look_every"],
      "how often?",
    ],
    [
      `[publish]\ndomain = "example.org"\nmx = ["mx.example.org"]\nrua = [${Array.from({ length: 9 }, (_, at) => `"mailto:r${at}@example.org"`).join(", ")}]`,
      ["12 publish-too-many publish.rua"],
      "nine addresses",
    ],
    [`[[user]]\nname = "a"\npassword = "hunter2"`, ["11 bad-password-hash user[1].password"], "a password in clear"],
    [
      `[[user]]\nname = "a"\npassword = "${hash}"\n[[user]]\nname = "a"\npassword = "${hash}"`,
      ["13 user-twice user[2].name"],
      "two of the same name",
    ],
    [`[[user]]\nname = ""\npassword = "${hash}"`, ["10 bad-user-name user[1].name"], "nobody"],
    [`[[user]]\nname = "a"\npassword = "${hash}"\nfrom = ["@"]`, ["12 bad-sender user[1].from[1]"], "no sender"],
    ["[[rule]]\ndomain = 'a.example'\nca = 'missing.pem'", ["11 path-missing rule[1].ca"], "a file that is not there"],
    [
      "[danger]\nallow_private_addresses = true",
      ["10 ~danger-private danger.allow_private_addresses"],
      "allowed, with a warning",
    ],
    [
      ['resolvers = ["127.0.0.1"]', 'resolvers = ["127.0.0.1"]\nanchors = ["missing.ds"]'],
      ["9 path-missing dns.anchors[1]"],
      "anchors that are not there",
    ],
    ["[danger]\nskip_dnssec = true", ["10 ~danger-dnssec danger.skip_dnssec"], "allowed, with a warning"],
    [
      "[[rule]]\ndomain = 'a.example'\nrequire = 'encrypted'\nmatch = ['mx.a.example']",
      ["11 rule-needs-authenticated rule[1].require"],
      "names to prove, and no proof asked for",
    ],
    ["[[rule]]\ndomain = '*.*'", ["10 bad-pattern rule[1].domain"], "not a pattern"],
    ["[[rule]]\ndomain = 'a.example'\nroute = '[x'", ["11 bad-route rule[1].route"], "half a route"],
    [["data =", "user = '../root'\ndata ="], ["4 bad-account-name server.user"], "not an account"],
  ];

test.each(cases)("%j is told as %j: %s", async (change, expected) => {
  const text = typeof change === "string" ? `${good}${change}\n` : good.replace(change[0], change[1]);
  expect(text).not.toBe(good);
  expect(await faultsOf(text)).toEqual(expected);
});

test("many faults are told at once, in the order of the file", async () => {
  const faults = await faultsOf(
    good.replace("mail.example.org", "x y").replace("127.0.0.1:2525", "nowhere") + "[story]\nkeep = 'x'\n",
  );
  expect(faults.map((fault) => fault.split(" ")[1])).toEqual(["bad-domain", "bad-endpoint", "bad-duration"]);
});

test("neither a password nor a hash is ever repeated in a fault", async () => {
  const text = `${good}[[user]]\nname = "a"\npassword = "hunter2"\npasswort = "hunter2"\n`;
  const { faults } = await parseConfig(text, "/x.toml", { ...vantage, examine: false });
  const told = faults.map((fault) => JSON.stringify([fault, explainFault(fault, "x.toml", createWords("en"))]));
  expect(told.length).toBeGreaterThan(0);
  expect(told.join("")).not.toContain("hunter2");
});

describe("every fault can be told", () => {
  /** More than any message asks for. */
  const args = {
    path: "p",
    key: "k",
    value: "v",
    detail: "d",
    suggestion: "s",
    known: "n",
    table: "t",
    expected: "string",
    got: "array",
    options: "o",
    other: "o",
    hostname: "h",
    date: "2026-01-01",
    certificate: "c",
    min: 1,
    max: 2,
  } as const;
  test.each(languages)("in %s, with a remedy", (language) => {
    const words = createWords(language);
    for (const code of faultCodes) {
      const fault = {
        severity: "error",
        code,
        key: "k",
        args: { ...args, ...(code === "out-of-range" ? { value: 3 } : {}) },
      } as const;
      const { what, remedy } = explainFault(fault, "surehop.toml", words);
      for (const text of [what, remedy]) {
        expect(text.length, code).toBeGreaterThan(3);
        expect(text, code).not.toMatch(/config-|\{|\$[a-z]/);
      }
    }
  });
});

describe("the world around", () => {
  let directory = "";
  const authority = makeAuthority();
  const leaf = authority.issue({ names: ["mail.example.org"] });
  const write = (name: string, text: string, mode = 0o600): void => {
    writeFileSync(join(directory, name), text, { mode });
    chmodSync(join(directory, name), mode);
  };
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "surehop-config-"));
    write("cert.pem", leaf.cert, 0o644);
    write("key.pem", leaf.key);
    write("open-key.pem", leaf.key, 0o644);
    write("other-key.pem", selfSigned({ names: ["mail.example.org"] }).key);
    const old = authority.issue({ names: ["mail.example.org"], fromDays: -10, toDays: -1 });
    write("old-cert.pem", old.cert);
    write("old-key.pem", old.key);
    const elsewhere = authority.issue({ names: ["mail.example.net"] });
    write("elsewhere-cert.pem", elsewhere.cert);
    write("elsewhere-key.pem", elsewhere.key);
    write("not-pem", "hello");
    mkdirSync(join(directory, "queue"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const withFiles = (certificate: string, key: string, data = "queue", more = ""): string =>
    good.replace('data = "queue"', `data = "${data}"\n${more}`) +
    `[tls]\ncertificate = "${certificate}"\nkey = "${key}"\n`;

  test.each<[certificate: string, key: string, data: string, codes: readonly FaultCode[], why: string]>([
    ["cert.pem", "key.pem", "queue", [], "all is well"],
    ["cert.pem", "key.pem", "not/there/yet", [], "a data directory that can be made"],
    ["none.pem", "key.pem", "queue", ["path-missing"], "no such certificate"],
    ["not-pem", "key.pem", "queue", ["certificate-unreadable"], "not a certificate"],
    ["cert.pem", "not-pem", "queue", ["key-unreadable"], "not a key"],
    ["cert.pem", "other-key.pem", "queue", ["key-mismatch"], "another certificate's key"],
    ["cert.pem", "open-key.pem", "queue", ["key-exposed"], "everyone can read the key"],
    ["old-cert.pem", "old-key.pem", "queue", ["certificate-expired"], "over"],
    ["elsewhere-cert.pem", "elsewhere-key.pem", "queue", ["certificate-name"], "for another name"],
    ["cert.pem", "key.pem", "cert.pem", ["data-not-directory"], "a file where the queue should be"],
    ["cert.pem", "key.pem", "cert.pem/below", ["data-not-directory"], "below a file"],
  ])("%s, %s, %s: %j (%s)", async (certificate, key, data, codes) => {
    write("surehop.toml", withFiles(certificate, key, data));
    const { faults } = await loadConfig(join(directory, "surehop.toml"), vantage);
    expect(faults.map((fault) => fault.code)).toEqual(codes);
  });

  test("an account is looked for if it would be changed to, and mentioned if it would not", async () => {
    write("surehop.toml", withFiles("cert.pem", "key.pem", "queue", 'user = "no-such-account-here"'));
    const codes = async (isRoot: boolean): Promise<readonly string[]> =>
      (await loadConfig(join(directory, "surehop.toml"), { ...vantage, isRoot })).faults.map(
        ({ severity, code }) => `${severity} ${code}`,
      );
    expect(await codes(true)).toEqual(["error no-such-account"]);
    expect(await codes(false)).toEqual(["warning account-ignored"]);
  });

  test("a file with hashes that everyone can read is pointed at", async () => {
    write("surehop.toml", `${good}[[user]]\nname = "a"\npassword = "${hash}"\n`, 0o644);
    const { config, faults } = await loadConfig(join(directory, "surehop.toml"), vantage);
    expect(faults.map((fault) => fault.code)).toEqual(["file-exposed"]);
    expect(config).toBeDefined();
  });

  test("no file, a directory, and a file that is far too big", async () => {
    const codeOf = async (path: string): Promise<string | undefined> =>
      (await loadConfig(path, vantage)).faults[0]?.code;
    write("big.toml", "#".repeat(2_000_000));
    expect(await codeOf(join(directory, "none.toml"))).toBe("file-missing");
    expect(await codeOf(directory)).toBe("file-unreadable");
    expect(await codeOf(join(directory, "big.toml"))).toBe("file-too-big");
  });

  test("a rule's own authority is read, and known by its content", async () => {
    write("ca.pem", authority.pem);
    write(
      "surehop.toml",
      `${good}[[rule]]\ndomain = "a.example"\nrequire = "authenticated"\nmatch = ["mx.a.example"]\nca = "ca.pem"\nca_exclusive = true\n`,
    );
    const { config } = await loadConfig(join(directory, "surehop.toml"), vantage);
    expect(config?.rules[0]?.ca).toMatchObject({
      pem: authority.pem,
      exclusive: true,
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const broken = await loadConfig(join(directory, "surehop.toml"), vantage);
    expect(broken.faults.map((fault) => fault.code)).toEqual(["bad-ca"]);
  });
});
