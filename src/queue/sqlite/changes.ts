/** Each kind of change as SQL. Runs inside the transaction that `Store` opens, and throws what SQLite throws. */
import type { DatabaseSync } from "node:sqlite";
import type { MessageId } from "../../base/index.ts";
import { QueueError } from "../types.ts";
import { formatMessageId } from "./ids.ts";
import type { AfterChange, Change, ChangeResult } from "./protocol.ts";
import { states } from "./schema.ts";
import { rowEventsMax, withBlock } from "./story.ts";

type Of<K extends Change["kind"]> = Extract<Change, { kind: K }>;

interface DeliveryRow {
  readonly state: number;
  readonly attempts: number;
  readonly message: number;
  readonly story: string | null;
}

interface MessageRow {
  readonly nonce: string;
  readonly first: number;
  readonly count: number;
  readonly crc: number | null;
}

const afterOf: readonly AfterChange[] = ["waiting", "marked", "held", "done", "doomed"];
const { waiting, marked, held, done, doomed } = states;

export class Changes {
  /** By how much the transaction under way changes the counts of waiting and held deliveries. */
  waiting = 0;
  held = 0;
  /** Spool files that nobody needs once the transaction is durable. */
  spoolFilesDone: MessageId[] = [];
  readonly #sql;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql);
    this.#sql = {
      addMessage: prepare("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      addDelivery: prepare("INSERT INTO delivery VALUES (?, ?, ?, ?, 0, ?, ?, NULL, NULL, NULL)"),
      addContent: prepare("INSERT INTO content VALUES (?, ?)"),
      delivery: prepare("SELECT state, attempts, message, story FROM delivery WHERE id = ?"),
      message: prepare("SELECT nonce, first, count, crc FROM message WHERE id = ?"),
      settle: prepare(
        "UPDATE delivery SET state = ?, due = ?, attempts = attempts + 1, outcomes = ?, memo = ?, story = ? WHERE id = ?",
      ),
      setState: prepare("UPDATE delivery SET state = ? WHERE id = ?"),
      giveBack: prepare("UPDATE delivery SET state = ?, due = ? WHERE id = ?"),
      anyOpen: prepare(`SELECT 1 FROM delivery WHERE id >= ? AND id < ? AND state < ${done} LIMIT 1`),
      statesOf: prepare("SELECT state, count(*) AS count FROM delivery WHERE id >= ? AND id < ? GROUP BY state"),
      hold: prepare(
        `UPDATE delivery SET state = ${held} WHERE id >= ? AND id < ? AND state IN (${waiting}, ${marked})`,
      ),
      release: prepare(
        `UPDATE delivery SET state = ${waiting}, due = min(due, ?) WHERE id >= ? AND id < ? AND state = ${held}`,
      ),
      retry: prepare(
        `UPDATE delivery SET due = min(due, ?) WHERE id >= ? AND id < ? AND state IN (${waiting}, ${marked})`,
      ),
      doom: prepare(`UPDATE delivery SET state = ${doomed} WHERE id >= ? AND id < ? AND state <> ${doomed}`),
      removeDeliveries: prepare("DELETE FROM delivery WHERE id >= ? AND id < ?"),
      removeMessage: prepare("DELETE FROM message WHERE id = ?"),
      removeContent: prepare("DELETE FROM content WHERE message = ?"),
      messageStory: prepare("SELECT story FROM message WHERE id = ?"),
      setMessageStory: prepare("UPDATE message SET story = ? WHERE id = ?"),
      finishedBefore: prepare(
        `SELECT id, nonce, first, count, crc FROM message m INDEXED BY received
          WHERE received < ? AND NOT EXISTS
            (SELECT 1 FROM delivery d WHERE d.id >= m.first AND d.id < m.first + m.count AND d.state <> ${done})
          ORDER BY received LIMIT ?`,
      ),
    };
  }

  /** At the beginning of each transaction. */
  start(): void {
    this.waiting = 0;
    this.held = 0;
    this.spoolFilesDone = [];
  }

  make(change: Change, bodies: ArrayBuffer): ChangeResult {
    switch (change.kind) {
      case "commit":
        return this.#commit(change, bodies);
      case "settle":
        return { ok: true, after: this.#settle(change) };
      case "giveBack":
        return { ok: true, after: this.#giveBack(change) };
      case "mark":
        return { ok: true, after: this.#mark(change) };
      case "tell":
        return { ok: true, count: this.#find(change) === undefined ? 0 : this.#tell(change) };
      case "hold":
      case "release":
      case "retry":
        return { ok: true, count: this.#order(change) };
      case "delete":
        return { ok: true, count: this.#delete(change) };
      case "purge":
        return { ok: true, count: this.#purge(change.message) };
      case "forget":
        return { ok: true, count: this.#forget(change) };
    }
  }

  #commit(change: Of<"commit">, bodies: ArrayBuffer): ChangeResult {
    const { message, nonce, received, size, crc, first, head, story, due, deliveries } = change;
    const { addMessage, addContent, addDelivery } = this.#sql;
    addMessage.run(message, nonce, received, size, crc, first, deliveries.length, head, story);
    if (crc === null) addContent.run(message, new Uint8Array(bodies, change.at, size));
    const state = change.held ? held : waiting;
    let id = first;
    for (const [domain, recipients] of deliveries) addDelivery.run(id++, message, state, due, domain, recipients);
    this.#count(state, deliveries.length);
    return { ok: true, after: afterOf[state] ?? "waiting" };
  }

  #settle(change: Of<"settle">): AfterChange {
    const row = this.#leased(change.delivery, change.attempts);
    if (typeof row === "string") return row;
    const message = this.#message(row.message);
    const state = change.done ? done : row.state === held ? held : waiting;
    const story =
      row.story === null && change.events === "[]"
        ? null
        : withBlock(row.story, change.serial, change.events, rowEventsMax(message.count));
    this.#sql.settle.run(state, change.due, change.outcomes, change.memo, story, change.delivery);
    this.#count(row.state, -1);
    this.#count(state, 1);
    if (change.done) this.#finish(row.message, message);
    return afterOf[state] ?? "lost";
  }

  /** When its last delivery is done a message gives up its content. */
  #finish(id: number, message: MessageRow): void {
    const { first, count, crc, nonce } = message;
    if (count > 1 && this.#sql.anyOpen.get(first, first + count) !== undefined) return;
    if (crc === null) this.#sql.removeContent.run(id);
    else this.spoolFilesDone.push(formatMessageId({ serial: id, nonce }));
  }

  #giveBack(change: Of<"giveBack">): AfterChange {
    const row = this.#leased(change.delivery, change.attempts);
    if (typeof row === "string") return row;
    const state = row.state === held ? held : waiting;
    if (change.due === null) this.#sql.setState.run(state, change.delivery);
    else this.#sql.giveBack.run(state, change.due, change.delivery);
    return afterOf[state] ?? "lost";
  }

  #mark(change: Of<"mark">): AfterChange {
    const row = this.#leased(change.delivery, change.attempts);
    if (typeof row === "string") return row;
    if (row.state === waiting) this.#sql.setState.run(marked, change.delivery);
    return afterOf[row.state] ?? "lost";
  }

  /** The row of a delivery that may be leased, or why it cannot be. */
  #leased(delivery: number, attempts: number): DeliveryRow | "lost" | "doomed" {
    const row = this.#sql.delivery.get(delivery) as unknown as DeliveryRow | undefined;
    if (row === undefined) return "lost";
    if (row.state === doomed) return "doomed";
    return row.state === done || row.attempts !== attempts ? "lost" : row;
  }

  #order(change: Of<"hold" | "release" | "retry">): number {
    const message = this.#find(change);
    if (message === undefined) return 0;
    const { hold, release, retry } = this.#sql;
    const range = [message.first, message.first + message.count] as const;
    let count: number;
    if (change.kind === "hold") count = Number(hold.run(...range).changes);
    else if (change.kind === "release") count = Number(release.run(change.now, ...range).changes);
    else count = Number(retry.run(change.now, ...range).changes);
    if (count === 0) return 0;
    if (change.kind !== "retry") {
      this.#count(waiting, change.kind === "hold" ? -count : count);
      this.#count(held, change.kind === "hold" ? count : -count);
    }
    this.#tell(change);
    return count;
  }

  #tell({
    message,
    serial,
    events,
  }: {
    readonly message: number;
    readonly serial: number;
    readonly events: string;
  }): number {
    const { story } = this.#sql.messageStory.get(message) as { story: string };
    this.#sql.setMessageStory.run(withBlock(story, serial, events, rowEventsMax(1)), message);
    return 1;
  }

  #delete(change: Of<"delete">): number {
    const message = this.#find(change);
    if (message === undefined) return 0;
    const { first, count } = message;
    for (const row of this.#sql.statesOf.all(first, first + count))
      this.#count(Number(row["state"]), -Number(row["count"]));
    this.#sql.doom.run(first, first + count);
    return change.keep ? 1 : this.#purge(change.message);
  }

  /** Removes what is doomed or finished: neither is in the counts. */
  #purge(id: number): number {
    const message = this.#sql.message.get(id) as unknown as MessageRow | undefined;
    if (message === undefined) return 0;
    const { first, count, crc, nonce } = message;
    this.#sql.removeDeliveries.run(first, first + count);
    this.#sql.removeMessage.run(id);
    this.#sql.removeContent.run(id);
    if (crc !== null) this.spoolFilesDone.push(formatMessageId({ serial: id, nonce }));
    return 1;
  }

  #forget({ before, max }: Of<"forget">): number {
    const rows = this.#sql.finishedBefore.all(before, max) as unknown as readonly (MessageRow & { id: number })[];
    for (const { id, first, count } of rows) {
      this.#sql.removeDeliveries.run(first, first + count);
      this.#sql.removeMessage.run(id);
    }
    return rows.length;
  }

  /** Undefined if there is no such message, or it is being deleted. */
  #find({ message: id, nonce }: { readonly message: number; readonly nonce: string }): MessageRow | undefined {
    const message = this.#sql.message.get(id) as unknown as MessageRow | undefined;
    if (message === undefined || message.nonce !== nonce) return undefined;
    const first = this.#sql.delivery.get(message.first) as unknown as DeliveryRow | undefined;
    return first === undefined || first.state === doomed ? undefined : message;
  }

  #message(id: number): MessageRow {
    const message = this.#sql.message.get(id) as unknown as MessageRow | undefined;
    if (message === undefined) throw new QueueError("io", "the queue is damaged: a delivery without its message");
    return message;
  }

  #count(state: number, by: number): void {
    if (state === waiting || state === marked) this.waiting += by;
    else if (state === held) this.held += by;
  }
}
