/**
 * `surehop publish …`: what one's own domain promises. `records` prints it, `check` compares it with what is out, `next` and `switch`
 * lead a key's roll-over, `snippets` has it as configuration of other mail servers. Each look at the records is remembered in the data
 * directory, since the waiting times count from the first.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  domain as domainName,
  noLog,
  noMetrics,
  parseDomain,
  parseIp,
  type DomainName,
  type IpAddress,
} from "../../base/index.ts";
import { createStubResolver, createValidatingResolver, type Resolver } from "../../dns/index.ts";
import {
  certificateKey,
  daemons,
  emptyLedger,
  enter,
  exchanges,
  hostLedger,
  isPlainPath,
  judgePublished,
  ledgerText,
  nextStep,
  observe,
  parseLedger,
  parsePromises,
  policyPath,
  publication,
  publishLimits,
  readChain,
  readKey,
  recordLine,
  refusalToSwitch,
  shownKeys,
  signedTtl,
  snippetsFor,
  stsModes,
  tellFinding,
  tellPublishStep,
  tellRefusal,
  tellRollStep,
  tellSnippet,
  zoneText,
  type CertificateFiles,
  type Daemon,
  type Finding,
  type HostKeys,
  type KeyFact,
  type Ledger,
  type ObservePorts,
  type PemFault,
  type Promises,
  type PublishedFacts,
  type PublishedHost,
  type RollStep,
  type Severity,
  type SwitchRefusal,
} from "../../publish/index.ts";
import {
  dotClient,
  httpsGet,
  openPublishStore,
  parseDuration,
  publishFile,
  systemClock,
  systemNet,
  systemRandom,
  type Config,
  type TextStore,
} from "../../system/index.ts";
import type { TrustedCas } from "../../tls/index.ts";
import { anchorsIn, keeperOf, readConfig, Stop, stoppable, upstreamsOf } from "../resolving.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface PublishOptions {
  readonly config?: string;
  readonly resolver?: readonly string[];
  readonly trustAnchor?: string;
  readonly domain?: string;
  readonly mx?: readonly string[];
  readonly cert?: readonly string[];
  readonly nextKey?: readonly string[];
  readonly mode?: string;
  readonly maxAge?: string;
  readonly rua?: readonly string[];
  readonly caa?: readonly string[];
  readonly ttl?: string;
  /** Ports for a test network. */
  readonly port?: string;
  readonly httpsPort?: string;
  readonly ca?: string;
  readonly at?: string;
  readonly json?: boolean;
}

export interface SnippetOptions extends PublishOptions {
  readonly file?: readonly string[];
}

export const publishCommands = { records, check, next, switch: switchKey, snippets } as const;

/** All that the other steps need, put together once. */
interface Job {
  readonly context: CommandContext;
  readonly options: PublishOptions;
  readonly config: Config | undefined;
  readonly ports: ObservePorts;
  readonly close: () => Promise<void>;
}

function records(context: CommandContext, options: PublishOptions): Promise<number> {
  return withJob(context, options, async (job) => {
    const promises = await promisesOf(job);
    const next = nextKeys(job);
    const named = certificatesIn(job);
    const keys: readonly HostKeys[] =
      named.length > 0
        ? promises.mx.map((host) => ({ host, current: named, next }))
        : await shownByHosts(job, promises, next);
    const { records: zone, files, steps } = publication(promises, keys);
    const { terminal, words } = context;
    const told = steps.map((step) => ({ code: step.code, text: tellPublishStep(words, step) }));
    if (options.json === true) {
      const plain = zone.map(({ name, type, ttl, data }) => ({ name, type, ttl, data }));
      terminal.out(JSON.stringify({ records: plain, files, steps: told }));
      return exitCodes.ok;
    }
    terminal.out(`; ${words.say("publish-zone-title", { domain: promises.domain })}\n`);
    terminal.out(zoneText(words, zone));
    for (const { path, content } of files) {
      terminal.out(`\n; ${words.say("publish-file-title", { path })}\n`);
      terminal.out(content.trimEnd());
    }
    terminal.out(`\n; ${words.say("publish-steps-title")}`);
    told.forEach(({ text }, at) => terminal.out(`; ${at + 1}. ${text}`));
    return exitCodes.ok;
  });
}

