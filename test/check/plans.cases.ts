/** The domains of the sandbox: each with one thing planted, and what has to be found of it; nothing else may be. */
import { constants, getDiffieHellman } from "node:crypto";
import { sequence, unsigned } from "../../src/lab/der.ts";
import type { Finding, StarttlsState, Verdict } from "../../src/check/index.ts";
import type { Wire } from "../../src/base/index.ts";
import { makeCa, makeKeys } from "../support/x509.ts";
import {
  chain,
  goodCiphers,
  intermediate,
  keys,
  root,
  stranger,
  tlsa,
  tlsaOf,
  type Chain,
  type HostPlan,
  type TownPlan,
} from "./town.ts";

export interface Case {
  readonly is: string;
  readonly plan: TownPlan;
  /** Codes of findings, in any order. */
  readonly finds: readonly Finding["code"][];
  readonly verdict: Verdict;
  /** Reasons for which something could not be tested. */
  readonly untested?: readonly string[];
  /** What the first host does about STARTTLS. */
  readonly starttls?: StarttlsState;
}

const mx = "mx.town.example";
const names = [mx];
const usual = (): readonly Chain[] => [chain(keys.rsa, { names }), chain(keys.ec, { names })];
const one = (plan: HostPlan): TownPlan => ({ hosts: [plan] });
const fits = (chains: readonly Chain[]) => chains.map(({ certificates: [leaf] }) => tlsa("3 1 1", leaf?.pem ?? ""));
const nextPem = chain(keys.next).certificates[0]?.pem ?? "";
const spare = tlsa("3 1 1", nextPem);
const { SSL_OP_NO_RENEGOTIATION } = constants;
/** SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL 3, which Node has no name for. */
const noExtendedMasterSecret = 1;
const good = { ciphers: goodCiphers, secureOptions: SSL_OP_NO_RENEGOTIATION };
const noPolicy = { stsRecord: [] } satisfies TownPlan;
const weakly = (ciphers: string) => ({ ...good, ciphers: `${goodCiphers}:${ciphers}:@SECLEVEL=0` });

const ec = (options: Parameters<typeof chain>[1] = {}, above?: Parameters<typeof chain>[2]): readonly Chain[] => [
  chain(keys.ec, { names, ...options }, above),
];

function says(...lines: readonly string[]): (wire: Wire) => void {
  return ({ stream }) => {
    const rest = [...lines];
    const next = (): void => {
      const line = rest.shift();
      if (line !== undefined) stream.write(line.replaceAll("\n", "\r\n") + "\r\n");
    };
    next();
    stream.on("data", next);
  };
}

const weakCa = makeCa({ commonName: "Weak CA", issuer: root, hash: "sha1" });

