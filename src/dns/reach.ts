/** Whether somebody speaks DNS at an address, asked past every resolver. */
import { limits, type Clock, type DomainName, type Endpoint, type Net, type Random } from "../base/index.ts";
import { Closing } from "./closing.ts";
import { Datagrams } from "./datagrams.ts";
import { overUdp } from "./exchange.ts";
import { makeQuery } from "./query.ts";
import { wireName } from "./wire.ts";

/** `no-route`: nothing could be sent from here. */
export type NameserverReached = "answers" | "silent" | "no-route";

export interface ReachPorts {
  readonly net: Pick<Net, "datagram">;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Any answer to a question for the zone will do, even a refusal: what is said there is for a resolver to judge. Asked a few times over UDP
 * (RFC 1035 §4.2.1), since a packet may get lost; each time takes `limits.dnsTryTimeoutMs` at the most. Never rejects.
 */
export async function reachNameserver(
  { net, clock, random }: ReachPorts,
  at: Endpoint,
  zone: DomainName,
): Promise<NameserverReached> {
  const ports = { clock, closing: new Closing(), datagrams: new Datagrams(net) };
  const question = { name: wireName(zone), type: "SOA", class: 1 };
  for (let tries = 1; tries <= triesMax; tries++) {
    const query = makeQuery(random, question, { wants: "verdict", edns: true, padded: false });
    const heard = await overUdp(ports, query, at, limits.dnsTryTimeoutMs);
    if (heard.kind !== "failure") return "answers";
    if (heard.failure === "network") return "no-route";
  }
  return "silent";
}

const triesMax = 2;
