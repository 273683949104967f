/**
 * What domains promise, and what becomes of mail to them, through the whole relay over real sockets: signed DNS below a root of the
 * test's own, which the relay validates; receivers with real certificates; hours and days in leaps.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, type EventCode, type MailEvent, type MessageId } from "../../src/base/index.ts";
import { startReceiver, type Credentials, type Receiver, type ZoneRecord } from "../../src/lab/index.ts";
import type { ServerFeatures } from "../../src/smtp/index.ts";
import { systemNet } from "../../src/system/index.ts";
import { createWords, tellStory } from "../../src/words/index.ts";
import { eventually, freePort } from "../peers/wait.ts";
import { makeAuthority, selfSigned } from "../support/certificates.ts";
import { leapingClock } from "../support/clock.ts";
import { policyAnswer, startPolicyHost, type PolicyHost } from "../support/policy-host.ts";
import { runRelay, testUser, type TestRelay } from "../support/relay.ts";
import { handIn, idOf, openSubmission } from "../support/sender.ts";
import { tlsa } from "../support/tlsa.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const patienceMs = 10_000;
const secret = "the launch is on Thursday";

interface Site {
  readonly credentials?: Credentials;
  readonly tlsa?: readonly ZoneRecord[];
  readonly features?: Partial<ServerFeatures>;
  readonly zone?: "signed" | "unsigned";
  /** The one host that an MTA-STS policy in mode enforce names. */
  readonly policy?: string;
}

const authority = makeAuthority();
const intermediate = authority.intermediate("Issuing CA");
const strangers = selfSigned({ names: ["somewhere.else"] });
const nextKey = selfSigned({ names: ["next.key"] });
const keyOf = ({ cert }: Credentials): readonly ZoneRecord[] => [tlsa("3 1 1", cert)];
const broken = { credentials: strangers, tlsa: keyOf(nextKey) } as const;
const sealed = { credentials: strangers, tlsa: keyOf(strangers) } as const;

/** The domain of each is `NAME.example`, its host `mx.NAME.example`. */
const sites = {
  /** Where the senders have their inbox. */
  source: sealed,
  /** RFC 7671 §5.1: the key is all that counts, whatever name stands in the certificate. */
  ee: { credentials: strangers, tlsa: [tlsa("3 1 1", nextKey.cert), tlsa("3 1 1", strangers.cert)] },
  ta: {
    credentials: intermediate.issue({ names: ["mx.ta.example"] }),
    tlsa: [tlsa("2 0 1", intermediate.pem)],
  },
  mismatch: broken,
  servfail: sealed,
  requiretls: sealed,
  "no-requiretls": { ...sealed, features: { requireTls: false } },
  "no-promise": { credentials: strangers },
  "told-us": broken,
  excepted: broken,
  plain: { tlsa: keyOf(strangers) },
  unsigned: { credentials: authority.issue({ names: ["mx.unsigned.example"] }), zone: "unsigned" },
  "both-good": { ...sealed, policy: "mx.both-good.example" },
  "both-stale": {
    credentials: authority.issue({ names: ["mx.both-stale.example"] }),
    tlsa: keyOf(nextKey),
    policy: "mx.both-stale.example",
  },
  "both-other": { ...sealed, policy: "elsewhere.both-other.example" },
  sts: {
    credentials: authority.issue({ names: ["mx.sts.example"] }),
    zone: "unsigned",
    policy: "mx.sts.example",
  },
  mem: { credentials: strangers, zone: "unsigned" },
} as const satisfies Readonly<Record<string, Site>>;
type Name = keyof typeof sites;

const names = Object.keys(sites) as Name[];
const addressOf = (name: Name): string => `127.0.31.${names.indexOf(name) + 1}`;
const clock = leapingClock();
const receivers = new Map<Name, Receiver>();
let port: number;
let policies: PolicyHost;
let relay: TestRelay;
let watching: TestRelay;

