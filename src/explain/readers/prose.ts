/**
 * What mail servers write to people, and whatever else was pasted: no form, only sentences. Addresses at the head of a line part it
 * into what is told of each recipient, as Postfix, Exim, sendmail, qmail and Exchange do; without any it is one tale.
 */
import { causeOf, codesIn, isOwnFinding, sentOf } from "../phrases.ts";
import { sentBy } from "../judge.ts";
import { explainLimits } from "../limits.ts";
import type { Incident, Outcome, Source } from "../types.ts";

export interface Tale {
  readonly recipient?: string;
  /** One line. */
  readonly text: string;
}

/** No address is further in than this. */
const indentMax = 8;

const headPattern =
  /^\s{0,8}(?:\*\s+)?(?:[\p{L} .'"-]{1,60} )?<?([^\s<>@:,;"()]{1,64}@[^\s<>@:,;"()]{1,255}?)>?\.?(?::\s*(.*)|\s*|\s*\((.*))$/u;

/** By recipient, in the order of the text. */
export function talesIn(text: string): readonly Tale[] {
  const tales: { recipient?: string; indent: number; lines: string[] }[] = [{ indent: indentMax, lines: [] }];
  for (const line of text.slice(0, explainLimits.proseMaxChars).split("\n")) {
    // What follows is the message itself.
    if (
      /^(?:-{2,} ?(?:This is a copy|Below this line|Original message|The header of|.*Undelivered Message)|Original message headers:)/i.test(
        line.trim(),
      )
    )
      break;
    const head =
      line.length > 600 || /^\s*(?:From|To|Cc|Reply-To|Sender|Return-Path)\s*:/i.test(line)
        ? null
        : headPattern.exec(line);
    const indent = line.length - line.trimStart().length;
    const last = tales.at(-1);
    // A line further in, or of the same address, goes on with the same tale: replies are broken before the addresses in them.
    const isNew =
      head !== null && indent <= (last?.indent ?? 0) && head[1]?.toLowerCase() !== last?.recipient?.toLowerCase();
    if (isNew && tales.length <= explainLimits.recipientsMax)
      tales.push({ recipient: head[1] ?? "", indent, lines: [head[2] ?? head[3] ?? ""] });
    else last?.lines.push(line.trim());
  }
  const told = tales.map(({ recipient, lines }) => {
    const joined = lines.join(" ").replace(/\s+/g, " ").trim();
    return recipient === undefined ? { text: joined } : { recipient, text: joined };
  });
  const [opening, ...rest] = told;
  const known = rest.filter((tale) => tale.text !== "" && causeOf(tale.text) !== "unknown");
  if (known.length > 0) return known;
  return [
    {
      ...(rest[0]?.recipient === undefined ? {} : { recipient: rest[0].recipient }),
      text: [opening, ...rest]
        .map((tale) => tale?.text ?? "")
        .join(" ")
        .trim(),
    },
  ];
}

/** Undefined for a text that tells nothing of a delivery. */
export function incidentOf(tale: Tale, source: Source, outcome?: Outcome): Incident | undefined {
  const codes = codesIn(tale.text);
  const cause = causeOf(tale.text, codes);
  if (cause === "unknown" && outcome === undefined) return undefined;
  const isReply =
    /said:|SMTP error from remote|Remote[_ ]host[_ ]said|in reply to|Remote Server returned|responded|<<< |server replied/i.test(
      tale.text,
    ) || codes.reply !== undefined;
  const host =
    hostIn(tale.text) ??
    /(?:Remote MTA|Remote server|Generating server|Receiving server)[: ]+(?:is )?([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10})/i.exec(
      tale.text,
    )?.[1];
  return {
    source,
    outcome: outcome ?? outcomeOf(tale.text, String(codes.reply ?? codes.status ?? "")),
    cause,
    codes,
    sent: cause === "delivered" ? "content" : sentBy(cause, sentOf(tale.text), isReply && !isOwnFinding(codes)),
    hop: cause === "peer-wants-tls" && isReply ? "cleartext" : "not-told",
    ...(host === undefined ? {} : { host }),
    recipients: tale.recipient === undefined ? [] : [tale.recipient],
    ...(tale.text === "" ? {} : { said: tale.text }),
    attempts: 1,
    notes: [],
  };
}

/** `host mx.example.net[192.0.2.1]`; a word behind "the remote host" is no name. */
function hostIn(text: string): string | undefined {
  const [, before, dotted] =
    /(?:^|\s)host (?:([A-Za-z0-9.-]{1,255}) ?\[|([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10})(?:\s|:))/.exec(
      text,
    ) ?? [];
  return before ?? dotted;
}

function outcomeOf(text: string, code: string): Outcome {
  if (
    /delay(?:ed)?|still trying|will (?:keep|continue|be retried|retry)|not (?:yet )?been delivered (?:yet|after)|warning message/i.test(
      text,
    )
  )
    return "delayed";
  if (/could ?n[o']t be delivered|undeliverable|failed|rejected|returned|giving up|permanent|wasn't able/i.test(text))
    return "returned";
  if (code.startsWith("4")) return "delayed";
  if (code.startsWith("5")) return "returned";
  return code.startsWith("2") ? "delivered" : "unknown";
}
