/** What the comparison needs: `test/peers/install.sh` brings it. */
import { existsSync } from "node:fs";
import { programPath } from "../differential/servers/programs.ts";
import { postfixMissing } from "../peers/postfix.ts";

/** Why the comparison cannot be run here, or undefined if it can. */
export function missing(): string | undefined {
  const unbound = existsSync(programPath("unbound")) ? undefined : "unbound is not installed (apt-get install unbound)";
  return postfixMissing() ?? unbound;
}
