/**
 * Reads, or alters, what comes to the receiving server, in it. What is published and what is shown is all true, so no proof that a server can
 * give keeps him out: only what is sealed for the recipient does, and then what he has altered does not open, or is not signed by its author.
 */
import { makeKeys, sealMessage } from "../author/index.ts";
import type { ReceivedMessage } from "../receiver.ts";
import { startKeeper, type Handling } from "./keeper.ts";
import { attacker, type AttackDeps, type AttackTarget, type StartAttack } from "./types.ts";

export const readAtHop = attacker("read-at-hop", {
  plain: keeping(() => Promise.resolve({})),
  altered: keeping(({ content }) => Promise.resolve({ handsOn: withOwnWords(content) })),
  sealed: keeping(() => Promise.resolve({})),
  "sealed-altered": keeping(({ content }) => Promise.resolve({ handsOn: withAnotherOctet(content) })),
  "sealed-replaced": keeping(replaced),
});

function keeping(
  handle: (message: ReceivedMessage, deps: AttackDeps, target: AttackTarget) => Promise<Handling>,
): StartAttack {
  return (deps, target) => startKeeper(deps, target, (message) => handle(message, deps, target));
}

const ownWords = "And please pay the invoice to the new account.";

function withOwnWords(content: string): string {
  return `${content.trimEnd()}\r\n${ownWords}\r\n`;
}

/** One bit of what is encrypted, far from the beginning; the armor stays whole. */
function withAnotherOctet(content: string): string {
  return content.replace(
    /(-----BEGIN PGP MESSAGE-----(?:\r\n[^\r\n]+)*\r\n\r\n)([\w+/=\r\n]+?)(?:\r\n=[\w+/]{4})?(\r\n-----END)/,
    (_, before: string, text: string, after: string) => {
      const octets = Buffer.from(text, "base64");
      const at = octets.length - octetsFromTheEnd;
      octets[at] = (octets[at] ?? 0) ^ 1;
      const lines = octets.toString("base64").match(/.{1,64}/g) ?? [];
      // The sum of the armor is no signature, and nobody has to check it (RFC 9580 §6.1): he leaves it out.
      return `${before}${lines.join("\r\n")}${after}`;
    },
  );
}

const octetsFromTheEnd = 30;

/** Anybody has the recipient's key: he seals a message of his own for him, and signs it himself, under the author's name. */
async function replaced(
  { from, to, content }: ReceivedMessage,
  deps: AttackDeps,
  target: AttackTarget,
): Promise<Handling> {
  const { sealedFor } = target;
  if (sealedFor === undefined) throw new TypeError("there is nobody who gets sealed mail");
  const now = deps.clock.now();
  const own = await makeKeys([from], now);
  const draft = { from, to: to.join(", "), subject: "a secret", body: `${ownWords}\r\n` };
  const sealed = await sealMessage(draft, {
    to: sealedFor.key,
    by: own.secret,
    now,
    makeToken: () => own.open.getFingerprint(),
  });
  return { handsOn: sealed.content.replace(/^Message-ID: .*$/m, /^Message-ID: .*$/m.exec(content)?.[0] ?? "$&") };
}
