/** Debian's unbound as the validating resolver of a program that can ask nowhere but at port 53. */
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Nameserver } from "../../src/lab/index.ts";
import { startDaemon, type Daemon } from "../differential/servers/daemon.ts";
import { freePort } from "../peers/wait.ts";

export interface Unbound extends Daemon {
  /** Of loopback, at port 53: some address or other, so that neither the machine's resolver nor another run is in the way. */
  readonly address: string;
}

export async function startUnbound({ anchors, endpoint }: Nameserver, directory: string): Promise<Unbound> {
  const address = `127.53.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const port = await freePort();
  const config = join(directory, "unbound.conf");
  const believed = anchors.map(
    ({ keyTag, algorithm, digestType, digest }) =>
      `  trust-anchor: ". IN DS ${keyTag} ${algorithm} ${digestType} ${Buffer.from(digest).toString("hex")}"\n`,
  );
  writeFileSync(
    config,
    `server:
  interface: ${address}@53
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
  module-config: "validator iterator"
  trust-anchor-signaling: no
  root-key-sentinel: no
  # What one question brought must not answer another: each is judged by its own proof.
  aggressive-nsec: no
  qname-minimisation: no
${believed.join("")}forward-zone:
  name: "."
  forward-addr: ${endpoint.address}@${endpoint.port}
`,
  );
  const args = ["-d", "-c", config];
  const daemon = await startDaemon({ name: "unbound", program: "unbound", args, directory, port, probe: "." });
  return { ...daemon, address };
}
