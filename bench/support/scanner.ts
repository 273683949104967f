/**
 * One scan in a process of its own, so that its memory is its own: the engine, the judgement, the files are those of the command; DNS and
 * the mail servers are made up from a seed, with real certificates. Time is the machine's, or simulated.
 *
 *   node bench/support/scanner.ts DIRECTORY DOMAINS HOSTS real|simulated
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain, type Clock, type DomainName, type IpAddress } from "../../src/base/index.ts";
import {
  defaultBudgets,
  formatLine,
  lookingBy,
  NameSet,
  OptOut,
  readInputLine,
  readSeenAddress,
  scanLimits,
  startScan,
  Tally,
  writeSeenAddress,
  type Inspection,
  type Looking,
  type SeenAddress,
} from "../../src/check/index.ts";
import { deliveryDefaults } from "../../src/delivery/index.ts";
import { trustOnly } from "../../src/lab/index.ts";
import { openProbeFile, openScanOutput, readLines, stayAwake, systemClock } from "../../src/system/index.ts";
import {
  simulatedInternet,
  type Manner,
  type SimulatedHost,
  type SimulatedInternet,
} from "../../test/scan/internet.ts";
import { eventClock } from "../../test/support/clock.ts";
import { makeCa, makeCertificate, makeKeys } from "../../test/support/x509.ts";

export interface Scanned {
  readonly lines: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly probes: number;
  readonly connections: number;
  readonly breaches: readonly string[];
  readonly outputBytes: number;
}

const [directory = "", domains = "", hosts = "", time = "real"] = process.argv.slice(2);
/** As a sender, and once for each kind of certificate. */
const connectionsPerProbe = 3;
const concurrency = scanLimits.concurrencyDefault;
const plan = { domains: Number(domains), hosts: Number(hosts), seed: 1 };
const simulated = time === "simulated" ? eventClock(Date.now()) : undefined;
const clock: Clock = simulated ?? systemClock;
const internet = simulatedInternet(plan, { ...defaultBudgets, concurrency });
const letGo = stayAwake();
const scanned = await scanAll();
letGo();
process.send?.(scanned);

