import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { naiveSend } from "../../test/support/naive-client.ts";
import { domain, ip } from "../base/index.ts";
import { systemClock, systemNet } from "../system/index.ts";
import { makeAuthority } from "./ca.ts";
import { receiverLimits, startReceiver, type Behaviour, type Receiver, type ReceiverOptions } from "./receiver.ts";

const hostname = domain("mx.honest.example");
const mail = { from: "alice@sender.example", to: "bob@honest.example", content: "Subject: x\r\n\r\ngrüß dich\r\n" };

async function receiving(options: Partial<ReceiverOptions>, go: (receiver: Receiver) => Promise<void>): Promise<void> {
  const at = { address: ip("127.0.0.1"), port: 0 };
  const receiver = await startReceiver({ net: systemNet, clock: systemClock, at, hostname, ...options });
  try {
    await go(receiver);
  } finally {
    await receiver.close();
  }
}

/** The first reply of each line sent, after the greeting. */
async function say(receiver: Receiver, ...lines: readonly string[]): Promise<readonly string[]> {
  const socket = connect({ host: receiver.endpoint.address, port: receiver.endpoint.port });
  const replies: string[] = [];
  const rest = [...lines];
  for await (const chunk of socket) {
    replies.push(
      ...String(chunk)
        .split("\r\n")
        .filter((line) => line !== "" && line[3] !== "-"),
    );
    const next = rest.shift();
    if (next === undefined) break;
    socket.write(`${next}\r\n`);
  }
  socket.destroy();
  return replies;
}

describe("a receiver takes mail and writes down", () => {
  test("in clear, if it has no certificate", async () => {
    await receiving({}, async (receiver) => {
      expect(await naiveSend(receiver.endpoint, latin1(mail))).toMatchObject({ inClear: true });
      expect(receiver.received()).toMatchObject([
        { from: mail.from, to: [mail.to], content: mail.content, size: Buffer.byteLength(mail.content) },
      ]);
      expect(receiver.received()[0]?.tls).toBeUndefined();
    });
  });

  test("over TLS, if it has one", async () => {
    const credentials = makeAuthority(systemClock).issue({ names: [hostname] });
    await receiving({ credentials }, async (receiver) => {
      expect(await naiveSend(receiver.endpoint, latin1(mail))).toMatchObject({ inClear: false, tries: 1 });
      expect(receiver.received()).toMatchObject([{ content: mail.content, tls: "TLSv1.3" }]);
    });
  });

  test("the null sender as an empty one", async () => {
    await receiving({}, async (receiver) => {
      await naiveSend(receiver.endpoint, { ...latin1(mail), from: "" });
      expect(receiver.received()[0]?.from).toBe("");
    });
  });

  test("of a long message its beginning and its size, and tells who waits", async () => {
    const content = `${"x".repeat(998)}\r\n`.repeat(400);
    const told: number[] = [];
    await receiving({ onMessage: ({ size }) => void told.push(size) }, async (receiver) => {
      await naiveSend(receiver.endpoint, { ...mail, content });
      expect(receiver.received()[0]?.content.length).toBe(receiverLimits.contentKeptMaxBytes);
      expect(told).toEqual([content.length]);
    });
  });
});

describe("receivers have moods", () => {
  const rcpt = [`EHLO x.example`, `MAIL FROM:<${mail.from}>`, `RCPT TO:<${mail.to}>`] as const;

  test.each<[Behaviour, readonly string[], readonly RegExp[]]>([
    [{ kind: "busy" }, [], [/^421 4\.3\.2/]],
    [{ kind: "reject" }, rcpt, [/^220/, /^250/, /^250/, /^550 5\.1\.1/]],
    [
      { kind: "greylist", refusals: 2 },
      [...rcpt, `RCPT TO:<${mail.to}>`, `RCPT TO:<eve@honest.example>`, `RCPT TO:<${mail.to}>`],
      [/^220/, /^250/, /^250/, /^451 4\.7\.1/, /^451/, /^451/, /^250/],
    ],
  ])("%j", async (behaviour, lines, replies) => {
    await receiving({ behaviour }, async (receiver) => {
      const said = await say(receiver, ...lines);
      expect(said).toHaveLength(replies.length);
      replies.forEach((pattern, at) => expect(said[at]).toMatch(pattern));
      expect(receiver.received()).toEqual([]);
    });
  });
});

/** The client writes latin1: UTF-8 octets as characters. */
function latin1<T extends { readonly content: string }>(message: T): T {
  return { ...message, content: Buffer.from(message.content, "utf8").toString("latin1") };
}
