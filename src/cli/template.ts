/** The text of a new `surehop.toml`: what was answered, and every other setting as a comment with its default. */
import type { Language, Words } from "../words/index.ts";

export interface TemplateValues {
  readonly language: Language;
  readonly hostname: string;
  readonly data: string;
  readonly runAs: string | undefined;
  readonly user: string;
  readonly passwordHash: string;
  readonly certificate: string;
  readonly key: string;
  /** `[::]` or `0.0.0.0`. */
  readonly anyAddress: string;
  /** Ports 465 and 587; without root 2465 and 2587. */
  readonly lowPorts: boolean;
}

export function configText(words: Words, values: TemplateValues): string {
  const [submissions, submission] = values.lowPorts ? [465, 587] : [2465, 2587];
  const comment = (key: string): string[] =>
    words
      .say(`cli-template-${key}`)
      .split("\n")
      .map((line) => `# ${line}`.trimEnd());
  const at = (port: number): string => quoted(`${values.anyAddress}:${port}`);
  return [
    ...comment("head"),
    "",
    ...comment("language"),
    `language = ${quoted(values.language)}`,
    "",
    "[server]",
    ...comment("hostname"),
    `hostname = ${quoted(values.hostname)}`,
    ...comment("data"),
    `data = ${quoted(values.data)}`,
    ...comment("run-as"),
    values.runAs === undefined ? '# user = "surehop"' : `user = ${quoted(values.runAs)}`,
    "",
    "[listen]",
    ...comment("submissions"),
    `submissions = [${at(submissions)}]`,
    ...comment("submission"),
    `submission = [${at(submission)}]`,
    ...comment("local"),
    '# local = ["127.0.0.1:25"]',
    '# local_clients = ["127.0.0.0/8", "::1"]',
    ...comment("http"),
    'http = "127.0.0.1:8025"',
    "",
    ...comment("tls"),
    "[tls]",
    `certificate = ${quoted(values.certificate)}`,
    `key = ${quoted(values.key)}`,
    "",
    ...comment("user"),
    "[[user]]",
    `name = ${quoted(values.user)}`,
    `password = ${quoted(values.passwordHash)}`,
    ...comment("from"),
    '# from = ["@example.org"]',
    "",
    "[policy]",
    ...comment("policy"),
    'require = "cleartext"',
    "",
    ...comment("rule"),
    "# [[rule]]",
    '# domain = "partner.example"',
    '# require = "authenticated"',
    '# match = ["mx.partner.example"]',
    "",
    ...comment("notices"),
    "# [[notices]]",
    '# domain = "example.cn"',
    '# language = "zh-CN"',
    "",
    "[limits]",
    '# message_size = "100MB"',
    "# recipients = 1000",
    "# connections = 1000",
    "# connections_per_client = 50",
    "",
    "[delivery]",
    ...comment("delivery"),
    '# lifetime = "5d"',
    '# retry_first = "5m"',
    '# retry_max = "4h"',
    "",
    "[dns]",
    ...comment("dns"),
    '# resolvers = ["127.0.0.1"]',
    '# anchors = ["private-zone.ds"]',
    "# trust_ad = true",
    "",
    "[story]",
    ...comment("story"),
    '# keep = "14d"',
    "",
    "[log]",
    ...comment("log"),
    '# level = "info"',
    '# format = "json"',
    "# addresses = false",
    "",
  ].join("\n");
}

/** A TOML basic string. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
