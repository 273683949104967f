/** Lines of logs, of whatever servers and mixed as they may be. */
import { explainLimits } from "./limits.ts";
import { EximReader } from "./readers/exim.ts";
import { ExchangeReader } from "./readers/exchange.ts";
import { OpenSmtpdReader } from "./readers/opensmtpd.ts";
import { PostfixReader } from "./readers/postfix.ts";
import { QmailReader } from "./readers/qmail.ts";
import { SendmailReader } from "./readers/sendmail.ts";
import type { LogReader } from "./readers/ledger.ts";
import type { Incident } from "./types.ts";

export class Log {
  readonly #readers: LogReader[] = [
    new PostfixReader(),
    new EximReader(),
    new SendmailReader(),
    new OpenSmtpdReader(),
    new QmailReader(),
    new ExchangeReader(),
  ];
  /** Lines that some reader knew. */
  known = 0;
  lines = 0;

  /** What is told now. The line is clean. */
  push(line: string): readonly Incident[] {
    if (line.trim() === "" || this.lines >= explainLimits.linesMax) return [];
    this.lines++;
    for (const reader of this.#readers) {
      const told = reader.push(line);
      if (told === undefined) continue;
      this.known++;
      return told;
    }
    return [];
  }

  end(): readonly Incident[] {
    return this.#readers.flatMap((reader) => reader.end());
  }
}
