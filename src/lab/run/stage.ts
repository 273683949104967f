/**
 * One lot of cells, played out together in a world of its own: a signed DNS, a domain and an honest server for each cell, and the sender.
 *
 *   open ──► control ──► an hour passes ──► the attackers take their places ──► attack ──► again and again ──► what is where?
 *              │                                  │                               │                │
 *              │                                  └ mail that passes before        └ mail beside    └ mail that passes after
 *              └ every cell's own domain, so that the sender has met it before; where the attack is on first contact, a twin of it
 *
 * The control comes first, and in the very surroundings of the attack: what is "held" under attack was delivered a moment before. What a
 * cell comes to is read off the wire and out of the servers. Only where nobody has the message the sender is asked: still waiting, or
 * given back?
 *
 * Where an attack is aimed, there is mail that it is not for: to another domain on the same machine, from or to somebody else, or before or
 * after. What becomes of that is part of the cell.
 */
import { domain, ip, type DomainName } from "../../base/index.ts";
import {
  bystanderOf,
  isAtWork,
  passedBefore,
  predict,
  type CommandInjection,
  type Smuggling,
} from "../../threats/index.ts";
import { attackers, type AttackId } from "../attackers/index.ts";
import type { Draft } from "../author/index.ts";
import { attackerDomain } from "../attackers/index.ts";
import { makeAuthority, type Authority } from "../ca.ts";
import type { ZoneState } from "../dnssec/index.ts";
import { startNameserver, type Nameserver, type ZoneRecord } from "../nameserver/index.ts";
import { startPolicyHost, type PolicyHost } from "../policy-host.ts";
import type { LabMail, RunningSender, Sender, SenderWorld } from "../senders/types.ts";
import {
  another,
  authorIn,
  beginsAtMs,
  bystanderIn,
  calmOf,
  connectionsOf,
  copiesOf,
  countsOf,
  endsAtMs,
  isSecondMessage,
  isSpared,
  minuteMs,
  observedIn,
  passedAt,
  seenOf,
  shownIn,
  takenFor,
  told,
  underWayIn,
  victim,
  type Act,
  type Others,
  type Run,
} from "./act.ts";
import { correspondents, openAuthor, type LabAuthor } from "./author.ts";
import { openFront } from "./front.ts";
import { startGuarded } from "./guarded.ts";
import { countsOf as hopsOf, type MailTo } from "./inbound.ts";
import { strikeInjection } from "./injection.ts";
import { strikeSmuggling } from "./smuggling.ts";
import { Places } from "./places.ts";
import { openSite, type Neighbours, type Site, type SiteDeps } from "./site.ts";
import { siteName, whichIs, type Cell, type Evidence, type Failure, type LabPorts, type Plot } from "./types.ts";

export const stageLimits = {
  /** So long is nothing said of what a sender has under way. */
  lookEveryMs: 4,
  portTriesMax: 10,
  /** For whoever is still talking when the stage is taken down. */
  closeTimeoutMs: 20_000,
} as const;

const dayMs = 1440 * minuteMs;
/** Connections that are kept for more mail, and forged answers, are over then. */
const lullMs = 2 * minuteMs;
/** Past a handshake's patience. */
const handshakeMs = 31_000;

/** What came of a lot. */
export interface Played {
  readonly cells: readonly Cell[];
  readonly failures: readonly Failure[];
}

/** Always comes to an end. Rejects with a SenderFault if the sender does not come up or stops working, with another Error if the world cannot be made. */
export async function playOut(ports: LabPorts, sender: Sender, plots: readonly Plot[]): Promise<Played> {
  const stage = await openStage(ports, sender, plots);
  try {
    return await stage.play();
  } finally {
    await stage.close();
  }
}

