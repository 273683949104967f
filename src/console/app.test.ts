import { describe, expect, test } from "vitest";
import { domain, type MessageId, type StoryEntry } from "../base/index.ts";
import { plan } from "../policy/index.ts";
import { factsIn, plainCell } from "../policy/product.cases.ts";
import type { DeliveryId, MessageStory } from "../queue/index.ts";
import { manualClock } from "../../test/support/clock.ts";
import { consoleApp, consoleLimits, startConsole, type ConsoleParts } from "./index.ts";
import { ip } from "../base/index.ts";
import { request } from "node:http";

const id = "ABCDEFGHIJKLMNOPQRSTUVWXY0" as MessageId;
const accepted: StoryEntry = {
  at: 1,
  event: { code: "accepted", from: "alice@example.org", recipients: 1, size: 9, via: "local", client: "127.0.0.1" },
};
const released: StoryEntry = { at: 2, event: { code: "released", by: "operator" } };

function storyOf(state: "waiting" | "done", story: readonly StoryEntry[]): MessageStory {
  const deliveries = [
    { id: "1" as DeliveryId, domain: domain("safe.example"), state, dueAt: 0, attempts: 0, recipients: [] },
  ];
  return { id, from: "alice@example.org", size: 9, receivedAt: 1, deliveries, story };
}

function set(parts: Partial<ConsoleParts> = {}) {
  const clock = manualClock();
  const stories = new Map<string, MessageStory>();
  const app = consoleApp({
    clock,
    queue: { show: async (asked) => stories.get(asked) },
    metrics: { text: async () => "surehop_up 1\n", contentType: "text/plain; version=0.0.4" },
    readiness: async () => ({ ready: true, parts: { intake: "listening" } }),
    ...parts,
  });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    Promise.resolve(app.request(`http://127.0.0.1:8025${path}`, { headers: { host: "127.0.0.1:8025", ...headers } }));
  return { clock, stories, get };
}

test("health, readiness and metrics", async () => {
  const { get } = set();
  expect(await (await get("/healthz")).text()).toBe("ok\n");
  expect(await (await get("/readyz")).json()).toEqual({ ready: true, parts: { intake: "listening" } });
  const metrics = await get("/metrics");
  expect(metrics.headers.get("content-type")).toContain("version=0.0.4");
  expect(await metrics.text()).toBe("surehop_up 1\n");
});

test("what would become of a message to a domain, in facts, plan and words", async () => {
  const { get } = set({
    preview: async (asked, message) => {
      expect([asked, message]).toEqual(["example.org", { requireTls: false }]);
      const facts = factsIn({ ...plainCell, mx: "secure", tlsa: "usable" });
      return { facts, plan: plan(facts) };
    },
  });
  const answer = (await (await get("/policy/Example.ORG")).json()) as Record<string, unknown>;
  expect(answer).toMatchObject({
    facts: { hosts: [{ name: "mx.example.org", tlsa: { records: [{ usage: 3, association: "07".repeat(32) }] } }] },
    plan: { kind: "try", hosts: [{ level: "authenticated", proof: { kind: "dane" } }] },
  });
  expect((answer["words"] as string[])[0]).toMatch(/would go only to servers that prove who they are/);
  const chinese = (await (await get("/policy/example.org?lang=zh-CN")).json()) as { words: string[] };
  expect(chinese.words[0]).toMatch(/只会发给能证明身份的服务器/);
  expect((await get("/policy/not%20a%20name")).status).toBe(404);
  expect((await set().get("/policy/example.org")).status).toBe(404);
});

test("not ready is 503, with the reason", async () => {
  const { get } = set({ readiness: async () => ({ ready: false, parts: { dns: "no answer for 5 minutes" } }) });
  const response = await get("/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ parts: { dns: "no answer for 5 minutes" } });
});

test.each([
  ["127.0.0.1:8025", 200, "as configured"],
  ["localhost", 200, "by name"],
  ["[::1]:8025", 200, "IPv6"],
  ["attacker.example", 421, "a name that was made to point here"],
  ["127.0.0.1.attacker.example", 421, "a name that begins like us"],
  ["localhost.attacker.example:8025", 421, "the same by name"],
  ["192.0.2.1", 421, "another address"],
  ["", 421, "nobody"],
])("Host %j gets %d: %s", async (host, status) => {
  const { get } = set();
  for (const path of ["/healthz", "/metrics", `/stories/${id}`, "/nothing"]) {
    const got = (await get(path, { host })).status;
    expect(got === 404 ? 200 : got).toBe(status);
  }
});

describe("RFC 8461 §3.3: the policy file", () => {
  const policy = { host: "mta-sts.example.org", text: "version: STSv1\nmode: none\nmax_age: 0\n" };
  const file = "/.well-known/mta-sts.txt";

  test.each<readonly [host: string, path: string, status: number, why: string]>([
    ["mta-sts.example.org", file, 200, "as a web server in front passes it on"],
    ["MTA-STS.Example.ORG:443", file, 200, "names have no case, and a port may stand behind them"],
    ["mta-sts.example.org", "/metrics", 421, "nothing else is given out under that name"],
    ["mta-sts.example.org", `/stories/${id}`, 421, "and no story"],
    ["mta-sts.example.org", `${file}/`, 421, "nor anything beside it"],
    ["mta-sts.attacker.example", file, 421, "another name"],
    ["127.0.0.1:8025", file, 404, "a loopback name is not the policy's host"],
  ])("Host %j, %s: %d: %s", async (host, path, status) => {
    const response = await set({ policy }).get(path, { host });
    expect(response.status).toBe(status);
    if (status !== 200) return;
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/i);
    expect(await response.text()).toBe(policy.text);
  });

  test("where nothing is published, there is none", async () => {
    expect((await set().get(file, { host: "mta-sts.example.org" })).status).toBe(421);
  });
});

