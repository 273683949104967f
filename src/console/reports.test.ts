import { expect, test } from "vitest";
import { manualClock } from "../../test/support/clock.ts";
import { reportLimits, type TakenIn } from "../report/index.ts";
import { consoleApp } from "./index.ts";

function set(
  taken: () => Promise<readonly TakenIn[]> = () =>
    Promise.resolve([{ kind: "kept", organization: "X", reportId: "1" }]),
) {
  const clock = manualClock();
  const got: Uint8Array[] = [];
  const app = consoleApp({
    clock,
    queue: { show: async () => undefined },
    metrics: { text: async () => "", contentType: "text/plain" },
    readiness: async () => ({ ready: true, parts: {} }),
    reports: {
      receive: (bytes) => {
        got.push(bytes);
        return taken();
      },
    },
  });
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    type = "application/tlsrpt+gzip",
    headers: Record<string, string> = {},
  ) =>
    app.request("http://127.0.0.1:8025/tlsrpt", {
      method: "POST",
      body,
      headers: { host: "127.0.0.1:8025", "content-type": type, ...headers },
    });
  return { clock, got, post, app };
}

test.each([
  ["application/tlsrpt+gzip", 201],
  ["application/tlsrpt+json; charset=utf-8", 201],
  ["Application/JSON", 201],
  ["application/gzip", 201],
  ["text/plain", 415],
  ["application/x-www-form-urlencoded", 415],
  ["multipart/form-data; boundary=x", 415],
])(
  "RFC 8460 §5.4: a report as %s gets %d; what a stranger's page could send without asking is refused",
  async (type, status) => {
    const { post, got } = set();
    expect((await post("bytes", type)).status).toBe(status);
    expect(got.length).toBe(status === 201 ? 1 : 0);
  },
);

test.each<[taken: TakenIn, status: number]>([
  [{ kind: "known", organization: "X", reportId: "1" }, 201],
  [{ kind: "full", organization: "X", reportId: "1" }, 503],
  [{ kind: "unreadable", fault: "bad-gzip" }, 400],
])("%j is answered with %d", async (taken, status) => {
  expect((await set(() => Promise.resolve([taken])).post("x")).status).toBe(status);
});

test("what is too large is not read, whether its length is told or not", async () => {
  const { post, got } = set();
  const large = new Uint8Array(reportLimits.packedMaxBytes + 1);
  expect((await post(large, undefined, { "content-length": String(large.length) })).status).toBe(413);
  expect((await post(large)).status).toBe(413);
  expect(got).toEqual([]);
});

test("so many in a minute, and so many at once; then they have to come back", async () => {
  const { post, clock } = set();
  for (let turn = 0; turn < reportLimits.postsPerMinuteMax; turn++) expect((await post("x")).status).toBe(201);
  const refused = await post("x");
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("300");
  await clock.advance(60_000);
  expect((await post("x")).status).toBe(201);

  const slow = set(() => new Promise(() => {}));
  for (let turn = 0; turn < reportLimits.postsAtOnceMax; turn++) void slow.post("x");
  await new Promise((resolve) => setImmediate(resolve));
  expect((await slow.post("x")).status).toBe(429);
});

test("only to this machine, and only by POST", async () => {
  const { post, app } = set();
  expect((await post("x", undefined, { host: "reports.example" })).status).toBe(421);
  expect((await app.request("http://127.0.0.1:8025/tlsrpt", { headers: { host: "localhost" } })).status).toBe(404);
});
