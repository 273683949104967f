/** Lets STARTTLS go through and answers the ClientHello with something that is not TLS, or with nothing at all. */
import { meddling } from "./middle.ts";
import { attacker, type StartAttack } from "./types.ts";

export const garbleHandshake = attacker("garble-handshake", {
  garbage: answering("500 5.5.1 Command not recognised\r\n".repeat(4)),
  silence: answering(""),
});

function answering(text: string): StartAttack {
  return meddling({
    startTls(passage, agreement) {
      passage.dropServer();
      passage.client.once("data", () => {
        passage.strike();
        passage.client.write(text, "latin1");
      });
      passage.client.write(agreement, "latin1");
    },
  });
}