/** A port that is free at one address may be taken at another. */
async function openStage(ports: LabPorts, sender: Sender, plots: readonly Plot[]): Promise<Stage> {
  for (let tries = 1; ; tries++) {
    const stage = new Stage(ports, sender);
    try {
      await stage.open(plots);
      return stage;
    } catch (error) {
      await stage.close();
      if (!isTaken(error) || tries >= stageLimits.portTriesMax) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EADDRINUSE";
}

class Stage {
  readonly #ports: LabPorts;
  readonly #sender: Sender;
  readonly #authority: Authority;
  readonly #places: Places;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #removers: (() => void)[] = [];
  #acts: readonly Act[] = [];
  #names: Nameserver | undefined;
  #policies: PolicyHost | undefined;
  #running: RunningSender | undefined;
  #author: LabAuthor | undefined;
  #smtpPort = 25;
  /** How much time was let pass. */
  #passedMs = 0;

  constructor(ports: LabPorts, sender: Sender) {
    this.#ports = ports;
    this.#sender = sender;
    this.#authority = makeAuthority(ports.clock, "Lab CA");
    this.#places = new Places(ports.isEnclosed);
  }

  async open(plots: readonly Plot[]): Promise<void> {
    const { net, clock, isEnclosed } = this.#ports;
    this.#smtpPort = isEnclosed ? 25 : await this.#freePort();
    const policies = { address: this.#places.take(), port: isEnclosed ? 443 : 0 };
    this.#policies = await this.#kept(startPolicyHost({ net, at: policies }));
    const deps: SiteDeps = {
      ...this.#ports,
      authority: this.#authority,
      policies: this.#policies,
      smtpPort: this.#smtpPort,
      ttlSeconds: this.#sender.ttlSeconds,
    };
    if (plots.some(({ attack }) => attack?.effect.author !== undefined)) this.#author = await openAuthor(this.#ports);
    this.#acts = await Promise.all(plots.map((plot) => this.#actOf(deps, plot)));
    const sites = this.#sites();
    this.#names = await this.#kept(
      startNameserver({
        net,
        at: { address: ip("127.0.0.1"), port: 0 },
        zones: recordsOf(sites),
        signing: { clock, zones: zonesOf(sites) },
      }),
    );
    const directory = this.#ports.makeDirectory();
    this.#removers.push(() => directory.remove());
    this.#running = await this.#kept(
      startGuarded(clock, this.#sender, {
        resolver: this.#names.endpoint,
        anchors: this.#names.anchors,
        authorityPem: this.#authority.pem,
        smtpPort: this.#smtpPort,
        httpsPort: this.#policies.endpoint.port,
        sites: sites.map(({ domain: name, front }) => ({ domain: name, at: front.endpoint })),
        rules: sites.flatMap(ruleOf),
        isEnclosed,
        directory: directory.path,
        ownAddress: this.#places.take(),
      }),
    );
  }

  async close(): Promise<void> {
    // All at once: who waits for connections to end would wait for whoever has them open.
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const timer = this.#ports.clock.after(stageLimits.closeTimeoutMs, resolve);
    await Promise.race([Promise.allSettled(this.#closers.splice(0).map((close) => close())), enough]);
    timer.cancel();
    for (const remove of this.#removers.splice(0)) remove();
  }

  async play(): Promise<Played> {
    await this.#control();
    const attacked = this.#acts.filter((act) => act.plot.attack !== undefined && !isStuck(act));
    if (attacked.length > 0) {
      // What DNS said is forgotten, what was promised is not.
      await this.#pass(this.#forgottenMs);
      await Promise.all(attacked.map((act) => this.#takePlaces(act)));
      await this.#passBefore(attacked);
      await this.#attack(attacked);
    }
    const [failed, done] = [this.#acts.filter(isStuck), this.#acts.filter((act) => !isStuck(act))];
    return {
      cells: await Promise.all(done.map((act) => this.#cellOf(act))),
      failures: await Promise.all(failed.map((act) => this.#failureOf(act))),
    };
  }

  get #sending(): RunningSender {
    if (this.#running === undefined) throw new Error("the sender has not been started");
    return this.#running;
  }

  /** Until nothing is known of what DNS said. */
  get #forgottenMs(): number {
    return this.#sender.ttlSeconds * 1000 + 1000;
  }

  #pass(ms: number): Promise<void> {
    this.#passedMs += ms;
    return this.#sending.pass(ms);
  }

  /** To be closed with the stage. */
  async #kept<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#closers.push(() => opened.close());
    return opened;
  }

  async #freePort(): Promise<number> {
    const listener = await this.#ports.net.listen({ address: ip("127.0.0.1"), port: 0 }, (wire) =>
      wire.stream.destroy(),
    );
    await listener.close();
    return listener.local.port;
  }

  async #actOf(deps: SiteDeps, plot: Plot): Promise<Act> {
    const name = nameOf(plot);
    const { receiver, attack } = plot;
    const called = (prefix: string): DomainName => domain(`${prefix}${name}.example`);
    const isSealed = attack?.effect.author !== undefined;
    const open = async (prefix: string, neighbours?: Neighbours): Promise<Site> => {
      const sealed = isSealed ? await this.#author?.correspondenceWith(called(prefix)) : undefined;
      const all = { ...neighbours, ...(sealed === undefined ? {} : { sealed }) };
      return this.#kept(openSite(deps, receiver, called(prefix), this.#somewhere(), all));
    };
    const aim = attack?.effect.aim;
    const hasNeighbour = aim?.kind === "domain";
    const site = await open("", hasNeighbour ? { alsoFor: called("b-") } : {});
    const before = attack?.effect.atFirstContact === true ? await open("t-") : site;
    const neighbour = hasNeighbour ? await open("b-", { with: site }) : undefined;
    return {
      plot,
      site,
      before,
      aim,
      neighbour,
      control: undefined,
      calm: undefined,
      attack: undefined,
      aside: undefined,
      running: undefined,
      lure: undefined,
      strike: undefined,
      besides: [],
      controlLines: [],
      slipToken: this.#ports.makeToken(),
      beganAtMs: undefined,
      startedAt: this.#ports.clock.monotonic(),
      endedAt: 0,
    };
  }

  #somewhere() {
    return { address: this.#places.take(), port: this.#smtpPort };
  }

  #sites(): readonly Site[] {
    return this.#acts.flatMap(({ site, before, neighbour }) =>
      [...new Set([site, before, neighbour])].flatMap((one) => one ?? []),
    );
  }

  /** A message to every domain without an attacker; on several days to those that are to be remembered. */
  async #control(): Promise<void> {
    const known = this.#acts.filter(({ plot }) => plot.receiver.remembered !== undefined);
    for (let day = 1; day < 3 && known.length > 0; day++) {
      const runs = await Promise.all(known.map((act) => this.#handIn(act, act.before)));
      await this.#settle(runs, new Map());
      await this.#pass(dayMs);
    }
    for (const act of this.#acts) act.startedAt = this.#ports.clock.monotonic();
    await Promise.all(this.#acts.map(async (act) => void (act.control = await this.#handIn(act, act.before))));
    await this.#settle(runsOf(this.#acts, "control"), new Map());
    for (const act of this.#acts) {
      const lines = act.before.front.transcript();
      act.controlLines = act.control === undefined ? lines : told(act, act.control, act.before, lines);
      if (act.control !== undefined) act.calm = calmOf(act.before, act.control);
      act.endedAt = this.#ports.clock.monotonic();
    }
  }

  /** A port that was free at one address may be taken at another, by whoever else is on this machine: then at the next. */
  async #takePlaces(act: Act, triesLeft: number = stageLimits.portTriesMax): Promise<void> {
    const { plot, site } = act;
    // What passed before is the control's.
    site.front.leadTo(() => site.honest.endpoint);
    const id = carriedOutBy(plot);
    if (id === undefined || plot.attack === undefined || this.#names === undefined) return;
    const { net, clock } = this.#ports;
    const { host, credentials } = site;
    const deps = {
      net,
      clock,
      authority: this.#authority,
      dns: this.#names,
      ...(this.#policies === undefined ? {} : { policies: this.#policies }),
    };
    const isInDns = attackers[id].stands === "dns";
    const address = isInDns ? this.#places.take() : ip("127.0.0.1");
    const { variant } = plot.attack.wrapped ?? plot.attack;
    const running = await attackers[id].start(
      deps,
      {
        at: { address, port: 0 },
        victim: site.honest.endpoint,
        host,
        domain: site.domain,
        smtpPort: this.#smtpPort,
        ...(credentials === undefined ? {} : { credentials }),
        offersRequireTls: plot.receiver.requireTls?.offered ?? true,
        ...(site.keys === undefined ? {} : { sealedFor: { locals: correspondents, key: site.keys.open } }),
        spares: (envelope) => isSpared(act, envelope),
        isAtWork: () => this.#isAtWork(act, connectionsOf(act) + 1),
      },
      variant,
    );
    act.running = running;
    this.#closers.push(() => running.close());
    if (isInDns) {
      try {
        act.lure = await this.#kept(openFront(net, { address, port: this.#smtpPort }, () => running.endpoint));
      } catch (error) {
        if (!isTaken(error) || triesLeft === 0) throw error;
        await running.close();
        await this.#takePlaces(act, triesLeft - 1);
      }
    } else {
      site.front.leadTo(({ count }) => (this.#isAtWork(act, count) ? running.endpoint : site.honest.endpoint));
    }
  }

  #isAtWork({ aim, beganAtMs }: Act, connection: number): boolean {
    const minute = beganAtMs === undefined ? -1 : (this.#passedMs - beganAtMs) / minuteMs;
    return isAtWork(aim, { connection, minute });
  }

  /** Mail that he lets pass before he strikes, a day apart. */
  async #passBefore(acts: readonly Act[]): Promise<void> {
    const rounds = Math.max(...acts.map(({ aim }) => passedBefore(aim)));
    for (let left = rounds; left > 0; left--) {
      const passing = acts.filter(({ aim }) => passedBefore(aim) >= left);
      const runs = await Promise.all(
        passing.map(async (act) => {
          const run = await this.#handIn(act, act.site);
          act.aside ??= run;
          return run;
        }),
      );
      await this.#settle(runs, new Map());
      if (left > 1) await this.#pass(dayMs);
    }
    const beginsMs = Math.max(...acts.map(({ aim }) => beginsAtMs(aim)));
    if (rounds > 0) await this.#pass(Math.max(beginsMs, this.#forgottenMs));
    for (const act of acts) act.beganAtMs = this.#passedMs - beginsAtMs(act.aim);
  }

  async #attack(acts: readonly Act[]): Promise<void> {
    await Promise.all(acts.map((act) => this.#strike(act)));
    const stalling = new Map(
      acts.filter(({ plot }) => isSilent(plot)).flatMap((act) => underWayIn(act).map((run): [Run, Act] => [run, act])),
    );
    const runs = acts.flatMap(underWayIn);
    await this.#settle(runs, stalling);
    this.#note(acts);
    const { times, everyMs } = this.#sender.retries;
    for (let round = 0; round < times && runs.some(({ state }) => state === "waiting"); round++) {
      await this.#pass(everyMs);
      await this.#settle(runs, stalling);
      this.#note(acts);
    }
    await this.#passAfter(acts, runs, stalling);
  }

  /** Mail that comes when he is gone. */
  async #passAfter(acts: readonly Act[], runs: readonly Run[], stalling: ReadonlyMap<Run, Act>): Promise<void> {
    const passing = acts.filter(({ aim }) => aim !== undefined && bystanderOf(aim) === "later");
    if (passing.length === 0) return;
    // Nobody who was hit may have had to wait, and so no time may have passed.
    const overIn = passing.map(({ aim, beganAtMs }) => (beganAtMs ?? 0) + endsAtMs(aim) - this.#passedMs);
    await this.#pass(lullMs + Math.max(0, ...overIn));
    await this.#settle(runs, stalling);
    await Promise.all(passing.map(async (act) => void (act.aside = await this.#handIn(act, act.site))));
    await this.#settle(runsOf(passing, "aside"), stalling);
  }

  async #strike(act: Act): Promise<void> {
    const { plot, site, neighbour, aim } = act;
    act.startedAt = this.#ports.clock.monotonic() - (act.endedAt - act.startedAt);
    act.endedAt = 0;
    if (plot.attack?.effect.inbound !== undefined) return this.#strikeInbound(act, plot.attack.effect.inbound);
    act.attack = await this.#handIn(act, site);
    if (neighbour !== undefined) act.aside = await this.#handIn(act, neighbour);
    if (aim?.kind === "sender") act.aside = await this.#handIn(act, site, { from: another.from });
    if (aim?.kind === "recipient") act.aside = await this.#handIn(act, site, { to: another.to });
  }

  async #strikeInbound(act: Act, effect: Smuggling | CommandInjection): Promise<void> {
    const { inbound } = this.#sending;
    if (inbound === undefined) throw new Error(`${this.#sender.id} has no door that could be attacked`);
    const secret = this.#ports.makeToken();
    const mailTo: MailTo = (to, kind) =>
      this.#mailTo(act.site, { to, token: kind === "attack" ? secret : this.#ports.makeToken() }).mail;
    const given = { mailTo, token: act.slipToken };
    const strike =
      effect.kind === "smuggles"
        ? await strikeSmuggling(this.#ports, inbound, { ...given, smuggling: effect })
        : await strikeInjection(this.#ports, this.#sending, inbound, {
            ...given,
            injection: effect,
            variant: act.plot.attack?.variant ?? "",
          });
    const [id, ...others] = strike.ids;
    act.strike = strike;
    act.attack = { token: secret, id, state: id === undefined ? strike.otherwise : "under-way" };
    act.besides = [...others, ...strike.legalIds].map((one) => ({ token: "", id: one, state: "under-way" }));
  }

  #note(acts: readonly Act[]): void {
    const now = this.#ports.clock.monotonic();
    for (const act of acts) if (act.attack?.state !== "waiting" || act.endedAt === 0) act.endedAt = now;
  }

  /** Where the author seals, after he has looked for the key; without one, he does not send. */
  async #handIn({ plot }: Act, site: Site, others: Others = {}): Promise<Run> {
    const { mail, token, draft } = this.#mailTo(site, others);
    const { body } = draft;
    const how = plot.attack?.effect.author;
    if (how === undefined || site.keys === undefined) return { ...(await this.#submit(mail, token)), body };
    if (this.#author === undefined || this.#names === undefined || this.#policies === undefined) {
      throw new Error("there is nobody who seals");
    }
    const { endpoint: nameserver, anchors } = this.#names;
    const httpsPort = this.#policies.endpoint.port;
    const world = { nameserver, anchors, httpsPort, authorityPem: this.#authority.pem };
    const written = await this.#author.write(draft, { pinned: site.keys, how, world });
    if (!written.ok) return { token, body, id: undefined, state: "waiting", kept: written.error };
    const { content, mark, key } = written.value;
    return { ...(await this.#submit({ ...mail, content }, token)), body, sealed: { mark, key } };
  }

  #mailTo(
    { domain: name, setup }: Site,
    { from = victim.from, to: local = victim.to, token = this.#ports.makeToken() }: Others,
  ): { readonly mail: LabMail; readonly token: string; readonly draft: Draft } {
    const draft = { from, to: `${local}@${name}`, subject: "a secret", body: `The token is ${token}.\r\n` };
    const { to, subject, body } = draft;
    const content = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, "", body].join("\r\n");
    return { mail: { from, to, content, requireTls: setup.requireTls !== undefined }, token, draft };
  }

  async #submit(mail: LabMail, token: string): Promise<Run> {
    const handed = await this.#sending.submit(mail);
    // What it would not take, its own client has back.
    if (handed.kind === "refused") return { token, id: undefined, state: "returned" };
    return { token, id: handed.id, state: "under-way" };
  }

  /**
   * Until nothing is under way; what is for longer than the sender's patience has no end. A handshake that an attacker answers with
   * silence ends by the sender's own clock: once nothing else is under way, that is moved on.
   */
  async #settle(runs: readonly Run[], stalling: ReadonlyMap<Run, Act>): Promise<void> {
    const { clock } = this.#ports;
    const until = clock.monotonic() + this.#sender.patienceMs;
    const struck = new Map<Run, number>();
    for (;;) {
      await Promise.all(
        runs.map(async (run) => {
          if (run.id !== undefined && run.state !== "no-end") run.state = await this.#sending.state(run.id);
        }),
      );
      const underWay = runs.filter(({ state }) => state === "under-way");
      if (underWay.length === 0) return;
      const hanging = underWay.filter(
        (run) => (stalling.get(run)?.running?.counts.strikes ?? 0) > (struck.get(run) ?? 0),
      );
      if (hanging.length === underWay.length) {
        for (const run of hanging) struck.set(run, stalling.get(run)?.running?.counts.strikes ?? 0);
        await this.#sending.pass(handshakeMs);
      }
      if (clock.monotonic() > until) {
        for (const run of underWay) run.state = "no-end";
        return;
      }
      await new Promise<void>((resolve) => void clock.after(stageLimits.lookEveryMs, resolve));
    }
  }

  async #failureOf(act: Act): Promise<Failure> {
    const stuck = runsIn(act).find(({ state }) => state === "no-end");
    const words = stuck?.id === undefined ? [] : await this.#sending.words(stuck.id);
    return { ...whichIs(act.plot), why: { code: "no-end", seconds: this.#sender.patienceMs / 1000 }, words };
  }

  async #cellOf(act: Act): Promise<Cell> {
    const { plot, site, before, control, calm, attack } = act;
    const honestly = predict(plot.sender.mode, plot.receiver, "none");
    const isControl = plot.attack === undefined;
    const run = isControl ? control : attack;
    if (run === undefined || calm === undefined || honestly === undefined)
      throw new Error(`${nameOf(plot)} was not run`);
    const evidence = await this.#evidence(act, run, isControl ? before : site);
    return {
      ...whichIs(plot),
      predicted: plot.predicted,
      observed: observedIn(evidence, run),
      evidence: isControl
        ? evidence
        : {
            ...evidence,
            control: { predicted: honestly, observed: calm, transcript: act.strike?.calm ?? act.controlLines },
          },
      ms: Math.round(act.endedAt - act.startedAt),
    };
  }

  /** What the sender would tell of an aimed attack, beside all the mail that passed. */
  async #noticed({ aim, site }: Act): Promise<Pick<Evidence, "noticed">> {
    const noticed = aim === undefined ? undefined : await this.#sending.noticed?.(site.domain);
    return noticed === undefined ? {} : { noticed };
  }

  async #evidence(act: Act, run: Run, site: Site): Promise<Evidence> {
    const { running, lure, strike, slipToken } = act;
    const { inbound } = this.#sending;
    const copies = copiesOf(site, run);
    const slippedIn = copiesOf(site, { token: slipToken }).filter(({ message }) => isSecondMessage(message));
    const slipped = (strike?.slippedIn ?? 0) + slippedIn.length;
    const tls = copies[0]?.message.tls;
    const words = run.id === undefined ? [] : await this.#sending.words(run.id);
    return {
      token: run.token,
      seen: seenOf(act, run),
      honest: { copies: copies.length, ...(tls === undefined ? {} : { tls }) },
      attacker: running === undefined ? { connections: 0, strikes: strike?.strikes ?? 0 } : countsOf(act, running, run),
      ...authorIn(run),
      ...shownIn(act, run, site),
      ...bystanderIn(act),
      ...(await this.#noticed(act)),
      ...(strike === undefined || inbound === undefined
        ? {}
        : {
            slippedIn: slipped,
            hops: { sent: strike.legally.sent, counted: await hopsOf(inbound, strike, (to) => takenFor(site, to)) },
          }),
      transcript: strike?.transcript ?? told(act, run, site, passedAt(lure, site.front)),
      words,
    };
  }
}

function runsOf(acts: readonly Act[], which: "control" | "attack" | "aside"): readonly Run[] {
  return acts.flatMap((act) => act[which] ?? []);
}

function runsIn({ control, attack, aside, besides }: Act): readonly Run[] {
  return [control, attack, aside, ...besides].flatMap((run) => run ?? []);
}

function isStuck(act: Act): boolean {
  return runsIn(act).some(({ state }) => state === "no-end");
}

function isSilent({ attack }: Plot): boolean {
  const wire = attack?.effect.wire;
  return wire?.kind === "breaks-handshake" && wire.by === "silence";
}

/** Whose work it is; undefined for attacks on the sender's own door. */
function carriedOutBy({ attack }: Plot): AttackId | undefined {
  const { id } = attack?.wrapped?.attack ?? attack?.attack ?? {};
  return id !== undefined && Object.hasOwn(attackers, id) ? (id as AttackId) : undefined;
}

function nameOf({ attack, receiver }: Plot): string {
  return siteName(receiver.id, attack?.name ?? "none");
}

function ruleOf({ setup, domain: name, host, identity }: Site): SenderWorld["rules"] {
  if (setup.rule === undefined) return [];
  const { authorityPem } = setup.rule === "authority" && identity !== undefined ? identity : {};
  return [{ domain: name, host, ...(authorityPem === undefined ? {} : { authorityPem }) }];
}

function recordsOf(sites: readonly Site[]): Record<string, readonly ZoneRecord[]> {
  return Object.assign({}, ...sites.map(({ records }) => records)) as Record<string, readonly ZoneRecord[]>;
}

function zonesOf(sites: readonly Site[]): Record<string, ZoneState> {
  const own = sites.map(({ domain: name, setup }): [DomainName, ZoneState] => [name, setup.zone]);
  return { example: "signed", [attackerDomain]: "unsigned", ...Object.fromEntries(own) };
}
