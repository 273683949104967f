/**
 * How fast names are proven, beside Debian's unbound, over the same upstream: a name server on loopback with a large signed zone. Cold:
 * each name asked for the first time. Cached: asked again. Rates are told by processor time too, since the upstream shares the machine.
 *
 * By default as much as some three minutes allow; `--long` asks more names, and keeps all of the 100,000 whose memory the short run reckons
 * from fewer.
 *
 *   npm run bench:dns -- [--json] [--long] [--runs 3] [--names 6000, long: 20000]
 */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { domain } from "../src/base/index.ts";
import { wireName } from "../src/dns/index.ts";
import { createClient, type Client } from "../test/differential/client.ts";
import { freePort, eventually } from "../test/peers/wait.ts";
import { machine, median, tellFigures, type Figure } from "./support/figures.ts";
import { cpuSeconds } from "./support/processes.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    names: { type: "string" },
  },
});
const runs = Number(options.runs);
const perRun = Number(options.names ?? (options.long ? 20_000 : 6_000));
const cachedNames = 1_000;
const cachedQuestions = 500_000;
const cachedOverSocket = options.long ? 100_000 : 30_000;
const keptNames = options.long ? 100_000 : 25_000;
const reckonedNames = 100_000;
const mebibyte = 2 ** 20;
const tell = (text: string): void => (options.json ? console.error(text) : console.log(text));

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly secure: number;
}

const scratch = mkdtempSync(join(tmpdir(), "surehop-bench-dns-"));
const children: ChildProcess[] = [];
tell(`machine: ${machine()}`);
tell(
  `median of ${runs} runs of ${perRun} names cold, ${cachedQuestions} questions cached (unbound: ${cachedOverSocket}); ` +
    `memory of ${keptNames} names${keptNames === reckonedNames ? "" : `, for ${reckonedNames} reckoned from that`}` +
    (options.long ? "" : "; --long asks and keeps more"),
);
try {
  tellFigures(await bench(), options.json);
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);

async function bench(): Promise<readonly Figure[]> {
  const upstream = fork(new URL("support/upstream.ts", import.meta.url), [String(Math.max(keptNames, runs * perRun))]);
  children.push(upstream);
  const [{ port, anchor }] = (await once(upstream, "message")) as [{ port: number; anchor: string }];
  const hasUnbound = existsSync("/usr/sbin/unbound");
  if (!hasUnbound) tell("SKIPPED the peer: unbound is not installed (apt-get install unbound)");

  const ours: Timed[] = [];
  const theirs: Timed[] = [];
  for (let run = 0; run < runs; run++) {
    const span = { from: run * perRun, to: (run + 1) * perRun };
    const prover = startProver(port, anchor);
    ours.push((await prover.ask({ cmd: "cold", ...span })) as Timed);
    prover.stop();
    if (!hasUnbound) continue;
    const unbound = await startUnbound(port, anchor);
    theirs.push(await askAll(unbound, span.from, span.to));
    unbound.stop();
  }
  const cached: Timed[] = [];
  const theirCached: Timed[] = [];
  const prover = startProver(port, anchor);
  await prover.ask({ cmd: "cold", from: 0, to: cachedNames });
  const unbound = hasUnbound ? await startUnbound(port, anchor) : undefined;
  if (unbound !== undefined) await askAll(unbound, 0, cachedNames);
  for (let run = 0; run < runs; run++) {
    cached.push((await prover.ask({ cmd: "cached", names: cachedNames, questions: cachedQuestions })) as Timed);
    if (unbound !== undefined) theirCached.push(await askAll(unbound, 0, cachedOverSocket, cachedNames));
  }
  prover.stop();
  unbound?.stop();

  const keeper = startProver(port, anchor);
  await keeper.ask({ cmd: "cold", from: 0, to: 10 });
  const { bytes: before } = (await keeper.ask({ cmd: "memory" })) as { bytes: number };
  await keeper.ask({ cmd: "cold", from: 0, to: keptNames });
  const { bytes: after, rss } = (await keeper.ask({ cmd: "memory" })) as { bytes: number; rss: number };
  keeper.stop();

  const proven =
    [...ours, ...cached].every(({ secure }) => secure > 0) && ours.every(({ secure }) => secure === perRun);
  if (!proven) throw new Error("not every answer was proven: the figures would say nothing");
  const peer = (of: (timed: Timed) => number, list: readonly Timed[]): Pick<Figure, "peer" | "peerValue"> =>
    list.length === 0 ? {} : { peer: "unbound", peerValue: median(list.map(of)) };
  const cold = (timed: Timed): number => perRun / timed.seconds;
  const coldPerCore = (timed: Timed): number => perRun / timed.cpuSeconds;
  return [
    { figure: "cold, proven", value: median(ours.map(cold)), unit: "names/s", ...peer(cold, theirs) },
    {
      figure: "cold, proven, per core",
      value: median(ours.map(coldPerCore)),
      unit: "names/s of CPU",
      ...peer(coldPerCore, theirs),
    },
    {
      figure: "cached (unbound: over a socket)",
      value: median(cached.map(({ seconds }) => cachedQuestions / seconds)),
      unit: "questions/s",
      ...peer(({ seconds }) => cachedOverSocket / seconds, theirCached),
    },
    { figure: "memory per cached name", value: (after - before) / keptNames, unit: "bytes" },
    {
      figure: "memory of 100,000 cached names",
      value: ((after - before) * (reckonedNames / keptNames)) / mebibyte,
      unit: "MiB",
    },
    { figure: "resident after asking for them", value: rss / mebibyte, unit: "MiB" },
  ];
}