function check(context: CommandContext, options: PublishOptions): Promise<number> {
  return withJob(context, options, async (job) => {
    const facts = await factsOf(job);
    remember(job, facts);
    const findings = judgePublished(facts);
    const { terminal, words } = context;
    if (options.json === true) {
      terminal.out(
        JSON.stringify({ domain: facts.domain, findings: findings.map((one) => jsonOfFinding(context, one)) }),
      );
    } else {
      terminal.out(words.say("publish-check-title", { domain: facts.domain }));
      if (findings.length === 0) terminal.out(`\n${words.say("publish-check-clean")}`);
      for (const severity of ["error", "warning", "notice"] as const) tellFindings(context, findings, severity);
    }
    return findings.some(({ severity }) => severity === "error") ? exitCodes.failed : exitCodes.ok;
  });
}

function next(context: CommandContext, options: PublishOptions): Promise<number> {
  return withJob(context, options, async (job) => {
    const facts = await factsOf(job);
    const ledger = remember(job, facts);
    const { terminal, words } = context;
    const steps = facts.hosts.map(({ host, ...rest }) => ({
      host,
      step: nextStep({ ...rollFacts(job, facts, ledger, { host, ...rest }), next: rest.next }),
    }));
    if (options.json === true) {
      terminal.out(JSON.stringify({ domain: facts.domain, hosts: steps.map((one) => jsonOfStep(context, one)) }));
    } else for (const { host, step } of steps) terminal.out(tellRollStep(words, host, step));
    return exitCodes.ok;
  });
}

/** Trap 32: before the record of a key has been out for two TTLs, showing the key makes mail wait. */
function switchKey(context: CommandContext, options: PublishOptions): Promise<number> {
  return withJob(context, options, async (job) => {
    const { terminal, words } = context;
    const wanted = options.cert === undefined ? nextKeys(job) : keysIn(job, options.cert);
    if (wanted.length === 0) {
      terminal.err(words.say("publish-no-next"));
      return exitCodes.usage;
    }
    const facts = await factsOf(job, wanted);
    const ledger = remember(job, facts);
    const refusals = facts.hosts.flatMap((host) =>
      wanted.flatMap((key) => {
        // The files may already be the new ones: only what the server shows is in use.
        const live = shownKeys(host) ?? [];
        const refusal = refusalToSwitch({ ...rollFacts(job, facts, ledger, host), live }, key);
        return refusal === undefined ? [] : [{ host: host.host, refusal }];
      }),
    );
    const isAllowed = facts.hosts.length > 0 && refusals.length === 0;
    if (options.json === true) {
      const told = refusals.map((one) => jsonOfRefusal(context, one));
      terminal.out(JSON.stringify({ domain: facts.domain, allowed: isAllowed, refusals: told }));
    } else {
      for (const { host, refusal } of refusals) terminal.err(tellRefusal(words, host, refusal));
      if (isAllowed) terminal.out(words.say("publish-allowed"));
      if (facts.hosts.length === 0)
        terminal.err(words.say("publish-no-mx", { domain: facts.domain, detail: facts.mx.kind }));
    }
    return isAllowed ? exitCodes.ok : exitCodes.failed;
  });
}

function snippets(context: CommandContext, options: SnippetOptions, server = ""): Promise<number> {
  return withJob(context, options, async (job) => {
    const { terminal, words } = context;
    const daemon = daemons.find((one) => one === server);
    if (daemon === undefined) throw bad(context, "server", server);
    const promises = await promisesOf(job);
    const [host] = promises.mx;
    if (host === undefined) throw bad(context, "mx", "");
    const facts = await factsOf(job);
    const hasDane =
      facts.hosts.length > 0 &&
      facts.hosts.every(({ tlsa, inMx }) => !inMx || (tlsa.kind === "records" && tlsa.status === "secure"));
    const [relay] = job.config?.listen.local ?? [];
    const found = snippetsFor(daemon, {
      domain: promises.domain,
      mx: promises.mx,
      host,
      files: filesOf(context, options.file, daemon),
      hasDane,
      ...(relay === undefined ? {} : { relay }),
    });
    if (options.json === true) {
      const told = found.map((one) => {
        const { direction, file, part } = one;
        return { direction, file, ...(part === undefined ? {} : { part }), text: tellSnippet(words, one) };
      });
      terminal.out(JSON.stringify({ server: daemon, snippets: told }));
      return exitCodes.ok;
    }
    for (const one of found) {
      const part = one.part === undefined || one.part === "main" ? "" : `, begin ${one.part}`;
      terminal.out(`${daemon === "sendmail" ? "dnl" : "#"} ${one.file}${part}\n${tellSnippet(words, one)}`);
    }
    return exitCodes.ok;
  });
}

