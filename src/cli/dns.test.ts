/** `surehop dns` as people run it: a process of its own, asking a signed little DNS on loopback. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runIn, type Ran } from "../../test/support/cli.ts";
import { ip } from "../base/index.ts";
import { nameText, rdataText, type TrustAnchor } from "../dns/index.ts";
import { startNameserver, type Nameserver } from "../lab/index.ts";
import { systemClock, systemNet } from "../system/index.ts";

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "surehop-dns-"));
const anchorFile = join(directory, "root.key");
let server: Nameserver;
let via = "";

const dsLine = ({ zone, ...anchor }: TrustAnchor): string =>
  `${nameText(zone)} IN DS ${rdataText({ type: "DS", ...anchor })}`;

beforeAll(async () => {
  server = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    signing: {
      clock: systemClock,
      zones: {
        example: "signed",
        "safe.example": "signed",
        "plain.example": "unsigned",
        "torn.example": "broken",
      },
    },
    zones: {
      "safe.example": [
        { type: "MX", value: "mx.safe.example", preference: 10 },
        { type: "TXT", value: 'a "quoted" text' },
        { type: "TYPE4711", rdata: Uint8Array.of(1, 2, 3) },
      ],
      "mx.safe.example": [{ type: "A", value: "192.0.2.25" }],
      "alias.safe.example": [{ type: "CNAME", value: "mx.safe.example" }],
      "*.wild.safe.example": [{ type: "A", value: "192.0.2.26" }],
      "plain.example": [{ type: "A", value: "192.0.2.80" }],
      "torn.example": [{ type: "A", value: "192.0.2.66" }],
    },
  });
  via = `127.0.0.1:${server.endpoint.port}`;
  writeFileSync(anchorFile, `; the sandbox's root\n${server.anchors.map(dsLine).join("\n")}\n`);
});
beforeEach(() => server.setFaults([]));
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const environment = { HOME: directory, LANG: "C", TZ: "UTC", XDG_STATE_HOME: join(directory, "state") };

function surehop(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env["PATH"], ...environment };
    const child = spawn(process.execPath, [command, ...args], { cwd: directory, env });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

const inProcess = (...args: readonly string[]): Promise<Ran> => runIn(directory, args, environment);

const query = (...args: readonly string[]): readonly string[] => [
  "dns",
  "query",
  ...args,
  "--via",
  via,
  "--anchor",
  anchorFile,
];

/** What the tree says, without the keys' numbers and the times. */
function treeOf(out: string): readonly string[] {
  const lines = out.split("\n");
  const at = lines.findIndex((line) => /^Who vouches|^谁为/.test(line));
  return lines
    .slice(at + 1)
    .filter((line) => line !== "")
    .map((line) => line.replace(/(key|密钥) \d+/g, "$1 N").replace(/, until .*|，有效至 .*/, ""));
}

const wayDown = [
  "the root of the DNS",
  "├─ believed from the start: key N (ECDSAP256SHA256)",
  "├─ key N signs the zone's own keys",
  "├─ key N signs which key example. has",
  "└─ example.",
  "   ├─ key N signs the zone's own keys",
];

describe("a process of its own", () => {
  test("tells the answer, its status, and who vouches for it", async () => {
    const ran = await surehop(...query("mx.safe.example", "a", "--trace"));
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/^mx\.safe\.example\. 300 IN A 192\.0\.2\.25\n\nSecure: the answer is proven\.\n/);
    expect(treeOf(ran.out)).toEqual([
      ...wayDown,
      "   ├─ key N signs which key safe.example. has",
      "   └─ safe.example.",
      "      ├─ key N signs the zone's own keys",
      "      └─ key N signs the A records of mx.safe.example.",
    ]);
  });

  test("in Chinese too", async () => {
    const ran = await surehop(...query("alias.safe.example", "A", "--trace", "--lang", "zh"));
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/^alias\.safe\.example\. 是 mx\.safe\.example\. 的别名\n/);
    expect(ran.out).toContain("可信（secure）");
    expect(treeOf(ran.out).slice(-2)).toEqual([
      "      ├─ 密钥 N 以签名声明 alias.safe.example. 是别名（CNAME）",
      "      └─ 密钥 N 为 mx.safe.example. 的 A 记录签名",
    ]);
  });

  test("gives programs status, answers, reason and proof", async () => {
    const ran = await surehop(...query("safe.example", "TXT", "--json"));
    expect(ran).toMatchObject({ code: 0, err: "" });
    const { status, answers, reason, proof, ...rest } = JSON.parse(ran.out) as Record<string, unknown>;
    expect(rest).toEqual({});
    expect(status).toBe("secure");
    expect(answers).toEqual(['safe.example. 300 IN TXT "a \\"quoted\\" text"']);
    expect(reason).toMatchObject({ code: "chain-complete" });
    expect((proof as { kind: string }[]).map(({ kind }) => kind)).toEqual([
      "anchor",
      "dnskey",
      "ds",
      "dnskey",
      "ds",
      "dnskey",
      "answer",
    ]);
  });

  test("shows the root's keys that are built in", async () => {
    const ran = await surehop("dns", "anchors");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/\. IN DS 20326 8 2 E06D44B8[0-9A-F]{48}C7F8EC8D$/m);
    expect(ran.out).toMatch(/\. IN DS 38696 8 2 683D2D0A[0-9A-F]{48}C0FB2B16$/m);
  });
});

