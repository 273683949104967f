/**
 * The resolver that other mail servers ask: Debian's unbound, which validates, at port 53 inside the enclosure, over the name server of
 * the lab. /etc/resolv.conf says so, inside and nowhere else.
 */
import { join } from "node:path";
import { ip, type Clock, type Endpoint, type Net } from "../../base/index.ts";
import { loopbackOnly } from "../loopback.ts";
import { anchorData, forwardAll, unboundConfig } from "../unbound.ts";
import { eventually, findProgram, makeDirectory, pause, startDaemon, writeText } from "./program.ts";
import { layOver } from "./mounts.ts";
import type { SenderWorld } from "./types.ts";

const programs = ["/usr/sbin/unbound"];
const at: Endpoint = { address: ip("127.0.53.1"), port: 53 };
const startTimeoutMs = 10_000;
const dialTimeoutMs = 200;
/** Of unbound, for reading its configuration anew. */
const reloadMs = 150;

export function validatorMissing(): string | undefined {
  return findProgram(programs) === undefined ? "unbound is not installed (apt-get install unbound)" : undefined;
}

export interface Validator {
  /** Answers so far count no more, as if their time had run out. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with an Error if it does not come up. */
export async function startValidator(
  { net, clock }: { readonly net: Net; readonly clock: Clock },
  world: SenderWorld,
): Promise<Validator> {
  const directory = makeDirectory(join(world.directory, "unbound"));
  const config = writeText(join(directory, "unbound.conf"), configuration(world, directory));
  const names = await layOver("/etc/resolv.conf", join(directory, "resolv.conf"), resolvConf, clock);
  const daemon = startDaemon(clock, findProgram(programs) ?? "unbound", ["-d", "-c", config]);
  const close = async (): Promise<void> => {
    await daemon.end();
    await names.close();
  };
  const isUp = await eventually(clock, startTimeoutMs, async () => daemon.isGone || (await answers(net)));
  if (!isUp || daemon.isGone) {
    await close();
    throw new Error(`unbound does not come up: ${daemon.said().trim()}`);
  }
  return {
    async forget() {
      // It reads its configuration anew, and empties its cache.
      daemon.signal("SIGHUP");
      await pause(clock, reloadMs);
      await eventually(clock, startTimeoutMs, () => answers(net));
    },
    close,
  };
}

async function answers(net: Net): Promise<boolean> {
  const dialled = await loopbackOnly(net).dial(at, { timeoutMs: dialTimeoutMs });
  if (dialled.ok) dialled.value.stream.destroy();
  return dialled.ok;
}

/** A resolver of one's own is believed when it says that an answer is proven. */
const resolvConf = `nameserver ${at.address}\noptions edns0 trust-ad\n`;

function configuration({ anchors, resolver }: SenderWorld, directory: string): string {
  return unboundConfig({
    interfaces: [`${at.address}@${at.port}`],
    directory,
    anchors: anchors.map(anchorData),
    validates: true,
    server: ["access-control: 127.0.0.0/8 allow", "access-control: 198.18.0.0/15 allow"],
    rest: `remote-control:\n  control-enable: no\n${forwardAll(resolver)}`,
  });
}
