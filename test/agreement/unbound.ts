/** Debian's unbound as the validating resolver of a program that can ask nowhere but at port 53. */
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { anchorData, forwardAll, unboundConfig, type Nameserver } from "../../src/lab/index.ts";
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
  const interfaces = [`${address}@53`, `127.0.0.1@${port}`];
  const terms = {
    interfaces,
    directory,
    anchors: anchors.map(anchorData),
    validates: true,
    rest: forwardAll(endpoint),
  };
  writeFileSync(config, unboundConfig(terms));
  const args = ["-d", "-c", config];
  const daemon = await startDaemon({ name: "unbound", program: "unbound", args, directory, port, probe: "." });
  return { ...daemon, address };
}
