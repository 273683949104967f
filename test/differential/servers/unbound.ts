/** Unbound twice: as the validator that ours is compared with, and as the plain forwarder that ours asks. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../peers/wait.ts";
import type { Published } from "../signed/publish.ts";
import type { Authorities } from "./authorities.ts";
import { startDaemon, type Daemon } from "./daemon.ts";

export async function startUnbound(
  role: "validator" | "forwarder",
  published: Published,
  authorities: Authorities,
  directory: string,
): Promise<Daemon> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const config = join(directory, "unbound.conf");
  // A validator whose anchor is given in the configuration; RFC 9276 §3.2's bound on iterations, as ours has it.
  const validating = published.anchors.map((anchor) => `  trust-anchor: ". IN DS ${anchor}"\n`).join("");
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1@${port}
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: "${directory}/unbound.pid"
  use-syslog: no
  logfile: ""
  verbosity: 0
  do-ip6: no
  do-daemonize: no
  num-threads: 1
  do-not-query-localhost: no
  edns-buffer-size: 4096
  max-udp-size: 4096
  num-queries-per-thread: 4096
  outgoing-range: 4096
  jostle-timeout: 20000
  discard-timeout: 20000
  wait-limit: 0
  module-config: "${role === "validator" ? "validator iterator" : "iterator"}"
  trust-anchor-signaling: no
  root-key-sentinel: no
  ede: yes
  # What one question brought must not answer another: each is judged by its own proof.
  aggressive-nsec: no
  qname-minimisation: no
  val-nsec3-keysize-iterations: "1024 100 2048 100 4096 100"
${role === "validator" ? validating : ""}${published.zones
      .map(
        ({ zone }) => `stub-zone:\n  name: "${zone.name}"\n  stub-addr: 127.0.0.1@${authorities.portOf(zone.name)}\n`,
      )
      .join("")}`,
  );
  return startDaemon({ name: role, program: "unbound", args: ["-d", "-c", config], directory, port, probe: "." });
}
