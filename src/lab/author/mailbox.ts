/** A recipient's mailbox: it holds the secret keys, opens what arrives, and keeps each message as its owner's program shows it. */
import type { PrivateKey, PublicKey } from "openpgp";
import type { Clock } from "../../base/index.ts";
import { receiverLimits, type ReceivedMessage } from "../receiver.ts";
import { openMessage, type Opened } from "./open.ts";

export interface Letter {
  readonly message: ReceivedMessage;
  readonly opened: Opened;
}

export class Mailbox {
  readonly #clock: Pick<Clock, "now">;
  readonly #keys: PrivateKey[] = [];
  readonly #letters: Letter[] = [];
  readonly #open: typeof openMessage;
  #author: PublicKey | undefined;

  /** `open`: for tests, another way of opening. */
  constructor(clock: Pick<Clock, "now">, open = openMessage) {
    this.#clock = clock;
    this.#open = open;
  }

  /** One of its owner's keys, and the key of the author, whom he knows. */
  keep(key: PrivateKey, author: PublicKey): void {
    this.#keys.push(key);
    this.#author = author;
  }

  /** For `ReceiverOptions.onMessage`. */
  readonly take = async (message: ReceivedMessage): Promise<void> => {
    const { content } = message;
    const author = this.#author;
    const opened: Opened =
      author === undefined
        ? { kind: "plain", text: content }
        : await this.#open(content, { keys: this.#keys, author, now: this.#clock.now() });
    this.#letters.push({ message, opened });
    if (this.#letters.length > receiverLimits.messagesKeptMax) this.#letters.shift();
  };

  /** Oldest first. */
  letters(): readonly Letter[] {
    return [...this.#letters];
  }
}
