/** A cell on its way, and what can be read off it: whose mail it is, who is hit, and what has come of both. */
import {
  bystanderOf,
  predictBystander,
  predictShown,
  type Aim,
  type Bystander,
  type KeySource,
  type Outcome,
  type ShownAs,
} from "../../threats/index.ts";
import type { Kept, Letter } from "../author/index.ts";
import type { Captured, Envelope, RunningAttack } from "../attackers/index.ts";
import type { MailState } from "../senders/types.ts";
import type { Front } from "./front.ts";
import type { Strike } from "./inbound.ts";
import type { Site } from "./site.ts";
import type { TranscriptLine } from "./transcript.ts";
import type { Evidence, Plot, SealNote } from "./types.ts";

export const minuteMs = 60_000;

/** A cell on its way. */
export interface Act {
  readonly plot: Plot;
  readonly site: Site;
  /** Where the control is run: the site itself, or its twin. */
  readonly before: Site;
  readonly aim: Aim | undefined;
  /** Another domain, whose mail comes to the same machine. */
  readonly neighbour: Site | undefined;
  control: Run | undefined;
  /** What the control came to: seen before the attack, under which what still waits is tried again. */
  calm: Outcome | undefined;
  attack: Run | undefined;
  /** What the attack is not for. */
  aside: Run | undefined;
  running: RunningAttack | undefined;
  /** Where forged DNS leads to. */
  lure: Front | undefined;
  /** On the sender's own door. */
  strike: Strike | undefined;
  /** Other messages of it, that have to come to an end as well. */
  besides: readonly Run[];
  controlLines: readonly TranscriptLine[];
  slipToken: string;
  /** When the attacker began to count minutes; undefined until then. */
  beganAtMs: number | undefined;
  startedAt: number;
  endedAt: number;
}

/** A message handed in, and what the sender says of it. `no-end`: nothing, for longer than anybody waits. */
export interface Run {
  readonly token: string;
  /** Of a sealed message: what its copies are known by, and what its author wrote. */
  readonly sealed?: { readonly mark: string; readonly key: KeySource };
  /** Why its author has not handed it in. */
  readonly kept?: Kept;
  /** The text, as it was written. */
  readonly body?: string;
  readonly id: string | undefined;
  state: MailState | "no-end";
}

/** Who writes to whom; and somebody else, at the same domains. */
export const victim = { from: "alice@sender.example", to: "bob" } as const;
export const another = { from: "carol@sender.example", to: "dora" } as const;

export interface Others {
  readonly from?: string;
  readonly to?: string;
  readonly token?: string;
}

/** What is nobody's is not let go. */
export function isSpared({ aim }: Act, { from, to }: Envelope): boolean {
  switch (aim?.kind) {
    case "sender":
      return from !== "" && from !== victim.from;
    case "recipient":
      return to.length > 0 && to.every((one) => !one.startsWith(`${victim.to}@`));
    case undefined:
    case "domain":
    case "connection":
    case "connections-from":
    case "minutes":
      return false;
  }
}

export function connectionsOf({ site, lure }: Act): number {
  return site.front.connections + (lure?.connections ?? 0);
}

export function beginsAtMs(aim: Aim | undefined): number {
  return aim?.kind === "minutes" ? aim.from * minuteMs : 0;
}

/** When he has gone, of his own clock; one who does not go by the clock is gone at once. */
export function endsAtMs(aim: Aim | undefined): number {
  return aim?.kind === "minutes" ? (aim.until ?? 0) * minuteMs : 0;
}

/** What is under way at the same time. */
export function underWayIn({ attack, aside, aim, besides }: Act): readonly Run[] {
  const isBeside = aim !== undefined && isBesideOnly(bystanderOf(aim));
  return [attack, isBeside ? aside : undefined, ...besides].flatMap((run) => run ?? []);
}

/** At the same time as what is hit. */
function isBesideOnly(bystander: Bystander): boolean {
  return bystander !== "earlier" && bystander !== "later";
}

/** Where a message was found outside of the honest server: he hears what passes his own door; and the honest server's, when he stands there. */
export function seenOf({ plot, site, running, lure }: Act, { token }: Run): Evidence["seen"] {
  const all = [...(running?.captured() ?? []), ...(running?.handedOn() ?? [])];
  const isAtFront = plot.attack?.effect.wire !== undefined && lure === undefined;
  const inClear = lure?.overheard(token) === true || (isAtFront && site.front.overheard(token, site.honest.endpoint));
  return seenIn(
    inClear,
    all.filter(({ content }) => content.includes(token)),
  );
}

export function bystanderIn(act: Act): Pick<Evidence, "bystander"> {
  const { plot, site, neighbour, aim, aside } = act;
  if (aim === undefined || aside === undefined || plot.attack === undefined) return {};
  const predicted = predictBystander(plot.sender.mode, plot.receiver, plot.attack.effect);
  if (predicted === undefined) return {};
  const copies = copiesOf(neighbour ?? site, aside).length;
  const observed = outcomeOf(seenOf(act, aside), copies, aside);
  return { bystander: { who: bystanderOf(aim), predicted, observed, copies } };
}