beforeAll(async () => {
  port = await freePort();
  for (const name of names) await openReceiver(name, sites[name]);
  policies = await startPolicyHost({
    ...authority.issue({ names: names.map((name) => `mta-sts.${name}.example`) }),
    answer: (request, response) => {
      const name = /^mta-sts\.([\w-]+)\./.exec(request.headers.host ?? "")?.[1] ?? "";
      const { policy }: Site = sites[name as Name];
      policyAnswer(`version: STSv1\nmode: enforce\nmx: ${policy}\nmax_age: 604800\n`)(request, response);
    },
  });
  const until = new Date(clock.now() + 20 * dayMs).toISOString().slice(0, 10);
  relay = await openRelay(
    `[policy]\nauthorities = CA\n[[exception]]\ndomain = "excepted.example"\nlevel = "encrypted"\nuntil = "${until}"\nwhy = "they renewed the key"\n`,
  );
  watching = await openRelay('[policy]\nenforce = "report"\n');
});

afterAll(async () => {
  await relay?.close();
  await watching?.close();
  await policies?.close();
  for (const receiver of receivers.values()) await receiver.close();
});

async function openReceiver(name: Name, { credentials, features }: Site): Promise<void> {
  const at = { address: ip(addressOf(name)), port };
  const options = { net: systemNet, clock, at, hostname: domain(`mx.${name}.example`) };
  const receiver = await startReceiver({
    ...options,
    ...(credentials === undefined ? {} : { credentials }),
    ...(features === undefined ? {} : { features }),
  });
  receivers.set(name, receiver);
}

function openRelay(toml: string): Promise<TestRelay> {
  const zones = names.map((name): Readonly<Record<string, readonly ZoneRecord[]>> => {
    const { tlsa: published = [], policy }: Site = sites[name];
    const host = `mx.${name}.example`;
    return {
      [`${name}.example`]: [{ type: "MX", value: host }],
      [host]: [{ type: "A", value: addressOf(name) }],
      ...(published.length === 0 ? {} : { [`_${port}._tcp.${host}`]: published }),
      ...(policy === undefined
        ? {}
        : {
            [`_mta-sts.${name}.example`]: [{ type: "TXT", value: "v=STSv1; id=1;" }],
            [`mta-sts.${name}.example`]: [{ type: "A", value: "127.0.0.1" }],
          }),
    };
  });
  const states = names.map((name) => [`${name}.example`, (sites[name] as Site).zone ?? "signed"] as const);
  return runRelay({
    zones: Object.assign({}, ...zones),
    signed: { example: "signed", ...Object.fromEntries(states) },
    faults: [{ name: `_${port}._tcp.mx.servfail.example`, kind: "servfail" }],
    smtpPort: port,
    httpsPort: policies.port,
    clock,
    authority,
    toml,
  });
}

const received = (name: Name) => receivers.get(name)?.received() ?? [];

/** One message from a local program. */
async function hand(through: TestRelay, name: Name, header = ""): Promise<MessageId> {
  const content = `From: ${testUser.name}\nSubject: for ${name}\n${header}\n${secret}\n`;
  const [reply = ""] = await handIn(through.localPort, [{ from: testUser.name, to: [`bob@${name}.example`], content }]);
  return idOf(reply) as MessageId;
}

/** One message from a user who demands REQUIRETLS. */
async function handRequiringTls(name: Name, header = "", from: string = testUser.name): Promise<MessageId> {
  const client = await openSubmission(relay.submissionsPort, { user: testUser, ca: authority.pem });
  const content = `From: ${testUser.name}\nSubject: for ${name}\n${header}\n${secret}\n`;
  const handed = { from, to: [`bob@${name}.example`], content, mailOptions: " REQUIRETLS" };
  const id = idOf(await client.send(handed)) as MessageId;
  await client.quit();
  return id;
}

const outcomes: readonly EventCode[] = ["delivered", "deferred", "bounced"];

/** The outcome of the message's `count`th attempt, once it is stored. */
async function outcome(of: TestRelay, id: MessageId, count = 1): Promise<MailEvent> {
  return eventually(`outcome ${count} of ${id}`, patienceMs, async () => {
    const { story, deliveries } = await of.story(id);
    if (deliveries.some(({ state }) => state === "leased")) return undefined;
    return story.map(({ event }) => event).filter(({ code }) => outcomes.includes(code))[count - 1];
  });
}

