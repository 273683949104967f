/**
 * Debian's Postfix as a sender, one for each of its levels. Everything that it reads and writes is its own: main.cf, master.cf, the queue,
 * the log.
 *
 * It does without TLS only at a later attempt, once the message has waited for `minimal_backoff_time`: here a second.
 */
import { join } from "node:path";
import type { Endpoint } from "../../base/index.ts";
import { greets, type ClientPorts } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { policyDaemonMissing, startPolicyDaemon } from "./mta-sts.ts";
import { modesWith, peerPort, peerSender, type PeerServer } from "./peer.ts";
import {
  endProcess,
  eventually,
  findProgram,
  linkFrom,
  LogFile,
  makeDirectory,
  readText,
  run,
  runWell,
  writeText,
} from "./program.ts";
import type { Sender, SenderWorld } from "./types.ts";

const packaged = "/etc/postfix";
const startTimeoutMs = 20_000;
/** More than `minimal_backoff_time`, in whole seconds as Postfix counts them. */
const backoffMs = 2_100;

export type Settings = Readonly<Record<string, string>>;

interface Level {
  /** What is written into main.cf, besides where everything is. */
  readonly settings: Settings;
  /** MTA-STS, by postfix-mta-sts-resolver. `forgotten`: between the control and the attack it loses all that it has kept. */
  readonly policies?: "kept" | "forgotten";
}

/** Each cell has a policy of its own, and all of them are fetched in the same moment. */
const policiesAtOnce = 80;

const may: Settings = { smtp_tls_security_level: "may" };

const levels: Readonly<Record<string, Level>> = {
  // As Debian's package writes it at its installation.
  "postfix-default": {
    settings: {
      ...may,
      smtp_tls_CApath: "/etc/ssl/certs",
      smtp_tls_session_cache_database: "btree:${data_directory}/smtp_scache",
    },
  },
  "postfix-may": { settings: may },
  "postfix-encrypt": { settings: { smtp_tls_security_level: "encrypt" } },
  "postfix-verify": { settings: { smtp_tls_security_level: "verify" } },
  "postfix-secure": { settings: { smtp_tls_security_level: "secure" } },
  // A domain without TLSA records gets `may`.
  "postfix-dane": { settings: { smtp_tls_security_level: "dane", smtp_dns_support_level: "dnssec" } },
  // A domain without a policy gets `may`.
  "postfix-mta-sts": { settings: may, policies: "kept" },
  "postfix-mta-sts-first": { settings: may, policies: "forgotten" },
};

export function postfixSenders(ports: ClientPorts): readonly Sender[] {
  return modesWith(levels).map(({ mode, own }) =>
    peerSender(ports, {
      mode,
      program: "postfix",
      ...(own.policies === undefined ? {} : { cellsAtOnce: policiesAtOnce }),
      missing: () => postfixMissing() ?? (own.policies === undefined ? undefined : policyDaemonMissing()),
      start: (world, ledger) => startLevel(ports, world, own, ledger),
    }),
  );
}

export function postfixMissing(): string | undefined {
  const isThere = findProgram(["/usr/sbin/postfix"]) !== undefined;
  return isThere ? undefined : "postfix is not installed (apt-get install postfix)";
}

