import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { err, noLog, ok, type Log } from "../../base/index.ts";
import { manualClock } from "../../../test/support/clock.ts";
import type { AskUpstream, TrustAnchor } from "../dnssec/types.ts";
import { name } from "../message.cases.ts";
import type { Message } from "../message.ts";
import { createAnchorKeeper, type AnchorKeeper, type AnchorStore } from "./keeper.ts";
import { rootAnchors } from "./root.ts";
import { anchorFor, dayMs, keys, published, startAt, zone, type Published } from "./zone.cases.ts";

const seeds = [anchorFor(keys.a)];
const shown = (signedBy: readonly string[], ...all: readonly string[]): Published => ({ keys: all, signedBy });

interface Disk extends AnchorStore {
  text: string | undefined;
  writes: number;
}

function disk(text?: string): Disk {
  return {
    text,
    writes: 0,
    read() {
      return this.text;
    },
    write(written) {
      this.text = written;
      this.writes++;
    },
  };
}

interface Stage {
  readonly keeper: AnchorKeeper;
  readonly logged: string[];
  readonly tags: () => readonly number[];
}

function keeperOn(store: AnchorStore, clock = manualClock(startAt), own: readonly TrustAnchor[] = []): Stage {
  const logged: string[] = [];
  const say =
    (level: string): Log["info"] =>
    (message) =>
      void logged.push(`${level} ${message}`);
  const log: Log = { ...noLog, info: say("info"), warn: say("warn"), error: say("error") };
  const keeper = createAnchorKeeper({ clock, log, store, seeds, own });
  return { keeper, logged, tags: () => keeper.anchors().map(({ keyTag }) => keyTag) };
}

const says =
  (set: Published): AskUpstream =>
  () =>
    Promise.resolve(ok(published(set)));

test("what was learned is written down, and counts after a restart", async () => {
  const clock = manualClock(startAt);
  const store = disk();
  const first = keeperOn(store, clock);
  expect(first.tags()).toEqual([keys.a.tag]);
  expect(first.keeper.list()).toMatchObject([{ keyTag: keys.a.tag, source: "built-in", state: "unseen" }]);
  await first.keeper.look(says(shown(["a"], "a", "b")));
  expect(first.tags(), "thirty days are not over").toEqual([keys.a.tag]);
  await clock.advance(31 * dayMs);
  const second = keeperOn(store, clock);
  expect(second.logged).toEqual([]);
  await second.keeper.look(says(shown(["a"], "a", "b")));
  expect(second.tags()).toEqual([keys.a.tag, keys.b.tag]);
  const third = keeperOn(store, clock);
  expect(third.tags()).toEqual([keys.a.tag, keys.b.tag]);
  expect(
    third.keeper
      .list()
      .map(({ keyTag, source, state }) => `${keyTag} ${source} ${state}`)
      .toSorted(),
  ).toEqual([`${keys.a.tag} built-in valid`, `${keys.b.tag} learned valid`].toSorted());
});

test("a revocation outlives a restart, though the key is built in", async () => {
  const store = disk();
  const first = keeperOn(store);
  const before = first.keeper.anchors();
  expect(first.keeper.anchors(), "the same array while nothing changes").toBe(before);
  await first.keeper.look(says(shown(["!a"], "!a")));
  expect(first.tags(), "no key fits what is left, which is not the same as nothing").toEqual([0]);
  expect(first.logged.at(-1)).toMatch(/every trust anchor of a zone was revoked/);
  expect(keeperOn(store).tags()).toEqual([0]);
});

test("what was learned of a zone that is no longer followed is neither believed nor kept", async () => {
  const store = disk();
  await keeperOn(store).keeper.look(says(shown(["a"], "a", "b")));
  store.text = store.text?.replace('"anchored.test"', '"elsewhere.test"');
  const { keeper, tags } = keeperOn(store);
  expect(tags()).toEqual([keys.a.tag]);
  await keeper.look(says(shown(["a"], "a")));
  expect(store.text).not.toContain("elsewhere");
});

test("nothing is written while nothing changes", async () => {
  const store = disk();
  const { keeper } = keeperOn(store);
  await keeper.look(says(shown(["a"], "a")));
  await keeper.look(says(shown(["a"], "a")));
  expect(store.writes).toBe(1);
});

