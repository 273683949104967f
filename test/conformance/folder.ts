/** Plays a folder of replays, and tells of each how it went. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playReplay, type Outcome, type PlayOptions } from "./play.ts";

export interface PlayedReplay {
  readonly name: string;
  readonly outcome: Outcome;
}

/** Every `.rpl` file of the folder, by name, or `only` one of them. Throws if the folder cannot be read. */
export async function playFolder(
  folder: string,
  options: PlayOptions,
  only?: string,
  onPlayed: (played: PlayedReplay) => void = () => {},
): Promise<readonly PlayedReplay[]> {
  const played: PlayedReplay[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".rpl") || (only !== undefined && name !== only && name !== `${only}.rpl`)) continue;
    const one = { name, outcome: await playFile(folder, name, options) };
    played.push(one);
    onPlayed(one);
  }
  return played;
}

/** One replay that breaks the player must not hide what the others say. */
async function playFile(folder: string, name: string, options: PlayOptions): Promise<Outcome> {
  try {
    return await playReplay(name, readFileSync(join(folder, name), "utf8"), options);
  } catch (error) {
    return { kind: "failed", reasons: [`cannot be played: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** The lines about one replay; the first begins with its fate. */
export function tell({ name, outcome }: PlayedReplay): readonly string[] {
  switch (outcome.kind) {
    case "passed":
      return [`passed          ${name}`, ...outcome.notes.map((note) => `                  note: ${note}`)];
    case "failed":
      return [`failed          ${name}`, ...outcome.reasons.map((reason) => `                  ${reason}`)];
    case "skipped":
      return [`not applicable  ${name}: ${outcome.reason}`];
  }
}

/** `12 passed, 0 failed, 3 skipped` */
export function summary(played: readonly PlayedReplay[]): string {
  const count = (kind: Outcome["kind"]): number => played.filter(({ outcome }) => outcome.kind === kind).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`;
}
