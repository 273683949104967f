/**
 * The queue port. A message is accepted once, durable before the accepting call returns, and then delivered once for
 * each recipient domain: the unit of work is the *delivery*, all recipients of one message at one domain.
 *
 *   receive → commit ──► waiting ──lease──► leased ──settle──► waiting (later) … ──► done
 *                           ▲  │                │
 *                   release │  ▼ hold           └─ lease runs out, or the process died ─► waiting
 *                          held
 *
 * What each state promises: `waiting` is due at `dueAt`; `leased` belongs to one worker until `leasedUntil`; `held` moves
 * only by the operator's hand; `done` has an outcome for every recipient. A message whose deliveries are all done gives up
 * its content and keeps its story until `forget`.
 */
import type {
  BounceReason,
  DomainName,
  Envelope,
  EnvelopeRecipient,
  Instant,
  Level,
  MessageId,
  StoryEntry,
} from "../base/index.ts";

/** What was learned of the content while it streamed in. */
export interface ContentFacts {
  /** Bytes, with every line ended by CRLF, the relay's own Received field included. */
  readonly size: number;
  /** Bytes above 127 anywhere. */
  readonly has8bit: boolean;
  /** Bytes above 127 in the header section. */
  readonly headerHas8bit: boolean;
  /** The longest line in bytes, without its CRLF. */
  readonly longestLine: number;
  /** The header says `TLS-Required: No` (RFC 8689 §3). */
  readonly tlsOptional?: boolean;
}

export type RecipientState =
  | { readonly kind: "pending" }
  | { readonly kind: "delivered"; readonly at: Instant; readonly level: Level; readonly host: string }
  | { readonly kind: "bounced"; readonly at: Instant; readonly reason: BounceReason };

export interface QueuedRecipient extends EnvelopeRecipient {
  readonly state: RecipientState;
}

declare const brand: unique symbol;
/** Names one delivery: one message, one recipient domain. */
export type DeliveryId = string & { readonly [brand]: "DeliveryId" };

export interface Delivery {
  readonly id: DeliveryId;
  readonly message: MessageId;
  readonly domain: DomainName;
  /** The envelope; its `recipients` hold this delivery's alone. */
  readonly envelope: Omit<Envelope, "recipients">;
  readonly recipients: readonly QueuedRecipient[];
  readonly facts: ContentFacts;
  /** Attempts that ended, this one not counted. */
  readonly attempts: number;
  /** Whatever the scheduler asked to be kept, as plain JSON; `null` at first. */
  readonly memo: unknown;
}

/** A delivery that this worker alone holds until `leasedUntil`. */
export interface Lease {
  readonly delivery: Delivery;
  readonly leasedUntil: Instant;
  /** The content from its first byte, in chunks of at most 64 KiB; may be called more than once. */
  content(): AsyncIterable<Uint8Array>;
  /** The content at once if it is small and at hand in memory, which saves the streaming; else undefined. */
  readonly inline: Uint8Array | undefined;
}

export interface Settlement {
  /** The new state of each recipient, in the order of `delivery.recipients`. */
  readonly recipients: readonly RecipientState[];
  /** When to try again. Ignored when no recipient is pending. */
  readonly dueAt: Instant;
  readonly memo: unknown;
  readonly events: readonly StoryEntry[];
}

/** A message on its way in. Nothing exists for anyone else before `commit` has resolved. */
export interface Incoming {
  /** Known at once, so that it can stand in the Received field. */
  readonly id: MessageId;
  /** Takes a chunk, CRLF lines, not dot-stuffed; the chunk may be reused after the call unless a promise comes back: then wait for it before the next. */
  write(chunk: Uint8Array): void | Promise<void>;
  /**
   * Makes the message durable (fsync) and due at `dueAt`. Rejects with QueueError if that fails; then nothing was accepted.
   * Several commits share one fsync (group commit).
   */
  commit(
    envelope: Envelope,
    facts: ContentFacts,
    options: { readonly dueAt: Instant; readonly events: readonly StoryEntry[]; readonly held?: boolean },
  ): Promise<void>;
  /** Forgets what was written. Safe to call at any time before commit. */
  abort(): Promise<void>;
}

