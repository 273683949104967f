#!/usr/bin/env node
/*
 * Starts the command on Node.js 26 or newer. Written so that any Node.js that is still in use can at least read it: on an
 * older one it hands over to the Node.js that the checkout brings along, or says what is needed.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const nodeMajorMin = 26;
/**
 * A large message leaves thousands of short-lived network buffers behind, which V8 does not count as new space: it would let 64 MB of
 * them gather. With a smaller new space they go earlier; what that costs was lost in the noise. V8's own unit is MiB, as below.
 */
const youngHeap = ["--max-semi-space-size=2"];
/** What a scan holds at the most stands in `scanLimits`, and comes to some 100. */
const scanHeap = ["--max-old-space-size=128", ...youngHeap, "--v8-pool-size=1"];
/** glibc's own: one heap for all threads, and large blocks given back, instead of fragments of both kept for later. Others ignore it. */
const oneHeap = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" };
const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split(".")[0]) < nodeMajorMin) handOver();
else if (!beginAgainWithinBounds()) await start();

async function start() {
  // A checkout runs its sources; a published package has only what was compiled from them.
  const source = join(root, "src", "cli", "main.ts");
  const compiled = join(root, "dist", "cli", "main.js");
  await import(pathToFileURL(existsSync(source) ? source : compiled).href);
}

/**
 * V8 has to be told at its start how much it may take; left to itself it lets a heap grow to half of the machine's memory before it tidies up
 * in earnest, and with it what OpenSSL holds for objects that nobody needs any more. So a scan begins again, in the same process, with the
 * bounds of docs/decisions/0007-memory-of-a-scan.md, and a relay with a bound on its new space. Whoever has set bounds of his own keeps
 * them. False: there is nothing to do.
 */
function beginAgainWithinBounds() {
  const bounds = boundsFor(process.argv.slice(2));
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  // Windows has no such call.
  if (bounds === undefined || /max-(?:old|semi)-space-size/.test(given) || process.execve === undefined) return false;
  const args = [...process.execArgv, ...bounds.flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  try {
    process.execve(process.execPath, [process.execPath, ...args], { ...bounds.env, ...process.env });
  } catch {
    // More memory than need be is better than no scan, and no relay.
  }
  return false;
}

function boundsFor(words) {
  if (words.includes("scan")) return { flags: scanHeap, env: { ...compileCache(), ...oneHeap } };
  return words.includes("start") ? { flags: youngHeap, env: {} } : undefined;
}

/** In a checkout, whoever has stripped the types before need not do so again: that takes 30 MB, which a process then keeps to its end. */
function compileCache() {
  const modules = join(root, "node_modules");
  const isCheckout = existsSync(join(root, "src", "cli", "main.ts")) && existsSync(modules);
  return isCheckout ? { NODE_COMPILE_CACHE: join(modules, ".cache", "surehop") } : {};
}

function handOver() {
  const own = [join(root, "node_modules", "node", "bin", "node"), join(root, "node_modules", ".bin", "node")];
  const node = own.find((path) => existsSync(path));
  if (node === undefined) return sayWhatIsNeeded();
  // Ctrl-C reaches the child by itself too, being of the terminal's process group; it takes two that come at once for one.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"]) process.on(signal, () => child.kill(signal));
  child.on("error", sayWhatIsNeeded);
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
  });
}

function sayWhatIsNeeded() {
  const isChinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || "");
  process.stderr.write(
    isChinese
      ? `surehop 需要 Node.js ${nodeMajorMin} 或更新版本，当前为 ${process.version}（${process.execPath}）。\n请安装：https://nodejs.org/ ；若在源码目录中，请运行 "npm ci"，它会带来合适的版本。\n`
      : `surehop needs Node.js ${nodeMajorMin} or newer; this is ${process.version} (${process.execPath}).\nInstall it from https://nodejs.org/, or, in a checkout, run "npm ci", which brings one along.\n`,
  );
  process.exitCode = 1;
}
