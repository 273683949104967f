/**
 * The domains that both senders write to: each is one way in which a domain can stand in the DNS and its servers on the wire. Data
 * alone; `sandbox.ts` makes zones, certificates and servers of it.
 */

export type ZoneState = "signed" | "unsigned" | "broken";

export type CertificateKind =
  /** By an intermediate of the authority that both senders believe, for the host's name. */
  | "good"
  | "wildcard"
  /** For the recipient's domain alone. */
  | "for-domain"
  | "wrong-name"
  | "expired"
  | "not-yet-valid"
  /** A good one, presented without the intermediate that vouches for it. */
  | "no-intermediate"
  | "self-signed"
  /** By an authority that nobody knows. */
  | "by-stranger"
  /** STARTTLS is not offered. */
  | "none";

/** What a TLSA record is made from: what the host presents, who signed that, who signed the signer; or something else. */
export type TlsaSource = "leaf" | "issuer" | "root" | "other" | "short";

export type TlsaText = `${number} ${number} ${number} ${TlsaSource}`;

export interface HostShape {
  /** Default: good. */
  readonly certificate?: CertificateKind;
  readonly tlsa?: readonly TlsaText[];
  /** The question for TLSA is answered so; `bogus`: by a zone whose signatures do not fit. */
  readonly tlsaFault?: "servfail" | "refused" | "bogus";
  /** The TLSA records stand behind an alias, in a zone that stands so. */
  readonly tlsaAlias?: ZoneState;
  readonly addressFault?: "servfail" | "bogus" | "none";
  /** The host's name is an alias of one in a zone that stands so. */
  readonly alias?: { readonly zone: ZoneState; readonly tlsaAt: "alias" | "target" };
  /** The host lies outside the domain, in a zone that stands so. */
  readonly elsewhere?: ZoneState;
  /** Default: it takes all mail. `absent`: nobody listens. */
  readonly mood?: "refuses-454" | "refuses-502" | "resets" | "garbles" | "absent";
}

export interface Site {
  /** The domain is `NAME.example`. */
  readonly name: string;
  readonly what: string;
  /** How the domain's own zone stands; default: signed. */
  readonly zone?: ZoneState;
  /** Default: `records`, one for each host, in order of preference. */
  readonly mx?: "records" | "implicit" | "null" | "nxdomain" | "literal" | "servfail" | "nothing";
  /** Default: one good one. */
  readonly hosts?: readonly HostShape[];
}

/** One host and nothing else worth saying. */
function one(name: string, what: string, host: HostShape, site: Omit<Site, "name" | "what" | "hosts"> = {}): Site {
  return { name, what, hosts: [host], ...site };
}

const unsigned = { zone: "unsigned" } as const;