interface Prover {
  ask(command: object): Promise<object>;
  stop(): void;
}

function startProver(port: number, anchor: string): Prover {
  const child = fork(new URL("support/prover.ts", import.meta.url), [String(port), anchor], {
    execArgv: ["--expose-gc"],
  });
  children.push(child);
  return {
    async ask(command) {
      child.send(command);
      const [answer] = (await once(child, "message")) as [object];
      return answer;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

interface Unbound {
  readonly pid: number;
  readonly client: Client;
  stop(): void;
}

async function startUnbound(upstreamPort: number, anchor: string): Promise<Unbound> {
  const port = await freePort();
  const config = join(scratch, `unbound-${port}.conf`);
  writeFileSync(
    config,
    `server:\n  interface: 127.0.0.1@${port}\n  directory: "${scratch}"\n  chroot: ""\n  username: ""\n  pidfile: ""\n` +
      `  use-syslog: no\n  verbosity: 0\n  do-daemonize: no\n  num-threads: 1\n  do-not-query-localhost: no\n` +
      `  num-queries-per-thread: 4096\n  outgoing-range: 4096\n  jostle-timeout: 20000\n  module-config: "validator iterator"\n` +
      `  msg-cache-size: 256m\n  rrset-cache-size: 256m\n  trust-anchor-signaling: no\n  trust-anchor: ". IN DS ${anchor}"\n` +
      `forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${upstreamPort}\n`,
  );
  const child = spawn("/usr/sbin/unbound", ["-d", "-c", config], { stdio: ["ignore", "ignore", "ignore"] });
  children.push(child);
  const client = createClient(port);
  await eventually("unbound to answer", 20_000, async () => {
    const answer = await client.ask(wireName(domain("n0.big.example")), "MX");
    return answer.ok && answer.value.authenticData ? true : undefined;
  });
  return {
    pid: child.pid ?? 0,
    client,
    stop() {
      client.close();
      child.kill("SIGKILL");
    },
  };
}

/** `among`: so many different names, over and over. */
async function askAll({ pid, client }: Unbound, from: number, to: number, among = Infinity): Promise<Timed> {
  const before = cpuSeconds(pid);
  const startedAt = performance.now();
  let next = from;
  let secure = 0;
  const worker = async (): Promise<void> => {
    while (next < to) {
      const answer = await client.ask(wireName(domain(`n${next++ % among}.big.example`)), "MX");
      if (answer.ok && answer.value.authenticData) secure++;
    }
  };
  await Promise.all(Array.from({ length: 128 }, worker));
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpuSeconds(pid) - before, secure };
}
