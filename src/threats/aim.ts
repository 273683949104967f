/**
 * Aims: an attack that is not for everybody. Whoever looks whether "mail works" finds that it does.
 *
 *   domain                 one recipient's domain; another one on the same machine is let be
 *   sender, recipient      one address; he has to read the envelope first
 *   connection-2           the second connection alone
 *   connections-from-2     every one but the first
 *   from-60                once an hour has passed; until-60: for an hour; from-60-until-90: for half an hour, an hour from now
 *
 * An attacker on the path knows where a connection goes and when, and tells domains, connections and hours apart before a word is said. Whose
 * mail it is he learns from MAIL FROM and RCPT TO, which are inside TLS: to aim at an address he has to attack every connection, and can spare
 * a message only once he can read it. Then he hands it on and keeps nothing; where he cannot read, everybody's mail waits.
 */

export type Aim =
  | { readonly kind: "domain" | "sender" | "recipient" }
  /** The n-th connection to the domain alone. */
  | { readonly kind: "connection"; readonly number: number }
  /** That one and all behind it. */
  | { readonly kind: "connections-from"; readonly number: number }
  /** Of the attacker's own clock. Absent `until`: it does not end. */
  | { readonly kind: "minutes"; readonly from: number; readonly until?: number };

export const aimLimits = {
  /** Messages are sent for those before it, a day apart. */
  connectionMax: 4,
  fromMaxMinutes: 1440,
  /** A message is tried for longer than that, so that the end of the attack is seen. */
  windowMaxMinutes: 120,
} as const;

/** As an aim is written; undefined if it is none, or out of bounds. */
export function parseAim(text: string): Aim | undefined {
  if (text === "domain" || text === "sender" || text === "recipient") return { kind: text };
  const [, kind, nth] = /^(connection|connections-from)-(\d{1,2})$/.exec(text) ?? [];
  if (kind !== undefined) return connectionAim(kind === "connection" ? kind : "connections-from", Number(nth));
  const [isTime, from = "0", until, alone = until] =
    /^(?:from-(\d{1,4})(?:-until-(\d{1,4}))?|until-(\d{1,4}))$/.exec(text) ?? [];
  return isTime === undefined ? undefined : minutesAim(Number(from), alone === undefined ? undefined : Number(alone));
}

function connectionAim(kind: "connection" | "connections-from", number: number): Aim | undefined {
  // All from the first on is no aim.
  const least = kind === "connection" ? 1 : 2;
  return number >= least && number <= aimLimits.connectionMax ? { kind, number } : undefined;
}

function minutesAim(from: number, until: number | undefined): Aim | undefined {
  if (from > aimLimits.fromMaxMinutes) return undefined;
  if (until === undefined) return from > 0 ? { kind: "minutes", from } : undefined;
  const isWindow = until > from && until - from <= aimLimits.windowMaxMinutes;
  return isWindow ? { kind: "minutes", from, until } : undefined;
}

export function aimName(aim: Aim): string {
  switch (aim.kind) {
    case "domain":
    case "sender":
    case "recipient":
      return aim.kind;
    case "connection":
    case "connections-from":
      return `${aim.kind}-${aim.number}`;
    case "minutes": {
      const parts = [
        ...(aim.from > 0 ? [`from-${aim.from}`] : []),
        ...(aim.until === undefined ? [] : [`until-${aim.until}`]),
      ];
      return parts.join("-");
    }
  }
}

/** A moment in the life of a domain that somebody attacks. */
export interface Moment {
  /** The connection that is made, or is about to be: 1 for the first since he has been there. */
  readonly connection: number;
  /** Since he has been there. */
  readonly minute: number;
}

/** Whether he is at work then. */
export function isAtWork(aim: Aim | undefined, { connection, minute }: Moment): boolean {
  switch (aim?.kind) {
    case undefined:
    case "domain":
    case "sender":
    case "recipient":
      return true;
    case "connection":
      return connection === aim.number;
    case "connections-from":
      return connection >= aim.number;
    case "minutes":
      return minute >= aim.from && (aim.until === undefined || minute < aim.until);
  }
}

/** Messages to the same domain that pass before the one that is hit. */
export function passedBefore(aim: Aim | undefined): number {
  switch (aim?.kind) {
    case undefined:
    case "domain":
    case "sender":
    case "recipient":
      return 0;
    case "connection":
    case "connections-from":
      return aim.number - 1;
    case "minutes":
      return aim.from > 0 ? 1 : 0;
  }
}

/** Whose mail shows that others' passes: another's at the same time, or the same people's before or after. */
export type Bystander = "other-domain" | "other-sender" | "other-recipient" | "earlier" | "later";

export function bystanderOf(aim: Aim): Bystander {
  switch (aim.kind) {
    case "domain":
      return "other-domain";
    case "sender":
      return "other-sender";
    case "recipient":
      return "other-recipient";
    case "connection":
    case "connections-from":
    case "minutes":
      return passedBefore(aim) > 0 ? "earlier" : "later";
  }
}

/** It comes and goes: what becomes of a message depends on when it is tried again. */
export function comesAndGoes(aim: Aim | undefined): boolean {
  return aim?.kind === "connection" || aim?.kind === "connections-from" || aim?.kind === "minutes";
}
