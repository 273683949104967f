import { readdirSync, readFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";
import { describe, expect, test } from "vitest";
import { catalogueFiles } from "./catalogue.ts";
import { createWords, defaultLanguage, languages, type Language } from "./index.ts";

const pluralCategories = new Set(["zero", "one", "two", "few", "many", "other"]);

/** Every catalogue of every language, whoever wrote it. */
const catalogues = new Map(languages.map((language) => [language, readCatalogue(language)]));

interface Entry {
  readonly file: string;
  readonly variables: ReadonlySet<string>;
  /** What is chosen between, as `variable=key`; plural categories left out, since each language has its own. */
  readonly choices: ReadonlySet<string>;
  /** Its words, in pieces: between the variables, and each branch of a choice. */
  readonly texts: readonly string[];
}

describe.each(languages)("the catalogue of %s", (language) => {
  test("has every line understood: Fluent skips what it cannot read without a word", () => {
    for (const { name, text } of catalogueFiles(language)) {
      const written = [...text.matchAll(/^(-?[a-zA-Z][\w-]*) *=/gm)].map((match) => match[1]);
      const read = new FluentResource(text).body.map((entry) => entry.id);
      expect(read, `${language}/${name}`).toEqual(written);
      expect(new Set(read).size, `${name} says nothing twice`).toBe(read.length);
    }
  });

  test("has no id in two files, and opens", () => {
    const ids = catalogueFiles(language).flatMap(({ text }) => new FluentResource(text).body.map((entry) => entry.id));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(() => createWords(language)).not.toThrow();
  });

  test("says every message without an error, given its variables", () => {
    const words = createWords(language, { timeZone: "UTC" });
    for (const [id, { variables }] of catalogueOf(language)) {
      const args = Object.fromEntries([...variables].map((name) => [name, 2]));
      expect(words.say(id, args), id).not.toMatch(/\{\s*\$|undefined/);
    }
  });

  test("throws where a bug asks for a message or leaves out a variable", () => {
    const words = createWords(language);
    expect(() => words.say("no-such-message")).toThrow(/no such message/);
    expect(() => words.say("connected", { host: "x" })).toThrow(/address/);
    expect(() => words.say("connected", { host: "x", address: "x" }), "not even from the prototype").toThrow(/port/);
    expect(() => words.say("toString")).toThrow(/no such message/);
  });
});

test.each(languages.filter((language) => language !== defaultLanguage))(
  "%s says what English says, with the same variables",
  (language) => {
    const english = catalogueOf(defaultLanguage);
    const other = catalogueOf(language);
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [id, entry] of english) {
      expect(other.get(id)?.variables, id).toEqual(entry.variables);
      expect(other.get(id)?.choices, id).toEqual(entry.choices);
      expect(other.get(id)?.file, id).toBe(entry.file);
    }
  },
);

describe("Chinese is Chinese", () => {
  /** What is the same in every language: punctuation around values, and commands to type. */
  const shared = new Set([
    "gap",
    "time",
    "check-colon",
    "notice-for",
    "config-key-exposed-remedy",
    "cli-config-remedy",
  ]);

  test("every message has Chinese in it, and no run of English words outside of quotation", () => {
    expect(englishLeftIn("请先 run the command again 再试")).toBe("run the command");
    expect(englishLeftIn('请运行 "surehop config check" 和 Content Transfer')).toBeUndefined();
    for (const [id, { texts }] of catalogueOf("zh-CN")) {
      const whole = texts.join("");
      if (!shared.has(id)) expect(whole, id).toMatch(/\p{Script=Han}/u);
      expect(englishLeftIn(whole), id).toBeUndefined();
    }
  });

  test("punctuation between Chinese is Chinese", () => {
    for (const [id, { texts }] of catalogueOf("zh-CN")) {
      expect(texts.join(""), id).not.toMatch(/\p{Script=Han}[,;!?.]|[,;!?]\p{Script=Han}/u);
    }
  });
});

function englishLeftIn(text: string): string | undefined {
  // Lines further in are commands to type.
  const prose = text.replace(/"[^"]*"|“[^”]*”|^ {2,}\S.*$/gm, "");
  return /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.exec(prose)?.[0];
}

describe("ids in the code", () => {
  const sources = sourceFiles(new URL("../", import.meta.url));
  const known = new Set(catalogueOf(defaultLanguage).keys());

  test("are found at all: the net has no hole", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(used(sources).plain.size).toBeGreaterThan(20);
    expect(used([{ name: "x", text: 'words.say("planted-unknown", {})' }]).said).toEqual([["x", "planted-unknown"]]);
  });

  test("are in the catalogue", () => {
    const unknown = used(sources).said.filter(([, id]) => !known.has(id));
    expect(unknown).toEqual([]);
    const { saidPatterns } = used(sources);
    expect(saidPatterns.filter(([, pattern]) => ![...known].some((id) => pattern.test(id)))).toEqual([]);
  });

  test("leave no message of the catalogue unsaid", () => {
    const { plain, patterns } = used(sources);
    const unsaid = [...known].filter((id) => !plain.has(id) && !patterns.some((pattern) => pattern.test(id)));
    expect(unsaid).toEqual([]);
  });
});

