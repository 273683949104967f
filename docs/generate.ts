/**
 * The reference, generated from the program, and what keeps the rest of the documentation true.
 *
 *   npm run docs          writes docs/reference/, and the made parts of docs/threats.md
 *   npm run docs:lab      runs the lab, for the matrix in docs/threats.md
 *   npm run docs:check    writes nothing; exits 1 naming each page that drifted, each default that is
 *                         not the one that counts, each row of docs/standards.md whose source or
 *                         test is gone, and each relative link that leads nowhere
 *
 * A page is a pure function from what the program exports to text; each has a file of its own under `generator/`.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cliPage } from "./generator/cli.ts";
import { configurationPage } from "./generator/configuration.ts";
import { wrongDefaults } from "./generator/defaults.ts";
import { eventsPage } from "./generator/events.ts";
import { findingsPage, reportSchemaFile } from "./generator/findings.ts";
import { internetNlPage } from "./generator/internet-nl.ts";
import { limitsPage } from "./generator/limits.ts";
import { brokenLinks, writtenPages } from "./generator/links.ts";
import { metricsPage } from "./generator/metrics.ts";
import { planPage } from "./generator/plan.ts";
import { checkStandards } from "./generator/standards.ts";
import { checkThreats, writeThreats } from "./generator/threats.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = "docs/reference";

const pages: Readonly<Record<string, (root: string) => string | Promise<string>>> = {
  "check-report.schema.json": reportSchemaFile,
  "cli.md": cliPage,
  "configuration.md": configurationPage,
  "events.md": eventsPage,
  "findings.md": findingsPage,
  "internet-nl.md": internetNlPage,
  "limits.md": limitsPage,
  "metrics.md": metricsPage,
  "plan.md": planPage,
};

if (process.argv.includes("--check")) await check();
else await write();

async function write(): Promise<void> {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of strays()) rmSync(join(root, folder, name));
  for (const [name, page] of Object.entries(pages)) {
    writeFileSync(join(root, folder, name), await page(root));
    console.log(`wrote ${folder}/${name}`);
  }
  writeThreats(root);
  console.log("wrote the made parts of docs/threats.md");
}

async function check(): Promise<void> {
  const faults = [
    ...(await drifted()),
    ...(await wrongDefaults()),
    ...strays().map((name) => `${folder}/${name}: nothing generates it; "npm run docs" removes it`),
    ...checkStandards(root),
    ...checkThreats(root),
    ...writtenPages(root).flatMap((page) => brokenLinks(root, page)),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log("docs: the reference, the standards table and the links are in step with the program");
}

async function drifted(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, page] of Object.entries(pages)) {
    if ((await page(root)) !== read(join(root, folder, name))) {
      found.push(`${folder}/${name}: out of step with the program; "npm run docs" writes it anew`);
    }
  }
  return found;
}

/** Files in the folder that no page accounts for. */
function strays(): readonly string[] {
  try {
    return readdirSync(join(root, folder)).filter((name) => !(name in pages));
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
