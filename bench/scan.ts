/**
 * How fast many domains are looked at, and in how much memory: an internet made up from a seed, 5,000 MX hosts 20 to 200 ms away, a tenth of
 * which are down, silent, slow, or want us to come back later. The budgets are the defaults, and the internet counts whether they are kept.
 *
 *   npm run bench:scan -- [--json] [--domains 100000] [--hosts 5000] [--many 1000000]
 *
 * The speed is measured in real time: every wait is waited. The memory of the long list is measured in simulated time, since it would
 * take an hour otherwise. The peer's figure is what was published of a scanner of this kind on 4 cores, 83 domains a minute; it met the real
 * Internet, and nothing of it was measured here.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, tellFigures } from "./support/figures.ts";
import type { Scanned } from "./support/scanner.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    domains: { type: "string", default: "100000" },
    hosts: { type: "string", default: "5000" },
    many: { type: "string", default: "1000000" },
  },
});
const mebibyte = 2 ** 20;
const peer = { peer: "published: 83 domains a minute on 4 cores", peerValue: 83 / 60 };
const tell = (text: string): void => (options.json ? console.error(text) : console.log(text));

tell(`machine: ${machine()}`);
const domains = Number(options.domains);
const many = Number(options.many);
const fast = await scan(domains, "real");
tell(
  `${domains} domains: ${fast.probes} probes, ${fast.connections} connections, ${fast.cpuSeconds.toFixed(0)} s of CPU`,
);
const long = many > 0 ? await scan(many, "simulated") : undefined;
tellFigures(
  [
    { figure: "domains looked at, real time", value: domains / fast.seconds, unit: "domains/s", ...peer },
    { figure: "peak memory", value: fast.peakBytes / mebibyte, unit: "MiB" },
    { figure: "CPU time a domain", value: (fast.cpuSeconds / domains) * 1_000, unit: "ms" },
    { figure: "output a domain", value: fast.outputBytes / domains, unit: "bytes" },
    ...(long === undefined
      ? []
      : [{ figure: `peak memory, ${many} domains`, value: long.peakBytes / mebibyte, unit: "MiB" }]),
  ],
  options.json,
);

async function scan(count: number, time: "real" | "simulated"): Promise<Scanned> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-bench-scan-"));
  try {
    const args = [directory, String(count), options.hosts, time];
    const child = fork(new URL("support/scanner.ts", import.meta.url), args);
    const [scanned] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`the scan ended with ${code}`))),
    ])) as [Scanned];
    if (scanned.lines !== count)
      throw new Error(`${scanned.lines} lines for ${count} domains: the figures would say nothing`);
    if (scanned.breaches.length > 0) throw new Error(`budgets were overrun: ${scanned.breaches.join("; ")}`);
    return scanned;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
