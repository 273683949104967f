/** The port to TLS, and the resolver over it, on real sockets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, noLog, noMetrics, type Endpoint, type Log, type Net } from "../base/index.ts";
import { createStubResolver, type Resolver, type Upstream } from "../dns/index.ts";
import { resolverCases } from "../dns/resolver.cases.ts";
import { startNameserver, type Nameserver, type Zones } from "../lab/nameserver/index.ts";
import { makeAuthority, selfSigned, type Credentials } from "../../test/support/certificates.ts";
import { leapingClock, type LeapingClock } from "../../test/support/clock.ts";
import { startDotServer, type DotServer, type DotServerOptions } from "../../test/support/dot-server.ts";
import { dotClient } from "./dot.ts";
import { systemClock } from "./clock.ts";
import { systemNet } from "./net.ts";
import { systemRandom } from "./random.ts";

const authority = makeAuthority();
const good = authority.issue({ names: ["dns.example"] });
const name = domain("dns.example");
const count = 200;
const hosts = Array.from({ length: count }, (_, index) => domain(`n${index}.test`));
const zones: Zones = Object.fromEntries(
  hosts.map((host, index) => [host, [{ type: "A", value: `127.0.9.${index}` } as const]]),
);
const anyPort: Endpoint = { address: ip("127.0.0.1"), port: 0 };

interface World {
  readonly resolver: Resolver;
  readonly clock: LeapingClock;
  /** Where anything was dialled, and where UDP packets were sent. */
  readonly dialled: Endpoint[];
  readonly sent: Endpoint[];
  readonly logged: string[];
  close(): Promise<void>;
}

function open(upstreams: readonly Upstream[], options: { trustAd?: boolean; withoutPort?: true } = {}): World {
  const dialled: Endpoint[] = [];
  const sent: Endpoint[] = [];
  const logged: string[] = [];
  const net: Net = {
    ...systemNet,
    dial: (to, how) => (dialled.push(to), systemNet.dial(to, how)),
    datagram(...args) {
      const socket = systemNet.datagram(...args);
      return { ...socket, send: (payload, to) => (sent.push(to), socket.send(payload, to)) };
    },
  };
  const log: Log = { ...noLog, warn: (message) => void logged.push(message) };
  const clock = leapingClock();
  const resolver = createStubResolver({
    net,
    clock,
    log,
    upstreams,
    random: systemRandom,
    metrics: noMetrics,
    trustAd: options.trustAd ?? false,
    ...(options.withoutPort === true ? {} : { secure: dotClient({ ca: authority.pem }) }),
  });
  return { resolver, clock, dialled, sent, logged, close: () => resolver.close() };
}

let nameserver: Nameserver;
const opened: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(one: T): T => (opened.push(one), one);

beforeAll(async () => {
  nameserver = await startNameserver({ net: systemNet, at: anyPort, zones, authenticData: true });
});
afterAll(async () => {
  for (const one of opened.toReversed()) await one.close();
  await nameserver.close();
});

async function dotServer(credentials: Credentials = good, tls: DotServerOptions["tls"] = {}): Promise<DotServer> {
  return keep(await startDotServer({ to: nameserver.endpoint, ...credentials, tls }));
}

const over = ({ endpoint }: DotServer, tls: Upstream["tls"] = { name }): Upstream => ({ ...endpoint, tls });

function lastOf(host: string): string {
  return `127.0.9.${/^n(\d+)/.exec(host)?.[1]}`;
}

/** Each name server that a case has started, behind TLS. */
const fronts = new Map<number, Promise<DotServer>>();
const fronted: Net = {
  ...systemNet,
  async dial(to, how) {
    const front = fronts.get(to.port) ?? startDotServer({ to, ...good }).then(keep);
    fronts.set(to.port, front);
    return systemNet.dial((await front).endpoint, how);
  },
};
resolverCases(
  "the stub over TLS",
  (upstreams) =>
    createStubResolver({
      net: fronted,
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      metrics: noMetrics,
      upstreams: upstreams.map((endpoint) => ({ ...endpoint, tls: { name } })),
      secure: dotClient({ ca: authority.pem }),
      trustAd: false,
    }),
  "stream",
);

