/**
 * The lab's attackers, one file each, named as in the catalogue of attacks. Men in the middle stand between a sender and an
 * honest server and meddle with what passes; false servers stand in that server's place; poisoners stand between the sender and its
 * name server; keepers are in the honest server itself. What each has got hold of is its `captured()`: empty means that nothing leaked.
 *
 * They are for this machine alone: whatever they listen on or dial is checked to be a loopback address, in code.
 */
import { downgradeTls } from "./downgrade-tls.ts";
import { eavesdrop } from "./eavesdrop.ts";
import { expired } from "./expired.ts";
import { forgedCa } from "./forged-ca.ts";
import { forgedKey } from "./forged-key.ts";
import { garbleHandshake } from "./garble-handshake.ts";
import { injectResponse } from "./inject-response.ts";
import { readAtHop } from "./read-at-hop.ts";
import { redirectSealed } from "./redirect-sealed.ts";
import { refuseStartTls } from "./refuse-starttls.ts";
import { resetHandshake } from "./reset-handshake.ts";
import { selfSigned } from "./self-signed.ts";
import { sessionCross } from "./session-cross.ts";
import { spoofAddress } from "./spoof-address.ts";
import { spoofMx } from "./spoof-mx.ts";
import { stripEhlo } from "./strip-ehlo.ts";
import { stripTlsa } from "./strip-tlsa.ts";
import { blockSts, staleSts } from "./sts.ts";
import type { AttackId, Attacker } from "./types.ts";
import { wrongHost } from "./wrong-host.ts";

export { injectedReply, injectedSession } from "./inject-response.ts";
export { attackerDomain, attackerHost, dressNames } from "./poisoner.ts";
export type {
  AttackDeps,
  Attacker,
  AttackId,
  AttackTarget,
  Captured,
  Envelope,
  RunningAttack,
  Stand,
} from "./types.ts";

export const attackers = {
  eavesdrop,
  "strip-ehlo": stripEhlo,
  "refuse-starttls": refuseStartTls,
  "reset-handshake": resetHandshake,
  "garble-handshake": garbleHandshake,
  "inject-response": injectResponse,
  "self-signed": selfSigned,
  "wrong-host": wrongHost,
  "forged-ca": forgedCa,
  expired,
  "spoof-mx": spoofMx,
  "spoof-address": spoofAddress,
  "strip-tlsa": stripTlsa,
  "block-sts": blockSts,
  "stale-sts": staleSts,
  "downgrade-tls": downgradeTls,
  "session-cross": sessionCross,
  "read-at-hop": readAtHop,
  "redirect-sealed": redirectSealed,
  "forged-key": forgedKey,
} as const satisfies Readonly<Record<AttackId, Attacker>>;