async function events(of: TestRelay, id: MessageId): Promise<readonly MailEvent[]> {
  return (await of.story(id)).story.map(({ event }) => event);
}

async function told(of: TestRelay, id: MessageId): Promise<string> {
  const words = createWords("en", { timeZone: "UTC" });
  return (await events(of, id)).map((event) => tellStory(words, event)).join("\n");
}

/** Lets hours pass while nothing is under way: leases would run out under those who hold them. */
async function leap(byMs: number): Promise<void> {
  for (const of of [relay, watching]) {
    await eventually("a moment without attempts", patienceMs, async () =>
      (await of.relay.queue.depth()).leased === 0 ? true : undefined,
    );
  }
  clock.leap(byMs);
}

/** The next attempt at a message that waits. */
async function retried(id: MessageId, count: number): Promise<MailEvent> {
  const dueAt = Math.max(...(await relay.story(id)).deliveries.map((delivery) => delivery.dueAt));
  await leap(Math.max(0, dueAt - clock.now()) + 1);
  return outcome(relay, id, count);
}

describe("DANE", () => {
  test.each([
    ["DANE-4 the key alone counts, the certificate being for another name (3 1 1)", "ee"],
    ["DANE-4 an authority of one's own signs the host's certificate (2 0 1)", "ta"],
  ] as const)("%s: delivered, authenticated, and told so", async (_, name) => {
    const id = await hand(relay, name);
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "authenticated", proof: "dane" });
    expect(received(name).map(({ tls, to }) => [tls, to])).toEqual([["TLSv1.3", [`bob@${name}.example`]]]);
    const story = await told(relay, id);
    expect(story).toContain("The domain's own signature (DNSSEC) vouches for these names.");
    expect(story).toContain("so nobody else can pass for it");
    expect(story.split("\n").at(-1)).toContain("by the key that its domain publishes in signed DNS (DANE)");
  });

  test("DANE-4 another key than the published one: held, at the next attempts too; not a byte of mail passes", async () => {
    const id = await hand(relay, "mismatch");
    const held = { code: "deferred", reason: "unproven", fault: "dane-mismatch", forSafety: true };
    expect(await outcome(relay, id)).toMatchObject(held);
    for (const attempt of [2, 3, 4]) expect(await retried(id, attempt)).toMatchObject(held);
    expect(receivers.get("mismatch")?.counts.connections).toBeGreaterThanOrEqual(4);
    expect(received("mismatch")).toEqual([]);
    expect(await told(relay, id)).toContain("We did not send it, so nobody could see the message in this attempt.");
  });

  test("DANE-4 keys are published and STARTTLS is not offered: held, at the next attempts too", async () => {
    const id = await hand(relay, "plain");
    const held = { code: "deferred", reason: "unproven", fault: "starttls-missing", forSafety: true };
    expect(await outcome(relay, id)).toMatchObject(held);
    for (const attempt of [2, 3, 4]) expect(await retried(id, attempt)).toMatchObject(held);
    expect(received("plain")).toEqual([]);
  });

  test("DANE-2 trap 1 whether there are keys is not answered (SERVFAIL): held, and nobody is even connected to", async () => {
    const id = await hand(relay, "servfail");
    const held = { code: "deferred", reason: "dane-unavailable", forSafety: true };
    expect(await outcome(relay, id)).toMatchObject(held);
    for (const attempt of [2, 3, 4]) expect(await retried(id, attempt)).toMatchObject(held);
    expect(receivers.get("servfail")?.counts.connections).toBe(0);
    expect(await events(relay, id)).toContainEqual({
      code: "host-skipped",
      host: "mx.servfail.example",
      why: "tlsa-unavailable",
    });
    relay.nameserver.setFaults([]);
    await leap(4 * hourMs);
    expect(await outcome(relay, id, 5)).toMatchObject({ code: "delivered", level: "authenticated", proof: "dane" });
  });
});