describe("RFC 7858: DNS over TLS", () => {
  test("two hundred questions at once go over two connections, each proven, none resumed, and nothing in clear", async () => {
    const server = await dotServer();
    const { resolver, dialled, sent } = keep(open([over(server)]));
    const answers = await Promise.all(hosts.map((host) => resolver.a(host)));
    expect(answers).toMatchObject(hosts.map((host) => ({ records: [lastOf(host)] })));
    expect(server.sessions).toEqual(
      [1, 2].map(() => ({ servername: "dns.example", alpn: "dot", protocol: "TLSv1.3", resumed: false })),
    );
    expect([dialled.length, sent.length]).toEqual([2, 0]);
  });

  test("a connection that the upstream closes is opened anew, with the handshake in full", async () => {
    const server = await dotServer();
    const { resolver } = keep(open([over(server)]));
    for (const host of hosts.slice(0, 3)) {
      expect(await resolver.a(host)).toMatchObject({ records: [lastOf(host)] });
      server.hangUp();
    }
    expect(server.sessions.map(({ resumed }) => resumed)).toEqual([false, false, false]);
  });

  test("TLS 1.2 will do", async () => {
    const server = await dotServer(good, { maxVersion: "TLSv1.2" });
    const { resolver } = keep(open([over(server)]));
    expect(await resolver.a(domain("n1.test"))).toMatchObject({ kind: "records" });
  });

  test("so will a server that knows nothing of ALPN", async () => {
    const server = await dotServer(good, { ALPNProtocols: undefined as never });
    const { resolver } = keep(open([over(server)]));
    expect(await resolver.a(domain("n1.test"))).toMatchObject({ kind: "records" });
    expect(server.sessions[0]?.alpn).toBe(false);
  });
});

describe("RFC 8310 §5: an upstream that does not prove its name is asked nothing, and never in clear", () => {
  const deep = makeAuthority("Another CA");
  const cases: readonly [why: string, credentials: Credentials, tls: DotServerOptions["tls"], detail: RegExp][] = [
    ["another name", authority.issue({ names: ["dns.example.net"] }), {}, /not for dns\.example/],
    ["its name in the CN alone", authority.issue({ commonName: "dns.example" }), {}, /not for dns\.example/],
    ["a wildcard above it", authority.issue({ names: ["*.sub.dns.example"] }), {}, /not for dns\.example/],
    ["an authority that nobody trusts", deep.issue({ names: ["dns.example"] }), {}, /verif|certificate/],
    ["its own signature", selfSigned({ names: ["dns.example"] }), {}, /self.signed/],
    [
      "a certificate that has run out",
      authority.issue({ names: ["dns.example"], fromDays: -9, toDays: -1 }),
      {},
      /expired/,
    ],
    ["one that is not valid yet", authority.issue({ names: ["dns.example"], fromDays: 1 }), {}, /not yet valid/],
    ["TLS 1.1", good, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }, /./],
    ["another protocol inside TLS", good, { ALPNProtocols: ["imap"] }, /./],
  ];
  test.each(cases)("%s", async (_, credentials, tls, detail) => {
    const server = await dotServer(credentials, tls);
    const asked = nameserver.questions().length;
    const { resolver, dialled, sent } = keep(open([over(server)], { trustAd: true }));
    const answer = await resolver.a(domain("n1.test"));
    expect(answer).toMatchObject({ kind: "failure", status: "indeterminate", failure: "network" });
    expect(answer.kind === "failure" && answer.detail).toMatch(detail);
    expect([server.bytes(), nameserver.questions().length - asked, sent.length]).toEqual([0, 0, 0]);
    expect(dialled.every(({ port }) => port === server.endpoint.port)).toBe(true);
  });

  test("a server that speaks no TLS hears a ClientHello and no question", async () => {
    const heard: Buffer[] = [];
    const listener = keep(
      await systemNet.listen(anyPort, ({ stream }) => {
        stream.on("error", () => {});
        stream.on("data", (chunk: Buffer) => {
          heard.push(chunk);
          stream.end("220 this is something else\r\n");
        });
      }),
    );
    const { resolver, sent } = keep(open([{ ...listener.local, tls: { name } }]));
    expect(await resolver.a(domain("n1.test"))).toMatchObject({ failure: "network" });
    const bytes = Buffer.concat(heard);
    expect(bytes[0]).toBe(22);
    // The name as it would stand in a question; two letters alone come up by chance in so many random bytes.
    expect(bytes.includes("\x02n1\x04test\x00", "latin1")).toBe(false);
    expect(sent).toEqual([]);
  });

  test("without the port to TLS nothing is dialled or sent", async () => {
    const { resolver, dialled, sent } = keep(open([{ ...nameserver.endpoint, tls: { name } }], { withoutPort: true }));
    expect(await resolver.a(domain("n1.test"))).toMatchObject({ failure: "network", status: "indeterminate" });
    expect([dialled, sent]).toEqual([[], []]);
  });

  test("a handshake that never ends is given up in time, and so is what waits for it", async () => {
    const listener = keep(
      await systemNet.listen(anyPort, ({ stream }) => {
        stream.on("error", () => {}).resume();
        // Silent as long as anybody waits, and no longer.
        stream.on("end", () => stream.end());
      }),
    );
    const { resolver, clock } = keep(open([{ ...listener.local, tls: { name } }]));
    const answer = resolver.a(domain("n1.test"));
    for (let second = 0; second < 12; second++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.leap(1000);
    }
    expect(await answer).toMatchObject({ kind: "failure", failure: "timeout" });
  });
});

