/**
 * Whom a command asks, and whom it believes: the resolvers and anchors of its options, else of the configuration, else of a running
 * try-out, else of the machine.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { noLog, type Log } from "../base/index.ts";
import {
  createAnchorKeeper,
  readAnchors,
  type AnchorKeeper,
  type AnchorStore,
  type TrustAnchor,
  type Upstream,
} from "../dns/index.ts";
import {
  anchorFile,
  isRoot,
  loadConfig,
  openAnchorStore,
  parseUpstream,
  systemClock,
  systemResolvers,
  type Config,
} from "../system/index.ts";
import { tellAnchorFault } from "../words/index.ts";
import { tellFaults } from "./commands/config.ts";
import { findConfig } from "./commands/default.ts";
import { exitCodes, printable, type CommandContext } from "./terminal.ts";
import { readTryoutState } from "./tryout-state.ts";

export interface ResolvingOptions {
  readonly config?: string;
  readonly via?: readonly string[];
  readonly anchor?: string;
}

/** Ends the command with this code; why was told. */
export class Stop extends Error {
  override readonly name = "Stop";
  readonly code: number;
  constructor(code: number) {
    super(String(code));
    this.code = code;
  }
}

const anchorFileMaxBytes = 1_048_576;

export async function stoppable(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Stop) return error.code;
    throw error;
  }
}

export function misused({ terminal, words }: CommandContext, key: string, value: string): Stop {
  terminal.err(words.say(key, { value: printable(value) }));
  return new Stop(exitCodes.usage);
}

/** Undefined if none is named and none is in the usual places, or if the resolvers are named and so none is needed. */
export async function readConfig(context: CommandContext, options: ResolvingOptions): Promise<Config | undefined> {
  const { terminal } = context;
  const named = options.config === undefined ? undefined : resolve(terminal.directory, options.config);
  const file = named ?? (options.via === undefined ? findConfig(context) : undefined);
  if (file === undefined) return undefined;
  const loaded = await loadConfig(file, { now: systemClock.now(), isRoot: isRoot(), examine: false });
  if (loaded.config !== undefined) return loaded.config;
  tellFaults(context, file, loaded.faults);
  throw new Stop(exitCodes.usage);
}

/** The little internet of a running try-out. */
export interface TryoutNet {
  readonly upstreams: readonly Upstream[];
  readonly anchors: readonly TrustAnchor[];
  /** Where its mail servers listen. */
  readonly smtpPort?: number;
  /** Its one authority, PEM. */
  readonly ca: string;
}

/** Said on standard error; undefined if there is none. */
export function tryoutDns({ terminal, words }: CommandContext): TryoutNet | undefined {
  const state = readTryoutState(terminal.environment);
  const upstream = parseUpstream(state?.resolver ?? "");
  const anchors = readAnchors(state?.anchors ?? "");
  if (state === undefined || !upstream.ok || !anchors.ok || anchors.value.length === 0) return undefined;
  terminal.err(words.say("cli-dns-tryout"));
  const { ca, smtpPort } = state;
  return { upstreams: [upstream.value], anchors: anchors.value, ca, ...(smtpPort === undefined ? {} : { smtpPort }) };
}

export function upstreamsOf(
  context: CommandContext,
  options: ResolvingOptions,
  config: Config | undefined,
): readonly Upstream[] {
  const named = options.via?.flatMap((text) => text.split(",")).map((text) => readUpstream(context, text));
  const upstreams = named ?? config?.dns.resolvers ?? systemResolvers();
  if (upstreams.length > 0) return upstreams;
  context.terminal.err(context.words.say("cli-dns-no-resolver"));
  throw new Stop(exitCodes.usage);
}

function readUpstream(context: CommandContext, text: string): Upstream {
  const parsed = parseUpstream(text.replace(/^localhost(?=:|$)/, "127.0.0.1"));
  if (parsed.ok && parsed.value.port > 0) return parsed.value;
  throw misused(context, "cli-dns-bad-via", text);
}

export function anchorsIn({ terminal, words }: CommandContext, named: string | undefined): readonly TrustAnchor[] {
  if (named === undefined) return [];
  const file = resolve(terminal.directory, named);
  let text: string;
  try {
    if (statSync(file).size > anchorFileMaxBytes) throw new Error("too long");
    text = readFileSync(file, "utf8");
  } catch {
    terminal.err(words.say("cli-dns-anchor-unreadable", { file: printable(named) }));
    throw new Stop(exitCodes.usage);
  }
  const read = readAnchors(text);
  if (read.ok) return read.value;
  terminal.err(words.say("cli-dns-anchor-bad", { file: printable(named), what: tellAnchorFault(words, read.error) }));
  throw new Stop(exitCodes.usage);
}

/** With what the relay has learned, where there is one; looked at, never written. */
export function keeperOf(config: Config | undefined, own: readonly TrustAnchor[], log: Log = noLog): AnchorKeeper {
  const file = config === undefined ? undefined : openAnchorStore(anchorFile(config.server.data));
  const store: AnchorStore = { read: () => file?.read(), write() {} };
  return createAnchorKeeper({ clock: systemClock, log, store, own });
}
