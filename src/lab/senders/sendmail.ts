/**
 * Debian's sendmail as a sender: as its package configures it, and with TLS required by its access map. It runs from where it was unpacked,
 * with a configuration of its own that is made by the package's own m4 files.
 *
 * It writes no log of its own but to the system's. So the queue is run message by message, aloud (`-v -qI`): every attempt, the first too,
 * says on its standard output what it does.
 */
import { join } from "node:path";
import type { Clock, Endpoint } from "../../base/index.ts";
import { greets, type ClientPorts } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { layOver } from "./mounts.ts";
import { modesWith, peerPort, peerSender, type PeerServer } from "./peer.ts";
import {
  eventually,
  filesIn,
  findProgram,
  hasUser,
  makeDirectory,
  readText,
  run,
  runWell,
  startDaemon,
  unpacked,
  writeText,
} from "./program.ts";
import type { Sender, SenderWorld } from "./types.ts";

const binary = unpacked("sendmail/usr/libexec/sendmail/sendmail");
const mapMaker = unpacked("sendmail/usr/libexec/sendmail/makemap");
const macros = unpacked("sendmail/usr/share/sendmail/cf/");
const macroProcessor = "/usr/bin/m4";
const users = ["smmta", "smmsp"];
const startTimeoutMs = 20_000;
/** So many deliveries beside each other. */
const runsAtOnce = 24;
/** Each attempt is a process that begins from nothing. */
const cellsAtOnce = 120;

/** What the access map says of servers; RFC 3207's strength, in bits. */
const modes: Readonly<Record<string, string>> = {
  "sendmail-default": "",
  "sendmail-required": "TLS_Srv:\tTEMP+ENCR:112\n",
};

export function sendmailSenders(ports: ClientPorts): readonly Sender[] {
  return modesWith(modes).map(({ mode, own }) =>
    peerSender(ports, {
      mode,
      program: "sendmail",
      cellsAtOnce,
      missing: sendmailMissing,
      start: (world, ledger) => startSendmail(ports, world, own, ledger),
    }),
  );
}

function sendmailMissing(): string | undefined {
  if (findProgram([binary]) === undefined) return "sendmail is not installed (bash test/peers/install.sh brings it)";
  if (findProgram([macroProcessor]) === undefined)
    return "m4, which configures sendmail, is not installed (apt-get install m4)";
  const lacking = users.find((user) => !hasUser(user));
  return lacking === undefined
    ? undefined
    : `sendmail has no user ${lacking} to run as (bash test/peers/install.sh makes it)`;
}

async function startSendmail(
  { net, clock }: ClientPorts,
  world: SenderWorld,
  access: string,
  ledger: Ledger,
): Promise<PeerServer> {
  const at: Endpoint = { address: world.ownAddress, port: peerPort };
  const directory = makeDirectory(join(makeDirectory(world.directory), "sendmail"));
  const queue = makeDirectory(join(directory, "queue"), 0o700);
  writeText(join(directory, "ca.pem"), world.authorityPem);
  const config = await configure(clock, directory, at, access);
  // It wants to know its own name, and does not start without.
  const machine = readText("/proc/sys/kernel/hostname").trim();
  const hosts = `127.0.0.1 localhost\n127.0.0.1 ${hostname} ${machine}\n`;
  const names = await layOver("/etc/hosts", join(directory, "hosts"), hosts, clock);
  const daemon = startDaemon(clock, binary, ["-C", config, "-bD"]);
  const end = async (): Promise<void> => {
    await daemon.end();
    await names.close();
  };
  const isUp = await eventually(clock, startTimeoutMs, async () => daemon.isGone || (await greets({ net, clock }, at)));
  if (!isUp || daemon.isGone) {
    await end();
    throw new Error(`sendmail does not come up: ${daemon.said()}`);
  }
  const runner = new QueueRunner(clock, config, queue, ledger);
  return {
    at,
    backoffMs: 0,
    idIn(reply) {
      const id = /^250 2\.0\.0 (\w+) Message accepted/.exec(reply)?.[1];
      if (id !== undefined) runner.add(id);
      return id;
    },
    look: () => {},
    tryAgain: (ids) => {
      for (const id of ids) runner.add(id);
      return Promise.resolve();
    },
    end,
  };
}

