import * as packet from "dns-packet";
import { expect, test } from "vitest";
import { ip, type Endpoint, type Net } from "../../base/index.ts";
import { systemNet } from "../../system/index.ts";
import { startNameserver, type Fault, type Nameserver, type NameserverOptions, type Zones } from "./index.ts";

const at: Endpoint = { address: ip("127.0.0.1"), port: 0 };
const zones: Zones = {
  "example.test": [{ type: "MX", value: "mx.example.test", preference: 5, ttl: 77 }],
  "mx.example.test": [{ type: "A", value: "127.0.0.25" }],
  "alias.test": [{ type: "CNAME", value: "mx.example.test" }],
  "big.test": Array.from({ length: 100 }, () => ({ type: "TXT", value: "x".repeat(50) }) as const),
};

async function withServer(
  options: Partial<NameserverOptions>,
  run: (server: Nameserver) => Promise<void>,
): Promise<void> {
  const server = await startNameserver({ net: systemNet, at, zones, ...options });
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

interface Asking {
  readonly type?: string;
  /** UDP payload; absent: no EDNS. */
  readonly edns?: number;
  readonly flags?: number;
  /** With EDNS: the DO bit. */
  readonly dnssecOk?: boolean;
}

function query(
  name: string,
  { type = "A", edns, flags = packet.RECURSION_DESIRED, dnssecOk = false }: Asking,
): Uint8Array {
  const opt = { name: ".", type: "OPT", udpPayloadSize: edns ?? 0, flags: dnssecOk ? 0x8000 : 0, options: [] };
  return packet.encode({
    type: "query",
    id: 7,
    flags,
    questions: [{ name, type }],
    ...(edns === undefined ? {} : { additionals: [opt] }),
  });
}

/** The first answer over UDP, as an independent codec reads it. */
async function overUdp(
  server: Nameserver,
  name: string,
  asking: Asking = {},
): Promise<ReturnType<typeof packet.decode>> {
  const answered = Promise.withResolvers<Uint8Array>();
  const socket = systemNet.datagram(server.endpoint.address.includes(":") ? 6 : 4, answered.resolve, answered.reject);
  socket.send(query(name, asking), server.endpoint);
  const bytes = await answered.promise;
  socket.close();
  return packet.decode(bytes);
}

/** The first `expected` answers to questions on one TCP connection; fewer if it is closed before. */
async function overTcp(
  server: Nameserver,
  names: readonly string[],
  expected = names.length,
): Promise<ReturnType<typeof packet.decode>[]> {
  const dialled = await systemNet.dial(server.endpoint, { timeoutMs: 1000 });
  if (!dialled.ok) throw new Error(dialled.error);
  const { stream } = dialled.value;
  for (const name of names) {
    const bytes = query(name, {});
    // Byte by byte, as a slow peer might.
    for (const byte of [bytes.length >> 8, bytes.length & 0xff, ...bytes]) stream.write(Uint8Array.of(byte));
  }
  const answers: ReturnType<typeof packet.decode>[] = [];
  let gathered = Buffer.alloc(0);
  for await (const chunk of stream) {
    gathered = Buffer.concat([gathered, chunk as Buffer]);
    while (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE()) {
      const end = 2 + gathered.readUInt16BE();
      answers.push(packet.decode(gathered.subarray(2, end)));
      gathered = gathered.subarray(end);
    }
    if (answers.length === expected) break;
  }
  return answers;
}

const rcode = (reply: ReturnType<typeof packet.decode>): string => reply.rcode;

test("it answers over UDP and TCP on one port, as another codec reads it", () =>
  withServer({}, async (server) => {
    const udp = await overUdp(server, "Example.TEST", { type: "MX" });
    expect(udp).toMatchObject({
      id: 7,
      type: "response",
      rcode: "NOERROR",
      answers: [{ name: "example.test", type: "MX", ttl: 77, data: { preference: 5, exchange: "mx.example.test" } }],
    });
    expect(udp.flags & packet.RECURSION_AVAILABLE).toBeTruthy();
    const tcp = await overTcp(server, ["alias.test", "nowhere.test"]);
    expect(tcp[0]?.answers.map((answer) => [answer.name, answer.type, answer.data])).toEqual([
      ["alias.test", "CNAME", "mx.example.test"],
      ["mx.example.test", "A", "127.0.0.25"],
    ]);
    expect(tcp[1]).toMatchObject({ rcode: "NXDOMAIN" });
    expect(server.questions()).toEqual([
      { name: "example.test", type: "MX", over: "udp" },
      { name: "alias.test", type: "A", over: "tcp" },
      { name: "nowhere.test", type: "A", over: "tcp" },
    ]);
  }));

test("absences come with the SOA of the zone and its minimum (RFC 2308)", () =>
  withServer({ negativeTtlSeconds: 9 }, async (server) => {
    const soa = { type: "SOA", data: { minimum: 9 } };
    const nodata = await overUdp(server, "example.test");
    expect(nodata).toMatchObject({ rcode: "NOERROR", answers: [], authorities: [{ ...soa, name: "example.test" }] });
    const nxdomain = await overUdp(server, "x.example.test");
    expect(nxdomain).toMatchObject({ rcode: "NXDOMAIN", authorities: [{ ...soa, name: "example.test" }] });
  }));

test("AD is set where it is switched on, and only for those who ask for it (RFC 6840 §5.8)", () =>
  withServer({ authenticData: (question) => question.name === "mx.example.test" }, async (server) => {
    const ad = async (name: string, flags: number): Promise<boolean> =>
      ((await overUdp(server, name, { flags })).flags & packet.AUTHENTIC_DATA) !== 0;
    expect(await ad("mx.example.test", packet.AUTHENTIC_DATA)).toBe(true);
    expect(await ad("mx.example.test", 0)).toBe(false);
    expect(await ad("alias.test", packet.AUTHENTIC_DATA)).toBe(false);
    server.setAuthenticData(true);
    expect(await ad("alias.test", packet.AUTHENTIC_DATA)).toBe(true);
  }));

test("trap 9: what does not fit into the client's UDP size is cut off and said to be", () =>
  withServer({}, async (server) => {
    const cut = async (asking: Asking): Promise<boolean> =>
      ((await overUdp(server, "big.test", { type: "TXT", ...asking })).flags & packet.TRUNCATED_RESPONSE) !== 0;
    expect([await cut({}), await cut({ edns: 1232 }), await cut({ edns: 65_535 })]).toEqual([true, true, true]);
    server.setZones({ "big.test": [{ type: "TXT", value: "x".repeat(900) }] });
    expect([await cut({}), await cut({ edns: 100 }), await cut({ edns: 1232 })]).toEqual([true, true, false]);
  }));

const spoiled: readonly [kind: Fault["kind"], reply: object][] = [
  ["servfail", { rcode: "SERVFAIL", answers: [] }],
  ["refused", { rcode: "REFUSED", answers: [] }],
  ["notimp", { rcode: "NOTIMP", answers: [] }],
  ["referral", { rcode: "NOERROR", answers: [], authorities: [{ type: "NS" }] }],
  ["forged-id", { id: 6, answers: [{}, { data: "192.0.2.66" }, {}, {}] }],
  ["forged-question", { id: 7, questions: [{ name: "forged.invalid" }] }],
  ["no-edns", { rcode: "FORMERR" }],
  ["bogus", { rcode: "SERVFAIL", additionals: [{ options: [{ code: 15 }] }] }],
];
test.each(spoiled)("a fault of kind %s is seen on the wire", (kind, reply) =>
  withServer({ faults: [{ name: "mx.example.test", kind }] }, async (server) => {
    expect(await overUdp(server, "mx.example.test", { edns: 1232 })).toMatchObject(reply);
    expect(rcode(await overUdp(server, "alias.test"))).toBe("NOERROR");
  }),
);

test("a fault may be for one type alone, for some times alone, and for every name", () =>
  withServer({ faults: [{ name: "*", type: "A", kind: "servfail", times: 2 }] }, async (server) => {
    const seen: string[] = [];
    for (const type of ["A", "MX", "A", "A"]) seen.push(rcode(await overUdp(server, "example.test", { type })));
    expect(seen).toEqual(["SERVFAIL", "NOERROR", "SERVFAIL", "NOERROR"]);
    server.setFaults([{ name: "Example.test", kind: "refused" }]);
    expect(rcode(await overUdp(server, "example.test"))).toBe("REFUSED");
  }));

test("close-tcp hangs up on TCP alone", () =>
  withServer({ faults: [{ name: "alias.test", kind: "close-tcp" }] }, async (server) => {
    expect(await overTcp(server, ["alias.test"])).toEqual([]);
    expect(rcode(await overUdp(server, "alias.test"))).toBe("NOERROR");
  }));

test("timeout leaves unanswered what was asked, and nothing else", () =>
  withServer({ faults: [{ name: "alias.test", kind: "timeout" }] }, async (server) => {
    const answers = await overTcp(server, ["alias.test", "mx.example.test"], 1);
    expect(answers.map((answer) => answer.questions[0]?.name)).toEqual(["mx.example.test"]);
  }));

test("it is for loopback alone", async () => {
  for (const address of ["0.0.0.0", "192.0.2.1", "::"]) {
    await expect(startNameserver({ net: systemNet, at: { address: ip(address), port: 0 }, zones })).rejects.toThrow(
      RangeError,
    );
  }
});

test("it serves IPv6's loopback too", () =>
  withServer({ at: { address: ip("::1"), port: 0 } }, async (server) => {
    expect(rcode(await overUdp(server, "alias.test"))).toBe("NOERROR");
  }));

test("a port that is taken for TCP is given up for another, unless it was asked for", async () => {
  let refusals = 3;
  const net: Net = {
    ...systemNet,
    listen: (where, onConnection) =>
      refusals-- > 0
        ? Promise.reject(Object.assign(new Error("taken"), { code: "EADDRINUSE" }))
        : systemNet.listen(where, onConnection),
  };
  const server = await startNameserver({ net, at, zones });
  // Others may have had more of the ports that were tried.
  expect(refusals).toBeLessThan(0);
  await expect(startNameserver({ net: systemNet, at: server.endpoint, zones })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  await server.close();
});

const signing: NonNullable<NameserverOptions["signing"]> = {
  clock: { now: () => Date.UTC(2026, 0, 1) },
  zones: { test: "signed", "example.test": "signed" },
};

test("RFC 4035 §3.2.1: signatures and proofs go to those who ask for them, or for their very type", () =>
  withServer({ signing }, async (server) => {
    const types = async (name: string, asking: Asking): Promise<readonly (readonly string[])[]> => {
      const { answers, authorities } = await overUdp(server, name, asking);
      return [answers, authorities].map((section) => section.map(({ type }) => type).toSorted());
    };
    const wants = { edns: 1232, dnssecOk: true };
    expect(await types("example.test", { type: "MX", ...wants })).toEqual([["MX", "RRSIG"], []]);
    expect(await types("example.test", { type: "MX", edns: 1232 })).toEqual([["MX"], []]);
    expect(await types("example.test", { type: "MX" })).toEqual([["MX"], []]);
    expect(await types("none.test", wants)).toEqual([[], ["NSEC", "NSEC", "RRSIG", "RRSIG", "RRSIG", "SOA"]]);
    expect(await types("none.test", {})).toEqual([[], ["SOA"]]);
    expect(await types("example.test", { type: "DNSKEY" })).toEqual([["DNSKEY"], []]);
    expect(await types("example.test", { type: "NSEC" })).toEqual([["NSEC"], []]);
    expect(await types("alias.test", { ...wants })).toEqual([["A", "CNAME", "RRSIG", "RRSIG"], []]);
    server.setFaults([{ name: "alias.test", kind: "alias-only" }]);
    expect(await types("alias.test", { ...wants })).toEqual([["CNAME", "RRSIG"], []]);
  }));

test("the anchor stays the same when the zones change; without signatures there is none", () =>
  withServer({ signing }, async (server) => {
    const before = server.anchors;
    server.setZones({ "example.test": [{ type: "A", value: "127.0.0.1" }] });
    expect(server.anchors).toEqual(before);
    expect(before).toMatchObject([{ zone: ".", algorithm: 13, digestType: 2 }]);
    await withServer({}, async (other) => expect(other.anchors).toEqual([]));
  }));

test("whoever stands in between has the last word, until he goes", () =>
  withServer({}, async (server) => {
    const address = async (): Promise<unknown> => (await overUdp(server, "mx.example.test")).answers[0]?.data;
    const telling = (value: string) =>
      server.meddle((truth, { name, type }) => ({
        ...truth,
        answers: [{ name, ttlSeconds: 1, data: { type: type as "A", address: ip(value) } }],
      }));
    const leaves = [telling("127.0.0.66"), telling("127.0.0.67")];
    expect(await address()).toBe("127.0.0.67");
    leaves[1]?.();
    expect(await address()).toBe("127.0.0.66");
    leaves[0]?.();
    expect(await address()).toBe("127.0.0.25");
  }));

test("noise is not answered and breaks nothing", () =>
  withServer({}, async (server) => {
    const socket = systemNet.datagram(
      4,
      () => {},
      () => {},
    );
    for (const length of [0, 1, 11, 12, 40]) socket.send(new Uint8Array(length).fill(0xff), server.endpoint);
    expect(rcode(await overUdp(server, "alias.test"))).toBe("NOERROR");
    socket.close();
    expect(server.questions().length).toBe(1);
  }));