describe("SEC-6: the AD bit inside TLS", () => {
  test.each<[status: string, trustAd: boolean, why: string]>([
    ["secure", true, "the upstream has proven who it is"],
    ["insecure", false, "the operator does not trust it"],
  ])("%s if trusted is %s: %s", async (status, trustAd) => {
    const { resolver } = keep(open([over(await dotServer())], { trustAd }));
    expect(await resolver.a(domain("n1.test"))).toMatchObject({ kind: "records", status });
  });
});

describe("several upstreams", () => {
  const dead: Upstream = { address: ip("127.0.0.1"), port: 1, tls: { name } };
  test("whoever is not there or is not who it should be is passed over, and rests", async () => {
    const [impostor, honest] = [await dotServer(selfSigned({ names: ["dns.example"] })), await dotServer()];
    const world = keep(open([dead, over(impostor), over(honest)]));
    for (const host of hosts.slice(0, 5)) {
      expect(await world.resolver.a(host)).toMatchObject({ records: [lastOf(host)] });
    }
    expect(world.logged).toEqual(["a DNS upstream does not answer", "a DNS upstream does not answer"]);
    expect(world.dialled.map(({ port }) => port)).toEqual([1, impostor.endpoint.port, honest.endpoint.port]);
    expect(impostor.bytes()).toBe(0);
  });

  test("one in clear answers for one over TLS that is not there, and one over TLS for one in clear that refuses", async () => {
    const refusing = keep(
      await startNameserver({ net: systemNet, at: anyPort, zones, faults: [{ name: "*", kind: "refused" }] }),
    );
    for (const upstreams of [
      [dead, nameserver.endpoint],
      [refusing.endpoint, over(await dotServer())],
    ]) {
      const world = keep(open(upstreams));
      const answers = hosts.slice(0, 20).map((host) => world.resolver.a(host));
      expect(await Promise.all(answers)).toMatchObject(hosts.slice(0, 20).map((host) => ({ records: [lastOf(host)] })));
    }
  });

  test("SEC-6: where AD is trusted, one in clear elsewhere is not asked in place of one over TLS", async () => {
    const elsewhere: Upstream = { address: ip("192.0.2.53"), port: 53 };
    const world = keep(open([dead, elsewhere], { trustAd: true }));
    expect(await world.resolver.a(domain("n1.test"))).toMatchObject({ kind: "failure", failure: "network" });
    expect([world.sent, new Set(world.dialled.map(({ port }) => port))]).toEqual([[], new Set([1])]);
  });
});