describe("REQUIRETLS and TLS-Required", () => {
  test("REQ-1 is taken from a user over TLS, and handed on with the message to a host proven by DANE", async () => {
    const id = await handRequiringTls("requiretls");
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "authenticated", proof: "dane" });
    expect(received("requiretls").map(({ requireTls }) => requireTls)).toEqual([true]);
    expect(await told(relay, id)).toContain("The sender demands protection on the whole way (REQUIRETLS).");
  });

  test("REQ-1 is not offered, nor taken, in clear", async () => {
    const content = "Subject: x\n\nx\n";
    const to = ["bob@requiretls.example"];
    const [reply] = await handIn(relay.localPort, [{ from: testUser.name, to, content, mailOptions: " REQUIRETLS" }]);
    expect(reply).toMatch(/^530 5\.7\.10 /);
  });

  test("traps 29, 30 REQ-3 the peer lacks it: returned with 5.7.30, headers alone, itself under REQUIRETLS", async () => {
    const before = received("source").length;
    const id = await handRequiringTls("no-requiretls");
    expect(await outcome(relay, id)).toMatchObject({ code: "bounced", reason: "requiretls-unsupported" });
    expect(received("no-requiretls")).toEqual([]);
    await eventually("the bounce", patienceMs, () => received("source").length > before || undefined);
    const bounces = received("source").slice(before);
    expect(bounces).toHaveLength(1);
    const [bounce] = bounces;
    expect(bounce).toMatchObject({ from: "", to: [testUser.name], requireTls: true, tls: "TLSv1.3" });
    expect(bounce?.content).toContain("Status: 5.7.30");
    expect(bounce?.content).toContain("Content-Type: text/rfc822-headers");
    expect(bounce?.content).toContain("Subject: for no-requiretls");
    expect(bounce?.content).not.toContain(secret);
  });

  test("traps 29, 30 REQ-3 the way back lacks it too: a letter that tells nothing of the message gets back all the same", async () => {
    const sender = "carol@no-requiretls.example";
    const id = await handRequiringTls("unsigned", "", sender);
    expect(await outcome(relay, id)).toMatchObject({ code: "bounced", reason: "requiretls-unsupported" });
    const notice = await eventually("the redacted notice", patienceMs, () => received("no-requiretls").at(-1));
    expect(notice).toMatchObject({ from: "", to: [sender], requireTls: false });
    expect(notice.content).toContain("Subject: A message of yours was not delivered");
    expect(notice.content).not.toMatch(/for unsigned|bob@/);
    expect(notice.content).not.toContain(secret);
    expect(received("no-requiretls")).toHaveLength(1);
  });

  test("REQ-1 signed DNS names the host, and no authority vouches for its certificate: held", async () => {
    const id = await handRequiringTls("no-promise");
    const fault = "certificate-self-signed";
    expect(await outcome(relay, id)).toMatchObject({ code: "deferred", reason: "unproven", fault, forSafety: true });
    expect(received("no-promise")).toEqual([]);
  });

  test("REQ-1 nothing but unsigned DNS names the host: returned, however good its certificate", async () => {
    const id = await handRequiringTls("unsigned");
    expect(await outcome(relay, id)).toMatchObject({ code: "bounced", reason: "requiretls-unsupported" });
    expect(receivers.get("unsigned")?.counts.connections).toBe(0);
  });

  test("REQ-2 TLS-Required: No goes past keys that do not fit, and says so", async () => {
    const id = await hand(relay, "told-us", "TLS-Required: No\n");
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "encrypted" });
    expect(received("told-us")).toHaveLength(1);
    expect(await told(relay, id)).toContain("TLS-Required: No");
  });

  test("REQ-2 TLS-Required: No never goes past the sender's own REQUIRETLS", async () => {
    const id = await handRequiringTls("mismatch", "TLS-Required: No\n");
    expect(await outcome(relay, id)).toMatchObject({ code: "deferred", reason: "unproven", fault: "dane-mismatch" });
    expect(received("mismatch")).toEqual([]);
  });
});

