import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actors, helloTests, ownFindingCodes, senderClasses, verdicts } from "../../src/check/index.ts";
import { openStage, type Stage } from "./stage.ts";

interface Told {
  readonly version: number;
  readonly domain: string;
  readonly verdict: string;
  readonly level: string;
  readonly words: string;
  readonly attacks: readonly { readonly attack: string; readonly outcomes: Readonly<Record<string, string>> }[];
  readonly findings: readonly Readonly<Record<"code" | "severity" | "what" | "why" | "fix" | "who", string>>[];
  readonly untested: readonly unknown[];
}

let good: Stage;
let bad: Stage;
beforeAll(async () => {
  good = await openStage();
  bad = await openStage({ stsRecord: [], hosts: [{ tlsa: "none" }] });
});
afterAll(async () => {
  await good.close();
  await bad.close();
});

const parse = (text: string): Told => JSON.parse(text) as Told;

describe("surehop check", () => {
  test("a domain that does everything right: exit code 0, and its policy was fetched by HTTPS from a proven host", async () => {
    const { code, out, err } = await good.run("check", "town.example", "--json");
    const told = parse(out);
    expect({ code, err, findings: told.findings }).toEqual({ code: 0, err: "", findings: [] });
    expect(told).toMatchObject({ version: 1, domain: "town.example", verdict: "safe", level: "authenticated" });
    expect(told.attacks.map(({ outcomes }) => Object.keys(outcomes))).toEqual(
      told.attacks.map(() => [...senderClasses]),
    );
    const first = told.attacks.find(({ attack }) => attack === "block-sts")?.outcomes;
    expect(first, "the known limit of MTA-STS is told").toMatchObject({ "mta-sts": "exposed-cleartext", dane: "held" });
  });

  test("the name servers of a test network are asked at the port that is named, and else not", async () => {
    const silent = await openStage({ nsIpv6: "silent" });
    const port = ["--nameserver-port", String(silent.nameserverPort)];
    const codes = async (...args: readonly string[]) =>
      parse((await silent.run("check", "town.example", "--json", ...args)).out).findings.map(({ code }) => code);
    try {
      expect(await codes()).toEqual([]);
      expect(await codes(...port)).toEqual(["ns-ipv6-silent"]);
      expect(await codes(...port, "--dns-only"), "nobody is asked but the resolver").toEqual([]);
      expect((await silent.run("check", "town.example", "--nameserver-port", "x")).code).toBe(2);
    } finally {
      await silent.close();
    }
  });

  test("an address is as good as a domain", async () => {
    expect(parse((await good.run("check", "Bob@Town.Example", "--json")).out).domain).toBe("town.example");
  });

  test("an unprotected domain: exit code 1, and each finding says why it matters, what to do, and who", async () => {
    const { code, out } = await bad.run("check", "town.example", "--json");
    const told = parse(out);
    expect(code).toBe(1);
    expect(told).toMatchObject({ verdict: "unprotected", level: "encrypted" });
    expect(told.findings.map(({ code: found }) => found)).toEqual(["nothing-enforced", "tlsa-missing", "sts-missing"]);
    for (const { what, why, fix, who } of told.findings) {
      expect([what, why, fix].every((text) => text.length > 5)).toBe(true);
      expect(actors as readonly string[]).toContain(who);
    }
  });

  test.each(["en", "zh-CN"])("on a terminal, in %s: the verdict first, then who could read the mail", async (lang) => {
    const { out } = await bad.run("check", "town.example", "--lang", lang);
    const lines = out.split("\n");
    expect(lines[0]).toContain("town.example");
    expect(lines[2]).toContain("town.example");
    expect(out).toContain(lang === "en" ? "read" : "读到");
    expect(out, "records to paste are not wrapped").toMatch(
      /^ +_25\._tcp\.mx\.town\.example\. 3600 IN TLSA 3 1 1 [0-9a-f]{64}$/m,
    );
  });

  test("as Markdown", async () => {
    const { out } = await bad.run("check", "town.example", "--markdown");
    expect(out).toMatch(/^# Mail to town\.example\n/);
    expect(out.match(/^### /gm)).toHaveLength(3);
  });

  test("what was seen is kept, and judged again comes to the same without looking at anything", async () => {
    const looked = await bad.run("check", "town.example", "--json", "--save", "seen.json");
    const asked = bad.questions();
    const again = await bad.run("check", "--from", "seen.json", "--json");
    expect(bad.questions()).toBe(asked);
    expect(again).toEqual(looked);
  });

  test.each([
    ["{}", "not-an-inspection"],
    ["no JSON", "not-json"],
    ['{"surehop":"inspection","version":99}', "other-version"],
    ['{"surehop":"inspection","version":1,"inspection":{"domain":"a b"}}', "not-an-inspection"],
  ])("a file that --save did not write is said to be none: %s", async (text, why) => {
    writeFileSync(join(bad.directory, "other.json"), text);
    const { code, err } = await bad.run("check", "--from", "other.json");
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  test("without a connection: DNS and the policy alone, and nothing is called safe that was not seen", async () => {
    const { code, out } = await bad.run("check", "town.example", "--dns-only", "--json");
    expect(code).toBe(4);
    expect(parse(out).verdict).toBe("unknown");
    expect(parse(out).untested).toMatchObject([{ name: "mx.town.example", reason: "not-asked" }]);
  });

  test("several domains: one report each; the worst decides the exit code", async () => {
    const { code, out } = await good.run("check", "town.example", "nowhere.example", "--json");
    expect(out.split("\n").map((line) => parse(line).verdict)).toEqual(["safe", "undeliverable"]);
    expect(code).toBe(1);
  });

  test.each([[[]], [["not a domain"]], [["town.example", "--from", "missing.json"]]])(
    "what is no domain: %j",
    async (args) => {
      const { code, err } = await good.run("check", ...args);
      expect(code).toBe(2);
      expect(err).not.toBe("");
    },
  );
});

test("every code that can be said is in the published schema, and no other", async () => {
  const { reportSchema } = await import("../../src/check/index.ts");
  const { $defs } = reportSchema() as {
    readonly $defs: Readonly<Record<string, { readonly enum: readonly string[] }>>;
  };
  expect($defs["verdict"]?.enum).toEqual(verdicts);
  expect($defs["code"]?.enum).toEqual(expect.arrayContaining([...ownFindingCodes]));
  expect(helloTests.length).toBeGreaterThan(10);
});
