/**
 * Attacks on a sender's own door (`smuggling.ts`, `injection.ts`), each beside what is legal and looks the same.
 *
 *   smuggling   legally: two messages on one connection, the second pipelined (RFC 2920); two have to be counted at every hop
 *               attack:  the same octets, with a false end in the place of the one between the two
 *   injection   legally: a message over STARTTLS, through the same hands, which leave it alone; one has to be counted
 *               attack:  they do not
 *
 * What is counted stands in no server's replies: each hop says how many messages it has for a recipient, and each strike has its own.
 */
import type { Clock, Net } from "../../base/index.ts";
import type { HopCount, Inbound, LabMail } from "../senders/types.ts";
import type { TranscriptLine } from "./transcript.ts";

export interface InboundPorts {
  readonly net: Net;
  readonly clock: Clock;
}

/** What was struck at a door, and what has to be looked after now. */
export interface Strike {
  /** Messages that were taken: the attack's first, and those of the legal one. */
  readonly ids: readonly string[];
  readonly legalIds: readonly string[];
  /** Where nothing was taken: the client has its message still (`waiting`), or was told that nobody wants it. */
  readonly otherwise: "waiting" | "returned";
  /** Who was written to; `legally` by the legal one, with so many messages. */
  readonly recipients: readonly string[];
  readonly legally: { readonly recipient: string; readonly sent: 1 | 2 };
  /** Replies inside TLS to what was said in clear. */
  readonly slippedIn: number;
  readonly strikes: number;
  readonly transcript: readonly TranscriptLine[];
  /** Of what was legal. */
  readonly calm: readonly TranscriptLine[];
}

/** A message to this local part of the cell's domain; the attack's have its secret, legal ones another. */
export type MailTo = (local: string, kind: "attack" | "legal") => LabMail;

/** A second message, from somebody else. */
export function secondOf(mail: LabMail, token: string): { readonly envelope: string; readonly content: string } {
  const from = `ceo@${mail.to.split("@")[1] ?? ""}`;
  return {
    envelope: `MAIL FROM:<${from}>\r\nRCPT TO:<${mail.to}>\r\n`,
    content: [`From: ${from}`, "Subject: wire the money", "", `smuggled ${token}`].join("\r\n"),
  };
}

/** Each hop of a strike: what it has of the attack, and of what was legal. */
export async function countsOf(
  inbound: Inbound,
  { recipients, legally }: Strike,
  receiver: (recipient: string) => number,
): Promise<readonly HopEvidence[]> {
  const all = async (recipient: string): Promise<readonly HopCount[]> => [
    ...(await inbound.counts(recipient)),
    { hop: "receiver", messages: receiver(recipient) },
  ];
  const [legal, ...attacked] = await Promise.all([legally.recipient, ...recipients].map(all));
  return (legal ?? []).map(({ hop, messages }, at) => ({
    hop,
    legally: messages,
    messages: attacked.reduce((sum, counts) => sum + (counts[at]?.messages ?? 0), 0),
    ...strayOf(attacked.flatMap((counts) => counts[at]?.stray ?? [])),
  }));
}

export interface HopEvidence extends HopCount {
  /** How many it has of what was sent legally. */
  readonly legally: number;
}

function strayOf(counts: readonly number[]): Pick<HopCount, "stray"> {
  return counts.length === 0 ? {} : { stray: counts.reduce((sum, one) => sum + one, 0) };
}
