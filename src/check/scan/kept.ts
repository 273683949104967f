/** What was seen of an address, as text to keep beside a scan that is not at its end. */
import { jsonWithBytes, readJsonWithBytes } from "../saved.ts";
import type { SeenAddress } from "../types.ts";

export function writeSeenAddress(seen: SeenAddress): string {
  return jsonWithBytes(seen);
}

/** Undefined: not what `writeSeenAddress` wrote. A file of our own, so only its frame is looked at. */
export function readSeenAddress(text: string): SeenAddress | undefined {
  try {
    const read = readJsonWithBytes(text) as Partial<SeenAddress> | null;
    const isWhole =
      typeof read?.address === "string" && typeof read.session?.kind === "string" && Array.isArray(read.presented);
    return isWhole ? (read as SeenAddress) : undefined;
  } catch {
    return undefined;
  }
}
