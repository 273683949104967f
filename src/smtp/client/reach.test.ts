import { expect, test } from "vitest";
import { selfSigned } from "../../../test/support/certificates.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { loopbackNet, receiver } from "../../../test/support/receiver.ts";
import { domain, ip, type Clock } from "../../base/index.ts";
import { reachTls } from "./reach.ts";

test("who has come as far as TLS leaves no timer behind: it would hold the connection for minutes after its end", async () => {
  const peer = await receiver({ credentials: selfSigned({}) });
  const pending = new Set<object>();
  const clock: Clock = {
    ...manualClock(),
    after() {
      const timer = { cancel: () => void pending.delete(timer) };
      pending.add(timer);
      return timer;
    },
  };
  const dialled = await loopbackNet.dial({ address: ip("127.0.0.1"), port: peer.port }, { timeoutMs: 5_000 });
  if (!dialled.ok) throw new Error(dialled.error);
  const names = { host: domain("mx.example.org"), ehloName: domain("us.example") };
  const reached = await reachTls(clock, names, dialled.value);
  expect(reached.ok).toBe(true);
  expect(pending.size).toBe(0);
  dialled.value.stream.destroy();
  await peer.close();
});