export const cases: readonly Case[] = [
  // What is right
  { is: "everything right", plan: {}, finds: [], verdict: "safe" },
  { is: "everything right, with one certificate only", plan: one({ chains: ec() }), finds: [], verdict: "safe" },
  {
    is: "everything right, on two hosts",
    plan: { hosts: [{}, { preference: 20 }] },
    finds: [],
    verdict: "safe",
  },
  {
    is: "everything right, at two addresses of one host",
    plan: one({ ipv4: 2 }),
    finds: [],
    verdict: "safe",
  },
  {
    is: "null MX: it takes no mail, and says so",
    plan: { mx: [{ type: "MX", preference: 0, value: "." }], hosts: [] },
    finds: ["null-mx"],
    verdict: "no-mail",
  },
  {
    is: "DANE-TA with an authority of its own",
    plan: one({
      chains: ec({ issuer: stranger }, [stranger]),
      tlsa: [tlsa("2 0 1", stranger.pem)],
    }),
    // Who goes by MTA-STS does not know that authority.
    finds: ["certificate-untrusted"],
    verdict: "held",
  },
  {
    is: "a self-signed certificate that DANE vouches for, and no MTA-STS (DANE-4)",
    plan: { ...noPolicy, ...one({ chains: ec({ issuer: undefined } as never, []) }) },
    finds: ["certificate-self-signed", "sts-missing"],
    verdict: "safe-dane",
  },
  {
    is: "a TLSA record for the next key beside the one in use (trap 32)",
    plan: one({ tlsa: [...fits(usual()), tlsa("3 1 1", chain(keys.ecOther).certificates[0]?.pem ?? "")] }),
    finds: [],
    verdict: "safe",
  },

  // DNS
  { is: "no DNSSEC", plan: { zone: "unsigned" }, finds: ["mx-insecure", "tlsa-insecure"], verdict: "safe-sts" },
  {
    is: "no DNSSEC and no TLSA records, which nobody would heed",
    plan: { zone: "unsigned", ...one({ tlsa: "none" }) },
    finds: ["mx-insecure"],
    verdict: "safe-sts",
  },
  { is: "signatures that do not fit", plan: { zone: "broken" }, finds: ["mx-unknown"], verdict: "held" },
  {
    is: "no MX record: the domain itself takes its mail",
    plan: {
      hosts: [{ name: "town.example" }],
      mx: [],
      policy: "version: STSv1\nmode: enforce\nmx: town.example\nmax_age: 1209600\n",
    },
    finds: ["implicit-mx"],
    verdict: "safe",
  },
  {
    is: "an MX host that is an alias",
    plan: {
      hosts: [{ name: "real.town.example", chains: [chain(keys.ec, { names: ["mail.town.example"] })] }],
      mx: [{ type: "MX", value: "mail.town.example" }],
      policy: "version: STSv1\nmode: enforce\nmx: mail.town.example\nmax_age: 1209600\n",
      records: { "mail.town.example": [{ type: "CNAME", value: "real.town.example" }] },
    },
    finds: ["mx-alias"],
    verdict: "safe",
  },
  {
    is: "an address in place of a host in the MX record",
    plan: { hosts: [], mx: [{ type: "MX", value: "192.0.2.1" }], stsRecord: [] },
    finds: ["mx-unusable", "sts-missing"],
    verdict: "undeliverable",
  },
  {
    is: "an MX host without an address",
    plan: { hosts: [], mx: [{ type: "MX", value: "gone.town.example" }], stsRecord: [] },
    finds: ["host-no-address", "sts-missing"],
    verdict: "undeliverable",
  },
  { is: "no IPv6", plan: one({ ipv6: false }), finds: ["ipv6-missing"], verdict: "safe" },
  { is: "name servers without IPv6", plan: { nsIpv6: "none" }, finds: ["ns-ipv6-missing"], verdict: "safe" },
  { is: "name servers silent by IPv6", plan: { nsIpv6: "silent" }, finds: ["ns-ipv6-silent"], verdict: "safe" },
  {
    is: "name servers silent by IPv6, where nobody else has answered us by IPv6 either",
    plan: { ...one({ ipv6: false }), nsIpv6: "silent" },
    finds: ["ipv6-missing"],
    untested: ["no-route"],
    verdict: "safe",
  },
  { is: "no CAA record", plan: { caa: false }, finds: ["caa-missing"], verdict: "safe" },

  // DANE
  { is: "no TLSA records", plan: one({ tlsa: "none" }), finds: ["tlsa-missing"], verdict: "safe-sts" },
  {
    is: "neither TLSA records nor a policy",
    plan: { ...one({ tlsa: "none" }), ...noPolicy },
    finds: ["nothing-enforced", "tlsa-missing", "sts-missing"],
    verdict: "unprotected",
  },
  {
    is: "a TLSA record of a key that is gone",
    plan: one({ chains: ec(), tlsa: [tlsa("3 1 1", chain(keys.ecOther).certificates[0]?.pem ?? "")] }),
    finds: ["tlsa-mismatch"],
    verdict: "held",
  },
  {
    is: "TLSA for the ECDSA certificate alone, and an RSA certificate beside it (trap 15)",
    plan: one({ tlsa: fits(ec()) }),
    finds: ["tlsa-key-uncovered"],
    verdict: "held",
  },
  {
    is: "TLSA of PKIX usage alone (trap 13)",
    plan: one({ chains: ec(), tlsa: [tlsa("1 1 1", ec()[0]?.certificates[0]?.pem ?? "")] }),
    finds: ["tlsa-pkix", "tlsa-unusable"],
    verdict: "safe-sts",
  },
  {
    is: "a digest that is too short",
    plan: one({ chains: ec(), tlsa: [tlsaOf([3, 1, 1], Buffer.alloc(20))] }),
    finds: ["tlsa-unusable"],
    verdict: "safe-sts",
  },
  {
    is: "TLSA over the whole certificate",
    plan: (() => {
      const chains = ec();
      return one({ chains, tlsa: [tlsa("3 0 1", chains[0]?.certificates[0]?.pem ?? ""), spare] });
    })(),
    finds: ["tlsa-whole-certificate"],
    verdict: "safe",
  },
  {
    is: "TLSA of the key in use alone (RFC 7671 §8.1)",
    plan: one({ tlsa: fits(usual()) }),
    finds: ["tlsa-no-rollover"],
    verdict: "safe",
  },
  {
    is: "TLSA of the key in use twice, by two digests (RFC 7671 §8.1)",
    plan: (() => {
      const chains = ec();
      const [pem = ""] = chains.map(({ certificates: [leaf] }) => leaf?.pem ?? "");
      return one({ chains, tlsa: [tlsa("3 1 1", pem), tlsa("3 1 2", pem)] });
    })(),
    finds: ["tlsa-no-rollover"],
    verdict: "safe",
  },
  {
    is: "TLSA of the key in use, and of the authority that signed it (RFC 7671 §8.4)",
    plan: (() => {
      const chains = ec();
      return one({ chains, tlsa: [...fits(chains), tlsa("2 1 1", intermediate.pem)] });
    })(),
    finds: [],
    verdict: "safe",
  },
  {
    is: "DANE-TA whose authority is not sent (RFC 7672 §3.1.2)",
    plan: one({ chains: ec({ issuer: stranger }, []), tlsa: [tlsa("2 0 1", stranger.pem)] }),
    finds: ["tlsa-mismatch", "tlsa-ta-not-sent", "chain-incomplete"],
    verdict: "held",
  },
  {
    is: "a name server that does not answer for TLSA (trap 1)",
    plan: { faults: [{ name: "*", kind: "servfail", type: "TLSA" }] },
    finds: ["tlsa-unknown"],
    verdict: "held",
  },

  // MTA-STS and TLS-RPT
  { is: "no MTA-STS record", plan: noPolicy, finds: ["sts-missing"], verdict: "safe-dane" },
  {
    is: "two MTA-STS records (trap 22)",
    plan: { stsRecord: ["v=STSv1; id=1", "v=STSv1; id=2"] },
    finds: ["sts-several"],
    verdict: "safe-dane",
  },
  {
    is: "an MTA-STS record without an id",
    plan: { stsRecord: ["v=STSv1;"] },
    finds: ["sts-invalid"],
    verdict: "safe-dane",
  },
  {
    is: "a policy that cannot be fetched",
    plan: { policy: "unreachable" },
    finds: ["policy-missing"],
    verdict: "safe-dane",
  },
  {
    is: "a policy that cannot be read",
    plan: { policy: "version: STSv1\nmode: enforced\n" },
    finds: ["policy-invalid"],
    verdict: "safe-dane",
  },
  {
    is: "a policy in testing",
    plan: { policy: `version: STSv1\nmode: testing\nmx: ${mx}\nmax_age: 1209600\n` },
    finds: ["policy-testing"],
    verdict: "safe-dane",
  },
  {
    is: "a policy that is forgotten within an hour",
    plan: { policy: `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 3600\n` },
    finds: ["policy-short"],
    verdict: "safe",
  },
  {
    is: "a policy that does not name the MX host",
    plan: { policy: "version: STSv1\nmode: enforce\nmx: mail.town.example\nmax_age: 1209600\n" },
    finds: ["policy-mx-missing", "policy-mx-stale"],
    verdict: "held",
  },
  {
    is: "a policy that names one host too many",
    plan: { policy: `version: STSv1\nmode: enforce\nmx: ${mx}\nmx: old.town.example\nmax_age: 1209600\n` },
    finds: ["policy-mx-stale"],
    verdict: "safe",
  },
  { is: "no TLS reports", plan: { rpt: [] }, finds: ["rpt-missing"], verdict: "safe" },
  {
    is: "two records for TLS reports",
    plan: { rpt: ["v=TLSRPTv1; rua=mailto:a@town.example", "v=TLSRPTv1; rua=mailto:b@town.example"] },
    finds: ["rpt-several"],
    verdict: "safe",
  },
  {
    is: "a record for TLS reports that cannot be read",
    plan: { rpt: ["v=TLSRPTv1; rua=;"] },
    finds: ["rpt-invalid"],
    verdict: "safe",
  },
  ...(
    [
      ["by FTP", "ftp://town.example/reports", "rpt-unusable"],
      ["in clear", "http://town.example/reports", "rpt-unusable"],
      ["to an address without a domain", "mailto:reports", "rpt-unusable"],
      ["to a web address without a host", "https:///reports", "rpt-unusable"],
      ["to an address without a scheme", "reports@town.example", "rpt-invalid"],
      ["to nothing", "", "rpt-invalid"],
      ["by mail, with the version twice", "mailto:tls@town.example; v=TLSRPTv1", "rpt-invalid"],
      ["by mail, and to a second place by FTP", "mailto:tls@town.example,ftp://town.example/", "rpt-unusable"],
    ] as const
  ).map(([how, rua, code]): Case => ({
    is: `TLS reports wanted ${how} (RFC 8460 §3)`,
    plan: { rpt: [`v=TLSRPTv1; rua=${rua}`] },
    finds: [code],
    verdict: "safe",
  })),
  {
    is: "TLS reports wanted in a version that there is not (RFC 8460 §3)",
    plan: { rpt: ["v=TLSRPT1; rua=mailto:tls@town.example"] },
    finds: ["rpt-invalid"],
    verdict: "safe",
  },

  // STARTTLS
  {
    is: "no STARTTLS",
    plan: { ...noPolicy, ...one({ chains: [], tlsa: "none" }) },
    finds: ["host-no-starttls", "tlsa-missing", "sts-missing"],
    verdict: "readable",
  },
  {
    is: "no STARTTLS at the second host (trap 8)",
    plan: { hosts: [{}, { chains: [], preference: 20, tlsa: "none" }] },
    finds: ["host-no-starttls", "tlsa-missing", "hosts-differ"],
    verdict: "readable",
  },
  {
    is: "DANE at one host and not at the other (trap 8)",
    plan: { ...noPolicy, hosts: [{}, { preference: 20, tlsa: "none" }] },
    finds: ["hosts-differ", "tlsa-missing", "sts-missing"],
    verdict: "uneven",
  },
  {
    is: "STARTTLS offered and refused",
    plan: {
      ...noPolicy,
      ...one({ tlsa: "none", server: says("220 x ESMTP", "250-x\n250 STARTTLS", "454 4.7.0 TLS not available") }),
    },
    finds: ["starttls-refused", "tlsa-missing", "sts-missing"],
    verdict: "readable",
  },
  {
    is: "STARTTLS offered, and then no TLS",
    plan: {
      ...noPolicy,
      ...one({ tlsa: "none", server: says("220 x ESMTP", "250-x\n250 STARTTLS", "220 go ahead", "500 what?") }),
    },
    finds: ["tls-broken", "tlsa-missing", "sts-missing"],
    verdict: "readable",
    untested: ["broken-off"],
  },
  {
    is: "STARTTLS offered, and mail taken without it (RFC 3207 §4)",
    plan: one({ behaviour: { kind: "accept" } }),
    finds: [],
    verdict: "safe",
    starttls: "optional",
  },
  {
    is: "STARTTLS demanded before any mail is taken (RFC 3207 §4)",
    plan: one({ behaviour: { kind: "tls-only" } }),
    finds: ["starttls-required"],
    verdict: "safe",
    starttls: "required",
  },
  {
    is: "STARTTLS demanded of two hosts, each asked once",
    plan: {
      hosts: [
        { behaviour: { kind: "tls-only" }, ipv4: 2 },
        { behaviour: { kind: "tls-only" }, preference: 20 },
      ],
    },
    finds: ["starttls-required", "starttls-required"],
    verdict: "safe",
    starttls: "required",
  },
  {
    is: "no REQUIRETLS",
    plan: one({ features: { requireTls: false } }),
    finds: ["requiretls-missing"],
    verdict: "safe",
  },

  // What could not be tested (trap 27)
  {
    is: "a server that is busy (trap 27)",
    plan: one({ server: says("421 4.3.2 Too busy") }),
    finds: [],
    verdict: "unknown",
    untested: ["slow-down"],
  },
  {
    is: "a server that does not want us (trap 27)",
    plan: one({ server: says("554 5.7.1 No") }),
    finds: [],
    verdict: "unknown",
    untested: ["unwelcome"],
  },
  {
    is: "nobody there (trap 27)",
    plan: one({ isDown: true, tlsa: "none" }),
    finds: ["tlsa-missing"],
    verdict: "unknown",
    untested: ["refused-connection"],
  },

  // TLS
  {
    is: "TLS 1.2 alone",
    plan: one({ tls: { ...good, maxVersion: "TLSv1.2" } }),
    finds: ["tls13-missing"],
    verdict: "safe",
  },
  { is: "TLS 1.3 alone", plan: one({ tls: { minVersion: "TLSv1.3" } }), finds: [], verdict: "safe" },
  {
    is: "TLS 1.1 and 1.0 too",
    plan: one({
      tls: {
        ...good,
        minVersion: "TLSv1",
        ciphers: `${goodCiphers}:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:@SECLEVEL=0`,
      },
    }),
    finds: ["tls-old-versions", "cipher-cbc", "exchange-sha1"],
    verdict: "safe",
  },
  {
    is: "the client's order of ciphers",
    plan: one({ tls: { ...good, honorCipherOrder: false } }),
    finds: ["cipher-order"],
    verdict: "safe",
  },
  {
    is: "ciphers of the old mode",
    plan: one({ tls: { ...good, ciphers: `${goodCiphers}:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384` } }),
    finds: ["cipher-cbc"],
    verdict: "safe",
  },
  {
    is: "no extended master secret (RFC 7627)",
    plan: one({ tls: { ...good, secureOptions: SSL_OP_NO_RENEGOTIATION | noExtendedMasterSecret } }),
    finds: ["ems-missing"],
    verdict: "safe",
  },
  {
    is: "ciphers without forward secrecy",
    plan: one({ tls: { ...good, ciphers: `${goodCiphers}:AES256-GCM-SHA384` } }),
    finds: ["cipher-static"],
    verdict: "safe",
  },
  {
    is: "ciphers that encrypt nothing",
    plan: one({ tls: weakly("NULL-SHA256") }),
    finds: ["cipher-insecure", "exchange-sha1"],
    verdict: "safe",
  },
  {
    is: "ciphers without a certificate",
    plan: one({ tls: weakly("AECDH-AES256-SHA") }),
    finds: ["cipher-anonymous", "exchange-sha1"],
    verdict: "safe",
  },
  {
    is: "clients may renegotiate",
    plan: one({ tls: { ciphers: goodCiphers, secureOptions: 0 } }),
    finds: ["renegotiation-by-client"],
    verdict: "safe",
  },
  {
    is: "elliptic curves that are too small",
    plan: one({ tls: { ...good, ecdhCurve: "secp224r1:X25519:prime256v1", ciphers: `${goodCiphers}:@SECLEVEL=0` } }),
    finds: ["group-weak", "exchange-sha1"],
    verdict: "safe",
  },

  // Certificates
  {
    is: "a certificate that has run out",
    plan: one({ chains: ec({ toDays: -1, fromDays: -60 }) }),
    finds: ["certificate-expired"],
    verdict: "held",
  },
  {
    is: "a certificate that has run out, where DANE alone is asked (DANE-4)",
    plan: { ...noPolicy, ...one({ chains: ec({ toDays: -1, fromDays: -60 }) }) },
    finds: ["certificate-expired", "sts-missing"],
    verdict: "safe-dane",
  },
  {
    is: "a certificate that is not valid yet",
    plan: one({ chains: ec({ fromDays: 3 }) }),
    finds: ["certificate-not-yet-valid"],
    verdict: "held",
  },
  {
    is: "a certificate with nine days left",
    plan: one({ chains: ec({ toDays: 9.5 }) }),
    finds: ["certificate-expires-soon"],
    verdict: "safe",
  },
  {
    is: "a self-signed certificate and neither DANE nor a policy",
    plan: { ...noPolicy, ...one({ chains: ec({ issuer: undefined } as never, []), tlsa: "none" }) },
    finds: ["certificate-self-signed", "nothing-enforced", "tlsa-missing", "sts-missing"],
    verdict: "unprotected",
  },
  {
    is: "an authority that nobody trusts",
    plan: one({ chains: ec({ issuer: stranger }, [stranger]), tlsa: "none" }),
    finds: ["certificate-untrusted", "tlsa-missing"],
    verdict: "held",
  },
  {
    is: "a certificate for another name",
    plan: one({ chains: ec({ names: ["www.town.example"] }) }),
    finds: ["certificate-other-name"],
    verdict: "held",
  },
  {
    is: "a certificate without the intermediate one",
    plan: one({ chains: ec({ issuer: intermediate }, []) }),
    finds: ["chain-incomplete"],
    verdict: "held",
  },
  {
    is: "a chain out of order",
    plan: (() => {
      const top = makeCa({ commonName: "Upper CA", issuer: root });
      const lower = makeCa({ commonName: "Lower CA", issuer: top });
      return one({ chains: ec({ issuer: lower }, [top, lower]) });
    })(),
    finds: ["chain-disordered"],
    verdict: "safe",
  },
  {
    is: "an RSA key of 1024 bits",
    plan: one({ chains: [chain(keys.rsaShort, { names })], tls: weakly("ECDHE-RSA-AES128-GCM-SHA256") }),
    finds: ["key-short", "tlsa-mismatch", "exchange-sha1"],
    verdict: "held",
  },
  {
    is: "an authority that signs by SHA-1",
    plan: one({ chains: ec({ issuer: weakCa }, [weakCa]), tls: weakly("ECDHE-ECDSA-AES128-GCM-SHA256") }),
    finds: ["signature-weak", "exchange-sha1"],
    verdict: "held",
  },

  // More that is right
  {
    is: "TLSA by SHA-512",
    plan: (() => {
      const chains = ec();
      return one({ chains, tlsa: [tlsa("3 1 2", chains[0]?.certificates[0]?.pem ?? ""), tlsa("3 1 2", nextPem)] });
    })(),
    finds: [],
    verdict: "safe",
  },
  {
    is: "DANE-TA by the key of the authority that everybody trusts",
    plan: one({ chains: ec(), tlsa: [tlsa("2 1 1", intermediate.pem)] }),
    finds: [],
    verdict: "safe",
  },
  {
    is: "a policy with a wildcard, in lines that end in CRLF",
    plan: { policy: "version: STSv1\r\nmode: enforce\r\nmx: *.town.example\r\nmax_age: 1209600\r\n" },
    finds: [],
    verdict: "safe",
  },
  {
    is: "a policy that says there is none any more",
    plan: { policy: "version: STSv1\nmode: none\nmax_age: 86400\n" },
    finds: [],
    verdict: "safe-dane",
  },
  {
    is: "a wildcard certificate",
    plan: one({ chains: ec({ names: ["*.town.example"] }) }),
    finds: [],
    verdict: "safe",
  },
  { is: "a key on P-384", plan: one({ chains: [chain(makeKeys("p384"), { names })] }), finds: [], verdict: "safe" },
  {
    is: "an unsigned domain whose MX host is another's, with DANE there (DANE-7)",
    plan: {
      zone: "unsigned",
      zones: { "hoster.example": "signed" },
      hosts: [{ name: "mx.hoster.example", chains: [chain(keys.ec, { names: ["mx.hoster.example"] })] }],
    },
    finds: ["mx-insecure"],
    verdict: "safe-sts",
  },

  {
    is: "more TLSA records than there can be next keys",
    plan: (() => {
      const chains = ec();
      const old = [1, 2].map((at) => tlsaOf([3, 1, 1], Buffer.alloc(32, at)));
      return one({ chains, tlsa: [...fits(chains), ...old] });
    })(),
    finds: ["tlsa-stale", "tlsa-stale"],
    verdict: "safe",
  },

  // More that is wrong
  {
    is: "an MX host in somebody's unsigned zone",
    plan: {
      zones: { "hoster.example": "unsigned" },
      hosts: [{ name: "mx.hoster.example", chains: [chain(keys.ec, { names: ["mx.hoster.example"] })], tlsa: "none" }],
    },
    finds: ["addresses-insecure"],
    verdict: "safe-sts",
  },
  {
    is: "an MX host in somebody's unsigned zone, and no policy",
    plan: {
      ...noPolicy,
      zones: { "hoster.example": "unsigned" },
      hosts: [{ name: "mx.hoster.example", chains: [chain(keys.ec, { names: ["mx.hoster.example"] })], tlsa: "none" }],
    },
    finds: ["addresses-insecure", "nothing-enforced", "sts-missing"],
    verdict: "unprotected",
  },
  {
    is: "an MX host whose addresses do not fit their signatures",
    plan: {
      zones: { "hoster.example": "broken" },
      hosts: [{ name: "mx.hoster.example", chains: [chain(keys.ec, { names: ["mx.hoster.example"] })] }],
    },
    finds: ["host-dns-bogus"],
    verdict: "held",
  },
  {
    is: "one name server that is silent about the MX (trap 27)",
    plan: { faults: [{ name: "town.example", kind: "servfail", type: "MX" }] },
    finds: [],
    verdict: "unknown",
    untested: ["dns-failed"],
  },
  {
    is: "a certificate with a common name and no other (RFC 9525 §2)",
    plan: one({ chains: ec({ names: [], commonName: mx }) }),
    finds: ["certificate-other-name"],
    verdict: "held",
  },
  {
    is: "an intermediate certificate that has run out",
    plan: (() => {
      const old = makeCa({ commonName: "Old CA", issuer: root, fromDays: -90, toDays: -2 });
      return one({ chains: ec({ issuer: old }, [old]) });
    })(),
    finds: ["certificate-expired"],
    verdict: "held",
  },
  {
    is: "a Diffie-Hellman group of 1024 bits",
    plan: one({
      chains: [chain(keys.rsa, { names })],
      tls: { ...good, dhparam: shortGroup(), ciphers: `${goodCiphers}:DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0` },
    }),
    finds: ["dh-short", "exchange-sha1"],
    verdict: "safe",
  },
  {
    is: "a server of long ago: SSL 3.0, RC4, compression, and no safe renegotiation",
    plan: { ...noPolicy, ...one({ tlsa: "none", server: ofLongAgo }) },
    finds: [
      "tls-broken",
      "tls-old-versions",
      "cipher-insecure",
      "compression",
      "renegotiation-unsafe",
      "tlsa-missing",
      "sts-missing",
    ],
    verdict: "readable",
    untested: ["broken-off"],
  },
  {
    is: "bytes in clear behind the 220 (TLS-1)",
    plan: {
      ...noPolicy,
      ...one({ tlsa: "none", server: says("220 x ESMTP", "250-x\n250 STARTTLS", "220 go ahead\n250 injected") }),
    },
    finds: ["tls-broken", "tlsa-missing", "sts-missing"],
    verdict: "readable",
    untested: ["broken-off"],
  },
  {
    is: "a server that knows no EHLO",
    plan: { ...noPolicy, ...one({ tlsa: "none", server: says("220 x", "502 what?", "250 x", "221 bye") }) },
    finds: ["host-no-starttls", "tlsa-missing", "sts-missing"],
    verdict: "readable",
  },
  {
    is: "something that is no mail server (trap 27)",
    plan: one({ server: says("HTTP/1.1 400 Bad Request") }),
    finds: [],
    verdict: "unknown",
    untested: ["broken-off"],
  },
  {
    is: "one of two hosts is down",
    plan: { hosts: [{ ipv6: false }, { preference: 20, isDown: true, ipv6: false }] },
    finds: ["address-refuses", "ipv6-missing", "ipv6-missing"],
    verdict: "safe",
    untested: ["refused-connection"],
  },
];

