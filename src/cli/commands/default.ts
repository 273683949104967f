/** `surehop` alone: the relay if there is a configuration, the try-out if there is none; always says which. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { configPlaces } from "../../system/index.ts";
import type { CommandContext } from "../terminal.ts";

export async function runDefault(context: CommandContext, options: { once?: boolean }): Promise<number> {
  const file = options.once === true ? undefined : findConfig(context);
  if (file === undefined) return runTry(context, options);
  context.terminal.err(context.words.say("cli-default-start", { file }));
  const { runStart } = await import("./start.ts");
  return runStart(context, { config: file });
}

export async function runTry(context: CommandContext, options: { once?: boolean }): Promise<number> {
  const { tryout } = await import("../tryout.ts");
  return tryout({ ...context, once: options.once === true });
}

/** The first of the usual places that has one. */
export function findConfig({ terminal }: Pick<CommandContext, "terminal">): string | undefined {
  return configPlaces.map((place) => resolve(terminal.directory, place)).find((path) => existsSync(path));
}
