/**
 * A small resolver that iterates over a replay's name servers, as the recursive upstream does that Surehop asks in life: with
 * checking disabled, so that it judges nothing. It follows referrals and aliases, and puts what it found into one answer.
 *
 * What it remembers (`memory.ts`) counts, because unbound's replays are written for a resolver that does: a question is answered
 * from kept answers, then from denials that speak of it too (RFC 8198, unless the replay forbids it), then by the servers, and what no
 * server answers is put together, if it can be, from records that were seen.
 */
import { isWithin, parentName, type WireName } from "../../src/dns/index.ts";
import { typeOf } from "./canonical.ts";
import { leastTtl, Memory, upwards } from "./memory.ts";
import { addressOf, classify, denialsIn, reachAlong, targetOf, type Reach, type Reading } from "./reading.ts";
import { typeNumber } from "./registry.ts";
import type { Sections } from "./replay.ts";
import type { Query, ServerReply } from "./servers.ts";
import type { RawQuestion, RawRecord } from "./zonetext.ts";

/** What the resolver says to its client. */
export interface RecursiveReply {
  readonly rcode: number;
  readonly answer: readonly RawRecord[];
  readonly authority: readonly RawRecord[];
}

export interface Zone {
  readonly name: WireName;
  readonly addresses: readonly string[];
  /** Name servers whose addresses may have to be looked up. */
  readonly servers: readonly WireName[];
  /** True if what is there resolves by itself: it is asked for everything below. */
  readonly recursive: boolean;
  /** Milliseconds on the recursor's clock. */
  readonly expiresAt: number;
}

export interface RecursorOptions {
  readonly zones: readonly Zone[];
  /** Undefined: no answer came. */
  readonly serve: (address: string, query: Query) => ServerReply | undefined;
  /** Milliseconds. */
  readonly now: () => number;
  /** The address families that may be used, the one tried first in front. */
  readonly families: readonly ("A" | "AAAA")[];
  /** Of the addresses of a zone, which is asked first, from 0. */
  readonly firstServer: number;
  /** RFC 8198: NSEC records that were seen answer for other names and types too, before a server is asked. */
  readonly aggressive: boolean;
}

export interface Recursor {
  /** The most addresses that a zone had whose servers were asked. */
  readonly serversMax: number;
  /** SERVFAIL where nothing can be found. */
  resolve(name: WireName, type: number): RecursiveReply;
}

const nxdomain = 3;
const referralsMax = 30;
const aliasesMax = 11;
const depthMax = 6;
/** All questions to name servers for one question of the client. */
const queriesMax = 300;
const addressSeconds = 3600;

export function createRecursor(options: RecursorOptions): Recursor {
  return new IteratingResolver(options);
}

const failed: RecursiveReply = { rcode: 2, answer: [], authority: [] };

class IteratingResolver implements Recursor {
  readonly #options: RecursorOptions;
  readonly #zones: Map<WireName, Zone>;
  readonly #memory: Memory;
  serversMax = 0;
  #queries = 0;

  constructor(options: RecursorOptions) {
    this.#options = options;
    this.#zones = new Map(options.zones.map((zone) => [zone.name, zone]));
    this.#memory = new Memory(options.now);
  }

  resolve(name: WireName, type: number): RecursiveReply {
    this.#queries = 0;
    return this.#resolve(name, type, 0);
  }

