/** `surehop send` against a real intake and a real console, over real sockets. */
import { createServer, type Server } from "node:net";
import { createSecureContext } from "node:tls";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import { makeAuthority } from "../../test/support/certificates.ts";
import { fakeQueue, listeningNet, type FakeQueue } from "../../test/support/intake.ts";
import { domain, ip, noLog, noMetrics, type MessageId, type StoryEntry } from "../base/index.ts";
import { startConsole, type Console } from "../console/index.ts";
import { intakeSettings, startIntake, userDirectory, type Intake } from "../intake/index.ts";
import type { DeliveryId, MessageStory, RecipientState } from "../queue/index.ts";
import { systemClock, systemRandom } from "../system/index.ts";
import { runCli } from "./program.ts";
import { writeTryoutState } from "./tryout-state.ts";

const authority = makeAuthority();
const password = "correct horse";
const any = { address: ip("127.0.0.1"), port: 0 };

let queue: FakeQueue;
let intake: Intake;
let console_: Console;
/** What the console shows of every message. */
let outcome: RecipientState = { kind: "pending" };
let dueAt = 0;
let directory = "";
const children: Server[] = [];

beforeAll(async () => {
  queue = fakeQueue();
  const secureContext = createSecureContext({
    ...authority.issue({ names: ["localhost"], ips: [[127, 0, 0, 1]] }),
    minVersion: "TLSv1.2",
  });
  intake = await startIntake({
    ports: { net: listeningNet(), clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics },
    settings: intakeSettings({
      hostname: domain("mail.example.org"),
      listeners: [
        { kind: "submissions", at: any },
        { kind: "submission", at: any },
      ],
    }),
    queue,
    users: userDirectory([{ name: "alice@example.org", passwordHash: "unused" }]),
    secureContext: () => secureContext,
    verify: async (given) => given === password,
  });
  console_ = await startConsole({
    at: any,
    queue: { show: async (id) => storyOf(id) },
    metrics: { text: async () => "", contentType: "text/plain" },
    readiness: async () => ({ ready: true, parts: {} }),
    clock: systemClock,
  });
});
afterAll(async () => {
  await intake.close(0);
  await console_.close();
  children.forEach((server) => server.close());
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-send-"));
  writeFileSync(join(directory, "ca.pem"), authority.pem);
  queue.messages.length = 0;
  outcome = { kind: "delivered", at: 2, level: "authenticated", host: "mx.safe.example" };
  dueAt = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function storyOf(id: MessageId): MessageStory | undefined {
  const message = queue.messages.find((one) => one.id === id);
  if (message === undefined) return undefined;
  const told: StoryEntry[] =
    outcome.kind === "delivered"
      ? [{ at: 2, event: { code: "connected", host: "mx.safe.example", address: "127.0.0.2", port: 25 } }]
      : [];
  const recipients = message.envelope.recipients.map(({ address }) => ({
    address: `${address.local}@${address.domain}`,
    state: outcome,
  }));
  const state = outcome.kind === "pending" ? "waiting" : "done";
  return {
    id,
    from: "alice@example.org",
    size: 1,
    receivedAt: 1,
    deliveries: [{ id: "1" as DeliveryId, domain: domain("safe.example"), state, dueAt, attempts: 1, recipients }],
    story: [...message.events, ...told],
  };
}

function port(kind: "submissions" | "submission"): number {
  return intake.listeners.find((listener) => listener.kind === kind)?.local.port ?? 0;
}

async function send(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(["send", "--to", "bob@safe.example", ...args], {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    isInteractive: false,
    hasColour: false,
    environment: { SUREHOP_PASSWORD: password, XDG_STATE_HOME: directory, ...environment },
    directory,
  });
  return { code, out, err: err.join("\n") };
}

const common = (): readonly string[] =>
  `--user alice@example.org --ca ${join(directory, "ca.pem")} --http http://127.0.0.1:${console_.local.port}`.split(
    " ",
  );
const implicit = (): readonly string[] => ["--via", `127.0.0.1:${port("submissions")}`, ...common()];
const starttls = (): readonly string[] => [
  "--via",
  `127.0.0.1:${port("submission")}`,
  "--tls",
  "starttls",
  ...common(),
];

describe("the way in and the story", () => {
  test("over implicit TLS and over STARTTLS, followed to the end, a line a stage", async () => {
    for (const args of [implicit(), starttls()]) {
      const ran = await send([...args, "--subject", "Grüße", "--text", "你好"]);
      expect(ran).toMatchObject({ code: 0, err: "" });
      expect(ran.out.length).toBe(4);
      expect(ran.out[1]).toContain(queue.messages.at(-1)?.id);
    }
    expect(queue.messages).toHaveLength(2);
    expect(queue.messages[0]?.envelope).toMatchObject({ user: "alice@example.org", from: { local: "alice" } });
    expect(queue.messages[0]?.content).toMatch(/^Subject: =\?UTF-8\?/m);
  });

  test("as JSON, one object a line", async () => {
    const { code, out } = await send([...implicit(), "--json"]);
    expect(code).toBe(0);
    expect(out.map((line) => (JSON.parse(line) as { stage: string }).stage)).toEqual([
      "submitting",
      "submitted",
      "story",
      "story",
    ]);
  });

  test("exit code 3: a copy came back; 4: it still waits, and nothing more can happen in time", async () => {
    outcome = { kind: "bounced", at: 2, reason: "peer-rejected" };
    expect((await send(implicit())).code).toBe(3);
    outcome = { kind: "pending" };
    dueAt = systemClock.now() + 3_600_000;
    expect((await send(implicit())).code).toBe(4);
    dueAt = 0;
    expect((await send([...implicit(), "--wait", "50ms"])).code).toBe(4);
  });

  test("accepted is a success even if the story cannot be seen, or is not wanted", async () => {
    const closed = ["--http", "http://127.0.0.1:1"];
    const unseen = await send([...implicit(), ...closed]);
    expect(unseen.code).toBe(0);
    expect(unseen.err).toContain("cannot be followed");
    expect(await send([...implicit(), "--no-follow"])).toMatchObject({ code: 0, err: "", out: [{}, {}] });
  });

  test("a whole message from a file is sent as it is", async () => {
    writeFileSync(join(directory, "mail.eml"), "Subject: raw\r\nX-Mine: 1\r\n\r\nbody\r\n");
    expect((await send([...implicit(), "--file", join(directory, "mail.eml"), "--no-follow"])).code).toBe(0);
    expect(queue.messages[0]?.content).toContain("Subject: raw\r\nX-Mine: 1\r\n\r\nbody\r\n");
  });

  test("a running try-out supplies what is not given", async () => {
    writeTryoutState(
      {
        via: `127.0.0.1:${port("submissions")}`,
        user: "alice@example.org",
        password,
        from: "alice@example.org",
        ca: authority.pem,
        http: `http://127.0.0.1:${console_.local.port}`,
        pid: process.pid,
      },
      { XDG_STATE_HOME: directory },
    );
    const ran = await send([], { SUREHOP_PASSWORD: "" });
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(queue.messages).toHaveLength(1);
  });
});

describe("nothing is given away", () => {
  test("TLS-7 a server without TLS gets no password, whichever way it is asked", async () => {
    const heard: string[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.write("220 here\r\n");
      socket.on("data", (data: Buffer) => {
        heard.push(data.toString("latin1"));
        socket.write(
          data.toString("latin1").startsWith("EHLO") ? "250-here\r\n250 AUTH PLAIN LOGIN\r\n" : "502 no\r\n",
        );
      });
    });
    children.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const via = `127.0.0.1:${(server.address() as { port: number }).port}`;
    for (const tls of ["implicit", "starttls"]) {
      const ran = await send(["--via", via, "--tls", tls, ...common()]);
      expect(ran.code).toBe(1);
    }
    expect(heard.join("")).toContain("EHLO");
    expect(heard.join("")).not.toMatch(/AUTH|MAIL|RCPT|DATA/);
  });

  test("a certificate that proves nothing ends it before the password", async () => {
    const ran = await send(["--via", `127.0.0.1:${port("submissions")}`, "--user", "alice@example.org"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("No TLS that can be trusted");
    expect(queue.messages).toHaveLength(0);
  });

  test("a wrong password is told as such", async () => {
    const ran = await send(implicit(), { SUREHOP_PASSWORD: "wrong" });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("does not accept this user and password");
    expect(ran.err).not.toContain("wrong");
  });

  test("trap 28: a subject or an address cannot bring a header or a command along", async () => {
    expect((await send([...implicit(), "--subject", "x\r\nBcc: eve@example.org"])).code).toBe(2);
    expect((await send([...implicit(), "--to", "bob@example.org>\r\nRCPT TO:<eve@example.org"])).code).toBe(2);
    expect(queue.messages).toHaveLength(0);
  });

  test.each<[args: readonly string[], why: string]>([
    [["--via", "nowhere"], "no port"],
    [["--via", "127.0.0.1:2465", "--tls", "none", "--user", "a@example.org"], "TLS cannot be turned off"],
    [["--via", "127.0.0.1:2465", "--wait", "soon"], "no length of time"],
    [["--via", "127.0.0.1:2465"], "no sender"],
    [["--via", "127.0.0.1:2465", "--user", "a@example.org", "--password-env", "UNSET"], "an empty password"],
    [["--via", "127.0.0.1:2465", "--user", "a@example.org", "--ca", "none.pem"], "no such file"],
    [["--via", "127.0.0.1:2465", "--user", "a@example.org", "--text", "a", "--file", "b"], "a text and a file"],
    [[], "no try-out is running, and nothing is named"],
  ])("%j is wrong usage: %s", async (args) => {
    expect((await send(args)).code).toBe(2);
  });
});
