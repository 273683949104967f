/**
 * Surehop and Debian's Postfix, one behind the other, for attacks on their doors: how many messages does each make of what it gets?
 *
 *   surehop-before-postfix     client ──► Surehop ──(heard)──► Postfix ──► the receivers
 *                                 └ somebody at its STARTTLS
 *   surehop-behind-postfix…    client ──► Postfix ──(heard)──► Surehop ──► the receivers
 *                                            └─ STARTTLS, somebody at it ─┘
 *
 * Behind Postfix, mail comes to Surehop in two ways, by its recipient: in clear at the door for listed networks, where everything can be
 * heard; and over STARTTLS with a password, each variant of the injection through hands of its own.
 */
import type { MailState, PostfixHop, RunningSender, Sender, SenderWorld, Way, Wiretap } from "../../lab/index.ts";
import type { Handed, HopCount, Inbound, LabMail } from "../../lab/index.ts";
import { hopMissing, listenBetween, startPostfixHop, startTamperers, type LabPorts } from "../../lab/index.ts";
import { chainModes, surehopModes, type ChainMode, type SurehopMode } from "../../threats/index.ts";
import { login, startSurehop, type RunningSurehop } from "./surehop.ts";

export function chainSenders(ports: Pick<LabPorts, "net" | "clock">): readonly Sender[] {
  return chainModes.map((mode) => ({
    id: mode.id,
    mode,
    program: "postfix",
    needsEnclosure: true,
    cellsAtOnce: 30,
    ttlSeconds: 4 * 3600,
    // A message that waits has been meddled with, and is again.
    retries: { times: 1, everyMs: 600_000 },
    patienceMs: 120_000,
    missing: () => Promise.resolve(hopMissing()),
    start: (world) => (mode.first === "surehop" ? startBefore : startBehind)(ports, mode, world),
  }));
}

type Ports = Pick<LabPorts, "net" | "clock">;

const surehopMode = defaultMode();

function defaultMode(): SurehopMode {
  const found = surehopModes.find(({ id }) => id === "surehop");
  if (found === undefined) throw new Error("there is no default mode");
  return found;
}

function startBefore(ports: Ports, { postfix }: ChainMode, world: SenderWorld): Promise<RunningSender> {
  return started(async (opened) => {
    const ways = world.sites.map(({ domain, at }): Way => ({ recipients: ofDomain(domain), to: at }));
    const hop = await opened.hop(startPostfixHop(ports, world, postfix, ways));
    const tap = await opened.other(listenBetween(ports.net, () => hop.at));
    const route = `[[rule]]\ndomain = "*"\nrequire = "cleartext"\nroute = "[${tap.at.address}]:${tap.at.port}"`;
    const surehop = await opened.other(startSurehop(surehopMode, world, undefined, route));
    return new SurehopFirst(opened, surehop, hop, tap);
  });
}

function startBehind(ports: Ports, { postfix }: ChainMode, world: SenderWorld): Promise<RunningSender> {
  return started(async (opened) => {
    const surehop = await opened.other(startSurehop(surehopMode, world));
    const { door, starttls } = surehop.inbound;
    if (starttls.kind !== "of-clients") throw new Error("Surehop alone has no hop before it");
    const tamperers = await startTamperers(ports.net, starttls.at);
    for (const tamperer of tamperers.values()) await opened.other(Promise.resolve(tamperer));
    const tap = await opened.other(listenBetween(ports.net, () => door));
    const tampered = [...tamperers].map(([local, { at }]): Way => ({
      recipients: new RegExp(`^${local}@`),
      to: at,
      login,
    }));
    const heard = world.sites.map(({ domain }): Way => ({ recipients: ofDomain(domain), to: tap.at }));
    const hop = await opened.hop(startPostfixHop(ports, world, postfix, [...tampered, ...heard]));
    return new PostfixFirst(opened, surehop, hop, tap, { kind: "between-hops", tamperers });
  });
}

function ofDomain(domain: string): RegExp {
  return new RegExp(`@${domain.replaceAll(".", "\\.")}$`);
}

