/** The operator's hand, the owner's own or that of a command beside it, and how the owner learns of the latter. */
import type { Instant, Log, MailEvent, MessageId, StoryEntry } from "../../base/index.ts";
import type { Group } from "./group.ts";
import { parseMessageId } from "./ids.ts";
import type { Leasing } from "./leasing.ts";
import type { Link } from "./link.ts";
import { lockForOperator } from "./lock.ts";

export interface HandParts {
  readonly directory: string;
  readonly link: Link;
  readonly group: Group;
  readonly leasing: Leasing;
  readonly log: Log;
  readonly isOwner: boolean;
  /** A number for a block of a story. */
  readonly serial: () => number;
}

const forgetMax = 10_000;
/** So many in one transaction, for the sake of those who wait behind it. */
const forgetStep = 500;

export class OperatorHand {
  readonly #parts: HandParts;

  constructor(parts: HandParts) {
    this.#parts = parts;
  }

  /** False: no such message, or nothing to do. */
  async order(kind: "hold" | "release" | "retry", id: MessageId, now: Instant, event: MailEvent): Promise<boolean> {
    const key = parseMessageId(id);
    if (key === undefined) return false;
    const { serial: message, nonce } = key;
    const events = JSON.stringify([{ at: now, event } satisfies StoryEntry]);
    const serial = this.#parts.serial();
    const { count } = await this.#parts.group.make({ kind, message, nonce, now: Math.floor(now), serial, events });
    if (count === 0) return false;
    await this.#lookAgain();
    return true;
  }

  /** With a relay in charge its rows are only marked: the relay removes them when no attempt needs them. */
  async delete(id: MessageId, by: string): Promise<boolean> {
    const { directory, group, isOwner, leasing, log } = this.#parts;
    const key = parseMessageId(id);
    if (key === undefined) return false;
    const { serial: message, nonce } = key;
    const lock = isOwner ? undefined : lockForOperator(directory);
    leasing.doom(message);
    const keep = isOwner ? leasing.isLeased(message) : lock === undefined;
    try {
      const { count } = await group.make({ kind: "delete", message, nonce, keep });
      if (count === 0) return false;
      log.info("message deleted", { message: id, by });
      await this.#lookAgain();
      return true;
    } finally {
      if (!keep) leasing.undoom(message);
      lock?.release();
    }
  }

  async tell(id: MessageId, events: readonly StoryEntry[]): Promise<void> {
    const key = parseMessageId(id);
    if (key === undefined || events.length === 0) return;
    const { serial: message, nonce } = key;
    const serial = this.#parts.serial();
    await this.#parts.group.make({ kind: "tell", message, nonce, serial, events: JSON.stringify(events) });
  }

  async forget(before: Instant): Promise<number> {
    let forgotten = 0;
    while (forgotten < forgetMax) {
      const max = Math.min(forgetStep, forgetMax - forgotten);
      const { count = 0 } = await this.#parts.group.make({ kind: "forget", before: Math.ceil(before), max });
      forgotten += count;
      if (count < max) break;
    }
    return forgotten;
  }

  /** A command beside the owner has changed something. */
  async catchUp(): Promise<void> {
    await this.purgeDoomed();
    await this.#lookAgain();
  }

  /** Removes what was deleted, as far as no attempt needs it. */
  async purgeDoomed(): Promise<void> {
    const { leasing, link } = this.#parts;
    for (const message of await link.ask({ kind: "doomed" })) {
      leasing.doom(message);
      await leasing.purgeUnlessLeased(message);
    }
  }

  async #lookAgain(): Promise<void> {
    if (!this.#parts.isOwner) return;
    await this.#parts.leasing.reviewLeases();
    this.#parts.leasing.reset();
  }
}
