/** Why an answer has its status: stable codes, a sentence each, and the Extended DNS Error that says the same (RFC 8914 §4). */
import type { StatusReason } from "./types.ts";

export type ReasonCode = keyof typeof extendedErrors;

export function reason(code: ReasonCode, text: string): StatusReason {
  const ede = extendedErrors[code];
  return ede === undefined ? { code, text } : { code, text, ede };
}

/** Every code. A code is never renamed. */
const extendedErrors = {
  // secure
  "chain-complete": undefined,
  // insecure
  "no-anchor": undefined,
  "insecure-delegation": undefined,
  "opt-out": undefined,
  "unsupported-algorithm": 1,
  "unsupported-digest": 2,
  "nsec3-iterations": 27,
  "not-signable": undefined,
  // bogus
  "signature-missing": 10,
  "signature-invalid": 6,
  "signature-expired": 7,
  "signature-not-yet-valid": 8,
  "signer-wrong": 6,
  "key-missing": 9,
  "key-mismatch": 9,
  "no-zone-key": 11,
  "wildcard-unproven": 12,
  "denial-missing": 12,
  "denial-invalid": 6,
  "alias-mismatch": 6,
  "work-limit": 6,
  // indeterminate
  "no-answer": 22,
  "unreadable-answer": undefined,
  "chain-too-long": undefined,
} as const satisfies Readonly<Record<string, number | undefined>>;

/** For those who tell each in words. */
export const reasonCodes = Object.keys(extendedErrors) as readonly ReasonCode[];