export function countsOf(
  act: Act,
  { counts: { connections, strikes } }: RunningAttack,
  run: Run,
): Evidence["attacker"] {
  const sealedCopies = sealedCopiesOf(act, run);
  return { connections, strikes, ...(run.sealed === undefined ? {} : { sealedCopies }) };
}

export function authorIn({ sealed, kept }: Run): Pick<Evidence, "author"> {
  if (sealed !== undefined) return { author: { key: sealed.key } };
  return kept === undefined ? {} : { author: { kept } };
}

/** Notes of the author and of the recipient, around what passed between the servers. */
export function told(act: Act, run: Run, site: Site, lines: readonly TranscriptLine[]): readonly TranscriptLine[] {
  const { attack } = act.plot;
  if (attack === undefined || (attack.effect.author === undefined && attack.effect.hop === undefined)) return lines;
  const shown = shownOf(site, run);
  const before: readonly SealNote[] = [
    ...(run.sealed === undefined ? [] : [`sealed-${run.sealed.key}` as const]),
    ...(run.kept === undefined ? [] : [`kept-${run.kept}` as const]),
  ];
  const after: readonly SealNote[] = [
    ...takenIn(act, run),
    ...(shown === undefined ? [] : [`shown-${shown}` as const]),
  ];
  const asNote = (text: SealNote): TranscriptLine => ({ who: "note", text });
  return [...before.map(asNote), ...lines, ...after.map(asNote)];
}

function takenIn(act: Act, run: Run): readonly SealNote[] {
  if (seenOf(act, run) === "at-hop") return ["hop-read"];
  if (sealedCopiesOf(act, run) === 0) return [];
  return [act.lure === undefined ? "hop-sealed" : "copy-taken"];
}

export function shownIn({ plot }: Act, run: Run, site: Site): Pick<Evidence, "shown"> {
  const { attack, receiver, predicted } = plot;
  if (attack === undefined || (attack.effect.author === undefined && attack.effect.hop === undefined)) return {};
  return { shown: { predicted: predictShown(receiver, attack.effect, predicted), observed: shownOf(site, run) } };
}

export function passedAt(lure: Front | undefined, front: Front): readonly TranscriptLine[] {
  const lines = [...(lure?.transcript() ?? []), ...front.transcript()];
  return lines.length === 0 ? [{ who: "note", text: "nothing" }] : lines;
}

/** A smuggled one is a message of its own, from somebody else. */
export function isSecondMessage({ from: sender }: { readonly from: string }): boolean {
  return sender !== victim.from;
}

/** Messages in the mailbox that are this one: by the secret in what their owner is shown, or, sealed, by their mark. */
export function copiesOf({ mailbox }: Site, { token, sealed }: Pick<Run, "token" | "sealed">): readonly Letter[] {
  return mailbox.letters().filter(({ message, opened }) => {
    const isMarked = sealed !== undefined && message.content.includes(sealed.mark);
    return isMarked || (opened.kind !== "refused" && opened.text.includes(token));
  });
}

/** What the recipient's program makes of it; undefined: nothing is there. */
export function shownOf(site: Site, run: Run): ShownAs | undefined {
  const letter = copiesOf(site, run).at(-1);
  if (letter === undefined) return undefined;
  const { opened } = letter;
  if (opened.kind === "refused") return "refused";
  return bodyOf(opened.text) === run.body?.trimEnd() ? "as-written" : "altered";
}

function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4).trimEnd();
}

/** Messages that the attacker holds, and whose secret he has not. */
export function sealedCopiesOf({ running }: Act, { token, sealed }: Run): number {
  if (sealed === undefined) return 0;
  const all = [...(running?.captured() ?? []), ...(running?.handedOn() ?? [])];
  return all.filter(({ content }) => content.includes(sealed.mark) && !content.includes(token)).length;
}

export function takenFor({ honest }: Site, recipient: string): number {
  return honest.received().filter(({ to }) => to.includes(recipient)).length;
}

function seenIn(inClear: boolean, stolen: readonly Captured[]): Evidence["seen"] {
  if (!inClear && stolen.some(({ isAtHop }) => isAtHop === true)) return "at-hop";
  if (inClear || stolen.some(({ tls }) => !tls)) return "in-clear";
  return stolen.length > 0 ? "inside-attackers-tls" : "nowhere";
}

export function observedIn({ seen, honest, slippedIn }: Evidence, run: Run): Outcome {
  return (slippedIn ?? 0) > 0 && seen === "nowhere" ? "exposed-to-attacker" : outcomeOf(seen, honest.copies, run);
}

function outcomeOf(seen: Evidence["seen"], copies: number, run: Run): Outcome {
  switch (seen) {
    case "in-clear":
      return "exposed-cleartext";
    case "inside-attackers-tls":
    case "at-hop":
      return "exposed-to-attacker";
    case "nowhere":
      return copies > 0 ? "delivered" : fateOf(run);
  }
}

/** What is not shown as it was written has not arrived. */
export function calmOf(before: Site, control: Run): Outcome {
  return shownOf(before, control) === "as-written" ? "delivered" : fateOf(control);
}

/** Of a message that nobody has. */
function fateOf({ state }: Run): Outcome {
  return state === "returned" ? "bounced" : "held";
}
