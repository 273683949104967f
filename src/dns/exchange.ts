/**
 * One question to one upstream (RFC 1035 §4.2, RFC 7766): over UDP first, over TCP when UDP will not do; or, where the upstream has a
 * name to prove, over TLS and nothing else (RFC 7858).
 *
 * UDP answers can be forged by anyone who guesses, so each question has an id of its own and, unless the upstream is on this machine, a
 * socket on a fresh port (`datagrams.ts`); an answer counts only if it comes from the upstream's endpoint with that id and the very question (RFC 5452 §9).
 * Others are ignored, and after a few of them, which means that somebody guesses, the question goes to TCP. So it does
 * after a truncated answer (trap 9) and after one that cannot be read. TCP has no fallback: it is the last word.
 */
import { limits, type Endpoint } from "../base/index.ts";
import type { Datagrams, QuestionSocket } from "./datagrams.ts";
import { dnsLimits } from "./limits.ts";
import { closed, failed, hear, makeQuery, type Exchanged, type Query, type Wants } from "./query.ts";
import type { StreamPorts } from "./stream.ts";
import type { Streams } from "./streams.ts";
import type { Upstream } from "./upstream.ts";
import { rcodes, type Message, type Question } from "./wire.ts";

export interface ExchangePorts extends StreamPorts {
  readonly datagrams: Datagrams;
  readonly streams: Streams;
}

/** `leftMs` is what remains of the whole question's time. May reject only if a port throws. */
export async function askUpstream(
  ports: ExchangePorts,
  question: Question,
  upstream: Upstream,
  leftMs: number,
  wants: Wants = "verdict",
): Promise<Exchanged> {
  const endsAt = ports.clock.monotonic() + leftMs;
  const padded = upstream.tls !== undefined;
  const exchange = padded ? overTls : overUdpThenTcp;
  const first = await exchange(
    ports,
    makeQuery(ports.random, question, { wants, edns: true, padded }),
    upstream,
    endsAt,
  );
  if (first.kind !== "message" || !isStrangerToEdns(first.message)) return first;
  // Without EDNS there are no signatures: good enough only where nothing is to be proven, and for others to judge.
  return exchange(ports, makeQuery(ports.random, question, { wants, edns: false, padded: false }), upstream, endsAt);
}

/** RFC 6891 §7: a server from before EDNS says FORMERR, some with our own OPT in it, or NOTIMP. */
function isStrangerToEdns({ rcode, edns }: Message): boolean {
  return rcode === rcodes.formerr || (rcode === rcodes.notimp && edns === undefined);
}

function overTls(ports: ExchangePorts, query: Query, upstream: Upstream, endsAt: number): Promise<Exchanged> {
  const leftMs = Math.max(0, endsAt - ports.clock.monotonic());
  return ports.streams.ask(upstream, query, Math.min(dnsLimits.tlsTryTimeoutMs, leftMs));
}

async function overUdpThenTcp(
  ports: ExchangePorts,
  query: Query,
  upstream: Upstream,
  endsAt: number,
): Promise<Exchanged> {
  const tryMs = (): number => Math.max(0, Math.min(limits.dnsTryTimeoutMs, endsAt - ports.clock.monotonic()));
  const answered = await overUdp(ports, query, upstream, tryMs());
  return answered.kind === "use-tcp" ? ports.streams.ask(upstream, query, tryMs()) : answered;
}

export function overUdp(
  ports: Pick<ExchangePorts, "clock" | "closing" | "datagrams">,
  query: Query,
  upstream: Endpoint,
  timeoutMs: number,
): Promise<Exchanged | { readonly kind: "use-tcp" }> {
  return new Promise((resolve) => {
    let nearMisses = 0;
    let socket: QuestionSocket | undefined;
    const finish = (outcome: Exchanged | { readonly kind: "use-tcp" }): void => {
      timer.cancel();
      forget();
      socket?.close();
      resolve(outcome);
    };
    const timer = ports.clock.after(timeoutMs, () => finish(failed("timeout", "no answer over UDP")));
    const forget = ports.closing.add(() => finish(closed));
    const onMessage = (payload: Uint8Array, from: Endpoint): void => {
      if (from.address !== upstream.address || from.port !== upstream.port) return;
      const heard = hear(payload, query);
      if (heard.kind === "message") finish(heard);
      else if (heard.kind === "unusable" || ++nearMisses >= dnsLimits.nearMissesMax) finish({ kind: "use-tcp" });
    };
    const onError = (reason: string): void => finish(failed("network", `UDP: ${reason}`));
    try {
      socket = ports.datagrams.open(upstream, query.id, { onMessage, onError });
      socket.send(query.bytes);
    } catch (error) {
      // No socket to be had: the timer and the hook must not outlive the attempt.
      onError(String(error));
    }
  });
}