async function withJob(
  context: CommandContext,
  options: PublishOptions,
  work: (job: Job) => Promise<number>,
): Promise<number> {
  return stoppable(async () => {
    // Unlike `dns query`, these need the configuration whoever is asked.
    const config = await readConfig(context, options.config === undefined ? {} : { config: options.config });
    const { ports, close } = portsOf(context, options, config);
    try {
      return await work({ context, options, config, ports, close });
    } finally {
      await close();
    }
  });
}

function portsOf(
  context: CommandContext,
  options: PublishOptions,
  config: Config | undefined,
): { readonly ports: ObservePorts; readonly close: () => Promise<void> } {
  const upstreams = upstreamsOf(context, options.resolver === undefined ? {} : { via: options.resolver }, config);
  const authorities = options.ca === undefined ? config?.policy.authorities : readAuthorities(context, options.ca);
  const httpsPort = port(context, "--https-port", options.httpsPort) ?? config?.danger.httpsPort ?? 443;
  const shared = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
  const secure = dotClient();
  const fetching = (resolver: Resolver): Pick<ObservePorts, "fetchPolicy"> => ({
    fetchPolicy: async (host) => {
      const get = httpsGet({
        net: systemNet,
        clock: systemClock,
        resolver,
        port: httpsPort,
        // It is one's own host, wherever it stands.
        allowPrivateAddresses: true,
        ...(authorities === undefined ? {} : { authorities }),
      });
      const fetched = await get(host, policyPath);
      return fetched.ok ? { kind: "fetched", bytes: fetched.value } : { kind: "failed", detail: fetched.error.detail };
    },
  });
  if (options.resolver === undefined && config !== undefined && (config.dns.trustAd || config.danger.skipDnssec)) {
    const resolver = createStubResolver({ ...shared, secure, upstreams, trustAd: config.dns.trustAd });
    return { ports: { ...shared, resolver, ...fetching(resolver) }, close: () => resolver.close() };
  }
  const own = [...anchorsIn(context, options.trustAnchor), ...(config?.dns.anchors ?? [])];
  const { anchors } = keeperOf(config, own);
  const resolver = createValidatingResolver({ ...shared, secure, upstreams, anchors });
  return {
    ports: {
      ...shared,
      resolver,
      ...fetching(resolver),
      fullTtl: (name) => signedTtl(resolver, name, systemClock.monotonic() + publishLimits.signedTtlTimeoutMs),
    },
    close: () => resolver.close(),
  };
}

/** What the options say, else `[publish]`; MX hosts that nobody names are looked up. */
async function promisesOf(job: Job): Promise<Promises> {
  const { context, options, config } = job;
  const base = config?.publish?.promises;
  const domain = options.domain ?? base?.domain;
  if (domain === undefined) {
    context.terminal.err(context.words.say("publish-no-domain"));
    throw new Stop(exitCodes.usage);
  }
  const isBase = base !== undefined && base.domain === domain.toLowerCase();
  const mx = options.mx ?? (isBase ? base.mx : await publishedMx(job, domain));
  const mode = stsModes.find((one) => one === options.mode);
  if (options.mode !== undefined && mode === undefined) throw bad(context, "--mode", options.mode);
  const parsed = parsePromises({
    ...(isBase ? base : {}),
    domain,
    mx,
    ...(mode === undefined ? {} : { mode }),
    ...(options.maxAge === undefined ? {} : { maxAgeSeconds: seconds(context, "--max-age", options.maxAge) }),
    ...(options.ttl === undefined ? {} : { ttlSeconds: seconds(context, "--ttl", options.ttl) }),
    ...(options.rua === undefined ? {} : { rua: options.rua }),
    ...(options.caa === undefined ? {} : { caa: options.caa }),
  });
  if (parsed.ok) return parsed.value;
  const [fault] = parsed.error;
  throw bad(context, fault?.key ?? "domain", fault?.value ?? domain);
}

async function publishedMx({ context, ports }: Job, text: string): Promise<readonly string[]> {
  const parsed = parseDomain(text);
  if (!parsed.ok) throw bad(context, "--domain", text);
  const answer = await ports.resolver.mx(parsed.value);
  const hosts = answer.kind === "records" ? exchanges(answer) : [];
  if (hosts.length > 0) return hosts;
  const detail = printable(answer.kind === "failure" ? answer.detail : answer.kind);
  context.terminal.err(context.words.say("publish-no-mx", { domain: parsed.value, detail }));
  throw new Stop(exitCodes.failed);
}