test("no other origin may read, and nothing is cached", async () => {
  const { get } = set();
  const response = await get("/healthz", { origin: "https://attacker.example" });
  expect(response.headers.get("access-control-allow-origin")).toBe(null);
  expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("a story is told to whoever knows its id, and to nobody else", async () => {
  const { get, stories } = set();
  stories.set(id, storyOf("done", [accepted]));
  expect(await (await get(`/stories/${id}`)).json()).toEqual(storyOf("done", [accepted]));
  for (const wrong of ["ABC", id.toLowerCase(), `${id}0`, "..%2f..%2fetc", "%00"]) {
    expect((await get(`/stories/${wrong}`)).status).toBe(404);
  }
});

test("a story is followed live until every recipient has an outcome", async () => {
  const { get, stories, clock } = set();
  stories.set(id, storyOf("waiting", [accepted]));
  const response = await get(`/stories/${id}`, { accept: "text/event-stream" });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const events = eventsOf(response);
  expect(await events.next()).toMatchObject({ event: "story", id: "0", data: accepted });
  expect(await events.next()).toMatchObject({ event: "state", data: { deliveries: [{ state: "waiting" }] } });
  stories.set(id, storyOf("done", [accepted, released]));
  await clock.advance(consoleLimits.followPollMs);
  expect(await events.next()).toMatchObject({ event: "story", id: "1", data: released });
  expect(await events.next()).toMatchObject({ event: "state", data: { deliveries: [{ state: "done" }] } });
  expect(await events.next()).toMatchObject({ event: "end", data: { why: "done" } });
  expect(await events.next()).toBe(undefined);
});

test("who was cut off gets what came after", async () => {
  const { get, stories } = set();
  stories.set(id, storyOf("done", [accepted, released]));
  const events = eventsOf(await get(`/stories/${id}`, { accept: "text/event-stream", "last-event-id": "0" }));
  expect(await events.next()).toMatchObject({ event: "story", id: "1", data: released });
});

test("a wake-up is heeded before the next look, and a deleted message ends its story", async () => {
  let wake = (): void => {};
  let listening = true;
  const { get, stories } = set({
    onStory: (_, ring) => {
      wake = ring;
      return () => {
        listening = false;
      };
    },
  });
  stories.set(id, storyOf("waiting", []));
  const events = eventsOf(await get(`/stories/${id}`, { accept: "text/event-stream" }));
  expect(await events.next()).toMatchObject({ event: "state" });
  stories.delete(id);
  wake();
  expect(await events.next()).toMatchObject({ event: "end", data: { why: "gone" } });
  expect(await events.next()).toBe(undefined);
  expect(listening).toBe(false);
});

test("followers are bounded", async () => {
  const { get, stories } = set();
  stories.set(id, storyOf("waiting", [accepted]));
  const open: Response[] = [];
  for (let count = 0; count < consoleLimits.followersMax; count++) {
    open.push(await get(`/stories/${id}`, { accept: "text/event-stream" }));
  }
  expect((await get(`/stories/${id}`, { accept: "text/event-stream" })).status).toBe(503);
  await Promise.all(open.map((response) => response.body?.cancel()));
  await Promise.resolve();
});

test("a bug is told without its details", async () => {
  const { get } = set({ queue: { show: () => Promise.reject(new Error("/secret/path")) } });
  const response = await get(`/stories/${id}`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
});

test("over a real socket, on loopback alone", async () => {
  const parts: ConsoleParts = {
    clock: manualClock(),
    queue: { show: async () => undefined },
    metrics: { text: async () => "", contentType: "text/plain" },
    readiness: async () => ({ ready: true, parts: {} }),
  };
  await expect(startConsole({ ...parts, at: { address: ip("0.0.0.0"), port: 0 } })).rejects.toThrow(RangeError);
  const running = await startConsole({ ...parts, at: { address: ip("127.0.0.1"), port: 0 } });
  try {
    expect(await status(running.local.port, "127.0.0.1")).toBe(200);
    expect(await status(running.local.port, "attacker.example")).toBe(421);
    await expect(startConsole({ ...parts, at: running.local })).rejects.toMatchObject({ code: "EADDRINUSE" });
  } finally {
    await running.close();
  }
  await expect(status(running.local.port, "127.0.0.1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

function status(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path: "/healthz", headers: { host }, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asked.once("error", reject);
    asked.end();
  });
}

interface ServerEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

function eventsOf(response: Response): { next(): Promise<ServerEvent | undefined> } {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next() {
      while (!text.includes("\n\n")) {
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        if (done) return undefined;
        text += value ?? "";
      }
      const block = text.slice(0, text.indexOf("\n\n"));
      text = text.slice(block.length + 2);
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]),
      );
      return { ...fields, event: fields["event"] ?? "", data: JSON.parse(fields["data"] ?? "null") as unknown };
    },
  };
}
