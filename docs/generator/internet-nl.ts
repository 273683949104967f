/**
 * Internet.nl's mail test, point by point, and what the checker says of each. Their names of the points are those of the site in 2026
 * (its TLS points follow the guidelines of NCSC-NL of 2025); what a finding means stands in findings.md.
 */
import type { Finding } from "../../src/check/index.ts";
import { code, codes, head, page, table } from "./markdown.ts";

export interface Point {
  /** As the site calls it. */
  readonly point: string;
  /** None: it is not looked at, and `note` says why. */
  readonly findings: readonly Finding["code"][];
  readonly note?: string;
}

export interface Part {
  readonly part: string;
  readonly points: readonly Point[];
}

export const internetNl: readonly Part[] = [
  {
    part: "IPv6",
    points: [
      { point: "IPv6 addresses for name servers", findings: ["ns-ipv6-missing"] },
      {
        point: "IPv6 reachability of name servers",
        findings: ["ns-ipv6-silent"],
        note: "each is asked over UDP; from a machine without IPv6 it is listed as not tested",
      },
      { point: "IPv6 addresses for mail servers", findings: ["ipv6-missing"] },
      {
        point: "IPv6 reachability of mail servers",
        findings: ["address-refuses"],
        note: "every address is talked to, of both kinds; from a machine without IPv6 it is listed as not tested",
      },
    ],
  },
  {
    part: "DNSSEC",
    points: [
      { point: "DNSSEC existence, of the domain", findings: ["mx-insecure"] },
      { point: "DNSSEC validity, of the domain", findings: ["mx-unknown"] },
      { point: "DNSSEC existence, of mail server domains", findings: ["addresses-insecure", "tlsa-insecure"] },
      { point: "DNSSEC validity, of mail server domains", findings: ["host-dns-bogus", "tlsa-unknown"] },
    ],
  },
  {
    part: "STARTTLS",
    points: [
      {
        point: "STARTTLS available",
        findings: ["host-no-starttls", "starttls-refused", "tls-broken"],
        note: "and whether it is demanded: `starttls-required`, and `hosts` in the JSON",
      },
      { point: "TLS version", findings: ["tls-old-versions", "tls-too-old", "tls13-missing"] },
      {
        point: "Ciphers (algorithm selections)",
        findings: ["cipher-insecure", "cipher-anonymous", "cipher-weak", "cipher-static", "cipher-cbc"],
      },
      { point: "Cipher order", findings: ["cipher-order"] },
      {
        point: "Key exchange parameters",
        findings: ["dh-short", "group-weak"],
        note: "a group of 2048 bits is long enough here (RFC 9325 §4.4); Internet.nl asks for 3072 and one of RFC 7919",
      },
      { point: "Hash function for key exchange", findings: ["exchange-sha1"] },
      { point: "Extended master secret", findings: ["ems-missing"] },
      { point: "TLS compression", findings: ["compression"] },
      { point: "Secure renegotiation", findings: ["renegotiation-unsafe"] },
      { point: "Client-initiated renegotiation", findings: ["renegotiation-by-client"] },
      { point: "0-RTT", findings: ["early-data"] },
      { point: "OCSP stapling", findings: [], note: "Internet.nl has it for web sites alone" },
    ],
  },
  {
    part: "Certificate",
    points: [
      {
        point: "Trust chain of certificate",
        findings: [
          "certificate-untrusted",
          "certificate-self-signed",
          "chain-incomplete",
          "chain-disordered",
          "certificate-expired",
          "certificate-not-yet-valid",
          "certificate-expires-soon",
        ],
      },
      {
        point: "Public key of certificate",
        findings: ["key-short"],
        note: "RSA of 2048 bits is long enough here (RFC 9325 §4.5); Internet.nl wants to see it phased out",
      },
      { point: "Signature of certificate", findings: ["signature-weak"] },
      { point: "Domain name on certificate", findings: ["certificate-other-name"] },
      { point: "CAA for mail server domain", findings: ["caa-missing"] },
    ],
  },
  {
    part: "DANE",
    points: [
      { point: "DANE existence", findings: ["tlsa-missing"] },
      {
        point: "DANE validity",
        findings: [
          "tlsa-mismatch",
          "tlsa-key-uncovered",
          "tlsa-unusable",
          "tlsa-pkix",
          "tlsa-ta-not-sent",
          "tlsa-whole-certificate",
        ],
        note: "each record against each certificate and kind of key, at every address",
      },
      { point: "DANE rollover scheme", findings: ["tlsa-no-rollover", "tlsa-stale"] },
    ],
  },
  {
    part: "Null MX",
    points: [{ point: "Domains that take no mail", findings: ["null-mx", "implicit-mx", "mx-unusable"] }],
  },
  {
    part: "Outside",
    points: [
      {
        point: "DMARC, DKIM, SPF, and their policies",
        findings: [],
        note: "they say who wrote a message; the checker asks who can read it on its way",
      },
      {
        point: "RPKI of mail servers and name servers",
        findings: [],
        note: "it is about routes; whoever takes a route over stands in the way, and for that there is a row in the checker's matrix",
      },
    ],
  },
];

/** Findings that no point of the site's is about. */
export const beyond: readonly Finding["code"][] = [
  "nothing-enforced",
  "hosts-differ",
  "sts-missing",
  "sts-several",
  "sts-invalid",
  "policy-missing",
  "policy-invalid",
  "policy-testing",
  "policy-short",
  "policy-mx-missing",
  "policy-mx-stale",
  "rpt-missing",
  "rpt-several",
  "rpt-invalid",
  "rpt-unusable",
  "requiretls-missing",
  "starttls-required",
  "mx-alias",
  "command-injection",
  "smuggling",
];

export function internetNlPage(): string {
  return page(
    head(
      "Beside Internet.nl's mail test",
      "docs/generator/internet-nl.ts",
      "Each point of the [mail test](https://internet.nl/) of Internet.nl, and the [findings](findings.md) by which `surehop check` says the same. " +
        "A mark out of a hundred is not given: [why](../decisions/0006-the-checker.md).",
    ),
    table(
      ["part", "point", "findings", "note"],
      internetNl.flatMap(({ part, points }) =>
        points.map(({ point, findings, note }) => [
          part,
          point,
          findings.length === 0 ? "none" : codes(findings),
          note ?? "",
        ]),
      ),
    ),
    "## Beyond it",
    `${code("surehop check")} also finds ${codes(beyond)}; and for each attack of the catalogue it says against which senders it would work.`,
  );
}
