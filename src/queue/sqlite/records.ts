/** Envelopes and recipients, from what the intake gives to what is stored, and back. */
import {
  recipientDomain,
  type DomainName,
  type Envelope,
  type EnvelopeRecipient,
  type MessageId,
} from "../../base/index.ts";
import type { ContentFacts, Delivery, DeliveryId, QueuedRecipient, RecipientState } from "../types.ts";
import type { FetchedRow } from "./protocol.ts";

const pending: RecipientState = { kind: "pending" };

export interface Head {
  readonly envelope: Omit<Envelope, "recipients">;
  readonly facts: ContentFacts;
}

/** Recipients by their domain, each domain where its first recipient stands. */
export function byDomain(
  recipients: readonly EnvelopeRecipient[],
): ReadonlyMap<DomainName, readonly EnvelopeRecipient[]> {
  const groups = new Map<DomainName, EnvelopeRecipient[]>();
  for (const recipient of recipients) {
    const domain = recipientDomain(recipient);
    const group = groups.get(domain);
    if (group === undefined) groups.set(domain, [recipient]);
    else group.push(recipient);
  }
  return groups;
}

export function pendingRecipients(recipients: readonly EnvelopeRecipient[]): readonly QueuedRecipient[] {
  return recipients.map((recipient) => ({ ...recipient, state: pending }));
}

/** `outcomes`: JSON of the states in order; null while all are pending. */
export function readRecipients(recipients: string, outcomes: string | null): readonly QueuedRecipient[] {
  const all = JSON.parse(recipients) as readonly EnvelopeRecipient[];
  if (outcomes === null) return pendingRecipients(all);
  const known = JSON.parse(outcomes) as readonly RecipientState[];
  return all.map((recipient, index) => ({ ...recipient, state: known[index] ?? pending }));
}

export function readDelivery(row: FetchedRow, message: MessageId, id: DeliveryId): Delivery {
  const { envelope, facts } = JSON.parse(row.head) as Head;
  return {
    id,
    message,
    domain: row.domain as DomainName,
    envelope,
    recipients: readRecipients(row.recipients, row.outcomes),
    facts,
    attempts: row.attempts,
    memo: row.memo === null ? null : (JSON.parse(row.memo) as unknown),
  };
}

/** The deliveries of a message are counted from zero. */
export function deliveryId(message: MessageId, index: number): DeliveryId {
  return `${message}.${index}` as DeliveryId;
}
