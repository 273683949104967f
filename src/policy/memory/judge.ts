/**
 * What earlier deliveries say about the next one (MEM-1, MEM-2). Pure.
 *
 * Opportunistic security (RFC 7435 §3) takes what a peer offers today. An attacker who takes the offer away gets cleartext, and
 * nobody is the wiser. So what a host has met before is a promise of its own: once a level is *established*, less than it is a
 * suspected downgrade, and mail waits.
 *
 *   nothing met ──deliveries──► met, not established ──3 deliveries on 2 days──► established
 *                                                                                 │      ▲
 *                                                                       falls short      meets it again
 *                                                                                 ▼      │
 *                                                                               suspected since …
 *
 * - Two days, and not three deliveries alone: one bad hour of an attacker's, or one of an administrator who tries something out,
 *   establishes nothing.
 * - A level is also met by what is better, so that a host which proves itself from time to time is at least `encrypted`.
 * - Cleartext is not remembered. There is nothing in it that could be lost.
 *
 * Why by domain and host, and not by host alone: *authenticated* says that a host is the one that a domain's own published
 * promises name (its signed MX set, its MTA-STS policy). The same host proves nothing of the kind for the next domain, whose MX
 * records anybody may forge. That a host *encrypts* is a property of the host's, whoever's mail it is: a host that
 * did so for any domain is expected to do so for all. And a domain whose mail was always encrypted does not stop at that
 * because today it names a host that nobody has met: that is just what forged MX records look like.
 */
import { satisfies, strongest, type Instant, type Level, type TlsFault } from "../../base/index.ts";
import type { MemoryFact, RememberedHost, RememberedLevel } from "../types.ts";
import { memoryLimits } from "./limits.ts";

/** The best level that a host has met often enough and on enough days to be held to. */
export function establishedLevel(remembered: RememberedHost): Level {
  if (isEstablished(remembered.authenticated)) return "authenticated";
  return isEstablished(remembered.encrypted) ? "encrypted" : "cleartext";
}

/** After a delivery that met `level`. A suspicion ends with the level that was established before it, and with nothing less. */
export function afterDelivery(remembered: RememberedHost, level: Level, at: Instant): RememberedHost {
  if (level === "cleartext") return remembered;
  const { suspectedSince, ...rest } = remembered;
  const isCleared = satisfies(level, establishedLevel(remembered));
  return {
    ...rest,
    encrypted: onceMore(remembered.encrypted, at),
    ...(level === "authenticated" ? { authenticated: onceMore(remembered.authenticated, at) } : {}),
    ...(suspectedSince === undefined || isCleared ? {} : { suspectedSince }),
  };
}

/** After a hop that met less than was expected of it. The first time counts: patience runs from there. */
export function afterShortfall(remembered: RememberedHost, at: Instant): RememberedHost {
  return remembered.suspectedSince === undefined ? { ...remembered, suspectedSince: at } : remembered;
}

/**
 * The level that a host must meet for what is remembered. It is one more reason to ask for much, and never one to ask for
 * less (MEM-2): whoever plans takes the stronger of this and of what is required anyway. For a memory that cannot
 * be read it is the most there is; such mail waits.
 */
export function rememberedFloor({ memory, host }: Asked): Level {
  switch (memory.kind) {
    case "off":
      return "cleartext";
    case "unreadable":
      return "authenticated";
    case "known": {
      const own = establishedLevel(rememberedOf(memory.ofDomain, host));
      const isEncrypted = encryptsForAnyone(memory, host) || encryptsEverywhere(memory);
      return isEncrypted ? strongest(own, "encrypted") : own;
    }
  }
}

/** Since when this host has met less than is remembered; undefined if it has not. */
export function suspectedSince({ memory, host }: Asked): Instant | undefined {
  return memory.kind === "known" ? rememberedOf(memory.ofDomain, host).suspectedSince : undefined;
}

interface Asked {
  /** About the domain whose mail it is. */
  readonly memory: MemoryFact;
  readonly host: string;
}

/** The most that a hop can have met which failed with this fault. */
export function metDespite(fault: TlsFault): Level {
  return metByFault[fault];
}

export function isTlsFault(text: string): text is TlsFault {
  return Object.hasOwn(metByFault, text);
}

/** A host's own entry: a host may well be called `constructor`. */
export function rememberedOf(hosts: Readonly<Record<string, RememberedHost>>, host: string): RememberedHost {
  return (Object.hasOwn(hosts, host) ? hosts[host] : undefined) ?? {};
}

type KnownMemory = Extract<MemoryFact, { readonly kind: "known" }>;

function encryptsForAnyone({ ofHosts }: KnownMemory, host: string): boolean {
  return establishedLevel(rememberedOf(ofHosts, host)) !== "cleartext";
}

function encryptsEverywhere({ ofDomain }: KnownMemory): boolean {
  return Object.values(ofDomain).some((remembered) => establishedLevel(remembered) !== "cleartext");
}

function isEstablished(level: RememberedLevel | undefined): boolean {
  return (
    level !== undefined &&
    level.deliveries >= memoryLimits.establishedDeliveriesMin &&
    level.days >= memoryLimits.establishedDaysMin
  );
}

/** Days are counted forwards alone: a clock that is set back must not make two days of one. */
function onceMore(before: RememberedLevel | undefined, at: Instant): RememberedLevel {
  if (before === undefined) return { deliveries: 1, days: 1, firstAt: at, lastAt: at };
  return {
    deliveries: before.deliveries + 1,
    days: before.days + (dayOf(at) > dayOf(before.lastAt) ? 1 : 0),
    firstAt: Math.min(before.firstAt, at),
    lastAt: Math.max(before.lastAt, at),
  };
}

const dayMs = 86_400_000;

/** UTC days since 1970. */
function dayOf(at: Instant): number {
  return Math.floor(at / dayMs);
}

const metByFault: Readonly<Record<TlsFault, Level>> = {
  "starttls-missing": "cleartext",
  "starttls-refused": "cleartext",
  "handshake-reset": "cleartext",
  "handshake-timeout": "cleartext",
  "handshake-garbage": "cleartext",
  "handshake-failed": "cleartext",
  "injected-bytes": "cleartext",
  // TLS came about; with whom is not known.
  "protocol-too-old": "encrypted",
  "certificate-missing": "encrypted",
  "certificate-name-mismatch": "encrypted",
  "certificate-expired": "encrypted",
  "certificate-not-yet-valid": "encrypted",
  "certificate-self-signed": "encrypted",
  "certificate-untrusted": "encrypted",
  "dane-mismatch": "encrypted",
  // Says nothing about this hop: the next ones are what the extension is for.
  "requiretls-missing": "authenticated",
};
