/** What a run of the lab is asked for, and what comes of it. */
import { createHash } from "node:crypto";
import type { Clock, Net, Random } from "../../base/index.ts";
import {
  isExposed,
  type Bystander,
  type ChosenAttack,
  type KeySource,
  type Outcome,
  type ReceiverSetup,
  type ShownAs,
} from "../../threats/index.ts";
import type { DirectoryTerms, FindKey, Kept, OpenDirectory, Opened, OpenTerms, OpenWeb } from "../author/index.ts";
import type { Noticed, Sender } from "../senders/types.ts";
import type { HopEvidence } from "./inbound.ts";
import type { TranscriptLine } from "./transcript.ts";

/** One combination that is tried. `attack` undefined: nobody attacks. */
export interface Plot {
  readonly sender: Sender;
  readonly receiver: ReceiverSetup;
  readonly attack: ChosenAttack | undefined;
  readonly predicted: Outcome;
}

/** What was seen. Everything but `words` is read off the wire or out of the servers; nobody's word is taken for it. */
export interface Evidence {
  /** Stood in the message, and nowhere else in the world. */
  readonly token: string;
  /** Where it was found, outside of the honest server. */
  readonly seen: "nowhere" | "in-clear" | "inside-attackers-tls" | "at-hop";
  /** How often the honest server took it, and over what the first time; absent if it did not. */
  readonly honest: { readonly copies: number; readonly tls?: string };
  /** Connections that came to the attacker, and how often he did what he does; `sealedCopies`: messages that he holds and cannot read. */
  readonly attacker: { readonly connections: number; readonly strikes: number; readonly sealedCopies?: number };
  /** For sealed mail: where the author had the key from, or why he has not sent it. */
  readonly author?: { readonly key: KeySource } | { readonly kept: Kept };
  /** For mail that is sealed, or passes hands in the honest server: what its recipient is shown. Undefined: nothing. */
  readonly shown?: { readonly predicted: ShownAs | undefined; readonly observed: ShownAs | undefined };
  /** The run before, without an attacker: what is "held" here is not broken. */
  readonly control?: {
    readonly predicted: Outcome;
    readonly observed: Outcome;
    readonly transcript: readonly TranscriptLine[];
  };
  /** For aimed attacks: mail that they were not for. `copies`: at the honest server; what somebody could read and let go has come there, too. */
  readonly bystander?: {
    readonly who: Bystander;
    readonly predicted: Outcome;
    readonly observed: Outcome;
    readonly copies: number;
  };
  /** For aimed attacks: what the sender has noticed. Absent where it does not tell. */
  readonly noticed?: Noticed;
  /** What was smuggled in or injected, and taken for the sender's own. */
  readonly slippedIn?: number;
  /** For attacks on the sender's own door: what each hop has counted, and `sent` messages that were sent legally in the same way. */
  readonly hops?: { readonly sent: 1 | 2; readonly counted: readonly HopEvidence[] };
  readonly transcript: readonly TranscriptLine[];
  /** What the sender has to say. */
  readonly words: readonly string[];
}

export interface Cell {
  readonly sender: string;
  readonly receiver: string;
  /** `none`: the receiver without an attacker. */
  readonly attack: string;
  readonly predicted: Outcome;
  readonly observed: Outcome;
  readonly evidence: Evidence;
  /** From the first message of its control to the last look. Cells run beside each other. */
  readonly ms: number;
}

/** A cell that was not played out: the lab itself failed, or the sender in it. It has no outcome, and least of all was the message "held". */
export interface Failure {
  readonly sender: string;
  readonly receiver: string;
  readonly attack: string;
  readonly why:
    /** Of what had been handed in there was no word for so long. */
    | { readonly code: "no-end"; readonly seconds: number }
    /** The sender did not start, or did not do what every sender does: in its own words. */
    | { readonly code: "fault"; readonly said: string };
  /** What the sender had to say up to then. */
  readonly words: readonly string[];
}

