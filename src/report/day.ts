/** UTC days: the time-frame of a report (RFC 8460 §4.1). */
import type { Instant } from "../base/index.ts";

declare const brand: unique symbol;

/** `2026-11-25`. */
export type UtcDay = string & { readonly [brand]: "UtcDay" };

export const dayMs = 86_400_000;

export function dayOf(at: Instant): UtcDay {
  return new Date(at).toISOString().slice(0, 10) as UtcDay;
}

/** Its first millisecond. */
export function startOf(day: UtcDay): Instant {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The first millisecond that is not of it any more. */
export function endOf(day: UtcDay): Instant {
  return startOf(day) + dayMs;
}

export function parseDay(text: string): UtcDay | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || dayOf(at) !== text ? undefined : (text as UtcDay);
}
