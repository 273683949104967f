/** Every sender that the lab knows how to start. */
import { isEnclosed, peerSenders, type Sender } from "../../lab/index.ts";
import { labPorts } from "./ports.ts";
import { chainSenders } from "./chain.ts";
import { surehopSenders } from "./surehop.ts";

export function everySender(): readonly Sender[] {
  return [...surehopSenders(), ...chainSenders(labPorts), ...peerSenders(labPorts)];
}

/** Those that are tried where none is asked for: Surehop, in its modes, and with another server before or behind it. */
export function usualSenders(): readonly Sender[] {
  return [...surehopSenders(), ...chainSenders(labPorts)];
}

/** Whether what is asked for can be done here, but in an enclosure alone, and this is none. */
export async function wantEnclosure(senders: readonly Sender[]): Promise<boolean> {
  if (isEnclosed()) return false;
  const missing = await Promise.all(
    senders.filter(({ needsEnclosure }) => needsEnclosure === true).map((sender) => sender.missing()),
  );
  return missing.includes(undefined);
}

/** The command that this process carries out, as it was given: for carrying it out again, inside. */
export function thisCommand(): readonly string[] {
  const start = new URL("../../../bin/surehop.js", import.meta.url).pathname;
  return [process.execPath, ...process.execArgv, start, ...process.argv.slice(2)];
}
