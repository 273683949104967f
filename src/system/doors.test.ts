import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { ip, type Endpoint, type Net, type Wire } from "../base/index.ts";
import { openDoors } from "./doors.ts";

const low: Endpoint = { address: ip("192.0.2.1"), port: 25 };
const other: Endpoint = { address: ip("192.0.2.1"), port: 2525 };

function fakeNet(refuse?: number) {
  const open = new Map<number, (wire: Wire) => void>();
  const log: string[] = [];
  const net: Net = {
    dial: () => Promise.reject(new Error("unused")),
    datagram: () => ({ send() {}, close() {} }),
    datagramAt: () => Promise.reject(new Error("unused")),
    listen(at, onConnection) {
      if (at.port === refuse) return Promise.reject(Object.assign(new Error("taken"), { code: "EADDRINUSE" }));
      log.push(`listen ${at.port}`);
      open.set(at.port, onConnection);
      return Promise.resolve({ local: at, close: async () => void log.push(`close ${at.port}`) });
    },
  };
  return { net, open, log };
}

function wire(): Wire {
  return { stream: new Duplex({ read() {}, write: (_, __, done) => done() }), local: low, remote: other };
}

test("who listens later gets the door that was opened before, and clients who waited at it", async () => {
  const { net, open, log } = fakeNet();
  const doors = await openDoors(net, [low]);
  const early = wire();
  open.get(25)?.(early);
  const got: Wire[] = [];
  const listener = await doors.net.listen(low, (one) => void got.push(one));
  const late = wire();
  open.get(25)?.(late);
  expect(got).toEqual([early, late]);
  expect(listener.local).toEqual(low);
  expect(log).toEqual(["listen 25"]);
});

test("other addresses are listened at as ever, and a door is given away once", async () => {
  const { net, log } = fakeNet();
  const doors = await openDoors(net, [low]);
  await doors.net.listen(other, () => {});
  await doors.net.listen(low, () => {});
  await doors.net.listen(low, () => {});
  expect(log).toEqual(["listen 25", "listen 2525", "listen 25"]);
});

test("if one cannot be opened none stays open", async () => {
  const { net, log } = fakeNet(2525);
  await expect(openDoors(net, [low, other])).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(log).toEqual(["listen 25", "close 25"]);
});

test("a door that nobody took is closed, with those who waited at it; one that was taken is its owner's", async () => {
  const { net, open, log } = fakeNet();
  const doors = await openDoors(net, [low, other]);
  const waiting = wire();
  open.get(25)?.(waiting);
  await doors.net.listen(other, () => {});
  await doors.close();
  expect(log).toEqual(["listen 25", "listen 2525", "close 25"]);
  expect(waiting.stream.destroyed).toBe(true);
});

test("those who wait are bounded", async () => {
  const { net, open } = fakeNet();
  await openDoors(net, [low]);
  const wires = Array.from({ length: 300 }, wire);
  for (const one of wires) open.get(25)?.(one);
  expect(wires.filter((one) => one.stream.destroyed).length).toBe(300 - 256);
});
