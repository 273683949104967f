/**
 * What it costs to keep promises. Plans a second, from facts at hand and gathered from warm caches; beside it Debian's unbound and
 * postfix-mta-sts-resolver, asked over sockets for the same records and policies. Mail through the relay, over TLS with whomever, proven
 * by DANE, and proven by MTA-STS, alternately and to the same receiver: messages a second, processor time, and the time of one message
 * over a fresh connection; the same through Postfix, which knows DANE. And what a remembered domain takes.
 *
 *   npm run bench:plan -- [--json] [--runs 5] [--messages 3000] [--sessions 32] [--only plan|relay|memory] [--without-peer]
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ip } from "../src/base/index.ts";
import { makeAuthority, startNameserver, type Nameserver, type ZoneRecord } from "../src/lab/index.ts";
import { systemClock, systemNet } from "../src/system/index.ts";
import { startUnbound } from "../test/agreement/unbound.ts";
import { createClient } from "../test/differential/client.ts";
import { nameOf } from "../test/differential/servers/daemon.ts";
import { postfixMissing, startPostfix } from "../test/peers/postfix.ts";
import { freePort } from "../test/peers/wait.ts";
import { policyAnswer, startPolicyHost } from "../test/support/policy-host.ts";
import { openClient } from "../test/support/sender.ts";
import { tlsa } from "../test/support/tlsa.ts";
import { startStsResolver, stsResolverProgram } from "./support/sts-resolver.ts";
import { median, tellFigures, type Figure } from "./support/figures.ts";
import { domainName, hostName, kinds, type Kind } from "./support/kinds.ts";
import { relayingOptions } from "./support/options.ts";
import {
  pass,
  startSink,
  startSurehop,
  type Bench,
  type Measured,
  type Running,
  type Sink,
} from "./support/relaying.ts";

const { json, runs, messages, sessions, withoutPeer, wanted, tell } = relayingOptions();
const load = { sessions, messageBytes: 4096 };
const plansAlone = 500_000;
const plansGathered = 50_000;
const plansOfKind = 20_000;
const askedOfUnbound = 20_000;
const askedOfStsResolver = 10_000;
const stsInFlight = 32;
const domainsOfEach = 200;
const remembered = 20_000;
/** Messages of each kind over a fresh connection each, to as many domains. */
const freshOfEach = 100;
/** A little longer than a relay keeps a connection. */
const connectionsCloseMs = 7_000;
const sinkAddress = "127.0.0.2";
const daySeconds = 86_400;

const words: Readonly<Record<Kind, string>> = { open: "opportunistic", dane: "DANE", sts: "MTA-STS" };

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const scratch = mkdtempSync(join(tmpdir(), "surehop-bench-plan-"));
const authority = makeAuthority(systemClock);
const children: ChildProcess[] = [];
const bench: Bench = { scratch, authority, children };

try {
  const port = await freePort();
  const sink = await startSink(bench, port, { names: kinds.map(hostName), address: sinkAddress });
  const names = await startNames(port, sink.certificate);
  const policies = await startPolicies();
  const terms = configuration(names, port, policies.port);
  if (wanted("plan") || wanted("memory")) await benchPlans(names, terms, port);
  if (wanted("relay")) await benchRelay(sink, names, terms, port);
  await policies.close();
  await names.close();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);

/** All domains of a kind have one host, and each MTA-STS domain a policy of its own. */
function startNames(port: number, certificate: string): Promise<Nameserver> {
  const zones: Record<string, ZoneRecord[]> = { [`_${port}._tcp.${hostName("dane")}`]: [tlsa("3 1 1", certificate)] };
  for (const kind of kinds) {
    zones[hostName(kind)] = [{ type: "A", value: sinkAddress }];
    for (let place = 0; place < domainsOfEach; place++) {
      const name = domainName(kind, place);
      zones[name] = [{ type: "MX", preference: 10, value: hostName(kind) }];
      if (kind !== "sts") continue;
      zones[`_mta-sts.${name}`] = [{ type: "TXT", value: "v=STSv1; id=1;" }];
      zones[`mta-sts.${name}`] = [{ type: "A", value: "127.0.0.1" }];
    }
  }
  const lasting = Object.entries(zones).map(([name, records]) => [
    name,
    records.map((record) => ({ ...record, ttl: daySeconds })),
  ]);
  return startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones: Object.fromEntries(lasting),
    signing: {
      clock: systemClock,
      zones: { example: "signed", "dane.example": "signed", "sts.example": "unsigned", "open.example": "unsigned" },
    },
  });
}