async function scanAll(): Promise<Scanned> {
  const list = join(directory, "list.txt");
  writeFileSync(list, "");
  for (let from = 0; from < plan.domains; from += 10_000) {
    const names = Array.from({ length: Math.min(10_000, plan.domains - from) }, (_, at) =>
      internet.domainAt(from + at),
    );
    writeFileSync(list, `${names.join("\n")}\n`, { flag: "a" });
  }
  const looking = lookingAt(internet);
  const output = openScanOutput(join(directory, "out.jsonl"), clock);
  const texts = { encode: writeSeenAddress, decode: readSeenAddress };
  const probes = openProbeFile<SeenAddress>(join(directory, "out.jsonl.probes"), clock, texts);
  if (probes === undefined) throw new Error("somebody else has the file");
  const tally = new Tally();
  const seen = new NameSet();
  let [lines, outputBytes] = [0, 0];
  const startedAt = clock.monotonic();
  const cpuBefore = process.cpuUsage();
  const scan = startScan(
    {
      looking,
      clock,
      store: probes,
      write(line) {
        if (!seen.add(line.domain)) throw new Error(`twice: ${line.domain}`);
        if (line.outcome !== "checked") throw new Error(`not judged: ${JSON.stringify(line)}`);
        const text = formatLine(line);
        output.write(text);
        tally.add(line);
        lines++;
        outputBytes += text.length;
      },
    },
    { concurrency, budgets: defaultBudgets, optOut: new OptOut(), done: new NameSet() },
    listed(list),
  );
  let isOver = false;
  const end = scan.end.finally(() => (isOver = true));
  if (simulated !== undefined) await runThrough(simulated, () => isOver);
  await end;
  const seconds = (clock.monotonic() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  probes.close();
  output.close();
  return {
    lines,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    probes: scan.progress().probes,
    connections: internet.connections,
    breaches: internet.breaches.slice(0, 5),
    outputBytes,
  };
}

/** The list is read from a file, which takes real time: where nothing is due, simulated time waits for it. */
async function runThrough(events: ReturnType<typeof eventClock>, isOver: () => boolean): Promise<void> {
  while (!(await events.run(isOver))) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function* listed(list: string): AsyncGenerator<DomainName> {
  for await (const text of readLines(list, scanLimits.inputLineMaxBytes)) {
    const read = readInputLine(text);
    if (read.ok && read.value !== undefined) yield read.value;
  }
}

/** The checker's own judgement, over facts and sights that are made up. */
function lookingAt(world: SimulatedInternet): Looking<Inspection, SeenAddress> {
  const ca = makeCa({ commonName: "Bench CA" });
  const keys = makeKeys("p256");
  const chains = new Map(world.hosts.map(({ name }) => [name, [certificate(name), new Uint8Array(ca.der)]]));
  function certificate(name: DomainName): Uint8Array {
    return new Uint8Array(makeCertificate({ keys, issuer: ca, names: [name], toDays: 60 }).der);
  }
  const never = (): never => {
    throw new Error("nothing real is asked");
  };
  const real = lookingBy(
    { resolver: never, net: never, clock, random: never, metrics: never } as unknown as Parameters<typeof lookingBy>[0],
    { thorough: false, ehloName: domain("scan.example"), gather: never as never },
  );
  const authorities = trustOnly(ca);
  const sightOf = (address: IpAddress, host: DomainName, manner: Manner): SeenAddress => {
    switch (manner) {
      case "good":
        return {
          address,
          session: { kind: "encrypted", protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", requireTls: false },
          presented: [
            { kind: "not-offered", keyKind: "rsa" },
            { kind: "chain", keyKind: "ecdsa", chain: chains.get(host) ?? [] },
          ],
        };
      case "later":
        return { address, session: { kind: "untested", reason: "slow-down", detail: "421 later" }, presented: [] };
      case "down":
        return { address, session: { kind: "untested", reason: "refused-connection", detail: "" }, presented: [] };
      case "silent":
        return { address, session: { kind: "untested", reason: "silent", detail: "timeout" }, presented: [] };
      case "slow":
        return { address, session: { kind: "untested", reason: "no-answer", detail: "timeout" }, presented: [] };
    }
  };
  return {
    ...real,
    async factsOf(name) {
      await new Promise<void>((resolve) => void clock.after(world.lookUpMs() * 3, resolve));
      return inspectionOf(name, world.hostsOf(name), authorities);
    },
    async probe({ address, host }, admit) {
      let manner: Manner = "good";
      for (let at = 0; at < connectionsPerProbe && manner === "good"; at++) {
        const permit = await admit();
        if (permit === undefined) return real.unasked({ address, host });
        manner = await world.connect(clock, address);
        permit.release();
      }
      return sightOf(address, host, manner);
    },
  };
}

function inspectionOf(
  name: DomainName,
  hosts: readonly SimulatedHost[],
  authorities: ReturnType<typeof trustOnly>,
): Inspection {
  const now = clock.now();
  return {
    domain: name,
    at: now,
    facts: {
      now,
      domain: name,
      nextHop: name,
      mx: { kind: "records", status: "insecure" },
      hosts: hosts.map((host, at) => ({
        name: host.name,
        host: host.name,
        preference: at * 10,
        isUs: false,
        addresses: { kind: "known", status: "insecure", addresses: host.addresses },
        tlsa: { kind: "not-asked" },
      })),
      sts: { kind: "none" },
      memory: { kind: "off" },
      history: {},
      message: { requireTls: false },
      enforce: "all",
      memoryTerms: deliveryDefaults.memoryTerms,
      authorities,
      defaultRequire: "cleartext",
      smtpPort: 25,
      tlsRetry: deliveryDefaults.tlsRetry,
    },
    stsRecord: { kind: "none", status: "insecure" },
    stsPolicy: { kind: "not-asked" },
    tlsRpt: { kind: "none", status: "insecure" },
    hosts: hosts.map((host) => ({ name: host.name, caa: { kind: "none", status: "insecure" }, addresses: [] })),
  };
}
