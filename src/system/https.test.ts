import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { domain, ip, ok, type IpAddress } from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import { trustOnly, type Credentials } from "../lab/index.ts";
import { stsLimits, stsPolicyPath } from "../policy/index.ts";
import { leapingClock } from "../../test/support/clock.ts";
import { makeAuthority, selfSigned } from "../../test/support/certificates.ts";
import { policyAnswer, startPolicyHost, startRawHost, type PolicyHostOptions } from "../../test/support/policy-host.ts";
import { eventually } from "../../test/peers/wait.ts";
import { httpsGet, type HttpsOptions } from "./https.ts";
import { systemClock, systemNet } from "./index.ts";

const host = domain("mta-sts.example.org");
const authority = makeAuthority();
const good = authority.issue({ names: [host] });
const policy = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function served(answer: RequestListener, options: Partial<PolicyHostOptions> = {}) {
  const server = await startPolicyHost({ ...good, answer, ...options });
  closers.push(server.close);
  return server;
}

const loopback = ip("127.0.0.1");

function answering(addresses: readonly IpAddress[]): Answer<IpAddress> {
  const common = { question: host, owner: host, aliases: [], ttlSeconds: 60, status: "insecure" } as const;
  return addresses.length === 0 ? { ...common, kind: "nodata" } : { ...common, kind: "records", records: addresses };
}

function failing(status: "bogus" | "indeterminate"): Answer<IpAddress> {
  const failure = status === "bogus" ? "bogus" : "timeout";
  return { kind: "failure", status, question: host, failure, detail: "because" };
}

function naming(four: Answer<IpAddress>, six: Answer<IpAddress> = answering([])): Pick<Resolver, "a" | "aaaa"> {
  return { a: async () => four, aaaa: async () => six };
}

function getter(port: number, options: Partial<HttpsOptions> = {}) {
  return httpsGet({
    net: systemNet,
    clock: systemClock,
    resolver: naming(answering([loopback])),
    port,
    authorities: trustOnly(authority),
    allowPrivateAddresses: true,
    ...options,
  });
}

const get = (port: number, options?: Partial<HttpsOptions>) => getter(port, options)(host, stsPolicyPath);

describe("STS-1 an honest policy host", () => {
  test("its policy comes as it is", async () => {
    const server = await served(policyAnswer(policy));
    expect(await get(server.port)).toEqual(ok(Buffer.from(policy)));
  });

  test("it hears one plain GET for its own name, without cookies, compression or a kept connection", async () => {
    const server = await served(policyAnswer(policy));
    await get(server.port);
    await get(server.port);
    expect(server.connections()).toBe(2);
    expect(server.requests[0]).toEqual({
      method: "GET",
      url: "/.well-known/mta-sts.txt",
      headers: {
        host: `${host}:${server.port}`,
        "user-agent": "surehop",
        accept: "text/plain",
        "accept-encoding": "identity",
        connection: "close",
      },
    });
  });

  test("no session is resumed: each connection proves the name anew", async () => {
    const resumed: boolean[] = [];
    const server = await served((request, response) => {
      resumed.push((request.socket as import("node:tls").TLSSocket).isSessionReused());
      policyAnswer(policy)(request, response);
    });
    const again = getter(server.port);
    await again(host, stsPolicyPath);
    await again(host, stsPolicyPath);
    expect(resumed).toEqual([false, false]);
  });

  const types = [
    "text/plain",
    "text/plain; charset=utf-8",
    "TEXT/PLAIN;charset=us-ascii",
    'text/plain ; format="flowed"',
  ];
  test.each(types)("the media type may be %s", async (type) => {
    const server = await served(policyAnswer(policy, type));
    expect(await get(server.port)).toMatchObject({ ok: true });
  });

  test("in chunks, byte by byte", async () => {
    const server = await served((_, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      for (const byte of Buffer.from(policy)) response.write(Buffer.from([byte]));
      response.end();
    });
    expect(await get(server.port)).toEqual(ok(Buffer.from(policy)));
  });

  test("as large as may be", async () => {
    const large = policy + "x: y\n".repeat(20_000);
    const server = await served(policyAnswer(large.slice(0, stsLimits.policyMaxBytes)));
    expect(await get(server.port)).toMatchObject({ ok: true });
  });

  test("over TLS 1.2 too", async () => {
    const server = await served(policyAnswer(policy), { tls: { maxVersion: "TLSv1.2" } });
    expect(await get(server.port)).toMatchObject({ ok: true });
  });

  test("with an intermediate authority, and a wildcard for its name", async () => {
    const credentials = authority.intermediate("Between").issue({ names: ["*.example.org"] });
    const server = await served(policyAnswer(policy), credentials);
    expect(await get(server.port)).toMatchObject({ ok: true });
  });

  test("at its second address, if nobody is at the first", async () => {
    const server = await served(policyAnswer(policy));
    const resolver = naming(answering([ip("127.0.0.2"), loopback]), answering([ip("::1")]));
    expect(await get(server.port, { resolver })).toMatchObject({ ok: true });
  });

  test("one family of addresses that fails does not matter if the other answers", async () => {
    const server = await served(policyAnswer(policy));
    const resolver = naming(answering([loopback]), failing("indeterminate"));
    expect(await get(server.port, { resolver })).toMatchObject({ ok: true });
  });
});

