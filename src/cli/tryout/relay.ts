/** A real relay for the try-out: as an operator would configure it, with the sandbox for an Internet. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { domain, ip, noLog, type Endpoint, type Log } from "../../base/index.ts";
import { hashPassword, loopbackNetworks, type ListenerKind } from "../../intake/index.ts";
import { homeDomain, type Sandbox } from "../../lab/index.ts";
import {
  openMetrics,
  startRelay,
  systemClock,
  systemNet,
  systemRandom,
  tryoutDirectory,
  type Config,
  type Relay,
} from "../../system/index.ts";
import type { Language } from "../../words/index.ts";
import { isAlive } from "../tryout-state.ts";

/** The ports that people are told of in the documentation; 0 would take any. */
export interface TryoutPorts {
  readonly submissions: number;
  readonly submission: number;
  readonly local: number;
  readonly http: number;
}

export const usualPorts: TryoutPorts = { submissions: 2465, submission: 2587, local: 2525, http: 8025 };

export interface TryoutRelay {
  readonly relay: Relay;
  readonly user: string;
  readonly password: string;
  /** Queue and certificate; gone when the try-out ends. */
  readonly directory: string;
  /** PEM file of the authority that vouches for the relay's own certificate. */
  readonly caFile: string;
  readonly http: string;
  /** Usual ports that somebody else has. */
  readonly taken: readonly number[];
  port(kind: ListenerKind): number;
  close(): Promise<void>;
}

/** So that a wait is seen and not slept through: seconds where a real relay takes minutes. */
const retryFirstMs = 1_000;
const retryMaxMs = 60_000;
const drainMs = 2_000;
const hourMs = 3_600_000;
const portTriesMax = 5;

export interface TryoutOptions {
  readonly language: Language;
  readonly ports: TryoutPorts;
  readonly environment: NodeJS.ProcessEnv;
  readonly onError: (message: string) => void;
}

export async function startTryoutRelay(sandbox: Sandbox, options: TryoutOptions): Promise<TryoutRelay> {
  const directory = makeDirectory(options.environment);
  const password = Buffer.from(systemRandom.bytes(12)).toString("base64url");
  const caFile = join(directory, "ca.pem");
  try {
    writeFileSync(caFile, sandbox.authority.pem);
    const passwordHash = await hashPassword(password, systemRandom);
    const { relay, taken } = await listen(sandbox, options, directory, passwordHash);
    return {
      relay,
      user: sandbox.sender,
      password,
      directory,
      caFile,
      http: `http://${loopback}:${relay.console?.port ?? 0}`,
      taken,
      port: (kind) => relay.listeners.find((listener) => listener.kind === kind)?.local.port ?? 0,
      async close() {
        await relay.close(drainMs);
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** At the usual ports where they are free, and at others where they are not. */
async function listen(
  sandbox: Sandbox,
  options: TryoutOptions,
  directory: string,
  passwordHash: string,
): Promise<{ readonly relay: Relay; readonly taken: readonly number[] }> {
  const credentials = sandbox.authority.issue({
    names: [hostname, "localhost"],
    ips: [[127, 0, 0, 1]],
    commonName: "Surehop try-out",
  });
  const secureContext = createSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  const ports = {
    net: systemNet,
    clock: systemClock,
    random: systemRandom,
    log: errorsTo(options.onError),
    metrics: openMetrics(),
    secureContext: () => secureContext,
  };
  for (let tries = 1; ; tries++) {
    const { free, taken } = await freePorts(options.ports);
    const config = configOf(sandbox, { directory, passwordHash, language: options.language, ports: free });
    try {
      return { relay: await startRelay(config, ports), taken };
    } catch (error) {
      // Somebody was faster.
      if (!isAddressInUse(error) || tries >= portTriesMax) throw error;
    }
  }
}

function configOf(
  sandbox: Sandbox,
  given: {
    readonly directory: string;
    readonly passwordHash: string;
    readonly language: Language;
    readonly ports: TryoutPorts;
  },
): Config {
  const { directory, passwordHash, language, ports } = given;
  const at = (port: number): Endpoint => ({ address: loopback, port });
  return {
    file: join(directory, "surehop.toml"),
    language,
    server: { hostname, data: directory },
    listen: {
      submissions: [at(ports.submissions)],
      submission: [at(ports.submission)],
      local: [at(ports.local)],
      localClients: loopbackNetworks,
      http: at(ports.http),
    },
    users: [{ name: sandbox.sender, passwordHash, language }],
    limits: { messageMaxBytes: 26_214_400, recipientsMax: 100, connectionsMax: 100, connectionsPerClientMax: 50 },
    delivery: {
      lifetimeMs: 24 * hourMs,
      retryFirstMs,
      retryMaxMs,
      connections: 20,
      connectionsPerDestination: 5,
      heloName: hostname,
    },
    dns: { resolvers: [sandbox.resolver], trustAd: false, anchors: sandbox.anchors },
    policy: { require: "cleartext", mtaSts: false, enforce: "all" },
    memory: { remember: true, patienceMs: 24 * hourMs, afterwards: "bounce" },
    exceptions: [],
    rules: sandbox.rules,
    languages: [],
    reports: { keepMs: 0 },
    story: { keepMs: 24 * hourMs },
    log: { level: "error", format: "pretty", addresses: true },
    danger: { smtpPort: sandbox.smtpPort, httpsPort: 443, allowPrivateAddresses: true, skipDnssec: false },
  };
}

async function freePorts(
  wanted: TryoutPorts,
): Promise<{ readonly free: TryoutPorts; readonly taken: readonly number[] }> {
  const taken: number[] = [];
  const orAny = async (port: number): Promise<number> => {
    if (await canListen(port)) return port;
    taken.push(port);
    return 0;
  };
  const free = {
    submissions: await orAny(wanted.submissions),
    submission: await orAny(wanted.submission),
    local: await orAny(wanted.local),
    http: await orAny(wanted.http),
  };
  return { free, taken };
}

async function canListen(port: number): Promise<boolean> {
  if (port === 0) return true;
  try {
    const listener = await systemNet.listen({ address: loopback, port }, ({ stream }) => stream.destroy());
    await listener.close();
    return true;
  } catch {
    return false;
  }
}

function isAddressInUse(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === "EADDRINUSE" || cause?.code === "EADDRINUSE";
}

const loopback = ip("127.0.0.1");
const hostname = domain(`relay.${homeDomain}`);
const directoryPrefix = "run-";

/** A new one for each process; those of processes that are gone are cleared away. */
function makeDirectory(environment: NodeJS.ProcessEnv): string {
  const parent = tryoutDirectory(environment);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const unique = Buffer.from(systemRandom.bytes(4)).toString("hex");
  const directory = join(parent, `${directoryPrefix}${process.pid}-${unique}`);
  mkdirSync(directory, { mode: 0o700 });
  return directory;
}

/** The stories tell everything else. */
function errorsTo(onError: (message: string) => void): Log {
  const log: Log = {
    ...noLog,
    error: (message, fields) => onError(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`),
    child: () => log,
  };
  return log;
}
