/**
 * Messages of a log, from their first line to their last. Each message is told once: what became of each recipient in the end, and
 * how much could be read in the worst of all attempts. Recipients with whom the same happened are told together.
 */
import { worse } from "../judge.ts";
import { explainLimits } from "../limits.ts";
import type { Cause, Codes, Hop, Incident, Note, Outcome, Sent, Source } from "../types.ts";

export interface Attempt {
  readonly recipient?: string;
  readonly outcome: Outcome;
  readonly cause: Cause;
  readonly codes: Codes;
  readonly sent: Sent;
  readonly hop: Hop;
  readonly host?: string | undefined;
  readonly said?: string | undefined;
  readonly notes?: readonly Note[];
}

interface Exposure {
  readonly sent: Sent;
  readonly hop: Hop;
}

interface Story {
  last: Attempt;
  worst: Exposure;
  attempts: number;
}

interface OpenMessage {
  readonly stories: Map<string, Story>;
  /** Told of the message, not of a recipient: an earlier server that refused, say. */
  meanwhile: Exposure;
}

const nothing: Exposure = { sent: "nothing", hop: "not-told" };

export class Ledger {
  readonly #source: Source;
  readonly #open = new Map<string, OpenMessage>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** Gives what had to be told early, where too many messages are open. */
  record(message: string, attempt: Attempt): readonly Incident[] {
    const { open, early } = this.#message(message);
    const key = attempt.recipient ?? "";
    const story = open.stories.get(key);
    if (story !== undefined) {
      story.last = attempt;
      story.worst = worse(story.worst, attempt);
      story.attempts++;
    } else if (open.stories.size < explainLimits.recipientsMax) {
      open.stories.set(key, { last: attempt, worst: attempt, attempts: 1 });
    }
    return early;
  }

  /** Something of the message was sent, to whomever. */
  expose(message: string, exposure: Exposure): readonly Incident[] {
    const { open, early } = this.#message(message);
    open.meanwhile = worse(open.meanwhile, exposure);
    return early;
  }

  finish(message: string): readonly Incident[] {
    const open = this.#open.get(message);
    this.#open.delete(message);
    return open === undefined ? [] : this.#tell(message, open);
  }

  finishAll(): readonly Incident[] {
    const told = [...this.#open].flatMap(([message, open]) => this.#tell(message, open));
    this.#open.clear();
    return told;
  }

  #message(message: string): { readonly open: OpenMessage; readonly early: readonly Incident[] } {
    const known = this.#open.get(message);
    if (known !== undefined) return { open: known, early: [] };
    const [oldest] = this.#open.size >= explainLimits.openMessagesMax ? this.#open.keys() : [];
    const early = oldest === undefined ? [] : this.finish(oldest);
    const open: OpenMessage = { stories: new Map(), meanwhile: nothing };
    this.#open.set(message, open);
    return { open, early };
  }

  #tell(message: string, { stories, meanwhile }: OpenMessage): readonly Incident[] {
    const groups = new Map<string, Incident>();
    for (const [recipient, { last, worst, attempts }] of stories) {
      const { sent, hop } = worse(worst, meanwhile);
      const key = [last.outcome, last.cause, sent, hop, last.host].join(" ");
      const group = groups.get(key);
      const recipients = [...(group?.recipients ?? []), ...(recipient === "" ? [] : [recipient])];
      groups.set(key, {
        source: this.#source,
        outcome: last.outcome,
        cause: last.cause,
        codes: group?.codes ?? last.codes,
        sent,
        hop,
        ...(message.startsWith("no id ") ? {} : { message }),
        ...(last.host === undefined ? {} : { host: last.host }),
        recipients,
        ...((group?.said ?? last.said) === undefined ? {} : { said: group?.said ?? last.said ?? "" }),
        attempts: Math.max(group?.attempts ?? 0, attempts),
        notes: [...new Set([...(group?.notes ?? []), ...(last.notes ?? [])])],
      });
    }
    return [...groups.values()];
  }
}

/** A map that forgets its oldest entries. */
export class Recent<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= explainLimits.sessionsMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** One source's lines. */
export interface LogReader {
  /** Undefined: not a line of this source. Otherwise what is told now, mostly nothing yet. */
  push(line: string): readonly Incident[] | undefined;
  end(): readonly Incident[];
}
