/**
 * How fast, and at what cost, mail passes through: a load generator (Postfix's smtp-source) hands in messages of 4 KiB over
 * parallel connections, the relay makes each durable, answers, and delivers it over TLS to a receiver of our own. The same through
 * Debian's Postfix, alternately, in the same run. Time runs from the generator's start to the last delivery.
 *
 *   npm run bench:relay -- [--json] [--runs 5] [--messages 3000] [--sessions 32] [--only relay|large|backlog] [--without-peer]
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, ip, noLog, noMetrics } from "../src/base/index.ts";
import { makeAuthority, startNameserver } from "../src/lab/index.ts";
import { openSqliteQueue } from "../src/queue/index.ts";
import { systemClock, systemNet, systemRandom } from "../src/system/index.ts";
import { postfixMissing, startPostfix } from "../test/peers/postfix.ts";
import { eventually, freePort } from "../test/peers/wait.ts";
import { median, tellFigures, type Figure } from "./support/figures.ts";
import { forgetPeak, peakBytes, residentBytes } from "./support/processes.ts";
import { relayingOptions } from "./support/options.ts";
import {
  pass,
  startSink,
  startSurehop,
  type Bench,
  type Measured,
  type Running,
  type Sink,
} from "./support/relaying.ts";

const { json, runs, messages, sessions, withoutPeer, wanted, tell } = relayingOptions();
const messageBytes = 4096;
const largeBytes = 100_000_000;
const backlog = 100_000;
const mebibyte = 2 ** 20;

const scratch = mkdtempSync(join(tmpdir(), "surehop-bench-"));
const authority = makeAuthority(systemClock);
const children: ChildProcess[] = [];
const bench: Bench = { scratch, authority, children };
const load = { sessions, messageBytes, to: "user@sink.example" };
let serial = 0;

try {
  const sinkPort = await freePort();
  const sink = await startSink(bench, sinkPort, { names: ["mx.sink.example"] });
  const names = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones: {
      "sink.example": [{ type: "MX", preference: 10, value: "mx.sink.example" }],
      "mx.sink.example": [{ type: "A", value: "127.0.0.1" }],
    },
  });
  if (wanted("relay")) await benchRelay(sink, sinkPort, names.endpoint.port);
  if (wanted("large")) await benchLarge(sink, sinkPort, names.endpoint.port);
  if (wanted("backlog")) await benchBacklog(sinkPort, names.endpoint.port);
  await names.close();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);

async function benchRelay(sink: Sink, sinkPort: number, dnsPort: number): Promise<void> {
  const missing = withoutPeer ? "not wanted" : postfixMissing();
  if (!existsSync("/usr/sbin/smtp-source"))
    throw new Error("the load generator smtp-source comes with Postfix: apt-get install postfix");
  if (missing !== undefined) tell(`SKIPPED the peer: ${missing}`);
  for (const mode of ["opportunistic", "verified"] as const) {
    const relay = await startRelay(sinkPort, dnsPort, mode);
    const postfix = missing === undefined ? await startPeer(sinkPort, mode) : undefined;
    const ours: Measured[] = [];
    const theirs: Measured[] = [];
    await pass(sink, relay, { ...load, messages: Math.min(messages, 1000) });
    if (postfix !== undefined) await pass(sink, postfix, { ...load, messages: Math.min(messages, 500) });
    for (let run = 0; run < runs; run++) {
      ours.push(await pass(sink, relay, { ...load, messages }));
      if (postfix !== undefined) theirs.push(await pass(sink, postfix, { ...load, messages }));
    }
    postfix?.stop();
    await relay.stop();
    const tls = mode === "verified" ? "TLS, verified" : "TLS";
    const figure = (name: string, unit: string, of: (measured: Measured) => number): Figure => ({
      figure: `${name} (${tls})`,
      value: median(ours.map(of)),
      unit,
      ...(theirs.length === 0 ? {} : { peer: "Postfix 3.7", peerValue: median(theirs.map(of)) }),
    });
    tell(`${tls}: ${messages} messages of ${messageBytes} bytes, ${sessions} sessions, median of ${runs} runs`);
    tellFigures(
      [
        figure("relayed", "messages/s", (measured) => measured.perSecond),
        figure("CPU", "ms/message", (measured) => measured.cpuMs),
        figure("peak memory", "MiB", (measured) => measured.peak / mebibyte),
        figure("handshakes", "per message", (measured) => measured.handshakes),
      ],
      json,
    );
  }
}

async function benchLarge(sink: Sink, sinkPort: number, dnsPort: number): Promise<void> {
  const relay = await startRelay(sinkPort, dnsPort, "opportunistic");
  await sink.ask("reset");
  await submit(relay.port, 1_000_000);
  await eventually("the small message", 30_000, async () => (await sink.ask("count")).messages >= 1 || undefined);
  const before = residentBytes(relay.pid);
  forgetPeak(relay.pid);
  const startedAt = performance.now();
  await submit(relay.port, largeBytes);
  await eventually("the large message", 120_000, async () => (await sink.ask("count")).messages >= 2 || undefined);
  const seconds = (performance.now() - startedAt) / 1000;
  tell(`one message of ${largeBytes} bytes`);
  tellFigures(
    [
      { figure: "memory growth, 100 MB message", value: (peakBytes(relay.pid) - before) / mebibyte, unit: "MiB" },
      { figure: "accept to delivered, 100 MB", value: seconds, unit: "s" },
    ],
    json,
  );
  await relay.stop();
}

async function benchBacklog(sinkPort: number, dnsPort: number): Promise<void> {
  const directory = join(scratch, "backlog");
  await fillQueue(directory);
  const seconds: number[] = [];
  const bytes: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    const relay = await startRelay(sinkPort, dnsPort, "opportunistic", directory);
    seconds.push((performance.now() - startedAt) / 1000);
    bytes.push(peakBytes(relay.pid));
    await relay.stop();
  }
  tell(`a queue of ${backlog} waiting messages: from the command to the first greeting, median of ${runs} runs`);
  tellFigures(
    [
      { figure: "start with 100,000 waiting", value: median(seconds), unit: "s" },
      { figure: "memory with 100,000 waiting", value: median(bytes) / mebibyte, unit: "MiB" },
    ],
    json,
  );
}

async function fillQueue(directory: string): Promise<void> {
  const ports = { clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
  const queue = await openSqliteQueue({ directory, ...ports });
  const content = Buffer.from(`Subject: waiting\r\n\r\n${"x".repeat(76)}\r\n`.repeat(10));
  const facts = { size: content.length, has8bit: false, headerHas8bit: false, longestLine: 76 };
  const now = systemClock.now();
  for (let done = 0; done < backlog; done += 500) {
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const incoming = queue.receive();
        await incoming.write(content);
        const recipients = [{ address: address(`user@d${(done + index) % 1000}.example`) }];
        const envelope = { from: address("sender@source.example"), recipients, body: "7bit", smtpUtf8: false } as const;
        const options = { dueAt: now + 86_400_000, events: [] };
        await incoming.commit({ ...envelope, requireTls: false, receivedAt: now }, facts, options);
      }),
    );
  }
  await queue.close();
}

/** Hands in one message of that many bytes, in blocks, as fast as the other side reads. */
async function submit(port: number, bytes: number): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port });
  const lines: string[] = [];
  let waiting: (() => void) | undefined;
  socket.on("data", (chunk: Buffer) => {
    lines.push(
      ...chunk
        .toString("latin1")
        .split("\r\n")
        .filter((line) => /^\d{3} /.test(line)),
    );
    waiting?.();
  });
  const reply = async (code: string): Promise<void> => {
    while (lines.length === 0) await new Promise<void>((resolve) => (waiting = resolve));
    const line = lines.shift() ?? "";
    if (!line.startsWith(code)) throw new Error(`expected ${code}, got ${line}`);
  };
  await reply("220");
  for (const [command, code] of [
    ["EHLO source.example", "250"],
    ["MAIL FROM:<sender@source.example>", "250"],
    ["RCPT TO:<user@sink.example>", "250"],
    ["DATA", "354"],
  ] as const) {
    socket.write(`${command}\r\n`);
    await reply(code);
  }
  const block = Buffer.from(`${"x".repeat(76)}\r\n`.repeat(840));
  for (let sent = 0; sent < bytes; sent += block.length) {
    if (!socket.write(block)) await once(socket, "drain");
  }
  socket.write(".\r\n");
  await reply("250");
  socket.end("QUIT\r\n");
}

