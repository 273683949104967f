/** The relay's own looks at its domain: over a signed little DNS on loopback, a real server with STARTTLS, and a clock that is moved by hand. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeAuthority } from "../../test/support/certificates.ts";
import { manualClock, seededRandom, type ManualClock } from "../../test/support/clock.ts";
import { runRelay } from "../../test/support/relay.ts";
import { domain, ip, noMetrics, type Clock, type Log, type Net } from "../base/index.ts";
import { startNameserver, startReceiver, type Nameserver, type Receiver, type ZoneRecord } from "../lab/index.ts";
import {
  certificateKey,
  hostLedger,
  parseLedger,
  publishLimits,
  readChain,
  refusalToSwitch,
  tlsaOf,
  tlsaText,
  type HostLedger,
  type KeyFact,
} from "../publish/index.ts";
import { parseConfig, type Config } from "./config/index.ts";
import { dotClient } from "./dot.ts";
import { systemNet } from "./net.ts";
import { publishFile } from "./publish.ts";
import { watchPublished, type Sightings } from "./sightings.ts";

const host = domain("mx.safe.example");
const hour = 3_600_000;
const loopback = ip("127.0.0.1");
const authority = makeAuthority();
const [current, coming] = [authority.issue({ names: [host] }), authority.issue({ names: [host] })];
const [live, next] = [keyOf(current.cert), keyOf(coming.cert)];

function keyOf(pem: string): KeyFact {
  const chain = readChain(pem);
  const [leaf] = chain.ok ? chain.value : [];
  if (leaf === undefined) throw new Error("no certificate");
  return certificateKey(leaf);
}

let directory = "";
let clock: ManualClock;
let nameserver: Nameserver;
let receiver: Receiver;
let sightings: Sightings | undefined;

/** In what time the next look is to come, from the first on. */
let waits: number[] = [];
let logged: string[] = [];

function zonesWith(...keys: readonly KeyFact[]): Record<string, readonly ZoneRecord[]> {
  const tlsa = keys.map(({ sha256 }) => ({ type: "TLSA", ttl: 3600, rdata: Buffer.from(`030101${sha256}`, "hex") }));
  return {
    "safe.example": [{ type: "MX", value: host, preference: 10 }],
    [host]: [{ type: "A", value: "127.0.0.1" }],
    ...(tlsa.length === 0 ? {} : { [`_25._tcp.${host}`]: tlsa as readonly ZoneRecord[] }),
  };
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "surehop-sightings-"));
  clock = manualClock();
  [waits, logged] = [[], []];
  const at = { address: loopback, port: 0 };
  receiver = await startReceiver({ net: systemNet, clock, at, hostname: host, credentials: current });
  nameserver = await startNameserver({
    net: systemNet,
    at,
    zones: zonesWith(live),
    signing: { clock, zones: { example: "signed", "safe.example": "signed" } },
  });
});
afterEach(async () => {
  sightings?.close();
  await Promise.all([nameserver.close(), receiver.close()]);
  rmSync(directory, { recursive: true, force: true });
});

async function configured(publish = 'domain = "safe.example"\nmx = ["mx.safe.example"]\nttl = "1h"'): Promise<Config> {
  const text = [
    `[server]\nhostname = "relay.safe.example"\ndata = ${JSON.stringify(directory)}`,
    '[listen]\nlocal = ["127.0.0.1:2525"]',
    `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]`,
    `[danger]\nsmtp_port = ${receiver.endpoint.port}`,
    publish === "" ? "" : `[publish]\n${publish}`,
  ].join("\n");
  const file = join(directory, "surehop.toml");
  const { config, faults } = await parseConfig(text, file, { now: clock.now(), isRoot: false, examine: false });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  return { ...config, dns: { ...config.dns, anchors: nameserver.anchors } };
}

