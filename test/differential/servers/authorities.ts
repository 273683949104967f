/** The servers of the made-up zones: Knot DNS and NSD, each with the zones that the plan gives it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../peers/wait.ts";
import type { Published } from "../signed/publish.ts";
import { startDaemon, type Daemon } from "./daemon.ts";

export interface Authorities {
  /** Where the zone is asked for; for a zone that nobody serves, a server that refuses. */
  portOf(zone: string): number;
  /** Rejects if one of them ends before it is stopped. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

export async function startAuthorities(published: Published, directory: string): Promise<Authorities> {
  const [knotPort, nsdPort] = [await freePort(), await freePort()];
  const served = (server: string): Published["zones"] => published.zones.filter(({ zone }) => zone.server === server);
  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(daemons.map((daemon) => daemon.stop())));
  try {
    daemons.push(await startKnot(served("knot"), join(directory, "knot"), knotPort));
    daemons.push(await startNsd(served("nsd"), join(directory, "nsd"), nsdPort));
  } catch (error) {
    await stop();
    throw error;
  }
  const servers = new Map(published.zones.map(({ zone }) => [zone.name, zone.server]));
  const died = Promise.race(daemons.map((daemon) => daemon.died));
  died.catch(() => {});
  return { portOf: (zone) => (servers.get(zone) === "nsd" ? nsdPort : knotPort), died, stop };
}

function startKnot(zones: Published["zones"], directory: string, port: number): Promise<Daemon> {
  mkdirSync(directory, { recursive: true });
  const config = join(directory, "knot.conf");
  writeFileSync(
    config,
    `server:
  rundir: ${directory}
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: 4096
database:
  storage: ${directory}
log:
  - target: stderr
    any: warning
template:
  - id: default
    semantic-checks: off
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
zone:
${zones.map(({ zone, file }) => `  - domain: "${zone.name}"\n    file: "${file}"\n`).join("")}`,
  );
  return startDaemon({
    name: "knot",
    program: "knotd",
    args: ["-c", config],
    directory,
    port,
    probe: zones[0]?.zone.name ?? ".",
  });
}

function startNsd(zones: Published["zones"], directory: string, port: number): Promise<Daemon> {
  mkdirSync(directory, { recursive: true });
  const config = join(directory, "nsd.conf");
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${directory}"
  database: ""
  pidfile: "${directory}/nsd.pid"
  zonelistfile: "${directory}/zone.list"
  xfrdfile: "${directory}/xfrd.state"
  xfrdir: "${directory}"
  ipv4-edns-size: 4096
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  verbosity: 0
remote-control:
  control-enable: no
${zones.map(({ zone, file }) => `zone:\n  name: "${zone.name}"\n  zonefile: "${file}"\n`).join("")}`,
  );
  return startDaemon({
    name: "nsd",
    program: "nsd",
    args: ["-d", "-c", config],
    directory,
    port,
    probe: zones[0]?.zone.name ?? ".",
  });
}
