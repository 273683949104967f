/** What the catalogue is written in: attackers, set-ups of receivers, ways of sending, and what comes of them. Plain data. */
import type { Level } from "../base/index.ts";
import type { Aim } from "./aim.ts";

/**
 * What becomes of a message. The last two say that somebody else has it: that he can read it. Sealed bytes in strange hands are none of
 * these: who has taken them and handed them on has learned nothing, and the message is `delivered` (the evidence says that a copy was taken). A
 * sealed message that was altered on the way is `delivered` too: it is where it was sent to, nobody has read it, and the recipient's program says
 * that it was altered, and shows nothing of it (`ShownAs` is a part of the cell). An attacker who holds a hop can spoil what passes, as one on the
 * path can cut the line; what he cannot is read it, or have his own words taken for the author's. `held`: the sender has it, or the author.
 */
export type Outcome = "delivered" | "held" | "bounced" | "exposed-cleartext" | "exposed-to-attacker";

export const outcomes: readonly Outcome[] = [
  "delivered",
  "held",
  "bounced",
  "exposed-cleartext",
  "exposed-to-attacker",
];

export function isExposed(outcome: Outcome): boolean {
  return outcome === "exposed-cleartext" || outcome === "exposed-to-attacker";
}

/** Where an attacker has to be. `client`: at the submission port, or on the way there. */
export type Stand = "path" | "dns" | "web" | "authority" | "client" | "hop";

/** A certificate as far as anybody judges it. */
export interface Presented {
  /** `private`: by an authority that nobody trusts. `incomplete`: by a trusted one, without the intermediate between. */
  readonly chain: "trusted" | "private" | "self-signed" | "incomplete";
  readonly dates: "valid" | "expired" | "not-yet";
  /** Whether it is for the MX host's name. */
  readonly name: "right" | "other";
}

/** What a domain publishes and what its server shows. */
export interface ReceiverSetup {
  readonly id: ReceiverId;
  readonly zone: "signed" | "unsigned";
  /** Absent: its server has no TLS. */
  readonly tls?: Presented;
  /** A TLSA record of this usage; `fits` false: for the key of before the renewal. */
  readonly tlsa?: { readonly usage: 2 | 3; readonly fits: boolean };
  readonly sts?: "enforce" | "testing";
  /** The message demands REQUIRETLS; whether the server offers it. */
  readonly requireTls?: { readonly offered: boolean };
  /** The sender has met TLS there often enough, on enough days, to remember it. */
  readonly remembered?: "encrypted";
  /**
   * The operator of the sender wrote a rule: authenticated, by this host's name. `authority`: and by no other authority than the one that he
   * has written down (`ca` with `ca_exclusive`), which is the server's own.
   */
  readonly rule?: "name" | "authority";
}

export type ReceiverId =
  | "plain"
  | `opportunistic${"" | "-self-signed" | "-expired" | "-wrong-name" | "-missing-intermediate"}`
  | "signed"
  | "remembered"
  | `ruled${"" | "-ca"}`
  | `dane-ee${"" | "-self-signed" | "-expired" | "-wrong-name" | "-stale"}`
  | `dane-ta${"" | "-expired" | "-wrong-name" | "-missing-intermediate" | "-stale"}`
  | `sts-enforce${"" | "-self-signed" | "-expired" | "-wrong-name" | "-missing-intermediate"}`
  | `sts-testing${"" | "-expired"}`
  | `dane+sts${"" | "-stale"}`
  | `requiretls${"" | "-missing"}`;

