/** Tells what happens, for people at a terminal: one message at a time, each event one bullet, colours only where there are any. */
import type { MailEvent, StoryEntry } from "../../base/index.ts";
import type { Words } from "../../words/index.ts";
import { columnsOf, wrap } from "../layout.ts";
import { printable, type CommandContext } from "../terminal.ts";

type Tone = "plain" | "bold" | "dim" | "good" | "wait" | "bad";

const codes: Readonly<Record<Tone, string>> = { plain: "", bold: "1", dim: "2", good: "32", wait: "33", bad: "31" };
const widthMin = 40;
const widthMax = 80;

export class Narrator {
  readonly #context: CommandContext;
  readonly #width: number;
  #silent = false;
  /** Whose story is being told. */
  #topic: string | undefined;

  get words(): Words {
    return this.#context.words;
  }

  constructor(context: CommandContext, columns: number | undefined) {
    this.#context = context;
    // Some terminals say 0 when they do not know.
    const known = columns === undefined || columns === 0 ? widthMax : columns;
    this.#width = Math.max(widthMin, Math.min(known, widthMax));
  }

  /** Nothing more is told. */
  hush(): void {
    this.#silent = true;
  }

  say(key: string, args: Readonly<Record<string, string | number>> = {}, tone: Tone = "plain"): void {
    this.paragraph(this.#context.words.say(key, args), tone);
  }

  /** Lines of its own are kept; those that are indented already are not wrapped, so that they can be copied. */
  paragraph(text: string, tone: Tone = "plain"): void {
    for (const line of text.split("\n")) {
      if (line.startsWith(" ")) this.#print(line, tone);
      else for (const one of wrap(line, { width: this.#width })) this.#print(one, tone);
    }
  }

  gap(): void {
    this.#print("", "plain");
  }

  /** A headline, unless this is what is being told about anyway. */
  topic(title: string, aside?: string): void {
    if (this.#topic === title) return;
    this.#topic = title;
    this.gap();
    for (const line of wrap(printable(title), { width: this.#width })) this.#print(line, "bold");
    if (aside !== undefined) this.#lines(printable(aside), "  ", "  ", "dim");
  }

  event(entry: StoryEntry): void {
    const [mark, tone] = markOf(entry.event);
    this.#bullet(mark, printable(this.#context.words.event(entry.event)), tone);
  }

  remark(mark: string, text: string, tone: Tone): void {
    this.#bullet(mark, printable(text), tone);
  }

  /** One of a list, its own mark at its head. */
  item(text: string): void {
    this.#lines(printable(text), "  ", "    ", "plain");
  }

  /** What somebody else wrote, set off from our own words. */
  quote(text: string): void {
    for (const line of text.split(/\r?\n/)) this.#lines(printable(line), "    │ ", "    │ ", "dim");
  }

  #bullet(mark: string, text: string, tone: Tone): void {
    const first = `  ${this.#paint(mark, tone)} `;
    const rest = " ".repeat(columnsOf(first));
    for (const line of wrap(text, { width: this.#width, first, rest })) this.#print(line, "plain");
  }

  #lines(text: string, first: string, rest: string, tone: Tone): void {
    for (const line of wrap(text, { width: this.#width, first, rest })) this.#print(line, tone);
  }

  #print(line: string, tone: Tone): void {
    if (!this.#silent) this.#context.terminal.out(this.#paint(line, tone));
  }

  #paint(text: string, tone: Tone): string {
    if (!this.#context.terminal.hasColour || codes[tone] === "" || text === "") return text;
    return `\x1b[${codes[tone]}m${text}\x1b[0m`;
  }
}

function markOf(event: MailEvent): readonly [mark: string, tone: Tone] {
  switch (event.code) {
    case "delivered":
      return event.level === "cleartext" ? ["✓", "wait"] : ["✓", "good"];
    case "deferred":
      return ["⏸", "wait"];
    case "bounced":
      return ["✗", "bad"];
    case "tls-fault":
    case "cleartext-allowed":
    case "connect-failed":
      return ["!", "wait"];
    default:
      return ["·", "dim"];
  }
}
