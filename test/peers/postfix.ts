/** Debian's Postfix with a configuration and a queue of its own, on loopback; the machine's own mail stays untouched. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForGreeting } from "./wait.ts";

export interface PostfixOptions {
  /** Where smtpd listens on 127.0.0.1. */
  readonly port: number;
  readonly hostname: string;
  /** Lines of main.cf over the defaults here. */
  readonly main?: Readonly<Record<string, string>>;
  /**
   * The resolver, at port 53 of this address, that the SMTP client asks. For that it alone runs in a chroot, its queue, whose
   * etc/resolv.conf says so. Default: the machine's own.
   */
  readonly resolver?: string;
  /** Files to put beside main.cf; `$config_directory/NAME` names them. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Postfix {
  readonly port: number;
  /** Holds main.cf, the queue, the log and the spool. */
  readonly directory: string;
  /** The master process. */
  readonly pid: number;
  log(): string;
  /** Runs a Postfix command against this instance. */
  command(name: string, ...args: readonly string[]): string;
  stop(): void;
}

/** Why Postfix cannot be run here, or undefined if it can. */
export function postfixMissing(): string | undefined {
  if (!existsSync("/usr/sbin/postfix")) return "Postfix is not installed (apt-get install postfix)";
  if (process.getuid?.() !== 0) return "Postfix can only be started by root";
  return undefined;
}

export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-postfix-"));
  chmodSync(directory, 0o755);
  const config = join(directory, "etc");
  const queue = join(directory, "queue");
  const data = join(directory, "data");
  for (const path of [config, queue]) mkdirSync(path, { mode: 0o755 });
  mkdirSync(data, { mode: 0o700 });
  execFileSync("chown", ["postfix:postfix", data]);
  const main: Record<string, string> = {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    command_directory: "/usr/sbin",
    daemon_directory: "/usr/lib/postfix/sbin",
    mail_owner: "postfix",
    setgid_group: "postdrop",
    myhostname: options.hostname,
    mydestination: "",
    mynetworks: "127.0.0.0/8",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    alias_maps: "",
    alias_database: "",
    local_recipient_maps: "",
    smtpd_relay_restrictions: "permit_mynetworks, reject",
    maillog_file: join(directory, "mail.log"),
    maillog_file_prefixes: directory,
    ...options.main,
  };
  const services = readFileSync("/etc/postfix/master.cf.proto", "utf8")
    .split("\n")
    // Nothing in a chroot: these directories have none of its files.
    .map((line) => (isSmtpClient(line) && options.resolver !== undefined ? line : withoutChroot(line)))
    .filter((line) => !/^smtp\s+inet/.test(line));
  services.push(`127.0.0.1:${options.port} inet n - n - - smtpd`, "postlog unix-dgram n - n - 1 postlogd");
  writeFileSync(
    join(config, "main.cf"),
    `${Object.entries(main)
      .map(([name, value]) => `${name} = ${value}`)
      .join("\n")}\n`,
  );
  writeFileSync(join(config, "master.cf"), `${dropDuplicates(services).join("\n")}\n`);
  if (options.resolver !== undefined) {
    mkdirSync(join(queue, "etc"), { mode: 0o755 });
    writeFileSync(join(queue, "etc/resolv.conf"), `nameserver ${options.resolver}\n`);
  }
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(config, name), text);
  for (const name of ["dynamicmaps.cf", "dynamicmaps.cf.d", "postfix-files", "postfix-files.d", "post-install"]) {
    if (existsSync(join("/etc/postfix", name))) symlinkSync(join("/etc/postfix", name), join(config, name));
  }
  const started = spawnSync("/usr/sbin/postfix", ["-c", config, "start"], { encoding: "utf8" });
  const log = (): string => {
    try {
      return readFileSync(join(directory, "mail.log"), "utf8");
    } catch {
      return "";
    }
  };
  const stop = (): void => {
    spawnSync("/usr/sbin/postfix", ["-c", config, "stop"]);
    rmSync(directory, { recursive: true, force: true });
  };
  if (started.status !== 0) {
    const told = `${started.stdout}${started.stderr}${log()}`;
    stop();
    throw new Error(`Postfix did not start:\n${told}`);
  }
  try {
    await waitForGreeting(options.port, 20_000);
  } catch (error) {
    const told = log();
    stop();
    throw new Error(`Postfix does not answer:\n${told}`, { cause: error });
  }
  return {
    port: options.port,
    directory,
    pid: Number(readFileSync(join(queue, "pid/master.pid"), "utf8")),
    log,
    command: (name, ...args) => {
      const run = spawnSync(join("/usr/sbin", name), ["-c", config, ...args], { encoding: "utf8" });
      return `${run.stdout}${run.stderr}`;
    },
    stop,
  };
}

function isSmtpClient(service: string): boolean {
  return /^smtp\s+unix/.test(service);
}

function withoutChroot(service: string): string {
  return service.replace(/^(\S+\s+\S+\s+\S\s+\S\s+)y/, "$1n");
}

function dropDuplicates(services: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return services.filter((line) => {
    const name = /^(\S+)\s+(inet|unix|unix-dgram|fifo|pass)\s/.exec(line)?.slice(1).join(" ");
    if (name === undefined) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