function watch(config: Config, net: Net = systemNet): Sightings | undefined {
  const note = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const told: Clock = {
    ...clock,
    after(delayMs, callback) {
      // Those of dials and handshakes are shorter, and those of idle connections are the receiver's own.
      if (waits.length === 0 || delayMs >= publishLimits.lookEveryMinSeconds * 900) waits.push(delayMs);
      return clock.after(delayMs, callback);
    },
  };
  const random = seededRandom(7);
  sightings = watchPublished(config, { net, clock: told, random, log, metrics: noMetrics, secure: dotClient() });
  return sightings;
}

/** Lets time pass until a look begins, and waits until it is done: the next one is arranged then. */
async function look(): Promise<void> {
  const before = waits.length;
  await clock.advance(waits.at(-1) ?? 0);
  while (waits.length === before) await new Promise(setImmediate);
}

function ledger(): HostLedger {
  const parsed = parseLedger(readFileSync(publishFile(directory), "utf8"));
  if (!parsed.ok) throw new Error(parsed.error);
  return hostLedger(parsed.value, host);
}

const record = (key: KeyFact): string => tlsaText(tlsaOf(key));

describe("a relay that knows its own domain", () => {
  test("notes since when each record and each key is out, and tells when one comes and when one goes", async () => {
    const startedAt = clock.now();
    watch(await configured());
    await look();
    const first = clock.now();
    expect(first - startedAt).toBeLessThanOrEqual(publishLimits.firstLookMaxMs);
    expect(ledger()).toEqual({
      records: { [record(live)]: { firstSeenAt: first, lastSeenAt: first } },
      keys: { [live.sha256]: { firstSeenAt: first, lastSeenAt: first } },
      ttl: { seconds: 3600, lastSeenAt: first },
    });
    nameserver.setZones(zonesWith(live, next));
    await look();
    const second = clock.now();
    expect(ledger().records).toEqual({
      [record(live)]: { firstSeenAt: first, lastSeenAt: second },
      [record(next)]: { firstSeenAt: second, lastSeenAt: second },
    });
    nameserver.setZones(zonesWith(live));
    await look();
    expect(Object.keys(ledger().records)).toEqual([record(live)]);
    expect(logged).toEqual([
      `a TLSA record of ours is out ${JSON.stringify({ host, record: record(live) })}`,
      `a TLSA record of ours is out ${JSON.stringify({ host, record: record(next) })}`,
      `a TLSA record of ours is gone ${JSON.stringify({ host, record: record(next) })}`,
    ]);
  });

  test("trap 32: a key may be switched to two TTLs after the relay saw its record, without anybody having asked before", async () => {
    watch(await configured());
    await look();
    nameserver.setZones(zonesWith(live, next));
    await look();
    const seenAt = clock.now();
    const tlsa = { kind: "records", status: "secure", records: [live, next].map(tlsaOf), ttlSeconds: 3600 } as const;
    const refusal = (now: number) =>
      refusalToSwitch({ now, host, live: [live], tlsa, ledger: ledger(), ttlSeconds: 3600 }, next);
    expect(refusal(seenAt + 2 * hour - 1)).toMatchObject({ code: "too-soon", seenAt, allowedAt: seenAt + 2 * hour });
    expect(refusal(seenAt + 2 * hour)).toBeUndefined();
    // Gone for one look: whoever asked meanwhile may hold the set without it.
    nameserver.setZones(zonesWith(live));
    await look();
    nameserver.setZones(zonesWith(live, next));
    await look();
    expect(refusal(seenAt + 2 * hour)).toMatchObject({ code: "too-soon", seenAt: expect.any(Number) as number });
    expect(refusal(clock.now() + 2 * hour)).toBeUndefined();
  });

  test("looks once an hour, never at the same minute", async () => {
    watch(await configured());
    for (let times = 0; times < 6; times++) await look();
    const [first = 0, ...others] = waits;
    expect(first).toBeLessThanOrEqual(publishLimits.firstLookMaxMs);
    for (const wait of others) {
      expect(wait).toBeGreaterThanOrEqual(0.9 * hour);
      expect(wait).toBeLessThanOrEqual(1.1 * hour);
    }
    expect(new Set(others).size).toBe(others.length);
  });

  test("asks anew each time: what it was told before is no sight of anything", async () => {
    watch(await configured('domain = "safe.example"\nmx = ["mx.safe.example"]\nlook_every = "10m"'));
    await look();
    // Ten minutes of an hour's TTL.
    nameserver.setZones(zonesWith(next));
    await look();
    expect(Object.keys(ledger().records)).toEqual([record(next)]);
  });

  const failures: readonly (readonly [why: string, fail: () => void])[] = [
    ["SERVFAIL", () => nameserver.setFaults([{ name: `_25._tcp.${host}`, kind: "servfail" }])],
    [
      "signatures stripped",
      () =>
        void nameserver.meddle((truth) => ({
          ...truth,
          answers: truth.answers.filter(({ data }) => data.type !== "RRSIG"),
        })),
    ],
  ];
  test.each(failures)("a look that fails changes nothing: %s", async (_, fail) => {
    watch(await configured());
    await look();
    const { records } = ledger();
    fail();
    await look();
    await look();
    expect(ledger().records).toEqual(records);
  });

  test("a mail server that is down leaves its keys as they are, and the records are seen", async () => {
    watch(await configured());
    await look();
    const { keys } = ledger();
    await receiver.close();
    await look();
    expect(ledger().keys).toEqual(keys);
    expect(ledger().records[record(live)]?.lastSeenAt).toBe(clock.now());
  });

  test("a ledger that somebody has spoilt stays as it is, and that is said", async () => {
    writeFileSync(publishFile(directory), "spoilt");
    watch(await configured());
    await look();
    expect(readFileSync(publishFile(directory), "utf8")).toBe("spoilt");
    expect(logged).toEqual([expect.stringContaining("cannot be read, and is left as it is")]);
  });

  test("a data directory that is gone is said, and the looks go on", async () => {
    watch(await configured());
    rmSync(directory, { recursive: true });
    await look();
    await look();
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain("could not be noted");
  });
});

