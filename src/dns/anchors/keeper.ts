/**
 * Keeps what is believed without proof: the seeds (built in), what following them has taught (`follow.ts`), and an operator's own anchors,
 * which stand as they were written.
 *
 *   start ─► read the memory ─► look ─► follow ─► write the memory ─► wait ─► look …
 *
 * Whatever happens to the memory, the seeds stay: a memory that cannot be read is said to the log and left out.
 */
import { err, type Clock, type Instant, type Log, type Result, type Timer } from "../../base/index.ts";
import { dsOf, keyTag } from "../dnssec/keys.ts";
import { isStoodFor, selfSigners } from "../dnssec/signers.ts";
import type { AskUpstream, TrustAnchor } from "../dnssec/types.ts";
import type { DnskeyData } from "../message.ts";
import { rootName, type WireName } from "../name.ts";
import { anchorsOf, follow, isTrusted, type FollowedKey, type KeyState } from "./follow.ts";
import { anchorLimits } from "./limits.ts";
import { readMemory, writeMemory, type Memory } from "./memory.ts";
import { rootAnchors } from "./root.ts";

/** Where the memory is kept. Both may throw: whatever they throw is logged. */
export interface AnchorStore {
  /** Undefined if nothing was written yet. */
  read(): string | undefined;
  /** Returns when the text is on the disk. */
  write(text: string): void;
}

export interface AnchorKeeperOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: AnchorStore;
  /** The operator's. If any of them is for the root, the built-in ones do not count, and nothing is followed. */
  readonly own?: readonly TrustAnchor[];
  /** Default: the root's keys. */
  readonly seeds?: readonly TrustAnchor[];
}

export interface KnownAnchor {
  readonly zone: WireName;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
  readonly source: "built-in" | "learned" | "own";
  /** `unseen`: believed, and not yet met in the zone. */
  readonly state: KeyState | "unseen";
  readonly since?: Instant;
  readonly until?: Instant;
}

export interface AnchorKeeper {
  /** For the validator: the same array until something changes. */
  readonly anchors: () => readonly TrustAnchor[];
  /** Everything that is known of anchors, what is not believed included. */
  list(): readonly KnownAnchor[];
  /** Begins to look at the followed zones' keys, now and from time to time, through `ask`. */
  start(ask: AskUpstream): void;
  /** One look at every followed zone. Never rejects. */
  look(ask: AskUpstream): Promise<readonly Look[]>;
  close(): void;
}

export interface Look {
  readonly zone: WireName;
  /** `unproven`: there was an answer, and nobody who is believed signed it. */
  readonly outcome: "proven" | "unproven" | "no-answer";
  readonly detail?: string;
  readonly lookAgainMs: number;
}

/** Reads the memory. */
export function createAnchorKeeper(options: AnchorKeeperOptions): AnchorKeeper {
  return new Keeper(options);
}

class Keeper implements AnchorKeeper {
  readonly anchors: () => readonly TrustAnchor[];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #store: AnchorStore;
  readonly #own: readonly TrustAnchor[];
  readonly #seeds: readonly TrustAnchor[];
  readonly #zones: readonly WireName[];
  #memory: Memory;
  #anchors: readonly TrustAnchor[];
  #timer: Timer | undefined;
  #closed = false;

  constructor({ clock, log, store, own = [], seeds = rootAnchors }: AnchorKeeperOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#store = store;
    this.#own = own;
    this.#seeds = own.some(({ zone }) => zone === rootName) ? [] : seeds;
    this.#zones = [...new Set(this.#seeds.map(({ zone }) => zone))];
    this.#memory = this.#recall();
    this.#anchors = this.#believed();
    this.anchors = () => this.#anchors;
  }

  list(): readonly KnownAnchor[] {
    return [
      ...this.#zones.flatMap((zone) => this.#listZone(zone)),
      ...this.#own.map((anchor): KnownAnchor => ({ ...anchor, source: "own", state: "valid" })),
    ];
  }

