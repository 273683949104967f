import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { address, domain, type EnvelopeRecipient, type MessageId, type Notify } from "../base/index.ts";
import type { Delivery, DeliveryId, Lease } from "../queue/index.ts";
import type { SmtpSession } from "../smtp/index.ts";
import { noExposure } from "../words/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { fakeQueue } from "../../test/support/intake.ts";
import { noMetrics } from "../base/index.ts";
import type { Problem, RecipientOutcome } from "./attempt.ts";
import { parseMemo } from "./memo.ts";
import { sendNotices } from "./notices.ts";
import { SessionPool, poolLimits } from "./pool.ts";
import { nextAttemptAt } from "./retry.ts";
import { deliveryDefaults, type DeliverySettings } from "./settings.ts";
import { judge, problemEvents, stateAfter } from "./verdict.ts";

const hourMs = 3_600_000;
const settings: DeliverySettings = {
  ...deliveryDefaults,
  hostname: domain("relay.example"),
  heloName: domain("relay.example"),
  ownNames: [],
  ownAddresses: [],
  rules: [],
  defaultRequire: "cleartext",
  smtpPort: 25,
  allowPrivateAddresses: false,
  logAddresses: true,
  languageOf: ({ language }) => (language === "zh-CN" ? "zh-CN" : "en"),
};
const content = Buffer.from("From: a@source.example\r\nSubject: hi\r\n\r\nhello\r\n");

function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: "1" as DeliveryId,
    message: "M".repeat(26) as MessageId,
    domain: domain("safe.example"),
    envelope: {
      from: address("alice@source.example"),
      body: "7bit",
      smtpUtf8: false,
      requireTls: false,
      receivedAt: 0,
    },
    recipients: [{ address: address("bob@safe.example"), state: { kind: "pending" } }],
    facts: { size: content.length, has8bit: false, headerHas8bit: false, longestLine: 22 },
    attempts: 0,
    memo: null,
    ...changes,
  };
}

function lease(changes: Partial<Delivery> = {}): Lease {
  return {
    delivery: delivery(changes),
    leasedUntil: Infinity,
    inline: content,
    async *content() {
      yield content;
    },
  };
}

const unproven: Problem = { kind: "defer", reason: "unproven", forSafety: true, host: "mx", fault: "handshake-reset" };
const away: Problem = { kind: "defer", reason: "unreachable", forSafety: false, host: "mx" };
const rejected: Problem = {
  kind: "bounce",
  reason: "peer-rejected",
  host: "mx",
  reply: { code: 550, enhanced: "5.1.1", lines: ["no such user"] },
};

function outcome(problem: Problem, notify?: Notify, name = "bob"): RecipientOutcome {
  const recipient: EnvelopeRecipient = {
    address: address(`${name}@safe.example`),
    ...(notify === undefined ? {} : { notify }),
  };
  return { recipient: { ...recipient, state: { kind: "pending" } }, state: { kind: "pending" }, problem };
}

describe("retries", () => {
  test("each wait is longer than the one before, up to the longest, within 20 % of jitter (RFC 5321 §4.5.4.1)", () => {
    const property = fc.property(fc.integer({ min: 1, max: 500 }), fc.integer(), (attempts, seed) => {
      const random = seededRandom(seed);
      const wait = nextAttemptAt(1_000, attempts, settings, random) - 1_000;
      const grown = Math.min(settings.retryFirstMs * 1.8 ** (attempts - 1), settings.retryMaxMs);
      return wait >= grown * 0.8 - 1 && wait <= grown * 1.2 + 1;
    });
    fc.assert(property);
  });
});

