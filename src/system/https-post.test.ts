/** Reports over HTTPS against a real server on loopback, with each fault that one can have. */
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { createServer as createPlain, type AddressInfo, type Server as PlainServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ip, type DomainName, type IpAddress } from "../base/index.ts";
import type { Answer } from "../dns/index.ts";
import { reportLimits } from "../report/index.ts";
import { leapingClock } from "../../test/support/clock.ts";
import { makeAuthority, selfSigned, type Credentials } from "../../test/support/certificates.ts";
import { httpsPost, type HttpsPostOptions } from "./https-post.ts";
import { systemNet } from "./net.ts";

const authority = makeAuthority();
const proper = authority.issue({ names: ["reports.example"] });
const open: (Server | PlainServer)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

async function listen<S extends Server | PlainServer>(server: S): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function receiver(respond: RequestListener, credentials: Credentials = proper): Promise<number> {
  const server = createServer({ cert: credentials.cert, key: credentials.key }, respond);
  server.on("tlsClientError", () => {});
  return listen(server);
}

function posting(more: Partial<HttpsPostOptions> = {}) {
  const clock = leapingClock();
  const addresses = (name: DomainName): Promise<Answer<IpAddress>> =>
    Promise.resolve({
      kind: "records",
      status: "insecure",
      question: name,
      owner: name,
      aliases: [],
      ttlSeconds: 1,
      records: [ip("127.0.0.1")],
    });
  const none = (name: DomainName): Promise<Answer<IpAddress>> =>
    Promise.resolve({ kind: "nodata", status: "insecure", question: name, owner: name, aliases: [], ttlSeconds: 1 });
  const post = httpsPost({
    net: systemNet,
    clock,
    resolver: { a: addresses, aaaa: none },
    authorities: { id: "test", pem: authority.pem, exclusive: true },
    allowPrivateAddresses: true,
    ...more,
  });
  const body = Buffer.from("packed");
  const send = (url: string, signal = new AbortController().signal) => post(url, body, signal);
  return { clock, send };
}

test("RFC 8460 §5.4: the report is POSTed as application/tlsrpt+gzip, and the status is the answer", async () => {
  const seen: Request[] = [];
  const port = await receiver((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks) });
      response.writeHead(201).end("thank you");
    });
  });
  const { send } = posting();
  expect(await send(`https://reports.example:${port}/v1/tlsrpt?x=y`)).toEqual({ ok: true, value: 201 });
  expect(seen).toMatchObject([
    {
      method: "POST",
      url: "/v1/tlsrpt?x=y",
      headers: { host: `reports.example:${port}`, "content-type": "application/tlsrpt+gzip", "content-length": "6" },
      body: Buffer.from("packed"),
    },
  ]);
});

test.each([301, 307, 400, 404, 413, 429, 500])(
  "status %d is told as it is, and no redirect is followed",
  async (status) => {
    let requests = 0;
    const port = await receiver((_, response) => {
      requests++;
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
    expect(await posting().send(`https://reports.example:${port}/`)).toEqual({ ok: true, value: status });
    expect(requests).toBe(1);
  },
);

test.each<[what: string, credentials: Credentials]>([
  ["for another name", authority.issue({ names: ["other.example"] })],
  ["that it signed itself", selfSigned({ names: ["reports.example"] })],
  ["of an authority that nobody trusts", makeAuthority("Somebody").issue({ names: ["reports.example"] })],
  [
    "that has run out",
    authority.issue({
      names: ["reports.example"],
      fromDays: -30,
      toDays: -1,
    }),
  ],
])("a server with a certificate %s gets nothing", async (_, credentials) => {
  let requests = 0;
  const port = await receiver(() => void requests++, credentials);
  expect(await posting().send(`https://reports.example:${port}/`)).toMatchObject({
    ok: false,
    error: { code: "certificate" },
  });
  expect(requests).toBe(0);
});

test("a server that hangs up, one that speaks no TLS, and nobody", async () => {
  const hangsUp = await receiver((request) => void request.socket.destroy());
  const noTls = await listen(createPlain((socket) => void socket.end("220 mail.example ESMTP\r\n")));
  const { send } = posting();
  for (const port of [hangsUp, noTls, 1]) {
    expect(await send(`https://reports.example:${port}/`)).toMatchObject({ ok: false, error: { code: "connection" } });
  }
});

test("a server that takes the report and never answers: one clock runs over all of it", async () => {
  const { clock, send } = posting();
  const port = await receiver((request) => {
    request.resume();
    request.on("end", () => clock.leap(reportLimits.postTimeoutMs));
  });
  expect(await send(`https://reports.example:${port}/`)).toMatchObject({ ok: false, error: { code: "timeout" } });
});

test("a server whose header never ends", async () => {
  const port = await receiver((_, response) => void response.writeHead(200, { "x-long": "y".repeat(60_000) }).end());
  expect(await posting().send(`https://reports.example:${port}/`)).toMatchObject({
    ok: false,
    error: { code: "connection" },
  });
});

test("whoever publishes a rua cannot have us talk to our own inside", async () => {
  let connections = 0;
  const port = await listen(createPlain((socket) => void (connections++, socket.destroy())));
  const { send } = posting({ allowPrivateAddresses: false });
  expect(await send(`https://reports.example:${port}/`)).toMatchObject({ ok: false, error: { code: "dns" } });
  for (const host of ["127.0.0.1", "[::1]", "2130706433", "0x7f.1"]) {
    expect((await send(`https://${host}:${port}/`)).ok, host).toBe(false);
  }
  expect(connections).toBe(0);
});

test("who gives up is not kept waiting", async () => {
  const stop = new AbortController();
  const port = await receiver(() => stop.abort());
  expect((await posting().send(`https://reports.example:${port}/`, stop.signal)).ok).toBe(false);
});
