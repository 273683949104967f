/** The whole relay over real sockets: mail in, every outcome out, each told. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, type MessageId } from "../../src/base/index.ts";
import { startReceiver, type Receiver, type ReceiverOptions } from "../../src/lab/index.ts";
import { systemNet } from "../../src/system/index.ts";
import { eventually, freePort } from "../peers/wait.ts";
import { makeAuthority, selfSigned } from "../support/certificates.ts";
import { leapingClock } from "../support/clock.ts";
import { runRelay, type TestRelay } from "../support/relay.ts";
import { handIn, idOf } from "../support/sender.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Each domain's share of the 200 messages. */
const shares = { safe: 60, loose: 50, grey: 40, closed: 30, hollow: 20 } as const;
type Name = keyof typeof shares;

const authority = makeAuthority();
const clock = leapingClock();
const receivers = new Map<string, Receiver>();
const ids = new Map<Name, MessageId[]>();
let running: TestRelay;
let port: number;

const hosts: Readonly<Record<string, { readonly address: string } & Partial<ReceiverOptions>>> = {
  source: { address: "127.0.3.1", credentials: authority.issue({ names: ["mx.source.example"] }) },
  safe: { address: "127.0.3.2", credentials: authority.issue({ names: ["mx.safe.example"] }) },
  loose: { address: "127.0.3.3", credentials: selfSigned({ names: ["somewhere.else"] }) },
  grey: { address: "127.0.3.4", behaviour: { kind: "greylist", refusals: 1 } },
  closed: { address: "127.0.3.5", behaviour: { kind: "reject" } },
  hollow: { address: "127.0.3.6" },
};

beforeAll(async () => {
  port = await freePort();
  for (const [name, { address, ...options }] of Object.entries(hosts)) {
    const hostname = domain(`mx.${name}.example`);
    const at = { address: ip(address), port };
    receivers.set(name, await startReceiver({ net: systemNet, clock, at, hostname, ...options }));
  }
  running = await runRelay({
    zones: Object.fromEntries(
      Object.entries(hosts).flatMap(([name, { address }]) => [
        [`${name}.example`, [{ type: "MX", preference: 10, value: `mx.${name}.example` }]],
        [`mx.${name}.example`, [{ type: "A", value: address }]],
      ]),
    ),
    smtpPort: port,
    clock,
    authority,
    toml: ["safe", "hollow"]
      .map(
        (name) =>
          `[[rule]]\ndomain = "${name}.example"\nrequire = "authenticated"\nmatch = ["mx.${name}.example"]\nca = CA\n`,
      )
      .join(""),
  });
});

afterAll(async () => {
  await running?.close();
  for (const receiver of receivers.values()) await receiver.close();
});

async function outcomes(name: Name): Promise<readonly string[]> {
  const stories = await Promise.all((ids.get(name) ?? []).map((id) => running.story(id)));
  return stories.flatMap(({ deliveries }) =>
    deliveries.flatMap(({ recipients, state }) => recipients.map((one) => (state === "done" ? one.state.kind : state))),
  );
}

async function settled(name: Name, wanted: string): Promise<void> {
  await eventually(`${name} to be ${wanted}`, 20_000, async () => {
    const all = await outcomes(name);
    return all.length === shares[name] && all.every((outcome) => outcome === wanted) ? true : undefined;
  });
}

/** Time moves on between attempts, never within one: leases would run out under those who hold them. */
async function leap(byMs: number): Promise<void> {
  await eventually("a moment without attempts", 20_000, async () => {
    const { leased } = await running.relay.queue.depth();
    return leased === 0 ? true : undefined;
  });
  clock.leap(byMs);
}

async function codes(name: Name): Promise<readonly string[]> {
  const id = ids.get(name)?.[0];
  return id === undefined ? [] : (await running.story(id)).story.map((entry) => entry.event.code);
}

const received = (name: string) => receivers.get(name)?.received() ?? [];

