/** Named limits: values from the modules, notes from the comments that stand beside them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { code, head, page, table } from "./markdown.ts";

/** Every `limits.ts` below `src/`, the shared one first. */
export async function limitsPage(root: string): Promise<string> {
  const folders = readdirSync(join(root, "src")).filter((name) => existsSync(join(root, "src", name, "limits.ts")));
  folders.sort((a, b) => Number(b === "base") - Number(a === "base") || (a < b ? -1 : 1));
  const sections = await Promise.all(folders.map((name) => section(root, `src/${name}/limits.ts`)));
  return page(
    head(
      "Limits",
      "the limits.ts of each folder of src/",
      "Whatever comes from outside is bounded in size, count or time. Names end with their unit; `Max` alone is a count. Limits that an " +
        "operator may change stand in the [configuration](configuration.md) and start from the values here.",
    ),
    ...sections,
  );
}

async function section(root: string, file: string): Promise<string> {
  const path = join(root, file);
  const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const values = Object.assign({}, ...Object.values(exported).filter((one) => typeof one === "object")) as Readonly<
    Record<string, unknown>
  >;
  const blocks: string[] = [`## ${code(file)}`];
  for (const group of groupsOf(readFileSync(path, "utf8"))) {
    const rows = group.entries
      .filter(({ name }) => typeof values[name] === "number")
      .map(({ name, note }) => [code(name), valueText(name, values[name] as number), note]);
    if (rows.length === 0) continue;
    if (group.title !== "") blocks.push(`### ${group.title}`);
    blocks.push(table(["limit", "value", "note"], rows));
  }
  return blocks.join("\n\n");
}

interface Group {
  readonly title: string;
  readonly entries: { readonly name: string; readonly note: string }[];
}

/** `// Title` begins a group, a doc comment belongs to the entry below it. */
function groupsOf(text: string): readonly Group[] {
  const groups: Group[] = [{ title: "", entries: [] }];
  const pattern = /^ {2}\/\/ (?<title>.+)$|^ {2}(?:\/\*\*(?<note>(?:(?!\*\/)[\s\S])*)\*\/\s*)?(?<name>[a-z]\w*): /gm;
  for (const { groups: found } of text.matchAll(pattern)) {
    const note = (found?.["note"] ?? "").replace(/\s*\n\s*\*?\s*/g, " ").trim();
    if (found?.["title"] !== undefined) groups.push({ title: found["title"], entries: [] });
    else if (found?.["name"] !== undefined) groups.at(-1)?.entries.push({ name: found["name"], note });
  }
  return groups;
}

function valueText(name: string, value: number): string {
  const plain = value.toLocaleString("en");
  if (name.endsWith("Ms")) return `${plain} ms${value >= 1000 ? ` (${durationText(value / 1000)})` : ""}`;
  if (name.endsWith("Seconds")) return `${plain} s${value >= 60 ? ` (${durationText(value)})` : ""}`;
  if (name.endsWith("Bytes")) return `${plain} bytes${value >= 1024 ? ` (${sizeText(value)})` : ""}`;
  if (name.endsWith("Octets")) return `${plain} octets`;
  if (name.endsWith("Chars")) return `${plain} characters`;
  return plain;
}

function durationText(seconds: number): string {
  if (seconds >= 86_400 && seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function sizeText(bytes: number): string {
  const mebibyte = 1_048_576;
  const [amount, unit] = bytes >= mebibyte ? [bytes / mebibyte, "MiB"] : [bytes / 1024, "KiB"];
  return `${Number(amount.toFixed(1))} ${unit}`;
}