describe("DANE and MTA-STS together", () => {
  test("STS-6 a key that fits decides, though no authority vouches for the certificate", async () => {
    const id = await hand(relay, "both-good");
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "authenticated", proof: "dane" });
  });

  test("STS-6 trap 16 a key that does not fit is not mended by a certificate that the policy would accept", async () => {
    const id = await hand(relay, "both-stale");
    expect(await outcome(relay, id)).toMatchObject({ code: "deferred", reason: "unproven", fault: "dane-mismatch" });
    expect(await retried(id, 2)).toMatchObject({ code: "deferred", reason: "unproven", fault: "dane-mismatch" });
    expect(received("both-stale")).toEqual([]);
  });

  test("STS-6 trap 16 a key that fits does not excuse a host that the policy does not name", async () => {
    const id = await hand(relay, "both-other");
    expect(await outcome(relay, id)).toMatchObject({ code: "deferred", reason: "sts-no-host", forSafety: true });
    expect(receivers.get("both-other")?.counts.connections).toBe(0);
  });

  test("REQ-1 MTA-STS alone is enough for REQUIRETLS, where DNS is not signed", async () => {
    const id = await handRequiringTls("sts");
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "authenticated", proof: "mta-sts" });
    expect(received("sts").map(({ requireTls, tls }) => [requireTls, tls])).toEqual([[true, "TLSv1.3"]]);
  });
});

describe("what the operator lowers is told each time", () => {
  test("an exception lets mail pass a broken key, encrypted, and is named with its reason and its end", async () => {
    const id = await hand(relay, "excepted");
    expect(await outcome(relay, id)).toMatchObject({ code: "delivered", level: "encrypted", proof: "any-tls" });
    expect(await events(relay, id)).toContainEqual(
      expect.objectContaining({ code: "would-fail", proof: "dane", fault: "dane-mismatch" }),
    );
    expect(await told(relay, id)).toContain("they renewed the key");
  });

  test('enforce = "report" delivers, and says what would have waited', async () => {
    const before = received("mismatch").length;
    const id = await hand(watching, "mismatch");
    expect(await outcome(watching, id)).toMatchObject({ code: "delivered", level: "encrypted" });
    expect(received("mismatch")).toHaveLength(before + 1);
    expect(await events(watching, id)).toContainEqual(
      expect.objectContaining({ code: "would-fail", host: "mx.mismatch.example", fault: "dane-mismatch" }),
    );
    expect(await told(watching, id)).toContain('enforce = "report"');
  });
});

describe("MEM-1 what was met before is expected again", () => {
  test("after 3 deliveries on 2 days a host without STARTTLS is held for a day, and then returned", async () => {
    for (const wait of [0, hourMs, dayMs]) {
      await leap(wait);
      expect(await outcome(relay, await hand(relay, "mem"))).toMatchObject({ code: "delivered", level: "encrypted" });
    }
    await receivers.get("mem")?.close();
    await openReceiver("mem", { zone: "unsigned" });
    const [id, strippedAt] = [await hand(relay, "mem"), clock.now()];
    const held = { code: "deferred", reason: "unproven", fault: "starttls-missing", forSafety: true };
    expect(await outcome(relay, id)).toMatchObject(held);
    expect(await told(relay, id)).toContain("Earlier messages went there encrypted");
    const seen: { readonly event: MailEvent; readonly after: number }[] = [];
    for (let attempt = 2; seen.at(-1)?.event.code !== "bounced" && attempt < 40; attempt++) {
      seen.push({ event: await retried(id, attempt), after: clock.now() - strippedAt });
    }
    expect(seen.at(-1)?.event).toMatchObject({ code: "bounced", reason: "suspected-downgrade" });
    expect(seen.at(-1)?.after).toBeGreaterThanOrEqual(dayMs);
    for (const { event, after } of seen.slice(0, -1)) {
      expect(event).toMatchObject(held);
      expect(after).toBeLessThan(dayMs);
    }
    expect(received("mem")).toEqual([]);
  });
});