describe("answers of every kind", () => {
  const cases: readonly (readonly [name: string, type: string, code: number, status: string, said: RegExp])[] = [
    ["safe.example", "MX", 0, "secure", /^safe\.example\. 300 IN MX 10 mx\.safe\.example\.$/m],
    ["SAFE.example.", "mx", 0, "secure", /IN MX 10/],
    ["safe.example", "TYPE15", 0, "secure", /IN MX 10/],
    ["safe.example", "TYPE4711", 0, "secure", /IN TYPE4711 \\# 3 010203/],
    ["safe.example", "ANY", 0, "secure", /IN MX 10/],
    [".", "DNSKEY", 0, "secure", /^\. \d+ IN DNSKEY 25[67] 3 13 /m],
    ["x.wild.safe.example", "A", 0, "secure", /^x\.wild\.safe\.example\. 300 IN A 192\.0\.2\.26$/m],
    ["safe.example", "TLSA", 0, "secure", /^safe\.example\. has no TLSA records\.$/m],
    ["nothing.safe.example", "A", 0, "secure", /^nothing\.safe\.example\. does not exist\.$/m],
    ["plain.example", "A", 0, "insecure", /^plain\.example\. 300 IN A 192\.0\.2\.80$/m],
    ["torn.example", "A", 1, "bogus", /^Bogus: /],
  ];
  test.each(cases)("%s %s", async (name, type, code, status, said) => {
    const told = await inProcess(...query(name, type));
    expect(told.code).toBe(code);
    expect(told.out).toMatch(said);
    const { out } = await inProcess(...query(name, type, "--json"));
    expect((JSON.parse(out) as { status: string }).status).toBe(status);
  });

  test("what is not signed ends the tree at the zone that says so, signed", async () => {
    const { out } = await inProcess(...query("plain.example", "A", "--trace"));
    expect(treeOf(out)).toEqual([
      ...wayDown,
      "   ├─ key N signs that what is below is not signed (NSEC of plain.example.)",
      "   └─ here it ends: The zone above says, signed, that this part of the DNS is not signed.",
    ]);
  });

  test("a forged answer ends it where the proof fails, and nothing of the answer is shown", async () => {
    const { out } = await inProcess(...query("torn.example", "A", "--trace"));
    expect(treeOf(out).at(-1)).toMatch(/^ {6}└─ here it ends: The signature does not fit the answer/);
    expect(out).not.toContain("192.0.2.66");
  });
});

describe("SEC-5 is it the domain, or the resolver?", () => {
  test("the domain", async () => {
    const { err } = await inProcess(...query("torn.example", "A"));
    expect(err).toContain("The resolvers themselves are well");
  });

  test("a resolver that leaves signatures out", async () => {
    const away = server.meddle((truth) => ({
      ...truth,
      answers: truth.answers.filter(({ data }) => data.type !== "RRSIG"),
      authorities: truth.authorities.filter(({ data }) => data.type !== "RRSIG"),
    }));
    const ran = await inProcess(...query("safe.example", "MX"));
    away();
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toMatch(/leaves the signatures of DNSSEC out/);
  });

  test("one that refuses", async () => {
    server.setFaults([{ name: "*", kind: "refused" }]);
    const ran = await inProcess(...query("safe.example", "MX"));
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^Indeterminate: /);
    expect(ran.err).toMatch(/has no answer about the root of the DNS \(REFUSED\)/);
  });

  test("a root that is not the one that is believed", async () => {
    const ran = await inProcess("dns", "query", "safe.example", "MX", "--via", via);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/keys of the root that are not the ones known here/);
  });
});

