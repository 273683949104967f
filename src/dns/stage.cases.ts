/** The stub on a scripted network in still time, for the tests of what it does with upstreams and attackers. */
import { domain, ip, noLog, noMetrics, type Endpoint, type Log, type Metrics } from "../base/index.ts";
import { manualClock, seededRandom, type ManualClock } from "../../test/support/clock.ts";
import { a, record } from "./message.cases.ts";
import { packet, scriptedNet, type Heard, type Packet, type Script, type ScriptedNet } from "./scripted.cases.ts";
import { createStubResolver, type StubResolverOptions } from "./stub.ts";
import type { Resolver } from "./types.ts";

export const first: Endpoint = { address: ip("127.0.0.1"), port: 53 };
export const second: Endpoint = { address: ip("127.0.0.2"), port: 53 };
export const remote: Endpoint = { address: ip("192.0.2.53"), port: 53 };
export const host = domain("a.test");
export const truth = { answers: [record("a.test", a("192.0.2.1"))] };

export interface Stage {
  readonly net: ScriptedNet;
  readonly clock: ManualClock;
  readonly resolver: Resolver;
  /** Label values of surehop_dns_questions_total, in order. */
  readonly counted: string[];
  readonly logged: string[];
}

export function stage(script: Script | Script["answer"], options: Partial<StubResolverOptions> = {}): Stage {
  const clock = manualClock();
  const net = scriptedNet(clock, typeof script === "function" ? { answer: script } : script);
  const counted: string[] = [];
  const logged: string[] = [];
  const metrics: Metrics = { ...noMetrics, count: (_, labels) => void counted.push(labels?.["source"] ?? "") };
  const log: Log = {
    ...noLog,
    warn: (message) => void logged.push(message),
    error: (message) => void logged.push(message),
  };
  const random = seededRandom(1);
  const ports = { net, clock, random, log, metrics };
  const resolver = createStubResolver({ ...ports, upstreams: [first], trustAd: false, ...options });
  return { net, clock, resolver, counted, logged };
}

/** Lets time pass until the answer is there; says how much it took, in ms. */
export async function waited<T>({ clock }: Stage, asked: Promise<T>): Promise<{ answer: T; ms: number }> {
  const startedAt = clock.monotonic();
  const done: { answer: T; ms: number }[] = [];
  void asked.then((answer) => done.push({ answer, ms: clock.monotonic() - startedAt }));
  for (let step = 0; step < 4000; step++) {
    await clock.advance(10);
    // Streams move between turns of the event loop.
    if (step % 10 === 0) await new Promise((resolve) => process.nextTick(resolve));
    if (done[0] !== undefined) return done[0];
  }
  throw new Error("no answer after 40 s");
}

export const silent = (): readonly Packet[] => [];
export const honest = (heard: Heard): readonly Packet[] => [packet(heard, truth)];
export const at =
  (endpoint: Endpoint, here: Script["answer"], elsewhere: Script["answer"]): Script["answer"] =>
  (heard) =>
    heard.to === endpoint ? here(heard) : elsewhere(heard);
export const servfail = (heard: Heard): readonly Packet[] => [packet(heard, { rcode: 2 })];
export const withAd = (heard: Heard): readonly Packet[] => [packet(heard, { ...truth, authenticData: true })];