  #resolve(asked: WireName, type: number, depth: number): RecursiveReply {
    const answer: RawRecord[] = [];
    const authority: RawRecord[] = [];
    const seen = new Set<WireName>();
    let name = asked;
    for (let aliases = 0; aliases <= aliasesMax; aliases++) {
      const found = this.#find(name, type, depth);
      if (found === undefined) return failed;
      const reach = reachAlong(name, type, found.answer);
      answer.push(...reach.records);
      const target = found.rcode === nxdomain && type === typeOf.CNAME ? aliasAt(reach) : undefined;
      const complete = reach.complete && target === undefined;
      authority.push(...(complete ? found.authority : denialsIn(found.authority)));
      if (complete) return { rcode: found.rcode, answer, authority };
      // What is asked again in a circle is answered with the circle.
      const next = target ?? reach.end;
      if (seen.has(next)) return { rcode: 0, answer, authority };
      seen.add(name).add(next);
      name = next;
    }
    return failed;
  }

  /** One link of the way. */
  #find(name: WireName, type: number, depth: number): RecursiveReply | undefined {
    const kept = this.#memory.answer(name, type);
    if (kept !== undefined) return kept;
    const denied = this.#options.aggressive ? this.#memory.denied(name, type) : undefined;
    const found = denied ?? this.#iterate(name, type, depth) ?? this.#memory.derived(name, type);
    if (found !== undefined) this.#memory.keepAnswer(name, type, found);
    return found;
  }

  #iterate(name: WireName, type: number, depth: number): RecursiveReply | undefined {
    // A DS record lives above the cut (RFC 4035 §3.1.4.1).
    let zone = this.#closest(type === typeOf.DS ? (parentName(name) ?? name) : name);
    for (let referrals = 0; zone !== undefined && referrals < referralsMax; referrals++) {
      const reading = this.#askZone(zone, { name, type, class: 1 }, depth) ?? this.#askAbove(zone, name, depth);
      if (reading?.kind === "answer") {
        this.#memory.learn(name, reading.reply);
        return reading.reply;
      }
      if (reading?.kind !== "referral") return undefined;
      const next = this.#follow(reading.cut, reading.sections);
      // For a DS the servers below the cut are the wrong ones.
      zone = type === typeOf.DS && reading.cut === name ? undefined : next;
    }
    return undefined;
  }

  /**
   * Some replays answer only what a resolver asks that minimizes names (RFC 9156): the delegation on the way is then found by
   * asking for each name between the zone and the one that is looked for.
   */
  #askAbove(zone: Zone, name: WireName, depth: number): Reading | undefined {
    if (zone.recursive) return undefined;
    const between = upwards(name).filter((at) => at !== name && at !== zone.name && isWithin(at, zone.name));
    for (const at of between.toReversed())
      for (const type of [typeNumber("A") ?? 1, typeOf.NS]) {
        const reading = this.#askZone(zone, { name: at, type, class: 1 }, depth);
        if (reading?.kind === "referral") return reading;
      }
    return undefined;
  }

  /** Learns a delegation. */
  #follow(cut: WireName, { authority, additional }: Sections): Zone {
    const records = authority.filter((record) => record.owner === cut && record.type === typeOf.NS);
    const servers = records.flatMap(({ rdata }) => targetOf(rdata));
    for (const server of servers) {
      const glue = additional.filter(({ owner }) => owner === server);
      const addresses = glue.flatMap((record) => addressOf(record, this.#options.families));
      if (addresses.length > 0 && this.#memory.addresses(server) === undefined)
        this.#memory.keepAddresses(server, addresses, leastTtl(glue));
    }
    this.#memory.keepReferral(cut, authority);
    const expiresAt = this.#options.now() + leastTtl(records) * 1000;
    const zone = { name: cut, addresses: [], servers, recursive: false, expiresAt };
    this.#zones.set(cut, zone);
    return zone;
  }

  /** Asks the zone's servers in turn, until one says something that can be used. */
  #askZone(zone: Zone, question: RawQuestion, depth: number): Exclude<Reading, { kind: "unusable" }> | undefined {
    for (const address of this.#addressesOf(zone, depth)) {
      const reply = this.#ask(address, question);
      const reading = reply === undefined ? undefined : classify(reply, question, zone);
      if (reading !== undefined && reading.kind !== "unusable") return reading;
    }
    return undefined;
  }

  #ask(address: string, question: RawQuestion): ServerReply | undefined {
    const ask = (transport: Query["transport"], edns: boolean): ServerReply | undefined =>
      this.#queries++ < queriesMax ? this.#options.serve(address, { question, transport, edns }) : undefined;
    const reply = ask("UDP", true);
    // RFC 6891 §7: an old server may not know EDNS.
    if (reply !== undefined && (reply.rcode === 1 || reply.rcode === 4)) return ask("UDP", false) ?? reply;
    return reply?.flags.has("TC") === true ? ask("TCP", true) : reply;
  }

  #addressesOf(zone: Zone, depth: number): readonly string[] {
    const looked = depth < depthMax ? zone.servers.flatMap((server) => this.#lookUp(server, depth + 1)) : [];
    const addresses = [...new Set([...zone.addresses, ...looked])];
    this.serversMax = Math.max(this.serversMax, addresses.length);
    const first = this.#options.firstServer % Math.max(1, addresses.length);
    return [...addresses.slice(first), ...addresses.slice(0, first)];
  }

  #lookUp(server: WireName, depth: number): readonly string[] {
    const kept = this.#memory.addresses(server);
    if (kept !== undefined) return kept;
    // While it is looked up it is not known: a server whose address only it knows ends here.
    this.#memory.keepAddresses(server, [], 1);
    const found = this.#options.families.flatMap((family) =>
      this.#resolve(server, typeNumber(family) ?? 1, depth).answer.flatMap((record) => addressOf(record, [family])),
    );
    this.#memory.keepAddresses(server, found, found.length > 0 ? addressSeconds : 0);
    return found;
  }

  /** The deepest zone that is known at or above the name: a delegation that still holds, or what the configuration says. */
  #closest(name: WireName): Zone | undefined {
    for (const at of upwards(name)) {
      const zone = this.#zones.get(at);
      if (zone !== undefined && zone.expiresAt > this.#options.now()) return zone;
      const configured = this.#options.zones.find((one) => one.name === at);
      if (configured !== undefined) return configured;
    }
    return undefined;
  }
}

/** A server that says NXDOMAIN of an alias means where it leads (RFC 6604 §3), even if the alias itself was asked for. */
function aliasAt({ records, end }: Reach): WireName | undefined {
  const alias = records.find(({ owner, type }) => owner === end && type === typeOf.CNAME);
  return alias === undefined ? undefined : targetOf(alias.rdata)[0];
}
