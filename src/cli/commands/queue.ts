/**
 * `surehop queue …`: the operator's hand in the queue, beside a running relay or without one. `--json` prints what the queue
 * port gives: one array for `list`, one object for `show`, and one object for each change.
 */
import { displayDomain, parseDomain, type DomainName, type Instant, type MessageId } from "../../base/index.ts";
import type { DeliverySummary, MessageStory, MessageSummary, Queue } from "../../queue/index.ts";
import { systemClock } from "../../system/index.ts";
import { openOperatorQueue, operatorName, type QueueOptions } from "../operator.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

type Verb = "list" | "show" | "hold" | "release" | "retry" | "delete";
type ChangeVerb = Exclude<Verb, "list" | "show">;

interface ListOptions extends QueueOptions {
  readonly json?: boolean;
  readonly domain?: string;
  readonly which?: string;
  readonly limit?: string;
}

interface ChangeOptions extends QueueOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly domain?: string;
}

type Run = (context: CommandContext, options: never, ...args: string[]) => Promise<number>;

const listDefault = 100;
const listMax = 1000;
/** Messages that one `--all` changes; said if there are more. */
const changesMax = 100_000;

export const queueCommands = {
  list,
  show,
  hold: change("hold"),
  release: change("release"),
  retry: change("retry"),
  delete: change("delete"),
} satisfies Record<Verb, Run>;

async function list(context: CommandContext, options: ListOptions): Promise<number> {
  const { terminal, words } = context;
  const which = options.which ?? "open";
  const limit = Number(options.limit ?? listDefault);
  const domain = readDomain(context, options.domain);
  if (domain === "bad") return exitCodes.usage;
  if (!isWhich(which)) return usage(context, "cli-queue-bad-which", which);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > listMax) {
    return usage(context, "cli-queue-bad-limit", options.limit ?? "");
  }
  return withQueue(context, options, async (queue) => {
    const messages =
      (await queue?.list({ which, limit, ...(domain === undefined ? {} : { domain }) })) ?? ([] as MessageSummary[]);
    if (options.json === true) terminal.out(JSON.stringify(messages));
    else if (messages.length === 0) terminal.out(words.say("cli-queue-empty"));
    else for (const message of messages) tellMessage(context, message);
    if (options.json !== true && messages.length === limit) terminal.err(words.say("cli-queue-more", { limit }));
    return exitCodes.ok;
  });
}

async function show(context: CommandContext, options: QueueOptions & { json?: boolean }, id = ""): Promise<number> {
  return withQueue(context, options, async (queue) => {
    const story = await queue?.show(id as MessageId);
    if (story === undefined) return notFound(context, id);
    if (options.json === true) context.terminal.out(JSON.stringify(story));
    else tellStory(context, story);
    return exitCodes.ok;
  });
}

function change(verb: ChangeVerb) {
  return async (context: CommandContext, options: ChangeOptions, ...ids: string[]): Promise<number> => {
    const domain = readDomain(context, options.domain);
    if (domain === "bad") return exitCodes.usage;
    const ways = [ids.length > 0, options.all === true, domain !== undefined].filter(Boolean).length;
    if (ways !== 1) return usage(context, "cli-queue-which-messages", verb);
    return withQueue(context, options, async (queue) => {
      if (queue === undefined) return ids.length > 0 ? notFound(context, ids[0] ?? "") : exitCodes.ok;
      const targets = ids.length > 0 ? (ids as MessageId[]) : await openMessages(queue, domain);
      let failed = 0;
      for (const id of targets) {
        const done = await queue[verb](id, systemClock.now(), operatorName());
        if (!done) failed++;
        tellChange(context, options, verb, id, done);
      }
      if (options.json !== true)
        context.terminal.err(context.words.say("cli-queue-changed", { verb, count: targets.length - failed }));
      return failed === 0 || ids.length === 0 ? exitCodes.ok : exitCodes.failed;
    });
  };
}

async function withQueue(
  context: CommandContext,
  options: QueueOptions,
  work: (queue: Queue | undefined) => Promise<number>,
): Promise<number> {
  const opened = await openOperatorQueue(context, options);
  if (!opened.ok) return opened.error;
  try {
    return await work(opened.value);
  } finally {
    await opened.value?.close();
  }
}

/** Collected before anything changes, since changes would move the pages. */
async function openMessages(queue: Queue, domain: DomainName | undefined): Promise<readonly MessageId[]> {
  const ids: MessageId[] = [];
  let after: MessageId | undefined;
  while (ids.length < changesMax) {
    const page: readonly MessageSummary[] = await queue.list({
      limit: listMax,
      ...(after === undefined ? {} : { after }),
      ...(domain === undefined ? {} : { domain }),
    });
    ids.push(...page.map((message) => message.id));
    after = page.at(-1)?.id;
    if (page.length < listMax) break;
  }
  return ids;
}

function readDomain(context: CommandContext, text: string | undefined): DomainName | "bad" | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDomain(text);
  if (parsed.ok) return parsed.value;
  usage(context, "cli-queue-bad-domain", text);
  return "bad";
}

function usage({ terminal, words }: CommandContext, key: string, value: string): number {
  terminal.err(words.say(key, { value: printable(value) }));
  return exitCodes.usage;
}

function notFound({ terminal, words }: CommandContext, id: string): number {
  terminal.err(words.say("cli-queue-no-message", { id: printable(id) }));
  return exitCodes.failed;
}

function isWhich(text: string): text is "open" | "finished" | "all" {
  return ["open", "finished", "all"].includes(text);
}

function tellMessage({ terminal, words }: CommandContext, message: MessageSummary): void {
  terminal.out(
    words.say("cli-queue-message", {
      id: message.id,
      at: timeText(message.receivedAt),
      from: message.from === "" ? "<>" : printable(message.from),
      size: message.size,
    }),
  );
  for (const delivery of message.deliveries) terminal.out(`    ${deliveryText(words, delivery)}`);
}

function deliveryText(words: CommandContext["words"], delivery: DeliverySummary): string {
  return words.say("cli-queue-delivery", {
    domain: displayDomain(delivery.domain),
    state: delivery.state,
    at: timeText(delivery.dueAt),
    attempts: delivery.attempts,
    recipients: delivery.recipients.map((recipient) => printable(recipient.address)).join(", "),
  });
}

function tellStory(context: CommandContext, story: MessageStory): void {
  const { terminal, words } = context;
  tellMessage(context, story);
  terminal.out("");
  for (const entry of story.story) terminal.out(`${timeText(entry.at)}  ${words.event(entry.event)}`);
}

function tellChange(
  context: CommandContext,
  options: ChangeOptions,
  verb: ChangeVerb,
  id: string,
  done: boolean,
): void {
  if (options.json === true) context.terminal.out(JSON.stringify({ id, action: verb, done }));
  else if (!done) context.terminal.err(context.words.say("cli-queue-not-changed", { verb, id: printable(id) }));
}

/** Local time, to the second, in one notation everywhere. */
function timeText(at: Instant): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
