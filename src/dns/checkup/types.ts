/** What a look at the resolvers can find. Plain JSON; the codes are stable, and `words` tells each in a sentence. */

export const dnsFindingCodes = [
  /** None of the resolvers answers. */
  "no-answer",
  /** This one does not, others do. */
  "silent",
  /** It answers that it will not or cannot: `detail` has its response code. */
  "refused",
  /** Keys or signatures are left out of its answers. */
  "stripped",
  /** Its answers carry keys that no trust anchor stands for. */
  "keys-unknown",
  /** Its answers carry the right keys, and no signature of theirs fits. */
  "forged",
  /** What it sends cannot be read. */
  "garbage",
  /** By all that the signatures say, this machine's clock is behind, or ahead, by at least `seconds`. */
  "clock-behind",
  "clock-ahead",
  /** Its answers are out of date, by `seconds`, and others' are not. */
  "stale",
  /** Nothing comes over UDP; TCP works. */
  "udp-blocked",
  /** Small answers come over UDP, large ones do not; TCP works. */
  "udp-large-lost",
  /** Over UDP comes something else than over TCP, and not what is signed. */
  "udp-changed",
  /** TCP does not work: answers that are too large for UDP cannot be had. */
  "tcp-blocked",
] as const;

export type DnsFindingCode = (typeof dnsFindingCodes)[number];

export interface DnsFinding {
  readonly code: DnsFindingCode;
  /** `error`: nothing can be proven through any resolver as it stands. */
  readonly severity: "error" | "warning";
  /** Those it was found at, as the operator writes them. */
  readonly resolvers: readonly string[];
  readonly seconds?: number;
  /** What was seen, in English. Over TLS it may repeat what stands in a certificate. */
  readonly detail?: string;
}
