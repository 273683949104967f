/**
 * Being a service: telling systemd how we are, and hearing when to stop.
 *
 * Node has no datagram sockets of the local family, so readiness is told by `systemd-notify`, which comes with systemd; the
 * unit allows it by `NotifyAccess=all`.
 */
import { execFile } from "node:child_process";
import type { Clock } from "../base/index.ts";

const notifyTimeoutMs = 5_000;

/** Does nothing where nobody listens; never rejects. False: somebody listens and could not be told. */
export function notifyService(
  state: "ready" | "stopping",
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  if ((environment["NOTIFY_SOCKET"] ?? "") === "") return Promise.resolve(true);
  // `--stopping` is younger than Debian 12's systemd; the variable itself always works.
  const args = state === "ready" ? ["--ready", `--pid=${process.pid}`] : ["STOPPING=1"];
  return new Promise((resolve) => {
    execFile("systemd-notify", args, { timeout: notifyTimeoutMs, env: environment }, (error) =>
      resolve(error === null),
    );
  });
}

export interface StopSignals {
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly stop: Promise<NodeJS.Signals>;
  /** No longer listens: a signal then does what signals do. */
  dispose(): void;
}

/** One press of Ctrl-C can arrive twice, by the terminal and by a parent that passes it on. */
const sameSignalMs = 300;

/** `again` runs at a second signal. */
export function stopSignals(clock: Clock, again: (signal: NodeJS.Signals) => void): StopSignals {
  let first: number | undefined;
  const { promise: stop, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const hear = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = clock.monotonic();
      resolve(signal);
    } else if (clock.monotonic() - first > sameSignalMs) again(signal);
  };
  const names = ["SIGTERM", "SIGINT"] as const;
  for (const name of names) process.on(name, hear);
  return { stop, dispose: () => names.forEach((name) => process.off(name, hear)) };
}