/** Something was other than predicted: the outcome, the control's, or the bystander's; or what the recipient is shown. */
export function isMismatch({ predicted, observed, evidence: { control, bystander, hops, shown } }: Cell): boolean {
  return (
    predicted !== observed ||
    (shown !== undefined && shown.predicted !== shown.observed) ||
    (control !== undefined && control.predicted !== control.observed) ||
    (bystander !== undefined && isHarmed(bystander)) ||
    (hops !== undefined && !isCountedRight(hops))
  );
}

/**
 * Two messages that were sent legally are two at every hop: so that "one" is no broken counter. And no hop makes more of what it got than
 * came, nor does Surehop hand on what the next could take for a line's end.
 */
function isCountedRight({ sent, counted }: NonNullable<Evidence["hops"]>): boolean {
  return counted.every(({ hop, messages, legally, stray }, at) => {
    const came = counted[at - 1]?.messages ?? Number.POSITIVE_INFINITY;
    return legally === sent && messages <= came && !(hop === "surehop" && (stray ?? 0) > 0);
  });
}

/** Other than predicted, or not let go by whoever could read it. */
function isHarmed({ predicted, observed, copies }: NonNullable<Evidence["bystander"]>): boolean {
  return predicted !== observed || (isExposed(observed) && copies === 0);
}

export interface LabPorts {
  readonly net: Net;
  /** The machine's own clock: certificates are judged by it. */
  readonly clock: Clock;
  /** The net is one of a network namespace of our own (`enclosedOnly`): ports and addresses as outside. */
  readonly isEnclosed: boolean;
  /** An empty directory; what comes back removes it. */
  makeDirectory(): { readonly path: string; remove(): void };
  /** An unguessable word. */
  makeToken(): string;
  readonly random: Random;
  readonly openWeb: OpenWeb;
  /** For tests: the author's program, or the recipient's, is not what it should be. */
  readonly author?: Partial<AuthorParts>;
}

/** What these programs are made of, as far as a fault in them could be planted. */
export interface AuthorParts {
  readonly findKey: FindKey;
  readonly openDirectory: (terms: DirectoryTerms) => OpenDirectory;
  readonly openMessage: (content: string, terms: OpenTerms) => Promise<Opened>;
}

export interface LabRequest {
  readonly senders: readonly Sender[];
  readonly receivers: readonly ReceiverSetup[];
  readonly attacks: readonly ChosenAttack[];
  /** Make cells of the receivers without an attacker too. */
  readonly withNone: boolean;
  readonly onCell?: (cell: Cell) => void;
  readonly onFailure?: (failure: Failure) => void;
  readonly onMissing?: (sender: string, why: string) => void;
}

export interface LabResult {
  readonly cells: readonly Cell[];
  readonly failures: readonly Failure[];
  /** Senders that could not be started here, and why. */
  readonly notInstalled: readonly { readonly sender: string; readonly why: string }[];
}

/** What stands in a transcript of sealed mail beside what passed: of its author, of hands that it was in, and of its recipient. */
export const sealNotes = [
  "sealed-pinned",
  "sealed-dns",
  "sealed-web",
  "kept-dns-failed",
  "kept-web-unproven",
  "kept-web-unavailable",
  "kept-bad-key",
  "kept-nowhere",
  "hop-read",
  "hop-sealed",
  "copy-taken",
  "shown-as-written",
  "shown-altered",
  "shown-refused",
] as const;

export type SealNote = (typeof sealNotes)[number];

/** What a cell's domain is called. One label, so that it is a zone of its own below `example`; a long one is cut, and still its own. */
export function siteName(receiver: string, attack: string): string {
  const name = `${attack}--${receiver}`.replace(/[^a-z0-9-]/g, "-");
  if (name.length <= siteNameMaxChars) return name;
  const mark = createHash("sha256").update(name).digest("hex").slice(0, siteMarkChars);
  return `${name.slice(0, siteNameMaxChars - siteMarkChars - 1)}-${mark}`;
}

/** A plot's own names. */
export function whichIs({ sender, receiver, attack }: Plot): Pick<Cell, "sender" | "receiver" | "attack"> {
  return { sender: sender.id, receiver: receiver.id, attack: attack?.name ?? "none" };
}

/** OpenSMTPD finds no domain of more than 63 characters, `.example` and all; a twin's or a neighbour's name has two more before it. */
const siteNameMaxChars = 52;
const siteMarkChars = 8;
