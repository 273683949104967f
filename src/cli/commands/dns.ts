/**
 * `surehop dns …`: what the DNS says, how far it can be believed, and why. Resolvers and anchors are those of `--via` and `--anchor`,
 * else of the configuration, else of a running try-out, else of the machine; what is asked is asked and judged as the relay does it.
 */
import { noLog, noMetrics, parseDomain, type Log } from "../../base/index.ts";
import {
  checkUpstreams,
  createValidatingResolver,
  nameText,
  parseWireName,
  recordText,
  standardSuite,
  typeCode,
  typeName,
  wireName,
  type KnownAnchor,
  type RecordType,
  type Validated,
  type WireName,
} from "../../dns/index.ts";
import { anchorFile, dotClient, systemClock, systemNet, systemRandom } from "../../system/index.ts";
import { tellDnsFinding, tellDnsReason } from "../../words/index.ts";
import { anchorText } from "../anchor-text.ts";
import { tellTrace } from "../dns-trace.ts";
import {
  anchorsIn,
  keeperOf,
  misused,
  readConfig,
  stoppable,
  tryoutDns,
  upstreamsOf,
  type ResolvingOptions,
} from "../resolving.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface DnsQueryOptions extends ResolvingOptions {
  readonly trace?: boolean;
  readonly json?: boolean;
}

export interface DnsAnchorsOptions {
  readonly config?: string;
  readonly json?: boolean;
}

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