export const sites: readonly Site[] = [
  // Nothing is promised
  one("plain", "signed, a good certificate, no TLSA", {}),
  one("plain-wildcard", "signed, a wildcard certificate", { certificate: "wildcard" }),
  one("plain-clear", "signed, STARTTLS not offered", { certificate: "none" }),
  one("plain-expired", "signed, an expired certificate", { certificate: "expired" }),
  one("plain-early", "signed, a certificate not yet valid", { certificate: "not-yet-valid" }),
  one("plain-wrong-name", "signed, a certificate for another name", { certificate: "wrong-name" }),
  one("plain-stranger", "signed, a certificate by an unknown authority", { certificate: "by-stranger" }),
  one("plain-no-chain", "signed, the intermediate is missing", { certificate: "no-intermediate" }),
  one("plain-elsewhere", "signed, a host of another signed domain, a good certificate", { elsewhere: "signed" }),
  one("open", "unsigned, a good certificate", {}, unsigned),
  one("open-clear", "unsigned, STARTTLS not offered", { certificate: "none" }, unsigned),
  one("open-self", "unsigned, a self-signed certificate", { certificate: "self-signed" }, unsigned),
  one("open-for-domain", "unsigned, a certificate for the domain", { certificate: "for-domain" }, unsigned),
  one("open-elsewhere", "unsigned, a host of another unsigned domain", { elsewhere: "unsigned" }, unsigned),
  one("open-454", "unsigned, STARTTLS refused with 454", { mood: "refuses-454" }, unsigned),
  one("open-502", "unsigned, STARTTLS refused with 502", { mood: "refuses-502" }, unsigned),
  one("open-reset", "unsigned, the handshake is reset", { mood: "resets" }, unsigned),
  one("open-garbage", "unsigned, the handshake is garbage", { mood: "garbles" }, unsigned),

  // DANE-EE
  one("ee-311", "3 1 1, self-signed", { certificate: "self-signed", tlsa: ["3 1 1 leaf"] }),
  one("ee-301", "3 0 1, self-signed", { certificate: "self-signed", tlsa: ["3 0 1 leaf"] }),
  one("ee-312", "3 1 2, self-signed", { certificate: "self-signed", tlsa: ["3 1 2 leaf"] }),
  one("ee-310", "3 1 0, the whole key", { certificate: "self-signed", tlsa: ["3 1 0 leaf"] }),
  one("ee-300", "3 0 0, the whole certificate", { certificate: "self-signed", tlsa: ["3 0 0 leaf"] }),
  one("ee-expired", "3 1 1, expired", { certificate: "expired", tlsa: ["3 1 1 leaf"] }),
  one("ee-early", "3 1 1, not yet valid", { certificate: "not-yet-valid", tlsa: ["3 1 1 leaf"] }),
  one("ee-wrong-name", "3 1 1, for another name", { certificate: "wrong-name", tlsa: ["3 1 1 leaf"] }),
  one("ee-next", "3 1 1, of the current key and the next", { tlsa: ["3 1 1 leaf", "3 1 1 other"] }),
  one("ee-stale", "3 1 1 of another key, a good certificate", { tlsa: ["3 1 1 other"] }),
  one("ee-clear", "3 1 1, STARTTLS not offered", { certificate: "none", tlsa: ["3 1 1 other"] }),
  one("ee-454", "3 1 1, STARTTLS refused with 454", { tlsa: ["3 1 1 leaf"], mood: "refuses-454" }),
  one("ee-502", "3 1 1, STARTTLS refused with 502", { tlsa: ["3 1 1 leaf"], mood: "refuses-502" }),
  one("ee-reset", "3 1 1, the handshake is reset", { tlsa: ["3 1 1 leaf"], mood: "resets" }),
  one("ee-garbage", "3 1 1, the handshake is garbage", { tlsa: ["3 1 1 leaf"], mood: "garbles" }),
  one("agile-weak", "the stronger digest is wrong, the weaker one right", { tlsa: ["3 1 2 other", "3 1 1 leaf"] }),
  one("agile-strong", "the stronger digest is right, the weaker one wrong", { tlsa: ["3 1 2 leaf", "3 1 1 other"] }),

  // DANE-TA
  one("ta-201", "2 0 1 of the intermediate", { tlsa: ["2 0 1 issuer"] }),
  one("ta-211", "2 1 1 of the intermediate", { tlsa: ["2 1 1 issuer"] }),
  one("ta-root-absent", "2 0 1 of a root that is not presented", { tlsa: ["2 0 1 root"] }),
  one("ta-root-whole", "2 0 0, the whole root, which is not presented", { tlsa: ["2 0 0 root"] }),
  one("ta-wrong-name", "2 0 1, a certificate for another name", { certificate: "wrong-name", tlsa: ["2 0 1 issuer"] }),
  one("ta-for-domain", "2 0 1, a certificate for the domain", { certificate: "for-domain", tlsa: ["2 0 1 issuer"] }),
  one("ta-expired", "2 0 1, expired", { certificate: "expired", tlsa: ["2 0 1 issuer"] }),
  one("ta-stale", "2 0 1 of another authority", { tlsa: ["2 0 1 other"] }),
  one("ta-of-leaf", "2 0 1 of the host's own certificate", { tlsa: ["2 0 1 leaf"] }),
  one("ta-no-chain", "2 0 1, the intermediate is missing", { certificate: "no-intermediate", tlsa: ["2 0 1 issuer"] }),
  one("ta-or-ee", "3 1 1 of another key, and 2 0 1 that fits", { tlsa: ["3 1 1 other", "2 0 1 issuer"] }),

  // Records that cannot be used
  one("unusable-pkix", "1 1 1 alone", { certificate: "self-signed", tlsa: ["1 1 1 leaf"] }),
  one("unusable-matching", "an unknown matching type alone", { certificate: "self-signed", tlsa: ["3 1 5 leaf"] }),
  one("unusable-short", "a digest that is too short", { certificate: "self-signed", tlsa: ["3 1 1 short"] }),
  one("unusable-clear", "1 1 1 alone, STARTTLS not offered", { certificate: "none", tlsa: ["1 1 1 other"] }),
  one("unusable-and-good", "0 0 1, and 3 1 1 that fits", { tlsa: ["0 0 1 root", "3 1 1 leaf"] }),
  one("unusable-and-stale", "0 0 1, and 3 1 1 of another key", { tlsa: ["0 0 1 root", "3 1 1 other"] }),

  // Answers that do not come, or are not to be believed
  one("tlsa-servfail", "TLSA: SERVFAIL", { tlsa: ["3 1 1 leaf"], tlsaFault: "servfail" }),
  one("tlsa-refused", "TLSA: REFUSED", { tlsa: ["3 1 1 leaf"], tlsaFault: "refused" }),
  one("tlsa-none-servfail", "TLSA: SERVFAIL, and there is none", { tlsaFault: "servfail" }),
  one("tlsa-bogus", "TLSA: signatures do not fit", { tlsa: ["3 1 1 leaf"], tlsaFault: "bogus" }),
  one("tlsa-alias", "TLSA behind an alias, all signed", { tlsa: ["3 1 1 leaf"], tlsaAlias: "signed" }),
  one("tlsa-alias-open", "TLSA behind an alias into an unsigned zone", {
    certificate: "self-signed",
    tlsa: ["3 1 1 other"],
    tlsaAlias: "unsigned",
  }),
  one("tlsa-open", "TLSA of another key in an unsigned zone", { tlsa: ["3 1 1 other"] }, unsigned),
  one("address-bogus", "the host's address: signatures do not fit", { addressFault: "bogus" }),
  one("address-servfail", "the host's address: SERVFAIL", { addressFault: "servfail" }),
  one("address-none", "the host has no address", { addressFault: "none" }),
  one("mx-bogus", "MX: signatures do not fit", {}, { zone: "broken" }),
  { name: "mx-servfail", what: "MX: SERVFAIL", mx: "servfail" },

  // Ways to the host
  one(
    "mx-open",
    "unsigned MX of a signed host, 3 1 1 that fits",
    { certificate: "self-signed", tlsa: ["3 1 1 leaf"], elsewhere: "signed" },
    unsigned,
  ),
  one("mx-open-stale", "the same, 3 1 1 of another key", { tlsa: ["3 1 1 other"], elsewhere: "signed" }, unsigned),
  one("host-open", "signed MX of an unsigned host, TLSA of another key", {
    tlsa: ["3 1 1 other"],
    elsewhere: "unsigned",
  }),
  one("alias-target", "the host is an alias, all signed, TLSA where it leads", {
    certificate: "self-signed",
    tlsa: ["3 1 1 leaf"],
    alias: { zone: "signed", tlsaAt: "target" },
  }),
  one("alias-name", "the host is an alias, all signed, TLSA at the alias", {
    certificate: "self-signed",
    tlsa: ["3 1 1 leaf"],
    alias: { zone: "signed", tlsaAt: "alias" },
  }),
  one("alias-open", "the host is a signed alias into an unsigned zone, TLSA at the alias", {
    certificate: "self-signed",
    tlsa: ["3 1 1 leaf"],
    alias: { zone: "unsigned", tlsaAt: "alias" },
  }),
  one("implicit", "no MX: the domain itself, 3 1 1", { tlsa: ["3 1 1 leaf"] }, { mx: "implicit" }),
  one("implicit-plain", "no MX: the domain itself, no TLSA", {}, { mx: "implicit" }),
  { name: "null-mx", what: "null MX", mx: "null" },
  { name: "gone", what: "no such domain", mx: "nxdomain" },
  { name: "nothing", what: "no MX and no address", mx: "nothing" },
  { name: "literal", what: "an address where the host's name belongs", mx: "literal" },

  // Several hosts
  {
    name: "two-stale-plain",
    what: "3 1 1 of another key, then a host without TLSA",
    hosts: [{ tlsa: ["3 1 1 other"] }, {}],
  },
  {
    name: "two-servfail-good",
    what: "TLSA: SERVFAIL, then 3 1 1",
    hosts: [{ tlsa: ["3 1 1 leaf"], tlsaFault: "servfail" }, { tlsa: ["3 1 1 leaf"] }],
  },
  {
    name: "two-absent-good",
    what: "nobody listens, then 3 1 1",
    hosts: [{ mood: "absent" }, { tlsa: ["3 1 1 leaf"] }],
  },
  {
    name: "two-stale-stale",
    what: "3 1 1 of another key at both",
    hosts: [{ tlsa: ["3 1 1 other"] }, { tlsa: ["3 1 1 other"] }],
  },
  {
    name: "two-clear-good",
    what: "STARTTLS not offered, then 3 1 1",
    hosts: [{ certificate: "none" }, { tlsa: ["3 1 1 leaf"] }],
  },
];
