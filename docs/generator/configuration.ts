/** `surehop.toml`: keys and kinds from the schema, meanings from here; a key without a meaning, or a meaning without a key, stops it. */
import { z } from "zod";
import { configSchema } from "../../src/system/config/schema.ts";
import { code, head, page, table } from "./markdown.ts";
import { keyMeanings, tableMeanings, type KeyMeaning } from "./settings.ts";

export function configurationPage(): string {
  const tables = Object.entries(configSchema.shape).map(([name, type]) => tableOf(name, type));
  const keys = tables.flatMap(({ keys }) => keys.map(({ path }) => path));
  const stale = Object.keys(keyMeanings).filter((path) => !keys.includes(path));
  if (stale.length > 0) throw new Error(`docs/generator/settings.ts explains what is no setting: ${stale.join(", ")}`);
  return page(
    head(
      "Configuration",
      "src/system/config/schema.ts and docs/generator/settings.ts",
      "One TOML file, `surehop.toml`: the one that `--config` names, or the one in the current directory, or " +
        "`/etc/surehop/surehop.toml`. `surehop init` writes one with comments; `surehop config check` says of each fault its line and what to " +
        "do. Unknown keys are errors, since a misspelt safety setting that is quietly ignored is worse than none. " +
        "Relative paths start from the file's directory.",
      "**Durations** are written `30s`, `5m`, `4h`, `5d`, `2w` or `1h30m`. **Sizes** are `100MB`, `512KB` or plain bytes; a K is 1,024. " +
        "**Endpoints** are `192.0.2.1:465` or `[2001:db8::1]:465`; `[::]` takes IPv4 too.",
    ),
    ...tables.map(section),
  );
}

interface Table {
  /** Empty for the keys that stand above all tables. */
  readonly name: string;
  readonly repeated: boolean;
  readonly needed: boolean;
  readonly keys: readonly Key[];
}

interface Key {
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly needed: boolean;
}

function tableOf(name: string, type: z.ZodType): Table {
  const { inner, needed } = opened(type);
  const repeated = inner instanceof z.ZodArray;
  const shape = repeated ? opened(inner.element as z.ZodType).inner : inner;
  if (!(shape instanceof z.ZodObject)) return { name: "", repeated: false, needed, keys: [keyOf(name, name, type)] };
  const keys = Object.entries(shape.shape).map(([key, value]) => keyOf(`${name}.${key}`, key, value as z.ZodType));
  return { name, repeated, needed, keys };
}

function keyOf(path: string, name: string, type: z.ZodType): Key {
  const { inner, needed } = opened(type);
  return { path, name, kind: kindOf(inner, path), needed };
}

function opened(type: z.ZodType): { readonly inner: z.ZodType; readonly needed: boolean } {
  return type instanceof z.ZodOptional
    ? { inner: type.unwrap() as z.ZodType, needed: false }
    : { inner: type, needed: true };
}

function kindOf(type: z.ZodType, path: string): string {
  if (type instanceof z.ZodArray) return `list of ${kindOf(type.element as z.ZodType, path)}`;
  if (type instanceof z.ZodEnum) return type.options.map((option) => code(`"${String(option)}"`)).join(", ");
  if (type instanceof z.ZodBoolean) return "true or false";
  if (type instanceof z.ZodNumber) return "whole number";
  if (type instanceof z.ZodString) return meaningOf(path).kind ?? "text";
  throw new Error(`${path}: a kind of value that the reference cannot name`);
}

function section({ name, repeated, needed, keys }: Table): string {
  const rows = keys.map((key) => {
    const { meaning, byDefault } = meaningOf(key.path);
    return [code(key.name), key.kind, byDefault ?? (key.needed ? "must be given" : ""), meaning];
  });
  const body = table(["key", "value", "default", "meaning"], rows);
  if (name === "") return `## ${code(keys[0]?.name ?? "")}\n\n${body}`;
  const about = tableMeanings[name];
  if (about === undefined) throw new Error(`docs/generator/settings.ts does not explain [${name}]`);
  const title = repeated ? `[[${name}]]` : `[${name}]`;
  return [`## ${code(title)}${needed ? " (must be given)" : ""}`, about, body].join("\n\n");
}

function meaningOf(path: string): KeyMeaning {
  const meaning = keyMeanings[path];
  if (meaning === undefined) throw new Error(`docs/generator/settings.ts does not explain ${path}`);
  return meaning;
}
