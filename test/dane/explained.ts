/** Where Surehop means to differ from OpenSSL's verdict on a row, each by a rule that the row itself shows. */
import type { TlsaRecord } from "../../src/dns/index.ts";
import type { Matcher } from "./judge.ts";
import type { Row } from "./rows.ts";

interface Difference {
  readonly row: Row;
  readonly verdict: ReturnType<Matcher>;
  /** Both come to the same. */
  readonly agrees: boolean;
  /** The row with other records. */
  readonly ask: (records: readonly TlsaRecord[]) => ReturnType<Matcher>;
  readonly differs: (verdict: ReturnType<Matcher>) => boolean;
}

/** The rule, with its section; undefined if there is no difference, or none that is meant. */
export function explain({ row, verdict, agrees, ask, differs }: Difference): string | undefined {
  const pkix = row.records.filter(({ usage }) => usage === 0 || usage === 1);
  if (pkix.length > 0 && pkix.length === row.records.length && !verdict.ok) {
    return "all its records are PKIX-TA or PKIX-EE, which SMTP cannot use (RFC 7672 §3.1.3)";
  }
  if (agrees) return undefined;
  if (!verdict.ok && row.result === 0 && pkix.some(({ usage }) => usage === 0 || usage === 1)) {
    return "what matches is PKIX-TA or PKIX-EE, which SMTP cannot use (RFC 7672 §3.1.3)";
  }
  if (verdict.ok && verdict.value.record.usage === 3 && row.result === nameMismatch && !row.noNameChecks) {
    return "the row asks for a name where DANE-EE matches, and SMTP asks for none (RFC 7672 §3.1.1)";
  }
  if (!differs(ask(withoutSha512(row.records)))) {
    return "OpenSSL's test prefers SHA-256 to SHA-512; which digest is stronger is the client's to say (RFC 7671 §9)";
  }
  if (!verdict.ok && row.result === 0 && row.chain.some(isWeak)) {
    return "OpenSSL's test asks for no strength of keys and signatures (RFC 9325 §4.5)";
  }
  return undefined;
}

const nameMismatch = 62;

/** As the digests count in OpenSSL's test: where SHA-256 is published, SHA-512 is passed over. */
function withoutSha512(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  return records.filter(
    ({ usage, selector, matching }) =>
      matching !== 2 ||
      !records.some((other) => other.usage === usage && other.selector === selector && other.matching === 1),
  );
}

function isWeak({ publicKey, signatureAlgorithm }: Row["chain"][number]): boolean {
  const bits = publicKey.asymmetricKeyType === "rsa" ? publicKey.asymmetricKeyDetails?.modulusLength : undefined;
  return (bits !== undefined && bits < 2048) || /md5|sha1/i.test(signatureAlgorithm ?? "");
}
