/**
 * TLS reports in a relay: sessions are counted and reported if the configuration says who reports.
 *
 *   courier ──observe──► counter ──► facts.db ──► sender ──► our own queue, or HTTPS servers
 */
import type { Clock, Log, Metrics, Net, Random, SessionObservation } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import type { Queue } from "../queue/index.ts";
import { createCounter, startSender } from "../report/index.ts";
import type { Config } from "./config/types.ts";
import { httpsPost } from "./https-post.ts";
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
  /** Writes down what was counted, and ends what is under way. Before the queue and the facts are closed. */
  close(): Promise<void>;
}

/** Throws StoreError if the counts cannot be kept. */
export function createReporter(config: Config, deps: ReporterDeps): Reporter {
  const { sender: settings } = config.reports;
  const store = openReports(deps.facts);
  if (settings === undefined) return { close: () => Promise.resolve() };
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
    async close() {
      await sender.close();
      counter.close();
    },
  };
}
