/**
 * Debian's OpenSMTPD as a sender: with its plain `relay`, and with `relay tls`, which asks for TLS and for a certificate that it can trust. Its
 * places are built into it, so the lab's own are laid over them: the queue, the socket, and the authorities that are trusted.
 */
import { join } from "node:path";
import type { Clock, Endpoint } from "../../base/index.ts";
import { greets, type ClientPorts } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { bare, layOver, type Laid } from "./mounts.ts";
import { modesWith, peerPort, peerSender, type PeerServer } from "./peer.ts";
import {
  eventually,
  findProgram,
  hasUser,
  makeDirectory,
  pause,
  run,
  runWell,
  startDaemon,
  type Daemon,
  unpacked,
  writeText,
} from "./program.ts";
import type { Sender, SenderWorld } from "./types.ts";

const binary = unpacked("opensmtpd/usr/sbin/smtpd");
const control = unpacked("opensmtpd/usr/sbin/smtpctl");
const users = ["opensmtpd", "opensmtpq"];
const startTimeoutMs = 20_000;
const scheduleEveryMs = 1_000;
const schedulesMax = 60;
/** It waits five minutes for whoever says nothing: that is built into it. */
const patienceMs = 400_000;
const trusted = "/etc/ssl/certs/ca-certificates.crt";

/** What its action does besides `relay`. */
const modes: Readonly<Record<string, string>> = { "opensmtpd-default": "", "opensmtpd-tls": "tls" };

export function opensmtpdSenders(ports: ClientPorts): readonly Sender[] {
  return modesWith(modes).map(({ mode, own }) =>
    peerSender(ports, {
      mode,
      program: "smtpd",
      patienceMs,
      missing: opensmtpdMissing,
      start: (world, ledger) => startOpensmtpd(ports, world, own, ledger),
    }),
  );
}

function opensmtpdMissing(): string | undefined {
  if (findProgram([binary]) === undefined) return "OpenSMTPD is not installed (bash test/peers/install.sh brings it)";
  if (findProgram([trusted]) === undefined) return "ca-certificates is not installed (apt-get install ca-certificates)";
  const lacking = users.find((user) => !hasUser(user));
  return lacking === undefined
    ? undefined
    : `OpenSMTPD has no user ${lacking} to run as (bash test/peers/install.sh makes it)`;
}

async function startOpensmtpd(
  ports: ClientPorts,
  world: SenderWorld,
  own: string,
  ledger: Ledger,
): Promise<PeerServer> {
  const { clock } = ports;
  const at: Endpoint = { address: world.ownAddress, port: peerPort };
  const directory = makeDirectory(join(makeDirectory(world.directory), "opensmtpd"));
  const config = writeText(join(directory, "smtpd.conf"), configuration(at, own));
  const laid: Laid[] = [];
  let daemon: Daemon | undefined;
  const start = async (): Promise<void> => {
    const started = startDaemon(clock, binary, ["-d", "-v", "-f", config], reading(ledger));
    daemon = started;
    const isUp = await eventually(clock, startTimeoutMs, async () => started.isGone || (await greets(ports, at)));
    if (!isUp || started.isGone) throw new Error(`OpenSMTPD does not come up: ${started.said()}`);
  };
  const end = async (): Promise<void> => {
    await daemon?.end();
    for (const one of laid.splice(0).toReversed()) await one.close();
  };
  try {
    for (const place of ["/var/spool", "/run", "/var/lib"]) laid.push(await bare(place, clock));
    laid.push(await layOver(trusted, join(directory, "ca.pem"), world.authorityPem, clock));
    await makePlaces(clock);
    await start();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    at,
    backoffMs: 0,
    idIn: (reply) => /^250 2\.0\.0 (\w{8}) Message accepted/.exec(reply)?.[1],
    look: () => {},
    async forget() {
      // Connections, and where a domain's mail goes, are kept in memory for a while.
      await daemon?.end();
      await start();
    },
    tryAgain() {
      void schedule(clock, ledger);
      return Promise.resolve();
    },
    end,
  };
}

/** Everything now. One that has just been started still reads its queue, and is told so until nothing is left to be tried. */
async function schedule(clock: Clock, ledger: Ledger): Promise<void> {
  for (let times = 0; times < schedulesMax && ledger.isBusy; times++) {
    // As the package has it: of the queue's group, and of nobody else's.
    await run(clock, "setpriv", ["--egid", "opensmtpq", "--keep-groups", control, "schedule", "all"]);
    await pause(clock, scheduleEveryMs);
  }
}

/** Whole lines, out of what it says in pieces. */
function reading(ledger: Ledger): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) enter(ledger, line);
  };
}

async function makePlaces(clock: ClientPorts["clock"]): Promise<void> {
  makeDirectory("/var/lib/opensmtpd/empty");
  makeDirectory("/var/spool/smtpd", 0o711);
  makeDirectory("/var/spool/smtpd/offline", 0o770);
  await runWell(clock, "chown", ["root:opensmtpq", "/var/spool/smtpd/offline"]);
  for (const name of ["purge", "queue", "corrupt", "incoming", "temporary"]) {
    makeDirectory(`/var/spool/smtpd/${name}`, 0o700);
    await runWell(clock, "chown", ["opensmtpq:root", `/var/spool/smtpd/${name}`]);
  }
}

/** `a1… mta delivery evpid=ID from=<…> to=<…> … result="Ok" stat="250 …"`: an envelope's id begins with its message's. */
function enter(ledger: Ledger, line: string): void {
  const id = /\bevpid=(\w{8})\w{8}\b/.exec(line)?.[1];
  if (id === undefined) return;
  ledger.said(id, line);
  const outcome = outcomes[/\bresult="?(\w+)/.exec(line)?.[1] ?? ""];
  if (outcome !== undefined) ledger.cameTo(id, outcome);
}

const outcomes: Readonly<Record<string, "delivered" | "waiting" | "returned">> = {
  Ok: "delivered",
  TempFail: "waiting",
  PermFail: "returned",
};

function configuration(at: Endpoint, own: string): string {
  return `smtp max-message-size 10M
queue ttl 4d
listen on ${at.address} port ${at.port} hostname opensmtpd.sender.example
action "relay" relay ${own} helo "opensmtpd.sender.example"
match from any for any action "relay"
`;
}
