/** The streams to all upstreams: kept open, shared by questions, and opened anew where one has ended. */
import { dnsLimits } from "./limits.ts";
import { closed, failed, type Exchanged, type Query } from "./query.ts";
import { Stream, type StreamPorts } from "./stream.ts";
import type { Upstream } from "./upstream.ts";

export class Streams {
  readonly #ports: StreamPorts;
  readonly #streams = new Map<Upstream, Set<Stream>>();
  /** Why an upstream could not be reached just now, and until when that is not tried again. */
  readonly #unreachable = new Map<Upstream, { readonly until: number; readonly fault: Exchanged }>();

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  /**
   * A question whose connection ends before the answer goes over another one, once (RFC 7766 §6.2.4): the upstream may have closed an
   * idle connection at that very moment, which says nothing about its health.
   */
  async ask(upstream: Upstream, query: Query, timeoutMs: number): Promise<Exchanged> {
    const { clock, closing } = this.#ports;
    const endsAt = clock.monotonic() + timeoutMs;
    for (let turn = 0; turn < connectionsPerQuestionMax; turn++) {
      if (closing.closed) return closed;
      const leftMs = endsAt - clock.monotonic();
      if (leftMs <= 0) return failed("timeout", "no time was left for a connection");
      const stream = this.#streamTo(upstream);
      if (!(stream instanceof Stream)) return stream;
      const streamed = await stream.ask(query, leftMs);
      if (streamed.kind !== "dropped") return streamed;
    }
    return failed("network", "the connection was closed without an answer");
  }

  #streamTo(upstream: Upstream): Stream | Exchanged {
    const streams = this.#streams.get(upstream) ?? new Set();
    this.#streams.set(upstream, streams);
    for (const stream of streams) if (stream.hasRoom) return stream;
    const unreachable = this.#unreachable.get(upstream);
    if (unreachable !== undefined && this.#ports.clock.monotonic() < unreachable.until) return unreachable.fault;
    if (streams.size >= dnsLimits.streamsMax) return failed("network", "too many questions at once");
    const stream = new Stream(this.#ports, upstream, (fault) => {
      streams.delete(stream);
      if (fault === undefined) return;
      this.#unreachable.set(upstream, { until: this.#ports.clock.monotonic() + dnsLimits.streamRedialMs, fault });
    });
    streams.add(stream);
    return stream;
  }
}

const connectionsPerQuestionMax = 2;