/** What an attacker does to a connection between the sender and the honest server, or in place of it. */
export type WireEffect =
  /** Passes everything on, and writes down what is in clear. */
  | { readonly kind: "listens" }
  /** STARTTLS is not offered, or EHLO is refused. */
  | { readonly kind: "hides-tls" }
  | { readonly kind: "refuses-tls"; readonly permanently: boolean }
  | { readonly kind: "breaks-handshake"; readonly by: "reset" | "garbage" | "silence" | "alert" }
  /** Bytes in clear behind the 220, and TLS with the honest server after them. */
  | { readonly kind: "injects" }
  /** Ends TLS with a key of his own. */
  | { readonly kind: "impersonates"; readonly with: Presented }
  /** Ends an old version of TLS, whose keys he can work out, with the honest server's certificate. */
  | { readonly kind: "breaks-old-tls" }
  /** Leads the connection to another service that has the honest server's certificate, and that is no mail server. */
  | { readonly kind: "leads-elsewhere" };

/** Where an author looks for the recipient's key. */
export type KeySource = "pinned" | "dns" | "web";

/** An author whose own mail program seals, before a sender gets to see the message. */
export interface Author {
  /** He takes the first proven one, and keeps the message where there is none. */
  readonly keys: readonly KeySource[];
  /** He takes a DNS answer that nobody vouches for, too. */
  readonly isCareless?: true;
}

/** A false key, where the author looks: in the DNS, or on a server that shows this certificate for the web host's name. */
export type KeyLie = { readonly of: "dns" } | { readonly of: "web"; readonly shown: Presented };

/** What the recipient's program makes of what arrives. `altered`: and says nothing, since nobody could. `refused`: it says so, and shows nothing. */
export type ShownAs = "as-written" | "altered" | "refused";

/** What he does to DNS answers. `forged`: another answer; `hidden`: as if there were none; `failed`: no answer at all. */
export interface DnsEffect {
  readonly of: "mx" | "address" | "tlsa" | "sts-record";
  readonly how: "forged" | "hidden" | "failed";
}

export interface AttackEffect {
  readonly wire?: WireEffect;
  readonly dns?: DnsEffect;
  /** What he does to the policy host. `impersonated`: another policy, by a host that cannot prove its name. */
  readonly policyHost?: "blocked" | "impersonated";
  /** He has to be there before the sender has ever heard of the domain. */
  readonly atFirstContact?: true;
  /** Whom, or when, it is for. Absent: everybody's mail to the domain, always. */
  readonly aim?: Aim;
  /** The message is sealed, by this author. Absent: it is plain. */
  readonly author?: Author;
  /** Whoever runs the receiving server, or has broken into it, does this to what passes. `replaces`: hands on a message of his own in its place. */
  readonly hop?: "reads" | "alters" | "replaces";
  /** What the author is told where he looks for the recipient's key; the key is his who holds the hop. */
  readonly keyLies?: readonly KeyLie[];
  /** Hits the sender's own submission port, whatever the receiver. */
  readonly inbound?: Smuggling | CommandInjection;
}

/** Hides a second message behind an end of the first that is none. */
export interface Smuggling {
  readonly kind: "smuggles";
  /** What stands in the place of CRLF "." CRLF; a character is an octet. */
  readonly end: string;
  /** `split`: an octet of the end in each segment. `bdat-chunks`: an octet of it in each chunk. */
  readonly as: "data" | "split" | "bdat" | "bdat-chunks";
}

/** Puts commands of his own beside a client's STARTTLS, in clear. */
export interface CommandInjection {
  readonly kind: "injects-commands";
  /** `behind`: in one write with STARTTLS. `late`: between the 220 and the handshake. `before`: and keeps the answers from the client. */
  readonly where: "behind" | "late" | "before";
  readonly what: "noop" | "message";
}

/** Ids as in the catalogue; behind a colon, a variant of it that comes out differently somewhere. */
export type AttackId =
  | "eavesdrop"
  | "strip-ehlo"
  | "refuse-starttls"
  | "reset-handshake"
  | "garble-handshake"
  | "inject-response"
  | "inject-command"
  | "self-signed"
  | "wrong-host"
  | "forged-ca"
  | "expired"
  | "spoof-mx"
  | "spoof-address"
  | "strip-tlsa"
  | "block-sts"
  | "stale-sts"
  | "downgrade-tls"
  | "session-cross"
  | "smuggle"
  | "target"
  | "read-at-hop"
  | "redirect-sealed"
  | "forged-key";

