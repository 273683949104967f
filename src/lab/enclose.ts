/**
 * The enclosure: where mail servers run that insist on port 25, on the system's resolver or on addresses beyond loopback. It is made of
 * three namespaces of Linux that the lab makes for itself, in which the same command is run a second time:
 *
 *   network    has no interface but `lo`, so that nothing which is sent has anywhere to go; 198.18.0.0/15 is at home here
 *   mounts     what is laid over /etc/resolv.conf, or over a spool, is there for what runs inside, and for nobody else
 *   processes  what was started inside ends with it, however that comes about
 *
 * Nobody is inside because a variable says so. It says what the namespaces outside are called; whoever has other ones, and no
 * interface but `lo`, is inside.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import type { Net } from "../base/index.ts";
import { enclosedOnly } from "./loopback.ts";

/** A command, and what it wants added to its environment. */
export interface Enclosing {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Why no enclosure can be made here, for people; undefined if one can. */
export function enclosureMissing(): string | undefined {
  if (process.platform !== "linux") return "other mail servers are put to the test on Linux alone";
  if (process.getuid?.() !== 0) return "other mail servers can only be started by root";
  const lacking = Object.entries(tools).find(([tool]) => findTool(tool) === undefined);
  if (lacking !== undefined) return `${lacking[0]} is not installed (apt-get install ${lacking[1]})`;
  if (isEnclosed()) return undefined;
  refusal ??= refusedHere();
  return refusal === "" ? undefined : refusal;
}

/** Tried once: root in a container may not make namespaces. Empty: it may. */
let refusal: string | undefined;

function refusedHere(): string {
  const { program, args, env } = enclosing(["true"]);
  const tried = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: probeTimeoutMs,
  });
  return tried.status === 0 ? "" : `the kernel grants no namespaces here: ${tried.stderr.trim()}`;
}

const probeTimeoutMs = 10_000;

/** How this command is run inside an enclosure. `env` comes on top of the environment. */
export function enclosing(command: readonly string[]): Enclosing {
  return {
    program: findTool("setpriv") ?? "setpriv",
    args: [
      // Nothing inside outlives this process.
      "--pdeathsig",
      "KILL",
      "unshare",
      "--net",
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "--",
      "/bin/sh",
      "-c",
      // Not `exec`: the first process inside has to stay, and bury those whose parents have gone.
      `PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && ip route add local ${testNetwork} dev lo && ip addr add ${ownAddress} dev lo && "$@"; exit $?`,
      "sh",
      ...command,
    ],
    env: { [outsideVariable]: namespaces().join(" ") },
  };
}

/** Runs a command inside, with this process's own input and output, and comes back with its exit status. */
export function runEnclosed(command: readonly string[]): Promise<number> {
  const { program, args, env } = enclosing(command);
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
  // Ctrl-C reaches what runs inside by itself: it ends in its own good time, and we after it.
  const wait = (): void => {};
  process.on("SIGINT", wait);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => {
      process.off("SIGINT", wait);
      resolve(status ?? 1);
    });
  });
}

/** Whether this process runs in namespaces that the lab has made for it. */
export function isEnclosed(): boolean {
  const outside = process.env[outsideVariable];
  if (outside === undefined || process.platform !== "linux") return false;
  const [before, now] = [outside.split(" "), namespaces()];
  return before.length === now.length && now.every((name, at) => name !== before[at]) && isAlone();
}

/** The net inside. Throws a RangeError if this process is in no enclosure. */
export function enclosedNet(net: Net): Net {
  if (!isEnclosed()) throw new RangeError("the lab is in no enclosure of its own making");
  return enclosedOnly(net, interfaces());
}

const outsideVariable = "SUREHOP_LAB_OUTSIDE";
/** RFC 2544: set aside for tests between networks. */
const testNetwork = "198.18.0.0/15";
/** Whoever has addresses of 127/8 alone is taken for offline (RFC 3493 §6.1, AI_ADDRCONFIG), and looks no address up. Nobody else is there. */
const ownAddress = "198.19.255.254/32";
/** And the package that each is in. */
const tools: Readonly<Record<string, string>> = {
  setpriv: "util-linux",
  unshare: "util-linux",
  mount: "mount",
  ip: "iproute2",
};

function findTool(name: string): string | undefined {
  return ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map((place) => `${place}/${name}`).find((path) => existsSync(path));
}

function namespaces(): readonly string[] {
  return ["net", "mnt", "pid"].map((kind) => readlinkSync(`/proc/self/ns/${kind}`));
}

function isAlone(): boolean {
  const names = interfaces();
  return names.length === 1 && names[0] === "lo";
}

/** All, up or down; of this process's own network namespace, which /sys need not show. */
function interfaces(): readonly string[] {
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
  return lines.flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? []);
}