describe("STS-1 a server that does not prove mta-sts.DOMAIN is asked nothing", () => {
  const impostor = makeAuthority("Somebody else");
  const cases: readonly [why: string, credentials: Credentials, detail: RegExp][] = [
    ["another name", authority.issue({ names: ["www.example.org"] }), /not for mta-sts\.example\.org/],
    ["the domain itself", authority.issue({ names: ["example.org"] }), /not for/],
    ["the MX host", authority.issue({ names: ["mx.example.org"] }), /not for/],
    ["a wildcard one label too high", authority.issue({ names: ["*.org"] }), /not for/],
    ["its name as CN alone", authority.issue({ commonName: host }), /not for/],
    ["run out", authority.issue({ names: [host], fromDays: -30, toDays: -1 }), /expired/],
    ["not yet valid", authority.issue({ names: [host], fromDays: 1 }), /not yet valid/],
    ["signed by itself", selfSigned({ names: [host] }), /self.signed/],
    ["an authority that nobody trusts", impostor.issue({ names: [host] }), /unable to (?:get|verify)/],
    [
      "without its intermediate",
      authority.intermediate("Between").issue({ names: [host], withoutChain: true }),
      /unable to/,
    ],
  ];
  test.each(cases)("%s", async (_, credentials, detail) => {
    const server = await served(policyAnswer(policy), credentials);
    const fetched = await get(server.port);
    expect(fetched).toEqual({
      ok: false,
      error: { result: "sts-webpki-invalid", detail: expect.stringMatching(detail) },
    });
    expect(server.requests).toEqual([]);
  });

  test("an authority of our own is not trusted where it was not named", async () => {
    const server = await served(policyAnswer(policy));
    const systemOnly = httpsGet({
      net: systemNet,
      clock: systemClock,
      resolver: naming(answering([loopback])),
      port: server.port,
      allowPrivateAddresses: true,
    });
    expect(await systemOnly(host, stsPolicyPath)).toMatchObject({ error: { result: "sts-webpki-invalid" } });
  });

  test("authorities besides the system's are trusted as well", async () => {
    const server = await served(policyAnswer(policy));
    const authorities = { ...trustOnly(authority), exclusive: false };
    expect(await get(server.port, { authorities })).toMatchObject({ ok: true });
  });

  test("what a wrong certificate says is told rather than that the other address is closed", async () => {
    const server = await served(policyAnswer(policy), selfSigned({ names: [host] }));
    const resolver = naming(answering([loopback, ip("127.0.0.2")]));
    expect(await get(server.port, { resolver })).toMatchObject({ error: { result: "sts-webpki-invalid" } });
  });

  test("TLS 1.1 is too old", async () => {
    const server = await served(policyAnswer(policy), {
      tls: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" },
    });
    expect(await get(server.port)).toMatchObject({ error: { result: "sts-policy-fetch-error" } });
    expect(server.requests).toEqual([]);
  });
});

