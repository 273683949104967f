/** CPU time and memory of a process and of all that it started, from Linux's /proc. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const ticksPerSecond = 100;

/** Seconds of processor time, of the process, its living descendants, and its children that ended and were waited for. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const one of family(pid)) {
    const fields = statOf(one);
    if (fields === undefined) continue;
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
    ticks += user + system + childUser + childSystem;
  }
  return ticks / ticksPerSecond;
}

/** Bytes of memory that the process and its descendants occupy now; what they share is counted once (PSS). */
export function memoryBytes(pid: number): number {
  let kilobytes = 0;
  for (const one of family(pid)) kilobytes += field(`/proc/${one}/smaps_rollup`, "Pss:");
  return kilobytes * 1024;
}

/** The most bytes that the process alone has occupied since it began, or since `forgetPeak`. */
export function peakBytes(pid: number): number {
  return field(`/proc/${pid}/status`, "VmHWM:") * 1024;
}

export function residentBytes(pid: number): number {
  return field(`/proc/${pid}/status`, "VmRSS:") * 1024;
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function family(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))?.[1]);
    const list = children.get(parent) ?? [];
    list.push(Number(name));
    children.set(parent, list);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

/** The fields of /proc/PID/stat behind the name, the state first. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function field(path: string, name: string): number {
  try {
    const line = readFileSync(path, "latin1")
      .split("\n")
      .find((text) => text.startsWith(name));
    return Number(/\d+/.exec(line ?? "")?.[0] ?? 0);
  } catch {
    return 0;
  }
}
