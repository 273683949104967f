/**
 * Surehop as a sender in the lab: the whole relay, as an operator would configure it, in this process and with a clock that can be moved
 * on. Messages are handed in at its submission port, over TLS and with a password, as any client's are.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, createSecureContext } from "node:tls";
import { address, ip, noLog, type DomainName, type Instant, type MailEvent, type MessageId } from "../../base/index.ts";
import { hashPassword } from "../../intake/index.ts";
import type { MessageSummary } from "../../queue/index.ts";
import {
  Dialogue,
  leapingClock,
  makeAuthority,
  senderLimits,
  type Handed,
  type Inbound,
  type LabMail,
  type LeapingClock,
  type MailState,
  type Noticed,
  type RunningSender,
  type Sender,
  type SenderWorld,
} from "../../lab/index.ts";
import { dayMs, dayOf } from "../../report/index.ts";
import {
  openFactStore,
  openMemoryStore,
  openMetrics,
  openReports,
  parseConfig,
  startRelay,
  systemClock,
  systemNet,
  systemRandom,
  type PlantedParts,
  type Relay,
} from "../../system/index.ts";
import { attemptsAtMinutes, surehopModes, type SurehopMode } from "../../threats/index.ts";
import { createWords } from "../../words/index.ts";

const minuteMs = 60_000;
/** What a relay has learned is in its files after that long by its clock, and by the machine's. */
const writtenDownMs = 10_000;
const writingMs = 300;
/** Longer than all attempts take together: each proves its names once. */
const ttlSeconds = 4 * 3600;
/** A lot's worth of attempts, all at one time: more would only wait for each other. */
const cellsAtOnce = 80;
const patienceMs = 600_000;
const hostname = "relay.sender.example";
export const login = { user: "alice@sender.example", password: "correct horse battery staple" } as const;

/** For tests: parts of the relay that are not what they should be. */
export type Planted = PlantedParts;

export function surehopSenders(planted?: Planted): readonly Sender[] {
  return surehopModes.map((mode) => ({
    id: mode.id,
    mode,
    cellsAtOnce,
    ttlSeconds,
    retries: { times: attemptsAtMinutes.length - 1, everyMs: attemptsAtMinutes[1] * minuteMs },
    patienceMs,
    missing: () => Promise.resolve(undefined),
    start: (world) => startSurehop(mode, world, planted),
  }));
}

/** `rules`: more of `surehop.toml`. */
export async function startSurehop(
  mode: SurehopMode,
  world: SenderWorld,
  planted?: Planted,
  rules = "",
): Promise<RunningSurehop> {
  const clock = leapingClock(systemClock);
  const credentials = makeAuthority(systemClock, "Relay CA").issue({ names: [hostname], ips: [[127, 0, 0, 1]] });
  const secureContext = createSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  const config = await configOf(mode, world, clock, rules);
  const relay = await startRelay(config, {
    net: systemNet,
    clock,
    random: systemRandom,
    log: noLog,
    metrics: openMetrics(),
    secureContext: () => secureContext,
    ...(planted === undefined ? {} : { planted }),
  });
  return new RunningSurehop(relay, clock, config.server.data);
}

/** What stands in surehop.toml, and what a world on loopback asks for besides. */
async function configOf(mode: SurehopMode, world: SenderWorld, clock: LeapingClock, rules: string) {
  const ca = join(world.directory, "ca.pem");
  writeFileSync(ca, world.authorityPem);
  const anyPort = { address: ip("127.0.0.1"), port: 0 };
  const text = [
    `[server]\nhostname = "${hostname}"\ndata = ${JSON.stringify(world.directory)}`,
    '[listen]\nlocal = ["127.0.0.1:2525"]',
    `[dns]\nresolvers = ["${world.resolver.address}:${world.resolver.port}"]`,
    `[policy]\nrequire = "${mode.require}"\nmta_sts = ${mode.mtaSts}\nenforce = "${mode.enforce}"`,
    `authorities = ${JSON.stringify(ca)}`,
    `[memory]\nremember = ${mode.remember}`,
    // Sessions are counted as for any domain; none of the lab's asks for a report.
    '[reports]\nsend = true\ncontact = "postmaster@sender.example"',
    `[danger]\nsmtp_port = ${world.smtpPort}\nhttps_port = ${world.httpsPort}\nallow_private_addresses = true`,
    ...world.rules.map((rule) => ruleText(rule, world.directory, ca)),
    rules,
  ].join("\n");
  const vantage = { now: clock.now(), isRoot: false, examine: false };
  const { config, faults } = await parseConfig(text, join(world.directory, "surehop.toml"), vantage);
  if (config === undefined) throw new Error(`the lab's configuration is wrong: ${JSON.stringify(faults)}`);
  const { http: _, ...listen } = config.listen;
  return {
    ...config,
    dns: { ...config.dns, anchors: world.anchors },
    users: [{ name: login.user, passwordHash: await passwordHash() }],
    limits: { ...config.limits, connectionsPerClientMax: 100 },
    listen: { ...listen, local: [anyPort], submissions: [anyPort], submission: [anyPort] },
  };
}

