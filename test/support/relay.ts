/** A whole relay on loopback for tests: a name server with its zones, a data directory, real sockets, and a clock of one's choice. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { ip, noLog, type Clock, type Log, type MessageId, type Random, type StoryEntry } from "../../src/base/index.ts";
import { startNameserver, type Nameserver, type NameserverOptions } from "../../src/lab/index.ts";
import { hashPassword } from "../../src/intake/index.ts";
import type { MessageStory } from "../../src/queue/index.ts";
import {
  openMetrics,
  parseConfig,
  startRelay,
  systemClock,
  systemNet,
  systemRandom,
  type Relay,
} from "../../src/system/index.ts";
import { makeAuthority, type Authority } from "./certificates.ts";

export interface TestRelayOptions {
  readonly zones?: NameserverOptions["zones"];
  /** Asks this one, whose root it believes, in place of one of its own. */
  readonly nameserver?: Nameserver;
  /** Zones to be signed, below a root that the relay believes; absent: nothing is signed, and the relay validates nothing. */
  readonly signed?: NonNullable<NameserverOptions["signing"]>["zones"];
  readonly faults?: NameserverOptions["faults"];
  /** The port that MX hosts are dialled at. */
  readonly smtpPort: number;
  /** The port at which policies are fetched. */
  readonly httpsPort?: number;
  /** More of `surehop.toml`: rules, delivery, notices; `CA` stands for the path of the authority's certificate. */
  readonly toml?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly authority?: Authority;
  /** Keep the queue of another relay. */
  readonly data?: string;
}

export interface TestRelay {
  readonly relay: Relay;
  readonly authority: Authority;
  readonly nameserver: Nameserver;
  /** Where local clients hand mail in, and where submission with TLS from the first byte listens. */
  readonly localPort: number;
  readonly submissionsPort: number;
  /** Where submission with STARTTLS listens. */
  readonly submissionPort: number;
  readonly consolePort: number;
  readonly data: string;
  /** Every event, by message. */
  readonly events: ReadonlyMap<MessageId, readonly StoryEntry[]>;
  story(id: MessageId): Promise<MessageStory>;
  /** `keepData`: leave the queue for another relay. */
  close(options?: { keepData?: boolean }): Promise<void>;
}

/** Who may submit. */
export const testUser = { name: "tester@source.example", password: "correct horse battery" } as const;

export async function runRelay(options: TestRelayOptions): Promise<TestRelay> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), "surehop-test-"));
  const authority = options.authority ?? makeAuthority();
  const clock = options.clock ?? systemClock;
  const nameserver =
    options.nameserver ??
    (await startNameserver({
      net: systemNet,
      at: { address: ip("127.0.0.1"), port: 0 },
      zones: options.zones ?? {},
      ...(options.faults === undefined ? {} : { faults: options.faults }),
      ...(options.signed === undefined ? {} : { signing: { clock, zones: options.signed } }),
    }));
  const ca = join(data, "test-ca.pem");
  const credentials = authority.issue({ names: ["relay.example", "localhost"] });
  writeFileSync(ca, authority.pem);
  const text = [
    '[server]\nhostname = "relay.example"',
    `data = ${JSON.stringify(data)}`,
    '[listen]\nlocal = ["127.0.0.1:2525"]\nhttp = "127.0.0.1:8025"',
    `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]`,
    `[danger]\nsmtp_port = ${options.smtpPort}\nallow_private_addresses = true`,
    `skip_dnssec = ${nameserver.anchors.length === 0}`,
    options.httpsPort === undefined ? "" : `https_port = ${options.httpsPort}`,
    (options.toml ?? "").replaceAll("CA", JSON.stringify(ca)),
  ].join("\n");
  const loaded = await parseConfig(text, join(data, "surehop.toml"), {
    now: clock.now(),
    isRoot: false,
    examine: false,
  });
  if (loaded.config === undefined)
    throw new Error(`the test's configuration is wrong: ${JSON.stringify(loaded.faults)}`);
  const loopback = { address: ip("127.0.0.1"), port: 0 };
  const passwordHash = await hashPassword(testUser.password, systemRandom);
  const config = {
    ...loaded.config,
    users: [{ name: testUser.name, passwordHash }],
    dns: { ...loaded.config.dns, anchors: nameserver.anchors },
    listen: {
      ...loaded.config.listen,
      local: [loopback],
      submissions: [loopback],
      submission: [loopback],
      http: loopback,
    },
  };
  const secureContext = createSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  const events = new Map<MessageId, StoryEntry[]>();
  const relay = await startRelay(config, {
    net: systemNet,
    clock,
    random: options.random ?? systemRandom,
    log: options.log ?? noLog,
    metrics: openMetrics(),
    secureContext: () => secureContext,
  });
  relay.onEvent((message, entry) => {
    const list = events.get(message) ?? [];
    list.push(entry);
    events.set(message, list);
  });
  const portOf = (kind: string): number => relay.listeners.find((listener) => listener.kind === kind)?.local.port ?? 0;
  return {
    relay,
    authority,
    nameserver,
    localPort: portOf("local"),
    submissionsPort: portOf("submissions"),
    submissionPort: portOf("submission"),
    consolePort: relay.console?.port ?? 0,
    data,
    events,
    async story(id) {
      const story = await relay.queue.show(id);
      if (story === undefined) throw new Error(`the queue has no message ${id}`);
      return story;
    },
    async close({ keepData = false } = {}) {
      await relay.close(0);
      if (options.nameserver === undefined) await nameserver.close();
      if (!keepData) rmSync(data, { recursive: true, force: true });
    },
  };
}
