/** What the SMTP client offers to `delivery`. Shapes only. */
import type { Clock, DomainName, Endpoint, IpAddress, Level, Metrics, Net } from "../../base/index.ts";
import type { AuthorizedChannel, HopRequirement, startTls, TlsFailure } from "../../tls/index.ts";
import type { Capabilities, OnEvent, OutgoingMessage, TransactionResult } from "../types.ts";

export interface SessionPorts {
  readonly net: Net;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Who shakes hands; default: `tls` does. */
  readonly startTls?: typeof startTls;
}

/** What a session needs once there is a connection. */
export interface SessionTerms {
  readonly requirement: HopRequirement;
  /** The name that we give in EHLO: a domain name or an address literal. */
  readonly ehloName: DomainName;
  /** Told what happens until the session is open or has failed; not what happens in transactions. */
  readonly onEvent: OnEvent;
  /** Gives the session up while it is being opened. */
  readonly signal?: AbortSignal;
}

export interface SessionRequest extends SessionTerms {
  /** The host's addresses in order of preference. */
  readonly addresses: readonly IpAddress[];
  /** 1 to 65535. */
  readonly port: number;
}

/** A connection on which mail may pass, one transaction at a time. */
export interface SmtpSession {
  readonly channel: AuthorizedChannel;
  /** Where the peer is. */
  readonly remote: Endpoint;
  /** Our own end. */
  readonly local: Endpoint;
  /** What came of the requirement's `watch`, over TLS or for want of it. */
  readonly watched?: TlsFailure;
  /** What the peer offered after TLS, or in clear where that is allowed. */
  readonly capabilities: Capabilities;
  readonly level: Level;
  /**
   * Sends one message to 1 to `limits.recipientsPerTransactionMax` recipients. Never rejects for what the peer, the network or
   * `content()` does; throws if a transaction is still under way or the message is not well-formed. Chunks of `content()`
   * must not be changed after they were yielded. `onEvent` is told each refusal of this transaction.
   */
  send(message: OutgoingMessage, onEvent?: OnEvent): Promise<TransactionResult>;
  /**
   * Says QUIT and closes; resolves when the connection is gone, at the latest after `quitTimeoutMs`. `remark` is for whoever reads the
   * server's log: who we are. Characters that cannot stand there become question marks.
   */
  quit(remark?: string): Promise<void>;
  /** Closes without a word. */
  destroy(): void;
  /** True once nothing more can be sent. */
  readonly closed: boolean;
  /** Calls back once when the session closes, for whatever reason; at once if it already has. */
  onClosed(callback: () => void): void;
}