/** `ca`: the authorities that everybody trusts. */
function ruleText({ domain, host, authorityPem }: SenderWorld["rules"][number], directory: string, ca: string): string {
  const file = authorityPem === undefined ? ca : join(directory, `${domain}.pem`);
  if (authorityPem !== undefined) writeFileSync(file, authorityPem);
  return [
    "[[rule]]",
    `domain = "${domain}"`,
    'require = "authenticated"',
    `match = ["${host}"]`,
    `ca = ${JSON.stringify(file)}`,
    ...(authorityPem === undefined ? [] : ["ca_exclusive = true"]),
  ].join("\n");
}

let hashed: Promise<string> | undefined;

/** Made once: it is meant to take long. */
function passwordHash(): Promise<string> {
  return (hashed ??= hashPassword(login.password, systemRandom));
}

interface Watched {
  readonly told: MailEvent[];
  /** Attempts that have come to something, and those that must have when nothing is under way. */
  outcomes: number;
  expected: number;
  state: Exclude<MailState, "under-way">;
  dueAt: Instant;
}

export class RunningSurehop implements RunningSender {
  readonly inbound: Inbound;
  readonly #relay: Relay;
  readonly #clock: LeapingClock;
  readonly #data: string;
  readonly #messages = new Map<string, Watched>();
  #client: Promise<Dialogue> | undefined;
  /** One message after the other: they share a connection. */
  #last: Promise<unknown> = Promise.resolve();

  #writtenDown: Promise<void> | undefined;

