/** A made-up internet that runs: zones published, daemons serving them, unbound beside, ended by `stop`. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/system/index.ts";
import { createClient, type Client } from "./client.ts";
import { startAuthorities } from "./servers/authorities.ts";
import { startUnbound } from "./servers/unbound.ts";
import { publish, type Published } from "./signed/publish.ts";
import { planWorld } from "./world/plan.ts";

export interface RunningWorld {
  readonly published: Published;
  /** Unbound as a validator. */
  readonly oracle: Client;
  /** Unbound without one. */
  readonly forwarder: Client;
  /** Rejects if a daemon ends before it is stopped. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

export async function startWorld(seed: number): Promise<RunningWorld> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-differential-"));
  const ends: (() => Promise<void> | void)[] = [() => rmSync(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const zones = join(directory, "zones");
    mkdirSync(zones);
    const published = await publish(planWorld(seed), zones, systemClock.now());
    const authorities = await startAuthorities(published, directory);
    ends.push(() => authorities.stop());
    const clients: Client[] = [];
    const deaths = [authorities.died];
    for (const role of ["validator", "forwarder"] as const) {
      const daemon = await startUnbound(role, published, authorities, join(directory, role));
      ends.push(() => daemon.stop());
      deaths.push(daemon.died);
      const client = createClient(daemon.port);
      ends.push(() => client.close());
      clients.push(client);
    }
    const [oracle, forwarder] = clients as [Client, Client];
    const died = Promise.race(deaths);
    died.catch(() => {});
    return { published, oracle, forwarder, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
