/**
 * Who an author asks for a key: the DNS, through a resolver that validates in process (SEC-1) and is new for each letter, so that nothing which
 * was said before counts; and the web.
 */
import {
  err,
  noLog,
  noMetrics,
  type Clock,
  type DomainName,
  type Endpoint,
  type Net,
  type Random,
  type Result,
} from "../../base/index.ts";
import { createValidatingResolver, type Resolver, type TrustAnchor, type ValidatingResolver } from "../../dns/index.ts";
import { loopbackOnly } from "../loopback.ts";
import type { Directory, WebFault } from "./discovery.ts";

/** HTTPS as any program speaks it: the server proves its name by WebPKI, before it is asked anything. */
export type OpenWeb = (terms: WebTerms) => (host: DomainName, path: string) => Promise<Result<Uint8Array, WebFault>>;

export interface WebTerms {
  readonly net: Net;
  readonly resolver: Pick<Resolver, "a" | "aaaa">;
  readonly port: number;
  /** The authority that is believed, and no other, PEM. */
  readonly authorityPem: string;
}

export interface DirectoryTerms {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly openWeb: OpenWeb;
  readonly nameserver: Endpoint;
  readonly anchors: readonly TrustAnchor[];
  readonly httpsPort: number;
  readonly authorityPem: string;
}

export interface OpenDirectory extends Directory {
  close(): Promise<void>;
}

export function openDirectory(terms: DirectoryTerms): OpenDirectory {
  const { httpsPort: port, authorityPem } = terms;
  const net = loopbackOnly(terms.net);
  const resolver = openDns({ ...terms, net });
  const get = terms.openWeb({ net, resolver, port, authorityPem });
  return {
    query: (name, type) => resolver.query(name, type),
    async get(host, path) {
      const there = await whetherThere(resolver, host);
      return there === "there" ? get(host, path) : err(there);
    },
    close: () => resolver.close(),
  };
}

/** For tests of authors who go about it in another way. */
export function openDns({
  net,
  clock,
  random,
  nameserver,
  anchors,
}: Omit<DirectoryTerms, "openWeb">): ValidatingResolver {
  return createValidatingResolver({
    net,
    clock,
    random,
    log: noLog,
    metrics: noMetrics,
    upstreams: [nameserver],
    anchors: () => anchors,
  });
}

/** WKD §3.1: only a name that does not exist leads to the other place; an answer that fails leads nowhere. */
async function whetherThere(
  resolver: Pick<Resolver, "a" | "aaaa">,
  host: DomainName,
): Promise<"there" | "no-host" | "unavailable"> {
  const answers = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  if (answers.some(({ kind }) => kind === "records")) return "there";
  return answers.some(({ kind }) => kind === "failure") ? "unavailable" : "no-host";
}