test("a relay looks by itself, until it is closed", async () => {
  const toml = '[publish]\ndomain = "safe.example"\nmx = ["mx.safe.example"]';
  // It looks at once: nothing has to be waited for with the clock of the name server's answers.
  const random = { ...seededRandom(1), fraction: () => 0 };
  const smtpPort = receiver.endpoint.port;
  const running = await runRelay({ nameserver, clock, random, smtpPort, toml, data: directory });
  try {
    await clock.advance(0);
    while (!existsSync(publishFile(directory))) await new Promise(setImmediate);
    expect(Object.keys(ledger().records)).toEqual([record(live)]);
  } finally {
    await running.close({ keepData: true });
  }
  const before = ledger();
  await clock.advance(10 * hour);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(ledger()).toEqual(before);
});

describe("no look", () => {
  test.each([
    ["", "where no domain of one's own is named"],
    ['domain = "safe.example"\nmx = ["mx.safe.example"]\nlook_every = "off"', "where none is wanted"],
  ])("%j: %s", async (publish) => {
    expect(watch(await configured(publish))).toBeUndefined();
    expect(waits).toEqual([]);
  });

  test("is begun once the relay is closed", async () => {
    watch(await configured());
    sightings?.close();
    await clock.advance(10 * hour);
    expect(nameserver.questions()).toEqual([]);
  });

  test("is entered that was under way then, and its connection is cut", async () => {
    const dialled = Promise.withResolvers<void>();
    const net: Net = {
      ...systemNet,
      async dial(to, options) {
        const wire = await systemNet.dial(to, options);
        if (to.port === receiver.endpoint.port) dialled.resolve();
        return wire;
      },
    };
    watch(await configured(), net);
    await clock.advance(waits[0] ?? 0);
    await dialled.promise;
    sightings?.close();
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(() => ledger()).toThrow(/ENOENT/);
    expect(waits).toHaveLength(1);
  });
});