function startPolicies(): ReturnType<typeof startPolicyHost> {
  const hosts = Array.from({ length: domainsOfEach }, (_, place) => `mta-sts.${domainName("sts", place)}`);
  const policy = `version: STSv1\nmode: enforce\nmx: ${hostName("sts")}\nmax_age: 604800\n`;
  return startPolicyHost({ ...authority.issue({ names: hosts }), answer: policyAnswer(policy) });
}

function configuration({ anchors, endpoint }: Nameserver, smtpPort: number, httpsPort: number): string {
  const files = { anchor: join(scratch, "root.anchor"), ca: join(scratch, "ca.pem") };
  const lines = anchors.map(
    ({ keyTag, algorithm, digestType, digest }) =>
      `. IN DS ${keyTag} ${algorithm} ${digestType} ${Buffer.from(digest).toString("hex")}\n`,
  );
  writeFileSync(files.anchor, lines.join(""));
  writeFileSync(files.ca, authority.pem);
  return (
    `[dns]\nresolvers = ["127.0.0.1:${endpoint.port}"]\nanchors = ["${files.anchor}"]\n` +
    `[policy]\nauthorities = "${files.ca}"\n` +
    `[danger]\nsmtp_port = ${smtpPort}\nhttps_port = ${httpsPort}\nallow_private_addresses = true\n`
  );
}

async function benchPlans(names: Nameserver, terms: string, port: number): Promise<void> {
  const planner = await startPlanner(terms);
  await planner({ cmd: "warm" });
  if (wanted("plan")) {
    const alone: Timed[] = [];
    const gathered: Timed[] = [];
    const byKind: Record<Kind, Timed[]> = { dane: [], sts: [], open: [] };
    for (let run = 0; run < runs; run++) {
      alone.push((await planner({ cmd: "plan", plans: plansAlone })) as Timed);
      gathered.push((await planner({ cmd: "gather", plans: plansGathered })) as Timed);
      for (const kind of kinds)
        byKind[kind].push((await planner({ cmd: "gather", plans: plansOfKind, kind })) as Timed);
    }
    const asked = hasPeer("/usr/sbin/unbound") ? await askUnbound(names, port) : [];
    const told = hasPeer(stsResolverProgram) ? await askStsResolver() : [];
    tell(`${kinds.length * domainsOfEach} domains, a third of each kind; median of ${runs} runs`);
    const perPlan = (all: readonly Timed[], plans: number): number =>
      (median(all.map((timed) => timed.cpuSeconds)) * 1e6) / plans;
    const figures: Figure[] = [
      { figure: "plans from facts at hand", value: plansAlone / median(alone.map(seconds)), unit: "plans/s" },
      { figure: "plans from facts, CPU", value: perPlan(alone, plansAlone), unit: "µs/plan" },
      {
        figure: "gathered from caches, and planned",
        value: plansGathered / median(gathered.map(seconds)),
        unit: "plans/s",
        ...(asked.length === 0 ? {} : { peer: "unbound, the records alone", peerValue: median(asked) }),
      },
      {
        figure: "gathered and planned (MTA-STS)",
        value: plansOfKind / median(byKind.sts.map(seconds)),
        unit: "plans/s",
        ...(told.length === 0
          ? {}
          : { peer: "postfix-mta-sts-resolver, as packaged (SQLite), over a socket", peerValue: median(told) }),
      },
      ...kinds.map((kind) => ({
        figure: `gathered and planned, CPU (${words[kind]})`,
        value: perPlan(byKind[kind], plansOfKind),
        unit: "µs/plan",
      })),
    ];
    tellFigures(figures, json);
  }
  if (wanted("memory")) {
    const { heapBytes, diskBytes } = (await planner({ cmd: "remember", domains: remembered })) as Sizes;
    tell(`${remembered} remembered domains, one host each`);
    tellFigures(
      [
        { figure: "memory per remembered domain", value: heapBytes / remembered, unit: "bytes" },
        { figure: "disk per remembered domain", value: diskBytes / remembered, unit: "bytes" },
      ],
      json,
    );
  }
}

interface Sizes {
  readonly heapBytes: number;
  readonly diskBytes: number;
}

function seconds(timed: Timed): number {
  return timed.seconds;
}