describe("where resolvers and anchors come from", () => {
  const config = (...dns: readonly string[]): string =>
    [
      "[server]",
      'hostname = "mail.example.org"',
      `data = "${join(directory, "data")}"`,
      "[listen]",
      'local = ["127.0.0.1:0"]',
      "[dns]",
      ...dns,
      "",
    ].join("\n");

  test("the configuration names the resolver", async () => {
    const file = join(directory, "asking.toml");
    writeFileSync(file, config(`resolvers = ["${via}"]`));
    const args = ["dns", "query", "safe.example", "MX", "--anchor", anchorFile, "--config", file];
    expect(await inProcess(...args)).toMatchObject({ code: 0 });
    expect(await inProcess("dns", "anchors", "--config", file)).toMatchObject({ code: 0, err: "" });
  });

  test("a configuration that cannot be read is not in the way of --via", async () => {
    const here = join(directory, "surehop.toml");
    writeFileSync(here, "not toml");
    const told = await inProcess(...query("safe.example", "MX"));
    const without = await inProcess("dns", "query", "safe.example", "MX", "--anchor", anchorFile);
    rmSync(here);
    expect(told).toMatchObject({ code: 0, err: "" });
    expect(without).toMatchObject({ code: 2, out: "" });
    expect(without.err).toContain("surehop.toml");
  });

  test("several may be named; the first that answers counts", async () => {
    const silent = "127.0.0.1:1";
    for (const named of [
      ["--via", silent, "--via", via],
      ["--via", `${silent},${via}`],
      ["--via", via.replace("127.0.0.1", "localhost")],
    ]) {
      const ran = await inProcess("dns", "query", ...named, "--anchor", anchorFile, "safe.example", "MX");
      expect(ran, named.join(" ")).toMatchObject({ code: 0 });
    }
  });

  test("what the relay has learned of keys is shown, and what cannot be read of it is said", async () => {
    const file = join(directory, "learned.toml");
    writeFileSync(file, config(`resolvers = ["${via}"]`));
    mkdirSync(join(directory, "data"), { recursive: true });
    writeFileSync(join(directory, "data", "anchors.json"), "half a fi");
    const ran = await inProcess("dns", "anchors", "--json", "--config", file);
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/anchors\.json.*cannot be read here/);
    const { anchors } = JSON.parse(ran.out) as { anchors: readonly Record<string, unknown>[] };
    expect(anchors.map(({ zone, keyTag, source, state }) => [zone, keyTag, source, state])).toEqual([
      [".", 20_326, "built-in", "unseen"],
      [".", 38_696, "built-in", "unseen"],
    ]);
  });
});

describe("wrong usage is told, and nobody is asked", () => {
  const cases: readonly (readonly [args: readonly string[], said: RegExp, why: string])[] = [
    [["dns", "query", "safe.example"], /type/, "no type"],
    [["dns", "query"], /name/, "no name"],
    [query("a..b", "MX"), /"a\.\.b" is not a name/, "an empty label"],
    [query(`${"a".repeat(64)}.example`, "MX"), /is not a name/, "a label that is too long"],
    [query("safe.example", "MXX"), /"MXX" is not a type/, "no such type"],
    [query("safe.example", "TYPE70000"), /is not a type/, "no such number"],
    [query("safe.example", "TYPE41"), /is not a type/, "OPT belongs to a message"],
    [query("safe.example", "TYPE252"), /is not a type/, "AXFR is no question for a resolver"],
    [query("safe.example", "\u001b[31m"), /"\?\[31m" is not a type/, "an escape sequence is not repeated"],
    [["dns", "query", "a.example", "A", "--via", "dns.example"], /"dns\.example" is not a resolver/, "a name"],
    [["dns", "query", "a.example", "A", "--via", "127.0.0.1:0"], /is not a resolver/, "no such port"],
    [["dns", "query", "a.example", "A", "--anchor", "gone"], /gone cannot be read/, "no such file"],
    [["dns", "query", "a.example", "A", "--anchor", "bad.key"], /bad\.key: Line 2: .*incomplete/, "a bad line"],
    [["dns", "query", "a.example", "A", "--config", "gone.toml"], /gone\.toml/, "no such configuration"],
    [["dns", "answer", "a.example"], /no command answer/, "no such command"],
  ];
  test.each(cases)("%j", async (args, said) => {
    writeFileSync(join(directory, "bad.key"), "; comment\n. IN DS 1 8\n");
    const before = server.questions().length;
    const ran = await inProcess(...args);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toMatch(said);
    expect(server.questions().length).toBe(before);
  });
});
