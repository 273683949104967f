/**
 * Where forged DNS answers are fought out: the whole relay over real sockets, validating what it is told, below a signed root of its
 * own; for each cell (a domain's DNS, a rule, a forger, his dress) a domain with an honest server, and the forger in the DNS.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domain, ip, noLog, type DomainName, type MailEvent, type MessageId } from "../../src/base/index.ts";
import { attackers, startNameserver, startReceiver } from "../../src/lab/index.ts";
import type { Authority, Nameserver, Receiver, RunningAttack } from "../../src/lab/index.ts";
import { openMetrics, parseConfig, startRelay, systemClock, systemNet, systemRandom } from "../../src/system/index.ts";
import type { Relay } from "../../src/system/index.ts";
import { freePort } from "../peers/wait.ts";
import { makeAuthority } from "../support/certificates.ts";
import { leapingClock, type LeapingClock } from "../support/clock.ts";
import { handIn, idOf } from "../support/sender.ts";
import { inTime, isOutcome, secret } from "./field.ts";

/** `named`: the rule has the server's name written down; `proven`: it leaves the name to DNSSEC. Both demand authentication. */
export type ForgedDemand = "none" | "encrypted" | "named" | "proven";

export interface ForgedCell {
  readonly dns: "signed" | "unsigned";
  readonly demand: ForgedDemand;
  readonly attack: "spoof-mx" | "spoof-address";
  readonly variant: string;
}

export interface ForgedFight {
  readonly attack: RunningAttack;
  readonly honest: Receiver;
  events(): readonly MailEvent[];
  /** The `count`th outcome of an attempt has come about. */
  outcomes(count: number): Promise<readonly MailEvent[]>;
  leapToRetry(): Promise<void>;
}

export function forgedCells(dns: ForgedCell["dns"], demands: readonly ForgedDemand[]): readonly ForgedCell[] {
  return (["spoof-mx", "spoof-address"] as const).flatMap((attack) =>
    demands.flatMap((demand) => attackers[attack].variants.map((variant) => ({ dns, demand, attack, variant }))),
  );
}

export function nameOf({ dns, demand, attack, variant }: ForgedCell): DomainName {
  return domain(`${attack}-${variant}.${demand}-${dns}.example`);
}

const sender = "alice@source.example";

export class ForgedField {
  readonly #clock: LeapingClock = leapingClock();
  readonly #authority: Authority = makeAuthority();
  readonly #directory = mkdtempSync(join(tmpdir(), "surehop-forged-"));
  readonly #cells: readonly ForgedCell[];
  readonly #isValidating: boolean;
  readonly #events = new Map<MessageId, MailEvent[]>();
  #port = 0;
  #dns: Nameserver | undefined;
  #relay: Relay | undefined;

  private constructor(cells: readonly ForgedCell[], isValidating: boolean) {
    this.#cells = cells;
    this.#isValidating = isValidating;
  }

  /** Not `validating`: the relay gives that up. */
  static async open(cells: readonly ForgedCell[], { validating = true } = {}): Promise<ForgedField> {
    const field = new ForgedField(cells, validating);
    await field.#open();
    return field;
  }

