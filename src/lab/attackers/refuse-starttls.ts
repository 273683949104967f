/** Lets the offer stand and refuses when it is taken up: 454 ("not now") or 502 ("not at all"), which anybody can forge. */
import { meddling } from "./middle.ts";
import { attacker, type StartAttack } from "./types.ts";

export const refuseStartTls = attacker("refuse-starttls", {
  "454": refusing("454 4.7.0 TLS not available due to temporary reason"),
  "502": refusing("502 5.5.1 Command not implemented"),
});

function refusing(reply: string): StartAttack {
  return meddling({ answer: (command) => (/^STARTTLS\s*$/i.test(command) ? `${reply}\r\n` : undefined) });
}
