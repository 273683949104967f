/**
 * MTA-STS through the whole relay: domains without DNSSEC, an HTTPS server with their policies, receivers with real certificates, and
 * an attacker who answers for DNS. Nothing but the clock is moved by hand.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { domain, ip, type EventCode, type MailEvent, type MessageId } from "../../src/base/index.ts";
import { startReceiver, type Credentials, type Fault, type Receiver, type Zones } from "../../src/lab/index.ts";
import { systemNet } from "../../src/system/index.ts";
import { eventually, freePort } from "../peers/wait.ts";
import { makeAuthority, selfSigned } from "../support/certificates.ts";
import { leapingClock } from "../support/clock.ts";
import { policyAnswer, startPolicyHost, type PolicyHost } from "../support/policy-host.ts";
import { runRelay, type TestRelay } from "../support/relay.ts";
import { handIn, idOf } from "../support/sender.ts";

const minuteMs = 60_000;
const patienceMs = 10_000;
const authority = makeAuthority();
const clock = leapingClock();

/** What each receiver is: its name, and what it presents. */
const hosts: Readonly<Record<string, Credentials>> = {
  "mx.kept.example": authority.issue({ names: ["mx.kept.example"] }),
  "mx.moving.example": authority.issue({ names: ["mx.moving.example"] }),
  "new.moving.example": authority.issue({ names: ["new.moving.example"] }),
  "mx.wrong.example": authority.issue({ names: ["other.wrong.example", "*.mx.wrong.example"] }),
  "mx.trial.example": selfSigned({ names: ["mx.trial.example"] }),
  "mx.none.example": selfSigned({ names: ["mx.none.example"] }),
  "mx.blocked.example": selfSigned({ names: ["mx.blocked.example"] }),
  /** The attacker's own, with a true certificate for its own name. */
  "mx.evil.example": authority.issue({ names: ["mx.evil.example"] }),
};
const addressOf = (host: string): string => `127.0.32.${Object.keys(hosts).indexOf(host) + 1}`;

interface Published {
  readonly mode: string;
  readonly mx: string;
  readonly id?: string;
  /** Where mail really goes; default `mx.NAME.example`. */
  readonly host?: string;
  readonly isBlocked?: boolean;
}
const published = new Map<string, Published>([
  ["kept", { mode: "enforce", mx: "mx.kept.example" }],
  ["moving", { mode: "enforce", mx: "mx.moving.example" }],
  ["wrong", { mode: "enforce", mx: "*.wrong.example" }],
  ["trial", { mode: "testing", mx: "mx.trial.example" }],
  ["none", { mode: "none", mx: "nobody.example" }],
  ["blocked", { mode: "enforce", mx: "mx.blocked.example", isBlocked: true }],
]);

const receivers = new Map<string, Receiver>();
let policies: PolicyHost;
let relay: TestRelay;
let port: number;

function zones(): Zones {
  const ofHosts = Object.keys(hosts).map((host) => [host, [{ type: "A", value: addressOf(host), ttl: 30 }]] as const);
  const ofDomains = [...published].flatMap(
    ([name, { id = "1", host = `mx.${name}.example` }]) =>
      [
        [`${name}.example`, [{ type: "MX", value: host, ttl: 30 }]],
        [`_mta-sts.${name}.example`, [{ type: "TXT", value: `v=STSv1; id=${id};`, ttl: 30 }]],
        [`mta-sts.${name}.example`, [{ type: "A", value: "127.0.0.1", ttl: 30 }]],
      ] as const,
  );
  return Object.fromEntries([...ofHosts, ...ofDomains]) as Zones;
}

function openRelay(data?: string, faults: readonly Fault[] = []): Promise<TestRelay> {
  const toml = "[policy]\nauthorities = CA\n[memory]\nremember = false\n";
  const kept = data === undefined ? {} : { data };
  return runRelay({
    zones: zones(),
    smtpPort: port,
    httpsPort: policies.port,
    clock,
    authority,
    toml,
    faults,
    ...kept,
  });
}

beforeAll(async () => {
  port = await freePort();
  for (const [host, credentials] of Object.entries(hosts)) {
    const at = { address: ip(addressOf(host)), port };
    receivers.set(host, await startReceiver({ net: systemNet, clock, at, hostname: domain(host), credentials }));
  }
  policies = await startPolicyHost({
    ...authority.issue({ names: [...published.keys()].map((name) => `mta-sts.${name}.example`) }),
    answer: (request, response) => {
      const name = /^mta-sts\.(\w+)\.example:/.exec(request.headers.host ?? "")?.[1] ?? "";
      const policy = published.get(name);
      if (policy === undefined || policy.isBlocked === true) return void request.socket.destroy();
      const text = `version: STSv1\nmode: ${policy.mode}\nmx: ${policy.mx}\nmax_age: 604800\n`;
      return policyAnswer(text)(request, response);
    },
  });
  relay = await openRelay();
});

