import { describe, expect, test } from "vitest";
import { manualClock } from "../../../test/support/clock.ts";
import type { MessageId, StoryEntry } from "../../base/index.ts";
import type { EventListener } from "../../system/index.ts";
import { Stories } from "./stories.ts";

const [one, two] = ["one", "two"] as MessageId[] as [MessageId, MessageId];
const entry = (at: number): StoryEntry => ({ at, event: { code: "held", by: "x" } });

function telling() {
  let tell: EventListener = () => {};
  const clock = manualClock();
  const relay = {
    onEvent(listener: EventListener) {
      tell = listener;
      return () => {};
    },
  };
  const stories = new Stories(relay, clock);
  return { stories, clock, tell: (message: MessageId, at: number): void => tell(message, entry(at)) };
}

async function collect(entries: AsyncIterable<StoryEntry>, into: number[]): Promise<void> {
  for await (const { at } of entries) into.push(at);
}

describe("stories", () => {
  const isLast = ({ at }: StoryEntry): boolean => at === 3;

  test("are told from the beginning, whenever one begins to listen", async () => {
    const { stories, tell } = telling();
    const heard: number[] = [];
    tell(one, 1);
    tell(two, 9);
    const end = collect(stories.follow(one, { isLast, atMostMs: 1000 }), heard);
    tell(one, 2);
    tell(one, 3);
    await end;
    expect(heard).toEqual([1, 2, 3]);
    expect(stories.messages()).toEqual([one, two]);
  });

  test("are told from the middle, if that is asked for", async () => {
    const { stories, tell } = telling();
    const heard: number[] = [];
    for (const at of [1, 2, 3]) tell(one, at);
    await collect(stories.follow(one, { from: 2, isLast, atMostMs: 1000 }), heard);
    expect(heard).toEqual([3]);
  });

  test("that do not end are left when the time is over", async () => {
    const { stories, tell, clock } = telling();
    const heard: number[] = [];
    const end = collect(stories.follow(one, { isLast, atMostMs: 1000 }), heard);
    await clock.advance(999);
    tell(one, 1);
    await clock.advance(1);
    await end;
    expect(heard).toEqual([1]);
  });

  test("are pushed to whoever wants them as they happen", () => {
    const { stories, tell } = telling();
    const heard: unknown[] = [];
    tell(one, 1);
    stories.pushTo((message, { at }) => void heard.push([message, at]));
    tell(two, 2);
    expect(heard).toEqual([[two, 2]]);
  });

  test("and other things can be waited for, a while", async () => {
    const { stories, clock } = telling();
    let happened = false;
    const yes = stories.until(() => happened, 1000);
    happened = true;
    await clock.advance(100);
    expect(await yes).toBe(true);
    const no = stories.until(() => false, 1000);
    await clock.advance(1100);
    expect(await no).toBe(false);
  });

  test("of a thousand messages are remembered", () => {
    const { stories, tell } = telling();
    for (let at = 0; at < 1_001; at++) tell(String(at) as MessageId, at);
    expect(stories.messages()).toHaveLength(1_000);
    expect(stories.of("0" as MessageId)).toEqual([]);
  });
});