async function factsOf(job: Job, next: readonly KeyFact[] = nextKeys(job)): Promise<PublishedFacts> {
  const promises = await promisesOf(job);
  return observe(job.ports, { ...lookOptions(job, promises), promises, next });
}

function lookOptions(job: Job, promises: Promises): Omit<Parameters<typeof observe>[1], "promises" | "next"> {
  const { context, options, config } = job;
  const ca = options.ca === undefined ? config?.policy.authorities : readAuthorities(context, options.ca);
  const at = options.at === undefined ? undefined : address(context, options.at);
  return {
    domain: promises.domain,
    ehloName: config?.delivery.heloName ?? domainName("localhost"),
    port: port(context, "--port", options.port) ?? config?.danger.smtpPort ?? 25,
    ...(ca === undefined ? {} : { ca }),
    ...(at === undefined ? {} : { at: [at] }),
  };
}

async function shownByHosts(job: Job, promises: Promises, next: readonly KeyFact[]): Promise<readonly HostKeys[]> {
  const { hosts } = await observe(job.ports, { ...lookOptions(job, promises), promises, next });
  return promises.mx.map((host) => {
    const seen = hosts.find((one) => one.host === host);
    const current = seen === undefined ? undefined : shownKeys(seen);
    if (current !== undefined) return { host, current, next };
    const detail = seen?.presented.flatMap((one) => ("detail" in one ? [one.detail] : []))[0] ?? "STARTTLS";
    job.context.terminal.err(job.context.words.say("publish-no-keys", { host, detail: printable(detail) }));
    throw new Stop(exitCodes.failed);
  });
}

function rollFacts(
  job: Job,
  { now, promises }: PublishedFacts,
  ledger: Ledger,
  host: PublishedHost,
): Omit<Parameters<typeof nextStep>[0], "next"> {
  const live = shownKeys(host) ?? certificatesIn(job);
  const ttlSeconds = promises?.ttlSeconds ?? 0;
  return { now, host: host.host, live, tlsa: host.tlsa, ledger: hostLedger(ledger, host.host), ttlSeconds };
}

/** Enters what was seen, and keeps it where there is a place for it. */
function remember({ context, config }: Job, { now, hosts }: PublishedFacts): Ledger {
  const { terminal, words } = context;
  const looks = hosts.map((host) => ({ host: host.host, tlsa: host.tlsa, live: shownKeys(host) }));
  if (config === undefined) {
    terminal.err(words.say("publish-ledger-nowhere"));
    return enter(emptyLedger, now, looks);
  }
  const file = publishFile(config.server.data);
  const store = openPublishStore(file);
  const ledger = enter(readLedger(context, file, store), now, looks);
  try {
    store.write(ledgerText(ledger));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    terminal.err(words.say("publish-ledger-unwritable", { file: printable(file), detail: printable(detail) }));
    throw new Stop(exitCodes.failed);
  }
  return ledger;
}

function readLedger({ terminal, words }: CommandContext, file: string, store: TextStore): Ledger {
  try {
    const text = store.read();
    if (text === undefined) return emptyLedger;
    const parsed = parseLedger(text);
    if (parsed.ok) return parsed.value;
  } catch {
    // Told below.
  }
  terminal.err(words.say("publish-ledger-unreadable", { file: printable(file) }));
  throw new Stop(exitCodes.failed);
}

function certificatesIn({ context, options, config }: Job): readonly KeyFact[] {
  const files =
    options.cert?.map((file) => resolve(context.terminal.directory, file)) ?? ofDomain(options, config)?.certificates;
  return (files ?? []).flatMap((file) => {
    const chain = readChain(readPem(context, file));
    if (!chain.ok) throw badFile(context, file, chain.error);
    const [leaf] = chain.value;
    return leaf === undefined ? [] : [certificateKey(leaf)];
  });
}

function nextKeys(job: Job): readonly KeyFact[] {
  const { context, options, config } = job;
  const named = options.nextKey?.map((file) => resolve(context.terminal.directory, file));
  return keysIn(job, named ?? ofDomain(options, config)?.nextKeys ?? []);
}