describe("trap 20, STS-1: only status 200, text/plain, whole, and small", () => {
  const type = { "content-type": "text/plain" } as const;
  const cases: readonly [why: string, answer: RequestListener, result: string, detail: RegExp][] = [
    ...([301, 302, 303, 307, 308] as const).map((status): [string, RequestListener, string, RegExp] => [
      `${status} with a redirect`,
      (request, response) => {
        response.writeHead(status, { ...type, location: `https://${request.headers.host ?? ""}/elsewhere.txt` });
        response.end(policy);
      },
      "sts-policy-fetch-error",
      new RegExp(`status ${status} .*redirects are not followed`),
    ]),
    ...([201, 203, 204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503] as const).map(
      (status): [string, RequestListener, string, RegExp] => [
        `${status}, with a policy in it`,
        (_, response) => {
          response.writeHead(status, type);
          response.end(status === 204 || status === 304 ? undefined : policy);
        },
        "sts-policy-fetch-error",
        new RegExp(`status ${status}`),
      ],
    ),
    ...["text/html", "text/html; charset=utf-8", "application/octet-stream", "text/plainer", "x/text/plain", ""].map(
      (wrong): [string, RequestListener, string, RegExp] => [
        `the media type ${wrong === "" ? "missing" : wrong}`,
        (_, response) => {
          response.writeHead(200, {
            ...(wrong === "" ? {} : { "content-type": wrong }),
            "content-length": Buffer.byteLength(policy),
          });
          response.end(policy);
        },
        "sts-policy-invalid",
        /media type/,
      ],
    ),
    [
      "65 KiB, announced",
      (_, response) => {
        response.writeHead(200, { ...type, "content-length": 65 * 1024 });
        response.end("x".repeat(65 * 1024));
      },
      "sts-policy-invalid",
      /larger than 65536 bytes/,
    ],
    [
      "one byte too many, in chunks",
      (_, response) => {
        response.writeHead(200, type);
        response.write("x".repeat(65_536));
        setTimeout(() => response.write("x"), 20);
      },
      "sts-policy-invalid",
      /larger than 65536 bytes/,
    ],
    [
      "chunks without end",
      (_, response) => {
        response.writeHead(200, type);
        const more = (): void =>
          void (!response.destroyed && response.write("x".repeat(10_000), () => setImmediate(more)));
        more();
      },
      "sts-policy-invalid",
      /larger than 65536 bytes/,
    ],
    [
      "fewer bytes than were announced",
      (_, response) => {
        response.writeHead(200, { ...type, "content-length": policy.length });
        response.write(policy.slice(0, -5));
        setTimeout(() => response.destroy(), 20);
      },
      "sts-policy-fetch-error",
      /cut short/,
    ],
    [
      "chunks that break off",
      (_, response) => {
        response.writeHead(200, type);
        response.write(policy.slice(0, -5));
        setTimeout(() => response.destroy(), 20);
      },
      "sts-policy-fetch-error",
      /cut short/,
    ],
    [
      "a body that ends with the connection, which anyone on the path can cut",
      (request) => void request.socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n${policy}`),
      "sts-policy-fetch-error",
      /length of the answer is not told/,
    ],
    [
      "compressed, unasked",
      (_, response) => {
        const body = gzipSync(policy);
        response.writeHead(200, { ...type, "content-encoding": "gzip", "content-length": body.length });
        response.end(body);
      },
      "sts-policy-fetch-error",
      /compressed/,
    ],
    [
      "two different lengths",
      (request) =>
        void request.socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nversion`,
        ),
      "sts-policy-fetch-error",
      /HTTP/,
    ],
    [
      "headers without end",
      (request) => void request.socket.write(`HTTP/1.1 200 OK\r\n${"x-more: and more\r\n".repeat(2000)}`),
      "sts-policy-fetch-error",
      /HTTP/,
    ],
    ["hung up without a word", (request) => void request.socket.destroy(), "sts-policy-fetch-error", /HTTP/],
    ["not HTTP", (request) => void request.socket.end("220 mx ESMTP\r\n"), "sts-policy-fetch-error", /HTTP/],
    [
      "another protocol",
      (request) => void request.socket.end("HTTP/1.1 101 Over\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
      "sts-policy-fetch-error",
      /HTTP/,
    ],
  ];
  test.each(cases)("%s", async (_, answer, result, detail) => {
    const server = await served(answer);
    expect(await get(server.port)).toEqual({ ok: false, error: { result, detail: expect.stringMatching(detail) } });
    expect(server.requests).toHaveLength(1);
  });

  test("a redirect leads nowhere, not even to the same host", async () => {
    const server = await served((request, response) => {
      if (request.url === "/elsewhere.txt") return policyAnswer(policy)(request, response);
      response.writeHead(302, { location: "/elsewhere.txt" });
      return void response.end();
    });
    expect(await get(server.port)).toMatchObject({ ok: false });
    expect(server.requests.map(({ url }) => url)).toEqual([stsPolicyPath]);
  });

  test("an early hint before the answer is no answer", async () => {
    const server = await served((request, response) => {
      response.writeEarlyHints({ link: "</x>; rel=preload" });
      policyAnswer(policy)(request, response);
    });
    expect(await get(server.port)).toMatchObject({ ok: true });
  });
});