  async close(): Promise<void> {
    await this.#relay?.close(0);
    await this.#dns?.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Hands a message in against the odds of this cell; `go` fights it out. Afterwards nothing of it is left. */
  async fight(cell: ForgedCell, go: (fight: ForgedFight) => Promise<void>): Promise<void> {
    const [relay, dns] = [this.#relay, this.#dns];
    if (relay === undefined || dns === undefined) throw new Error("the field is not open");
    const place = this.#cells.findIndex((one) => nameOf(one) === nameOf(cell));
    const host = hostOf(cell);
    // Certificates are judged by the machine's own clock, so that is the one their makers look at.
    const deps = { net: systemNet, clock: systemClock, authority: this.#authority, dns };
    const endpoint = (address: string) => ({ address: ip(address), port: this.#port });
    const credentials = this.#authority.issue({ names: [host] });
    const honest = await startReceiver({ ...deps, at: endpoint(honestAt(place)), hostname: host, credentials });
    const target = { at: endpoint(forgerAt(place)), victim: honest.endpoint, host, domain: nameOf(cell) };
    const attack = await attackers[cell.attack].start(deps, target, cell.variant);
    const local = relay.listeners.find(({ kind }) => kind === "local")?.local.port ?? 0;
    const content = `From: ${sender}\nSubject: x\n\n${secret}\n`;
    const [reply = ""] = await handIn(local, [{ from: sender, to: [`bob@${nameOf(cell)}`], content }]);
    const id = idOf(reply) as MessageId;
    try {
      await go(this.#fight(relay, cell, id, attack, honest));
    } finally {
      await relay.queue.delete(id, this.#clock.now(), "test");
      await Promise.all([attack.close(), honest.close()]);
    }
  }

  #fight(relay: Relay, cell: ForgedCell, id: MessageId, attack: RunningAttack, honest: Receiver): ForgedFight {
    const events = (): readonly MailEvent[] => this.#events.get(id) ?? [];
    const deliveries = async () => (await relay.queue.show(id))?.deliveries ?? [];
    return {
      attack,
      honest,
      events,
      outcomes: (count) =>
        inTime(`outcome ${count} of ${nameOf(cell)}`, async () => {
          const found = events().filter(isOutcome);
          if (found.length < count) return undefined;
          // Told a moment before it is stored.
          return (await deliveries()).some(({ state }) => state === "leased") ? undefined : found;
        }),
      leapToRetry: async () => {
        const dueAt = Math.max(...(await deliveries()).map((delivery) => delivery.dueAt));
        this.#clock.leap(Math.max(0, dueAt - this.#clock.now()) + 1);
      },
    };
  }

  async #open(): Promise<void> {
    this.#port = await freePort();
    const zones = this.#cells.flatMap((cell, place) => [
      [nameOf(cell), [{ type: "MX" as const, value: hostOf(cell) }]],
      [hostOf(cell), [{ type: "A" as const, value: honestAt(place) }]],
    ]);
    const states = this.#cells.map((cell) => [nameOf(cell), cell.dns]);
    this.#dns = await startNameserver({
      net: systemNet,
      at: { address: loopback, port: 0 },
      zones: Object.fromEntries(zones),
      signing: {
        clock: this.#clock,
        zones: { example: "signed", "attacker.example": "unsigned", ...Object.fromEntries(states) },
      },
    });
    this.#relay = await this.#startRelay(this.#dns);
    this.#relay.onEvent((message, { event }) => {
      this.#events.set(message, [...(this.#events.get(message) ?? []), event]);
    });
  }

  async #startRelay({ endpoint, anchors }: Nameserver): Promise<Relay> {
    const ca = join(this.#directory, "ca.pem");
    writeFileSync(ca, this.#authority.pem);
    const text = [
      `[server]\nhostname = "relay.example"\ndata = ${JSON.stringify(this.#directory)}`,
      '[listen]\nlocal = ["127.0.0.1:2525"]',
      `[dns]\nresolvers = ["127.0.0.1:${endpoint.port}"]`,
      `[danger]\nsmtp_port = ${this.#port}\nallow_private_addresses = true`,
      `skip_dnssec = ${!this.#isValidating}`,
      ...this.#cells.map((cell) => ruleOf(cell, ca)),
    ].join("\n");
    const vantage = { now: this.#clock.now(), isRoot: false, examine: false };
    const { config, faults } = await parseConfig(text, join(this.#directory, "surehop.toml"), vantage);
    if (config === undefined) throw new Error(`the test's configuration is wrong: ${JSON.stringify(faults)}`);
    const free = { address: loopback, port: 0 };
    const listen = { ...config.listen, local: [free], http: free };
    return startRelay(
      { ...config, listen, dns: { ...config.dns, anchors } },
      { net: systemNet, clock: this.#clock, random: systemRandom, log: noLog, metrics: openMetrics() },
    );
  }
}

function ruleOf(cell: ForgedCell, ca: string): string {
  if (cell.demand === "none") return "";
  const head = `[[rule]]\ndomain = "${nameOf(cell)}"`;
  if (cell.demand === "encrypted") return `${head}\nrequire = "encrypted"\n`;
  const match = cell.demand === "named" ? `match = ["${hostOf(cell)}"]\n` : "";
  return `${head}\nrequire = "authenticated"\n${match}ca = ${JSON.stringify(ca)}\n`;
}

function hostOf(cell: ForgedCell): DomainName {
  return domain(`mx.${nameOf(cell)}`);
}

const loopback = ip("127.0.0.1");

function honestAt(place: number): string {
  return `127.0.28.${place + 1}`;
}

function forgerAt(place: number): string {
  return `127.0.29.${place + 1}`;
}
