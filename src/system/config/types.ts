/**
 * The configuration as the program uses it: every value parsed, every default filled in, every path absolute.
 * `loadConfig` alone makes one; what an operator writes is another shape (`schema.ts`).
 */
import type { DomainName, Endpoint, Level } from "../../base/index.ts";
import type { TrustAnchor, Upstream } from "../../dns/index.ts";
import type { Network, UserRecord } from "../../intake/index.ts";
import type { Exception, MemoryTerms, Rule } from "../../policy/index.ts";
import type { Promises } from "../../publish/index.ts";
import type { TrustedCas } from "../../tls/index.ts";
import type { SenderSettings } from "../../report/index.ts";
import type { Language } from "../../words/index.ts";

export interface Config {
  /** The file that it came from, absolute. */
  readonly file: string;
  /** Language of notices, and of the command's own words where nothing else names one. */
  readonly language: Language;
  readonly server: ServerConfig;
  readonly listen: ListenConfig;
  /** Absent only if no submission listener is configured. */
  readonly tls?: TlsConfig;
  readonly users: readonly UserRecord[];
  readonly limits: LimitsConfig;
  readonly delivery: DeliveryConfig;
  readonly dns: DnsConfig;
  readonly policy: {
    /** What a hop must prove where no rule says otherwise. */
    readonly require: Level;
    /** Ask for MTA-STS policies. */
    readonly mtaSts: boolean;
    /** `report`: what is published, remembered, or the default is looked at; only rules are enforced. */
    readonly enforce: "all" | "report";
    /** Believed besides the system's. */
    readonly authorities?: TrustedCas;
  };
  readonly memory: MemoryTerms & { readonly remember: boolean };
  /** Those that ended too; the first that fits and has not ended counts. */
  readonly exceptions: readonly Exception[];
  /** The first whose pattern matches counts. */
  readonly rules: readonly Rule[];
  /** What our own domain promises to those who send to it; absent if nothing is published from here. */
  readonly publish?: PublishConfig;
  /** Languages of notices by the sender's domain; the first that matches counts. */
  readonly languages: readonly LanguageRule[];
  readonly reports: ReportsConfig;
  readonly story: {
    /** Milliseconds for which the story of a finished message is kept. */
    readonly keepMs: number;
  };
  readonly log: LogConfig;
  readonly danger: DangerConfig;
}

export interface ServerConfig {
  /** Our name in greetings, Received fields and notices. */
  readonly hostname: DomainName;
  /** Directory of the queue, absolute. */
  readonly data: string;
  /** The account to run as once the listeners are bound; a name or a number as text. */
  readonly user?: string;
  /** Default: the user's own group. */
  readonly group?: string;
}

export interface ListenConfig {
  /** TLS from the first byte, then AUTH. */
  readonly submissions: readonly Endpoint[];
  /** STARTTLS, then AUTH. */
  readonly submission: readonly Endpoint[];
  /** Plain SMTP without AUTH for `localClients` alone. */
  readonly local: readonly Endpoint[];
  readonly localClients: readonly Network[];
  /** The console; always a loopback address. Absent: none. */
  readonly http?: Endpoint;
}

/** Paths of PEM files, absolute. */
export interface TlsConfig {
  readonly certificate: string;
  readonly key: string;
}

export interface LimitsConfig {
  readonly messageMaxBytes: number;
  readonly recipientsMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
}

export interface DeliveryConfig {
  readonly lifetimeMs: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** Deliveries under way at once, in all and to one domain. */
  readonly connections: number;
  readonly connectionsPerDestination: number;
  /** The name in EHLO; the server's hostname unless set. */
  readonly heloName: DomainName;
}

export interface DnsConfig {
  /** At least one: the configured ones, or those of /etc/resolv.conf. */
  readonly resolvers: readonly Upstream[];
  /** The AD bit of these resolvers is believed (SEC-6); every one of them is on loopback or over TLS then. */
  readonly trustAd: boolean;
  /** Keys of private zones, believed beside the root's. */
  readonly anchors: readonly TrustAnchor[];
}

export interface ReportsConfig {
  /** Who reports; absent: nothing is counted, and nothing sent. */
  readonly sender?: SenderSettings;
  /** The file that `sender.dkim` came from, absolute. */
  readonly dkimKeyFile?: string;
  /** A directory or Maildir of received reports, absolute. */
  readonly inbox?: string;
  /** Milliseconds for which received reports are kept. */
  readonly keepMs: number;
}

export interface PublishConfig {
  readonly promises: Promises;
  /** PEM files, absolute: certificates in use, and keys (or certificates) that are to take over. */
  readonly certificates: readonly string[];
  readonly nextKeys: readonly string[];
  /** Milliseconds between the relay's own looks at what is published; absent: it does not look. */
  readonly lookEveryMs?: number;
}

export interface LanguageRule {
  /** As a rule's pattern: `example.org`, `.example.org`, `*`. */
  readonly pattern: string;
  readonly language: Language;
}

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Mail addresses may stand in the log. */
  readonly addresses: boolean;
}

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ["json", "pretty"] as const;
export type LogFormat = (typeof logFormats)[number];

/** Each gives something up; see `danger` in the configuration reference. */
export interface DangerConfig {
  /** The port that MX hosts are dialled at: 25 everywhere but in a sandbox. */
  readonly smtpPort: number;
  /** The port at which MTA-STS policies are fetched: 443 everywhere but in a sandbox. */
  readonly httpsPort: number;
  /** Loopback and private addresses may be delivered to. */
  readonly allowPrivateAddresses: boolean;
  /** DNS answers are not validated here: everything is as good as the path it came over. */
  readonly skipDnssec: boolean;
}
