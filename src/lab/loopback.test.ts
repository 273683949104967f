import { describe, expect, test } from "vitest";
import { ip, type Endpoint } from "../base/index.ts";
import { systemNet } from "../system/index.ts";
import { assertInBounds, assertLoopback, enclosedOnly, isLoopback, loopbackOnly } from "./loopback.ts";

const addresses: readonly [address: string, loopback: boolean, why: string][] = [
  ["127.0.0.1", true, "the usual one"],
  ["127.255.255.254", true, "all of 127.0.0.0/8"],
  ["::1", true, "IPv6's"],
  ["0:0:0:0:0:0:0:1", true, "however it is written"],
  ["0.0.0.0", false, "every address of the machine"],
  ["::", false, "every address of the machine"],
  ["128.0.0.1", false, "just beyond"],
  ["126.255.255.255", false, "just before"],
  ["192.0.2.1", false, "elsewhere"],
  ["10.0.0.1", false, "private is not loopback"],
  ["fe80::1", false, "on the link"],
  ["::127.0.0.1", false, "only looks like it"],
  ["::ffff:127.0.0.1", false, "mapped addresses are not taken"],
  ["::ffff:192.0.2.1", false, "nor these"],
  ["2001:db8::1", false, "elsewhere"],
];
test.each(addresses)("%s is loopback: %s: %s", (text, loopback) => {
  const endpoint = { address: ip(text), port: 2525 };
  expect(isLoopback(endpoint.address)).toBe(loopback);
  if (loopback) expect(() => assertLoopback(endpoint)).not.toThrow();
  else expect(() => assertLoopback(endpoint)).toThrow(RangeError);
});

const elsewhere: Endpoint = { address: ip("192.0.2.1"), port: 25 };
const here: Endpoint = { address: ip("127.0.0.1"), port: 0 };

/** A net that says what reached it. */
function watched() {
  const reached: string[] = [];
  const net = loopbackOnly({
    dial: (to, options) => (reached.push(`dial ${to.address}`), systemNet.dial(to, options)),
    listen: (at, onConnection) => (reached.push(`listen ${at.address}`), systemNet.listen(at, onConnection)),
    datagram: () => ({ send: (_, to) => void reached.push(`send ${to.address}`), close() {} }),
    datagramAt: (at) => {
      reached.push(`bind ${at.address}`);
      return Promise.resolve({ send: (_, to) => void reached.push(`send ${to.address}`), close() {}, local: at });
    },
  });
  return { net, reached };
}

test("nothing that leaves the machine gets as far as the network", async () => {
  const { net, reached } = watched();
  const reasons: string[] = [];
  expect(await net.dial(elsewhere, { timeoutMs: 1000 })).toEqual({ ok: false, error: "forbidden" });
  await expect(net.listen({ address: ip("0.0.0.0"), port: 0 }, () => {})).rejects.toMatchObject({ code: "EACCES" });
  await expect(net.listen({ address: ip("::"), port: 0 }, () => {})).rejects.toMatchObject({ code: "EACCES" });
  await expect(net.datagramAt(elsewhere, () => {})).rejects.toMatchObject({ code: "EACCES" });
  net
    .datagram(
      4,
      () => {},
      (reason) => reasons.push(reason),
    )
    .send(new Uint8Array(), elsewhere);
  expect(reasons).toEqual(["forbidden"]);
  expect(reached).toEqual([]);
  (await net.datagramAt(here, () => {})).send(new Uint8Array(), elsewhere);
  expect(reached).toEqual(["bind 127.0.0.1"]);
});

test("loopback goes through: connections and datagrams, both ways", async () => {
  const net = loopbackOnly(systemNet);
  const heard = Promise.withResolvers<string>();
  const answered = Promise.withResolvers<string>();
  const server = await net.datagramAt(here, (payload, from) => {
    heard.resolve(Buffer.from(payload).toString());
    server.send(Buffer.from("pong"), from);
  });
  const client = net.datagram(4, (payload) => answered.resolve(Buffer.from(payload).toString()), answered.reject);
  client.send(Buffer.from("ping"), server.local);
  expect([await heard.promise, await answered.promise]).toEqual(["ping", "pong"]);
  client.close();
  server.close();
  const listener = await net.listen(here, (wire) => wire.stream.end());
  const dialled = await net.dial(listener.local, { timeoutMs: 1000 });
  expect(dialled.ok).toBe(true);
  if (dialled.ok) dialled.value.stream.destroy();
  await listener.close();
});

describe("an enclosure", () => {
  const inside = ["198.18.0.1", "198.19.255.254", "127.0.0.1", "::1"];
  const outside = ["198.17.255.255", "198.20.0.0", "192.0.2.1", "0.0.0.0", "::", "10.0.0.1", "::ffff:198.18.0.1"];

  test.each([[["lo", "eth0"]], [["eth0"]], [[]], [["lo", "lo"]], [["dummy0"]]])(
    "is none with the interfaces %j",
    (names) => {
      expect(() => enclosedOnly(systemNet, names)).toThrow(RangeError);
    },
  );

  test("adds the addresses for tests, and no other", async () => {
    const reached: string[] = [];
    const net = enclosedOnly(
      { ...systemNet, dial: (to) => (reached.push(to.address), Promise.resolve({ ok: false, error: "refused" })) },
      ["lo"],
    );
    for (const address of [...inside, ...outside])
      await net.dial({ address: ip(address), port: 25 }, { timeoutMs: 100 });
    expect(reached).toEqual(inside);
    for (const address of inside) expect(() => assertInBounds(net, { address: ip(address), port: 25 })).not.toThrow();
    for (const address of outside)
      expect(() => assertInBounds(net, { address: ip(address), port: 25 })).toThrow(RangeError);
    expect(loopbackOnly(net)).toBe(net);
  });

  test("a net without bounds is one for loopback", () => {
    expect(() => assertInBounds(systemNet, { address: ip("198.18.0.1"), port: 25 })).toThrow(RangeError);
    expect(() => assertInBounds(systemNet, { address: ip("127.0.0.1"), port: 25 })).not.toThrow();
  });
});