function startRelay(
  sinkPort: number,
  dnsPort: number,
  mode: "opportunistic" | "verified",
  data = join(scratch, `data${++serial}`),
): Promise<Running> {
  const ca = join(scratch, "ca.pem");
  writeFileSync(ca, authority.pem);
  const rule =
    mode === "verified"
      ? `[[rule]]\ndomain = "sink.example"\nrequire = "authenticated"\nmatch = ["mx.sink.example"]\nca = "${ca}"\n`
      : "";
  const toml =
    `[dns]\nresolvers = ["127.0.0.1:${dnsPort}"]\n${rule}` +
    `[danger]\nsmtp_port = ${sinkPort}\nallow_private_addresses = true\nskip_dnssec = true\n`;
  return startSurehop(bench, data, toml);
}

async function startPeer(sinkPort: number, mode: "opportunistic" | "verified"): Promise<Running> {
  const postfix = await startPostfix({
    port: await freePort(),
    hostname: "peer.example",
    files: { "ca.pem": authority.pem },
    main: {
      relayhost: `[127.0.0.1]:${sinkPort}`,
      smtp_tls_security_level: mode === "verified" ? "secure" : "may",
      smtp_tls_secure_cert_match: "mx.sink.example",
      smtp_tls_CAfile: "$config_directory/ca.pem",
      smtp_tls_session_cache_database: "btree:$data_directory/smtp_scache",
      smtpd_client_connection_count_limit: "0",
      smtpd_client_connection_rate_limit: "0",
    },
  });
  return { port: postfix.port, pid: postfix.pid, stop: () => Promise.resolve(postfix.stop()) };
}
