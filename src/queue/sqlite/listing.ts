/** What operators read: lists, one message's story, and counts. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { formatAddress, type DomainName, type Envelope, type MessageId } from "../../base/index.ts";
import type { DeliveryStateName, DeliverySummary, ListRequest, MessageStory, MessageSummary } from "../types.ts";
import { formatMessageId, parseMessageId } from "./ids.ts";
import { deliveryId, readRecipients } from "./records.ts";
import { states } from "./schema.ts";
import { mergeStories, parseStory } from "./story.ts";

interface MessageRow {
  readonly id: number;
  readonly nonce: string;
  readonly received: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
  readonly head: string;
  readonly story: string;
}

interface DeliveryRow {
  readonly id: number;
  readonly state: number;
  readonly due: number;
  readonly attempts: number;
  readonly domain: string;
  readonly recipients: string;
  readonly outcomes: string | null;
  readonly story: string | null;
}

const listDefault = 100;
const listMax = 1000;
const { waiting, marked, held, done, doomed } = states;
const stateNames: readonly DeliveryStateName[] = ["waiting", "leased", "held", "done"];

const inMessage = "d.id >= m.first AND d.id < m.first + m.count";
const notDoomed = `NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = m.first AND d.state = ${doomed})`;
const allDone = `NOT EXISTS (SELECT 1 FROM delivery d WHERE ${inMessage} AND d.state <> ${done})`;
const atDomain = `EXISTS (SELECT 1 FROM delivery d WHERE ${inMessage} AND d.domain = ?)`;

export class Listing {
  readonly #database: DatabaseSync;
  readonly #counts: StatementSync;
  readonly #message: StatementSync;
  readonly #deliveries: StatementSync;
  readonly #doomed: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#counts = database.prepare(
      `SELECT state, count(*) AS count FROM delivery INDEXED BY open WHERE state < ${done} GROUP BY state`,
    );
    this.#message = database.prepare(
      "SELECT id, nonce, received, size, first, count, head, story FROM message WHERE id = ?",
    );
    this.#deliveries = database.prepare(
      `SELECT id, state, due, attempts, domain, recipients, outcomes, story FROM delivery
        WHERE id >= ? AND id < ? ORDER BY id`,
    );
    this.#doomed = database.prepare(`SELECT DISTINCT message FROM delivery INDEXED BY doomed WHERE state = ${doomed}`);
  }

  counts(): { readonly waiting: number; readonly held: number } {
    const of = new Map(this.#counts.all().map((row) => [Number(row["state"]), Number(row["count"])]));
    return { waiting: (of.get(waiting) ?? 0) + (of.get(marked) ?? 0), held: of.get(held) ?? 0 };
  }

  /** The highest number that a row has. */
  lastSerial(): number {
    const row = this.#database
      .prepare("SELECT max((SELECT max(id) FROM message), (SELECT max(id) FROM delivery)) AS last")
      .get();
    return Number(row?.["last"] ?? 0);
  }

  doomed(): number[] {
    return this.#doomed.all().map((row) => Number(row["message"]));
  }

  isOpen(message: number, nonce: string): boolean {
    const row = this.#message.get(message) as unknown as MessageRow | undefined;
    if (row === undefined || row.nonce !== nonce) return false;
    return this.#deliveriesOf(row).some(({ state }) => state !== done);
  }

  list(request: ListRequest): MessageSummary[] {
    const max = Math.min(Math.max(1, Math.trunc(request.limit ?? listDefault)), listMax);
    const after = request.after === undefined ? 0 : (parseMessageId(request.after)?.serial ?? 0);
    const { domain } = request;
    const found =
      (request.which ?? "open") === "open"
        ? this.#open(after, domain, max)
        : this.#stored(request.which, after, domain, max);
    return found.flatMap((id) => {
      const row = this.#message.get(id) as unknown as MessageRow | undefined;
      return row === undefined ? [] : [summary(row, this.#deliveriesOf(row))];
    });
  }

  show(message: number, nonce: string): MessageStory | undefined {
    const row = this.#message.get(message) as unknown as MessageRow | undefined;
    if (row === undefined || row.nonce !== nonce) return undefined;
    const deliveries = this.#deliveriesOf(row);
    if (deliveries.some(({ state }) => state === doomed)) return undefined;
    const { story, omitted } = mergeStories(
      [row.story, ...deliveries.map((delivery) => delivery.story)].map(parseStory),
    );
    return { ...summary(row, deliveries), story, ...(omitted === 0 ? {} : { omitted }) };
  }

  #open(after: number, domain: DomainName | undefined, max: number): number[] {
    const select = `SELECT DISTINCT message FROM delivery INDEXED BY open WHERE state < ${done} AND message > ?`;
    const order = "ORDER BY message LIMIT ?";
    const rows =
      domain === undefined
        ? this.#database.prepare(`${select} ${order}`).all(after, max)
        : this.#database.prepare(`${select} AND domain = ? ${order}`).all(after, domain, max);
    return rows.map((row) => Number(row["message"]));
  }

  #stored(which: ListRequest["which"], after: number, domain: DomainName | undefined, max: number): number[] {
    const select = `SELECT id FROM message m WHERE id > ? AND ${which === "finished" ? allDone : notDoomed}`;
    const order = "ORDER BY id LIMIT ?";
    const rows =
      domain === undefined
        ? this.#database.prepare(`${select} ${order}`).all(after, max)
        : this.#database.prepare(`${select} AND ${atDomain} ${order}`).all(after, domain, max);
    return rows.map((row) => Number(row["id"]));
  }

  #deliveriesOf(row: MessageRow): readonly DeliveryRow[] {
    return this.#deliveries.all(row.first, row.first + row.count) as unknown as readonly DeliveryRow[];
  }
}

function summary(row: MessageRow, deliveries: readonly DeliveryRow[]): MessageSummary {
  const id = formatMessageId({ serial: row.id, nonce: row.nonce });
  const { envelope } = JSON.parse(row.head) as { readonly envelope: Pick<Envelope, "from"> };
  return {
    id,
    from: envelope.from === null ? "" : formatAddress(envelope.from),
    size: row.size,
    receivedAt: row.received,
    deliveries: deliveries.map((delivery) => deliverySummary(id, row.first, delivery)),
  };
}

function deliverySummary(message: MessageId, first: number, row: DeliveryRow): DeliverySummary {
  return {
    id: deliveryId(message, row.id - first),
    domain: row.domain as DomainName,
    state: stateNames[row.state] ?? "done",
    dueAt: row.due,
    attempts: row.attempts,
    recipients: readRecipients(row.recipients, row.outcomes).map(({ address, state }) => ({
      address: formatAddress(address),
      state,
    })),
  };
}
