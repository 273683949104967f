/**
 * A story told live, as server-sent events:
 *
 *   event: story   id: its place in the story, from 0   data: one StoryEntry
 *   event: state   data: the message's summary, whenever it changed
 *   event: end     data: {"why": "done" | "gone" | "too-long"}
 *
 * A client that was cut off sends Last-Event-ID and gets what came after. `done`: every recipient has an outcome.
 */
import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import type { Clock } from "../base/index.ts";
import type { MessageStory } from "../queue/index.ts";
import type { ConsoleParts } from "./app.ts";
import { consoleLimits } from "./limits.ts";

export function storyFollower(parts: ConsoleParts): (context: Context, story: MessageStory) => Response {
  let followers = 0;
  return (context, story) => {
    if (followers >= consoleLimits.followersMax) return context.json({ error: "too many followers" }, 503);
    followers++;
    const from = /^\d{1,9}$/.exec(context.req.header("last-event-id") ?? "")?.[0];
    return streamSSE(context, async (stream) => {
      try {
        await tell(stream, parts, story, from === undefined ? 0 : Number(from) + 1);
      } finally {
        followers--;
      }
    });
  };
}

async function tell(stream: SSEStreamingApi, parts: ConsoleParts, first: MessageStory, from: number): Promise<void> {
  const { clock, queue } = parts;
  const bell = new Bell(clock);
  const stopListening = parts.onStory?.(first.id, () => bell.ring());
  stream.onAbort(() => bell.ring());
  const startedAt = clock.monotonic();
  const told: Told = { entries: new Set(), state: "", at: startedAt };
  for (const entry of first.story.slice(0, from)) told.entries.add(JSON.stringify(entry));
  try {
    let story: MessageStory | undefined = first;
    while (!stream.aborted) {
      if (story === undefined) return await end(stream, "gone");
      await tellNews(stream, story, told, clock);
      if (isDone(story)) return await end(stream, "done");
      if (clock.monotonic() - startedAt > consoleLimits.followMaxMs) return await end(stream, "too-long");
      await bell.wait(consoleLimits.followPollMs);
      story = await queue.show(first.id);
    }
  } finally {
    stopListening?.();
  }
}

/** What this follower has heard. Entries of attempts under way may change their places, so each is known by its text. */
interface Told {
  readonly entries: Set<string>;
  state: string;
  at: number;
}

async function tellNews(
  stream: SSEStreamingApi,
  { story, ...summary }: MessageStory,
  told: Told,
  clock: Clock,
): Promise<void> {
  const before = told.entries.size;
  for (const entry of story) {
    const data = JSON.stringify(entry);
    if (told.entries.has(data)) continue;
    await stream.writeSSE({ event: "story", id: String(told.entries.size), data });
    told.entries.add(data);
  }
  const state = JSON.stringify(summary);
  const isNews = state !== told.state || told.entries.size !== before;
  if (state !== told.state) await stream.writeSSE({ event: "state", data: state });
  else if (!isNews && clock.monotonic() - told.at > consoleLimits.followHeartbeatMs)
    await stream.write(": still here\n\n");
  else if (!isNews) return;
  told.state = state;
  told.at = clock.monotonic();
}

async function end(stream: SSEStreamingApi, why: "done" | "gone" | "too-long"): Promise<void> {
  await stream.writeSSE({ event: "end", data: JSON.stringify({ why }) });
}

function isDone(story: MessageStory): boolean {
  return story.deliveries.every((delivery) => delivery.state === "done");
}

/** Waits for the clock or for a ring, whichever comes first; a ring while nobody waits is kept. */
class Bell {
  readonly #clock: Clock;
  #rung = false;
  #answer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#answer?.();
  }

  async wait(atMostMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.after(atMostMs, resolve);
        this.#answer = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    this.#answer = undefined;
    this.#rung = false;
  }
}
