/** Where other people's test data lies, which is not ours to hand on: beside the project, or where SUREHOP_VECTORS points. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const beside = fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

/** A folder of the vectors, or why it cannot be used. */
export function vectors(name: string): { readonly folder: string; readonly missing: string | undefined } {
  const folder = join(process.env["SUREHOP_VECTORS"] ?? beside, name);
  const missing = existsSync(folder)
    ? undefined
    : "no such data beside the project; SUREHOP_VECTORS may say where it is";
  return { folder, missing };
}
