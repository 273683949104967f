/**
 * A story as it is stored. Each change that tells something adds a block: its serial number and its events. A message's own
 * blocks stand in its row and each delivery's in its own, so that settling one delivery rewrites one row; read together they
 * are ordered by serial number, which is the order in which they were written, whatever clocks did.
 */
import { limits, type StoryEntry } from "../../base/index.ts";

export interface StoredStory {
  /** Events left out between the first and the latest. */
  readonly omitted?: number;
  readonly blocks: readonly (readonly [serial: number, events: readonly StoryEntry[]])[];
}

type Block = StoredStory["blocks"][number];

/** Of what is kept, this part is the beginning; the rest is the latest. */
const beginningPart = 0.2;
/** However many deliveries share a message's limit. */
const eventsPerDeliveryMin = 20;

/** A story's text with one block: what almost every row needs. `events` is JSON of an array. */
export function firstBlock(serial: number, events: string): string {
  return `{"blocks":[[${serial},${events}]]}`;
}

/** How many events one of `rows` rows of a message may hold. */
export function rowEventsMax(rows: number): number {
  return Math.max(eventsPerDeliveryMin, Math.floor(limits.storyEventsMax / rows));
}

/** Adds a block, keeping the first and the latest events if they become more than `max`. */
export function withBlock(stored: string | null, serial: number, events: string, max: number): string {
  if (stored === null) return events === "[]" ? firstBlock(serial, events) : bound(firstBlock(serial, events), max);
  const story = parseStory(stored);
  return JSON.stringify(
    trim({ ...story, blocks: [...story.blocks, [serial, JSON.parse(events) as StoryEntry[]]] }, max),
  );
}

export function parseStory(stored: string | null): StoredStory {
  return stored === null ? { blocks: [] } : (JSON.parse(stored) as StoredStory);
}

/** The parts of one message's story as one, at most `limits.storyEventsMax` events. */
export function mergeStories(parts: readonly StoredStory[]): {
  readonly story: StoryEntry[];
  readonly omitted: number;
} {
  const blocks = parts.flatMap((part) => part.blocks).sort((a, b) => a[0] - b[0]);
  const before = parts.reduce((sum, part) => sum + (part.omitted ?? 0), 0);
  const { blocks: kept, omitted = 0 } = trim({ omitted: before, blocks }, limits.storyEventsMax);
  return { story: kept.flatMap(([, events]) => events), omitted };
}

function bound(text: string, max: number): string {
  // An event is never shorter than this: most texts need not be parsed to be counted.
  if (text.length < max * 30) return text;
  return JSON.stringify(trim(JSON.parse(text) as StoredStory, max));
}

function trim(story: StoredStory, max: number): StoredStory {
  const count = story.blocks.reduce((sum, [, events]) => sum + events.length, 0);
  if (count <= max) return story;
  const beginning = Math.ceil(max * beginningPart);
  const dropTo = count - (max - beginning);
  let index = 0;
  const blocks: Block[] = [];
  for (const [serial, events] of story.blocks) {
    const kept = events.filter((_, at) => index + at < beginning || index + at >= dropTo);
    index += events.length;
    if (kept.length > 0) blocks.push([serial, kept]);
  }
  return { omitted: (story.omitted ?? 0) + count - max, blocks };
}
