/** What the queue asks of the thread that holds the database, and what comes back. Plain data: it is copied from thread to thread. */
import type { Instant } from "../../base/index.ts";
import type { ListRequest, MessageStory, MessageSummary, QueueError } from "../types.ts";

/** One durable change. Those that wait together are made in one transaction. */
export type Change =
  | {
      readonly kind: "commit";
      readonly message: number;
      readonly nonce: string;
      readonly received: Instant;
      readonly size: number;
      /** Of a body in a spool file; null: the body comes with the batch, `size` bytes from `at`. */
      readonly crc: number | null;
      at: number;
      /** JSON of StoredHead. */
      readonly head: string;
      readonly story: string;
      readonly first: number;
      readonly due: Instant;
      readonly held: boolean;
      /** The domain, and JSON of its recipients. */
      readonly deliveries: readonly (readonly [domain: string, recipients: string])[];
    }
  | {
      readonly kind: "settle";
      readonly delivery: number;
      /** As leased: a delivery that was attempted by somebody else since is not ours to settle. */
      readonly attempts: number;
      readonly done: boolean;
      readonly due: Instant;
      readonly outcomes: string;
      readonly memo: string | null;
      readonly serial: number;
      readonly events: string;
    }
  | { readonly kind: "giveBack"; readonly delivery: number; readonly attempts: number; readonly due: Instant | null }
  | { readonly kind: "mark"; readonly delivery: number; readonly attempts: number }
  | {
      readonly kind: "tell";
      readonly message: number;
      readonly nonce: string;
      readonly serial: number;
      readonly events: string;
    }
  | {
      readonly kind: "hold" | "release" | "retry";
      readonly message: number;
      readonly nonce: string;
      readonly now: Instant;
      readonly serial: number;
      readonly events: string;
    }
  /** `keep`: some of it is under way; it is doomed now and purged later. */
  | { readonly kind: "delete"; readonly message: number; readonly nonce: string; readonly keep: boolean }
  | { readonly kind: "purge"; readonly message: number }
  | { readonly kind: "forget"; readonly before: Instant; readonly max: number };

/** What became of a delivery; `doomed`: its message is being deleted; `lost`: it was not ours. */
export type AfterChange = "waiting" | "marked" | "held" | "done" | "doomed" | "lost";

export type ChangeResult =
  | { readonly ok: true; readonly after?: AfterChange; readonly count?: number }
  | { readonly ok: false; readonly code: QueueError["code"]; readonly message: string };

export interface StoredHead {
  readonly envelope: unknown;
  readonly facts: unknown;
}

/** A waiting delivery's place in the order of leasing. */
export interface WaitingRow {
  readonly id: number;
  readonly message: number;
  readonly due: Instant;
  readonly domain: string;
}

export interface FetchedRow {
  readonly id: number;
  readonly state: number;
  readonly attempts: number;
  readonly domain: string;
  readonly recipients: string;
  readonly outcomes: string | null;
  readonly memo: string | null;
  readonly message: number;
  readonly nonce: string;
  readonly first: number;
  readonly size: number;
  readonly crc: number | null;
  readonly head: string;
  body: Uint8Array | undefined;
}

export interface Position {
  readonly due: Instant;
  readonly id: number;
}

export type Request =
  | { readonly kind: "batch"; readonly changes: readonly Change[]; readonly bodies: ArrayBuffer }
  /** Waiting deliveries after `after`, due by `until`, at most `max`; and what comes next after `until`. */
  | {
      readonly kind: "scan";
      readonly after: Position;
      readonly until: Position;
      readonly max: number;
      readonly domain?: string;
    }
  /** `bodyMaxBytes`: bodies to send along, in all. */
  | { readonly kind: "fetch"; readonly deliveries: readonly number[]; readonly bodyMaxBytes: number }
  | { readonly kind: "body"; readonly message: number }
  | { readonly kind: "states"; readonly deliveries: readonly number[] }
  | { readonly kind: "doomed" }
  | { readonly kind: "list"; readonly request: ListRequest }
  | { readonly kind: "show"; readonly message: number; readonly nonce: string }
  | { readonly kind: "poll" }
  | { readonly kind: "close" };

export interface Answers {
  batch: readonly ChangeResult[];
  scan: { readonly rows: readonly WaitingRow[]; readonly nextDue: Instant | undefined };
  fetch: readonly FetchedRow[];
  body: Uint8Array | undefined;
  states: readonly (number | undefined)[];
  doomed: readonly number[];
  list: readonly MessageSummary[];
  show: MessageStory | undefined;
  poll: undefined;
  close: undefined;
}

/** What comes with every answer. */
export interface Tidings {
  /** Deliveries stored as waiting (leased ones among them) and held. */
  readonly waiting: number;
  readonly held: number;
  /** Another process has changed the database since the last answer. */
  readonly moved: boolean;
}

export interface Opened extends Tidings {
  readonly lastSerial: number;
}
