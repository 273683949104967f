/** What a notice may repeat of the message that it is about: decoded, on one line each, bounded, fit for printing. */
import { findFields, type HeaderSection } from "./header.ts";
import { mimeLimits } from "./limits.ts";
import { decodeUnstructured, unicodeLine } from "./text.ts";

export interface OriginalMessage {
  readonly subject?: string;
  readonly from?: string;
  readonly date?: string;
  /** With its angle brackets; only if it is well-formed, so that it can stand in a header field as it is. */
  readonly messageId?: string;
}

/** A field that is missing, empty, or there twice is not told. */
export function describeOriginal(section: HeaderSection): OriginalMessage {
  const subject = only(section, "subject");
  const from = only(section, "from");
  const date = only(section, "date");
  const messageId = safeMessageId(only(section, "message-id"));
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(from === undefined ? {} : { from }),
    ...(date === undefined ? {} : { date }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}

function only(section: HeaderSection, name: string): string | undefined {
  const [value, second] = findFields(section, name);
  if (value === undefined || second !== undefined) return undefined;
  const text = unicodeLine(decodeUnstructured(value), mimeLimits.subjectMaxChars);
  return text === "" ? undefined : text;
}

const messageIdPattern = /^<[!#-';=?-Z^-~*+\-./0-9]{1,120}@(?:[!#-';=?-Z^-~*+\-./0-9]{1,120}|\[[!-Z^-~]{1,100}\])>$/;

/** RFC 5322 §3.6.4, leniently, but never a space, a quote or a control character. */
export function safeMessageId(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= mimeLimits.messageIdMaxChars && messageIdPattern.test(text)
    ? text
    : undefined;
}
