/**
 * Ready to paste into other mail servers: what makes them receive as the domain promises, and what makes whoever sends to the domain
 * hold it to that. Pure; each piece is loaded into the real daemon in `test/peers/snippets.test.ts`.
 */
import { unreachable } from "../../base/index.ts";
import { eximSnippets } from "./exim.ts";
import { opensmtpdSnippets } from "./opensmtpd.ts";
import { postfixSnippets } from "./postfix.ts";
import { sendmailSnippets } from "./sendmail.ts";
import type { Daemon, Snippet, SnippetFacts, SnippetNote } from "./types.ts";

export * from "./types.ts";

/** Throws a TypeError for a file name that would end a line or a quotation. */
export function snippetsFor(daemon: Daemon, facts: SnippetFacts): readonly Snippet[] {
  for (const path of facts.files.flatMap(({ certificate, key }) => [certificate, key])) {
    if (!isPlainPath(path)) throw new TypeError(`not a path that every daemon can be given: ${JSON.stringify(path)}`);
  }
  switch (daemon) {
    case "postfix":
      return postfixSnippets(facts);
    case "exim":
      return eximSnippets(facts);
    case "sendmail":
      return sendmailSnippets(facts);
    case "opensmtpd":
      return opensmtpdSnippets(facts);
    default:
      return unreachable(daemon);
  }
}

/** Each daemon has quotations and lists of its own; what is none of their marks means the same to all of them. */
export function isPlainPath(path: string): boolean {
  return /^\/[A-Za-z0-9._/+@=-]+$/.test(path);
}

/** `say` puts a note into words. */
export function snippetText({ daemon, lines }: Snippet, say: (note: SnippetNote) => string): string {
  const mark = daemon === "sendmail" ? "dnl" : "#";
  return `${lines.map((line) => (typeof line === "string" ? line : `${mark} ${say(line.note)}`)).join("\n")}\n`;
}
