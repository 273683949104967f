import { spawn, spawnSync } from "node:child_process";
import { createTransport, type SendMailOptions } from "nodemailer";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/clock.ts";
import { rawClient, runIntake, testCa, type RawClient, type RunningIntake } from "../../test/support/intake.ts";
import { address, ip, limits } from "../base/index.ts";
import { QueueError } from "../queue/index.ts";
import { hashPassword, network, parseSenderPattern, type SenderPattern, type UserRecord } from "./index.ts";

const running: RunningIntake[] = [];
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const { intake } of running.splice(0)) await intake.close(0);
});

async function run(...[options]: Parameters<typeof runIntake>): Promise<RunningIntake> {
  const started = await runIntake({ users, verify: async (password, hash) => password === hash, ...options });
  running.push(started);
  return started;
}

async function raw(port: number, implicitTls = false): Promise<RawClient> {
  const client = await rawClient(port, implicitTls);
  clients.push(client);
  return client;
}

function pattern(text: string): SenderPattern {
  const parsed = parseSenderPattern(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

/** In these tests a password's hash is the password. */
const users: readonly UserRecord[] = [
  { name: "alice", passwordHash: "wonder", language: "zh-CN" },
  { name: "bob", passwordHash: "builder", senders: [pattern("bob@example.org"), pattern("@bob.example")] },
];
const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString("base64");
const message = "From: a@example.org\r\nSubject: hi\r\n\r\nhello\r\n.\r\n";
const envelope = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";
const mail: SendMailOptions = {
  from: "a@example.org",
  to: ["b@example.net", "c@example.net"],
  subject: "grüße",
  text: "one\n.two\n..three\n",
};

async function authenticated(one: RunningIntake, user = "alice", password = "wonder"): Promise<RawClient> {
  const client = await raw(one.port("submissions"), true);
  client.send(`EHLO client.example\r\nAUTH PLAIN ${plain(user, password)}\r\n`);
  await client.wait(/235 .*\r\n/);
  return client;
}

describe("nodemailer submits", () => {
  const ways = [
    ["submissions", { secure: true }],
    ["submission", { requireTLS: true }],
    ["local", { ignoreTLS: true }],
  ] as const;
  test.each(ways)("over %s", async (kind, options) => {
    const one = await run();
    const transport = createTransport({
      host: "127.0.0.1",
      port: one.port(kind),
      ...options,
      name: "client.example",
      tls: { ca: testCa, servername: "mail.example.org" },
      ...(kind === "local" ? {} : { auth: { user: "alice", pass: "wonder" } }),
    });
    const sent = await transport.sendMail(mail);
    transport.close();
    const [queued] = one.queue.messages;
    expect(sent.response).toBe(`250 2.0.0 accepted as ${queued?.id}`);
    expect(queued?.envelope.from).toEqual(address("a@example.org"));
    expect(queued?.envelope.recipients.map((recipient) => recipient.address)).toEqual([
      address("b@example.net"),
      address("c@example.net"),
    ]);
    expect(queued?.content).toContain("\r\n.two\r\n..three\r\n");
    expect(queued?.facts.size).toBe(queued?.content.length);
    expect(queued?.content).toMatch(
      {
        submissions:
          /^Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.example\.org with ESMTPSA id MESSAGE0+1\r\n\t\(TLSv1\.3 \S+\);\r\n\t\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r\nFrom:/,
        submission: /^Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.example\.org with ESMTPSA id /,
        local:
          /^Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.example\.org with ESMTP id MESSAGE0+1;\r\n/,
      }[kind],
    );
    if (kind !== "local") expect(queued?.envelope).toMatchObject({ user: "alice", language: "zh-CN" });
    const { event } = queued?.events[0] ?? {};
    expect(event).toMatchObject({ code: "accepted", recipients: 2, via: kind === "local" ? "local" : "submission" });
    expect(one.counted).toContain(`surehop_accepted_total via=${kind === "local" ? "local" : "submission"}`);
    expect(one.logged.join("\n")).not.toMatch(/wonder|example\.net/);
  });

  test("a wrong password is refused", async () => {
    const one = await run();
    const transport = createTransport({
      host: "127.0.0.1",
      port: one.port("submissions"),
      secure: true,
      tls: { ca: testCa, servername: "mail.example.org" },
      auth: { user: "alice", pass: "blunder" },
    });
    await expect(transport.sendMail(mail)).rejects.toThrow(/535/);
    expect(one.queue.messages).toEqual([]);
    expect(one.counted).toContain("surehop_auth_total result=refused");
    expect(one.logged.join("\n")).not.toMatch(/alice|blunder/);
  });

  test("a message of 20 MB streams through", async () => {
    const one = await run();
    const transport = createTransport({ host: "127.0.0.1", port: one.port("local"), ignoreTLS: true });
    const line = "0123456789".repeat(7);
    const raw = `Subject: large\r\n\r\n${`${line}\r\n`.repeat(20_000_000 / 72)}`;
    await transport.sendMail({ envelope: { from: "a@example.org", to: "b@example.net" }, raw });
    transport.close();
    expect(one.queue.messages[0]?.content.endsWith(raw)).toBe(true);
  });
});

const swaks = spawnSync("swaks", ["--version"]);
describe.skipIf(swaks.error !== undefined)(
  `swaks submits${swaks.error === undefined ? "" : " (SKIPPED: swaks is not installed; run test/peers/install.sh)"}`,
  () => {
    const ways = [
      ["submissions", ["--tls-on-connect", "--auth", "LOGIN", "--auth-user", "alice", "--auth-password", "wonder"]],
      ["submission", ["--tls", "--auth", "PLAIN", "--auth-user", "alice", "--auth-password", "wonder"]],
      ["local", ["--pipeline"]],
    ] as const;
    test.each(ways)("over %s", async (kind, options) => {
      const one = await run();
      const args = [
        "--server",
        `127.0.0.1:${one.port(kind)}`,
        "--from",
        "a@example.org",
        "--to",
        "b@example.net",
        ...options,
      ];
      const child = spawn("swaks", args);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const status = await new Promise((resolve) => child.on("close", resolve));
      if (/not available|could not load/i.test(output)) expect.fail(`swaks lacks a module: ${output}`);
      expect(status, output).toBe(0);
      expect(one.queue.messages).toHaveLength(1);
      expect(one.queue.messages[0]?.content).toContain("\r\n\tfor <b@example.net>;\r\n");
    });
  },
);

describe("never an open relay", () => {
  test("TLS-7: submission without AUTH, inside TLS and outside", async () => {
    const one = await run();
    const outside = await raw(one.port("submission"));
    outside.send(`EHLO x\r\nAUTH PLAIN ${plain("alice", "wonder")}\r\n${envelope}`);
    await outside.wait(/538 5\.7\.11.*\r\n530 5\.7\.0.*\r\n503.*\r\n/);
    const inside = await raw(one.port("submissions"), true);
    inside.send(`EHLO x\r\n${envelope}`);
    await inside.wait(/530 5\.7\.0.*\r\n503.*\r\n/);
  });

  test("local: a client that is not on the list hears 554 in place of the greeting", async () => {
    const one = await run({ from: () => ip("192.0.2.9") });
    const client = await raw(one.port("local"));
    await client.wait(/^554 5\.7\.1 .*\r\n$/);
    await client.closed;
    expect(one.counted).toContain("surehop_refused_total why=client-not-listed");
  });

  test("local: a client on the list is served", async () => {
    const one = await run({ from: () => ip("192.0.2.9"), clients: [network("192.0.2.0/28")] });
    const client = await raw(one.port("local"));
    client.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await client.wait(/354 .*\r\n/);
    client.send(message);
    await client.wait(/250 2\.0\.0 accepted as MESSAGE/);
  });

  test("a user's senders", async () => {
    const one = await run();
    const client = await authenticated(one, "bob", "builder");
    for (const [from, expected] of [
      ["eve@example.org", /550 5\.7\.1 .*\r\n/],
      ["bob@example.org", /250 2\.1\.0 .*\r\n/],
      ["any@bob.example", /250 2\.1\.0 .*\r\n/],
      ["any@x.bob.example", /550 5\.7\.1 .*\r\n/],
      ["", /250 2\.1\.0 .*\r\n/],
    ] as const) {
      client.send(`RSET\r\nMAIL FROM:<${from}>\r\n`);
      await client.wait(/250 2\.0\.0 .*\r\n/);
      await client.wait(expected);
    }
    expect(one.counted).toContain("surehop_refused_total why=sender-not-allowed");
  });
});

describe("the queue", () => {
  const failures = [
    ["full at commit", "failCommit", () => Promise.reject(new QueueError("full", "x")), /452 4\.3\.1/],
    ["broken at commit", "failCommit", () => Promise.reject(new QueueError("io", "x")), /451 4\.3\.0/],
    ["broken at a write, later", "failWrite", () => Promise.reject(new QueueError("io", "x")), /451 4\.3\.0/],
    [
      "full at a write, at once",
      "failWrite",
      () => {
        throw new QueueError("full", "x");
      },
      /452 4\.3\.1/,
    ],
  ] as const;
  test.each(failures)("%s: nothing is accepted, and the connection goes on", async (_, where, fail, expected) => {
    const one = await run();
    one.queue[where] = fail;
    const client = await raw(one.port("local"));
    client.send(`EHLO x\r\n${envelope}BDAT 8 LAST\r\na: b\r\n\r\n`);
    await client.wait(expected);
    expect(one.queue).toMatchObject({ messages: [], open: 0 });
    one.queue[where] = undefined;
    client.send(`${envelope}BDAT 8 LAST\r\na: b\r\n\r\n`);
    await client.wait(/250 2\.0\.0 accepted/);
    expect(one.queue.messages).toHaveLength(1);
  });

  test("the 250 waits for the commit", async () => {
    const one = await run();
    let commit = (): void => {};
    one.queue.failCommit = () => new Promise((resolve) => (commit = resolve));
    const client = await raw(one.port("local"));
    client.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await client.wait(/354 .*\r\n/);
    client.send(`${message}`);
    while (one.queue.open === 0 || !client.text.includes("354")) await new Promise(setImmediate);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(client.text).not.toContain("accepted");
    commit();
    await client.wait(/250 2\.0\.0 accepted/);
  });

  test("a client that vanishes in the middle of content leaves nothing behind", async () => {
    const one = await run();
    const client = await raw(one.port("local"));
    client.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await client.wait(/354 .*\r\n/);
    client.send("half");
    while (one.queue.open === 0) await new Promise(setImmediate);
    client.destroy();
    while (one.queue.open > 0 || one.intake.connections > 0) await new Promise(setImmediate);
    expect(one.queue.messages).toEqual([]);
  });
});

describe("limits", () => {
  test("connections of one client", async () => {
    const one = await run({ settings: { connectionsPerClientMax: 1 } });
    await (await raw(one.port("local"))).wait(/220 /);
    const second = await raw(one.port("submissions"), true);
    await second.wait(/421 4\.7\.0 .*your address.*\r\n/);
    await second.closed;
  });

  test("connections in all", async () => {
    let serial = 0;
    const one = await run({
      settings: { connectionsMax: 1 },
      from: () => ip(`127.0.0.${++serial}`),
    });
    const first = await raw(one.port("local"));
    await first.wait(/220 /);
    const second = await raw(one.port("local"));
    await second.wait(/421 4\.7\.0 Too many connections/);
    await second.closed;
    first.destroy();
    while (one.intake.connections > 0) await new Promise(setImmediate);
    await (await raw(one.port("local"))).wait(/220 /);
  });

  test("silence, and content that trickles", async () => {
    const clock = manualClock();
    const one = await run({ clock, settings: { idleTimeoutMs: 1000, transactionTimeoutMs: 2500 } });
    const silent = await raw(one.port("local"));
    await silent.wait(/220 /);
    const trickling = await raw(one.port("local"));
    trickling.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await trickling.wait(/354 .*\r\n/);
    for (let step = 0; step < 4; step++) {
      trickling.send("x");
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      await clock.advance(700);
    }
    await silent.wait(/421 4\.4\.2 /);
    await trickling.wait(/421 4\.4\.2 /);
    await clock.advance(6000);
    await silent.closed;
    await trickling.closed;
    expect(one.queue).toMatchObject({ messages: [], open: 0 });
  });

  test("a handshake that never comes", async () => {
    const clock = manualClock();
    const one = await run({ clock });
    const client = await raw(one.port("submissions"));
    while (one.intake.connections === 0) await new Promise(setImmediate);
    await clock.advance(limits.serverHandshakeTimeoutMs);
    await client.closed;
    expect(one.counted).toContain("surehop_refused_total why=tls-failed");
  });

  test("garbage in place of a handshake", async () => {
    const one = await run();
    const client = await raw(one.port("submissions"));
    client.send("EHLO x\r\nMAIL FROM:<a@b>\r\n");
    await client.closed;
    expect(one.queue.messages).toEqual([]);
  });
});

describe("STARTTLS on the wire", () => {
  test("AUTH and a message inside TLS", async () => {
    const one = await run();
    const client = await raw(one.port("submission"));
    client.send("EHLO x\r\nSTARTTLS\r\n");
    await client.wait(/220 2\.0\.0 .*\r\n/);
    await client.startTls();
    client.send(`EHLO x\r\nAUTH PLAIN ${plain("alice", "wonder")}\r\n`);
    await client.wait(/235 /);
    client.send(`MAIL FROM:<a@example.org> REQUIRETLS\r\nRCPT TO:<b@example.net>\r\nBDAT 8 LAST\r\na: b\r\n\r\n`);
    await client.wait(/250 2\.0\.0 accepted/);
    expect(one.queue.messages[0]?.envelope).toMatchObject({ requireTls: true, user: "alice" });
  });

  test("TLS-1: commands pipelined behind STARTTLS end the connection", async () => {
    const one = await run();
    const client = await raw(one.port("submission"));
    client.send(`EHLO x\r\nSTARTTLS\r\nEHLO x\r\n${envelope}`);
    await client.wait(/421 4\.7\.0 .*\r\n$/);
    await client.closed;
    expect(one.counted).toContain("surehop_refused_total why=injected-bytes");
  });

  test("TLS-1: plaintext that comes right behind the 220 is never read as a command", async () => {
    const one = await run();
    const client = await raw(one.port("submission"));
    client.send("EHLO x\r\nSTARTTLS\r\n");
    await client.wait(/220 2\.0\.0 .*\r\n/);
    client.send("NOOP\r\n");
    await client.closed;
    expect(client.text).toMatch(/220 2\.0\.0 .*\r\n[^]*$/);
    expect(client.text).not.toContain("250 2.0.0");
  });
});

describe("closing", () => {
  test("idle connections hear 421; a message under way is accepted; no more connect", async () => {
    const one = await run();
    const idle = await raw(one.port("local"));
    await idle.wait(/220 /);
    const busy = await raw(one.port("local"));
    busy.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await busy.wait(/354 .*\r\n/);
    const closing = one.intake.close(10_000);
    await idle.wait(/421 4\.3\.2 /);
    await expect(raw(one.port("local"))).rejects.toThrow();
    busy.send(message);
    await busy.wait(/250 2\.0\.0 accepted.*\r\n421 4\.3\.2 .*\r\n/);
    await closing;
    expect(one.intake.connections).toBe(0);
    expect(one.queue.messages).toHaveLength(1);
  });

  test("what does not end within the grace time is cut, its message not accepted", async () => {
    const clock = manualClock();
    const one = await run({ clock });
    const busy = await raw(one.port("local"));
    busy.send(`EHLO x\r\n${envelope}DATA\r\n`);
    await busy.wait(/354 .*\r\n/);
    const closing = one.intake.close(1000);
    await clock.advance(1000);
    await closing;
    await busy.closed;
    expect(one.queue).toMatchObject({ messages: [], open: 0 });
  });

  test("a port that is taken is named", async () => {
    const one = await run({ kinds: ["local"] });
    const at = { address: ip("127.0.0.1"), port: one.port("local") };
    await expect(run({ settings: { listeners: [{ kind: "local", at }] } })).rejects.toThrow(
      /local on 127\.0\.0\.1 port \d+: .*EADDRINUSE/,
    );
  });
});

describe("with real hashes", () => {
  let hash = "";
  beforeAll(async () => {
    hash = await hashPassword("wonder", { bytes: (count) => new Uint8Array(count).fill(7) });
  });
  test("AUTH over scrypt", async () => {
    const one = await runIntake({ users: [{ name: "alice", passwordHash: hash }] });
    running.push(one);
    const client = await raw(one.port("submissions"), true);
    client.send(`EHLO x\r\nAUTH PLAIN ${plain("alice", "x")}\r\nAUTH PLAIN ${plain("alice", "wonder")}\r\n`);
    await client.wait(/535 .*\r\n235 .*\r\n/);
  });
});
