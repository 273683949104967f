/** What intake is told to do. Plain values: whoever reads the configuration maps it onto these. */
import { limits, type DomainName, type Endpoint } from "../base/index.ts";
import { loopbackNetworks, type Network } from "./networks.ts";

export type ListenerSettings =
  /** TLS from the first byte, AUTH required (RFC 8314 §3.3); port 465 by custom. */
  | { readonly kind: "submissions"; readonly at: Endpoint }
  /** STARTTLS, then AUTH required (RFC 6409); port 587 by custom. */
  | { readonly kind: "submission"; readonly at: Endpoint }
  /** Plain SMTP without AUTH, for clients in these networks alone; default: loopback. */
  | { readonly kind: "local"; readonly at: Endpoint; readonly clients?: readonly Network[] };

export type ListenerKind = ListenerSettings["kind"];

export interface IntakeSettings {
  /** Our name in greetings and Received fields. */
  readonly hostname: DomainName;
  readonly listeners: readonly ListenerSettings[];
  readonly messageMaxBytes: number;
  readonly recipientsMax: number;
  /** Received fields beyond which a message is in a loop. */
  readonly hopsMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
  readonly messagesPerConnectionMax: number;
  readonly authFailuresMax: number;
  readonly commandsBeforeAuthMax: number;
  readonly badCommandsMax: number;
  readonly rejectedRecipientsMax: number;
  readonly idleTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Offer REQUIRETLS inside TLS. */
  readonly requireTls: boolean;
  /** Mail addresses and account names that look like addresses may stand in the log. */
  readonly logAddresses: boolean;
}

/** Everything but the name and the listeners from `base/limits`. */
export function intakeSettings(
  given: Pick<IntakeSettings, "hostname" | "listeners"> & Partial<IntakeSettings>,
): IntakeSettings {
  return {
    messageMaxBytes: limits.messageMaxBytes,
    recipientsMax: limits.recipientsMax,
    hopsMax: limits.hopsMax,
    connectionsMax: limits.connectionsMax,
    connectionsPerClientMax: limits.connectionsPerClientMax,
    messagesPerConnectionMax: limits.messagesPerConnectionMax,
    authFailuresMax: limits.authFailuresMax,
    commandsBeforeAuthMax: limits.commandsBeforeAuthMax,
    badCommandsMax: limits.badCommandsMax,
    rejectedRecipientsMax: limits.rejectedRecipientsMax,
    idleTimeoutMs: limits.serverIdleTimeoutMs,
    transactionTimeoutMs: limits.serverDataTimeoutMs,
    handshakeTimeoutMs: limits.serverHandshakeTimeoutMs,
    requireTls: true,
    logAddresses: false,
    ...given,
  };
}

/** The clients that a `local` listener serves. */
export function clientsOf(listener: ListenerSettings): readonly Network[] {
  return listener.kind === "local" ? (listener.clients ?? loopbackNetworks) : [];
}
