/** Unbound twice: as the validator that ours is compared with, and as the plain forwarder that ours asks. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unboundConfig } from "../../../src/lab/index.ts";
import { freePort } from "../../peers/wait.ts";
import type { Published } from "../signed/publish.ts";
import type { Authorities } from "./authorities.ts";
import { startDaemon, type Daemon } from "./daemon.ts";

/** For many questions at once. */
const busy = ["num-queries-per-thread: 4096", "outgoing-range: 4096", "jostle-timeout: 20000"];

export async function startUnbound(
  role: "validator" | "forwarder",
  published: Published,
  authorities: Authorities,
  directory: string,
): Promise<Daemon> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const config = join(directory, "unbound.conf");
  const stubs = published.zones.map(
    ({ zone }) => `stub-zone:\n  name: "${zone.name}"\n  stub-addr: 127.0.0.1@${authorities.portOf(zone.name)}\n`,
  );
  writeFileSync(
    config,
    unboundConfig({
      interfaces: [`127.0.0.1@${port}`],
      directory,
      anchors: published.anchors,
      validates: role === "validator",
      server: [
        "edns-buffer-size: 4096",
        "max-udp-size: 4096",
        ...busy,
        "discard-timeout: 20000",
        "wait-limit: 0",
        "ede: yes",
        // RFC 9276 §3.2's bound on iterations, as ours has it.
        'val-nsec3-keysize-iterations: "1024 100 2048 100 4096 100"',
      ],
      rest: stubs.join(""),
    }),
  );
  return startDaemon({ name: role, program: "unbound", args: ["-d", "-c", config], directory, port, probe: "." });
}
