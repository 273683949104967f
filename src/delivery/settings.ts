import type { DomainName, Envelope, IpAddress, Level } from "../base/index.ts";
import type { Exception, GatherSettings, MemoryTerms, Rule } from "../policy/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import type { Language } from "../words/index.ts";

/** What an operator may set about sending. */
export interface DeliverySettings {
  /** The name that the relay signs its notices with. */
  readonly hostname: DomainName;
  /** The name in EHLO. */
  readonly heloName: DomainName;
  /** Names and addresses by which this relay itself is reached (MX-5, MX-6). */
  readonly ownNames: readonly DomainName[];
  readonly ownAddresses: readonly IpAddress[];
  readonly rules: readonly Rule[];
  readonly exceptions: readonly Exception[];
  readonly defaultRequire: Level;
  readonly enforce: GatherSettings["enforce"];
  readonly memoryTerms: MemoryTerms;
  /** Certificate authorities believed besides the system's. */
  readonly authorities?: TrustedCas;
  /** The port that MX hosts are dialled at: 25 everywhere but in a sandbox. */
  readonly smtpPort: number;
  readonly allowPrivateAddresses: boolean;
  /** Milliseconds after which a message that could not be delivered comes back. */
  readonly lifetimeMs: number;
  /** Milliseconds before the second attempt; each further wait is 1.8 times as long, up to `retryMaxMs`. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** TLS-4: attempts with failed TLS, and the milliseconds they must span, before cleartext is considered. */
  readonly tlsRetry: { readonly tries: number; readonly overMs: number };
  /** DSN-3: how long until the sender is told of a delay, held for safety and otherwise. */
  readonly delayNoticeSafetyMs: number;
  readonly delayNoticeMs: number;
  /** Deliveries under way at once, in all and for one domain. */
  readonly connections: number;
  readonly connectionsPerDestination: number;
  /** Mail addresses may stand in the log. */
  readonly logAddresses: boolean;
  /** The language in which notices to this sender are written. */
  languageOf(envelope: Pick<Envelope, "from" | "language">): Language;
}

export const deliveryDefaults = {
  lifetimeMs: 5 * 86_400_000,
  retryFirstMs: 300_000,
  retryMaxMs: 4 * 3_600_000,
  exceptions: [],
  enforce: "all",
  memoryTerms: { patienceMs: 86_400_000, afterwards: "bounce" },
  tlsRetry: { tries: 3, overMs: 3_600_000 },
  delayNoticeSafetyMs: 3_600_000,
  delayNoticeMs: 4 * 3_600_000,
  connections: 200,
  connectionsPerDestination: 20,
} as const;

/** What of it concerns the facts of a hop. Make it once: what is derived from it is kept with it. */
export function gatherSettingsOf(settings: DeliverySettings): GatherSettings {
  return {
    rules: settings.rules,
    ownNames: settings.ownNames,
    ownAddresses: settings.ownAddresses,
    smtpPort: settings.smtpPort,
    allowPrivateAddresses: settings.allowPrivateAddresses,
    defaultRequire: settings.defaultRequire,
    tlsRetry: settings.tlsRetry,
    exceptions: settings.exceptions,
    enforce: settings.enforce,
    memoryTerms: settings.memoryTerms,
    ...(settings.authorities === undefined ? {} : { authorities: settings.authorities }),
  };
}
