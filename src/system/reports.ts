/**
 * TLS reports in a relay: sessions are counted and reported if the configuration says who reports.
 *
 *   courier ──observe──► counter ──► facts.db ──► sender ──► our own queue, or HTTPS servers
 *   inbox, console ──────► collector ──► facts.db ──► `surehop reports`
 */
import type { Clock, Log, Metrics, Net, Random, SessionObservation, Timer } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import type { Queue } from "../queue/index.ts";
import {
  createCounter,
  signatureChecker,
  startSender,
  takeIn,
  watchInbox,
  type CollectorDeps,
  type ReceivedStore,
  type TakenIn,
} from "../report/index.ts";
import type { Config } from "./config/types.ts";
import { httpsPost } from "./https-post.ts";
import { directoryInbox } from "./inbox.ts";
import type { FactStore } from "./store/open.ts";
import { openReports } from "./store/reports.ts";

export interface ReporterDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly queue: Queue;
  readonly resolver: Resolver;
  readonly facts: FactStore;
}

export interface Reporter {
  /** Counts a session. Absent where nothing is reported. Never throws. */
  readonly observe?: (session: SessionObservation) => void;
  /** Takes in what came by HTTP. */
  receive(bytes: Uint8Array): Promise<readonly TakenIn[]>;
  /** Writes down what was counted, and ends what is under way. Before the queue and the facts are closed. */
  close(): Promise<void>;
}

/** Throws StoreError if the counts cannot be kept. */
export function createReporter(config: Config, deps: ReporterDeps): Reporter {
  const { sender: settings } = config.reports;
  const store = openReports(deps.facts);
  const collecting: CollectorDeps = { ...deps, store, checkSignature: signatureChecker(deps.resolver, deps.clock) };
  const { inbox, keepMs } = config.reports;
  const watch = inbox === undefined ? undefined : watchInbox(collecting, directoryInbox(inbox, deps.clock));
  const house = keepHouse(store, keepMs, deps);
  const receive = (bytes: Uint8Array): Promise<readonly TakenIn[]> => takeIn(collecting, bytes, "http");
  const stopReceiving = async (): Promise<void> => {
    house.cancel();
    await watch?.close();
  };
  if (settings === undefined) return { receive, close: stopReceiving };
  const counter = createCounter({ ...deps, store });
  const { authorities } = config.policy;
  const post = httpsPost({
    ...deps,
    allowPrivateAddresses: config.danger.allowPrivateAddresses,
    ...(authorities === undefined ? {} : { authorities }),
  });
  const sender = startSender({ ...deps, post, store }, settings);
  return {
    observe: (session) => counter.observe(session),
    receive,
    async close() {
      await stopReceiving();
      await sender.close();
      counter.close();
    },
  };
}

const housekeepingMs = 3_600_000;

/** Drops received reports that were kept for long enough. */
function keepHouse(
  store: Pick<ReceivedStore, "forgetReceived">,
  keepMs: number,
  { clock, log }: Pick<ReporterDeps, "clock" | "log">,
): Timer {
  let timer: Timer | undefined;
  const sweep = (): void => {
    try {
      store.forgetReceived(clock.now() - keepMs);
    } catch (error) {
      log.warn("old TLS reports could not be dropped", { error: String(error) });
    }
    timer = clock.after(housekeepingMs, sweep);
  };
  sweep();
  return { cancel: () => timer?.cancel() };
}