async function startLevel(
  ports: ClientPorts,
  world: SenderWorld,
  { settings, policies }: Level,
  ledger: Ledger,
): Promise<PeerServer> {
  if (policies === undefined) return startPostfix(ports, world, settings, ledger);
  const daemon = await startPolicyDaemon(ports, world);
  const end = (): Promise<void> => daemon.end();
  try {
    const server = await startPostfix(ports, world, { ...settings, smtp_tls_policy_maps: daemon.table }, ledger);
    return {
      ...server,
      ...(policies === "forgotten" ? { forget: () => daemon.forget() } : {}),
      async end() {
        await server.end();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function startPostfix(
  ports: ClientPorts,
  world: SenderWorld,
  settings: Settings,
  ledger: Ledger,
): Promise<PeerServer> {
  return launchPostfix(ports, world, { settings: { ...shortWaits, ...settings } }, ledger);
}

export interface PostfixPlan {
  /** Of main.cf, over where everything is. */
  readonly settings: Settings;
  /** More lines of master.cf. */
  readonly services?: readonly string[];
  /** Beside main.cf: `$config_directory/NAME`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Rejects with an Error, its log in it, if it does not come up. */
export async function launchPostfix(
  { net, clock }: ClientPorts,
  world: SenderWorld,
  { settings, services = [], files = {} }: PostfixPlan,
  ledger: Ledger,
): Promise<PeerServer> {
  const at: Endpoint = { address: world.ownAddress, port: peerPort };
  const directory = makeDirectory(join(makeDirectory(world.directory), "postfix"));
  const [config, queue, data] = ["etc", "queue", "data"].map((name) => makeDirectory(join(directory, name)));
  if (config === undefined || queue === undefined || data === undefined) throw new Error("three names, three paths");
  await runWell(clock, "chown", ["postfix:postfix", data]);
  const log = new LogFile(join(directory, "mail.log"));
  writeText(join(config, "ca.pem"), world.authorityPem);
  writeText(join(config, "main.cf"), mainCf({ ...placesIn({ directory, queue, data }), ...settings }));
  writeText(join(config, "master.cf"), masterCf(at, services));
  for (const [name, text] of Object.entries(files)) writeText(join(config, name), text);
  linkFrom(packaged, config, [
    "dynamicmaps.cf",
    "dynamicmaps.cf.d",
    "postfix-files",
    "postfix-files.d",
    "post-install",
  ]);
  const reader = new Reader(ledger);
  const end = (): Promise<void> => {
    const pid = Number(readText(join(queue, "pid/master.pid")));
    return pid > 0 ? endProcess(clock, pid) : Promise.resolve();
  };
  const { status, said } = await run(clock, "/usr/sbin/postfix", ["-c", config, "start"]);
  const isUp = status === 0 && (await eventually(clock, startTimeoutMs, () => greets({ net, clock }, at)));
  if (!isUp) {
    await end();
    throw new Error(`Postfix does not come up: ${said}${log.text()}`);
  }
  return {
    at,
    backoffMs,
    idIn: (reply) => /queued as (\w+)/.exec(reply)?.[1],
    look: () => log.news().forEach((line) => reader.enter(line)),
    tryAgain: async () => void (await runWell(clock, "/usr/sbin/postqueue", ["-c", config, "-f"])),
    end,
  };
}

/**
 * `postfix/smtp[17]: 4Vx…: to=<bob@…>, relay=…, dsn=2.0.0, status=sent (250 2.0.0 Message taken)`. What a process says of TLS names no
 * message; it serves one at a time, so it is about the message that it names next.
 */
class Reader {
  readonly #ledger: Ledger;
  readonly #unnamed = new Map<string, string[]>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  enter(line: string): void {
    const [, process, id, text] = /postfix\/([\w/-]+\[\d+\]): (?:([0-9A-Za-z]{6,}): )?(.*)$/.exec(line) ?? [];
    if (process === undefined || text === undefined) return;
    if (id === undefined) return this.#remember(process, text);
    for (const before of this.#unnamed.get(process) ?? []) this.#ledger.said(id, before);
    this.#unnamed.delete(process);
    this.#ledger.said(id, text);
    const outcome = outcomes[/^to=<[^>]*>, .*\bstatus=(\w+) /.exec(text)?.[1] ?? ""];
    if (outcome !== undefined) this.#ledger.cameTo(id, outcome);
  }

  #remember(process: string, text: string): void {
    if (!/\bTLS\b/.test(text)) return;
    const known = this.#unnamed.get(process) ?? [];
    this.#unnamed.set(process, [...known.slice(-unnamedMax), text]);
  }
}

/** Lines of one process that wait for a message to be named. */
const unnamedMax = 9;

const outcomes: Readonly<Record<string, "delivered" | "waiting" | "returned">> = {
  sent: "delivered",
  deferred: "waiting",
  bounced: "returned",
  expired: "returned",
};

function placesIn({
  directory,
  queue,
  data,
}: {
  readonly directory: string;
  readonly queue: string;
  readonly data: string;
}): Settings {
  return {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    command_directory: "/usr/sbin",
    daemon_directory: "/usr/lib/postfix/sbin",
    mail_owner: "postfix",
    setgid_group: "postdrop",
    myhostname: "postfix.sender.example",
    mydestination: "",
    mynetworks: "127.0.0.0/8 198.18.0.0/15",
    // Of an interface's own addresses. Where it takes mail stands in master.cf, and is none of them.
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    alias_maps: "",
    alias_database: "",
    local_recipient_maps: "",
    smtpd_relay_restrictions: "permit_mynetworks, reject",
    smtpd_peername_lookup: "no",
    maillog_file: join(directory, "mail.log"),
    maillog_file_prefixes: directory,
    smtp_tls_loglevel: "1",
    smtp_tls_CAfile: "$config_directory/ca.pem",
  };
}

/** Everything that it waits for, made short; what it decides is untouched. */
export const shortWaits: Settings = {
  minimal_backoff_time: "1s",
  // The queue runs when it is told to.
  queue_run_delay: "1h",
  smtp_connect_timeout: "6s",
  smtp_helo_timeout: "6s",
  smtp_starttls_timeout: "6s",
};

function mainCf(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}

/** The package's own, without a chroot, for which these directories have no files, and with a door of ours. */
function masterCf(at: Endpoint, more: readonly string[]): string {
  const services = readText(join(packaged, "master.cf.proto"))
    .split("\n")
    .filter((line) => !/^(?:smtp\s+inet|postlog)\s/.test(line))
    .map((line) => line.replace(/^(\S+\s+\S+\s+\S\s+\S\s+)y/, "$1n"));
  services.push(`${at.address}:${at.port} inet n - n - - smtpd`, "postlog unix-dgram n - n - 1 postlogd", ...more, "");
  return services.join("\n");
}
