/**
 * Names for a relay: which resolver it asks, whom that believes, and who looks after it.
 *
 *   validating (the rule)        anchors ◄── keeper, which follows the root's keys (RFC 5011)
 *                                at the start, and when bogus answers pile up: are the resolvers themselves sound? (SEC-5)
 *   stub (trust_ad, skip_dnssec) the word of a resolver on this machine, or nobody's
 */
import type { Clock, Log, Metrics, Net, Random } from "../base/index.ts";
import {
  checkUpstreams,
  createAnchorKeeper,
  createDoubtWatch,
  createStubResolver,
  createValidatingResolver,
  type Answer,
  type DnsFinding,
  type Resolver,
  type Secure,
} from "../dns/index.ts";
import { createWords, tellDnsFinding } from "../words/index.ts";
import { anchorFile, openAnchorStore } from "./anchors.ts";
import type { Config } from "./config/types.ts";

export interface NamesPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly secure: Secure;
}

/** Begins to look after itself at once; `close` ends that. */
export function openResolver(config: Config, ports: NamesPorts): Resolver {
  const { dns, danger, server } = config;
  const upstreams = dns.resolvers;
  if (dns.trustAd || danger.skipDnssec) return createStubResolver({ ...ports, upstreams, trustAd: dns.trustAd });
  const { clock, log } = ports;
  const store = openAnchorStore(anchorFile(server.data));
  const keeper = createAnchorKeeper({ clock, log, store, own: dns.anchors });
  const { anchors } = keeper;
  const resolver = createValidatingResolver({ ...ports, upstreams, anchors });
  keeper.start(resolver.ask);
  const check = (): Promise<readonly DnsFinding[]> => checkUpstreams({ ...ports, upstreams, anchors });
  const tell = (findings: readonly DnsFinding[]): void => tellFindings(log, findings);
  void check().then(tell);
  const doubt = createDoubtWatch({ clock, check, onChecked: tell });
  const seen = <T>(answer: Answer<T>): Answer<T> => {
    if (answer.status === "bogus") doubt.bogus();
    return answer;
  };
  return {
    mx: async (name) => seen(await resolver.mx(name)),
    a: async (name) => seen(await resolver.a(name)),
    aaaa: async (name) => seen(await resolver.aaaa(name)),
    txt: async (name) => seen(await resolver.txt(name)),
    tlsa: async (name) => seen(await resolver.tlsa(name)),
    cname: async (name) => seen(await resolver.cname(name)),
    close() {
      keeper.close();
      return resolver.close();
    },
  };
}

/** In English, as the log is. */
function tellFindings(log: Log, findings: readonly DnsFinding[]): void {
  const words = createWords("en", { timeZone: "UTC" });
  for (const finding of findings) {
    const { code, severity, resolvers, seconds, detail } = finding;
    log[severity === "error" ? "error" : "warn"](tellDnsFinding(words, finding), { code, resolvers, seconds, detail });
  }
}