  constructor(relay: Relay, clock: LeapingClock, data: string) {
    this.#data = data;
    this.#relay = relay;
    this.#clock = clock;
    const at = (kind: string) => ({ address: ip("127.0.0.1"), port: this.#port(kind) });
    this.inbound = {
      door: at("local"),
      taken: (reply) => /^250 .*accepted as (\w{26})$/.exec(reply)?.[1],
      starttls: { kind: "of-clients", at: at("submission"), login },
      counts: async (recipient) => [{ hop: "surehop", messages: await this.countOf(recipient) }],
    };
    relay.onEvent((message, { event }) => this.#onEvent(message, event));
  }

  submit(mail: LabMail): Promise<Handed> {
    const handing = this.#last.then(() => this.#submit(mail));
    this.#last = handing.catch(() => {});
    return handing;
  }

  state(id: string): Promise<MailState> {
    const { outcomes, expected, state } = this.#watched(id);
    return Promise.resolve(outcomes < expected ? "under-way" : state);
  }

  pass(ms: number): Promise<void> {
    const until = this.#clock.now() + ms;
    for (const message of this.#messages.values()) {
      const isIdle = message.outcomes >= message.expected;
      if (isIdle && message.state === "waiting" && message.dueAt <= until) message.expected = message.outcomes + 1;
    }
    this.#clock.leap(ms);
    return Promise.resolve();
  }

  words(id: string): Promise<readonly string[]> {
    const words = createWords("en", { timeZone: "UTC" });
    const told = this.#watched(id).told.slice(0, senderLimits.wordsMax);
    return Promise.resolve(told.map((event) => words.event(event)));
  }

  /** Messages for this recipient that were taken, whatever became of them. */
  async countOf(recipient: string): Promise<number> {
    const { domain } = address(recipient);
    const taken = await this.#relay.queue.list({ which: "all", domain, limit: 1000 });
    const isFor = ({ deliveries }: MessageSummary): boolean =>
      deliveries.some(({ recipients }) => recipients.some((one) => one.address === recipient));
    return taken.filter(isFor).length;
  }

  /** What the next hop said when it took the message; undefined if it has not. */
  handedOn(id: string): string | undefined {
    const delivered = this.#watched(id).told.find((event) => event.code === "delivered");
    return delivered?.code === "delivered" ? delivered.reply.lines.join(" ") : undefined;
  }

  /** Out of the relay's own files, as `surehop memory show` and the report's sender read them. */
  async noticed(domain: DomainName): Promise<Noticed> {
    await (this.#writtenDown ??= this.#writeDown());
    const facts = openFactStore({ directory: this.#data, role: "operator" });
    try {
      const counts = openReports(facts);
      const days = [2, 1, 0].map((ago) => dayOf(this.#clock.now() - ago * dayMs));
      const policies = days.flatMap((day) => counts.counted(day, domain));
      const failures: Record<string, number> = {};
      for (const { result, sessions } of policies.flatMap((one) => one.failures)) {
        failures[result] = (failures[result] ?? 0) + sessions;
      }
      const successes = policies.reduce((sum, one) => sum + one.successes, 0);
      const rows = openMemoryStore(facts).rowsOf(domain);
      const isSuspected = rows.some(({ remembered }) => remembered.suspectedSince !== undefined);
      return { reported: { successes, failures }, isSuspected };
    } finally {
      facts.close();
    }
  }

  /** What was learned is kept back for a moment, to be written down together. */
  async #writeDown(): Promise<void> {
    this.#clock.leap(writtenDownMs);
    await new Promise<void>((resolve) => void systemClock.after(writingMs, resolve));
  }

  async close(): Promise<void> {
    await (await this.#client?.catch(() => undefined))?.close();
    await this.#relay.close(0);
  }

  #port(kind: string): number {
    return this.#relay.listeners.find((listener) => listener.kind === kind)?.local.port ?? 0;
  }

  #watched(id: string): Watched {
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    const made: Watched = { told: [], outcomes: 0, expected: 1, state: "waiting", dueAt: 0 };
    this.#messages.set(id, made);
    return made;
  }

  #onEvent(message: MessageId, event: MailEvent): void {
    const watched = this.#watched(message);
    watched.told.push(event);
    switch (event.code) {
      case "delivered":
        watched.state = "delivered";
        watched.outcomes++;
        return;
      case "bounced":
        watched.state = "returned";
        watched.outcomes++;
        return;
      case "deferred":
        watched.state = "waiting";
        watched.dueAt = event.retryAt;
        watched.outcomes++;
        return;
      default:
        return;
    }
  }

  async #submit({ from, to, content, requireTls }: LabMail): Promise<Handed> {
    const client = await this.#connected();
    const commands = [
      `MAIL FROM:<${from}>${requireTls ? " REQUIRETLS" : ""}`,
      // Nobody reads notices here.
      `RCPT TO:<${to}> NOTIFY=NEVER`,
      "DATA",
    ];
    for (const command of commands) {
      const reply = await client.ask(command);
      if (/^[23]/.test(reply)) continue;
      await client.ask("RSET");
      return { kind: "refused", reply };
    }
    const reply = await client.ask(
      `${content.replace(/(^|\r\n)\./g, "$1..")}${content.endsWith("\r\n") ? "" : "\r\n"}.`,
    );
    const id = /^250 .*accepted as (\w{26})$/.exec(reply)?.[1];
    return id === undefined ? { kind: "refused", reply } : { kind: "accepted", id };
  }

  /** Time that leaps makes idle connections old. */
  async #connected(): Promise<Dialogue> {
    const before = await this.#client;
    if (before !== undefined && !before.isOver) return before;
    return (this.#client = this.#connect());
  }

  async #connect(): Promise<Dialogue> {
    const to = { address: ip("127.0.0.1"), port: this.#port("submissions") };
    const dialled = await systemNet.dial(to, { timeoutMs: 10_000 });
    if (!dialled.ok) throw new Error(`the relay cannot be reached: ${dialled.error}`);
    // It is our own relay, in our own process.
    const socket = connect({ socket: dialled.value.stream, rejectUnauthorized: false });
    const client = new Dialogue(systemClock, socket);
    const auth = Buffer.from(`\0${login.user}\0${login.password}`).toString("base64");
    await client.reply();
    await client.ask("EHLO client.example");
    const reply = await client.ask(`AUTH PLAIN ${auth}`);
    if (!reply.startsWith("235")) throw new Error(`the relay does not let us in: ${reply}`);
    return client;
  }
}
