/**
 * What the lab asks of a mail server that it puts to the test. A *sender* is one way of sending (`postfix-dane`, `surehop-strict`): it is
 * started once for a world, is handed messages as any client would hand them in, and says what became of each.
 *
 *   start(world) ──► submit ──► (under way) ──► settled: delivered, waiting, returned
 *                       ▲                          │ waiting
 *                       │                          ▼
 *                  pass(time) ◄──────────────── tryAgain
 *
 * - The lab believes no sender about what was sent to whom: that is read off the wire and out of the servers. A sender's word counts
 *   for one thing alone: whether a message that nobody has is still waiting or was given back.
 * - Where we hold its clock (Surehop), `pass` leaps. Elsewhere the driver shortens waits by configuration, and `pass` makes the queue run.
 * - A driver starts its program in directories of its own and ends exactly what it started. It never touches the machine's own
 *   configuration. Where a program insists on port 25 or on addresses outside 127/8, the whole lab runs inside a network namespace of its
 *   own making, and `world.bounds` says so.
 */
import type { DomainName, Endpoint, IpAddress } from "../../base/index.ts";
import type { TrustAnchor } from "../../dns/index.ts";
import type { SenderMode } from "../../threats/index.ts";
import type { Tamperer } from "../run/tamperer.ts";

export interface Sender {
  /** As on the command line: `surehop`, `postfix-dane`. */
  readonly id: string;
  /** How the catalogue predicts what it does. */
  readonly mode: SenderMode;
  /** The program that has to be there; undefined for ourselves. */
  readonly program?: string;
  /** It can be started in an enclosure alone (`enclose.ts`). */
  readonly needsEnclosure?: true;
  /** Messages under way beside each other in one world; default: as many as there are. A world is made for each lot. */
  readonly cellsAtOnce?: number;
  /** For how long DNS answers are kept: between control and attack so much time passes, so that nothing is known any more. */
  readonly ttlSeconds: number;
  /** How often a message that waits is tried again before it counts as held, and how much time passes each time. */
  readonly retries: { readonly times: number; readonly everyMs: number };
  /** How long the machine's own clock may run until what is under way has come to something. */
  readonly patienceMs: number;
  /** Undefined if it can be started here; else why not, for people to read: "postfix is not installed". */
  missing(): Promise<string | undefined>;
  /** Rejects with an Error if it does not come up. */
  start(world: SenderWorld): Promise<RunningSender>;
}

/** What a sender needs to know of the Internet that it is put into. */
export interface SenderWorld {
  /** A recursive name server: UDP and TCP. It proves nothing by itself and answers with signatures, denials and keys when asked with DO and CD. */
  readonly resolver: Endpoint;
  /** The root's keys. */
  readonly anchors: readonly TrustAnchor[];
  /** The authority that the sender is to trust, and no other, PEM. */
  readonly authorityPem: string;
  /** Where MX hosts listen, all of them, each at an address of its own: 25 in a namespace of our own, any free port elsewhere. */
  readonly smtpPort: number;
  /** Where MTA-STS policies are served. */
  readonly httpsPort: number;
  /** Domains for which the operator has written a rule: the hosts whose names he knows, and where he names it their authority, PEM: no other counts. */
  readonly rules: readonly { readonly domain: DomainName; readonly host: DomainName; readonly authorityPem?: string }[];
  /** Every domain, and where its mail server is: for a sender that is not to look that up. */
  readonly sites: readonly { readonly domain: DomainName; readonly at: Endpoint }[];
  /** Whether messages are relayed at all by addresses outside 127/8: true only within a network namespace of our own. */
  readonly isEnclosed: boolean;
  /** An empty directory of the sender's own; the lab removes it. */
  readonly directory: string;
  /** An address that nobody else has, for what the sender listens at. */
  readonly ownAddress: IpAddress;
}

/** As a client hands it in. */
export interface LabMail {
  readonly from: string;
  readonly to: string;
  /** Handed in as it is, stray line ends too, but for dots at the beginning of lines behind CRLF, which are doubled. */
  readonly content: string;
  /** MAIL FROM with REQUIRETLS, inside TLS. */
  readonly requireTls: boolean;
}

/** `under-way`: an attempt is being made just now. */
export type MailState = "under-way" | "delivered" | "waiting" | "returned";

export type Handed =
  | { readonly kind: "accepted"; readonly id: string }
  /** Not taken: what it said. */
  | { readonly kind: "refused"; readonly reply: string };

/** What a sender has written down of its sessions with a domain, for that domain and for its own operator. */
export interface Noticed {
  /** As its next TLS report (RFC 8460) to the domain has it: sessions that succeeded, and those that failed, by result type. */
  readonly reported: {
    readonly successes: number;
    readonly failures: Readonly<Record<string, number>>;
  };
  /** A host of the domain's is under suspicion: it has met less than is remembered of it. */
  readonly isSuspected: boolean;
}

export interface RunningSender {
  submit(mail: LabMail): Promise<Handed>;
  /** Of a message that was accepted. */
  state(id: string): Promise<MailState>;
  /** Lets this much time have passed, and has what became due meanwhile tried again. */
  pass(ms: number): Promise<void>;
  /** What the sender has to say of the message, in its own words: log lines, or a story. For people; at most `senderLimits.wordsMax`. */
  words(id: string): Promise<readonly string[]>;
  /** What it has noticed. Absent, or undefined: it keeps no such books. */
  noticed?(domain: DomainName): Promise<Noticed | undefined>;
  /** Its own inbound side, for attacks on that. Absent: it is not attacked there. */
  readonly inbound?: Inbound;
  /** Ends what was started. */
  close(): Promise<void>;
}

/** Where a sender takes mail, and what it says of how much it has taken. */
export interface Inbound {
  /** In clear and without a password: for clients of its own network. */
  readonly door: Endpoint;
  /** The message's id, in a reply to its content; undefined if it was not taken. */
  taken(reply: string): string | undefined;
  /** Where commands can be put beside a STARTTLS: its clients', or that of the hop before the one that is attacked. */
  readonly starttls:
    | {
        readonly kind: "of-clients";
        readonly at: Endpoint;
        readonly login: { readonly user: string; readonly password: string };
      }
    /** Mail for a local part passes the hands that have its name. */
    | { readonly kind: "between-hops"; readonly tamperers: ReadonlyMap<string, Tamperer> };
  /** How many messages for this recipient each of its hops has taken, in the order in which mail passes them. */
  counts(recipient: string): Promise<readonly HopCount[]>;
}

export interface HopCount {
  readonly hop: "surehop" | "postfix" | "receiver";
  readonly messages: number;
  /** Octets in what it handed on of them that a server could take for an end of a line: CR and LF alone, NUL. Absent: nobody listened. */
  readonly stray?: number;
}

export const senderLimits = {
  /** Of each message's account. */
  wordsMax: 60,
} as const;
