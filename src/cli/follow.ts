/** A message's story as it happens, one line for each stage, from the console's server-sent events. */
import type { Clock, Instant, StoryEntry } from "../base/index.ts";
import type { MessageSummary } from "../queue/index.ts";
import { printable, type CommandContext } from "./terminal.ts";

export type Outcome =
  /** Every recipient has an outcome; `returned`: how many did not get it. */
  | { readonly kind: "settled"; readonly returned: number }
  | { readonly kind: "waiting" }
  /** The story could not be read. */
  | { readonly kind: "unseen"; readonly detail: string };

export interface FollowRequest {
  /** Base URL of the console. */
  readonly http: string;
  readonly id: string;
  /** Milliseconds after which what is not settled counts as waiting. */
  readonly waitMs: number;
  readonly json: boolean;
  readonly clock: Clock;
}

const eventMaxChars = 1_048_576;

export async function followStory(context: CommandContext, request: FollowRequest): Promise<Outcome> {
  const controller = new AbortController();
  const timer = request.clock.after(request.waitMs, () => controller.abort());
  const until = request.clock.now() + request.waitMs;
  let summary: Omit<MessageSummary, "id"> | undefined;
  try {
    const url = new URL(`/stories/${request.id}`, request.http);
    const headers = { accept: "text/event-stream" };
    const response = await fetch(url, { headers, signal: controller.signal, redirect: "error" });
    if (!response.ok || response.body === null) return { kind: "unseen", detail: `${url.host}: ${response.status}` };
    for await (const { event, data } of eventsOf(response.body)) {
      if (event === "story") tellEntry(context, request, JSON.parse(data) as StoryEntry);
      if (event === "state") summary = JSON.parse(data) as MessageSummary;
      if (event === "end" || (summary !== undefined && sleepsBeyond(summary, until))) break;
    }
  } catch (error) {
    if (!controller.signal.aborted) return { kind: "unseen", detail: reasonOf(error) };
  } finally {
    timer.cancel();
    controller.abort();
  }
  return outcomeOf(summary);
}

/** Nothing more can happen before `until`: whatever is not done was tried, and its next attempt is later. */
function sleepsBeyond(summary: Omit<MessageSummary, "id">, until: Instant): boolean {
  return summary.deliveries.every(
    ({ state, attempts, dueAt }) =>
      state === "done" || state === "held" || (state === "waiting" && attempts > 0 && dueAt > until),
  );
}

function outcomeOf(summary: Omit<MessageSummary, "id"> | undefined): Outcome {
  const recipients = summary?.deliveries.flatMap((delivery) => delivery.recipients) ?? [];
  if (recipients.length === 0 || recipients.some(({ state }) => state.kind === "pending")) return { kind: "waiting" };
  return { kind: "settled", returned: recipients.filter(({ state }) => state.kind === "bounced").length };
}

function tellEntry({ terminal, words }: CommandContext, request: FollowRequest, entry: StoryEntry): void {
  if (request.json) terminal.out(JSON.stringify({ stage: "story", ...entry }));
  else terminal.out(`  ${printable(words.event(entry.event))}`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Server-sent events, as the HTML standard frames them; bounded. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      yield eventOf(text.slice(0, end));
      text = text.slice(end + 2);
    }
    if (text.length > eventMaxChars) throw new Error("the console sent too much");
  }
}

function eventOf(block: string): ServerEvent {
  const lines = block.split("\n");
  const field = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  return { event: field("event")[0] ?? "message", data: field("data").join("\n") };
}