/** What has been opened. Postfix is ended before the rest: while that listens, this process waits for it. */
class Opened {
  #hop: PostfixHop | undefined;
  readonly #others: { close(): Promise<void> }[] = [];

  async hop(starting: Promise<PostfixHop>): Promise<PostfixHop> {
    return (this.#hop = await starting);
  }

  async other<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#others.push(opened);
    return opened;
  }

  async close(): Promise<void> {
    await this.#hop?.end();
    await Promise.allSettled(this.#others.map((one) => one.close()));
  }
}

/** What was opened is closed again if the rest does not come up. */
async function started(start: (opened: Opened) => Promise<RunningSender>): Promise<RunningSender> {
  const opened = new Opened();
  try {
    return await start(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

class SurehopFirst implements RunningSender {
  readonly inbound: Inbound;
  readonly #opened: Opened;
  readonly #surehop: RunningSurehop;
  readonly #hop: PostfixHop;

  constructor(opened: Opened, surehop: RunningSurehop, hop: PostfixHop, tap: Wiretap) {
    this.#opened = opened;
    this.#surehop = surehop;
    this.#hop = hop;
    this.inbound = {
      ...surehop.inbound,
      counts: async (to) => [
        { hop: "surehop", messages: await surehop.countOf(to), ...strayIn(tap, to) },
        { hop: "postfix", messages: hop.countOf(to) },
      ],
    };
  }

  submit(mail: LabMail): Promise<Handed> {
    return this.#surehop.submit(mail);
  }

  async state(id: string): Promise<MailState> {
    const state = await this.#surehop.state(id);
    const next = this.#next(id);
    return state === "delivered" && next !== undefined ? this.#hop.state(next) : state;
  }

  async pass(ms: number): Promise<void> {
    await this.#surehop.pass(ms);
    await this.#hop.tryAgain();
  }

  async words(id: string): Promise<readonly string[]> {
    const next = this.#next(id);
    return [...(await this.#surehop.words(id)), ...(next === undefined ? [] : this.#hop.words(next))];
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  #next(id: string): string | undefined {
    const said = this.#surehop.handedOn(id);
    return said === undefined ? undefined : this.#hop.taken(said);
  }
}

class PostfixFirst implements RunningSender {
  readonly inbound: Inbound;
  readonly #opened: Opened;
  readonly #surehop: RunningSurehop;
  readonly #hop: PostfixHop;

  constructor(opened: Opened, surehop: RunningSurehop, hop: PostfixHop, tap: Wiretap, starttls: Inbound["starttls"]) {
    this.#opened = opened;
    this.#surehop = surehop;
    this.#hop = hop;
    this.inbound = {
      door: hop.at,
      taken: (reply) => hop.taken(reply),
      starttls,
      counts: async (to) => [
        { hop: "postfix", messages: hop.countOf(to), ...strayIn(tap, to) },
        { hop: "surehop", messages: await surehop.countOf(to) },
      ],
    };
  }

  submit(mail: LabMail): Promise<Handed> {
    return this.#hop.submit(mail);
  }

  async state(id: string): Promise<MailState> {
    const state = this.#hop.state(id);
    const next = this.#next(id);
    return state === "delivered" && next !== undefined ? this.#surehop.state(next) : state;
  }

  async pass(ms: number): Promise<void> {
    await this.#surehop.pass(ms);
    await this.#hop.tryAgain();
  }

  async words(id: string): Promise<readonly string[]> {
    const next = this.#next(id);
    return [...this.#hop.words(id), ...(next === undefined ? [] : await this.#surehop.words(next))];
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  #next(id: string): string | undefined {
    const said = this.#hop.handedOn(id);
    return said === undefined ? undefined : /accepted as (\w{26})/.exec(said)?.[1];
  }
}

function strayIn(tap: Wiretap, recipient: string): Pick<HopCount, "stray"> {
  const stray = tap.stray(recipient);
  return stray === undefined ? {} : { stray };
}