describe("what an attempt means", () => {
  const random = seededRandom(1);
  const memo = { history: {}, delayNoticed: false, exposure: noExposure };

  test.each([
    { what: "held for safety", problem: unproven, now: 50 * 60_000, due: hourMs },
    { what: "unreachable", problem: away, now: 3.8 * hourMs, due: 4 * hourMs },
  ])("DSN-3 $what: the next attempt is not later than the notice is due", ({ problem, now, due }) => {
    const judged = judge(delivery({ attempts: 9 }), [outcome(problem)], { settings, random, memo, now });
    expect(judged.retryAt).toBe(due);
    const told = judge(delivery({ attempts: 9 }), [outcome(problem)], {
      settings,
      random,
      memo: { ...memo, delayNoticed: true },
      now,
    });
    expect(told.retryAt).toBeGreaterThan(due);
  });

  test("a message past its lifetime comes back, and says what it had waited for", () => {
    const now = settings.lifetimeMs;
    const { outcomes } = judge(delivery({ attempts: 40 }), [outcome(unproven)], { settings, random, memo, now });
    expect(outcomes[0]?.problem).toMatchObject({
      kind: "bounce",
      reason: "lifetime-over",
      after: "unproven",
      fault: "handshake-reset",
    });
    expect(outcomes.map((one) => stateAfter(one, now))).toEqual([
      { kind: "bounced", at: now, reason: "lifetime-over" },
    ]);
  });

  test("the last attempt is not later than the end of the lifetime", () => {
    const now = settings.lifetimeMs - 60_000;
    const judged = judge(delivery({ attempts: 40 }), [outcome(away)], { settings, random, memo, now });
    expect(judged.retryAt).toBe(settings.lifetimeMs);
  });

  test("recipients that share a problem share an event", () => {
    const outcomes = [outcome(away, undefined, "a"), outcome(rejected, undefined, "b"), outcome(away, undefined, "c")];
    expect(problemEvents(delivery(), outcomes, 7)).toMatchObject([
      { code: "deferred", recipients: ["a@safe.example", "c@safe.example"], retryAt: 7 },
      { code: "bounced", recipients: ["b@safe.example"], reason: "peer-rejected" },
    ]);
  });
});

describe("notices", () => {
  const send = async (
    outcomes: readonly RecipientOutcome[],
    { now = 0, delayNoticed = false, ...changes }: Partial<Delivery> & { now?: number; delayNoticed?: boolean } = {},
  ) => {
    const queue = fakeQueue();
    const deps = { queue, settings, random: seededRandom(3), metrics: noMetrics };
    const request = { lease: lease(changes), outcomes, now, retryAt: now + 1, exposure: noExposure, delayNoticed };
    return { ...(await sendNotices(deps, request)), messages: queue.messages };
  };
  const arrived = (peerHasDsn: boolean, notify?: Notify): RecipientOutcome => {
    const { problem: _, ...rest } = outcome(away, notify);
    return {
      ...rest,
      state: { kind: "delivered", at: 0, level: "authenticated", host: "mx" },
      delivered: {
        host: "mx",
        level: "authenticated",
        proof: "rule-names",
        reply: { code: 250, lines: ["ok"] },
        peerHasDsn,
      },
    };
  };

  const cases: readonly {
    readonly what: string;
    readonly outcomes: readonly RecipientOutcome[];
    readonly given?: Parameters<typeof send>[1];
    readonly actions: readonly string[];
    readonly codes: readonly string[];
  }[] = [
    { what: "DSN-1 a rejection is told", outcomes: [outcome(rejected)], actions: ["failed"], codes: ["bounce-sent"] },
    {
      what: "DSN-1 NOTIFY=NEVER: nothing is told, and the story says so",
      outcomes: [outcome(rejected, "never")],
      actions: [],
      codes: ["bounce-suppressed"],
    },
    {
      what: "DSN-1 NOTIFY=DELAY: a failure is not told",
      outcomes: [outcome(rejected, ["delay"])],
      actions: [],
      codes: ["bounce-suppressed"],
    },
    {
      what: "DSN-1 the null sender gets no bounce",
      outcomes: [outcome(rejected)],
      given: { envelope: { ...delivery().envelope, from: null } },
      actions: [],
      codes: ["bounce-suppressed"],
    },
    {
      what: "DSN-3 held for safety, 59 minutes: not yet",
      outcomes: [outcome(unproven)],
      given: { now: 59 * 60_000 },
      actions: [],
      codes: [],
    },
    {
      what: "DSN-3 held for safety, an hour: told",
      outcomes: [outcome(unproven)],
      given: { now: hourMs },
      actions: ["delayed"],
      codes: ["delay-notice-sent"],
    },
    {
      what: "DSN-3 told once",
      outcomes: [outcome(unproven)],
      given: { now: 9 * hourMs, delayNoticed: true },
      actions: [],
      codes: [],
    },
    {
      what: "DSN-3 unreachable for an hour: not yet",
      outcomes: [outcome(away)],
      given: { now: hourMs },
      actions: [],
      codes: [],
    },
    {
      what: "DSN-3 unreachable for four hours: told",
      outcomes: [outcome(away)],
      given: { now: 4 * hourMs },
      actions: ["delayed"],
      codes: ["delay-notice-sent"],
    },
    {
      what: "DSN-1 NOTIFY=FAILURE: a delay is not told",
      outcomes: [outcome(unproven, ["failure"])],
      given: { now: 9 * hourMs },
      actions: [],
      codes: [],
    },
    {
      what: "DSN-1 NOTIFY=SUCCESS, a next server without DSN: told here",
      outcomes: [arrived(false, ["success"])],
      actions: ["relayed"],
      codes: [],
    },
    {
      what: "DSN-1 NOTIFY=SUCCESS, a next server with DSN: it will tell",
      outcomes: [arrived(true, ["success"])],
      actions: [],
      codes: [],
    },
    { what: "DSN-1 success is not told unasked", outcomes: [arrived(false)], actions: [], codes: [] },
  ];
  test.each(cases)("$what", async ({ outcomes, given, actions, codes }) => {
    const sent = await send(outcomes, given);
    expect(sent.events.map(({ code }) => code)).toEqual(codes);
    expect(sent.messages.map((message) => /^Action: (\w+)/m.exec(message.content)?.[1])).toEqual(actions);
    for (const { envelope, events } of sent.messages) {
      expect(envelope.from).toBeNull();
      expect(envelope.recipients.map((one) => one.address.local)).toEqual(["alice"]);
      expect(events.map(({ event }) => event.code)).toEqual(["accepted", "notice-about"]);
    }
  });

  test("DSN-2 a Chinese account reads a Chinese bounce", async () => {
    const sent = await send([outcome(rejected)], { envelope: { ...delivery().envelope, language: "zh-CN" } });
    const [notice] = sent.messages;
    expect(notice?.content).toContain("Content-Language: zh-CN");
  });

  test("a queue that takes no notice makes it reject, so that nothing is settled as final", async () => {
    const queue = fakeQueue();
    queue.failCommit = () => {
      throw new Error("full");
    };
    const deps = { queue, settings, random: seededRandom(3), metrics: noMetrics };
    const request = {
      lease: lease(),
      outcomes: [outcome(rejected)],
      now: 0,
      retryAt: 1,
      exposure: noExposure,
      delayNoticed: false,
    };
    await expect(sendNotices(deps, request)).rejects.toThrow("full");
    expect(queue.open).toBe(0);
  });
});