/** Its configuration, compiled, and the files that it names. */
async function configure(clock: Clock, directory: string, at: Endpoint, access: string): Promise<string> {
  const source = writeText(join(directory, "sendmail.mc"), configuration(directory, at));
  const compiled = await runWell(clock, macroProcessor, [`-D_CF_DIR_=${macros}`, source]);
  const config = writeText(join(directory, "sendmail.cf"), compiled);
  writeText(join(directory, "service.switch"), "hosts\tdns\naliases\tfiles\n");
  writeText(join(directory, "aliases"), "");
  writeText(join(directory, "local-host-names"), "");
  const map = writeText(join(directory, "access"), `Connect:198.18\tRELAY\nConnect:127\tRELAY\n${access}`);
  await runWell(clock, "/bin/sh", ["-c", '"$1" -C "$2" hash "$3" < "$3"', "sh", mapMaker, config, map]);
  return config;
}

/** Attempts, some beside each other, each in a process of its own. */
class QueueRunner {
  readonly #clock: Clock;
  readonly #config: string;
  readonly #queue: string;
  readonly #ledger: Ledger;
  readonly #due: string[] = [];
  #running = 0;

  constructor(clock: Clock, config: string, queue: string, ledger: Ledger) {
    this.#clock = clock;
    this.#config = config;
    this.#queue = queue;
    this.#ledger = ledger;
  }

  add(id: string): void {
    this.#due.push(id);
    if (this.#running >= runsAtOnce) return;
    this.#running++;
    void this.#work();
  }

  async #work(): Promise<void> {
    for (let id = this.#due.shift(); id !== undefined; id = this.#due.shift()) await this.#attempt(id);
    this.#running--;
  }

  async #attempt(id: string): Promise<void> {
    const { said } = await run(this.#clock, binary, ["-C", this.#config, "-v", `-qI${id}`]);
    for (const line of said.split(/\r?\n/)) if (line !== "") this.#ledger.said(id, line);
    const isKept = filesIn(this.#queue).includes(`qf${id}`);
    this.#ledger.cameTo(id, isKept ? "waiting" : /\.\.\. Sent \(/.test(said) ? "delivered" : "returned");
  }
}

const hostname = "sendmail.sender.example";
/** What it waits for. Having given a silent handshake up it still says QUIT, and would wait for an answer for two minutes. */
const steps = [
  "STARTTLS",
  "CONNECT",
  "ICONNECT",
  "INITIAL",
  "HELO",
  "MAIL",
  "RCPT",
  "RSET",
  "QUIT",
  "MISC",
  "DATAINIT",
];

/** As in the package's own sendmail.mc, with every path in a directory of the lab's; and waits made short. */
function configuration(directory: string, at: Endpoint): string {
  const paths: Readonly<Record<string, string>> = {
    MAIL_SETTINGS_DIR: `${directory}/`,
    QUEUE_DIR: `${directory}/queue`,
    ALIAS_FILE: `${directory}/aliases`,
    confPID_FILE: `${directory}/sendmail.pid`,
    confCONTROL_SOCKET_NAME: `${directory}/control`,
    confSERVICE_SWITCH_FILE: `${directory}/service.switch`,
    confCACERT: `${directory}/ca.pem`,
    STATUS_FILE: `${directory}/statistics`,
    confDEAD_LETTER_DROP: `${directory}/dead.letter`,
  };
  const settings: Readonly<Record<string, string>> = {
    confDOMAIN_NAME: hostname,
    confDELIVERY_MODE: "queueonly",
    confTO_IDENT: "0",
    // A busy machine makes it refuse connections, and put deliveries off.
    ...Object.fromEntries(["QUEUE", "REFUSE", "DELAY"].map((what) => [`conf${what}_LA`, "1000"])),
    ...Object.fromEntries(steps.map((step) => [`confTO_${step}`, "6s"])),
  };
  const define = (all: Readonly<Record<string, string>>): string =>
    Object.entries(all)
      .map(([name, value]) => `define(\`${name}', \`${value}')dnl\n`)
      .join("");
  return `define(\`_USE_ETC_MAIL_')dnl
include(\`${macros}m4/cf.m4')dnl
include(\`${macros}debian/autoconf.m4')dnl
define(\`MAIL_SETTINGS_DIR', \`${directory}/')dnl
OSTYPE(\`debian')dnl
DOMAIN(\`debian-mta')dnl
FEATURE(\`no_default_msa')dnl
undefine(\`confHOST_STATUS_DIRECTORY')dnl
${define(paths)}${define(settings)}FEATURE(\`use_cw_file')dnl
FEATURE(\`access_db', \`hash -T<TMPF> ${directory}/access', \`skip')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`nocanonify')dnl
DAEMON_OPTIONS(\`Family=inet, Name=MTA-v4, Port=${at.port}, Addr=${at.address}')dnl
MAILER_DEFINITIONS
MAILER(\`local')dnl
MAILER(\`smtp')dnl
`;
}
