/**
 * Connections to one address, one after the other and never in a hurry. Whatever keeps one from coming about is a reason why something
 * could not be tested, and after some reasons nothing more is asked of that address: who says "not now" is left alone.
 */
import {
  err,
  formatReply,
  ok,
  type Clock,
  type DialFault,
  type DomainName,
  type IpAddress,
  type Metrics,
  type Net,
  type Result,
  type SmtpReply,
  type Wire,
} from "../../base/index.ts";
import { reachTls, type SessionFailure } from "../../smtp/index.ts";
import { checkLimits } from "../limits.ts";
import type { Untested } from "../types.ts";

export interface ProbePorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export interface ProbeTarget {
  readonly host: DomainName;
  readonly address: IpAddress;
  readonly port: number;
  /** Our name in EHLO. */
  readonly ehloName: DomainName;
  /** On the monotonic clock: nothing is begun after it. */
  readonly deadline: number;
  readonly paceMs: number;
  /** How long a server is given to do what it should not. */
  readonly silenceMs: number;
  /** Who we are, said before QUIT to whoever reads the server's log. */
  readonly remark?: string;
}

export interface Opened {
  readonly wire: Wire;
  /** Its time is over; the connection is gone. */
  readonly signal: AbortSignal;
  /** Nobody waits for it any more. */
  done(): void;
}

export class Connections {
  readonly ports: ProbePorts;
  readonly target: ProbeTarget;
  #made = 0;
  #stopped: Untested | undefined;

  constructor(ports: ProbePorts, target: ProbeTarget) {
    this.ports = ports;
    this.target = target;
  }

  async open(): Promise<Result<Opened, Untested>> {
    const { net, clock } = this.ports;
    const { address, port, deadline, paceMs } = this.target;
    if (this.#stopped !== undefined) return err(this.#stopped);
    // On one's own machine there is nobody to be spared.
    const waitMs = isLoopback(address) ? 0 : paceMs;
    if (this.#made > 0 && waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    if (clock.monotonic() > deadline) {
      return err(this.stop({ reason: "out-of-time", detail: "the time for this host is over" }));
    }
    const dialled = await net.dial({ address, port }, { timeoutMs: checkLimits.dialTimeoutMs });
    if (!dialled.ok) return err(this.stop(this.#undialled(dialled.error)));
    this.#made++;
    const giveUp = new AbortController();
    const { stream } = dialled.value;
    stream.on("error", () => {});
    const timer = clock.after(checkLimits.connectionTimeoutMs, () => {
      giveUp.abort();
      stream.destroy();
    });
    return ok({ wire: dialled.value, signal: giveUp.signal, done: () => timer.cancel() });
  }

  /** As far as the server's readiness for a ClientHello. */
  async openForTls(): Promise<Result<Opened, Untested>> {
    const opened = await this.open();
    if (!opened.ok) return opened;
    const { wire, signal, done } = opened.value;
    const { host, ehloName } = this.target;
    const ready = await reachTls(this.ports.clock, { host, ehloName }, wire);
    if (ready.ok) return ok({ wire: ready.value, signal, done });
    done();
    return err(this.note(whyNot(ready.error, signal.aborted)));
  }

  /** Nothing more is asked of this address. */
  stop(why: Untested): Untested {
    this.#stopped ??= why;
    return why;
  }

  /** A server that wants to be left alone is. */
  note(why: Untested): Untested {
    return why.reason === "slow-down" || why.reason === "unwelcome" ? this.stop(why) : why;
  }

  #undialled(fault: DialFault): Untested {
    // It took some of our connections and no more: that is a limit, not an outage.
    if (this.#made > 0) return { reason: "slow-down", detail: `no further connection (${fault})` };
    return { reason: dialReasons[fault], detail: fault };
  }
}

function isLoopback(address: IpAddress): boolean {
  return address === "::1" || address.startsWith("127.");
}

const dialReasons = {
  refused: "refused-connection",
  unreachable: "no-route",
  timeout: "silent",
  reset: "refused-connection",
  forbidden: "not-asked",
  resources: "out-of-time",
} as const satisfies Record<DialFault, Untested["reason"]>;

/** Trap 27: none of these says anything about the server's TLS. */
export function whyNot(failure: SessionFailure, isOutOfTime: boolean): Untested {
  if (isOutOfTime) return { reason: "no-answer", detail: "no answer in time" };
  switch (failure.kind) {
    case "connect":
      return { reason: dialReasons[failure.fault], detail: failure.fault };
    case "refused":
      return refusal(failure.reply);
    case "unproven":
      return failure.reply === undefined ? { reason: "broken-off", detail: failure.detail } : refusal(failure.reply);
    case "lost":
      return { reason: failure.why === "timeout" ? "no-answer" : "broken-off", detail: failure.detail };
  }
}

function refusal(reply: SmtpReply): Untested {
  return { reason: reply.code < 500 ? "slow-down" : "unwelcome", detail: formatReply(reply) };
}
