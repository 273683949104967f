import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ok, type Endpoint, type IpAddress, type Net, type Wire } from "../../base/index.ts";
import { severable } from "./paced.ts";

const at: Endpoint = { address: "127.0.0.1" as IpAddress, port: 25 };

test("a scan that was stopped leaves no connection behind, not even one that is only just made", async () => {
  const made: Wire[] = [];
  const late = Promise.withResolvers<void>();
  const net = severable({
    dial: async ({ port }: Endpoint) => {
      if (port === 26) await late.promise;
      const wire = { stream: new PassThrough(), local: at, remote: at };
      made.push(wire);
      return ok(wire);
    },
  } as unknown as Net);
  const options = { timeoutMs: 1_000 } as Parameters<Net["dial"]>[1];
  const gone = await net.dial(at, options);
  if (gone.ok) gone.value.stream.destroy();
  await net.dial(at, options);
  const dialling = net.dial({ ...at, port: 26 }, options);
  net.sever();
  late.resolve();
  await dialling;
  expect(made).toHaveLength(3);
  expect(made.map(({ stream }) => stream.destroyed)).toEqual([true, true, true]);
  expect(await net.dial(at, options)).toEqual({ ok: false, error: "forbidden" });
  expect(made).toHaveLength(3);
});
