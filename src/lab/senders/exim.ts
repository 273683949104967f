/**
 * Debian's Exim as a sender: with the router and the transport of the package's own configuration, and with TLS required, and verified.
 * It runs from where its package is installed or unpacked, with a configuration, a spool and logs of its own.
 *
 * A handshake that fails is followed in the same breath by a delivery in clear, unless TLS is required. A message that waits is tried again
 * when it is told to (`exim -M`), whatever its retry hints say.
 */
import { join } from "node:path";
import type { Clock, Endpoint } from "../../base/index.ts";
import { greets, type ClientPorts } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { modesWith, peerPort, peerSender, type PeerServer } from "./peer.ts";
import {
  eventually,
  filesIn,
  findProgram,
  hasUser,
  LogFile,
  makeDirectory,
  removeAll,
  run,
  runWell,
  startDaemon,
  unpacked,
  writeText,
} from "./program.ts";
import type { Sender, SenderWorld } from "./types.ts";

const places = [unpacked("exim/usr/sbin/exim4"), "/usr/sbin/exim4"];
const user = "Debian-exim";
const startTimeoutMs = 20_000;
/** So many deliveries beside each other when the queue is run. */
const runsAtOnce = 8;

/** Lines of the SMTP transport on top of the package's own. */
const modes: Readonly<Record<string, readonly string[]>> = {
  // Tries DANE, and TLS wherever it is offered, as it was built to.
  "exim-default": [],
  "exim-required": ["hosts_require_tls = *"],
  "exim-required-verify": ["hosts_require_tls = *", "tls_verify_hosts = *", "tls_verify_cert_hostnames = *"],
};

export function eximSenders(ports: ClientPorts): readonly Sender[] {
  return modesWith(modes).map(({ mode, own }) =>
    peerSender(ports, {
      mode,
      program: "exim4",
      missing: eximMissing,
      start: (world, ledger) => startExim(ports, world, own, ledger),
    }),
  );
}

function eximMissing(): string | undefined {
  if (findProgram(places) === undefined) return "exim4 is not installed (bash test/peers/install.sh brings it)";
  return hasUser(user) ? undefined : `exim4 has no user ${user} to run as (bash test/peers/install.sh makes it)`;
}

async function startExim(
  { net, clock }: ClientPorts,
  world: SenderWorld,
  lines: readonly string[],
  ledger: Ledger,
): Promise<PeerServer> {
  const binary = findProgram(places) ?? "exim4";
  const at: Endpoint = { address: world.ownAddress, port: peerPort };
  const directory = makeDirectory(join(makeDirectory(world.directory), "exim"));
  const [spool, logs] = ["spool", "log"].map((name) => makeDirectory(join(directory, name)));
  if (spool === undefined || logs === undefined) throw new Error("two names, two paths");
  writeText(join(directory, "ca.pem"), world.authorityPem);
  await runWell(clock, "chown", ["-R", `${user}:${user}`, directory]);
  const config = writeText(join(directory, "exim.conf"), configuration({ binary, directory, spool, logs }, at, lines));
  const log = new LogFile(join(logs, "mainlog"));
  const daemon = startDaemon(clock, binary, ["-C", config, "-bdf"]);
  const isUp = await eventually(clock, startTimeoutMs, async () => daemon.isGone || (await greets({ net, clock }, at)));
  if (!isUp || daemon.isGone) {
    await daemon.end();
    throw new Error(`Exim does not come up: ${daemon.said()}${log.text()}`);
  }
  return {
    at,
    backoffMs: 0,
    idIn: (reply) => /id=([0-9A-Za-z-]+)/.exec(reply)?.[1],
    look: () => log.news().forEach((line) => enter(ledger, line)),
    async tryAgain(ids) {
      // What it remembers of hosts that could not be reached.
      for (const name of filesIn(join(spool, "db"))) removeAll(join(spool, "db", name));
      void deliver(clock, [binary, "-C", config], ids);
    },
    end: () => daemon.end(),
  };
}

/** Each in a process of its own: one that an attacker keeps waiting does not keep the others. */
async function deliver(clock: Clock, [binary = "", ...args]: readonly string[], ids: readonly string[]): Promise<void> {
  const rest = [...ids];
  const work = async (): Promise<void> => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) await run(clock, binary, [...args, "-M", id]);
  };
  await Promise.all(Array.from({ length: runsAtOnce }, work));
}

/** `2026-11-24 10:00:00 1vN…-…-… => bob@… R=dnslookup T=remote_smtp H=… X=TLS1.3:… C="250 …"` */
function enter(ledger: Ledger, line: string): void {
  const [, id, text] = /^[\d-]+ [\d:]+ (\w{6}-\w{6,11}-\w{2,4}) (.*)$/.exec(line) ?? [];
  if (id === undefined || text === undefined) return;
  ledger.said(id, text);
  const outcome = outcomes[text.slice(0, 2)];
  if (outcome !== undefined) ledger.cameTo(id, outcome);
}

const outcomes: Readonly<Record<string, "delivered" | "waiting" | "returned">> = {
  "=>": "delivered",
  "==": "waiting",
  "**": "returned",
};

function configuration(
  { binary, directory, spool, logs }: Readonly<Record<"binary" | "directory" | "spool" | "logs", string>>,
  at: Endpoint,
  lines: readonly string[],
): string {
  return `primary_hostname = exim.sender.example
exim_path = ${binary}
spool_directory = ${spool}
log_file_path = ${logs}/%slog
exim_user = ${user}
exim_group = ${user}
daemon_smtp_ports = ${at.port}
local_interfaces = <; ${at.address}
tls_advertise_hosts =
log_selector = +tls_cipher +tls_certificate_verified
host_lookup =
rfc1413_query_timeout = 0s
dsn_advertise_hosts = *
smtp_accept_max = 200
smtp_accept_queue_per_connection = 0
remote_max_parallel = 10
acl_smtp_rcpt = accept_all
acl_smtp_data = accept_all
keep_environment =
ignore_bounce_errors_after = 0s
begin acl
accept_all:
  accept
begin routers
dnslookup:
  driver = dnslookup
  transport = remote_smtp
  same_domain_copy_routing = yes
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8 : 192.168.0.0/16 : 172.16.0.0/12 : 10.0.0.0/8 : 169.254.0.0/16 : 255.255.255.255
  dnssec_request_domains = *
  no_more
begin transports
remote_smtp:
  driver = smtp
  message_size_limit = \${if > {$max_received_linelength}{998} {1}{0}}
  # Waits, made short; what it decides is untouched.
  connect_timeout = 6s
  command_timeout = 6s
${["tls_verify_certificates = ${directory}/ca.pem", ...lines].map((line) => `  ${line.replace("${directory}", directory)}\n`).join("")}begin retry
*  *  F,5d,10m
`;
}
