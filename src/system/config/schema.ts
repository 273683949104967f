/**
 * The shape of `surehop.toml`: tables, keys and the kinds of their values. What the values mean is `interpret.ts`'s. Unknown
 * keys are refused, since a misspelt safety setting that is quietly ignored is worse than none.
 *
 * Loaded only when a configuration is read: zod takes longer to import than small commands take to run.
 */
import { z } from "zod";
import { levels } from "../../base/index.ts";
import { stsModes } from "../../publish/index.ts";
import { languages } from "../../words/index.ts";
import { formatKey, type Faults } from "./faults.ts";
import type { KeyPath } from "./positions.ts";
import { nearest } from "./nearest.ts";
import { logFormats, logLevels } from "./types.ts";

const text = z.string();
const texts = z.array(text);
const count = z.int();
const level = z.enum(levels);
const language = z.enum(languages);

/** Exported for the generated reference. */
export const configSchema = z.strictObject({
  language: language.optional(),
  server: z.strictObject({
    hostname: text,
    data: text,
    user: text.optional(),
    group: text.optional(),
  }),
  listen: z
    .strictObject({
      submissions: texts.optional(),
      submission: texts.optional(),
      local: texts.optional(),
      local_clients: texts.optional(),
      http: text.optional(),
    })
    .optional(),
  tls: z.strictObject({ certificate: text, key: text }).optional(),
  user: z
    .array(z.strictObject({ name: text, password: text, from: texts.optional(), language: language.optional() }))
    .optional(),
  limits: z
    .strictObject({
      message_size: text.optional(),
      recipients: count.optional(),
      connections: count.optional(),
      connections_per_client: count.optional(),
    })
    .optional(),
  delivery: z
    .strictObject({
      lifetime: text.optional(),
      retry_first: text.optional(),
      retry_max: text.optional(),
      connections: count.optional(),
      connections_per_destination: count.optional(),
      helo_name: text.optional(),
    })
    .optional(),
  dns: z
    .strictObject({ resolvers: texts.optional(), trust_ad: z.boolean().optional(), anchors: texts.optional() })
    .optional(),
  policy: z
    .strictObject({
      require: level.optional(),
      mta_sts: z.boolean().optional(),
      enforce: z.enum(["all", "report"]).optional(),
      authorities: text.optional(),
    })
    .optional(),
  memory: z
    .strictObject({
      remember: z.boolean().optional(),
      patience: text.optional(),
      // A key of the file; nobody awaits the schema.
      // oxlint-disable-next-line unicorn/no-thenable
      then: z.enum(["bounce", "deliver"]).optional(),
    })
    .optional(),
  exception: z.array(z.strictObject({ domain: text, level, until: text, why: text })).optional(),
  rule: z
    .array(
      z.strictObject({
        domain: text,
        require: level.optional(),
        match: texts.optional(),
        route: text.optional(),
        ca: text.optional(),
        ca_exclusive: z.boolean().optional(),
      }),
    )
    .optional(),
  publish: z
    .strictObject({
      domain: text,
      mx: texts,
      mode: z.enum(stsModes).optional(),
      max_age: text.optional(),
      rua: texts.optional(),
      certificates: texts.optional(),
      next_keys: texts.optional(),
      ttl: text.optional(),
      caa: texts.optional(),
      look_every: text.optional(),
    })
    .optional(),
  notices: z.array(z.strictObject({ domain: text, language })).optional(),
  reports: z
    .strictObject({
      send: z.boolean().optional(),
      organization: text.optional(),
      contact: text.optional(),
      from: text.optional(),
      dkim_domain: text.optional(),
      dkim_selector: text.optional(),
      dkim_key: text.optional(),
      inbox: text.optional(),
      keep: text.optional(),
    })
    .optional(),
  story: z.strictObject({ keep: text.optional() }).optional(),
  log: z
    .strictObject({
      level: z.enum(logLevels).optional(),
      format: z.enum(logFormats).optional(),
      addresses: z.boolean().optional(),
    })
    .optional(),
  danger: z
    .strictObject({
      smtp_port: count.optional(),
      https_port: count.optional(),
      allow_private_addresses: z.boolean().optional(),
      skip_dnssec: z.boolean().optional(),
    })
    .optional(),
});

/** What an operator writes, shape checked. */
export type RawConfig = z.infer<typeof configSchema>;

/** Undefined if a fault was found. */
export function checkShape(raw: unknown, faults: Faults): RawConfig | undefined {
  const checked = configSchema.safeParse(raw, { reportInput: true });
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) tellIssue(issue, faults);
  return undefined;
}

function tellIssue(issue: z.core.$ZodIssue, faults: Faults): void {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.forEach((key) => tellUnknownKey(path, key, faults));
    case "invalid_type":
      if (issue.input === undefined) return faults.error("missing-key", path);
      return faults.error("wrong-type", path, { expected: typeName(issue.expected), got: kindOf(issue.input) });
    case "invalid_value":
      if (issue.input === undefined) return faults.error("missing-key", path);
      return faults.error("not-one-of", path, {
        value: String(issue.input),
        options: issue.values.map((value) => JSON.stringify(value)).join(", "),
      });
    default:
      return faults.error("wrong-type", path, { expected: "number", got: kindOf(issue.input) });
  }
}

function tellUnknownKey(table: KeyPath, key: string, faults: Faults): void {
  const here = knownKeys(table);
  const path = [...table, key];
  const near = nearest(key, here);
  if (near !== undefined) return faults.error("misspelt-key", path, { suggestion: near });
  const elsewhere = tablesWith(key);
  if (elsewhere !== undefined) return faults.error("misplaced-key", path, { suggestion: elsewhere });
  faults.error("unknown-key", path, { table: formatKey(table) || "surehop.toml", known: here.join(", ") });
}

/** The keys that the table at `path` may have. */
function knownKeys(path: KeyPath): readonly string[] {
  let at: unknown = configSchema;
  for (const part of path) {
    at = unwrapped(at);
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject) at = at.shape[part];
    else return [];
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(type: unknown): unknown {
  return type instanceof z.ZodOptional ? type.unwrap() : type;
}

/** `[limits]` or `[[rule]]`, if that table has such a key. */
function tablesWith(key: string): string | undefined {
  for (const [name, type] of Object.entries(configSchema.shape)) {
    const isArray = unwrapped(type) instanceof z.ZodArray;
    if (knownKeys(isArray ? [name, 0] : [name]).includes(key)) return isArray ? `[[${name}]]` : `[${name}]`;
  }
  return undefined;
}

/** A word that the catalogue knows. */
function typeName(expected: string): string {
  switch (expected) {
    case "string":
    case "boolean":
    case "array":
      return expected;
    case "object":
      return "table";
    default:
      return "number";
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  return typeName(typeof value === "bigint" ? "number" : typeof value);
}