describe("what is remembered", () => {
  test("a memo that cannot be read is one that remembers nothing, and never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        const memo = parseMemo(stored);
        return typeof memo.delayNoticed === "boolean" && typeof memo.history === "object";
      }),
    );
  });
});

describe("trap 26 connections kept open", () => {
  const session = (): SmtpSession & { quits: number } => {
    const fake = { closed: false, quits: 0, quit: () => Promise.resolve(void fake.quits++) };
    return fake as unknown as SmtpSession & { quits: number };
  };

  test("are found again under the very key that they were put away with, and once", () => {
    const pool = new SessionPool(manualClock());
    const pooled = { session: session(), carried: 1 };
    pool.put("safe.example 25 authenticated mx", pooled);
    expect(pool.take("safe.example 25 encrypted mx")).toBeUndefined();
    expect(pool.take("other.example 25 authenticated mx")).toBeUndefined();
    expect(pool.take("safe.example 25 authenticated mx")).toBe(pooled);
    expect(pool.take("safe.example 25 authenticated mx")).toBeUndefined();
  });

  test("are closed when nobody has needed them for a while, and never pile up", async () => {
    const clock = manualClock();
    const pool = new SessionPool(clock);
    const sessions = Array.from({ length: poolLimits.idlePerKeyMax + 5 }, session);
    for (const one of sessions) pool.put("key", { session: one, carried: 1 });
    expect(sessions.filter(({ quits }) => quits > 0)).toHaveLength(5);
    await clock.advance(10_000);
    expect(sessions.filter(({ quits }) => quits > 0)).toHaveLength(sessions.length);
    expect(pool.take("key")).toBeUndefined();
  });

  test("one that the other side has closed is not handed out", () => {
    const pool = new SessionPool(manualClock());
    const gone = session();
    pool.put("key", { session: gone, carried: 1 });
    (gone as { closed: boolean }).closed = true;
    expect(pool.take("key")).toBeUndefined();
  });
});
