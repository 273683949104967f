/**
 * `surehop dns …`: what the DNS says, how far it can be believed, and why. Resolvers and anchors are those of `--via` and `--anchor`,
 * else of the configuration, else of a running try-out, else of the machine; what is asked is asked and judged as the relay does it.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { noLog, noMetrics, parseDomain, type Log } from "../../base/index.ts";
import {
  checkUpstreams,
  createAnchorKeeper,
  createValidatingResolver,
  nameText,
  parseWireName,
  readAnchors,
  recordText,
  standardSuite,
  typeCode,
  typeName,
  wireName,
  type AnchorKeeper,
  type AnchorStore,
  type KnownAnchor,
  type RecordType,
  type TrustAnchor,
  type Upstream,
  type Validated,
  type WireName,
} from "../../dns/index.ts";
import {
  anchorFile,
  dotClient,
  isRoot,
  loadConfig,
  openAnchorStore,
  parseUpstream,
  systemClock,
  systemNet,
  systemRandom,
  systemResolvers,
  type Config,
} from "../../system/index.ts";
import { tellAnchorFault, tellDnsFinding, tellDnsReason } from "../../words/index.ts";
import { anchorText } from "../anchor-text.ts";
import { tellTrace } from "../dns-trace.ts";
import { readTryoutState } from "../tryout-state.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";
import { tellFaults } from "./config.ts";
import { findConfig } from "./default.ts";

export interface DnsQueryOptions {
  readonly config?: string;
  readonly via?: readonly string[];
  readonly anchor?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

export interface DnsAnchorsOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Ends the command with this code; why was told. */
class Stop extends Error {
  override readonly name = "Stop";
  readonly code: number;
  constructor(code: number) {
    super(String(code));
    this.code = code;
  }
}

const anchorFileMaxBytes = 1_048_576;

export function runDnsQuery(
  context: CommandContext,
  options: DnsQueryOptions,
  nameAsked = "",
  typeAsked = "",
): Promise<number> {
  return stoppable(async () => {
    const name = readName(context, nameAsked);
    const type = readType(context, typeAsked);
    const config = await readConfig(context, options);
    const isNamed = options.via !== undefined || options.anchor !== undefined || config !== undefined;
    const tryout = isNamed ? undefined : tryoutDns(context);
    const upstreams = tryout?.upstreams ?? upstreamsOf(context, options, config);
    const own = tryout?.anchors ?? [...anchorsIn(context, options.anchor), ...(config?.dns.anchors ?? [])];
    const { anchors } = keeperOf(config, own);
    const ports = { net: systemNet, clock: systemClock, random: systemRandom, secure: dotClient() };
    const resolver = createValidatingResolver({ ...ports, log: noLog, metrics: noMetrics, upstreams, anchors });
    const answer = await resolver.query(name, type);
    const isAnswered = answer.status === "secure" || answer.status === "insecure";
    if (options.json === true) context.terminal.out(jsonOf(answer));
    else {
      tellAnswer(context, answer);
      if (options.trace === true) tellTrace(context, answer);
      // SEC-5: is it the domain, or those who were asked about it?
      if (!isAnswered) tellFindings(context, await checkUpstreams({ ...ports, upstreams, anchors }));
    }
    await resolver.close();
    return isAnswered ? exitCodes.ok : exitCodes.failed;
  });
}

export function runDnsAnchors(context: CommandContext, options: DnsAnchorsOptions): Promise<number> {
  return stoppable(async () => {
    const { terminal, words } = context;
    const config = await readConfig(context, options);
    let isUnreadable = false;
    const log: Log = { ...noLog, error: () => void (isUnreadable = true) };
    const known = keeperOf(config, config?.dns.anchors ?? [], log).list();
    if (isUnreadable && config !== undefined) {
      terminal.err(words.say("cli-dns-anchors-unreadable", { file: printable(anchorFile(config.server.data)) }));
    }
    if (config !== undefined && (config.dns.trustAd || config.danger.skipDnssec)) {
      terminal.err(words.say("cli-dns-anchors-skipped"));
    }
    if (options.json === true) {
      terminal.out(JSON.stringify({ anchors: known.map(jsonOfAnchor) }));
      return exitCodes.ok;
    }
    terminal.out(words.say("cli-dns-anchors-title"));
    for (const anchor of known) tellAnchor(context, anchor);
    return exitCodes.ok;
  });
}

async function stoppable(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Stop) return error.code;
    throw error;
  }
}

function misused({ terminal, words }: CommandContext, key: string, value: string): Stop {
  terminal.err(words.say(key, { value: printable(value) }));
  return new Stop(exitCodes.usage);
}

/** As zone files write names, or as people do. */
function readName(context: CommandContext, text: string): WireName {
  const plain = parseWireName(text);
  if (plain.ok) return plain.value;
  const domain = parseDomain(text);
  if (domain.ok) return wireName(domain.value);
  throw misused(context, "cli-dns-bad-name", text);
}

