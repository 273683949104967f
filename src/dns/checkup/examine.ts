/** One resolver looked at: the same question about a zone's own keys, each way that there is to ask. */
import { limits } from "../../base/index.ts";
import { overUdp, type ExchangePorts } from "../exchange.ts";
import { makeQuery, type Exchanged, type QueryForm } from "../query.ts";
import type { Upstream } from "../upstream.ts";
import { classIn, type Message } from "../message.ts";
import type { WireName } from "../name.ts";
import { checkupLimits } from "./limits.ts";

/** `unreadable`: something came that is no answer, or only the beginning of one. */
export type Came =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "unreadable" }
  | { readonly kind: "nothing"; readonly detail: string };

export interface Examined {
  readonly upstream: Upstream;
  /** Absent with TLS. */
  readonly udp?: Came;
  /** A small question over UDP, where the large one got nothing. */
  readonly smallUdp?: Came;
  /** Over TCP or TLS. */
  readonly stream: Came;
}

/** Never rejects, unless a port throws. */
export async function examine(upstream: Upstream, zone: WireName, ports: ExchangePorts): Promise<Examined> {
  const signatures: QueryForm = { wants: "signatures", edns: true, padded: upstream.tls !== undefined };
  const stream = overStream(upstream, zone, ports, signatures);
  if (upstream.tls !== undefined) return { upstream, stream: await stream };
  const udp = await overUdpTwice(upstream, zone, "DNSKEY", ports, signatures);
  if (udp.kind !== "nothing") return { upstream, udp, stream: await stream };
  // As a resolver of old would ask, for an answer that fits everywhere.
  const plain: QueryForm = { wants: "verdict", edns: false, padded: false };
  const smallUdp = await overUdpTwice(upstream, zone, "SOA", ports, plain);
  return { upstream, udp, smallUdp, stream: await stream };
}

/** A datagram may get lost without anything being wrong. */
async function overUdpTwice(
  upstream: Upstream,
  zone: WireName,
  type: "DNSKEY" | "SOA",
  ports: ExchangePorts,
  form: QueryForm,
): Promise<Came> {
  const question = { name: zone, type, class: classIn };
  const once = async (): Promise<Came> => {
    const query = makeQuery(ports.random, question, form);
    const outcome = await overUdp(ports, query, upstream, limits.dnsTryTimeoutMs);
    return outcome.kind === "use-tcp" ? { kind: "unreadable" } : came(outcome);
  };
  const first = await once();
  return first.kind === "nothing" ? once() : first;
}

async function overStream(upstream: Upstream, zone: WireName, ports: ExchangePorts, form: QueryForm): Promise<Came> {
  const query = makeQuery(ports.random, { name: zone, type: "DNSKEY", class: classIn }, form);
  return came(await ports.streams.ask(upstream, query, checkupLimits.streamTimeoutMs));
}

function came(outcome: Exchanged): Came {
  if (outcome.kind === "message") return outcome;
  return outcome.failure === "malformed" ? { kind: "unreadable" } : { kind: "nothing", detail: outcome.detail };
}
