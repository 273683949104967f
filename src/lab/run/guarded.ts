/**
 * A sender as the stage deals with it. Whatever is asked of it comes to an end in time, and what goes wrong with it is a `SenderFault`: a
 * failure of the lab, which is told, and from which nothing follows about mail.
 */
import type { Clock } from "../../base/index.ts";
import type { RunningSender, Sender, SenderWorld } from "../senders/types.ts";

export const guardLimits = {
  /** A start, a message handed in, time let pass, a word asked for: each. */
  askedTimeoutMs: 120_000,
} as const;

/** The sender did not start, or did not do what every sender does. */
export class SenderFault extends Error {}

/** Starts it. Rejects with a SenderFault, and so does whatever is asked of it from then on. */
export async function startGuarded(clock: Clock, sender: Sender, world: SenderWorld): Promise<RunningSender> {
  const starting = sender.start(world);
  const guard = <T>(asked: Promise<T>): Promise<T> => inTime(clock, sender.id, asked);
  const running = await guard(starting).catch((fault: unknown) => {
    // It may come up yet, when nobody wants it any more.
    starting.then((late) => late.close()).catch(() => {});
    throw fault;
  });
  return {
    submit: (mail) => guard(running.submit(mail)),
    state: (id) => guard(running.state(id)),
    pass: (ms) => guard(running.pass(ms)),
    words: (id) => guard(running.words(id)),
    noticed: (domain) => guard(Promise.resolve(running.noticed?.(domain))),
    ...(running.inbound === undefined ? {} : { inbound: running.inbound }),
    close: () => running.close(),
  };
}

/** Bugs of ours stay what they are. */
async function inTime<T>(clock: Clock, id: string, asked: Promise<T>): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = clock.after(guardLimits.askedTimeoutMs, () =>
    reject(new SenderFault(`${id} has not answered in ${guardLimits.askedTimeoutMs / 1000} s`)),
  );
  try {
    return await Promise.race([asked, tooLate]);
  } catch (error) {
    if (error instanceof SenderFault || error instanceof TypeError || error instanceof RangeError) throw error;
    throw new SenderFault(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    timer.cancel();
  }
}