describe("200 messages to 5 domains", () => {
  test("each is accepted, and durable, by four connections at once", async () => {
    const all = (Object.keys(shares) as Name[]).flatMap((name) =>
      Array.from({ length: shares[name] }, (_, index) => ({ name, index })),
    );
    const batches = [0, 1, 2, 3].map((lane) => all.filter((_, index) => index % 4 === lane));
    await Promise.all(
      batches.map(async (batch) => {
        const replies = await handIn(
          running.localPort,
          batch.map(({ name, index }) => ({
            from: "alice@source.example",
            to: [`user${index}@${name}.example`],
            content: `From: alice@source.example\nSubject: ${name} ${index}\nMessage-ID: <${name}.${index}@source.example>\n\n.dot\nline\n`,
          })),
        );
        batch.forEach(({ name }, index) => {
          const list = ids.get(name) ?? [];
          list.push(idOf(replies[index] ?? "") as MessageId);
          ids.set(name, list);
        });
      }),
    );
    expect([...ids.values()].flat()).toHaveLength(200);
    expect(new Set([...ids.values()].flat())).toHaveProperty("size", 200);
  });

  test("safe: delivered over authenticated hops alone, once each, bytes as they were", async () => {
    await settled("safe", "delivered");
    const mail = received("safe");
    expect(mail).toHaveLength(shares.safe);
    expect(mail.every(({ tls }) => tls === "TLSv1.3")).toBe(true);
    expect(new Set(mail.map(({ to }) => to[0]))).toHaveProperty("size", shares.safe);
    expect(mail[0]?.content).toMatch(/^Received: from .*\r\n[^]*\r\n\r\n\.dot\r\nline\r\n$/);
    const story = await running.story((ids.get("safe") ?? [])[0] as MessageId);
    expect(story.story.map((entry) => entry.event)).toContainEqual(
      expect.objectContaining({
        code: "delivered",
        level: "authenticated",
        proof: "rule-names",
        host: "mx.safe.example",
      }),
    );
  });

  test("loose: opportunistic TLS with whoever answers, and the story does not call it more", async () => {
    await settled("loose", "delivered");
    expect(received("loose").every(({ tls }) => tls !== undefined)).toBe(true);
    const story = await running.story((ids.get("loose") ?? [])[0] as MessageId);
    expect(story.story.at(-1)?.event).toMatchObject({ code: "delivered", level: "encrypted" });
  });

  test("closed: comes back at once with the other server's words, once each, in the sender's inbox", async () => {
    await settled("closed", "bounced");
    await eventually("the bounces", 10_000, () => received("source").length >= shares.closed || undefined);
    const bounces = received("source").filter(({ content }) => content.includes("closed.example"));
    expect(bounces).toHaveLength(shares.closed);
    for (const { from, content } of bounces) {
      expect(from).toBe("");
      expect(content).toContain("multipart/report; report-type=delivery-status");
      expect(content).toContain("Auto-Submitted: auto-replied");
      expect(content).toContain("Status: 5.1.1");
      expect(content).toContain("There is nobody of that name here");
    }
    expect(await codes("closed")).toEqual(expect.arrayContaining(["accepted", "planned", "bounced", "bounce-sent"]));
  });

  test("hollow: waits, since the host cannot prove itself; not a byte of mail reached it", async () => {
    await settled("hollow", "waiting");
    await eventually("the story", 10_000, async () => (await codes("hollow")).includes("deferred") || undefined);
    expect(received("hollow")).toHaveLength(0);
    const story = await running.story((ids.get("hollow") ?? [])[0] as MessageId);
    expect(story.story.at(-1)?.event).toMatchObject({
      code: "deferred",
      reason: "unproven",
      fault: "starttls-missing",
      forSafety: true,
    });
  });

  test("grey: waits after a 451 and is delivered at the next attempt", async () => {
    await settled("grey", "waiting");
    await leap(10 * 60_000);
    await settled("grey", "delivered");
    expect(received("grey")).toHaveLength(shares.grey);
    expect(received("grey").every(({ tls }) => tls === undefined)).toBe(true);
    const story = await running.story((ids.get("grey") ?? [])[0] as MessageId);
    expect(story.story.at(-1)?.event).toMatchObject({ code: "delivered", level: "cleartext", proof: "none" });
  });

  test("DSN-3 hollow: after an hour the sender is told, once, that the message is held and was not exposed", async () => {
    const before = received("source").length;
    await leap(hourMs);
    await eventually(
      "the delay notices",
      20_000,
      () => received("source").length >= before + shares.hollow || undefined,
    );
    const notices = received("source").slice(before);
    expect(notices).toHaveLength(shares.hollow);
    expect(notices.every(({ content }) => content.includes("Action: delayed"))).toBe(true);
    await leap(3 * hourMs);
    await eventually("the next attempt", 20_000, async () => {
      const story = await running.story((ids.get("hollow") ?? [])[0] as MessageId);
      return (story.deliveries[0]?.attempts ?? 0) >= 4 || undefined;
    });
    expect(received("source")).toHaveLength(before + shares.hollow);
  });

  test("hollow: after five days it comes back, and nothing was ever exposed", async () => {
    const before = received("source").length;
    await leap(5 * dayMs);
    await settled("hollow", "bounced");
    await eventually("the bounces", 20_000, () => received("source").length >= before + shares.hollow || undefined);
    expect(received("hollow")).toHaveLength(0);
    const story = await running.story((ids.get("hollow") ?? [])[0] as MessageId);
    expect(story.story.map((entry) => entry.event)).toContainEqual(
      expect.objectContaining({
        code: "bounced",
        reason: "lifetime-over",
        after: "unproven",
        fault: "starttls-missing",
      }),
    );
  });

  test("in the end nothing is left in the queue, and the notices are stories of their own", async () => {
    await eventually("an empty queue", 20_000, async () => {
      const { waiting, leased, held } = await running.relay.queue.depth();
      return waiting + leased + held === 0 ? true : undefined;
    });
    const finished = await running.relay.queue.list({ which: "finished", limit: 1000 });
    expect(finished).toHaveLength(200 + shares.closed + 2 * shares.hollow);
    const [notice] = finished.filter(({ from }) => from === "");
    const story = await running.story(notice?.id as MessageId);
    expect(story.story[1]?.event).toMatchObject({ code: "notice-about" });
  });
});
