/**
 * A client may send everything at once, end its side and read the replies (RFC 9293 §3.6; Exim does it with BDAT … QUIT). What came whole is
 * carried out; a message that was cut off is not, whoever cut it.
 */
import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/clock.ts";
import { sendAndEnd, type Ending, type HalfClosing } from "../../test/support/half-close.ts";
import { runIntake, testCa, type RunningIntake } from "../../test/support/intake.ts";
import { limits, type Clock } from "../base/index.ts";
import type { ListenerSettings, UserRecord } from "./index.ts";

const running: RunningIntake[] = [];
const clients: HalfClosing[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const { intake } of running.splice(0)) await intake.close(0);
});

const users: readonly UserRecord[] = [{ name: "alice", passwordHash: "wonder" }];
const auth = `AUTH PLAIN ${Buffer.from("\0alice\0wonder").toString("base64")}\r\n`;

async function run(options: Parameters<typeof runIntake>[0] = {}): Promise<RunningIntake> {
  const started = await runIntake({ users, verify: async (password, hash) => password === hash, ...options });
  running.push(started);
  return started;
}

async function end(
  one: RunningIntake,
  kind: ListenerSettings["kind"],
  sent: string,
  how: Ending,
): Promise<HalfClosing> {
  const client = await sendAndEnd(one.port(kind), sent, how, { ca: testCa, servername: "mail.example.org" });
  clients.push(client);
  return client;
}

/** The codes of the replies behind the one to EHLO. */
function codes(said: string): string {
  const all = [...said.matchAll(/^(\d{3})(?= )/gm)].map(([code]) => code);
  return all.slice(said.includes("235 ") ? 3 : 2).join(" ");
}

async function gone(one: RunningIntake): Promise<void> {
  while (one.intake.connections > 0) await new Promise(setImmediate);
}

const to = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";
const body = "Subject: x\r\n\r\nhello\r\n";
const bdat = `BDAT ${body.length} LAST\r\n`;

const ways: readonly (readonly [ListenerSettings["kind"], Ending, string])[] = [
  ["local", "fin", "in clear"],
  ["submissions", "close-notify", "in TLS, ended by close_notify"],
  ["submissions", "cut", "in TLS, cut without close_notify"],
];

describe.each(ways)("%s, %s: a client that ends its side %s", (kind, how) => {
  const rows: readonly (readonly [why: string, sent: string, taken: number, replies: string])[] = [
    ["BDAT and QUIT in one group, as Exim does", `${to}${bdat}${body}QUIT\r\n`, 1, "250 250 250 221"],
    ["BDAT without a goodbye", `${to}${bdat}${body}`, 1, "250 250 250"],
    ["DATA and QUIT", `${to}DATA\r\n${body}.\r\nQUIT\r\n`, 1, "250 250 354 250 221"],
    ["BDAT in chunks, the last one empty", `${to}BDAT ${body.length}\r\n${body}BDAT 0 LAST\r\n`, 1, "250 250 250 250"],
    ["two messages", `${to}${bdat}${body}${to}${bdat}${body}`, 2, "250 250 250 250 250 250"],
    ["one message, and another that is cut", `${to}${bdat}${body}${to}DATA\r\nhel`, 1, "250 250 250 250 250 354"],
    ["DATA cut within a line", `${to}DATA\r\n${body}hel`, 0, "250 250 354"],
    ["DATA cut after a line", `${to}DATA\r\n${body}`, 0, "250 250 354"],
    ["DATA cut behind the dot", `${to}DATA\r\n${body}.`, 0, "250 250 354"],
    ["DATA cut within the dot's line end", `${to}DATA\r\n${body}.\r`, 0, "250 250 354"],
    ["DATA, nothing behind it", `${to}DATA\r\n`, 0, "250 250 354"],
    ["BDAT that lacks an octet", `${to}${bdat}${body.slice(0, -1)}`, 0, "250 250"],
    ["BDAT, nothing behind it", `${to}${bdat}`, 0, "250 250"],
    ["BDAT whose last chunk never came", `${to}BDAT ${body.length}\r\n${body}`, 0, "250 250 250"],
    ["a recipient without line end", `${to}RCPT TO:<c@example.net>`, 0, "250 250"],
    ["a goodbye alone", "QUIT\r\n", 0, "221"],
    ["a goodbye without line end", "QUIT", 0, ""],
    ["nothing more", "", 0, ""],
  ];
  test.each(rows)("%s", async (_, sent, taken, replies) => {
    const one = await run({ kinds: [kind] });
    // A disk takes its time: the end has come by then.
    one.queue.failCommit = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    };
    const hello = `EHLO client.example\r\n${kind === "submissions" ? auth : ""}`;
    const client = await end(one, kind, hello + sent, how);
    await client.done;
    expect(codes(client.text)).toBe(replies);
    await gone(one);
    expect(one.queue.messages.map(({ content }) => content.endsWith(body))).toEqual(Array(taken).fill(true));
    expect(one.queue.open).toBe(0);
  });

  test("hears that the message is taken only when it is on disk", async () => {
    const one = await run({ kinds: [kind] });
    const asked = Promise.withResolvers<() => void>();
    one.queue.failCommit = () => new Promise((resolve) => asked.resolve(resolve));
    const hello = `EHLO client.example\r\n${kind === "submissions" ? auth : ""}`;
    const client = await end(one, kind, `${hello}${to}${bdat}${body}QUIT\r\n`, how);
    const commit = await asked.promise;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(client.text).not.toContain("accepted");
    commit();
    await client.done;
    expect(codes(client.text)).toBe("250 250 250 221");
    await gone(one);
    expect(one.queue.messages).toHaveLength(1);
  });

  test("is let go after a time, whatever the queue does", async () => {
    const clock = manualClock();
    const ended = Promise.withResolvers<void>();
    const watched: Clock = {
      ...clock,
      after(delayMs, callback) {
        if (delayMs === limits.serverHalfOpenMaxMs) ended.resolve();
        return clock.after(delayMs, callback);
      },
    };
    const one = await run({ kinds: [kind], clock: watched });
    one.queue.failCommit = () => new Promise(() => {});
    const hello = `EHLO client.example\r\n${kind === "submissions" ? auth : ""}`;
    await end(one, kind, `${hello}${to}${bdat}${body}QUIT\r\n`, how);
    await ended.promise;
    await clock.advance(limits.serverHalfOpenMaxMs - 1);
    expect(one.intake.connections).toBe(1);
    await clock.advance(1);
    await gone(one);
  });
});

describe("no connection stays half-open, however little was said", () => {
  const rows: readonly (readonly [why: string, kind: ListenerSettings["kind"], sent: string])[] = [
    ["nothing at all", "local", ""],
    ["nothing at all, where a handshake is awaited", "submissions", ""],
    ["half a handshake", "submissions", "\x16\x03\x01\x00\xff"],
    ["STARTTLS, and no handshake", "submission", "EHLO x\r\nSTARTTLS\r\n"],
    ["AUTH, and no password", "local", "EHLO x\r\nAUTH LOGIN\r\n"],
  ];
  test.each(rows)("%s", async (_, kind, sent) => {
    // The clock stands still: nothing here waits for a timeout.
    const one = await run({ kinds: [kind], clock: manualClock() });
    const client = await end(one, kind, sent, "fin");
    await client.done;
    await gone(one);
    expect(one.queue.messages).toEqual([]);
  });
});
