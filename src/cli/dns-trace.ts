/** Who vouches for an answer, as a tree: each zone stands below the one that says which key it has. */
import { nameText, parseWireName, standardSuite, type ProofStep, type Validated } from "../dns/index.ts";
import { tellDnsReason, type Words } from "../words/index.ts";
import { printable, type CommandContext } from "./terminal.ts";

type Branch = string | Zone;

interface Zone {
  readonly name: string;
  readonly branches: Branch[];
}

export function tellTrace({ terminal, words }: CommandContext, answer: Validated): void {
  terminal.out("");
  terminal.out(words.say("cli-dns-trace-title"));
  for (const tree of treesOf(words, answer)) {
    terminal.out(headOf(words, tree));
    for (const line of linesOf(words, tree.branches, "")) terminal.out(line);
  }
}

function treesOf(words: Words, { proof, status, reason }: Validated): readonly Zone[] {
  const zones = new Map<string, Zone>();
  const trees: Zone[] = [];
  const zoneOf = (name: string, above?: Zone): Zone => {
    const known = zones.get(name);
    if (known !== undefined) return known;
    const made: Zone = { name, branches: [] };
    zones.set(name, made);
    if (above === undefined) trees.push(made);
    else above.branches.push(made);
    return made;
  };
  let last: Zone | undefined;
  for (const step of proof) {
    last = zoneOf(step.zone);
    const line = lineOf(words, step);
    if (!last.branches.includes(line)) last.branches.push(line);
    if (step.kind === "ds") last = zoneOf(step.owner, last);
  }
  if (status === "secure") return trees;
  const ending = words.say("cli-dns-trace-broken", { reason: tellDnsReason(words, reason) });
  if (last === undefined) return [{ name: "", branches: [ending] }];
  last.branches.push(ending);
  return trees;
}

function lineOf(words: Words, step: ProofStep): string {
  const { kind, detail = "" } = step;
  const key = String(step.keyTag ?? "");
  if (kind === "anchor") {
    const { algorithm = 0 } = step;
    const name = standardSuite.algorithms.get(algorithm)?.name ?? String(algorithm);
    return words.say("cli-dns-trace-anchor", { key, algorithm: name });
  }
  const until = step.expiresAt === undefined ? "" : words.time(step.expiresAt);
  const said = kind === "answer" && detail === "wildcard" ? "wildcard" : kind;
  return words.say(`cli-dns-trace-${said}`, { key, until, owner: nameOf(step.owner), type: step.type });
}

function headOf(words: Words, { name }: Zone): string {
  if (name === "") return words.say("cli-dns-trace-nobody");
  return name === "." ? words.say("cli-dns-trace-root") : nameOf(name);
}

/** A step is plain JSON: its names are texts. */
function nameOf(text: string): string {
  const name = parseWireName(text);
  return name.ok ? nameText(name.value) : printable(text);
}

function linesOf(words: Words, branches: readonly Branch[], before: string): readonly string[] {
  return branches.flatMap((branch, index) => {
    const isLast = index === branches.length - 1;
    const head = `${before}${isLast ? "└─ " : "├─ "}`;
    if (typeof branch === "string") return [`${head}${branch}`];
    return [
      `${head}${headOf(words, branch)}`,
      ...linesOf(words, branch.branches, `${before}${isLast ? "   " : "│  "}`),
    ];
  });
}
