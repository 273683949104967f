import { nameText, rdataText, type TrustAnchor } from "../dns/index.ts";

/** As a line that `--anchor` and the configuration read. */
export function anchorText({ zone, keyTag, algorithm, digestType, digest }: TrustAnchor): string {
  return `${nameText(zone)} IN DS ${rdataText({ type: "DS", keyTag, algorithm, digestType, digest })}`;
}
