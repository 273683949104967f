/**
 * What comes from outside, made fit to stand in a sentence: on one line, without control characters, without characters
 * that turn the direction of writing or hide, bounded.
 */
import { formatReply, type SmtpReply } from "../base/index.ts";
import { unicodeLine } from "../mime/index.ts";
import { wordsLimits } from "./limits.ts";

export function safeName(text: string): string {
  return plainQuotes(unicodeLine(text, wordsLimits.nameMaxChars));
}

export function safeAddress(text: string): string {
  return unicodeLine(text, wordsLimits.addressMaxChars);
}

/** What a peer said, to stand between quotation marks: its own become plain ones, so that it cannot seem to end early. */
export function safeQuote(text: string): string {
  return plainQuotes(unicodeLine(text, wordsLimits.peerTextMaxChars));
}

export function safeReply(reply: SmtpReply): string {
  return safeQuote(formatReply(reply));
}

function plainQuotes(text: string): string {
  return text.replace(/[“”„‟«»「」『』〝〞＂]/g, '"');
}
