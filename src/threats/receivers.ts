/** The set-ups of receivers that the catalogue is told about: each way of being safe, and its usual faults. */
import type { Presented, ReceiverId, ReceiverSetup } from "./types.ts";

const good: Presented = { chain: "trusted", dates: "valid", name: "right" };
const selfSigned: Presented = { ...good, chain: "self-signed" };
const expired: Presented = { ...good, dates: "expired" };
const wrongName: Presented = { ...good, name: "other" };
const incomplete: Presented = { ...good, chain: "incomplete" };
/** An authority of the domain's own, which DANE-TA or a rule pins and nobody else knows. */
const own: Presented = { ...good, chain: "private" };

const unsigned = { zone: "unsigned", tls: good } as const;
const ee = { zone: "signed", tls: good, tlsa: { usage: 3, fits: true } } as const;
const ta = { zone: "signed", tls: own, tlsa: { usage: 2, fits: true } } as const;
const enforce = { ...unsigned, sts: "enforce" } as const;
const testing = { ...unsigned, sts: "testing" } as const;

const setups: Readonly<Record<ReceiverId, Omit<ReceiverSetup, "id">>> = {
  plain: { zone: "unsigned" },
  opportunistic: unsigned,
  "opportunistic-self-signed": { ...unsigned, tls: selfSigned },
  "opportunistic-expired": { ...unsigned, tls: expired },
  "opportunistic-wrong-name": { ...unsigned, tls: wrongName },
  "opportunistic-missing-intermediate": { ...unsigned, tls: incomplete },
  signed: { zone: "signed", tls: good },
  remembered: { ...unsigned, remembered: "encrypted" },
  ruled: { ...unsigned, rule: "name" },
  "ruled-ca": { ...unsigned, tls: own, rule: "authority" },
  "dane-ee": ee,
  "dane-ee-self-signed": { ...ee, tls: selfSigned },
  "dane-ee-expired": { ...ee, tls: expired },
  "dane-ee-wrong-name": { ...ee, tls: wrongName },
  "dane-ee-stale": { ...ee, tlsa: { usage: 3, fits: false } },
  "dane-ta": ta,
  "dane-ta-expired": { ...ta, tls: { ...own, dates: "expired" } },
  "dane-ta-wrong-name": { ...ta, tls: { ...own, name: "other" } },
  // The anchor itself is what is not presented: from a digest alone nobody can rebuild it.
  "dane-ta-missing-intermediate": { ...ta, tls: { ...own, chain: "incomplete" } },
  "dane-ta-stale": { ...ta, tlsa: { usage: 2, fits: false } },
  "sts-enforce": enforce,
  "sts-enforce-self-signed": { ...enforce, tls: selfSigned },
  "sts-enforce-expired": { ...enforce, tls: expired },
  "sts-enforce-wrong-name": { ...enforce, tls: wrongName },
  "sts-enforce-missing-intermediate": { ...enforce, tls: incomplete },
  "sts-testing": testing,
  "sts-testing-expired": { ...testing, tls: expired },
  "dane+sts": { ...ee, sts: "enforce" },
  "dane+sts-stale": { ...ee, sts: "enforce", tlsa: { usage: 3, fits: false } },
  requiretls: { ...ee, requireTls: { offered: true } },
  "requiretls-missing": { ...ee, requireTls: { offered: false } },
};

export const receiverIds = Object.keys(setups) as readonly ReceiverId[];

export const receivers: readonly ReceiverSetup[] = receiverIds.map((id) => ({ id, ...setups[id] }));

export function receiverNamed(id: string): ReceiverSetup | undefined {
  return receivers.find((one) => one.id === id);
}
