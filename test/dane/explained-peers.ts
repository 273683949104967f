/**
 * Where ours means to differ from OpenSSL and GnuTLS on a chain, each with the section that says so. A rule looks at how the
 * certificates are made and at what both said, never at a number.
 */
import type { X509Certificate } from "node:crypto";
import { readCertificate, type Certificate } from "../../src/tls/dane/index.ts";
import { certificateOf } from "../../src/tls/dane/usable.ts";
import type { DaneFailure } from "../../src/tls/index.ts";
import type { Case } from "./chains.ts";
import type { Difference, Peer } from "./compare.ts";

interface Explanation {
  readonly why: string;
  /** Whose verdict it is about. */
  readonly peers: readonly Peer[];
  /** Undefined: whatever we say of the chain as a whole. */
  readonly weAccept?: boolean;
  /** `failure` is one of ours, with an empty detail where we accept. */
  holds(difference: Difference, failure: Pick<DaneFailure, "detail" | "reached">): boolean;
}

const openssl: readonly Peer[] = ["OpenSSL"];
const paths: readonly Peer[] = ["GnuTLS (DANE-TA)"];
const leaves: readonly Peer[] = ["GnuTLS (DANE-EE)"];

const explanations: readonly Explanation[] = [
  {
    why: "both agree on the path alone: the peer takes the first certificate of an issuer's name and looks no further, ours tries every one that has signed (RFC 4158 §2.3)",
    peers: [...openssl, ...paths],
    weAccept: true,
    holds: ({ agreesOnPath }) => agreesOnPath,
  },
  {
    why: "an authority of its issuer's name is not for that signed by itself (RFC 5280 §3.2, §6.1); without key identifiers the peer takes it to be",
    peers: [...openssl, ...paths],
    weAccept: true,
    holds: ({ made }) => !hasKeyIdentifiers(made) && made.others.some(({ x509 }) => isSelfIssued(x509)),
  },
  {
    why: "GnuTLS knows no anchor that is a bare key (RFC 7671 §5.2.3)",
    peers: paths,
    weAccept: true,
    holds: ({ judged: { ours } }) => ours.ok && isBareKey(ours.value.record),
  },
  {
    why: "the common name counts where there is no DNS name, though there be an address (RFC 7672 §3.2.3); GnuTLS takes any other name for one",
    peers: paths,
    weAccept: true,
    holds: ({ made: { leaf } }) => {
      const names = leaf.x509.subjectAltName ?? "";
      return names !== "" && !names.includes("DNS:");
    },
  },
  {
    why: "an anchor that may sign and says no more is one that the domain names (RFC 5280 §6.1.1 (d): what stands in it is not judged); GnuTLS wants basic constraints",
    peers: paths,
    weAccept: true,
    holds: ({ made }) => made.others.some(({ x509 }) => signsWithoutConstraints(x509)),
  },
  {
    why: "the dates of every certificate of a path count (RFC 5280 §6.1.3 (a)(2)), an anchor's too; OpenSSL passes over those of an anchor that is no root",
    peers: openssl,
    weAccept: false,
    holds: (_, { detail }) => /^the authority .* (?:was valid until|is valid from)/.test(detail),
  },
  {
    why: "whoever is no anchor and has no basic constraints is no authority (RFC 5280 §6.1.4 (k)); the peer goes by key usage",
    peers: [...openssl, ...paths],
    weAccept: false,
    holds: ({ made }, { detail }) =>
      detail.includes("(CA flag)") && made.others.some(({ x509 }) => signsWithoutConstraints(x509)),
  },
  {
    why: "an anchor is an authority by what stands in it, or a root of version 1 (RFC 5280 §6.1.4 (k)); GnuTLS trusts whatever it is handed",
    peers: paths,
    weAccept: false,
    holds: (_, { detail, reached }) =>
      reached !== undefined && detail.endsWith(`at depth ${reached.depth} is not an authority (CA flag)`),
  },
  {
    why: "an anchor's bare key, and what it has signed, have to be strong as any other (RFC 9325 §4.5); OpenSSL takes the certificate that it signed for the anchor",
    peers: openssl,
    weAccept: false,
    holds: ({ made }, { detail }) =>
      made.records.some(isBareKey) && /weak or unknown algorithm|the key of the TLSA record is too weak/.test(detail),
  },
  {
    why: "anyExtendedKeyUsage alone is not the purpose that is asked for (RFC 5280 §4.2.1.12 MAY), and it is asked of the anchor, too; GnuTLS takes it, and asks nothing of an anchor",
    peers: paths,
    weAccept: false,
    holds: (_, { detail }) => detail.includes("extended key usage"),
  },
  {
    why: "a key of whose usages none is TLS's is not for TLS (RFC 5280 §4.2.1.3); GnuTLS does not look",
    peers: paths,
    weAccept: false,
    holds: (_, { detail }) => detail.startsWith("the key of the certificate is not for TLS"),
  },
  {
    why: "constraints on directory names are held to (RFC 5280 §4.2.1.10); GnuTLS passes over them",
    peers: paths,
    weAccept: false,
    holds: ({ made }, { detail }) =>
      detail.includes("name constraints") && certificatesOf(made).some(constrainsDirectory),
  },
  {
    why: "the strongest digest decides (RFC 7671 §9); libgnutls-dane takes any",
    peers: leaves,
    holds: ({ made: { records } }) =>
      records.some(
        (one) =>
          one.usage === 3 &&
          one.matching === 1 &&
          records.some((other) => other.usage === 3 && other.selector === one.selector && other.matching === 2),
      ),
  },
  {
    why: "a weak key proves nobody, whoever names it (RFC 9325 §4.5); libgnutls-dane does not look",
    peers: leaves,
    weAccept: false,
    holds: ({ made: { leaf } }, { detail }) => leaf.keys.kind === "rsa1024" && detail.includes("weak"),
  },
];

/** Undefined if no rule holds. */
export function explainPeer(difference: Difference): string | undefined {
  const { peer, judged, failures } = difference;
  const reasons = judged.ours.ok ? [{ detail: "" }] : failures;
  return explanations.find(
    (one) =>
      one.peers.includes(peer) &&
      (one.weAccept ?? judged.ours.ok) === judged.ours.ok &&
      reasons.some((failure) => one.holds(difference, failure)),
  )?.why;
}

function isBareKey({ usage, selector, matching }: Case["records"][number]): boolean {
  return usage === 2 && selector === 1 && matching === 0;
}

function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && !certificate.verify(certificate.publicKey);
}

function hasKeyIdentifiers({ leaf }: Case): boolean {
  return leaf.der.includes(Buffer.from("0603551d23", "hex"));
}

function signsWithoutConstraints(certificate: X509Certificate): boolean {
  const read = readCertificate(certificate);
  return read?.basicConstraints === undefined && read?.keyUsage?.[5] === true;
}

/** Presented, or whole in DNS. */
function certificatesOf({ others, records }: Case): readonly (Certificate | undefined)[] {
  return [...others.map(({ x509 }) => readCertificate(x509)), ...records.map(certificateOf)];
}

function constrainsDirectory(certificate: Certificate | undefined): boolean {
  return certificate?.nameConstraints?.permitted.some(({ kind }) => kind === 4) === true;
}
