/**
 * Debian's postfix-mta-sts-resolver, of which Postfix asks how to speak to a domain: it looks MTA-STS policies up and keeps them in a file.
 * It asks the resolver and goes to the port that everybody has, which is why there has to be an enclosure; that it trusts the lab's authority
 * and no other stands in its environment.
 */
import { join } from "node:path";
import type { Endpoint } from "../../base/index.ts";
import type { ClientPorts } from "./client.ts";
import { loopbackOnly } from "../loopback.ts";
import {
  eventually,
  findProgram,
  hasUser,
  makeDirectory,
  removeAll,
  runWell,
  startDaemon,
  writeText,
  type Daemon,
} from "./program.ts";
import type { SenderWorld } from "./types.ts";

const binary = "/usr/bin/mta-sts-daemon";
const user = "_mta-sts";
const port = 8461;
const startTimeoutMs = 20_000;
const dialTimeoutMs = 200;
/** Not the package's 4: on a busy machine a policy that is late would be taken for one that was kept back. */
const fetchTimeoutSeconds = 30;

export interface PolicyDaemon {
  /** As Postfix is told where to ask. */
  readonly table: string;
  /** It has never heard of anybody. */
  forget(): Promise<void>;
  end(): Promise<void>;
}

export function policyDaemonMissing(): string | undefined {
  if (findProgram([binary]) === undefined)
    return "postfix-mta-sts-resolver is not installed (apt-get install postfix-mta-sts-resolver)";
  return hasUser(user) ? undefined : `postfix-mta-sts-resolver has no user ${user} to run as`;
}

/** Rejects with an Error if it does not come up. */
export async function startPolicyDaemon(ports: ClientPorts, world: SenderWorld): Promise<PolicyDaemon> {
  const { clock } = ports;
  const at: Endpoint = { address: world.ownAddress, port };
  const directory = makeDirectory(join(makeDirectory(world.directory), "mta-sts"));
  const [kept, none] = [join(directory, "kept"), makeDirectory(join(directory, "none"))];
  const config = writeText(join(directory, "mta-sts-daemon.yml"), configuration(at, join(kept, "cache.db")));
  const authority = writeText(join(directory, "ca.pem"), world.authorityPem);
  // Whose home it is, and through whom he goes to the web, is nothing to it.
  const env = { SSL_CERT_FILE: authority, SSL_CERT_DIR: none, HOME: none, https_proxy: "" };
  let daemon: Daemon | undefined;
  const start = async (): Promise<void> => {
    makeDirectory(kept);
    await runWell(clock, "chown", [`${user}:`, kept]);
    const started = startDaemon(clock, "setpriv", [...asUser, binary, "--config", config], () => {}, env);
    daemon = started;
    const isUp = await eventually(clock, startTimeoutMs, async () => started.isGone || (await answers(ports, at)));
    if (isUp && !started.isGone) return;
    await started.end();
    throw new Error(`postfix-mta-sts-resolver does not come up: ${started.said().trim()}`);
  };
  await start();
  return {
    table: `socketmap:inet:${at.address}:${at.port}:postfix`,
    async forget() {
      await daemon?.end();
      removeAll(kept);
      await start();
    },
    async end() {
      await daemon?.end();
    },
  };
}

const asUser = [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--"];

async function answers({ net }: ClientPorts, at: Endpoint): Promise<boolean> {
  const dialled = await loopbackOnly(net).dial(at, { timeoutMs: dialTimeoutMs });
  if (dialled.ok) dialled.value.stream.destroy();
  return dialled.ok;
}

/** As the package has it, but for where it listens and keeps things, and how long it waits; and nothing is too fresh to be asked for anew. */
function configuration(at: Endpoint, cache: string): string {
  return `host: ${at.address}
port: ${at.port}
reuse_port: true
shutdown_timeout: 1
cache_grace: 0
cache:
  type: sqlite
  options:
    filename: "${cache}"
default_zone:
  strict_testing: false
  timeout: ${fetchTimeoutSeconds}
`;
}
