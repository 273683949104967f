/** What one answer about a zone's own keys says of the resolver that gave it. Pure. */
import { isStoodFor, secondsOff, selfSigners } from "../dnssec/signers.ts";
import type { TrustAnchor } from "../dnssec/types.ts";
import { rcodeName, rcodes, type Message } from "../message.ts";
import type { WireName } from "../name.ts";

export type Judgement =
  | { readonly kind: "good" }
  /** Signed as it should be, for another time: `seconds` more than 0 lie in the future, less than 0 in the past. */
  | { readonly kind: "off"; readonly seconds: number }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "stripped" | "keys-unknown" | "forged" };

export function judge(
  message: Message,
  zone: WireName,
  anchors: readonly TrustAnchor[],
  nowSeconds: number,
): Judgement {
  if (message.rcode !== rcodes.noerror) return { kind: "refused", detail: rcodeName(message.rcode) };
  const has = (type: "DNSKEY" | "RRSIG"): boolean =>
    message.answers.some(({ name, data }) => name === zone && data.type === type);
  if (!has("DNSKEY") || !has("RRSIG")) return { kind: "stripped" };
  const own = anchors.filter((anchor) => anchor.zone === zone);
  const believed = selfSigners(message, zone).filter(
    ({ data, isRevoked }) => !isRevoked && isStoodFor(zone, data, own),
  );
  if (believed.length === 0) return { kind: "keys-unknown" };
  const offs = believed.flatMap(({ signatures }) => signatures.map((one) => secondsOff(one, nowSeconds)));
  const [least] = offs.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  if (least === undefined) return { kind: "forged" };
  return least === 0 ? { kind: "good" } : { kind: "off", seconds: least };
}