export type DeliveryStateName = "waiting" | "leased" | "held" | "done";

export interface DeliverySummary {
  readonly id: DeliveryId;
  readonly domain: DomainName;
  readonly state: DeliveryStateName;
  readonly dueAt: Instant;
  readonly attempts: number;
  readonly recipients: readonly { readonly address: string; readonly state: RecipientState }[];
}

export interface MessageSummary {
  readonly id: MessageId;
  /** Empty for the null sender. */
  readonly from: string;
  readonly size: number;
  readonly receivedAt: Instant;
  readonly deliveries: readonly DeliverySummary[];
}

export interface MessageStory extends MessageSummary {
  /** At most `limits.storyEventsMax`: the first and the latest. */
  readonly story: readonly StoryEntry[];
  /** How many events were left out between the first and the latest; absent if none. */
  readonly omitted?: number;
}

export interface ListRequest {
  /** `open` (default): with a delivery not done. `finished`: all done. */
  readonly which?: "open" | "finished" | "all";
  /** At most 1,000; default 100. */
  readonly limit?: number;
  /** Continue after this message. */
  readonly after?: MessageId;
  readonly domain?: DomainName;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly leased: number;
  readonly held: number;
}

export class QueueError extends Error {
  override readonly name = "QueueError";
  /** `full`: no space or over the configured size; `closed`; `lost`: the lease was no longer ours; `io`: anything else. */
  readonly code: "full" | "closed" | "lost" | "io";
  constructor(code: "full" | "closed" | "lost" | "io", message: string) {
    super(message);
    this.code = code;
  }
}

export interface Queue {
  receive(): Incoming;
  /**
   * Takes up to `max` due deliveries, oldest due first, none for a domain in `except`. Resolves at once, empty if nothing is due.
   */
  lease(request: {
    readonly now: Instant;
    readonly max: number;
    readonly except: ReadonlySet<DomainName>;
  }): Promise<readonly Lease[]>;
  /** Durable when it resolves. Rejects with `lost` if the lease ran out and another worker has it. */
  settle(lease: Lease, settlement: Settlement): Promise<void>;
  /** Gives a lease back unused: due again at `dueAt`, attempts not counted. For shutting down and for full destinations. */
  giveBack(lease: Lease, dueAt: Instant): Promise<void>;
  /** Prolongs a lease by the engine's lease time. */
  extend(lease: Lease): Promise<void>;
  /** Calls back whenever something may have become due before the instant last answered by `nextDue`. */
  onReady(callback: () => void): void;
  /** The earliest `dueAt` of a waiting delivery, or undefined. */
  nextDue(): Promise<Instant | undefined>;
  depth(): Promise<QueueDepth>;
  list(request: ListRequest): Promise<readonly MessageSummary[]>;
  show(id: MessageId): Promise<MessageStory | undefined>;
  /** Adds to a message's story. */
  tell(id: MessageId, events: readonly StoryEntry[]): Promise<void>;
  /** The operator's hand; each is told in the story. `false`: no such message, or nothing to do. A leased delivery is held when its attempt ends. */
  hold(id: MessageId, now: Instant, by: string): Promise<boolean>;
  release(id: MessageId, now: Instant, by: string): Promise<boolean>;
  retry(id: MessageId, now: Instant, by: string): Promise<boolean>;
  /** Removes the message, content and story, whatever its state; a leased one when its attempt ends. */
  delete(id: MessageId, now: Instant, by: string): Promise<boolean>;
  /** Drops finished messages received before `before`; returns how many, at most 10,000 a call. */
  forget(before: Instant): Promise<number>;
  close(): Promise<void>;
}
