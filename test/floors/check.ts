/**
 * What of a tree of sources breaks the rules of the house.
 *
 *   sources ──tokens──► what each imports ──► modules and packages: the table of allowances
 *                │                        └─► other files: a copy of the tree in which only the imports are left,
 *                │                            and dependency-cruiser over it: floors, front doors, cycles, tests
 *                └────► names that bring in the world
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import {
  allowances,
  exceptions,
  floors,
  harmlessModules,
  neighbours,
  worldExceptions,
  worldFolders,
  worldNames,
} from "./house.ts";
import { importsOf, isCode, tokenize, UnreadableSource, type Import, type Token } from "./scan.ts";

/** Path with slashes, from the root of the checkout, to text. */
export type Sources = ReadonlyMap<string, string>;

export type Rule =
  | "floor"
  | "front-door"
  | "cycle"
  | "test-in-program"
  | "module"
  | "world"
  | "no-floor"
  | "unreadable";

export interface Violation {
  readonly rule: Rule;
  readonly file: string;
  readonly line: number;
  /** What is wrong, and what to do about it. */
  readonly what: string;
  readonly remedy: string;
}

interface Scanned {
  readonly file: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

/** Test files may import anything and hold the world in their own hands. */
export function isTest(file: string): boolean {
  return /\.(test|fuzz|cases)\.ts$/.test(file) || file.startsWith("test/");
}

export async function check(sources: Sources): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  const scanned: Scanned[] = [];
  for (const [file, source] of sources) {
    if (isTest(file)) continue;
    try {
      const tokens = tokenize(source);
      scanned.push({ file, tokens, imports: importsOf(tokens) });
    } catch (error) {
      if (!(error instanceof UnreadableSource)) throw error;
      const remedy = "mend the file, or test/floors/scan.ts";
      violations.push({ rule: "unreadable", file, line: 1, what: `cannot be read: ${error.message}`, remedy });
    }
  }
  for (const one of scanned) violations.push(...homeless(one), ...modules(one), ...world(one));
  violations.push(...(await dependencies(sources, scanned)));
  return violations.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** `policy` of `src/policy/plan.ts`. */
function folderOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function homeless({ file }: Scanned): readonly Violation[] {
  if (floors[folderOf(file)] !== undefined) return [];
  const remedy = "give it one in test/floors/house.ts and docs/architecture.md";
  return [{ rule: "no-floor", file, line: 1, what: `src/${folderOf(file)} has no floor`, remedy }];
}

function modules({ file, imports }: Scanned): readonly Violation[] {
  const folder = folderOf(file);
  return imports.flatMap(({ specifier, line, names }): readonly Violation[] => {
    if (specifier.startsWith(".") || harmlessModules.includes(specifier)) return [];
    const allowance = allowances.find((one) => one.module === specifier);
    if (allowance?.folders.includes(folder) === true) return [];
    const exception = exceptions.find((one) => one.file === file && one.module === specifier);
    if (exception !== undefined && names.length > 0 && names.every((name) => exception.names.includes(name))) return [];
    const what = `imports ${specifier}`;
    const remedy =
      allowance === undefined
        ? "no folder may: if one must, say which and why in test/floors/house.ts"
        : `only ${allowance.folders.map((name) => `src/${name}`).join(", ")} may (${allowance.why})`;
    return [{ rule: "module", file, line, what, remedy }];
  });
}

function world({ file, tokens }: Scanned): readonly Violation[] {
  if (worldFolders.includes(folderOf(file))) return [];
  return tokens.flatMap((token, at): readonly Violation[] => {
    const found = worldNames.find((name) => name.tokens.every((text, step) => isCode(tokens[at + step], text)));
    if (found === undefined || found.folders?.includes(folderOf(file)) === true) return [];
    if (isMember(tokens, at) && !isGlobal(tokens, at)) return [];
    const name = found.tokens.join("").replace("newDate", "new Date");
    if (worldExceptions.some((one) => one.file === file && one.name === name)) return [];
    return [{ rule: "world", file, line: token.line, what: `uses ${name}`, remedy: found.instead }];
  });
}

/** `socket.setTimeout` is the socket's. */
function isMember(tokens: readonly Token[], at: number): boolean {
  return isCode(tokens[at - 1], ".");
}

function isGlobal(tokens: readonly Token[], at: number): boolean {
  return isCode(tokens[at - 2], "globalThis") || (isCode(tokens[at - 2], "?") && isCode(tokens[at - 3], "globalThis"));
}

async function dependencies(sources: Sources, scanned: readonly Scanned[]): Promise<readonly Violation[]> {
  const root = mkdtempSync(join(tmpdir(), "surehop-floors-"));
  try {
    // Tests are there to be found when the program imports them, but their own imports are nobody's business.
    const files = [...sources.keys()].filter(isTest).map((file): Scanned => ({ file, tokens: [], imports: [] }));
    for (const { file, imports } of [...files, ...scanned]) writeShadow(join(root, shadow(file)), imports);
    const { output } = await cruise(["src"], { baseDir: root, ruleSet: { forbidden: [...rules] }, validate: true });
    if (typeof output === "string") throw new Error("dependency-cruiser answered with text");
    return toViolations(output, scanned);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function shadow(file: string): string {
  return file.replace(/\.ts$/, ".mjs");
}

function writeShadow(path: string, imports: readonly Import[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const own = imports.filter(({ specifier }) => specifier.startsWith("."));
  const lines = own.map(({ specifier, atStart }) => {
    const text = JSON.stringify(shadow(specifier));
    return atStart ? `import ${text};\n` : `import(${text});\n`;
  });
  writeFileSync(path, lines.join(""));
}

const rules: readonly IForbiddenRuleType[] = [
  ...Object.entries(floors).map(([folder, floor]): IForbiddenRuleType => {
    const below = Object.keys(floors).filter((other) => (floors[other] ?? 0) < floor);
    const beside = neighbours.filter((pair) => pair.from === folder).map((pair) => pair.to);
    return {
      name: "floor",
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: `^src/(${[folder, ...below, ...beside].join("|")})/` },
    };
  }),
  {
    name: "front-door",
    severity: "error",
    from: { path: "^src/([^/]+)/" },
    to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", String.raw`^src/[^/]+/index\.mjs$`] },
  },
  {
    name: "test-in-program",
    severity: "error",
    from: { path: "^src/", pathNot: String.raw`\.(test|fuzz|cases)\.mjs$` },
    to: { path: [String.raw`\.(test|fuzz|cases)\.mjs$`, "^(?!src/)"] },
  },
  {
    // A cycle breaks a program whose files run in the wrong order: types and late imports are no part of one.
    name: "cycle",
    severity: "error",
    from: {},
    to: {
      circular: true,
      dependencyTypesNot: ["dynamic-import"],
      viaOnly: { dependencyTypesNot: ["dynamic-import"] },
    },
  },
];

const remedies: Readonly<Record<string, string>> = {
  floor:
    "a folder imports from lower floors alone (docs/architecture.md): move what is shared down, or take it as an argument",
  "front-door": "import the folder's index.ts, and export there what others need",
  cycle: "move what both need into a file of its own",
  "test-in-program": "what the program uses is no test",
};

function toViolations({ summary }: ICruiseResult, scanned: readonly Scanned[]): readonly Violation[] {
  return summary.violations.map(({ rule, from, to, cycle }) => {
    const file = from.replace(/\.mjs$/, ".ts");
    const target = to.replace(/\.mjs$/, ".ts");
    const imports = scanned.find((one) => one.file === file)?.imports ?? [];
    const written = imports.find(({ specifier }) => posix.join(posix.dirname(file), specifier) === target);
    const around = (cycle ?? []).map((step) => step.name.replace(/\.mjs$/, ".ts")).join(" → ");
    const what = around === "" ? `imports ${target}` : `imports itself by way of ${around}`;
    return { rule: rule.name as Rule, file, line: written?.line ?? 1, what, remedy: remedies[rule.name] ?? "" };
  });
}
