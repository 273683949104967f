/** From a message received whole to rows on disk, and from there straight to whoever delivers. */
import type { Envelope } from "../../base/index.ts";
import type { ContentFacts } from "../types.ts";
import { contentOf } from "./body.ts";
import type { Group } from "./group.ts";
import { formatMessageId, type MessageKey } from "./ids.ts";
import type { Body, CommitOptions } from "./incoming.ts";
import type { Leasing } from "./leasing.ts";
import type { Link } from "./link.ts";
import { byDomain, deliveryId, pendingRecipients, type Head } from "./records.ts";
import { firstBlock } from "./story.ts";

export interface AcceptanceParts {
  readonly link: Link;
  readonly spool: string;
  readonly group: Group;
  readonly leasing: Leasing;
  /** The first of `count` numbers. */
  readonly serial: (count: number) => number;
}

/** What a delivery's objects take beside its content, roughly. */
const deliveryBytes = 1_500;
const recipientBytes = 300;

/** Durable when it resolves; what is due may be leased by then. */
export async function accept(
  parts: AcceptanceParts,
  key: MessageKey,
  { recipients, ...envelope }: Envelope,
  facts: ContentFacts,
  body: Body,
  options: CommitOptions,
): Promise<void> {
  const groups = [...byDomain(recipients)];
  if (groups.length === 0) throw new TypeError("a message without recipients");
  const inline = body.kind === "memory" ? body.bytes : undefined;
  const size = body.kind === "memory" ? body.bytes.length : body.size;
  const crc = body.kind === "memory" ? null : body.crc;
  const first = parts.serial(groups.length);
  const due = Math.ceil(options.dueAt);
  await parts.group.make(
    {
      kind: "commit",
      message: key.serial,
      nonce: key.nonce,
      received: Math.floor(envelope.receivedAt),
      size,
      crc,
      at: 0,
      head: JSON.stringify({ envelope, facts } satisfies Head),
      story: firstBlock(first, JSON.stringify(options.events)),
      first,
      due,
      held: options.held === true,
      deliveries: groups.map(([domain, group]) => [domain, JSON.stringify(group)]),
    },
    inline,
  );
  if (options.held === true) return;
  const { leasing } = parts;
  const id = formatMessageId(key);
  const content = contentOf(parts, { message: key.serial, size, crc, body: inline }, id);
  groups.forEach(([domain, group], index) => {
    const item = { id: first + index, message: key.serial, due, domain };
    const charge = (inline?.length ?? 0) + deliveryBytes + group.length * recipientBytes;
    if (!leasing.hasRoom(charge)) return leasing.offer(item);
    const known = { id: deliveryId(id, index), message: id, domain, envelope, facts, attempts: 0, memo: null };
    const delivery = { ...known, recipients: pendingRecipients(group) };
    leasing.offer({ ...item, fresh: { delivery, content, charge } });
  });
}