  start(ask: AskUpstream): void {
    if (this.#zones.length === 0) return;
    void this.look(ask).then((looks) => {
      if (this.#closed) return;
      const soonest = Math.min(...looks.map(({ lookAgainMs }) => lookAgainMs));
      this.#timer = this.#clock.after(soonest, () => this.start(ask));
    });
  }

  async look(ask: AskUpstream): Promise<readonly Look[]> {
    const looks: Look[] = [];
    for (const zone of this.#zones) looks.push(await this.#lookAt(zone, ask));
    return looks;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #lookAt(zone: WireName, ask: AskUpstream): Promise<Look> {
    const deadline = this.#clock.monotonic() + anchorLimits.lookTimeoutMs;
    const asked = await answered(() => ask(zone, "DNSKEY", deadline));
    const lookAgainMs = anchorLimits.lookMinMs;
    if (this.#closed) return { zone, outcome: "no-answer", lookAgainMs };
    if (!asked.ok) return { zone, outcome: "no-answer", detail: asked.error.detail, lookAgainMs };
    const seen = selfSigners(asked.value, zone);
    const facts = { zone, seeds: this.#seedsOf(zone), now: this.#clock.now() };
    const followed = follow(this.#memory.get(zone) ?? [], seen, facts);
    if (!followed.proven) {
      this.#log.warn("the keys of a followed zone came without a signature that is believed", { zone });
    }
    for (const { data, from, to } of followed.changes) {
      this.#log[to === "revoked" ? "warn" : "info"]("a trust anchor changed", { zone, key: keyTag(data), from, to });
    }
    this.#remember(zone, followed.keys);
    return { zone, outcome: followed.proven ? "proven" : "unproven", lookAgainMs: followed.lookAgainMs };
  }

  #remember(zone: WireName, keys: readonly FollowedKey[]): void {
    const written = writeMemory(this.#memory);
    this.#memory = new Map([...this.#memory, [zone, keys]]);
    if (writeMemory(this.#memory) === written) return;
    this.#anchors = this.#believed();
    if (!this.#hasAny(zone)) {
      this.#log.error("every trust anchor of a zone was revoked: all names below it are bogus now", { zone });
    }
    try {
      this.#store.write(writeMemory(this.#memory));
    } catch (error) {
      this.#log.error("trust anchors could not be written down; they count until the relay stops", {
        error: String(error),
      });
    }
  }

  #hasAny(zone: WireName): boolean {
    return this.#listZone(zone).some(({ state }) => state === "unseen" || isTrusted(state));
  }

  #recall(): Memory {
    const none: Memory = new Map();
    const lost = (detail: string): Memory => {
      this.#log.error("the trust anchors on disk cannot be read: the built-in ones count, and are followed anew", {
        detail,
      });
      return none;
    };
    let text: string | undefined;
    try {
      text = this.#store.read();
    } catch (error) {
      return lost(String(error));
    }
    if (text === undefined) return none;
    const memory = readMemory(text);
    if (!memory.ok) return lost(memory.error);
    // What was learned of zones that are no longer followed has nobody left to vouch for it.
    return new Map([...memory.value].filter(([zone]) => this.#zones.includes(zone)));
  }

  #believed(): readonly TrustAnchor[] {
    const followed = this.#zones.flatMap((zone) =>
      anchorsOf(zone, this.#memory.get(zone) ?? [], this.#seedsOf(zone), anchorFor),
    );
    return [...followed, ...this.#own];
  }

  #listZone(zone: WireName): readonly KnownAnchor[] {
    const keys = this.#memory.get(zone) ?? [];
    const seeds = this.#seedsOf(zone);
    const unseen = seeds.filter((seed) => !keys.some(({ data }) => isStoodFor(zone, data, [seed])));
    return [
      ...unseen.map((seed): KnownAnchor => ({ ...seed, source: "built-in", state: "unseen" })),
      ...keys.map(({ data, state, since, until }): KnownAnchor => {
        const source = isStoodFor(zone, data, seeds) ? "built-in" : "learned";
        return { ...anchorFor(zone, data), source, state, since, ...(until === undefined ? {} : { until }) };
      }),
    ].toSorted((a, b) => a.keyTag - b.keyTag);
  }

  #seedsOf(zone: WireName): readonly TrustAnchor[] {
    return this.#seeds.filter((seed) => seed.zone === zone);
  }
}

function anchorFor(zone: WireName, data: DnskeyData): TrustAnchor {
  const { keyTag, algorithm, digestType, digest } = dsOf(zone, data, 2);
  return { zone, keyTag, algorithm, digestType, digest };
}

type Answered = Awaited<ReturnType<AskUpstream>>;

/** An `ask` that throws all the same is no answer. */
async function answered(ask: () => Promise<Answered>): Promise<Answered> {
  try {
    return await ask();
  } catch (error) {
    const failed: Result<never, { readonly failure: "network"; readonly detail: string }> = err({
      failure: "network",
      detail: String(error),
    });
    return failed;
  }
}
