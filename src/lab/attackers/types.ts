/** What an attacker of the lab is. */
import type { PublicKey } from "openpgp";
import type { Clock, DomainName, Endpoint, Net } from "../../base/index.ts";
import type { AttackId as Catalogued } from "../../threats/index.ts";
import type { Authority, Credentials } from "../ca.ts";
import type { Nameserver } from "../nameserver/index.ts";
import type { PolicyHost } from "../policy-host.ts";

/** As in the catalogue of attacks: those that are carried out by somebody who stands somewhere and waits. */
export type AttackId = Exclude<Catalogued, "inject-command" | "smuggle" | "target">;

/** On the path to the honest server (or in it, which to whoever comes is the same place), or between the sender and the name server. */
export type Stand = "path" | "dns";

export interface AttackDeps {
  readonly net: Net;
  readonly clock: Clock;
  /** The authority that the sender trusts. From it the attacker has certificates too, but none that is good for the target. */
  readonly authority: Authority;
  /** Whom the sender asks. Whoever stands in the DNS stands in front of it. */
  readonly dns: Pick<Nameserver, "meddle">;
  /** Who serves MTA-STS policies; absent where nobody does. */
  readonly policies?: Pick<PolicyHost, "meddle" | "meddleAt">;
}

export interface AttackTarget {
  /** Where the attacker waits for the sender: on the path, at what the sender takes for the honest server. Loopback; port 0 takes a free one. */
  readonly at: Endpoint;
  /** Where the honest server is. Loopback. */
  readonly victim: Endpoint;
  /** The honest server's name. */
  readonly host: DomainName;
  /** The domain whose mail goes there. */
  readonly domain: DomainName;
  /** The honest server's own certificate and key, for attackers who have broken into what it protects. */
  readonly credentials?: Credentials;
  /** Where senders believe mail servers to listen; default 25. */
  readonly smtpPort?: number;
  /** The honest server offers REQUIRETLS; default: it does. */
  readonly offersRequireTls?: boolean;
  /** Who gets sealed mail at the domain, and the key that he has published. Absent: nobody. */
  readonly sealedFor?: { readonly locals: readonly string[]; readonly key: PublicKey };
  /** Whose mail he is not after: he hands it on to the honest server and keeps nothing of it. Default: nobody's. */
  readonly spares?: (envelope: Envelope) => boolean;
  /** Whether he lies to the DNS and about policies just now; default: always. */
  readonly isAtWork?: () => boolean;
}

/** As far as an attacker reads it. */
export type Envelope = Pick<Captured, "from" | "to">;

/** A message whose content the attacker has got hold of: the evidence of a leak. */
export interface Captured {
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
  /** True: the sender encrypted it, to the attacker. */
  readonly tls: boolean;
  /** It came to the honest server, and he is in there. */
  readonly isAtHop?: true;
}

export interface AttackCounts {
  /** Connections that came to the attacker in place of the honest server. */
  readonly connections: number;
  /** How often the attacker did what it does: an offer cut out, a handshake broken, an answer forged. */
  readonly strikes: number;
}

export interface RunningAttack {
  readonly endpoint: Endpoint;
  captured(): readonly Captured[];
  /** What he could have kept as well, and has handed on. */
  handedOn(): readonly Captured[];
  readonly counts: AttackCounts;
  close(): Promise<void>;
}

/** One way of attacking: what comes into his hands, whoever it is from. */
export type HeldAttack = Omit<RunningAttack, "handedOn">;

/** Rejects if it cannot listen; throws if it is to listen or to dial anywhere but on loopback. */
export type StartAttack = (deps: AttackDeps, target: AttackTarget) => Promise<HeldAttack>;

export interface Attacker {
  readonly id: AttackId;
  readonly stands: Stand;
  /** Names of the ways to do it; the first is the plainest. */
  readonly variants: readonly string[];
  /** Default: the first variant. Throws if there is none of that name. */
  start(deps: AttackDeps, target: AttackTarget, variant?: string): Promise<RunningAttack>;
}

/** An attacker from its variants. */
export function attacker(id: AttackId, ways: Readonly<Record<string, StartAttack>>, stands: Stand = "path"): Attacker {
  const variants = Object.keys(ways);
  return {
    id,
    stands,
    variants,
    start(deps, target, variant = variants[0] ?? "") {
      const way = Object.hasOwn(ways, variant) ? ways[variant] : undefined;
      if (way === undefined) throw new TypeError(`${id} has no variant ${variant}`);
      return sparing(way(onDuty(deps, target), target), target);
    },
  };
}

/** He lies only while he is at work. */
function onDuty(deps: AttackDeps, { isAtWork }: AttackTarget): AttackDeps {
  if (isAtWork === undefined) return deps;
  const { dns, policies } = deps;
  return {
    ...deps,
    dns: { meddle: (lie) => dns.meddle((truth, question) => (isAtWork() ? lie(truth, question) : truth)) },
    ...(policies === undefined
      ? {}
      : {
          policies: {
            meddle: (domain, how) => policies.meddle(domain, how, isAtWork),
            meddleAt: (host, how) => policies.meddleAt(host, how, isAtWork),
          },
        }),
  };
}

async function sparing(starting: Promise<HeldAttack>, { spares = () => false }: AttackTarget): Promise<RunningAttack> {
  const held = await starting;
  return {
    endpoint: held.endpoint,
    captured: () => held.captured().filter((message) => !spares(message)),
    handedOn: () => held.captured().filter(spares),
    get counts() {
      return held.counts;
    },
    close: () => held.close(),
  };
}
