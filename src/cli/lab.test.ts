/** `surehop lab`: the command as people and programs use it, on a few cells that are really played out. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { attackIds, everyAttack, outcomes, receiverIds } from "../threats/index.ts";
import { createWords, languages } from "../words/index.ts";
import { runCli } from "./program.ts";
import { attackMeaning, attackName, outcomeMeaning, receiverName, standsOf, stoppedBy } from "./lab/telling.ts";

const directory = mkdtempSync(join(tmpdir(), "surehop-lab-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function lab(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(["lab", ...args], {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isInteractive: false,
    hasColour: false,
    environment: { LANG: "en_GB.UTF-8" },
    directory,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const two = ["--sender", "surehop", "--receiver", "opportunistic", "--receiver", "dane-ee", "--attack", "strip-ehlo"];

describe("surehop lab", () => {
  test("--json: cells with their evidence, and a summary", async () => {
    const { code, out } = await lab("--json", ...two);
    const { cells, summary } = JSON.parse(out) as { cells: Record<string, unknown>[]; summary: unknown };
    expect(code).toBe(0);
    expect(summary).toEqual({ cells: 2, mismatches: 0, exposed: 1, notInstalled: 0 });
    expect(cells.map(({ receiver, predicted, observed }) => [receiver, predicted, observed])).toEqual([
      ["opportunistic", "exposed-cleartext", "exposed-cleartext"],
      ["dane-ee", "held", "held"],
    ]);
    for (const cell of cells) {
      expect(Object.keys(cell)).toEqual(["sender", "receiver", "attack", "predicted", "observed", "evidence", "ms"]);
      expect(cell["evidence"]).toMatchObject({ control: { predicted: "delivered", observed: "delivered" } });
    }
  });

  test("in words: a matrix, its legend, and what it came to; --html writes a page that needs nothing else", async () => {
    const { code, out, err } = await lab("--html", "report.html", ...two);
    expect(code).toBe(0);
    expect(out).toMatch(/encryption, nothing promised +C\n/);
    expect(out).toMatch(/DANE, its own key +H\n/);
    expect(out).toContain("2 cells in");
    expect(out).toContain("all as predicted");
    expect(err).toContain("report.html");
    const page = readFileSync(join(directory, "report.html"), "utf8");
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
    const { cells, texts } = JSON.parse(data) as { cells: unknown[]; texts: Record<string, unknown> };
    expect(cells).toHaveLength(2);
    expect(Object.keys(texts)).toEqual([...languages]);
    // Nothing is fetched from anywhere.
    expect(page).not.toMatch(/(?:src|href)=|https?:\/\/|@import|url\(/);
  });

  test.each([
    [["--sender", "nobody"], "nobody"],
    [["--receiver", "nowhere"], "nowhere"],
    [["--attack", "toString"], "toString"],
    [["--attack", "read-at-hop:sideways"], "read-at-hop:sideways"],
  ])("%j is of nothing", async (args, name) => {
    const { code, err } = await lab(...args);
    expect(code).toBe(2);
    expect(err).toContain(`"${name}"`);
  });

  test.each([
    ["target:strip-ehlo:sideways", "no such aim"],
    ["target:target:sender", "cannot be aimed once more"],
    ["target:smuggle:sender", "at the sender's own door"],
  ])("%s cannot be, and why is said, with how it is written", async (name, why) => {
    for (const args of [
      ["--attack", name],
      ["show", name],
    ]) {
      const { code, err } = await lab(...args);
      expect(code).toBe(2);
      expect(err.replace(/\s+/g, " ")).toContain(`"${name}"`);
      expect(err.replace(/\s+/g, " ")).toContain(why);
      expect(err).toContain('"target:ATTACK:AIM"');
    }
  });

  test("a combination of which nothing is predicted is said to be one", async () => {
    expect(await lab("--receiver", "plain", "--attack", "stale-sts")).toMatchObject({ code: 2 });
  });
});

describe("surehop lab list", () => {
  test("says how attacks are aimed", async () => {
    const { out } = await lab("list");
    expect(out.replace(/\s+/g, " ")).toContain('"target:ATTACK:AIM"');
    expect(out).toContain("target:from-60-until-90");
  });

  test("names everything", async () => {
    const { code, out } = await lab("list");
    expect(code).toBe(0);
    for (const id of [...attackIds, ...receiverIds, "surehop-strict"]) expect(out).toContain(id);
    expect(out).not.toContain("not yet");
  });

  test("--json", async () => {
    const { out } = await lab("list", "--json");
    const { senders, receivers, attacks } = JSON.parse(out) as Record<string, { id: string }[]>;
    expect(senders?.map(({ id }) => id)).toContain("surehop");
    expect(receivers?.map(({ id }) => id)).toEqual(receiverIds);
    expect(attacks?.map(({ id }) => id)).toEqual(attackIds);
  });

  test.each(["senders", "receivers", "attacks"])(
    "--json: all %s have names for people, in both languages",
    async (kind) => {
      const { out } = await lab("list", "--json");
      const all = (JSON.parse(out) as Record<string, { id: string; names: Record<string, string> }[]>)[kind] ?? [];
      expect(all.length).toBeGreaterThan(10);
      for (const { id, names } of all) {
        expect(Object.keys(names)).toEqual([...languages]);
        for (const name of Object.values(names)) expect(name, id).not.toMatch(/^$|^lab-/);
        expect(new Set(Object.values(names)).size, id).toBe(languages.length);
      }
      for (const language of languages) expect(new Set(all.map(({ names }) => names[language])).size).toBe(all.length);
    },
  );

  test.each([
    [[], "Postfix, as Debian ships it"],
    [["--lang", "zh-CN"], "Postfix，Debian 的默认设置"],
  ])("%j: other people's servers are called by name", async (args, name) => {
    const { out } = await lab("list", ...args);
    expect(out).toMatch(new RegExp(`^ {2}postfix-default +${name}`, "m"));
  });
});

describe("surehop lab show", () => {
  test("explains an attack, and shows it beside an honest delivery", async () => {
    const { code, out } = await lab("show", "wrong-host", "--receiver", "dane-ee");
    expect(code).toBe(0);
    expect(out).toContain("A stranger with a genuine certificate of his own");
    expect(out).toMatch(/Without the attacker +│ Under attack/);
    expect(out).toMatch(/← 250-STARTTLS +│ ← 250-STARTTLS/);
    expect(out).toContain("What came of it: held.");
  });

  test("explains an aimed one: what it wraps, whose mail passed, and who has noticed", async () => {
    const { code, out } = await lab("show", "target:strip-ehlo:domain", "--receiver", "remembered");
    expect(code).toBe(0);
    const text = out.replace(/\s+/g, " ");
    expect(text).toContain("The offer of encryption is cut out: one recipient's domain alone");
    expect(text).toContain("Whose letter it is stands inside the encryption");
    expect(text).toContain("Meanwhile, mail to another domain on the same machine: delivered.");
    expect(text).toContain("× starttls-not-supported");
    expect(text).toContain("suspects somebody");
  });

  test.each([
    [
      "read-at-hop",
      "en",
      [
        "in the receiving server somebody reads it",
        "Whoever is inside that server has read it",
        "Reading inside a relay (sealed)",
        "can read none of it",
        "the recipient's program shows nothing",
      ],
    ],
    ["read-at-hop", "zh-CN", ["收信服务器里有人在读", "在中继内部偷看，手法：封好的", "收信人的程序什么也不显示"]],
    [
      "redirect-sealed",
      "en",
      ["the attacker keeps a sealed copy, and hands it on", "What came of it: delivered.", "What came of it: held."],
    ],
    [
      "forged-key",
      "en",
      [
        "the author seals, with the key from the web",
        "the author does not send: the DNS answer about the key is false, or did not come",
        "has sealed the message with the attacker's key",
        "with the key that the recipient gave him",
      ],
    ],
  ])("%s in %s: what is sealed, what is not, and what would have helped", async (attack, language, told) => {
    const { code, out } = await lab("show", attack, "--lang", language);
    expect(code).toBe(0);
    // Both halves are wrapped: words stand in their own.
    const [left, right, rest] = [0, 1, 2].map((half) => unwrapped(out, half));
    for (const words of told)
      expect(
        [left, right, rest].some((text) => text?.includes(words)),
        words,
      ).toBe(true);
  });

  test("knows what it does not know", async () => {
    expect(await lab("show", "toString")).toMatchObject({ code: 2 });
    expect(await lab("show", "strip-ehlo:sideways")).toMatchObject({ code: 2 });
  });
});

/** 0: the left halves; 1: the right ones; 2: what is not in halves. Chinese is broken anywhere, and without a space. */
function unwrapped(out: string, half: number): string {
  const lines = out.split("\n").map((line) => line.split(" │ "));
  const own =
    half === 2
      ? lines.filter(({ length }) => length === 1).map(([text = ""]) => text)
      : lines.map((one) => (one.length > 1 ? (one[half] ?? "") : ""));
  return own
    .map((text) => text.trim())
    .join(" ")
    .replace(/(?<=\p{Script=Han}|[，。：“”]) (?=\p{Script=Han}|[，。：“”])/gu, "");
}

test.each(languages)("everything of the catalogue has words in %s", (language) => {
  const words = createWords(language);
  for (const id of attackIds) {
    for (const text of [attackName(words, id), attackMeaning(words, id), standsOf(words, id), stoppedBy(words, id)]) {
      expect(text, id).not.toBe("");
    }
  }
  for (const { name } of everyAttack()) expect(attackName(words, name)).not.toBe("");
  for (const id of receiverIds) expect(receiverName(words, id), id).not.toBe("");
  for (const outcome of outcomes) expect(outcomeMeaning(words, outcome)).not.toBe("");
});