/** RFC 2409 §6.2, the group of 1024 bits. */
function shortGroup(): string {
  const prime = getDiffieHellman("modp2").getPrime();
  const der = sequence(unsigned(prime), unsigned(Buffer.of(2)));
  return `-----BEGIN DH PARAMETERS-----\n${der
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END DH PARAMETERS-----\n`;
}

/** Answers every ClientHello in SSL 3.0 with RC4-MD5 and DEFLATE, whatever was offered. */
function ofLongAgo({ stream }: Wire): void {
  stream.write("220 x ESMTP\r\n");
  stream.on("data", (chunk: Buffer) => {
    if (/^EHLO/i.test(chunk.toString("latin1"))) stream.write("250-x\r\n250 STARTTLS\r\n");
    else if (/^STARTTLS/i.test(chunk.toString("latin1"))) stream.write("220 go ahead\r\n");
    else if (chunk[0] === 22) {
      const hello = Buffer.concat([Buffer.of(2, 0, 0, 38, 3, 0), Buffer.alloc(32, 1), Buffer.of(0, 0, 4, 1)]);
      const body = Buffer.concat([hello, Buffer.of(11, 0, 0, 3, 0, 0, 0), Buffer.of(14, 0, 0, 0)]);
      stream.write(Buffer.concat([Buffer.of(22, 3, 0, body.length >> 8, body.length & 255), body]));
    }
  });
}