describe("STS-1 a minute for the whole, and no more", () => {
  const slow: readonly [string, RequestListener][] = [
    ["silent", () => {}],
    [
      "a byte now and then",
      (_, response) => {
        response.writeHead(200, { "content-type": "text/plain", "content-length": policy.length });
        const bytes = Buffer.from(policy).values();
        const timer = setInterval(() => {
          const { value } = bytes.next();
          if (value !== undefined) response.write(Buffer.from([value]));
        }, 50);
        response.on("close", () => clearInterval(timer));
      },
    ],
    ["hints without end", (_, response) => void hintOn(response)],
  ];
  test.each(slow)("a host that is %s", async (_, answer) => {
    const clock = leapingClock();
    const server = await served(answer);
    const fetching = get(server.port, { clock });
    await eventually("the request", 5000, () => server.requests[0]);
    clock.leap(stsLimits.fetchTimeoutMs - 5000);
    expect(await Promise.race([fetching, Promise.resolve("still waiting")])).toBe("still waiting");
    clock.leap(5000);
    expect(await fetching).toEqual({
      ok: false,
      error: { result: "sts-policy-fetch-error", detail: "no answer within 60 seconds" },
    });
  });

  function hintOn(response: Parameters<RequestListener>[1]): void {
    const timer = setInterval(() => response.writeEarlyHints({ link: "</x>; rel=preload" }), 20);
    response.on("close", () => clearInterval(timer));
  }

  test("a host that never ends its handshake", async () => {
    const clock = leapingClock();
    let connections = 0;
    const server = await startRawHost(() => void connections++);
    closers.push(server.close);
    const fetching = get(server.port, { clock });
    await eventually("the connection", 5000, () => connections || undefined);
    clock.leap(stsLimits.fetchTimeoutMs);
    expect(await fetching).toMatchObject({ error: { detail: "no answer within 60 seconds" } });
  });

  test("a resolver that does not answer", async () => {
    const clock = leapingClock();
    const never = (): Promise<never> => new Promise(() => {});
    const fetching = get(1, { clock, resolver: { a: never, aaaa: never } });
    clock.leap(stsLimits.fetchTimeoutMs);
    expect(await fetching).toMatchObject({ error: { detail: "no answer within 60 seconds" } });
  });

  test("whoever asked may give up, before and while", async () => {
    const server = await served(() => {});
    const patience = new AbortController();
    const fetching = getter(server.port)(host, stsPolicyPath, patience.signal);
    await eventually("the request", 5000, () => server.requests[0]);
    patience.abort();
    expect(await fetching).toMatchObject({ error: { detail: "given up" } });
    expect(await getter(server.port)(host, stsPolicyPath, patience.signal)).toMatchObject({ ok: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe("servers that are none", () => {
  const cases: readonly [string, (socket: import("node:net").Socket) => void][] = [
    ["garbage in place of a handshake", (socket) => void socket.end("\u0000\u0001garbage, and more of it".repeat(10))],
    [
      "HTTP without TLS",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nversion: STSv1"),
    ],
    ["hung up at once", (socket) => void socket.destroy()],
    ["reset at once", (socket) => void socket.resetAndDestroy()],
  ];
  test.each(cases)("%s", async (_, onConnection) => {
    const server = await startRawHost(onConnection);
    closers.push(server.close);
    expect(await get(server.port)).toMatchObject({ ok: false, error: { result: "sts-policy-fetch-error" } });
  });

  test("nobody listens", async () => {
    const server = await startRawHost(() => {});
    await server.close();
    expect(await get(server.port)).toEqual({
      ok: false,
      error: { result: "sts-policy-fetch-error", detail: "127.0.0.1: the connection was refused" },
    });
  });
});

describe("where the policy host is, our own resolver says", () => {
  test.each([
    ["no address", naming(answering([])), /has no address/],
    ["an answer that is forged", naming(failing("bogus"), failing("indeterminate")), /not believed \(bogus/],
    ["an answer that does not come", naming(failing("indeterminate"), answering([])), /could not be had \(timeout/],
  ])("%s", async (_, resolver, detail) => {
    expect(await get(1, { resolver })).toEqual({
      ok: false,
      error: { result: "sts-policy-fetch-error", detail: expect.stringMatching(detail) },
    });
  });

  const inside = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"];
  test.each(inside)("MX-6 no policy is fetched from %s unless that is allowed", async (address) => {
    const server = await served(policyAnswer(policy));
    const resolver = naming(answering([ip(address)]));
    expect(await get(server.port, { resolver, allowPrivateAddresses: false })).toMatchObject({
      error: { result: "sts-policy-fetch-error", detail: expect.stringMatching(/not on the public Internet/) },
    });
    expect(server.connections()).toBe(0);
  });

  test("a private address beside a public one is passed over", async () => {
    const server = await served(policyAnswer(policy));
    const dialled: string[] = [];
    const net = {
      ...systemNet,
      dial: async (to: { readonly address: string }) => {
        dialled.push(to.address);
        return { ok: false, error: "refused" } as const;
      },
    };
    const resolver = naming(answering([loopback, ip("192.0.2.1")]));
    await get(server.port, { net, resolver, allowPrivateAddresses: false });
    expect(dialled).toEqual(["192.0.2.1"]);
  });
});
