/** Real mail clients as submitters: swaks and nodemailer hand mail in over both kinds of submission. */
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, type MessageId } from "../../src/base/index.ts";
import { startReceiver, type Receiver } from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { makeAuthority } from "../support/certificates.ts";
import { runRelay, testUser, type TestRelay } from "../support/relay.ts";
import { skipped } from "./skipped.ts";
import { eventually } from "./wait.ts";

const authority = makeAuthority();
let receiver: Receiver;
let running: TestRelay;

beforeAll(async () => {
  receiver = await startReceiver({
    net: systemNet,
    clock: systemClock,
    at: { address: ip("127.0.4.1"), port: 0 },
    hostname: domain("mx.safe.example"),
    credentials: authority.issue({ names: ["mx.safe.example"] }),
  });
  running = await runRelay({
    zones: {
      "safe.example": [{ type: "MX", preference: 10, value: "mx.safe.example" }],
      "mx.safe.example": [{ type: "A", value: "127.0.4.1" }],
    },
    smtpPort: receiver.endpoint.port,
    authority,
    toml: `[[rule]]\ndomain = "safe.example"\nrequire = "authenticated"\nmatch = ["mx.safe.example"]\nca = CA\n`,
  });
  writeFileSync(join(running.data, "ca.pem"), authority.pem);
});

afterAll(async () => {
  await running?.close();
  await receiver?.close();
});

async function arrived(subject: string): Promise<string> {
  return eventually(
    `the message ${subject}`,
    20_000,
    () => receiver.received().find(({ content }) => content.includes(`Subject: ${subject}`))?.content,
  );
}

const swaksMissing = existsSync("/usr/bin/swaks") ? undefined : "swaks is not installed (apt-get install swaks)";

describe.skipIf(skipped("swaks", swaksMissing))("swaks", () => {
  const cases = [
    {
      how: "TLS from the first byte, AUTH PLAIN",
      port: () => running.submissionsPort,
      flags: ["--tls-on-connect", "--auth", "PLAIN"],
    },
    { how: "STARTTLS, AUTH LOGIN", port: () => running.submissionPort, flags: ["--tls", "--auth", "LOGIN"] },
  ];
  test.each(cases)("TLS-7 submits with $how", async ({ how, port, flags }) => {
    const subject = `swaks ${flags[0]}`;
    const run = await swaks(
      port(),
      [...flags, "--auth-user", testUser.name, "--auth-password", testUser.password],
      subject,
    );
    expect(run.code, `${how}\n${run.output}`).toBe(0);
    expect(run.output).toMatch(/250 2\.0\.0 accepted as \w{26}/);
    expect(await arrived(subject)).toContain("with ESMTPSA");
  });

  test.each([
    {
      what: "a wrong password",
      flags: ["--tls", "--auth", "PLAIN", "--auth-user", testUser.name, "--auth-password", "wrong"],
      says: "535 5.7.8",
    },
    { what: "no password at all", flags: ["--tls"], says: "530 5.7.0" },
    { what: "no TLS", flags: [], says: "530 5.7.0" },
  ])("$what is refused with $says", async ({ flags, says }) => {
    const run = await swaks(running.submissionPort, flags, "refused");
    expect(run.code).not.toBe(0);
    expect(run.output).toContain(says);
  });

  test("AUTH is not offered in clear, and asking for it there sends no password", async () => {
    const flags = ["--auth", "PLAIN", "--auth-user", testUser.name, "--auth-password", testUser.password];
    const run = await swaks(running.submissionPort, flags, "in clear");
    expect(run.code).not.toBe(0);
    expect(run.output).not.toMatch(/AUTH PLAIN/);
  });

  function swaks(port: number, flags: readonly string[], subject: string): Promise<{ code: number; output: string }> {
    const args = Object.entries({
      "--server": "127.0.0.1",
      "--port": String(port),
      "--ehlo": "client.example",
      "--from": testUser.name,
      "--to": "bob@safe.example",
      "--header": `Subject: ${subject}`,
      "--body": "hello",
      "--tls-ca-path": join(running.data, "ca.pem"),
    }).flat();
    args.push("--tls-verify", ...flags);
    return new Promise((resolve) => {
      execFile("/usr/bin/swaks", args, { timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
      });
    });
  }
});

describe("nodemailer", () => {
  const cases = [
    { how: "TLS from the first byte", port: () => running.submissionsPort, secure: true, requireTLS: false },
    { how: "STARTTLS", port: () => running.submissionPort, secure: false, requireTLS: true },
  ];
  test.each(cases)("TLS-7 submits with $how, attachment and all", async ({ port, secure, requireTLS }) => {
    const subject = `nodemailer ${secure}`;
    const transport = createTransport({
      host: "127.0.0.1",
      port: port(),
      secure,
      requireTLS,
      auth: { user: testUser.name, pass: testUser.password },
      tls: { ca: authority.pem, servername: "relay.example" },
    });
    const sent = await transport.sendMail({
      from: testUser.name,
      to: ["bob@safe.example", "böb@safe.example"],
      subject,
      text: "Grüße\n.\n.dot",
      attachments: [{ filename: "a.bin", content: Buffer.alloc(200_000, 7) }],
    });
    transport.close();
    expect(sent.rejected).toEqual([]);
    const id = /accepted as (\w{26})/.exec(sent.response)?.[1];
    expect(await arrived(subject)).toContain("a.bin");
    const story = await eventually("the outcome", 20_000, async () => {
      const now = await running.story(id as MessageId);
      return now.deliveries.every(({ state }) => state === "done") ? now : undefined;
    });
    expect(story.deliveries[0]?.recipients.map(({ state }) => state)).toEqual([
      expect.objectContaining({ kind: "delivered", level: "authenticated" }),
      expect.objectContaining({ kind: "delivered", level: "authenticated" }),
    ]);
  });
});
