/**
 * Whoever runs the receiving server, or has broken into it. It proves itself perfectly: its own key, its own certificate, all that is published
 * of it is true. He sees each message as it comes, and what reaches the mailbox behind is what he hands on.
 */
import { assertInBounds } from "../loopback.ts";
import { startReceiver, type ReceivedMessage } from "../receiver.ts";
import { handOn } from "./handing-on.ts";
import type { AttackDeps, AttackTarget, Captured, HeldAttack } from "./types.ts";

export const keeperLimits = {
  messagesKeptMax: 1_000,
} as const;

/** What he does with one message. Absent parts: it is as it came. */
export interface Handling {
  /** What he has read. */
  readonly read?: string;
  readonly handsOn?: string;
}

/** Throws a RangeError if he is to listen, or to hand on, anywhere but on loopback. */
export function assertPlaces(
  { net }: Pick<AttackDeps, "net">,
  { at, victim }: Pick<AttackTarget, "at" | "victim">,
): void {
  assertInBounds(net, at);
  assertInBounds(net, victim);
}

/** Rejects as `startReceiver` and `assertPlaces` do. */
export async function startKeeper(
  deps: AttackDeps,
  target: AttackTarget,
  handle: (message: ReceivedMessage) => Promise<Handling>,
): Promise<HeldAttack> {
  assertPlaces(deps, target);
  const captured: Captured[] = [];
  let strikes = 0;
  const server = await startReceiver({
    net: deps.net,
    clock: deps.clock,
    at: target.at,
    hostname: target.host,
    ...(target.credentials === undefined ? {} : { credentials: target.credentials }),
    features: { requireTls: target.offersRequireTls ?? true },
    async onMessage(message) {
      const { from, to, tls, content } = message;
      const { read = content, handsOn = content } = await handle(message);
      strikes++;
      captured.push({ from, to, content: read, tls: tls !== undefined, isAtHop: true });
      if (captured.length > keeperLimits.messagesKeptMax) captured.shift();
      // Mail that he is not after he could have read, and does not change.
      await handOn(deps, target, { ...message, content: target.spares?.(message) === true ? content : handsOn });
    },
  });
  return {
    endpoint: server.endpoint,
    captured: () => [...captured],
    get counts() {
      return { ...server.counts, strikes };
    },
    close: () => server.close(),
  };
}