function keysIn({ context }: Job, files: readonly string[]): readonly KeyFact[] {
  return files.map((file) => {
    const key = readKey(readPem(context, resolve(context.terminal.directory, file)));
    if (key.ok) return key.value;
    throw badFile(context, file, key.error);
  });
}

/** `[publish]`, if it is about the domain that is asked about. */
function ofDomain({ domain }: PublishOptions, config: Config | undefined): Config["publish"] {
  const publish = config?.publish;
  return domain === undefined || publish?.promises.domain === domain.toLowerCase() ? publish : undefined;
}

function readPem(context: CommandContext, file: string): string {
  try {
    if (statSync(file).size > publishLimits.pemMaxBytes) throw badFile(context, file, "too-long");
    return readFileSync(file, "utf8");
  } catch (error) {
    throw error instanceof Stop ? error : badFile(context, file, "unreadable");
  }
}

function badFile({ terminal, words }: CommandContext, file: string, why: PemFault): Stop {
  terminal.err(words.say("publish-bad-file", { file: printable(file), why }));
  return new Stop(exitCodes.usage);
}

function bad({ terminal, words }: CommandContext, key: string, value: string): Stop {
  terminal.err(words.say("publish-bad-value", { key, value: printable(value) }));
  return new Stop(exitCodes.usage);
}

function seconds(context: CommandContext, key: string, text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return Math.floor(parsed.value / 1000);
  throw bad(context, key, text);
}

function port(context: CommandContext, key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 65_535) return number;
  throw bad(context, key, text);
}

function address(context: CommandContext, text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed.ok) return parsed.value;
  throw bad(context, "--at", text);
}

function readAuthorities(context: CommandContext, named: string): TrustedCas {
  const file = resolve(context.terminal.directory, named);
  const pem = readPem(context, file);
  const chain = readChain(pem);
  if (!chain.ok) throw badFile(context, file, chain.error);
  return { id: pem, pem, exclusive: false };
}

/** Where each system has them by custom, if nothing is said. */
function filesOf(
  context: CommandContext,
  written: readonly string[] | undefined,
  daemon: Daemon,
): readonly CertificateFiles[] {
  const folder = daemon === "exim" ? "/etc/exim4" : "/etc/ssl/mail";
  if (written === undefined) return [{ certificate: `${folder}/fullchain.pem`, key: `${folder}/key.pem` }];
  return written.map((text) => {
    const [certificate = "", key = "", ...rest] = text.split(":");
    if (rest.length === 0 && isPlainPath(certificate) && isPlainPath(key)) return { certificate, key };
    context.terminal.err(context.words.say("publish-bad-path", { value: printable(text) }));
    throw new Stop(exitCodes.usage);
  });
}

function tellFindings({ terminal, words }: CommandContext, findings: readonly Finding[], severity: Severity): void {
  const found = findings.filter((one) => one.severity === severity);
  if (found.length > 0) terminal.out(`\n${words.say(`publish-severity-${severity}`)}`);
  for (const one of found) {
    const { what, fix } = tellFinding(words, one);
    terminal.out(`- ${what}`);
    terminal.out(`  ${fix}`);
    if (one.paste.length > 0) terminal.out(`  ${words.say("publish-check-paste")}`);
    for (const record of one.paste) terminal.out(`    ${recordLine(record)}`);
  }
}

function jsonOfFinding({ words }: CommandContext, one: Finding): Readonly<Record<string, unknown>> {
  const { code, severity, name, args, paste } = one;
  const { what, fix } = tellFinding(words, one);
  const records = paste.map(({ name: owner, type, ttl, data }) => ({ name: owner, type, ttl, data }));
  return { code, severity, name, evidence: args, what, fix, paste: records };
}

function jsonOfStep(
  { words }: CommandContext,
  { host, step }: { readonly host: DomainName; readonly step: RollStep },
): Readonly<Record<string, unknown>> {
  const until = "until" in step ? { notBefore: new Date(step.until).toISOString() } : {};
  return { host, step: step.code, ...until, text: tellRollStep(words, host, step) };
}

function jsonOfRefusal(
  { words }: CommandContext,
  { host, refusal }: { readonly host: DomainName; readonly refusal: SwitchRefusal },
): Readonly<Record<string, unknown>> {
  const allowed = refusal.code === "too-soon" ? { notBefore: new Date(refusal.allowedAt).toISOString() } : {};
  return { host, code: refusal.code, ...allowed, text: tellRefusal(words, host, refusal) };
}
