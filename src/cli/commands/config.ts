/** `surehop config check`: everything that is wrong with a configuration, each with its line and what to do. */
import { relative, resolve } from "node:path";
import { configPlaces, explainFault, isRoot, loadConfig, systemClock, type ConfigFault } from "../../system/index.ts";
import { exitCodes, type CommandContext } from "../terminal.ts";
import { findConfig } from "./default.ts";

export async function runConfigCheck(
  context: CommandContext,
  options: { config?: string; json?: boolean },
): Promise<number> {
  const { terminal, words } = context;
  const file = configFile(context, options.config);
  const loaded = await loadConfig(file, { now: systemClock.now(), isRoot: isRoot() });
  const isGood = loaded.config !== undefined;
  if (options.json === true) {
    const faults = loaded.faults.map((fault) => ({ ...fault, ...explainFault(fault, file, words) }));
    terminal.out(JSON.stringify({ file: loaded.file, ok: isGood, faults }));
    return isGood ? exitCodes.ok : exitCodes.failed;
  }
  tellFaults(context, file, loaded.faults);
  const errors = loaded.faults.filter((fault) => fault.severity === "error").length;
  if (isGood) terminal.out(words.say("cli-config-good", { file, warnings: loaded.faults.length }));
  else terminal.err(words.say("cli-config-bad", { file, errors }));
  return isGood ? exitCodes.ok : exitCodes.failed;
}

/** The one that was named, or the first of the usual places that exists, or the first of them. */
export function configFile(context: CommandContext, named: string | undefined): string {
  const found = named ?? findConfig(context) ?? configPlaces[0];
  return resolve(context.terminal.directory, found);
}

export function tellFaults({ terminal, words }: CommandContext, file: string, faults: readonly ConfigFault[]): void {
  const near = relative(terminal.directory, file);
  const name = near.startsWith("..") ? file : near;
  for (const fault of faults) {
    const { place, what, remedy } = explainFault(fault, name, words);
    terminal.err(words.say("cli-config-fault", { place, severity: fault.severity, what }));
    terminal.err(words.say("cli-config-remedy", { remedy }));
  }
}
