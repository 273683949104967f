/**
 * The root's keys, as IANA publishes them (https://data.iana.org/root-anchors/root-anchors.xml, RFC 9718): KSK-2017 and KSK-2024. Both
 * are believed, so that the change from one to the other goes unnoticed.
 */
import { rootName } from "../name.ts";
import type { TrustAnchor } from "../dnssec/types.ts";

export const rootAnchors: readonly TrustAnchor[] = [
  rootAnchor(20_326, "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
  rootAnchor(38_696, "683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"),
];

/** RSA with SHA-256, digest SHA-256. */
function rootAnchor(keyTag: number, digest: string): TrustAnchor {
  return { zone: rootName, keyTag, algorithm: 8, digestType: 2, digest: new Uint8Array(Buffer.from(digest, "hex")) };
}

/**
 * The built-in keys and an operator's own. Whoever names keys for the root himself means those, and no others: his is a root of its
 * own.
 */
export function withRoot(own: readonly TrustAnchor[]): readonly TrustAnchor[] {
  return own.some(({ zone }) => zone === rootName) ? own : [...rootAnchors, ...own];
}
