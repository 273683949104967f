/**
 * `surehop start`: from a configuration to a running relay, and back.
 *
 *   read, check ─► bind low ports, read the key ─► drop privileges ─► queue, intake, delivery ─► ready
 *                                                                                                 │ SIGTERM, SIGINT
 *                  at once ◄── a second signal ── draining: what is under way may end ◄───────────┘
 */
import { chownSync, existsSync, mkdirSync } from "node:fs";
import type { Endpoint, Log, Net } from "../../base/index.ts";
import {
  dropPrivileges,
  isRoot,
  loadConfig,
  lookupAccount,
  notifyService,
  openCertificate,
  openDoors,
  openLog,
  openMetrics,
  startRelay,
  stopSignals,
  systemClock,
  systemNet,
  systemRandom,
  type Account,
  type Config,
  type Relay,
  type ServedCertificate,
} from "../../system/index.ts";
import { exitCodes, type CommandContext } from "../terminal.ts";
import { configFile, tellFaults } from "./config.ts";

export interface StartOptions {
  readonly config?: string;
  readonly allowRoot?: boolean;
}

/** Milliseconds that open connections have to end by themselves. */
const drainMs = 30_000;
const lowPortMax = 1023;

export async function runStart(context: CommandContext, options: StartOptions): Promise<number> {
  const { terminal, words } = context;
  const file = configFile(context, options.config);
  const { config, faults } = await loadConfig(file, { now: systemClock.now(), isRoot: isRoot() });
  tellFaults(context, file, faults);
  if (config === undefined) return exitCodes.failed;
  if (isRoot() && config.server.user === undefined && options.allowRoot !== true) {
    terminal.err(words.say("cli-start-root", { file }));
    return exitCodes.failed;
  }
  const log = openLog({ level: config.log.level, format: config.log.format, colour: terminal.hasColour });
  const signals = stopSignals(systemClock, (signal) => {
    log.warn("stopping at once", { signal });
    process.exit(exitCodes.failed);
  });
  try {
    const { net, certificate } = await prepare(config, log);
    const relay = await startRelay(config, {
      net,
      clock: systemClock,
      random: systemRandom,
      log,
      metrics: openMetrics({ ofProcess: true }),
      ...(certificate === undefined ? {} : { secureContext: certificate.current }),
    });
    const reload = (): void => reloadCertificate(certificate, log);
    process.on("SIGHUP", reload);
    if (!(await notifyService("ready"))) log.warn("systemd could not be told that the relay is ready");
    await drain(relay, await signals.stop, log);
    process.off("SIGHUP", reload);
    return exitCodes.ok;
  } catch (error) {
    log.error("the relay could not start", { error: error instanceof Error ? error.message : String(error) });
    terminal.err(words.say("cli-start-failed", { detail: error instanceof Error ? error.message : String(error) }));
    return exitCodes.failed;
  } finally {
    signals.dispose();
  }
}

/** What needs root, and then no more root. */
async function prepare(config: Config, log: Log): Promise<{ net: Net; certificate: ServedCertificate | undefined }> {
  const account = accountOf(config);
  const certificate = config.tls === undefined ? undefined : openCertificate(config.tls);
  makeDataDirectory(config.server.data, account);
  if (account === undefined) return { net: systemNet, certificate };
  const { net } = await openDoors(systemNet, lowPorts(config));
  dropPrivileges(account);
  log.info("privileges dropped", { uid: account.uid, gid: account.gid });
  return { net, certificate };
}

/** Undefined if there is nothing to drop. */
function accountOf({ server }: Config): Account | undefined {
  if (!isRoot() || server.user === undefined) return undefined;
  const account = lookupAccount(server.user, server.group);
  if (!account.ok) throw new Error(`${account.error}: ${server.user}`);
  return account.value.uid === 0 ? undefined : account.value;
}

function makeDataDirectory(directory: string, account: Account | undefined): void {
  if (existsSync(directory)) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (account !== undefined) chownSync(directory, account.uid, account.gid);
}

function lowPorts({ listen }: Config): readonly Endpoint[] {
  const all = [...listen.submissions, ...listen.submission, ...listen.local];
  return all.filter(({ port }) => port > 0 && port <= lowPortMax);
}

function reloadCertificate(certificate: ServedCertificate | undefined, log: Log): void {
  const reloaded = certificate?.reload();
  if (reloaded === undefined) return;
  if (reloaded.ok) log.info("certificate read again");
  else log.error("the new certificate cannot be used; the old one stays", { reason: reloaded.error });
}

async function drain(relay: Relay, signal: NodeJS.Signals, log: Log): Promise<void> {
  log.info("stopping: what is under way may end", { signal, atMostMs: drainMs });
  const told = notifyService("stopping");
  await relay.close(drainMs);
  await told;
  log.info("stopped");
}
