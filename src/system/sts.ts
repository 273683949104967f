/** MTA-STS for a relay, or for an operator's command beside one: policies in `facts.db`, names by our resolver, HTTPS by our own hand. */
import type { Clock, Log, Metrics, Net, Random } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import { createStsSource, type StsService } from "../policy/index.ts";
import type { Config } from "./config/types.ts";
import { httpsGet } from "./https.ts";
import type { FactStore } from "./store/open.ts";
import { openStsStore } from "./store/sts.ts";

export interface StsPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly resolver: Pick<Resolver, "a" | "aaaa" | "txt">;
  readonly facts: FactStore;
  /** False for a command: it asks when it is told to, and nothing is refreshed by the clock. Default: true. */
  readonly refreshes?: boolean;
}

/** Throws StoreError if its tables cannot be used. Close it before `facts`. */
export function openStsSource({ policy, danger }: Pick<Config, "policy" | "danger">, ports: StsPorts): StsService {
  const { facts, refreshes = true, ...others } = ports;
  const get = httpsGet({
    ...others,
    port: danger.httpsPort,
    allowPrivateAddresses: danger.allowPrivateAddresses,
    ...(policy.authorities === undefined ? {} : { authorities: policy.authorities }),
  });
  return createStsSource({ ...others, get, store: openStsStore(facts), refreshes });
}