/** By name or as `TYPE123`. Types that only mean something within a conversation cannot be asked for. */
function readType(context: CommandContext, text: string): RecordType {
  try {
    const code = typeCode(text.toUpperCase());
    if (code !== 0 && code !== optType && !(code >= 128 && code < anyType)) return typeName(code);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw misused(context, "cli-dns-bad-type", text);
}

const optType = 41;
const anyType = 255;

/** Undefined if none is named and none is in the usual places, or if the resolvers are named and so none is needed. */
async function readConfig(context: CommandContext, options: DnsQueryOptions): Promise<Config | undefined> {
  const { terminal } = context;
  const named = options.config === undefined ? undefined : resolve(terminal.directory, options.config);
  const file = named ?? (options.via === undefined ? findConfig(context) : undefined);
  if (file === undefined) return undefined;
  const loaded = await loadConfig(file, { now: systemClock.now(), isRoot: isRoot(), examine: false });
  if (loaded.config !== undefined) return loaded.config;
  tellFaults(context, file, loaded.faults);
  throw new Stop(exitCodes.usage);
}

/** The sandbox of a running try-out, said on standard error; undefined if there is none. */
function tryoutDns({
  terminal,
  words,
}: CommandContext): { readonly upstreams: readonly Upstream[]; readonly anchors: readonly TrustAnchor[] } | undefined {
  const state = readTryoutState(terminal.environment);
  const upstream = parseUpstream(state?.resolver ?? "");
  const anchors = readAnchors(state?.anchors ?? "");
  if (!upstream.ok || !anchors.ok || anchors.value.length === 0) return undefined;
  terminal.err(words.say("cli-dns-tryout"));
  return { upstreams: [upstream.value], anchors: anchors.value };
}

function upstreamsOf(
  context: CommandContext,
  options: DnsQueryOptions,
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

function anchorsIn({ terminal, words }: CommandContext, named: string | undefined): readonly TrustAnchor[] {
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
function keeperOf(config: Config | undefined, own: readonly TrustAnchor[], log: Log = noLog): AnchorKeeper {
  const file = config === undefined ? undefined : openAnchorStore(anchorFile(config.server.data));
  const store: AnchorStore = { read: () => file?.read(), write() {} };
  return createAnchorKeeper({ clock: systemClock, log, store, own });
}

function tellAnswer({ terminal, words }: CommandContext, answer: Validated): void {
  const way = [...answer.aliases, answer.owner];
  for (const [index, alias] of answer.aliases.entries()) {
    const target = nameText(way[index + 1] ?? answer.owner);
    terminal.out(words.say("cli-dns-alias", { name: nameText(alias), target }));
  }
  const told = { name: nameText(answer.owner), type: answer.type };
  if (answer.kind === "nodata") terminal.out(words.say("cli-dns-nodata", told));
  if (answer.kind === "nxdomain") terminal.out(words.say("cli-dns-nxdomain", { name: told.name }));
  for (const text of answersOf(answer)) terminal.out(text);
  if (answer.kind !== "failure") terminal.out("");
  terminal.out(words.say(`dns-status-${answer.status}`));
  terminal.out(tellDnsReason(words, answer.reason));
  if (answer.status === "bogus" || answer.status === "indeterminate") {
    terminal.out(words.say("cli-dns-detail", { detail: printable(answer.reason.text) }));
  }
}

/** For as long as the answer as a whole may be kept (RFC 4035 §5.3.3). */
function answersOf({ records, ttlSeconds }: Validated): readonly string[] {
  return records.map((record) => recordText({ ...record, ttlSeconds: Math.min(record.ttlSeconds, ttlSeconds) }));
}

function jsonOf(answer: Validated): string {
  const { status, reason, proof } = answer;
  return JSON.stringify({ status, answers: answersOf(answer), reason, proof });
}

function tellFindings({ terminal, words }: CommandContext, findings: Awaited<ReturnType<typeof checkUpstreams>>): void {
  terminal.err("");
  if (findings.length === 0) terminal.err(words.say("cli-dns-resolvers-well"));
  for (const finding of findings) terminal.err(tellDnsFinding(words, finding));
}

function tellAnchor({ terminal, words }: CommandContext, anchor: KnownAnchor): void {
  terminal.out(
    `  ${words.say("cli-dns-anchor-line", {
      zone: nameText(anchor.zone),
      key: String(anchor.keyTag),
      algorithm: standardSuite.algorithms.get(anchor.algorithm)?.name ?? String(anchor.algorithm),
      source: anchor.source,
      state: anchor.state,
      until: anchor.until === undefined ? "" : words.time(anchor.until),
    })}`,
  );
  terminal.out(`    ${anchorText(anchor)}`);
}

function jsonOfAnchor({ zone, digest, since, until, ...rest }: KnownAnchor): Readonly<Record<string, unknown>> {
  const times = { since, until };
  const told = Object.entries(times).flatMap(([key, at]) =>
    at === undefined ? [] : [[key, new Date(at).toISOString()] as const],
  );
  return {
    zone: nameText(zone),
    ...rest,
    digest: Buffer.from(digest).toString("hex").toUpperCase(),
    ...Object.fromEntries(told),
  };
}
