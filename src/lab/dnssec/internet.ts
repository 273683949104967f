/**
 * The DNS from its root down, signed: plain records are sorted into zones, each zone that is to be signed gets a key of its own, and
 * each delegation says, by a DS record or by a proven absence of one, how its child stands.
 */
import { isWithin, labelsOf, rootName, type ResourceRecord, type TrustAnchor, type WireName } from "../../dns/index.ts";
import type { Clock } from "../../base/index.ts";
import { wire } from "./names.ts";
import { recursorOver, type Recursor } from "./recursor.ts";
import { makeKey, type SigningKey, type Validity } from "./signer.ts";
import { LabZone } from "./zone.ts";

/** How a zone stands. `broken`: it is signed, and no signature fits. */
export type ZoneState = "signed" | "unsigned" | "broken";

export interface InternetOptions {
  readonly clock: Pick<Clock, "now">;
  /** Zones by name. The root is one of its own accord, signed unless said otherwise. */
  readonly zones: Readonly<Record<string, ZoneState>>;
  readonly records: readonly ResourceRecord[];
  /** Keys by zone; those that are missing are made and put in. */
  readonly keys?: Map<string, SigningKey>;
}

export interface Internet {
  /** What to believe without proof: the root's key. Empty if the root is not signed. */
  readonly anchors: readonly TrustAnchor[];
  readonly recursor: Recursor;
}

/** Throws a TypeError for a zone whose name is none. */
export function signedInternet({ clock, zones, records, keys = new Map() }: InternetOptions): Internet {
  const validity = validFrom(clock);
  const made = Object.entries({ ".": "signed" as const, ...zones })
    .map(([name, state]) => zoneOf(name, state, validity, keys))
    .toSorted((a, b) => labelsOf(b.name).length - labelsOf(a.name).length);
  const closest = (name: WireName, other?: LabZone): LabZone | undefined =>
    made.find((zone) => zone !== other && isWithin(name, zone.name));
  for (const { name, ttlSeconds, data } of records) closest(name)?.add(absolute(name), data, ttlSeconds);
  for (const zone of made) closest(zone.name, zone)?.delegate(zone);
  return { anchors: made.at(-1)?.anchors() ?? [], recursor: recursorOver(made) };
}

const daySeconds = 86_400;
const signedForDays = 90;
const ecdsaP256 = 13;

function validFrom(clock: Pick<Clock, "now">): Validity {
  const now = Math.floor(clock.now() / 1000);
  return { inception: now - daySeconds, expiration: now + signedForDays * daySeconds };
}

function zoneOf(name: string, state: ZoneState, validity: Validity, keys: Map<string, SigningKey>): LabZone {
  if (state === "unsigned") return new LabZone(name, {});
  const key = keys.get(name) ?? makeKey(ecdsaP256);
  keys.set(name, key);
  return new LabZone(name, { signing: { keys: [key], validity, broken: state === "broken" } });
}

function absolute(name: WireName): string {
  return wire(name) === rootName ? "." : `${name}.`;
}
