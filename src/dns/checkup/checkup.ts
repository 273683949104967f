/**
 * Are the resolvers fit to prove anything with (SEC-5, trap 10)? Each is asked for the root's own keys, whose answer is known to be
 * signed: what is wrong with it is wrong with the resolver, the way to it, or this machine's clock, and with no domain.
 */
import { Datagrams } from "../datagrams.ts";
import type { Clock, Net, Random } from "../../base/index.ts";
import { Closing } from "../closing.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import { rootName, type WireName } from "../name.ts";
import { Streams } from "../streams.ts";
import { upstreamText, type Secure, type Upstream } from "../upstream.ts";
import { examine, type Came, type Examined } from "./examine.ts";
import { judge, type Judgement } from "./judge.ts";
import { checkupLimits } from "./limits.ts";
import type { DnsFinding, DnsFindingCode } from "./types.ts";

export interface CheckupOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly upstreams: readonly Upstream[];
  /** Without it, those that are asked over TLS count as silent. */
  readonly secure?: Secure;
  readonly anchors: () => readonly TrustAnchor[];
}

/** Empty if all is well, or if no trust anchor is there to check by. Takes some seconds at most. Never rejects. */
export async function checkUpstreams(options: CheckupOptions): Promise<readonly DnsFinding[]> {
  const anchors = options.anchors();
  const zone = zoneToAsk(anchors);
  if (zone === undefined) return [];
  const closing = new Closing();
  const ports = { ...options, closing };
  const exchange = { ...ports, datagrams: new Datagrams(ports.net), streams: new Streams(ports) };
  const upstreams = options.upstreams.slice(0, checkupLimits.resolversMax);
  const nowSeconds = Math.floor(options.clock.now() / 1000);
  try {
    const examined = await Promise.all(upstreams.map((upstream) => examineSafely(upstream, zone, exchange)));
    const judged = examined.map((one) => judgeAll(one, (came) => judgeCame(came, zone, anchors, nowSeconds)));
    return findingsOf(judged);
  } finally {
    closing.close();
  }
}

/** The root, unless none but private zones are anchored. */
function zoneToAsk(anchors: readonly TrustAnchor[]): WireName | undefined {
  return anchors.some(({ zone }) => zone === rootName) ? rootName : anchors[0]?.zone;
}

async function examineSafely(
  upstream: Upstream,
  ...rest: [WireName, Parameters<typeof examine>[2]]
): Promise<Examined> {
  try {
    return await examine(upstream, ...rest);
  } catch (error) {
    return { upstream, stream: { kind: "nothing", detail: String(error) } };
  }
}

type Judged = Judgement | { readonly kind: "garbage" } | { readonly kind: "nothing"; readonly detail: string };

function judgeCame(came: Came, zone: WireName, anchors: readonly TrustAnchor[], nowSeconds: number): Judged {
  switch (came.kind) {
    case "message":
      return judge(came.message, zone, anchors, nowSeconds);
    case "unreadable":
      return { kind: "garbage" };
    case "nothing":
      return came;
  }
}

interface Resolver {
  readonly name: string;
  /** The better of what came over UDP and over the stream. */
  readonly best: Judged;
  /** What is wrong with one of the ways, though the other works. */
  readonly ways: readonly Found[];
}

interface Found {
  readonly code: DnsFindingCode;
  readonly seconds?: number;
  readonly detail?: string;
}

function judgeAll({ upstream, udp, smallUdp, stream }: Examined, judged: (came: Came) => Judged): Resolver {
  const name = upstreamText(upstream);
  const overStream = judged(stream);
  if (udp === undefined) return { name, best: overStream, ways: [] };
  // What is cut off over UDP is to be had over TCP, and nothing is wrong with that.
  const overUdp = udp.kind === "unreadable" && stream.kind === "message" ? overStream : judged(udp);
  if (isUsable(overUdp) && stream.kind === "nothing") {
    return { name, best: overUdp, ways: [{ code: "tcp-blocked", detail: stream.detail }] };
  }
  if (!isUsable(overStream)) return { name, best: worthMore(overUdp, overStream), ways: [] };
  if (overUdp.kind === "nothing") {
    const code = smallUdp?.kind === "message" ? "udp-large-lost" : "udp-blocked";
    return { name, best: overStream, ways: [{ code }] };
  }
  return { name, best: overStream, ways: isUsable(overUdp) ? [] : [{ code: "udp-changed" }] };
}

/** Signed by whom it should be, whatever the time is. */
function isUsable({ kind }: Judged): boolean {
  return kind === "good" || kind === "off";
}

/** An answer says more than none. */
function worthMore(a: Judged, b: Judged): Judged {
  const worth = ({ kind }: Judged): number =>
    kind === "nothing" ? 0 : kind === "garbage" ? 1 : isUsable({ kind } as Judged) ? 3 : 2;
  return worth(a) >= worth(b) ? a : b;
}

/** Names can be proven through it. What is asked is asked over UDP first, and only what is too long goes over TCP. */
function isSound({ best, ways }: Resolver): boolean {
  return best.kind === "good" && ways.every(({ code }) => code === "tcp-blocked");
}

function findingsOf(resolvers: readonly Resolver[]): readonly DnsFinding[] {
  const severity = resolvers.some(isSound) ? "warning" : "error";
  const found = new Map<string, DnsFinding>();
  const add = (name: string, { code, ...facts }: Found): void => {
    const known = found.get(code);
    if (known === undefined) found.set(code, { code, severity, resolvers: [name], ...facts });
    else found.set(code, { ...known, resolvers: [...known.resolvers, name] });
  };
  const clock = clockOff(resolvers);
  if (clock !== undefined) {
    const code = clock > 0 ? "clock-behind" : "clock-ahead";
    for (const { name, best } of resolvers) if (best.kind === "off") add(name, { code, seconds: Math.abs(clock) });
  }
  const allSilent = resolvers.every(({ best }) => best.kind === "nothing");
  for (const { name, best, ways } of resolvers) {
    for (const way of ways) add(name, way);
    if (best.kind === "good" || (best.kind === "off" && clock !== undefined)) continue;
    if (best.kind === "off") add(name, { code: "stale", seconds: Math.abs(best.seconds) });
    else if (best.kind === "nothing") add(name, { code: allSilent ? "no-answer" : "silent", detail: best.detail });
    else add(name, { code: best.kind, ...("detail" in best ? { detail: best.detail } : {}) });
  }
  return [...found.values()];
}

/**
 * Signatures of every resolver's answer lie on the same side of now: then it is more likely that our clock is wrong than that all of them
 * have kept old answers. The least that explains it.
 */
function clockOff(resolvers: readonly Resolver[]): number | undefined {
  const answered = resolvers.filter(({ best }) => isUsable(best));
  const offs = answered.map(({ best }) => (best.kind === "off" ? best.seconds : 0));
  const isWrong = offs.length > 0 && (offs.every((off) => off > 0) || offs.every((off) => off < 0));
  return isWrong ? offs.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] : undefined;
}
