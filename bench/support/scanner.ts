/** One scan by the real command, in a process of its own, of an internet that runs in another. */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { domain } from "../../src/base/index.ts";
import { formatLine, lineVersion, NameSet, parseLine, type CheckedLine } from "../../src/check/index.ts";
import { openLineFile } from "../../src/system/index.ts";
import type { World, WorldPlan, WorldSeen } from "./internet.ts";
import { cpuSeconds, peakBytes, residentBytes } from "./processes.ts";

export interface Scanned {
  /** Fewer than the list has where it was stopped. */
  readonly domains: number;
  readonly seconds: number;
  /** Until `most` of them were written: the last wait for servers that want us to come back after minutes. */
  readonly secondsForMost: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly outputBytes: number;
}

const command = fileURLToPath(new URL("../../bin/surehop.js", import.meta.url));
const lookEveryMs = 500;
export const most = 0.98;
const tellEveryMs = 30_000;
const mebibyte = 2 ** 20;

/** Throws if a domain is missing, is there twice or was not judged, or if a budget was overrun: figures would say nothing. */
export async function scanWorld(
  plan: WorldPlan & { readonly done?: number },
  minutesMax: number,
  tell: (text: string) => void,
): Promise<Scanned> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-bench-scan-"));
  const internet = fork(new URL("internet.ts", import.meta.url), [JSON.stringify(plan)]);
  try {
    const [world] = (await Promise.race([
      once(internet, "message"),
      once(internet, "exit").then(([code]) => Promise.reject(new Error(`the internet ended with ${code}`))),
    ])) as [World];
    writeList(join(directory, "list.txt"), plan.domains);
    writeFileSync(join(directory, "anchors"), `${world.anchor}\n`);
    writeFileSync(join(directory, "ca.pem"), world.authority);
    const output = join(directory, "out.jsonl");
    writeDone(output, plan.done ?? 0);
    const scan = startScan(directory, world);
    const stop = setTimeout(() => scan.kill("SIGINT"), minutesMax * 60_000);
    const { isWhole, ...scanned } = await watch(scan, output, tell);
    clearTimeout(stop);
    const lines = countLines(output);
    if (isWhole && lines !== plan.domains) throw new Error(`${lines} lines for ${plan.domains} domains`);
    internet.send("tell");
    const [seen] = (await once(internet, "message")) as [WorldSeen];
    if (seen.breaches.length > 0) throw new Error(`budgets were overrun: ${seen.breaches.join("; ")}`);
    tell(
      `${lines} domains: ${scanned.seconds.toFixed(0)} s, ${seen.connections} connections, ${seen.questions} questions, ${scanned.cpuSeconds.toFixed(0)} s of CPU, and ${cpuSeconds(internet.pid ?? 0).toFixed(0)} s for the internet`,
    );
    return { domains: lines - (plan.done ?? 0), ...scanned };
  } finally {
    internet.disconnect();
    rmSync(directory, { recursive: true, force: true });
  }
}

function startScan(directory: string, { dnsPort, smtpPort, httpsPort }: World): ChildProcess {
  const at = ["--resolver", `127.0.0.1:${dnsPort}`, "--port", `${smtpPort}`, "--https-port", `${httpsPort}`];
  const trust = ["--trust-anchor", "anchors", "--ca", "ca.pem"];
  const args = [command, "scan", "list.txt", "--out", "out.jsonl", "--json", ...at, ...trust];
  return spawn(process.execPath, args, { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
}

/** Its memory on the way is told, so that one sees whether it grows. */
async function watch(
  scan: ChildProcess,
  output: string,
  tell: (text: string) => void,
): Promise<Omit<Scanned, "domains"> & { readonly isWhole: boolean }> {
  const { pid = 0 } = scan;
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  const latest = { cpuSeconds: 0, peakBytes: 0 };
  const written: { readonly at: number; readonly bytes: number }[] = [];
  const look = (): void => {
    // Of a process that has ended nothing can be read any more.
    latest.peakBytes = Math.max(latest.peakBytes, peakBytes(pid));
    latest.cpuSeconds = Math.max(latest.cpuSeconds, cpuSeconds(pid));
    written.push({ at: seconds(), bytes: sizeOf(output) });
  };
  const looking = setInterval(look, lookEveryMs);
  const telling = setInterval(() => {
    const [now, peak] = [residentBytes(pid), latest.peakBytes].map((bytes) => (bytes / mebibyte).toFixed(0));
    const done = sizeOf(output) / mebibyte;
    tell(`  ${seconds().toFixed(0)} s: ${done.toFixed(1)} MiB written, ${now} MiB of memory, at the most ${peak}`);
  }, tellEveryMs);
  const [code] = (await once(scan, "exit")) as [number | null];
  const took = seconds();
  clearInterval(looking);
  clearInterval(telling);
  // 1: it was stopped.
  if (code !== 0 && code !== 1) throw new Error(`the scan ended with ${code}`);
  const outputBytes = sizeOf(output);
  const secondsForMost = written.find(({ bytes }) => bytes >= most * outputBytes)?.at ?? took;
  return { ...latest, isWhole: code === 0, seconds: took, secondsForMost, outputBytes };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function writeList(path: string, count: number): void {
  writeFileSync(path, "");
  for (let from = 0; from < count; from += 10_000) {
    const names = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => `d${from + at}.example\n`);
    appendFileSync(path, names.join(""));
  }
}

/** As an earlier run has left it, which did the first domains of the list. */
function writeDone(path: string, count: number): void {
  for (let from = 0; from < count; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => formatLine(doneLine(from + at)));
    appendFileSync(path, lines.join(""));
  }
}

function doneLine(place: number): CheckedLine {
  const findings = [
    "nothing-enforced",
    "mx-insecure",
    "addresses-insecure",
    "sts-missing",
    "rpt-missing",
    "ipv6-missing",
  ];
  return {
    v: lineVersion,
    domain: domain(`d${place}.example`),
    outcome: "checked",
    at: new Date().toISOString(),
    verdict: "unprotected",
    level: "encrypted",
    mx: "records",
    hosts: [{ name: `mx${place}.operator-${place}.example`, addresses: 2, tls: "encrypted" }],
    operators: [`operator-${place}.example`],
    adoption: { dnssec: false, dane: "none", mtaSts: "none", tlsRpt: false, requireTls: false, ipv6: false },
    findings: findings.map((code) => ({ code, severity: "warning", count: 1 })),
    untested: [],
  };
}

function countLines(path: string): number {
  const [file, seen] = [openLineFile(path), new NameSet()];
  for (const { text } of file.lines()) {
    const line = parseLine(text);
    if (line?.outcome !== "checked") throw new Error(`not judged: ${text.slice(0, 500)}`);
    if (!seen.add(line.domain)) throw new Error(`twice: ${line.domain}`);
  }
  file.close();
  return seen.size;
}
