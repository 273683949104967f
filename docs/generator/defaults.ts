/** Are the defaults that the reference gives the ones that count? Each is written out, and must change nothing. */
import { parseConfig } from "../../src/system/config/index.ts";
import { keyMeanings } from "./settings.ts";

type Tables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The least that can be read, and one of each table that stands alone; values as TOML. */
const least: Tables = {
  "[server]": { hostname: '"mail.example.org"', data: '"/queue"' },
  "[listen]": { local: '["127.0.0.1:25"]' },
  "[dns]": { resolvers: '["127.0.0.1"]' },
  "[[rule]]": { domain: '"example.net"' },
  "[publish]": { domain: '"example.org"', mx: '["mx.example.org"]' },
};

/** One sentence for each default that is not true. */
export async function wrongDefaults(): Promise<readonly string[]> {
  const without = await configOf("", least);
  const faults: string[] = [];
  for (const [path, { byDefault }] of Object.entries(keyMeanings)) {
    const value = /^`([^`]+)`$/.exec(byDefault ?? "")?.[1];
    // Another setting's value stands there by its name.
    if (value === undefined || value in keyMeanings) continue;
    const written = path.includes(".")
      ? await configOf("", having(path, value))
      : await configOf(`${path} = ${value}`, least);
    if (written !== without) faults.push(`docs/generator/settings.ts: ${value} is not the default of ${path}`);
  }
  return faults;
}

function having(path: string, value: string): Tables {
  const [table = "", key = ""] = path.split(".");
  const heading = `[[${table}]]` in least ? `[[${table}]]` : `[${table}]`;
  return { ...least, [heading]: { ...least[heading], [key]: value } };
}

async function configOf(top: string, tables: Tables): Promise<string> {
  const lines = Object.entries(tables).flatMap(([heading, keys]) => [
    heading,
    ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`),
  ]);
  const { config, faults } = await parseConfig([top, ...lines, ""].join("\n"), "/surehop.toml", {
    now: 0,
    isRoot: false,
    examine: false,
  });
  return JSON.stringify(config ?? faults);
}
