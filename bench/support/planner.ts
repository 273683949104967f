/**
 * Our side of `bench/plan` without the mail: a process of its own, so that its processor time and memory are its own. Names, policies
 * and memory are the real ones, over a directory of its own.
 *
 *   node --expose-gc planner.ts CONFIG COUNT   COUNT: how many domains of each kind
 *     ← {"cmd":"warm"}                  gathers and plans for each domain once
 *     ← {"cmd":"plan","plans"}          plans from facts at hand     → {"seconds","cpuSeconds"}
 *     ← {"cmd":"gather","plans","kind"} gathers and plans, cached    → {"seconds","cpuSeconds"}
 *     ← {"cmd":"remember","domains"}    → {"heapBytes","diskBytes"} that so many more remembered domains take, in all
 */
import { readFileSync } from "node:fs";
import { domain, noLog, noMetrics, type DomainName } from "../../src/base/index.ts";
import { gatherSettingsOf } from "../../src/delivery/index.ts";
import { createValidatingResolver } from "../../src/dns/index.ts";
import { createMemory, gather, plan, type Facts, type Plan } from "../../src/policy/index.ts";
import { deliverySettings, openFactStore, openMemoryStore, openStsSource } from "../../src/system/index.ts";
import { parseConfig, systemClock, systemNet, systemRandom } from "../../src/system/index.ts";
import { eventually } from "../../test/peers/wait.ts";
import { domainName, hostName, kinds, type Kind } from "./kinds.ts";

type Command =
  | { readonly cmd: "warm" }
  | { readonly cmd: "plan"; readonly plans: number }
  | { readonly cmd: "gather"; readonly plans: number; readonly kind?: Kind }
  | { readonly cmd: "remember"; readonly domains: number };

/** What a plan for a domain of each kind has to say, or the figures say nothing. */
const expected = { dane: "authenticated dane", sts: "authenticated mta-sts", open: "cleartext none" } as const;

const { config, faults } = await parseConfig(readFileSync(process.argv[2] ?? "", "utf8"), process.argv[2] ?? "", {
  now: systemClock.now(),
  isRoot: false,
  examine: false,
});
if (config === undefined) throw new Error(`the configuration is wrong: ${JSON.stringify(faults)}`);
const ports = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
const { resolvers: upstreams, anchors } = config.dns;
const resolver = createValidatingResolver({ ...ports, upstreams, anchors: () => anchors });
const store = openFactStore({ directory: config.server.data, role: "relay" });
const sts = openStsSource(config, { ...ports, resolver, facts: store });
const rows = openMemoryStore(store);
const memory = createMemory({ store: rows, ...ports });
const settings = gatherSettingsOf(deliverySettings(config));
const known = kinds.flatMap((kind) =>
  Array.from({ length: Number(process.argv[3]) }, (_, place) => ({ kind, name: domainName(kind, place) })),
);
const gathered: { readonly kind: Kind; readonly facts: Facts }[] = [];

process.on("message", (command: Command) => {
  void run(command).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function run(command: Command): Promise<object> {
  switch (command.cmd) {
    case "warm":
      for (const { kind, name } of known) {
        memory.delivered(name, hostName(kind), kind === "open" ? "encrypted" : "authenticated");
        const facts = await look(name);
        check(kind, plan(facts));
        gathered.push({ kind, facts });
      }
      return {};
    case "plan":
      return measured(async () => {
        for (let made = 0; made < command.plans; made++) {
          const one = gathered[made % gathered.length];
          if (one !== undefined) check(one.kind, plan(one.facts));
        }
      });
    case "gather": {
      const some = command.kind === undefined ? known : known.filter(({ kind }) => kind === command.kind);
      return measured(async () => {
        for (let made = 0; made < command.plans; made++) {
          const one = some[made % some.length];
          if (one !== undefined) check(one.kind, plan(await look(one.name)));
        }
      });
    }
    case "remember":
      return remember(command.domains);
  }
}

function look(name: DomainName): Promise<Facts> {
  const request = { domain: name, history: {}, message: { requireTls: false } };
  return gather({ ...ports, resolver, sts, memory }, settings, request);
}

/** What is cached and written down of so many more domains, each with one host. */
async function remember(domains: number): Promise<object> {
  await written(rows.rowCount());
  const before = taken();
  const until = rows.rowCount() + domains;
  for (let place = 0; place < domains; place++) {
    const name = domain(`r${place}.remembered.example`);
    memory.delivered(name, `mx.${name}`, "authenticated");
    memory.recall(name, [`mx.${name}`]);
  }
  await written(until);
  const after = taken();
  return { heapBytes: after.heapBytes - before.heapBytes, diskBytes: after.diskBytes - before.diskBytes };
}

async function written(count: number): Promise<void> {
  await eventually(`${count} rows on disk`, 60_000, () => rows.rowCount() >= count || undefined);
}

function taken(): { readonly heapBytes: number; readonly diskBytes: number } {
  (globalThis as { gc?: () => void }).gc?.();
  const pragma = (name: string): number => Number(store.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  return { heapBytes: process.memoryUsage().heapUsed, diskBytes: pragma("page_count") * pragma("page_size") };
}

async function measured(work: () => Promise<void>): Promise<object> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function check(kind: Kind, made: Plan): void {
  const [host] = made.kind === "try" ? made.hosts : [];
  const told = host === undefined ? made.kind : `${host.level} ${host.proof.kind}`;
  if (told !== expected[kind]) throw new Error(`a domain of the kind ${kind} is planned as ${told}`);
}
