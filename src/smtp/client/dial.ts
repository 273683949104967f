/**
 * Connects to a host that has several addresses (MX-6, RFC 8305 in spirit).
 *
 * The families take turns, beginning with that of the first address, so that one dead family cannot hold up the other.
 * The first address is dialled; the next joins when the one before has failed or `limits.dialStaggerMs` have passed without
 * an answer. The first connection wins; the attempts still under way are given up, and a late winner is closed.
 */
import {
  err,
  isIpv6,
  limits,
  ok,
  type Clock,
  type DialFault,
  type Endpoint,
  type IpAddress,
  type MailEvent,
  type Metrics,
  type Net,
  type Result,
  type Timer,
  type Wire,
} from "../../base/index.ts";

export interface DialRequest {
  /** For the events alone. */
  readonly host: string;
  /** In order of preference; `limits.addressesPerHostMax` of them are tried. */
  readonly addresses: readonly IpAddress[];
  /** 1 to 65535. */
  readonly port: number;
  readonly onEvent: (event: MailEvent) => void;
  readonly signal?: AbortSignal;
}

export interface DialPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** The first connection that comes about, or why none did: `resources` if our own side was short, else the first address's fault. */
export function dialHost(ports: DialPorts, request: DialRequest): Promise<Result<Wire, DialFault>> {
  return new Promise((resolve) => new Race(ports, request, resolve).next());
}

/** The addresses, families taking turns. Pure. */
export function interleave(addresses: readonly IpAddress[]): readonly IpAddress[] {
  const [first] = addresses;
  if (first === undefined) return [];
  const ours = addresses.filter((address) => isIpv6(address) === isIpv6(first));
  const others = addresses.filter((address) => isIpv6(address) !== isIpv6(first));
  const mixed: IpAddress[] = [];
  for (let turn = 0; turn < Math.max(ours.length, others.length); turn++) {
    mixed.push(...ours.slice(turn, turn + 1), ...others.slice(turn, turn + 1));
  }
  return mixed;
}

class Race {
  readonly #ports: DialPorts;
  readonly #request: DialRequest;
  readonly #resolve: (result: Result<Wire, DialFault>) => void;
  readonly #waiting: IpAddress[];
  readonly #losers = new AbortController();
  readonly #faults: DialFault[] = [];
  #running = 0;
  #over = false;
  #stagger: Timer | undefined;

  constructor(ports: DialPorts, request: DialRequest, resolve: (result: Result<Wire, DialFault>) => void) {
    this.#ports = ports;
    this.#request = request;
    this.#resolve = resolve;
    this.#waiting = interleave(request.addresses).slice(0, limits.addressesPerHostMax);
    if (request.signal?.aborted === true) this.#waiting.length = 0;
    request.signal?.addEventListener("abort", this.#giveUp, { once: true });
  }

  next(): void {
    this.#stagger?.cancel();
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (this.#running === 0) this.#lose();
      return;
    }
    this.#running++;
    if (this.#waiting.length > 0) this.#stagger = this.#ports.clock.after(limits.dialStaggerMs, () => this.next());
    void this.#dial({ address, port: this.#request.port });
  }

  async #dial(to: Endpoint): Promise<void> {
    const dialled = await this.#ports.net.dial(to, { timeoutMs: limits.dialTimeoutMs, signal: this.#losers.signal });
    this.#running--;
    if (this.#over) {
      if (dialled.ok) dialled.value.stream.destroy();
      return;
    }
    if (dialled.ok) return this.#win(dialled.value, to);
    this.#faults.push(dialled.error);
    this.#ports.metrics.count("surehop_connections_out_total", { result: dialled.error });
    this.#request.onEvent({ code: "connect-failed", host: this.#request.host, ...to, fault: dialled.error });
    this.next();
  }

  #win(wire: Wire, to: Endpoint): void {
    this.#ports.metrics.count("surehop_connections_out_total", { result: "connected" });
    this.#request.onEvent({ code: "connected", host: this.#request.host, ...to });
    this.#end(ok(wire));
  }

  #lose(): void {
    this.#end(err(this.#faults.includes("resources") ? "resources" : (this.#faults[0] ?? "unreachable")));
  }

  readonly #giveUp = (): void => {
    this.#waiting.length = 0;
    this.#end(err("timeout"));
  };

  #end(result: Result<Wire, DialFault>): void {
    if (this.#over) return;
    this.#over = true;
    this.#stagger?.cancel();
    this.#request.signal?.removeEventListener("abort", this.#giveUp);
    this.#losers.abort();
    this.#resolve(result);
  }
}