async function startPlanner(terms: string): Promise<(command: object) => Promise<object>> {
  const data = join(scratch, "planner");
  const file = join(scratch, "planner.toml");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(
    file,
    `[server]\nhostname = "relay.example"\ndata = "${data}"\n[listen]\nlocal = ["127.0.0.1:2525"]\n${terms}`,
  );
  const child = fork(new URL("support/planner.ts", import.meta.url), [file, String(domainsOfEach)], {
    execArgv: ["--expose-gc"],
  });
  children.push(child);
  child.once("exit", (code) => {
    if (code !== null && code !== 0) throw new Error("the planner died");
  });
  await once(child, "message");
  return async (command) => {
    child.send(command);
    const [answer] = (await once(child, "message")) as [object];
    return answer;
  };
}

function hasPeer(program: string): boolean {
  if (withoutPeer) return false;
  if (!existsSync(program)) tell(`SKIPPED the peer: there is no ${program} (test/peers/install.sh)`);
  return existsSync(program);
}

/** Domains a second for which unbound has answered, from its cache, what a plan needs: MX, A, AAAA, TLSA, and the TXT of the policy. */
async function askUnbound(names: Nameserver, port: number): Promise<readonly number[]> {
  const unbound = await startUnbound(names, scratch);
  const client = createClient(unbound.port);
  const ask = async (place: number): Promise<void> => {
    const kind = kinds[place % kinds.length] ?? "open";
    const name = domainName(kind, Math.floor(place / kinds.length) % domainsOfEach);
    const host = hostName(kind);
    const asked = [
      client.ask(nameOf(name), "MX"),
      client.ask(nameOf(host), "A"),
      client.ask(nameOf(host), "AAAA"),
      client.ask(nameOf(`_mta-sts.${name}`), "TXT"),
      ...(kind === "dane" ? [client.ask(nameOf(`_${port}._tcp.${host}`), "TLSA")] : []),
    ];
    const answers = await Promise.all(asked);
    if (answers.some((answer) => !answer.ok)) throw new Error("unbound did not answer");
  };
  const askAll = async (count: number): Promise<void> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) await ask(next++);
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  };
  await askAll(kinds.length * domainsOfEach);
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    await askAll(askedOfUnbound);
    rates.push((askedOfUnbound * 1000) / (performance.now() - startedAt));
  }
  client.close();
  await unbound.stop();
  return rates;
}

async function askStsResolver(): Promise<readonly number[]> {
  const domains = Array.from({ length: domainsOfEach }, (_, place) => domainName("sts", place));
  const resolver = await startStsResolver(scratch, domains, hostName("sts"));
  try {
    const rates: number[] = [];
    await resolver.rate(domainsOfEach, 1);
    for (let run = 0; run < runs; run++) rates.push(await resolver.rate(askedOfStsResolver, stsInFlight));
    return rates;
  } finally {
    await resolver.stop();
  }
}

async function benchRelay(sink: Sink, names: Nameserver, terms: string, port: number): Promise<void> {
  if (!existsSync("/usr/sbin/smtp-source"))
    throw new Error("the load generator smtp-source comes with Postfix: apt-get install postfix");
  const relay = await startSurehop(bench, join(scratch, "data"), terms);
  const peer =
    postfixMissing() === undefined && hasPeer("/usr/sbin/unbound") ? await startPeer(names, port) : undefined;
  const { ours, theirs } = await benchLoad(sink, relay, peer);
  const fresh = await benchFresh(sink, relay);
  await relay.stop();
  tell(`${messages} messages of ${load.messageBytes} bytes, ${sessions} sessions, median of ${runs} runs`);
  const of = (all: ByKind | undefined, kind: Kind, what: keyof Measured): number =>
    median((all?.[kind] ?? []).map((measured) => measured[what]));
  const beside = (kind: Kind, value: (all: ByKind) => number): Pick<Figure, "peer" | "peerValue"> =>
    theirs?.[kind] === undefined ? {} : { peer: "Postfix 3.7, dane", peerValue: value(theirs) };
  // Run by run, since what else the machine does changes from one to the next.
  const cost = (all: ByKind, kind: Kind, ratio: (proven: Measured, plain: Measured) => number): number =>
    100 * median((all[kind] ?? []).flatMap((proven, run) => pairs(all.open?.[run], proven, ratio)));
  const throughput = (proven: Measured, plain: Measured): number => 1 - proven.perSecond / plain.perSecond;
  const processor = (proven: Measured, plain: Measured): number => proven.cpuMs / plain.cpuMs - 1;
  const figures = kinds.flatMap((kind): Figure[] => [
    {
      figure: `relayed (${words[kind]})`,
      value: of(ours, kind, "perSecond"),
      unit: "messages/s",
      ...beside(kind, (all) => of(all, kind, "perSecond")),
    },
    {
      figure: `CPU (${words[kind]})`,
      value: of(ours, kind, "cpuMs"),
      unit: "ms/message",
      ...beside(kind, (all) => of(all, kind, "cpuMs")),
    },
    { figure: `fresh connection (${words[kind]})`, value: median(fresh[kind]), unit: "ms" },
  ]);
  for (const kind of ["dane", "sts"] as const) {
    for (const [name, ratio] of [
      ["throughput given up", throughput],
      ["processor time added", processor],
    ] as const) {
      figures.push({
        figure: `${name} (${words[kind]})`,
        value: cost(ours, kind, ratio),
        unit: "%",
        ...beside(kind, (all) => cost(all, kind, ratio)),
      });
    }
    const added = median(fresh[kind]) - median(fresh.open);
    figures.push({ figure: `fresh connection, time added (${words[kind]})`, value: added, unit: "ms" });
  }
  tellFigures(figures, json);
}