afterAll(async () => {
  await relay?.close();
  await policies?.close();
  for (const receiver of receivers.values()) await receiver.close();
});

const received = (host: string) => receivers.get(host)?.received() ?? [];

async function hand(name: string): Promise<MessageId> {
  const content = `From: alice@source.example\nSubject: for ${name}\n\nthe launch is on Thursday\n`;
  const to = [`bob@${name}.example`];
  const [reply = ""] = await handIn(relay.localPort, [{ from: "alice@source.example", to, content }]);
  return idOf(reply) as MessageId;
}

const outcomes: readonly EventCode[] = ["delivered", "deferred", "bounced"];

/** Of the message's `count`th attempt, once it is stored. */
function outcome(id: MessageId, count = 1): Promise<MailEvent> {
  return eventually(`outcome ${count}`, patienceMs, async () => {
    const { story } = await relay.story(id);
    return story.map(({ event }) => event).filter(({ code }) => outcomes.includes(code))[count - 1];
  });
}

async function leap(byMs: number): Promise<void> {
  await eventually("a moment without attempts", patienceMs, async () =>
    (await relay.relay.queue.depth()).leased === 0 ? true : undefined,
  );
  clock.leap(byMs);
}

function publish(name: string, change: Partial<Published>): void {
  published.set(name, { ...(published.get(name) as Published), ...change });
  relay.nameserver.setZones(zones());
}

test("STS-4 enforce: a host that matches and proves its own name gets the mail, over an authenticated hop", async () => {
  expect(await outcome(await hand("kept"))).toMatchObject({
    code: "delivered",
    level: "authenticated",
    proof: "mta-sts",
    host: "mx.kept.example",
  });
  expect(received("mx.kept.example")).toHaveLength(1);
});

test("trap 19 enforce: a certificate that fits the pattern and not the host: not a byte of mail", async () => {
  expect(await outcome(await hand("wrong"))).toMatchObject({
    code: "deferred",
    reason: "unproven",
    fault: "certificate-name-mismatch",
    forSafety: true,
  });
  expect(received("mx.wrong.example")).toEqual([]);
});

test("STS-5 testing and none: delivered as if there were no policy", async () => {
  for (const name of ["trial", "none"]) {
    expect(await outcome(await hand(name))).toMatchObject({ code: "delivered", level: "encrypted" });
  }
});

test("the limit, said plainly: at first contact a policy that is kept from us is not known, and the story tells that", async () => {
  const id = await hand("blocked");
  expect(await outcome(id)).toMatchObject({ code: "delivered", level: "encrypted" });
  expect(JSON.stringify((await relay.story(id)).story)).toContain("sts-policy-fetch-error");
});

test("trap 17, spoof-mx: the attacker's host, with a true certificate of its own, gets nothing, whatever it does to TXT and HTTPS", async () => {
  publish("kept", { host: "mx.evil.example", isBlocked: true });
  relay.nameserver.setFaults([{ name: "_mta-sts.kept.example", kind: "servfail" }]);
  await leap(10 * minuteMs);
  const id = await hand("kept");
  expect(await outcome(id)).toMatchObject({ code: "deferred", reason: "sts-no-host", forSafety: true });
  // Trap 18: nor after a restart.
  await relay.close({ keepData: true });
  clock.leap(10 * minuteMs);
  relay = await openRelay(relay.data, [{ name: "_mta-sts.kept.example", kind: "servfail" }]);
  expect(await outcome(id, 2)).toMatchObject({ code: "deferred", reason: "sts-no-host" });
  expect(received("mx.evil.example")).toEqual([]);
  // The attacker goes away.
  relay.nameserver.setFaults([]);
  publish("kept", { host: "mx.kept.example", isBlocked: false });
  await leap(30 * minuteMs);
  expect(await outcome(id, 3)).toMatchObject({ code: "delivered", proof: "mta-sts", host: "mx.kept.example" });
});

test("STS-4 a domain that has moved: the kept policy stops the mail, a newer one is looked for, and the next attempt arrives", async () => {
  expect(await outcome(await hand("moving"))).toMatchObject({ code: "delivered", host: "mx.moving.example" });
  publish("moving", { id: "2", mx: "new.moving.example", host: "new.moving.example" });
  await leap(10 * minuteMs);
  const id = await hand("moving");
  expect(await outcome(id)).toMatchObject({ code: "deferred", reason: "sts-no-host" });
  await leap(10 * minuteMs);
  expect(await outcome(id, 2)).toMatchObject({ code: "delivered", proof: "mta-sts", host: "new.moving.example" });
});
