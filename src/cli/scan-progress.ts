/** How far a scan is, how fast it goes, and how long it will take: one line on standard error, if that is a terminal. */
import type { Clock, Timer } from "../base/index.ts";
import type { ScanProgress } from "../check/index.ts";
import type { Words } from "../words/index.ts";

export interface Standing extends ScanProgress {
  /** In the output before this run. */
  readonly before: number;
  /** Lines of the list; undefined: nobody knows. */
  readonly total: number | undefined;
  /** Lines of the list that are no domains. */
  readonly passedOver: number;
}

/** The speed of the last moments: of the whole run it would be told wrong after every pause. */
export class Pace {
  readonly #points: { readonly at: number; readonly written: number }[] = [];

  /** Domains a second; undefined: not known yet. */
  at(now: number, written: number): number | undefined {
    this.#points.push({ at: now, written });
    while (this.#points.length > 2 && now - (this.#points[1]?.at ?? now) >= paceWindowMs) this.#points.shift();
    const [first] = this.#points;
    if (first === undefined || now - first.at < paceNeedsMs) return undefined;
    return ((written - first.written) / (now - first.at)) * 1_000;
  }
}

const paceWindowMs = 30_000;
const paceNeedsMs = 2_000;

export function progressLine(words: Words, standing: Standing, rate: number | undefined): string {
  const { total, written, skipped, passedOver, connections, waiting } = standing;
  const told = { rate: shown(rate), connections, waiting };
  const done = written + skipped + passedOver;
  if (total === undefined) return words.say("cli-scan-progress-open", { ...told, done });
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return words.say("cli-scan-progress", { ...told, done, total, percent, left: left(words, total - done, rate) });
}

function shown(rate: number | undefined): string {
  if (rate === undefined) return "?";
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}

function left(words: Words, domains: number, rate: number | undefined): string {
  if (rate === undefined || rate === 0) return words.say("cli-scan-left-unknown");
  return words.say("cli-scan-left", { time: duration(words, Math.max(0, domains) / rate) });
}

function duration(words: Words, seconds: number): string {
  if (seconds < 60) return words.say("cli-scan-seconds", { seconds: Math.ceil(seconds) });
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return words.say("cli-scan-minutes", { minutes });
  return words.say("cli-scan-hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

const everyMs = 500;

export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows it until the result is called, which leaves an empty line. */
export function showProgress(
  { clock, words, screen }: { readonly clock: Clock; readonly words: Words; readonly screen: ProgressScreen },
  standing: () => Standing,
): () => void {
  if (screen.isTTY !== true) return () => {};
  const pace = new Pace();
  let timer: Timer;
  const show = (): void => {
    const now = standing();
    const line = progressLine(words, now, pace.at(clock.monotonic(), now.written));
    screen.write(`\r\x1b[2K${line.slice(0, (screen.columns ?? 100) - 1)}`);
    timer = clock.after(everyMs, show);
  };
  show();
  return () => {
    timer.cancel();
    screen.write("\r\x1b[2K");
  };
}