function pairs<T>(plain: Measured | undefined, proven: Measured, ratio: (proven: Measured, plain: Measured) => T): T[] {
  return plain === undefined ? [] : [ratio(proven, plain)];
}

type ByKind = Partial<Record<Kind, readonly Measured[]>>;

async function benchLoad(
  sink: Sink,
  relay: Running,
  peer: Running | undefined,
): Promise<{ readonly ours: ByKind; readonly theirs: ByKind | undefined }> {
  try {
    const ours = await alternate(sink, relay, kinds);
    return { ours, theirs: peer && (await alternate(sink, peer, ["open", "dane"])) };
  } finally {
    await peer?.stop();
  }
}

/** Each kind in turn, so that what else the machine does hits all of them. */
async function alternate(sink: Sink, through: Running, which: readonly Kind[]): Promise<ByKind> {
  const all: Partial<Record<Kind, Measured[]>> = {};
  const to = (kind: Kind): string => `user@${domainName(kind, 0)}`;
  for (const kind of which) await pass(sink, through, { ...load, to: to(kind), messages: Math.min(messages, 1000) });
  for (let run = 0; run < runs; run++) {
    for (const kind of run % 2 === 0 ? which : which.toReversed()) {
      (all[kind] ??= []).push(await pass(sink, through, { ...load, to: to(kind), messages }));
    }
  }
  return all;
}

/** One message after the other, each to another domain of the kind, over a connection that has to be made and proven first. */
async function benchFresh(sink: Sink, { port }: Running): Promise<Readonly<Record<Kind, readonly number[]>>> {
  const client = await openClient(port);
  const taken: Record<Kind, number[]> = { dane: [], sts: [], open: [] };
  for (const round of ["warm", "measured"] as const) {
    // Connections of the round before have been closed by then.
    await new Promise((resolve) => setTimeout(resolve, connectionsCloseMs));
    for (let place = 1; place <= freshOfEach; place++) {
      for (const kind of kinds) {
        await sink.ask("reset");
        const to = [`user@${domainName(kind, place)}`];
        const startedAt = performance.now();
        await client.send({ from: "sender@source.example", to, content: "Subject: x\n\nx\n" });
        const { handshakes } = await sink.reached(1);
        if (round === "warm") continue;
        if (handshakes !== 1) throw new Error(`a message came over ${handshakes} fresh connections`);
        taken[kind].push(performance.now() - startedAt);
      }
    }
  }
  await client.quit();
  return taken;
}

async function startPeer(names: Nameserver, port: number): Promise<Running> {
  const unbound = await startUnbound(names, scratch);
  const postfix = await startPostfix({
    port: await freePort(),
    hostname: "peer.example",
    resolver: unbound.address,
    main: {
      smtp_tcp_port: String(port),
      smtp_dns_support_level: "dnssec",
      smtp_host_lookup: "dns",
      smtp_tls_security_level: "dane",
      smtp_tls_session_cache_database: "btree:$data_directory/smtp_scache",
      smtpd_peername_lookup: "no",
      smtpd_client_connection_count_limit: "0",
      smtpd_client_connection_rate_limit: "0",
    },
  });
  return {
    port: postfix.port,
    pid: postfix.pid,
    async stop() {
      postfix.stop();
      await unbound.stop();
    },
  };
}
