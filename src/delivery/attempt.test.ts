import { afterEach, describe, expect, test } from "vitest";
import {
  address,
  domain,
  err,
  ip,
  noLog,
  noMetrics,
  type DomainName,
  type MailEvent,
  type MessageId,
  type Net,
  type SessionObservation,
} from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import type { Delivery, DeliveryId, Lease } from "../queue/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { loopbackNet, receiver, type Receiver, type ReceiverOptions } from "../../test/support/receiver.ts";
import { noMemory, noSts } from "../policy/index.ts";
import { attempt, type AttemptDeps, type AttemptResult } from "./attempt.ts";
import { SessionPool } from "./pool.ts";
import { deliveryDefaults, type DeliverySettings } from "./settings.ts";

const clock = manualClock();
const open: Receiver[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Hosts in order of preference; each at an address of its own, behind which a receiver stands, or nobody. */
async function world(hosts: readonly (ReceiverOptions | "nobody")[]): Promise<{
  readonly deps: AttemptDeps;
  readonly receivers: readonly (Receiver | undefined)[];
}> {
  const receivers = await Promise.all(
    hosts.map(async (host) => {
      if (host === "nobody") return undefined;
      const running = await receiver(host);
      open.push(running);
      return running;
    }),
  );
  const net: Net = {
    ...loopbackNet,
    dial: (to, options) => {
      const behind = receivers[Number(to.address.split(".")[3]) - 1];
      if (behind === undefined) return Promise.resolve(err("refused"));
      return loopbackNet.dial({ address: ip("127.0.0.1"), port: behind.port }, options);
    },
  };
  const common = (question: DomainName) =>
    ({ question, owner: question, aliases: [], ttlSeconds: 60, status: "insecure" }) as const;
  const resolver: Resolver = {
    mx: async (name) => ({
      ...common(name),
      kind: "records",
      records: hosts.map((_, index) => ({ preference: index, exchange: `mx${index + 1}.safe.example` })),
    }),
    a: async (name) => ({
      ...common(name),
      kind: "records",
      records: [ip(`198.51.100.${/\d/.exec(name)?.[0] ?? "9"}`)],
    }),
    aaaa: async (name): Promise<Answer<never>> => ({ ...common(name), kind: "nodata" }),
    txt: async (name): Promise<Answer<never>> => ({ ...common(name), kind: "nodata" }),
    tlsa: async (name): Promise<Answer<never>> => ({ ...common(name), kind: "nodata" }),
    cname: async (name): Promise<Answer<never>> => ({ ...common(name), kind: "nodata" }),
    close: async () => {},
  };
  const settings: DeliverySettings = {
    ...deliveryDefaults,
    hostname: domain("relay.example"),
    heloName: domain("relay.example"),
    ownNames: [],
    ownAddresses: [],
    rules: [],
    defaultRequire: "cleartext",
    smtpPort: 25,
    allowPrivateAddresses: true,
    logAddresses: true,
    languageOf: () => "en",
  };
  const deps: AttemptDeps = {
    net,
    clock,
    random: seededRandom(1),
    log: noLog,
    metrics: noMetrics,
    resolver,
    sts: noSts,
    memory: noMemory,
    pool: new SessionPool(clock),
    settings,
    gatherSettings: settings,
    signal: new AbortController().signal,
  };
  return { deps, receivers };
}

const content = Buffer.from("Subject: hi\r\n\r\nhello\r\n");

function lease(names: readonly string[] = ["bob"], changes: Partial<Delivery["envelope"]> = {}): Lease {
  const delivery: Delivery = {
    id: "1" as DeliveryId,
    message: "M".repeat(26) as MessageId,
    domain: domain("safe.example"),
    envelope: {
      from: address("alice@source.example"),
      body: "7bit",
      smtpUtf8: false,
      requireTls: false,
      receivedAt: 0,
      ...changes,
    },
    recipients: names.map((name) => ({ address: address(`${name}@safe.example`), state: { kind: "pending" } })),
    facts: { size: content.length, has8bit: false, headerHas8bit: false, longestLine: 11 },
    attempts: 0,
    memo: null,
  };
  return {
    delivery,
    leasedUntil: Infinity,
    inline: content,
    async *content() {
      yield content;
    },
  };
}

async function run(
  deps: AttemptDeps,
  wanted: Lease = lease(),
): Promise<AttemptResult & { readonly events: readonly MailEvent[] }> {
  const events: MailEvent[] = [];
  const result = await attempt(deps, wanted, {}, (event) => void events.push(event));
  return { ...result, events };
}

function summary({ outcomes }: AttemptResult): readonly string[] {
  return outcomes.map(({ state, problem }) =>
    state.kind === "pending" ? `${problem?.kind} ${problem?.reason}` : state.kind,
  );
}

/** Answers what begins with `start` so (the greeting stands for the line ``), DATA after a refused RCPT with 503; the rest as usual. */
function saying(start: string, reply: string): ReceiverOptions {
  return {
    onLine(line, stream) {
      const isHit = start === "" ? line === "" : line.startsWith(start);
      if (!isHit && !(start === "RCPT" && line === "DATA")) return false;
      stream.write(isHit ? `${reply}\r\n` : "503 5.5.1 no recipients\r\n");
      return true;
    },
  };
}

describe("several hosts", () => {
  const cases: readonly {
    readonly what: string;
    readonly hosts: readonly (ReceiverOptions | "nobody")[];
    readonly outcome: readonly string[];
    /** Messages taken by each host. */
    readonly taken: readonly number[];
    readonly signal: string;
  }[] = [
    { what: "the best takes it", hosts: [{}, {}], outcome: ["delivered"], taken: [1, 0], signal: "ok" },
    {
      what: "nobody at the best: the next takes it",
      hosts: ["nobody", {}],
      outcome: ["delivered"],
      taken: [0, 1],
      signal: "ok",
    },
    {
      what: "nobody anywhere",
      hosts: ["nobody", "nobody"],
      outcome: ["defer unreachable"],
      taken: [0, 0],
      signal: "unreachable",
    },
    {
      what: "a 4xx greeting: the next takes it",
      hosts: [saying("", "421 4.3.2 busy"), {}],
      outcome: ["delivered"],
      taken: [0, 1],
      signal: "ok",
    },
    {
      what: "trap 23 a 5xx greeting is anyone's to forge: never a bounce",
      hosts: [saying("", "554 5.7.1 go away")],
      outcome: ["defer peer-deferred"],
      taken: [0],
      signal: "strained",
    },
    {
      what: "421 to RCPT is about the connection: the next takes it",
      hosts: [saying("RCPT", "421 4.3.2 closing"), {}],
      outcome: ["delivered"],
      taken: [0, 1],
      signal: "ok",
    },
    {
      what: "a 550 to RCPT is an answer: the next is not asked",
      hosts: [saying("RCPT", "550 5.1.1 nobody"), {}],
      outcome: ["bounce peer-rejected"],
      taken: [0, 0],
      signal: "neutral",
    },
    {
      what: "a 451 to RCPT is an answer too: it waits",
      hosts: [saying("RCPT", "451 4.7.1 later"), {}],
      outcome: ["defer peer-deferred"],
      taken: [0, 0],
      signal: "neutral",
    },
    {
      what: "what is not SMTP: the next takes it",
      hosts: [saying("", "SSH-2.0-OpenSSH_9.2"), {}],
      outcome: ["delivered"],
      taken: [0, 1],
      signal: "ok",
    },
  ];
  test.each(cases)("$what", async ({ hosts, outcome, taken, signal }) => {
    const { deps, receivers } = await world(hosts);
    const result = await run(deps);
    expect(summary(result)).toEqual(outcome);
    expect(receivers.map((one) => one?.messages.length ?? 0)).toEqual(taken);
    expect(result.signal).toBe(signal);
  });

  test("the content went out and the answer was lost: no second host gets a copy, and the story knows", async () => {
    const { deps, receivers } = await world([
      {
        onLine(line, _, socket) {
          if (line !== ".") return false;
          socket.destroy();
          return true;
        },
      },
      {},
    ]);
    const result = await run(deps);
    expect(summary(result)).toEqual(["defer connection-lost"]);
    expect(result.contentMayHaveArrived).toBe(true);
    expect(receivers[1]?.counts.connections).toBe(0);
  });
});

describe("several recipients", () => {
  test("share a transaction, and each gets the answer that it got", async () => {
    const { deps, receivers } = await world([
      {
        onLine(line, stream) {
          const answer = { "RCPT TO:<gone@": "550 5.1.1 nobody", "RCPT TO:<later@": "451 4.7.1 later" };
          const hit = Object.entries(answer).find(([start]) => line.startsWith(start));
          if (hit === undefined) return false;
          stream.write(`${hit[1]}\r\n`);
          return true;
        },
      },
    ]);
    const result = await run(deps, lease(["bob", "gone", "later", "eve"]));
    expect(summary(result)).toEqual(["delivered", "bounce peer-rejected", "defer peer-deferred", "delivered"]);
    expect(receivers[0]?.messages).toHaveLength(1);
    const delivered = result.events.find(({ code }) => code === "delivered");
    expect(delivered).toMatchObject({ recipients: ["bob@safe.example", "eve@safe.example"], level: "cleartext" });
  });

  test("more than fit into a transaction take several, on one connection", async () => {
    const { deps, receivers } = await world([{}]);
    const names = Array.from({ length: 250 }, (_, index) => `user${index}`);
    const result = await run(deps, lease(names));
    expect(new Set(summary(result))).toEqual(new Set(["delivered"]));
    expect(receivers[0]?.messages).toHaveLength(3);
    expect(receivers[0]?.counts.connections).toBe(1);
  });
});

describe("connections used again", () => {
  test("trap 26 the next message for the same domain and requirement travels on the same one", async () => {
    const { deps, receivers } = await world([{}]);
    await run(deps);
    const second = await run(deps);
    expect(summary(second)).toEqual(["delivered"]);
    expect(second.events.map(({ code }) => code)).toEqual(["planned", "reused", "delivered"]);
    expect(receivers[0]?.counts.connections).toBe(1);
  });

  test("one that has died meanwhile is replaced, and no message pays for it", async () => {
    let left = 1;
    const { deps, receivers } = await world([
      {
        onLine(line, _, socket) {
          if (!line.startsWith("MAIL") || left-- !== 0) return false;
          socket.destroy();
          return true;
        },
      },
    ]);
    await run(deps);
    const second = await run(deps);
    expect(summary(second)).toEqual(["delivered"]);
    expect(receivers[0]?.messages).toHaveLength(2);
    expect(receivers[0]?.counts.connections).toBe(2);
  });
});

test("a message that the server cannot carry comes back without having been sent", async () => {
  const { deps, receivers } = await world([{ extensions: ["SIZE 10"] }]);
  const result = await run(deps);
  expect(summary(result)).toEqual(["bounce too-large"]);
  expect(receivers[0]?.heard.some((line) => line.startsWith("MAIL"))).toBe(false);
});

test("RFC 8460 §3: each session is told to those who report, but for those that carry our own reports", async () => {
  const { deps } = await world(["nobody", {}]);
  const seen: SessionObservation[] = [];
  const observe = (session: SessionObservation): void => void seen.push(session);
  await run({ ...deps, observe });
  expect(seen.map(({ domain: name, host }) => [name, host])).toEqual([["safe.example", "mx2.safe.example"]]);
  const { outcomes } = await run({ ...deps, observe }, lease(["bob"], { purpose: "tls-report" }));
  expect(outcomes[0]?.state.kind).toBe("delivered");
  expect(seen).toHaveLength(1);
});
