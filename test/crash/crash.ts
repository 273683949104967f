/**
 * Kills a relay again and again while it takes and delivers mail, and then holds it to its word: every message that it answered
 * with 250 arrives, and arrives twice only if the relay died between the receiver's final reply and writing that down.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domain, ip } from "../../src/base/index.ts";
import { startNameserver, startReceiver } from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { eventually, freePort, waitForGreeting } from "../peers/wait.ts";
import { makeAuthority } from "../support/certificates.ts";
import { seededRandom } from "../support/clock.ts";
import { openClient } from "../support/sender.ts";

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

export interface CrashReport {
  readonly kills: number;
  /** Answered with 250. */
  readonly accepted: number;
  /** Different messages that the receiver took; those among them whose 250 the client never saw are no fault. */
  readonly received: number;
  /** Accepted and never received: must be empty. */
  readonly lost: readonly string[];
  /** Received more than once. */
  readonly duplicates: number;
  /** Received more than once although the relay had long written down that it was delivered: must be empty. */
  readonly unexplained: readonly string[];
  /** The longest time, in milliseconds, from a message's first copy to the kill that explains its second. */
  readonly widestGapMs: number;
}

interface Killing {
  /** On the monotonic clock, in milliseconds: the signal, and when all that had to do with that process was over. */
  readonly from: number;
  readonly until: number;
}

const clients = 6;
const largeEvery = 40;
/** Every other life goes on until it has accepted so much: on a busy machine time alone would kill only relays that had done nothing yet. */
const acceptedPerLifeMin = 20;
const largeBytes = 200_000;
/** What is delivered is settled well within this, however busy the machine. */
const settleWithinMs = 2_000;

export async function crash({ kills, seed, tell }: CrashOptions): Promise<CrashReport> {
  const random = seededRandom(seed);
  const directory = mkdtempSync(join(tmpdir(), "surehop-crash-"));
  const authority = makeAuthority();
  const copies = new Map<string, number[]>();
  const receiver = await startReceiver({
    net: systemNet,
    clock: systemClock,
    at: { address: ip("127.0.5.1"), port: 0 },
    hostname: domain("mx.safe.example"),
    credentials: authority.issue({ names: ["mx.safe.example"] }),
    onMessage: ({ content }) => {
      const mark = /^Subject: (m\d+)\r$/m.exec(content)?.[1] ?? "unmarked";
      copies.set(mark, [...(copies.get(mark) ?? []), performance.now()]);
    },
  });
  const nameserver = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones: {
      "safe.example": [{ type: "MX", preference: 10, value: "mx.safe.example" }],
      "mx.safe.example": [{ type: "A", value: "127.0.5.1" }],
    },
  });
  const port = await freePort();
  const config = join(directory, "surehop.toml");
  writeFileSync(join(directory, "ca.pem"), authority.pem);
  writeFileSync(
    config,
    `[server]\nhostname = "relay.example"\ndata = "data"\n[listen]\nlocal = ["127.0.0.1:${port}"]\nhttp = "127.0.0.1:${await freePort()}"\n` +
      `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]\n` +
      `[[rule]]\ndomain = "safe.example"\nrequire = "authenticated"\nmatch = ["mx.safe.example"]\nca = "ca.pem"\n` +
      `[delivery]\nretry_first = "1s"\n[log]\nlevel = "error"\n` +
      `[danger]\nsmtp_port = ${receiver.endpoint.port}\nallow_private_addresses = true\nskip_dnssec = true\n`,
  );
  const accepted = new Set<string>();
  const killings: Killing[] = [];
  let serial = 0;
  let child: ChildProcess | undefined;
  try {
    for (let kill = 0; kill < kills; kill++) {
      child = start(config, kill === 0 ? "inherit" : "ignore");
      await waitForGreeting(port, 30_000);
      const life = { goesOn: true };
      const loads = Array.from({ length: clients }, async () => {
        while (life.goesOn) await load(() => life.goesOn).catch(() => {});
      });
      const before = accepted.size;
      await new Promise((resolve) => setTimeout(resolve, 5 + random.fraction() * 350));
      if (kill % 2 === 1)
        await eventually("a life's messages to be accepted", 60_000, async () =>
          accepted.size - before >= acceptedPerLifeMin ? true : undefined,
        );
      life.goesOn = false;
      const from = performance.now();
      child.kill("SIGKILL");
      await once(child, "exit");
      await Promise.all(loads);
      // What the relay had sent until then, the receiver may have taken out of its sockets only now.
      killings.push({ from, until: performance.now() });
      if ((kill + 1) % 10 === 0) tell(`${kill + 1} kills, ${accepted.size} accepted, ${copies.size} received`);
    }
    child = start(config, "inherit");
    await waitForGreeting(port, 30_000);
    await eventually(
      "everything accepted to arrive",
      60_000,
      () => [...accepted].every((mark) => copies.has(mark)) || undefined,
    ).catch(() => {});
    // What would come twice has its retry behind it by then.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    child.kill("SIGTERM");
    await once(child, "exit");
  } finally {
    child?.kill("SIGKILL");
    await receiver.close();
    await nameserver.close();
    rmSync(directory, { recursive: true, force: true });
  }
  return judge(kills, accepted, copies, killings);

  async function load(isWanted: () => boolean): Promise<void> {
    const client = await openClient(port);
    try {
      while (isWanted()) {
        const mark = `m${++serial}`;
        const body = serial % largeEvery === 0 ? `${"z".repeat(79)}\n`.repeat(largeBytes / 80) : "hello\n";
        const reply = await client.send({
          from: "alice@source.example",
          to: ["bob@safe.example"],
          content: `Subject: ${mark}\n\n${body}`,
        });
        if (reply.startsWith("250")) accepted.add(mark);
      }
    } finally {
      client.destroy();
    }
  }
}

/** What it says of its configuration is the same at every start, and said once. */
function start(config: string, stderr: "inherit" | "ignore"): ChildProcess {
  const command = new URL("../../bin/surehop.js", import.meta.url).pathname;
  return spawn(process.execPath, [command, "start", "--config", config, "--allow-root"], {
    stdio: ["ignore", "ignore", stderr],
  });
}

function judge(
  kills: number,
  accepted: ReadonlySet<string>,
  copies: ReadonlyMap<string, readonly number[]>,
  killings: readonly Killing[],
): CrashReport {
  const unexplained: string[] = [];
  let duplicates = 0;
  let widestGapMs = 0;
  for (const [mark, times] of copies) {
    if (times.length > 1) duplicates++;
    for (let copy = 1; copy < times.length; copy++) {
      const [before = 0, after = 0] = times.slice(copy - 1, copy + 1);
      const killing = killings.find(({ from, until }) => until >= before && from <= after);
      const gap = killing === undefined ? Infinity : Math.max(0, killing.from - before);
      if (gap > settleWithinMs) unexplained.push(`${mark}: again after ${Math.round(after - before)} ms`);
      else widestGapMs = Math.max(widestGapMs, gap);
    }
  }
  const lost = [...accepted].filter((mark) => !copies.has(mark));
  return { kills, accepted: accepted.size, received: copies.size, lost, duplicates, unexplained, widestGapMs };
}