interface Source {
  readonly name: string;
  readonly text: string;
}

function used(sources: readonly Source[]) {
  const said: [string, string][] = [];
  const saidPatterns: [string, RegExp][] = [];
  const plain = new Set<string>();
  const patterns: RegExp[] = [];
  for (const { name, text } of sources) {
    for (const match of text.matchAll(/\bsay\(\s*"([^"]+)"/g)) said.push([name, match[1] ?? ""]);
    for (const match of text.matchAll(/\bsay\(\s*`([^`]+)`/g)) saidPatterns.push([name, patternOf(match[1] ?? "")]);
    for (const match of text.matchAll(/"([a-z][a-z0-9-]*)"/g)) plain.add(match[1] ?? "");
    for (const match of text.matchAll(/`((?:[a-z0-9-]|\$\{[^}`]*\})+)`/g)) {
      const template = match[1] ?? "";
      if (template.replace(/\$\{[^}]*\}/g, "").length >= 4) patterns.push(patternOf(template));
    }
  }
  return { said, saidPatterns, plain, patterns };
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[a-z0-9-]+")}$`);
}

function sourceFiles(folder: URL): readonly Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.(?:test|fuzz|cases))\.ts$/.test(entry.name))
    .map((entry) => ({ name: entry.name, text: readFileSync(`${entry.parentPath}/${entry.name}`, "utf8") }));
}

function catalogueOf(language: Language): ReadonlyMap<string, Entry> {
  return catalogues.get(language) ?? new Map<string, Entry>();
}

function readCatalogue(language: Language): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { name, text } of catalogueFiles(language)) {
    for (const { id, value } of new FluentResource(text).body) {
      const variables = new Set<string>();
      const choices = new Set<string>();
      const texts: string[] = [];
      collect(value, variables, choices, texts);
      entries.set(id, { file: name, variables, choices, texts });
    }
  }
  return entries;
}

function collect(node: unknown, variables: Set<string>, choices: Set<string>, texts: string[]): void {
  if (typeof node === "string") texts.push(node);
  if (typeof node !== "object" || node === null) return;
  const { type, name, selector, variants } = node as {
    readonly type?: string;
    readonly name?: string;
    readonly selector?: { readonly name?: string };
    readonly variants?: readonly { readonly key: { readonly value: string } }[];
  };
  if (type === "var" && name !== undefined) variables.add(name);
  for (const { key } of variants ?? []) {
    if (!pluralCategories.has(key.value)) choices.add(`${selector?.name}=${key.value}`);
  }
  for (const child of patternsIn(node)) collect(child, variables, choices, texts);
}

/** The children of a node of the parsed catalogue that hold text or variables; names and keys of variants are neither. */
function patternsIn(node: object): readonly unknown[] {
  if (Array.isArray(node)) return node as readonly unknown[];
  const { type, selector, variants, args, value, opts } = node as Readonly<Record<string, unknown>>;
  if (type === "str") return [value];
  return [
    selector,
    args,
    opts,
    ...(Array.isArray(variants) ? variants.map((variant) => (variant as { value: unknown }).value) : []),
  ];
}
