import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { manualClock, type ManualClock } from "../../../test/support/clock.ts";
import { loopbackNet } from "../../../test/support/receiver.ts";
import {
  err,
  ip,
  limits,
  noMetrics,
  ok,
  type DialFault,
  type IpAddress,
  type Net,
  type Wire,
} from "../../base/index.ts";
import { dialHost, interleave } from "./dial.ts";

const v4 = ["192.0.2.1", "192.0.2.2"].map(ip);
const v6 = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(ip);

test("MX-6 the families take turns, beginning with the first address's", () => {
  expect(interleave([...v6, ...v4])).toEqual([v6[0], v4[0], v6[1], v4[1], v6[2]]);
  expect(interleave([...v4, ...v6])).toEqual([v4[0], v6[0], v4[1], v6[1], v6[2]]);
  expect(interleave(v4)).toEqual(v4);
  expect(interleave([])).toEqual([]);
});

/** What becomes of an address: a fault or a connection, after so many milliseconds. */
type Fate = readonly [afterMs: number, outcome: "up" | DialFault];

describe("MX-6", () => {
  test.each<[string, readonly Fate[], string, number, number]>([
    [
      "the first address answers: no other is dialled",
      [
        [10, "up"],
        [10, "up"],
      ],
      "192.0.2.1",
      10,
      1,
    ],
    [
      "the first is refused: the next at once",
      [
        [5, "refused"],
        [5, "up"],
      ],
      "192.0.2.2",
      10,
      2,
    ],
    [
      "the first is silent: the next after the stagger",
      [
        [60_000, "up"],
        [5, "up"],
      ],
      "192.0.2.2",
      limits.dialStaggerMs + 5,
      2,
    ],
    [
      "the first answers late, but first",
      [
        [2_500, "up"],
        [1_000, "up"],
      ],
      "192.0.2.1",
      2_500,
      2,
    ],
    [
      "all refused",
      [
        [5, "refused"],
        [5, "unreachable"],
      ],
      "refused",
      10,
      2,
    ],
    [
      "our own side is short",
      [
        [5, "refused"],
        [5, "resources"],
      ],
      "resources",
      10,
      2,
    ],
    ["no address", [], "unreachable", 0, 0],
  ])("%s", async (_, fates, outcome, atMs, dials) => {
    const clock = manualClock();
    const world = worldOf(clock, fates);
    const events: string[] = [];
    let seen: { who: string; at: number } | undefined;
    const request = {
      host: "mx.example.org",
      addresses: v4.slice(0, fates.length),
      port: 25,
      onEvent: (event: { code: string }) => events.push(event.code),
    };
    void dialHost({ net: world.net, clock, metrics: noMetrics }, request).then((result) => {
      seen = { who: result.ok ? result.value.remote.address : result.error, at: clock.monotonic() };
    });
    await clock.advance(120_000);
    expect(seen).toEqual({ who: outcome, at: atMs });
    expect(world.dialled).toHaveLength(dials);
    expect(events.filter((code) => code === "connected")).toHaveLength(outcome.includes(".") ? 1 : 0);
    // Whoever comes second is closed.
    expect(world.wires.filter((wire) => !wire.stream.destroyed)).toHaveLength(outcome.includes(".") ? 1 : 0);
  });
  test("given up: the attempts under way are aborted", async () => {
    const clock = manualClock();
    const world = worldOf(clock, [
      [60_000, "up"],
      [60_000, "up"],
    ]);
    const control = new AbortController();
    const dialling = dialHost(
      { net: world.net, clock, metrics: noMetrics },
      { host: "x", addresses: v4, port: 25, onEvent() {}, signal: control.signal },
    );
    await clock.advance(limits.dialStaggerMs);
    expect(world.dialled).toHaveLength(2);
    control.abort();
    expect(await dialling).toEqual(err("timeout"));
    expect(world.aborted()).toBe(2);
  });
  test("no more addresses than the limit are tried", async () => {
    const clock = manualClock();
    const addresses = Array.from({ length: 50 }, (_, at) => ip(`192.0.2.${at + 1}`));
    const world = worldOf(
      clock,
      addresses.map((): Fate => [1, "refused"]),
    );
    const dialling = dialHost(
      { net: world.net, clock, metrics: noMetrics },
      { host: "x", addresses, port: 25, onEvent() {} },
    );
    await clock.advance(1_000);
    expect(await dialling).toEqual(err("refused"));
    expect(world.dialled).toHaveLength(limits.addressesPerHostMax);
  });
});

function worldOf(clock: ManualClock, fates: readonly Fate[]) {
  const dialled: IpAddress[] = [];
  const wires: Wire[] = [];
  const signals: AbortSignal[] = [];
  const net: Net = {
    ...loopbackNet,
    dial: (to, options) =>
      new Promise((resolve) => {
        const [afterMs, outcome] = fates[dialled.length] ?? [0, "unreachable"];
        dialled.push(to.address);
        if (options.signal !== undefined) signals.push(options.signal);
        clock.after(afterMs, () => {
          if (outcome !== "up") return resolve(err(outcome));
          const wire = { stream: new PassThrough(), local: to, remote: to };
          wires.push(wire);
          resolve(ok(wire));
        });
      }),
  };
  return { net, dialled, wires, aborted: () => signals.filter((signal) => signal.aborted).length };
}