describe("a memory that cannot be read is said to the log, and the built-in keys stay", () => {
  const good = async (): Promise<string> => {
    const store = disk();
    await keeperOn(store).keeper.look(says(shown(["a", "b"], "a", "b")));
    return store.text ?? "";
  };
  const cases: readonly (readonly [what: string, spoil: (text: string) => string])[] = [
    ["an empty file", () => ""],
    ["half a file", (text) => text.slice(0, text.length / 2)],
    ["not JSON", () => "; trust anchors"],
    ["JSON of another kind", () => "[]"],
    ["another version", (text) => text.replace('"version": 1', '"version": 2')],
    ["zones that are none", (text) => text.replace('"anchored.test"', '"a..b"')],
    ["keys that are no list", () => '{"version":1,"zones":{"anchored.test":{}}}'],
    ["a key that is none", () => '{"version":1,"zones":{"anchored.test":[7]}}'],
    ["a state that there is not", (text) => text.replace('"add-pend"', '"trusted"')],
    ["a time that is none", (text) => text.replace(/"since": "[^"]*"/, '"since": "soon"')],
    ["a wait without an end", (text) => text.replace(/"until": "[^"]*",\s*/, "")],
    [
      "a key that was changed",
      (text) => text.replace(/"publicKey": "(.)/, (_, first) => `"publicKey": "${first === "A" ? "B" : "A"}`),
    ],
    ["too much", (text) => text + " ".repeat(300_000)],
  ];
  test.each(cases)("%s", async (_, spoil) => {
    const text = await good();
    const spoiled = spoil(text);
    expect(spoiled, "the case changes something").not.toBe(text);
    const { tags, logged, keeper } = keeperOn(disk(spoiled));
    expect(tags()).toEqual([keys.a.tag]);
    expect(logged).toEqual([expect.stringMatching(/^error the trust anchors on disk cannot be read/)]);
    await keeper.look(says(shown(["a"], "a")));
    expect(tags()).toEqual([keys.a.tag]);
  });

  test("a disk that fails", async () => {
    const broken: AnchorStore = {
      read: () => {
        throw new Error("EIO");
      },
      write: () => {
        throw new Error("ENOSPC");
      },
    };
    const { tags, logged, keeper } = keeperOn(broken);
    await keeper.look(says(shown(["!a", "b"], "!a", "b")));
    expect(tags(), "what was learned counts until the end").toEqual([0]);
    expect(logged.filter((line) => line.startsWith("error"))).toHaveLength(3);
  });

  test("any byte of it changed: it is left out, or says the same, or no key is believed that was not", async () => {
    const text = await good();
    assert(
      property(
        array(nat(text.length - 1), { minLength: 1, maxLength: 3 }),
        constantFrom("0", "A", '"', " ", "\n", "}"),
        (places, by) => {
          const bytes = [...text];
          for (const place of places) bytes[place] = by;
          const { tags } = keeperOn(disk(bytes.join("")));
          expect(tags()).toEqual([keys.a.tag]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("looking", () => {
  const outcomes: readonly (readonly [what: string, ask: AskUpstream, outcome: string])[] = [
    ["a proven set", says(shown(["a"], "a")), "proven"],
    ["a set of somebody else's", says(shown(["b"], "b")), "unproven"],
    [
      "an answer without keys",
      () => Promise.resolve(ok({ ...published(shown(["a"], "a")), answers: [] } as Message)),
      "unproven",
    ],
    ["silence", () => Promise.resolve(err({ failure: "timeout", detail: "no answer" })), "no-answer"],
    ["an ask that breaks its promise", () => Promise.reject(new Error("a bug")), "no-answer"],
  ];
  test.each(outcomes)("%s", async (_, ask, outcome) => {
    const { keeper, tags } = keeperOn(disk());
    expect(await keeper.look(ask)).toMatchObject([{ zone, outcome }]);
    expect(tags()).toEqual([keys.a.tag]);
  });

  test("goes on by itself, as often as the zone's TTL says, until it is closed", async () => {
    const clock = manualClock(startAt);
    const asked: number[] = [];
    const { keeper } = keeperOn(disk(), clock);
    keeper.start((name, type) => {
      expect([name, type]).toEqual([zone, "DNSKEY"]);
      asked.push(clock.monotonic() / 3_600_000);
      return Promise.resolve(ok(published({ ...shown(["a"], "a"), ttlSeconds: 4 * 3600 })));
    });
    await clock.advance(5 * 3_600_000);
    expect(asked).toEqual([0, 2, 4]);
    keeper.close();
    await clock.advance(dayMs);
    expect(asked).toHaveLength(3);
  });
});

test("an operator's own anchors stand as they are; with a root of his own nothing else counts and nothing is asked", async () => {
  const own: TrustAnchor = { ...anchorFor(keys.b), zone: name("corp.test") };
  const beside = keeperOn(disk(), manualClock(startAt), [own]);
  expect(beside.tags()).toEqual([keys.a.tag, keys.b.tag]);
  expect(beside.keeper.list()).toMatchObject([{ source: "built-in" }, { source: "own", state: "valid" }]);
  const ownRoot: TrustAnchor = { ...anchorFor(keys.b), zone: name(".") };
  const instead = keeperOn(disk(), manualClock(startAt), [ownRoot]);
  expect(instead.keeper.anchors()).toEqual([ownRoot]);
  expect(await instead.keeper.look(says(shown(["a"], "a")))).toEqual([]);
});

test("the root's keys are followed unless something else is said", () => {
  const keeper = createAnchorKeeper({ clock: manualClock(), log: noLog, store: disk() });
  expect(keeper.anchors()).toEqual(rootAnchors);
});
