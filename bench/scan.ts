/**
 * How fast many domains are looked at, and in how much memory: the command itself, over real sockets, on an internet made up from a seed that
 * runs in a process of its own. 5,000 MX hosts 20 to 200 ms away, a tenth of which are down, silent, slow, or want us to come back later; some
 * zones are signed, some domains have policies. The budgets are the defaults, and the internet counts whether they are kept.
 *
 *   npm run bench:scan -- [--json] [--domains 100000] [--hosts 5000] [--many 1000000] [--heavy 2000] [--done 0] [--minutes 240]
 *
 * `--many` is a long list without latency, for its memory: with latency it would take hours and show the same. `--heavy` is as much as
 * strangers may publish: twenty MX hosts each, TXT records of 60 KB, certificates of 40 KB. Each may be 0. With `--done`, so many
 * of the long list are in the output already, as if an earlier run had done them. A scan that takes longer than
 * `--minutes` is stopped, and the figures are of what it has done.
 *
 * The memory is VmHWM of the scanning process, from Linux. The peer's figure is what was published of a scanner of this kind on 4 cores,
 * 83 domains a minute; it met the real Internet, and nothing of it was measured here.
 */
import { parseArgs } from "node:util";
import { machine, tellFigures, type Figure } from "./support/figures.ts";
import { most, scanWorld, type Scanned } from "./support/scanner.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    domains: { type: "string", default: "100000" },
    hosts: { type: "string", default: "5000" },
    many: { type: "string", default: "1000000" },
    heavy: { type: "string", default: "2000" },
    done: { type: "string", default: "0" },
    minutes: { type: "string", default: "240" },
  },
});
const mebibyte = 2 ** 20;
const peer = { peer: "published: 83 domains a minute on 4 cores", peerValue: 83 / 60 };
const tell = (text: string): void => (options.json ? console.error(text) : console.log(text));
const [domains, hosts, many, heavy] = [options.domains, options.hosts, options.many, options.heavy].map(Number);
const minutes = Number(options.minutes);
const world = { hosts: hosts ?? 0, seed: 1 };

tell(`machine: ${machine()}`);
const figures: Figure[] = [];
if (domains) {
  const scanned = await scanWorld({ ...world, domains }, minutes, tell);
  figures.push({ figure: "domains looked at", value: scanned.domains / scanned.seconds, unit: "domains/s", ...peer });
  figures.push({
    figure: `domains looked at, the first ${most * 100} of 100`,
    value: (scanned.domains * most) / scanned.secondsForMost,
    unit: "domains/s",
    ...peer,
  });
  figures.push(...costs(scanned));
}
if (many) {
  const scanned = await scanWorld(
    { ...world, domains: many, done: Number(options.done), latency: [0, 0] },
    minutes,
    tell,
  );
  figures.push({
    figure: `domains looked at, no latency`,
    value: scanned.domains / scanned.seconds,
    unit: "domains/s",
  });
  figures.push(...costs(scanned));
}
if (heavy) {
  const plan = { ...world, domains: heavy, latency: [0, 0], isHeavy: true, hostsPerDomain: 20, badPercent: 0 } as const;
  const scanned = await scanWorld(plan, minutes, tell);
  figures.push({ figure: "peak memory, heavy domains", value: scanned.peakBytes / mebibyte, unit: "MiB" });
}
tellFigures(figures, options.json);

function costs({ domains: count, peakBytes, cpuSeconds, outputBytes }: Scanned): readonly Figure[] {
  return [
    { figure: `peak memory, ${count} domains`, value: peakBytes / mebibyte, unit: "MiB" },
    { figure: "CPU time a domain", value: (cpuSeconds / count) * 1_000, unit: "ms" },
    { figure: "output a domain", value: outputBytes / count, unit: "bytes" },
  ];
}
