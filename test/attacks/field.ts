/**
 * Where attacks are fought out: the whole relay over real sockets, and for each cell (a rule, an attack, a variant) a domain of its
 * own with an honest server and the attacker before it. Hours pass in leaps.
 */
import { domain, ip, type DomainName, type MailEvent, type MessageId, type TlsFault } from "../../src/base/index.ts";
import { attackers, startReceiver, type AttackId, type Receiver, type RunningAttack } from "../../src/lab/index.ts";
import type { MessageStory } from "../../src/queue/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { freePort } from "../peers/wait.ts";
import { makeAuthority } from "../support/certificates.ts";
import { leapingClock, type LeapingClock } from "../support/clock.ts";
import { runRelay, type TestRelay } from "../support/relay.ts";
import { handIn, idOf } from "../support/sender.ts";

/** What the operator demands of the domain; `none`: no rule names it. */
export type Demand = "authenticated" | "encrypted" | "none";

/** Attacks on the path that come out alike whatever the domain publishes; the others are fought out in `test/lab`. */
export type PathAttackId = keyof typeof faultsOf | "eavesdrop";

export interface Cell {
  readonly demand: Demand;
  readonly attack: PathAttackId;
  readonly variant: string;
}

/** What each attack looks like to a sender that looks closely (TLS-3). More than one: the timing decides. */
export const faultsOf = {
  "strip-ehlo": {
    delete: ["starttls-missing"],
    overwrite: ["starttls-missing"],
    helo: ["starttls-missing"],
  },
  "refuse-starttls": { "454": ["starttls-refused"], "502": ["starttls-refused"] },
  "reset-handshake": { reset: ["handshake-reset"], close: ["handshake-reset"] },
  "garble-handshake": { garbage: ["handshake-garbage"], silence: ["handshake-timeout"] },
  "inject-response": {
    "same-write": ["injected-bytes"],
    "whole-session": ["injected-bytes"],
    "next-write": ["injected-bytes", "handshake-garbage"],
  },
  "self-signed": {
    "own-key": ["certificate-self-signed"],
    "own-authority": ["certificate-untrusted"],
    "namesake-authority": ["certificate-untrusted"],
  },
  "wrong-host": {
    "own-name": ["certificate-name-mismatch"],
    affixed: ["certificate-name-mismatch"],
    "common-name": ["certificate-name-mismatch"],
    "wide-wildcard": ["certificate-name-mismatch"],
    "no-name": ["certificate-name-mismatch"],
  },
  expired: { "run-out": ["certificate-expired"], "not-yet": ["certificate-not-yet-valid"] },
} satisfies Partial<Record<AttackId, Readonly<Record<string, readonly TlsFault[]>>>>;

/** Attacks that stand in the honest server's place, with TLS of their own; the others keep TLS from coming about. */
export const byCertificate: ReadonlySet<AttackId> = new Set(["self-signed", "wrong-host", "expired"]);

export function cellsOf(demand: Demand, which: (attack: PathAttackId) => boolean): readonly Cell[] {
  return Object.values(attackers).flatMap(({ id, variants }) =>
    isOnPath(id) && which(id) ? variants.map((variant) => ({ demand, attack: id, variant })) : [],
  );
}

function isOnPath(id: AttackId): id is PathAttackId {
  return id === "eavesdrop" || id in faultsOf;
}

/** A cell with its servers running and its message handed in. */
export interface Fight {
  readonly id: MessageId;
  readonly domain: DomainName;
  readonly attack: RunningAttack;
  readonly honest: Receiver;
  story(): Promise<MessageStory>;
  events(): readonly MailEvent[];
  /** The `count`th outcome of an attempt has come about. Time leaps where the attack is to keep silent. */
  outcomes(count: number): Promise<readonly MailEvent[]>;
  /** Time leaps to the next attempt. */
  leapToRetry(): Promise<void>;
  /** The attacker goes away, and the honest server stands where it always seemed to stand. */
  liftSiege(): Promise<void>;
}

export const secret = "the treasure lies under the old oak";
const sender = "alice@source.example";
const handshakeMs = 30_000;

export class Field {
  readonly clock: LeapingClock;
  readonly running: TestRelay;
  readonly #authority: ReturnType<typeof makeAuthority>;
  readonly #port: number;
  readonly #cells: readonly Cell[];

  private constructor(
    clock: LeapingClock,
    running: TestRelay,
    authority: ReturnType<typeof makeAuthority>,
    port: number,
    cells: readonly Cell[],
  ) {
    this.clock = clock;
    this.running = running;
    this.#authority = authority;
    this.#port = port;
    this.#cells = cells;
  }

