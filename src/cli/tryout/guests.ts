/** Messages that people hand in themselves: each told as it happens, its repetitions left out. */
import type { MailEvent, MessageId, StoryEntry } from "../../base/index.ts";
import { homeDomain, type ReceivedMessage } from "../../lab/index.ts";
import { readLetter, withoutFacts } from "./letter.ts";
import type { Session } from "./session.ts";
import { isOutcome } from "./verdict.ts";

/** Messages remembered. */
const knownMax = 1_000;

/** What has been told of one message. */
interface Told {
  /** The domain that each host was tried for. */
  readonly domains: Map<string, string>;
  /** What was said to have become of it, by domain. */
  readonly outcomes: Map<string, Set<string>>;
}

export class Guests {
  readonly #session: Session;
  /** The sandbox's messages, whose stories have been told. */
  readonly #shown: ReadonlySet<MessageId>;
  readonly #known = new Map<MessageId, Told>();

  constructor(session: Session, shown: ReadonlySet<MessageId>) {
    this.#session = session;
    this.#shown = shown;
  }

  /** Tells what has come in meanwhile, then what comes. */
  begin(): void {
    const { stories } = this.#session;
    for (const message of stories.messages()) {
      for (const entry of stories.of(message)) {
        const isNews = this.#isNews(message, entry.event);
        if (isNews && !this.#shown.has(message)) this.#tell(message, entry);
      }
    }
    stories.pushTo((message, entry) => {
      if (this.#isNews(message, entry.event)) this.#tell(message, entry);
    });
  }

  /** Mail that came to the sender's own mailbox. */
  async showMail({ to, content }: ReceivedMessage): Promise<void> {
    const { narrator } = this.#session;
    const { subject, text } = await readLetter(content);
    narrator.topic(narrator.words.say("cli-tryout-mail", { recipient: to.join(", "), subject }));
    narrator.quote(withoutFacts(text));
  }

  #tell(message: MessageId, entry: StoryEntry): void {
    const { narrator, stories } = this.#session;
    const first = stories.of(message)[0]?.event;
    // A notice: it is shown when it arrives, as mail.
    if (first?.code === "planned" && first.domain === homeDomain) return;
    narrator.topic(narrator.words.say("cli-tryout-message", { id: message }));
    narrator.event(entry);
  }

  /** False for what a second attempt only repeats, and for what happens on its way. */
  #isNews(message: MessageId, event: MailEvent): boolean {
    const told = this.#toldOf(message);
    if (event.code === "planned") for (const { host } of event.hosts) told.domains.set(host, event.domain);
    const domain = "domain" in event ? event.domain : "host" in event ? told.domains.get(event.host ?? "") : undefined;
    if (domain === undefined) return true;
    const outcomes = told.outcomes.get(domain);
    if (!isOutcome(event)) return outcomes === undefined;
    const key = JSON.stringify([event.code, "fault" in event ? event.fault : undefined]);
    if (outcomes?.has(key) === true) return false;
    told.outcomes.set(domain, new Set([...(outcomes ?? []), key]));
    return true;
  }

  #toldOf(message: MessageId): Told {
    const known = this.#known.get(message) ?? { domains: new Map(), outcomes: new Map() };
    this.#known.set(message, known);
    if (this.#known.size > knownMax) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return known;
  }
}
