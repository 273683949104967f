/**
 * What a false server does with mail that it is not after: it takes it, since whoever has begun to speak to it would notice otherwise, and
 * hands it on to the honest server before it says that it has it.
 */
import { Dialogue } from "../dialogue.ts";
import { loopbackOnly } from "../loopback.ts";
import type { ReceivedMessage } from "../receiver.ts";
import { middleLimits } from "./middle.ts";
import type { AttackDeps, AttackTarget } from "./types.ts";

/** For `ReceiverOptions.onMessage`. Never rejects: what cannot be handed on is lost, and that shows. */
export function handingOn(deps: AttackDeps, target: AttackTarget): (message: ReceivedMessage) => Promise<void> {
  return async (message) => {
    if (target.spares?.(message) === true) await handOn(deps, target, message);
  };
}

/** To the honest server, in clear: on this machine nobody else listens. Never rejects. */
export async function handOn(
  deps: Pick<AttackDeps, "net" | "clock">,
  target: Pick<AttackTarget, "victim" | "host">,
  message: Pick<ReceivedMessage, "from" | "to" | "content">,
): Promise<void> {
  const dialled = await loopbackOnly(deps.net).dial(target.victim, { timeoutMs: middleLimits.dialTimeoutMs });
  if (!dialled.ok) return;
  const honest = new Dialogue(deps.clock, dialled.value.stream);
  await honest.reply();
  const commands = [
    `EHLO ${target.host}`,
    `MAIL FROM:<${message.from}>`,
    ...message.to.map((one) => `RCPT TO:<${one}>`),
    "DATA",
    `${message.content.replace(/^\./gm, "..")}.`,
  ];
  for (const command of commands) await honest.ask(command);
  await honest.close();
}