  static async open(cells: readonly Cell[]): Promise<Field> {
    const clock = leapingClock();
    const authority = makeAuthority();
    const port = await freePort();
    const zones = Object.fromEntries(
      cells.flatMap((cell, place) => [
        [nameOf(cell), [{ type: "MX" as const, value: hostOf(cell) }]],
        [hostOf(cell), [{ type: "A" as const, value: frontOf(place) }]],
      ]),
    );
    const toml = cells.map(ruleOf).join("");
    return new Field(clock, await runRelay({ zones, smtpPort: port, clock, authority, toml }), authority, port, cells);
  }

  close(): Promise<void> {
    return this.running.close();
  }

  /** Hands a message in against the odds of this cell; `go` fights it out. Afterwards nothing of it is left. */
  async fight(cell: Cell, go: (fight: Fight) => Promise<void>): Promise<void> {
    const place = this.#cells.findIndex((one) => nameOf(one) === nameOf(cell));
    const host = domain(hostOf(cell));
    const credentials = this.#authority.issue({ names: [host] });
    // Certificates are judged by the machine's own clock, so that is the one their makers look at.
    const deps = { net: systemNet, clock: systemClock, authority: this.#authority, dns: this.running.nameserver };
    const at = { address: ip(behindOf(place)), port: 0 };
    const honest = await startReceiver({ ...deps, at, hostname: host, credentials });
    const front = { address: ip(frontOf(place)), port: this.#port };
    const target = { at: front, victim: honest.endpoint, host, domain: domain(nameOf(cell)) };
    const attack = await attackers[cell.attack].start(deps, target, cell.variant);
    const later: (() => Promise<void>)[] = [];
    const content = `From: ${sender}\nSubject: x\n\n${secret}\n`;
    const [reply = ""] = await handIn(this.running.localPort, [{ from: sender, to: [`bob@${nameOf(cell)}`], content }]);
    const id = idOf(reply) as MessageId;
    const fight = this.#fight(cell, id, attack, honest, async () => {
      await attack.close();
      const instead = await startReceiver({ ...deps, at: front, hostname: host, credentials });
      later.push(() => instead.close());
    });
    try {
      await go(fight);
    } finally {
      await this.running.relay.queue.delete(id, this.clock.now(), "test");
      await Promise.all([attack.close(), honest.close(), ...later.map((close) => close())]);
    }
  }

  #fight(cell: Cell, id: MessageId, attack: RunningAttack, honest: Receiver, liftSiege: () => Promise<void>): Fight {
    const isSilent = cell.variant === "silence";
    let silenced = 0;
    const events = (): readonly MailEvent[] => (this.running.events.get(id) ?? []).map(({ event }) => event);
    const story = (): Promise<MessageStory> => this.running.story(id);
    return {
      id,
      domain: domain(nameOf(cell)),
      attack,
      honest,
      events,
      story,
      liftSiege,
      outcomes: (count) =>
        inTime(`outcome ${count} of ${nameOf(cell)}`, async () => {
          if (isSilent && attack.counts.strikes > silenced) {
            silenced = attack.counts.strikes;
            this.clock.leap(handshakeMs);
          }
          const found = events().filter(isOutcome);
          if (found.length < count) return undefined;
          // Told a moment before it is stored.
          const { deliveries } = await story();
          return deliveries.some(({ state }) => state === "leased") ? undefined : found;
        }),
      leapToRetry: async () => {
        const { deliveries } = await story();
        const dueAt = Math.max(...deliveries.map((delivery) => delivery.dueAt));
        this.clock.leap(Math.max(0, dueAt - this.clock.now()) + 1);
      },
    };
  }
}

const patienceMs = 20_000;

/** Looks again at each turn of the event loop: sockets and the queue's thread get theirs in between. */
export async function inTime<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

export function isOutcome(event: MailEvent): boolean {
  return event.code === "delivered" || event.code === "deferred" || event.code === "bounced";
}

function ruleOf(cell: Cell): string {
  if (cell.demand === "none") return "";
  const proof = cell.demand === "authenticated" ? `match = ["${hostOf(cell)}"]\nca = CA\n` : "";
  return `[[rule]]\ndomain = "${nameOf(cell)}"\nrequire = "${cell.demand}"\n${proof}`;
}

function nameOf({ demand, attack, variant }: Cell): string {
  return `${attack}-${variant}.${demand}.example`;
}

function hostOf(cell: Cell): string {
  return `mx.${nameOf(cell)}`;
}

function frontOf(place: number): string {
  return `127.0.26.${place + 1}`;
}

function behindOf(place: number): string {
  return `127.0.27.${place + 1}`;
}
