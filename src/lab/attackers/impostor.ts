/** A false server: takes the mail itself, over TLS, with a certificate that it should not be trusted for. */
import type { Credentials } from "../ca.ts";
import { startReceiver } from "../receiver.ts";
import { handingOn } from "./handing-on.ts";
import type { AttackDeps, AttackTarget, StartAttack } from "./types.ts";

/** An attack by standing in the honest server's place with this certificate. */
export function impersonating(certificate: (deps: AttackDeps, target: AttackTarget) => Credentials): StartAttack {
  return async (deps, target) => {
    const { net, clock } = deps;
    const credentials = certificate(deps, target);
    const receiver = await startReceiver({
      net,
      clock,
      at: target.at,
      hostname: target.host,
      credentials,
      onMessage: handingOn(deps, target),
    });
    return {
      endpoint: receiver.endpoint,
      captured: () =>
        receiver.received().map(({ from, to, content, tls }) => ({ from, to, content, tls: tls !== undefined })),
      // Its certificate is the blow, and it is shown to whoever comes.
      get counts() {
        return { ...receiver.counts, strikes: receiver.counts.connections };
      },
      close: () => receiver.close(),
    };
  };
}
