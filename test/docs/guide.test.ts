/** The guide is true: its configuration can be read, its commands exist, and both languages say it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { explain, tellExplanation, type Explanation } from "../../src/explain/index.ts";
import { sandboxDomains } from "../../src/lab/index.ts";
import { parseConfig } from "../../src/system/config/index.ts";
import { createWords, tellStory } from "../../src/words/index.ts";

const guide = fileURLToPath(new URL("../../docs/guide/", import.meta.url));
const pagesOf = (language: string): readonly string[] => readdirSync(join(guide, language)).sort();
const pages = ["en", "zh"].flatMap((language) =>
  pagesOf(language).map((name) => ({
    name: `${language}/${name}`,
    text: readFileSync(join(guide, language, name), "utf8"),
  })),
);

function blocks(text: string, kind: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((match) => match[1] ?? "");
}

describe("English and Chinese are in step", () => {
  test("page by page", () => {
    expect(pagesOf("zh")).toEqual(pagesOf("en"));
  });

  test.each(pagesOf("en"))("%s has as many headings, blocks, rows and links in both", (name) => {
    const shape = (language: string) => {
      const text = readFileSync(join(guide, language, name), "utf8");
      return {
        headings: text.match(/^#+ /gm)?.length,
        blocks: text.match(/^```/gm)?.length,
        rows: text.match(/^\|/gm)?.length,
        configuration: blocks(text, "toml"),
      };
    };
    expect(shape("zh")).toEqual(shape("en"));
  });
});

describe("configuration", () => {
  const samples = pages.flatMap(({ name, text }) => blocks(text, "toml").map((toml) => ({ name, toml })));

  test("there is some", () => expect(samples.length).toBeGreaterThan(10));

  test.each(samples)("of $name can be read: $toml", async ({ toml }) => {
    const least = [
      '[server]\nhostname = "mail.example.org"\ndata = "/queue"',
      '[listen]\nlocal = ["127.0.0.1:25"]',
      '[dns]\nresolvers = ["127.0.0.1"]',
    ].filter((table) => !toml.includes(table.split("\n", 1)[0] ?? ""));
    const vantage = { now: 0, isRoot: false, examine: false };
    const { faults } = await parseConfig([...least, toml].join("\n"), "/surehop.toml", vantage);
    // Files that a reader would have; and the warning that a dry run is meant to give.
    expect(faults.filter(({ code }) => code !== "path-missing" && code !== "report-only")).toEqual([]);
  });
});

describe("commands", () => {
  const words = createWords("en");
  const terminal = { out() {}, err() {}, isInteractive: false, hasColour: false, environment: {}, directory: "." };
  const program = buildProgram({ terminal, words, language: "en" });
  const said = pages.flatMap(({ name, text }) =>
    [...blocks(text, "sh"), ...[...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "")]
      .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
      .map((line) => /^(?:npx )?surehop (.+)$/.exec(line)?.[1] ?? "")
      .filter((line) => line !== "")
      .map((line) => ({ name, line })),
  );

  test("there are some", () => expect(said.length).toBeGreaterThan(30));

  test.each(said)("of $name exist: surehop $line", ({ line }) => {
    let command: Command = program;
    let isOver = false;
    for (const word of line.split(/ +/)) {
      const below = command.commands.find((one) => one.name() === word);
      if (word.startsWith("-")) {
        const known = [...command.options, ...program.options].flatMap(({ long, short }) => [long, short]);
        expect(known, `${word} of ${command.name()}`).toContain(word);
      } else if (below !== undefined && !isOver) command = below;
      else if (command !== program) isOver = true;
    }
    expect(command, "names a command").not.toBe(program);
  });
});

test("the try-out's domains are told, each with the outcome that the sandbox expects", () => {
  const outcomes = {
    en: {
      delivered: /delivered/,
      delayed: /waits, then delivered/,
      held: /held; nothing was sent/,
      returned: /comes back/,
    },
    zh: { delivered: /送达/, delayed: /先等待，后送达/, held: /暂缓；什么都没有发出/, returned: /退回/ },
  };
  for (const language of ["en", "zh"] as const) {
    const text = readFileSync(join(guide, language, "try-it.md"), "utf8");
    const rows = [...text.matchAll(/^\| `bob@(\w+)\.example` \|.*\| (.*) \|$/gm)];
    expect(rows.map((row) => row[1])).toEqual(sandboxDomains.map(({ id }) => id));
    for (const [index, { expect: expected, rule }] of sandboxDomains.entries()) {
      expect(rows[index]?.[2], language).toMatch(outcomes[language][expected.kind]);
      if (rule) expect(rows[index]?.[0], language).toMatch(/a rule demands|有规则/);
    }
  }
});

test("sentences quoted from stories are those that are told", () => {
  for (const [folder, language] of [
    ["en", "en"],
    ["zh", "zh-CN"],
  ] as const) {
    const text = readFileSync(join(guide, folder, "stories-and-bounces.md"), "utf8").replace(/\s+/g, "");
    const words = createWords(language, { timeZone: "UTC" });
    const told = [
      words.say("fault-certificate-self-signed", { host: "mx1.example.net" }),
      words.say("deferred-unproven", { domain: "example.net" }),
      words.say("bounced-lifetime-over"),
      words.say("exposed-nothing"),
      words.say("advice-unsafe"),
      ...["happened", "exposed", "todo", "forward"].map((question) => words.say(`notice-question-${question}`)),
      tellStory(words, { code: "connected", host: "mx1.example.net", address: "192.0.2.25", port: 25 }),
      tellStory(words, {
        code: "accepted",
        from: "ann@ours.example",
        recipients: 1,
        size: 4200,
        via: "submission",
        client: "192.0.2.7",
        tls: "TLSv1.3",
      }),
    ];
    for (const sentence of told) expect(text).toContain(sentence.replace(/\s+/g, ""));
  }
});

test("what the page on bounces shows is what is told", async () => {
  const line =
    "Nov 25 21:47:25 mail postfix/smtp[13423]: 2D279238422: to=<bob@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=0.2, delays=0/0/0/0, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx.example.net[192.0.2.1])\n";
  const explained: Explanation[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(line);
  }
  await explain(input(), (one) => void explained.push(one));
  expect(explained).toHaveLength(1);
  for (const [folder, language] of [
    ["en", "en"],
    ["zh", "zh-CN"],
  ] as const) {
    const text = readFileSync(join(guide, folder, "explain.md"), "utf8").replace(/\s+/g, "");
    for (const { incident, judgement } of explained) {
      const { notes, ...told } = tellExplanation(createWords(language), incident, judgement);
      for (const sentence of [...Object.values(told), ...notes]) expect(text).toContain(sentence.replace(/\s+/g, ""));
    }
  }
});
