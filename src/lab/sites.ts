/** The domains of the sandbox: what each is like, and what must come of mail to it. */
import {
  domain,
  type BounceReason,
  type DomainName,
  type Level,
  type ProofKind,
  type TlsFault,
} from "../base/index.ts";
import type { AttackId } from "./attackers/index.ts";
import type { ZoneState } from "./dnssec/index.ts";
import type { Behaviour } from "./receiver.ts";

export interface SandboxSite {
  readonly id: string;
  readonly name: DomainName;
  /**
   * The operator demands proof of it: by the name that the rule has written down, or by the name that signed DNS gives, which is known
   * to nobody beforehand.
   */
  readonly rule: false | "names" | "dnssec";
  readonly dns: ZoneState;
  /** Its server's name; default: `mx.` below its own. */
  readonly host?: DomainName;
  /** Its signed DNS says which key its server has (DANE). */
  readonly dane?: true;
  /** Absent: there is no such domain. */
  readonly server?: {
    /** Absent: it has no TLS. */
    readonly certificate?: "good" | "self-signed";
    readonly behaviour?: Behaviour;
  };
  /** Who stands before it. */
  readonly attack?: { readonly id: AttackId; readonly variant?: string };
  readonly expect: Expectation;
}

export type Expectation =
  /** `to`: whose server takes it; default: the honest one. */
  | { readonly kind: "delivered"; readonly level: Level; readonly proof?: ProofKind; readonly to?: "attacker" }
  /** At the first attempt it has to wait, for no reason of safety; then it is delivered. */
  | { readonly kind: "delayed"; readonly level: Level }
  /** For what the server failed to prove, or for a DNS answer that fails its own signature. */
  | { readonly kind: "held"; readonly for: TlsFault | "dns-bogus" }
  | { readonly kind: "returned"; readonly reason: BounceReason };

/** Keeps mail for others. */
export const providerDomain = domain("provider.example");

export const sandboxDomains: readonly SandboxSite[] = [
  site("safe", {
    rule: "names",
    dns: "signed",
    server: { certificate: "good" },
    expect: { kind: "delivered", level: "authenticated", proof: "rule-names" },
  }),
  site("hosted", {
    rule: "dnssec",
    dns: "signed",
    host: domain(`mx.${providerDomain}`),
    server: { certificate: "good" },
    expect: { kind: "delivered", level: "authenticated", proof: "secure-mx" },
  }),
  site("busy", {
    rule: false,
    dns: "unsigned",
    server: { certificate: "good", behaviour: { kind: "greylist", refusals: 1 } },
    expect: { kind: "delayed", level: "encrypted" },
  }),
  site("careless", {
    rule: false,
    dns: "unsigned",
    server: { certificate: "self-signed" },
    expect: { kind: "delivered", level: "encrypted" },
  }),
  site("postcard", {
    rule: false,
    dns: "unsigned",
    server: {},
    attack: { id: "eavesdrop" },
    expect: { kind: "delivered", level: "cleartext" },
  }),
  site("unguarded", {
    rule: false,
    dns: "unsigned",
    server: { certificate: "good" },
    attack: { id: "strip-ehlo" },
    expect: { kind: "delivered", level: "cleartext" },
  }),
  site("tapped", {
    rule: "names",
    dns: "signed",
    server: { certificate: "good" },
    attack: { id: "strip-ehlo" },
    expect: { kind: "held", for: "starttls-missing" },
  }),
  site("impostor", {
    rule: "names",
    dns: "signed",
    server: { certificate: "good" },
    attack: { id: "wrong-host" },
    expect: { kind: "held", for: "certificate-name-mismatch" },
  }),
  site("keyed", {
    rule: false,
    dns: "signed",
    dane: true,
    server: { certificate: "self-signed" },
    expect: { kind: "delivered", level: "authenticated", proof: "dane" },
  }),
  site("swapped", {
    rule: false,
    dns: "signed",
    dane: true,
    server: { certificate: "self-signed" },
    attack: { id: "self-signed" },
    expect: { kind: "held", for: "dane-mismatch" },
  }),
  site("redirected", {
    rule: false,
    dns: "unsigned",
    server: { certificate: "good" },
    attack: { id: "spoof-mx" },
    expect: { kind: "delivered", level: "encrypted", to: "attacker" },
  }),
  site("anchored", {
    rule: false,
    dns: "signed",
    server: { certificate: "good" },
    attack: { id: "spoof-mx", variant: "old-signature" },
    expect: { kind: "held", for: "dns-bogus" },
  }),
  site("broken", {
    rule: false,
    dns: "broken",
    server: { certificate: "good" },
    expect: { kind: "held", for: "dns-bogus" },
  }),
  site("closed", {
    rule: false,
    dns: "unsigned",
    server: { certificate: "good", behaviour: { kind: "reject" } },
    expect: { kind: "returned", reason: "peer-rejected" },
  }),
  // In no zone of its own: that there is nothing is what the zone above it proves.
  site("nowhere", { rule: false, dns: "signed", expect: { kind: "returned", reason: "no-such-domain" } }),
];

function site(id: string, rest: Omit<SandboxSite, "id" | "name">): SandboxSite {
  return { id, name: domain(`${id}.example`), ...rest };
}
