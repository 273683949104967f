/** Every server of the lab goes on for a client that has ended its side and still reads (RFC 9293 §3.6), as Exim does behind BDAT and QUIT. */
import * as packet from "dns-packet";
import { afterEach, describe, expect, test } from "vitest";
import { sendAndEnd, type Ending } from "../../test/support/half-close.ts";
import { domain, ip, type Endpoint, type Listener, type Wire } from "../base/index.ts";
import { systemClock, systemNet } from "../system/index.ts";
import { attackers } from "./attackers/index.ts";
import { makeAuthority } from "./ca.ts";
import { startNameserver } from "./nameserver/index.ts";
import { startPolicyHost } from "./policy-host.ts";
import { startReceiver, type Receiver } from "./receiver.ts";
import { openFront } from "./run/front.ts";

const free: Endpoint = { address: ip("127.0.0.1"), port: 0 };
const host = domain("mx.victim.example");
const authority = makeAuthority(systemClock);
const credentials = authority.issue({ names: [host] });
const deps = { net: systemNet, clock: systemClock, authority, dns: { meddle: () => () => {} } };

const open: { close(): Promise<unknown> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

async function kept<T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
  const opened = await opening;
  open.push(opened);
  return opened;
}

const receiver = (): Promise<Receiver> => kept(startReceiver({ ...deps, at: free, hostname: host, credentials }));

const body = "Subject: x\r\n\r\nhello\r\n";
const group = `EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT ${body.length} LAST\r\n${body}QUIT\r\n`;
const cutShort = group.slice(0, group.indexOf("hello"));

/** Where a sender dials, by what stands before the honest server. */
const before: Readonly<Record<string, (honest: Receiver) => Promise<Endpoint>>> = {
  nobody: async (honest) => honest.endpoint,
  "a front": async (honest) => (await kept(openFront(systemNet, free, () => honest.endpoint))).endpoint,
  "a front behind a front": async (honest) => {
    const inner = await kept(openFront(systemNet, free, () => honest.endpoint));
    return (await kept(openFront(systemNet, free, () => inner.endpoint))).endpoint;
  },
  eavesdrop: (honest) => attacked("eavesdrop", honest),
  "strip-ehlo": (honest) => attacked("strip-ehlo", honest),
};

async function attacked(attack: "eavesdrop" | "strip-ehlo", honest: Receiver): Promise<Endpoint> {
  const target = { at: free, victim: honest.endpoint, host, domain: domain("victim.example"), credentials };
  return (await kept(attackers[attack].start(deps, target, undefined))).endpoint;
}

describe.each(Object.keys(before))("before the receiver: %s", (who) => {
  const ways: readonly (readonly [Ending, string])[] = [
    ["fin", "in clear"],
    ["close-notify", "in TLS, ended by close_notify"],
    ["cut", "in TLS, cut without close_notify"],
  ];
  test.each(ways.filter(([how]) => how === "fin" || who !== "strip-ehlo"))("%s: %s", async (how) => {
    const honest = await receiver();
    const { port } = (await before[who]?.(honest)) ?? honest.endpoint;
    const tls = { startTls: how !== "fin", ca: authority.pem, servername: host };
    const whole = await sendAndEnd(port, group, how, tls);
    await whole.done;
    expect(whole.text).toMatch(/250 2\.0\.0 [^\r]*\r\n221 [^\r]*\r\n$/);
    const cut = await sendAndEnd(port, cutShort, how, tls);
    await cut.done;
    expect(cut.text).toMatch(/250 2\.1\.5 [^\r]*\r\n$/);
    expect(honest.received().map(({ content }) => content)).toEqual([body]);
  });
});

test("a name server answers what it was asked over TCP, and hangs up", async () => {
  const zones = { "a.test": [{ type: "A", value: "127.0.0.25" }] } as const;
  const server = await kept(startNameserver({ net: systemNet, at: free, zones }));
  const question = packet.encode({ type: "query", id: 7, flags: 0, questions: [{ name: "a.test", type: "A" }] });
  const framed = Buffer.concat([Uint8Array.of(0, question.length), question]).toString("latin1");
  const client = await sendAndEnd(server.endpoint.port, framed.repeat(2), "fin");
  await client.done;
  const said = Buffer.from(client.text, "latin1");
  expect(packet.decode(said.subarray(2, 2 + said.readUInt16BE())).answers).toMatchObject([{ data: "127.0.0.25" }]);
  expect(said).toHaveLength(2 * (2 + said.readUInt16BE()));
});

test.each(["close-notify", "cut"] as const)("the policy host gives its policy (%s)", async (how) => {
  const policies = await kept(startPolicyHost({ net: systemNet, at: free }));
  const name = domain("mta-sts.victim.example");
  policies.publish(domain("victim.example"), "version: STSv1\r\n", authority.issue({ names: [name] }));
  const tls = { ca: authority.pem, servername: name };
  const request = "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.victim.example\r\n\r\n";
  const client = await sendAndEnd(policies.endpoint.port, request, how, tls);
  await client.done;
  expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*version: STSv1\r\n$/);
});

test.each([
  ["policy host", () => kept(startPolicyHost({ net: systemNet, at: free }))],
  ["name server", () => kept(startNameserver({ net: systemNet, at: free, zones: {} }))],
  [
    "front",
    async () =>
      kept(
        openFront(
          systemNet,
          free,
          (
            (at) => () =>
              at
          )((await receiver()).endpoint),
        ),
      ),
  ],
] as const)("nothing asked, and the %s hangs up", async (_, start) => {
  const { endpoint } = await start();
  const client = await sendAndEnd(endpoint.port, "", "fin");
  await client.done;
});

test("the port: who listens may still write when the other side has ended", async () => {
  const taken = Promise.withResolvers<Wire>();
  const listener: Listener = await kept(systemNet.listen(free, taken.resolve));
  const client = await sendAndEnd(listener.local.port, "the last words", "fin");
  const { stream } = await taken.promise;
  let heard = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) heard += String(chunk);
  stream.end(`heard: ${heard}`);
  await client.done;
  expect(client.text).toBe("heard: the last words");
});
