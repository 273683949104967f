/**
 * Takes the TLSA answer away, and stands in the honest server's place with a key of its own: it defeats a sender that takes a question
 * which failed for one that was answered with "nothing".
 */
import { domain } from "../../base/index.ts";
import { hide, type Told } from "./hiding.ts";
import { selfSigned } from "./self-signed.ts";
import { attacker, type StartAttack } from "./types.ts";

export const stripTlsa = attacker("strip-tlsa", {
  servfail: withoutTlsa("failed"),
  absent: withoutTlsa("hidden"),
});

function withoutTlsa(told: Told): StartAttack {
  return async (deps, target) => {
    const impostor = await selfSigned.start(deps, target);
    const hidden = hide(deps, domain(`_${target.smtpPort ?? 25}._tcp.${target.host}`), "TLSA", told);
    return {
      ...impostor,
      captured: () => [...impostor.captured(), ...impostor.handedOn()],
      get counts() {
        return { ...impostor.counts, strikes: impostor.counts.strikes + hidden.strikes };
      },
      close() {
        hidden.leave();
        return impostor.close();
      },
    };
  };
}
