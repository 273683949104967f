/**
 * The ports: everything that touches the world comes in through one of these, so that a test can hold the clock,
 * the dice and the network in its hand. `system/` implements them over Node; nothing else may.
 */
import type { Duplex } from "node:stream";
import type { MetricName } from "./metrics.ts";
import type { IpAddress } from "./names.ts";
import type { Result } from "./result.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock time. */
  now(): Instant;
  /** Time that never jumps, in milliseconds from an arbitrary start; for measuring and for timeouts. */
  monotonic(): number;
  /** Calls back once after `delayMs` (0 to 2^31-1) unless cancelled. Timers never keep the process alive by themselves. */
  after(delayMs: number, callback: () => void): Timer;
}

export interface Random {
  /** A float in [0, 1), for jitter and shuffles. */
  fraction(): number;
  /** Unpredictable bytes, for ids and ports. */
  bytes(count: number): Uint8Array;
}

/** Where the other end of a connection is. */
export interface Endpoint {
  readonly address: IpAddress;
  /** 1 to 65535. */
  readonly port: number;
}

/** A connected byte stream. Over Node it is a net.Socket; in a simulation any Duplex. */
export interface Wire {
  readonly stream: Duplex;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export type DialFault =
  | "refused"
  | "unreachable"
  | "timeout"
  | "reset"
  /** The address is loopback, private or our own and was not allowed (MX-6). */
  | "forbidden"
  | "resources";

export interface DialOptions {
  /** Milliseconds until the attempt counts as `timeout`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Listener {
  readonly local: Endpoint;
  /** Stops accepting; connections already accepted go on. */
  close(): Promise<void>;
}

export interface DatagramSocket {
  send(payload: Uint8Array, to: Endpoint): void;
  close(): void;
}

export interface Net {
  dial(to: Endpoint, options: DialOptions): Promise<Result<Wire, DialFault>>;
  /**
   * Listens; rejects with a plain Error (code EADDRINUSE, EACCES …) if that cannot be done. Wires are half-open: a peer that has ended its side
   * may still read (RFC 9293 §3.6), so whoever takes one answers what has come and ends his own side when the stream says `end`.
   */
  listen(at: Endpoint, onConnection: (wire: Wire) => void): Promise<Listener>;
  /** A UDP socket on a fresh random port, of the family of `family`. */
  datagram(
    family: 4 | 6,
    onMessage: (payload: Uint8Array, from: Endpoint) => void,
    onError: (reason: string) => void,
  ): DatagramSocket;
  /** A UDP socket bound to a known endpoint: for the lab's name servers. */
  datagramAt(
    at: Endpoint,
    onMessage: (payload: Uint8Array, from: Endpoint) => void,
  ): Promise<DatagramSocket & { readonly local: Endpoint }>;
}

/** Values that may stand in a log line. Never a password, a token or message content. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

/** Counters, gauges and histograms by name. Names are declared in `base/metrics.ts`; labels have few values. */
export interface Metrics {
  count(name: MetricName, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: MetricName, value: number, labels?: Readonly<Record<string, string>>): void;
  /** Seconds, unless the name says otherwise. */
  observe(name: MetricName, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** For code that is run without observers. */
export const noMetrics: Metrics = { count() {}, gauge() {}, observe() {} };

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
export const noLog: Log = silent;
