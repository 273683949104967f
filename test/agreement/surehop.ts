/** Our own relay as a sender, validating for itself over the sandbox's name server. */
import type { EventCode, MailEvent, MessageId } from "../../src/base/index.ts";
import { eventually } from "../peers/wait.ts";
import { leapingClock, type LeapingClock } from "../support/clock.ts";
import { runRelay, type TestRelay } from "../support/relay.ts";
import { handIn, idOf } from "../support/sender.ts";
import { sentFrom, type Attempts, type Level, type Outcome, type Sender } from "./outcome.ts";
import type { Sandbox } from "./sandbox.ts";

const patienceMs = 120_000;

export async function surehopAt(level: Level, { port, authority, nameserver }: Sandbox): Promise<Sender> {
  const require = level === "secure" ? 'require = "authenticated"\n' : "";
  const clock = leapingClock();
  const relay = await runRelay({
    nameserver,
    smtpPort: port,
    clock,
    authority,
    toml: `[policy]\n${require}authorities = CA\nmta_sts = false\n`,
  });
  return {
    name: `Surehop, ${level === "secure" ? 'require = "authenticated"' : "default"}`,
    async send(domains, mailbox) {
      const first = await handed(relay, domains, mailbox);
      await leapToRetry(relay, clock, [...first.values()]);
      const all = new Map<string, Attempts>();
      for (const [domain, { id, outcome }] of first) {
        all.set(domain, outcome === "deferred" ? [outcome, await attempted(relay, id, 2)] : [outcome]);
      }
      return all;
    },
    close: () => relay.close(),
  };
}

interface Handed {
  readonly id: MessageId;
  readonly outcome: Outcome;
}

async function handed(
  relay: TestRelay,
  domains: readonly string[],
  mailbox: string,
): Promise<ReadonlyMap<string, Handed>> {
  const replies = await handIn(
    relay.localPort,
    domains.map((domain) => ({ from: sentFrom, to: [`${mailbox}@${domain}`], content: `Subject: ${domain}\n\nx\n` })),
  );
  const first = new Map<string, Handed>();
  for (const [place, domain] of domains.entries()) {
    const id = idOf(replies[place] ?? "") as MessageId;
    first.set(domain, { id, outcome: await attempted(relay, id, 1) });
  }
  return first;
}

async function leapToRetry(relay: TestRelay, clock: LeapingClock, all: readonly Handed[]): Promise<void> {
  const dueAt = [clock.now()];
  for (const { id, outcome } of all) {
    if (outcome !== "deferred") continue;
    const { deliveries } = await relay.story(id);
    dueAt.push(...deliveries.map((delivery) => delivery.dueAt));
  }
  clock.leap(Math.max(...dueAt) - clock.now() + 1);
}

const telling: readonly EventCode[] = ["delivered", "deferred", "bounced"];

/** The outcome of the message's `count`th attempt, once it is stored. */
function attempted(relay: TestRelay, id: MessageId, count: number): Promise<Outcome> {
  return eventually(`attempt ${count} at ${id}`, patienceMs, async () => {
    const { story, deliveries } = await relay.story(id);
    if (deliveries.some(({ state }) => state === "leased")) return undefined;
    const event = story.map((entry) => entry.event).filter(({ code }) => telling.includes(code))[count - 1];
    return event && outcomeOf(event);
  });
}

function outcomeOf(event: MailEvent): Outcome {
  switch (event.code) {
    case "delivered":
      if (event.level === "cleartext") return "clear";
      return event.level === "authenticated" ? "verified" : "unverified";
    case "deferred":
    case "bounced":
      return event.code;
    default:
      throw new Error(`${event.code} is no outcome`);
  }
}
