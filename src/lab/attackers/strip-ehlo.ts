/**
 * Cuts the offer of encryption out of the EHLO reply, so that a sender who takes what is offered goes on in clear. Seen in the
 * wild: whole providers and one well-known firewall do it (the latter overwrites the word to keep the length).
 */
import { meddling } from "./middle.ts";
import { attacker } from "./types.ts";

export const stripEhlo = attacker("strip-ehlo", {
  delete: meddling({ ehloReply: (lines) => asReply(lines.filter((line) => !offersTls(line))) }),
  overwrite: meddling({
    ehloReply: (lines) => lines.map((line) => (offersTls(line) ? `${line.slice(0, 4)}XXXXXXXX` : line)),
  }),
  // Whoever is told that there is no EHLO falls back to HELO, which offers nothing.
  helo: meddling({
    answer: (command) => (/^EHLO\b/i.test(command) ? "502 5.5.1 Command not implemented\r\n" : undefined),
  }),
});

function offersTls(line: string): boolean {
  return /^250[- ]STARTTLS\s*$/i.test(line);
}

/** The last line alone has a space behind its code. */
function asReply(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `250${at === lines.length - 1 ? " " : "-"}${line.slice(4)}`);
}
