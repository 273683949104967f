/**
 * Two scans compared, domain by domain. Of the first only the places of its lines are kept in memory, 17 bytes a domain, and each line is
 * read again when its domain turns up in the second.
 */
import type { DomainName } from "../../base/index.ts";
import { parseLine, type CheckedLine, type ScanLine } from "./line.ts";
import type { LineFile } from "./lines.ts";
import { scanLimits } from "./limits.ts";
import { hashOf } from "./names.ts";
import { Tally, type ScanSummary } from "./tally.ts";

export const diffVersion = 1;

/** `changed`: neither better nor worse by its level. */
export const changeKinds = ["worse", "better", "changed", "added", "removed"] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly domain: DomainName;
  /** Absent: it was not there, or not looked at. */
  readonly before?: { readonly level: string; readonly verdict: string };
  readonly after?: { readonly level: string; readonly verdict: string };
}

export interface ScanDiff {
  readonly version: typeof diffVersion;
  readonly before: ScanSummary;
  readonly after: ScanSummary;
  readonly same: number;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Of each kind the first ones, `scanLimits.changesToldMax` at most. */
  readonly changes: Readonly<Record<ChangeKind, readonly Change[]>>;
}

export function diffScans(first: LineFile, second: LineFile): ScanDiff {
  const [before, after] = [new Tally(), new Tally()];
  const places = Places.of(first);
  const counts: Record<ChangeKind, number> = { worse: 0, better: 0, changed: 0, added: 0, removed: 0 };
  const changes: Record<ChangeKind, Change[]> = { worse: [], better: [], changed: [], added: [], removed: [] };
  let same = 0;
  const note = (kind: ChangeKind, old: ScanLine | undefined, now: ScanLine | undefined): void => {
    counts[kind]++;
    const domain = (now ?? old)?.domain;
    if (domain === undefined || changes[kind].length >= scanLimits.changesToldMax) return;
    const [before, after] = [stateOf(old), stateOf(now)];
    changes[kind].push({ domain, ...(before && { before }), ...(after && { after }) });
  };
  for (const { text } of second.lines()) {
    const now = parseLine(text);
    if (now === undefined) continue;
    after.add(now);
    const old = places.take(first, now.domain);
    const kind = old === undefined ? "added" : changeOf(old, now);
    if (kind === "same") same++;
    else note(kind, old, now);
  }
  for (const { text } of first.lines()) {
    const old = parseLine(text);
    if (old === undefined) continue;
    before.add(old);
    if (!places.isTaken(old.domain)) note("removed", old, undefined);
  }
  return { version: diffVersion, before: before.summary(), after: after.summary(), same, counts, changes };
}

function stateOf(line: ScanLine | undefined): Change["before"] | undefined {
  return line?.outcome === "checked" ? { level: line.level, verdict: line.verdict } : undefined;
}

const ranks: Readonly<Record<string, number>> = { cleartext: 0, encrypted: 1, authenticated: 2 };

function changeOf(old: ScanLine, now: ScanLine): "same" | "worse" | "better" | "changed" {
  if (old.outcome !== "checked" || now.outcome !== "checked") return old.outcome === now.outcome ? "same" : "changed";
  const [from, to] = [ranks[old.level], ranks[now.level]];
  if (from !== undefined && to !== undefined && from !== to) return from < to ? "better" : "worse";
  return isSame(old, now) ? "same" : "changed";
}

function isSame(old: CheckedLine, now: CheckedLine): boolean {
  return old.level === now.level && old.verdict === now.verdict;
}

/** Where the line of each domain stands: open addressing, of the size that is needed. */
class Places {
  readonly #mask: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #offset: Float64Array;
  readonly #taken: Uint8Array;

  private constructor(count: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, count * 1.5)));
    this.#mask = slots - 1;
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#offset = new Float64Array(slots);
    this.#taken = new Uint8Array(slots);
  }

  static of(file: LineFile): Places {
    let count = 0;
    for (const _ of file.lines()) count++;
    const places = new Places(count);
    for (const { text, offset } of file.lines()) {
      const line = parseLine(text);
      if (line !== undefined) places.#put(line.domain, offset);
    }
    return places;
  }

  /** The domain's line, which from now on counts as met. */
  take(file: LineFile, domain: DomainName): ScanLine | undefined {
    const slot = this.#slot(domain);
    if (!this.#isFull(slot)) return undefined;
    const offset = this.#offset[slot] ?? 0;
    const [text = ""] = file.at({ offset, length: scanLimits.lineMaxBytes }).split("\n", 1);
    const line = parseLine(text);
    if (line?.domain !== domain) return undefined;
    this.#taken[slot] = 1;
    return line;
  }

  isTaken(domain: DomainName): boolean {
    return this.#taken[this.#slot(domain)] === 1;
  }

  #put(domain: DomainName, offset: number): void {
    const { high, low } = hashOf(domain);
    const slot = this.#slot(domain);
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#offset[slot] = offset;
  }

  #slot(domain: DomainName): number {
    const { high, low } = hashOf(domain);
    let slot = low & this.#mask;
    while (this.#isFull(slot) && (this.#high[slot] !== high || this.#low[slot] !== low)) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #isFull(slot: number): boolean {
    return this.#high[slot] !== 0 || this.#low[slot] !== 0;
  }
}
