/** A language to speak: messages of the catalogue, and the few things that every language writes its own way. */
import type { FluentBundle } from "@fluent/bundle";
import type { Instant, MailEvent } from "../base/index.ts";
import { openCatalogue } from "./catalogue.ts";
import type { Language } from "./language.ts";
import { wordsLimits } from "./limits.ts";
import { tellStory } from "./story.ts";

/**
 * The id of a message. Ids are put together at run time too (`fault-` and a code), so the type is a string; a test finds ids
 * that no catalogue has, and messages that nobody says.
 */
export type MessageKey = string;

export type MessageArgs = Readonly<Record<string, string | number>>;

export interface Words {
  readonly language: Language;
  /** Throws on an id that the catalogue lacks, and on a variable that the message wants and did not get: bugs both. */
  say(id: MessageKey, args?: MessageArgs): string;
  /** An event in one or two sentences: `tellStory`. */
  event(event: MailEvent): string;
  /** Date and time to the minute, with the offset from UTC. */
  time(at: Instant): string;
  /** `a, b and c`. Of a long list the first few and the number of the rest. */
  list(items: readonly string[]): string;
  /** Bytes, rounded: `4.2 kB`. */
  size(bytes: number): string;
}

export interface WordsOptions {
  /** IANA name of the time zone that times are told in; default: the machine's own. */
  readonly timeZone?: string;
}

export function createWords(language: Language, options: WordsOptions = {}): Words {
  return new CatalogueWords(language, options);
}

class CatalogueWords implements Words {
  readonly language: Language;
  readonly #bundle: FluentBundle;
  readonly #timeZone: string | undefined;
  #time: Intl.DateTimeFormat | undefined;
  #offset: Intl.DateTimeFormat | undefined;
  #list: Intl.ListFormat | undefined;

  constructor(language: Language, options: WordsOptions) {
    this.language = language;
    this.#bundle = openCatalogue(language);
    this.#timeZone = options.timeZone;
  }

  say(id: MessageKey, args: MessageArgs = {}): string {
    const message = this.#bundle.getMessage(id);
    if (message?.value == null) throw new Error(`no such message in ${this.language}: ${id}`);
    // A plain object without a prototype, so that no name of its own is taken for a variable.
    const given: Record<string, string | number> = Object.create(null) as Record<string, string | number>;
    for (const [name, value] of Object.entries(args)) given[name] = typeof value === "string" ? bounded(value) : value;
    return this.#bundle.formatPattern(message.value, given);
  }

  event(event: MailEvent): string {
    return tellStory(this, event);
  }

  time(at: Instant): string {
    const zone = this.#timeZone === undefined ? {} : { timeZone: this.#timeZone };
    this.#time ??= new Intl.DateTimeFormat(this.language, {
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      ...zone,
    });
    this.#offset ??= new Intl.DateTimeFormat("en", { timeZoneName: "longOffset", ...zone });
    const offset = this.#offset.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
    return this.say("time", {
      time: this.#time.format(at),
      offset: offset.replace(/^GMT(?:[+-]00:00)?/, "") || "none",
    });
  }

  list(items: readonly string[]): string {
    this.#list ??= new Intl.ListFormat(this.language, { type: "conjunction" });
    const rest = items.length - wordsLimits.listedInSentenceMax;
    if (rest <= 0) return this.#list.format(items);
    return this.#list.format([
      ...items.slice(0, wordsLimits.listedInSentenceMax),
      this.say("list-rest", { count: rest }),
    ]);
  }

  size(bytes: number): string {
    const [value, unit] =
      bytes < 1000 ? [bytes, "byte"] : bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1e6, "megabyte"];
    const style = { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short" } as const;
    return new Intl.NumberFormat(this.language, { ...style, maximumFractionDigits: 1 }).format(value);
  }
}

function bounded(text: string): string {
  return text.length > wordsLimits.argumentMaxChars ? `${text.slice(0, wordsLimits.argumentMaxChars - 1)}…` : text;
}