/** What stops an attack, in the order in which one would think of it. */
export type Defence =
  | "any-tls"
  | "dane"
  | "mta-sts"
  | "mta-sts-cached"
  | "rule"
  /** A rule that names the authorities that count, and no others. */
  | "rule-authority"
  | "requiretls"
  | "memory"
  | "name-match"
  | "dates"
  | "dnssec"
  | "tls-floor"
  | "clean-handshake"
  | "strict-line-ends"
  | "patience"
  | "sni-and-port"
  | "sealing"
  | "proven-keys"
  | "pinned-keys";

export interface Attack {
  readonly id: AttackId;
  readonly stands: readonly Stand[];
  readonly stoppedBy: readonly Defence[];
  /** How it is done, by variant; the first is the one meant by the bare id. */
  readonly variants: Readonly<Record<string, AttackEffect>>;
  /** Variants without which the first one says but half: what would have helped. */
  readonly besides?: readonly string[];
  /** It only says whom another attack is for: that one where none is named. */
  readonly wraps?: AttackId;
}

/** One way of sending: Surehop's as settings for its planner, others' as a small written model. */
export type SenderMode = SurehopMode | ModelledMode | ChainMode;

export interface SurehopMode {
  readonly kind: "surehop";
  readonly id: string;
  readonly require: Level;
  readonly mtaSts: boolean;
  readonly remember: boolean;
  readonly enforce: "all" | "report";
}

/** Postfix's `smtpd_forbid_bare_newline`; `default` as Debian has it. `careless`: and CRs are handed on as they came (`cleanup_replace_stray_cr_lf = no`). */
export type HopSetting = "careless" | "default" | "normalize" | "reject";

/** Surehop in its default mode and Debian's Postfix, one behind the other: what a client hands in passes both. */
export interface ChainMode {
  readonly kind: "chain";
  readonly id: string;
  readonly first: "surehop" | "postfix";
  readonly postfix: HopSetting;
}

/** What a mail server does where TLS does not come about. `clear-later`: in clear, at the next attempt. */
export type Fallback = "clear" | "clear-later" | "defer" | "bounce";

/**
 * What is known of another mail server in one of its modes: enough to say what it will do, and no more. Measured
 * (`docs/threats.md`), not read out of its documentation.
 */
export interface ModelledMode {
  readonly kind: "modelled";
  readonly id: string;
  /** Its resolver validates: forged answers of signed zones fail, and mail is deferred. */
  readonly validates: boolean;
  /** TLSA records are asked for and believed where they are signed. */
  readonly dane: boolean;
  /** `first-contact`: policies are asked for and believed, and none is known before the attack. */
  readonly mtaSts: "no" | "cached" | "first-contact";
  /** Where nothing is published, or nothing that it looks at. */
  readonly otherwise: TlsTerms;
  /** Where DANE or MTA-STS asks for proof. */
  readonly strict: Omit<TlsTerms, "verifies">;
}

export interface TlsTerms {
  /** `mx-name`: the certificate is for the name that DNS gave. `domain`: for the recipient's domain, or a name below it. */
  readonly verifies: "nothing" | "mx-name" | "domain";
  readonly notOffered: Fallback;
  readonly refused: { readonly temporarily: Fallback; readonly permanently: Fallback };
  readonly broken: Fallback;
  /** The other side says nothing at all, for longer than is waited; absent: as any other broken handshake. */
  readonly silent?: Fallback;
  /** Bytes behind the 220: thrown away and TLS goes on, or as a broken handshake; or nothing is claimed. */
  readonly injected: Fallback | "ignored" | "not-told";
  /** Versions before TLS 1.2. */
  readonly oldTls: "taken" | Fallback;
  /** TLS came about, with somebody who did not prove himself. */
  readonly unproven: Fallback;
  /** TLS came about, and behind it is no mail server. */
  readonly unspeaking: Fallback;
}
