/** Debian's Exim, unpacked beside the checkout's own files, as a receiver on loopback with STARTTLS. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForGreeting } from "./wait.ts";

const places = [new URL("../../var/peers/exim/usr/sbin/exim4", import.meta.url).pathname, "/usr/sbin/exim4"];

/** Why Exim cannot be run here, or undefined if it can. */
export function eximMissing(): string | undefined {
  if (!places.some((place) => existsSync(place))) return "Exim is not there (bash test/peers/install.sh brings it)";
  if (process.getuid?.() !== 0) return "Exim can only be started by root";
  try {
    execFileSync("id", ["Debian-exim"], { stdio: "ignore" });
  } catch {
    return "the user Debian-exim, which Exim runs as, does not exist (bash test/peers/install.sh makes it)";
  }
  return undefined;
}

export function eximBinary(): string {
  return places.find((place) => existsSync(place)) ?? "exim4";
}

export interface Exim {
  readonly port: number;
  /** Each message that it put into its mailbox file, as stored. */
  messages(): readonly string[];
  log(): string;
  stop(): void;
}

export async function startExim(options: {
  readonly port: number;
  readonly hostname: string;
  readonly cert: string;
  readonly key: string;
}): Promise<Exim> {
  const binary = eximBinary();
  const directory = mkdtempSync(join(tmpdir(), "surehop-exim-"));
  const spool = join(directory, "spool");
  const mail = join(directory, "mail");
  const logs = join(directory, "log");
  for (const path of [spool, mail, logs]) mkdirSync(path);
  const config = join(directory, "exim.conf");
  writeFileSync(join(directory, "cert.pem"), options.cert);
  writeFileSync(join(directory, "key.pem"), options.key);
  writeFileSync(
    config,
    `primary_hostname = ${options.hostname}
exim_path = ${binary}
spool_directory = ${spool}
log_file_path = ${logs}/%slog
exim_user = Debian-exim
exim_group = Debian-exim
daemon_smtp_ports = ${options.port}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = ${directory}/cert.pem
tls_privatekey = ${directory}/key.pem
log_selector = +tls_cipher +received_recipients
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept_all
acl_smtp_data = accept_all
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
keep_environment =
begin acl
accept_all:
  accept
begin routers
all:
  driver = accept
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  directory = ${mail}
  user = Debian-exim
  group = Debian-exim
  envelope_to_add
begin retry
*  *  F,1h,1m
`,
  );
  execFileSync("chown", ["-R", "Debian-exim:Debian-exim", directory]);
  execFileSync("chown", ["root:root", config]);
  chmodSync(directory, 0o755);
  const child: ChildProcess = spawn(binary, ["-C", config, "-bdf", "-q5s"], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  child.stdout?.on("data", (chunk: Buffer) => (told += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (told += chunk.toString()));
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  const log = (): string => `${told}${read(join(logs, "mainlog"))}${read(join(logs, "paniclog"))}`;
  const stop = (): void => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await waitForGreeting(options.port, 15_000);
  } catch (error) {
    const why = log();
    stop();
    throw new Error(`Exim does not answer: ${why}`, { cause: error });
  }
  return {
    port: options.port,
    messages: () =>
      readdirSync(mail)
        .filter((name) => name.startsWith("q"))
        .map((name) => read(join(mail, name))),
    log,
    stop,
  };
}
