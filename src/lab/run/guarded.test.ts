/** Whatever is asked of a sender comes to an end. */
import { expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import { modelledModes, type SenderMode } from "../../threats/index.ts";
import type { RunningSender, Sender, SenderWorld } from "../senders/types.ts";
import { guardLimits, SenderFault, startGuarded } from "./guarded.ts";

const never = new Promise<never>(() => {});
const silent: RunningSender = {
  submit: () => never,
  state: () => never,
  pass: () => never,
  words: () => never,
  close: () => Promise.resolve(),
};

function senderThat(start: () => Promise<RunningSender>): Sender {
  const mode = modelledModes[0] as SenderMode;
  const retries = { times: 0, everyMs: 0 };
  return { id: "s", mode, ttlSeconds: 1, retries, patienceMs: 1, missing: () => Promise.resolve(undefined), start };
}

const world = {} as SenderWorld;
const mail = { from: "a@sender.example", to: "b@recipient.example", content: "", requireTls: false };

test.each<[string, (sender: RunningSender) => Promise<unknown>]>([
  ["to take a message", (sender) => sender.submit(mail)],
  ["what became of one", (sender) => sender.state("1")],
  ["to let time pass", (sender) => sender.pass(1)],
  ["for its words", (sender) => sender.words("1")],
])("asked %s, it says nothing, and is given up", async (_, ask) => {
  const clock = manualClock();
  const sender = await startGuarded(
    clock,
    senderThat(() => Promise.resolve(silent)),
    world,
  );
  const asked = ask(sender);
  clock.advance(guardLimits.askedTimeoutMs);
  await expect(asked).rejects.toThrow(SenderFault);
  await expect(asked).rejects.toThrow("s has not answered in 120 s");
});

test("one that comes up when nobody waits for it any more is ended", async () => {
  const clock = manualClock();
  const { promise: late, resolve } = Promise.withResolvers<RunningSender>();
  const starting = startGuarded(
    clock,
    senderThat(() => late),
    world,
  );
  clock.advance(guardLimits.askedTimeoutMs);
  await expect(starting).rejects.toThrow(SenderFault);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  resolve({ ...silent, close: () => Promise.resolve(close()) });
  await closed;
});
