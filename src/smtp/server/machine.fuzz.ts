import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drive, tlsOn, type DrivenServer } from "../../../test/support/server.ts";
import { ContentReader } from "./content.ts";

const runs = { numRuns: 300 };

/** Text that is made of what matters to the server. */
const fragment = fc.constantFrom(
  "EHLO x\r\n",
  "HELO y\r\n",
  "MAIL FROM:<a@b>\r\n",
  "MAIL FROM:<> SIZE=10 BODY=8BITMIME\r\n",
  "RCPT TO:<c@d>\r\n",
  "RCPT TO:<c@d> NOTIFY=NEVER ORCPT=rfc822;a+40b\r\n",
  "DATA\r\n",
  "BDAT 5\r\n",
  "BDAT 3 LAST\r\n",
  "BDAT 0 LAST\r\n",
  "RSET\r\n",
  "NOOP\r\n",
  "STARTTLS\r\n",
  "AUTH PLAIN AGEAYg==\r\n",
  "AUTH LOGIN\r\n",
  "YQ==\r\n",
  "*\r\n",
  "QUIT\r\n",
  ".\r\n",
  "\r\n.\r\n",
  "\n.\n",
  ".",
  "\r",
  "\n",
  "\0",
  "\xff",
  "Received: x\r\n",
  "hello\r\n",
  "..\r\n",
);
const stream = fc.array(fc.oneof({ weight: 8, arbitrary: fragment }, fc.string({ maxLength: 20, unit: "binary" })), {
  maxLength: 60,
});
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

/** Everything that could be seen from outside. */
function outcome(server: DrivenServer): object {
  const { messages, refusals, effects } = server;
  return { said: server.said(), messages, refusals, effects };
}

function feed(server: DrivenServer, bytes: Buffer, lengths: readonly number[]): void {
  let turn = 0;
  for (let at = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? bytes.length;
    server.machine.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
}

const features = {
  starttls: false,
  auth: "required",
  messageMaxBytes: 60,
  recipientsMax: 3,
  badCommandsMax: 1000,
} as const;
const anyone = { onAuth: () => ({ kind: "accepted", user: "u" }) as const };

describe("the server machine", () => {
  test("is not moved by how the bytes are split", () => {
    fc.assert(
      fc.property(stream, sizes, fc.boolean(), (texts, lengths, open) => {
        const bytes = Buffer.from(texts.join(""), "latin1");
        const changes = open ? { ...features, auth: "off" as const } : features;
        const whole = drive(changes, anyone, { tls: true });
        feed(whole, bytes, [bytes.length || 1]);
        const split = drive(changes, anyone, { tls: true });
        feed(split, bytes, lengths);
        expect(outcome(split)).toEqual(outcome(whole));
      }),
      runs,
    );
  });

  test("answers the same when every decision takes its time", async () => {
    await fc.assert(
      fc.asyncProperty(stream, sizes, async (texts, lengths) => {
        const bytes = Buffer.from(texts.join(""), "latin1");
        const changes = { ...features, auth: "off" as const };
        const atOnce = drive(changes);
        feed(atOnce, bytes, [bytes.length || 1]);
        const later = (): Promise<undefined> => Promise.resolve(undefined);
        const slow = drive(changes, { onHello: later, onMail: later, onRcpt: later });
        feed(slow, bytes, lengths);
        for (let turn = 0; turn < texts.length + 5; turn++) await slow.settle();
        expect(outcome(slow)).toEqual(outcome(atOnce));
      }),
      { numRuns: 100 },
    );
  });

  test("never throws at garbage, and says nothing but whole replies", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.boolean(), (chunks, tls) => {
        const server = drive({ starttls: true }, anyone, { tls });
        for (const chunk of chunks) server.machine.push(chunk);
        server.machine.tlsStarted(tlsOn);
        server.machine.timedOut();
        server.machine.gone();
        expect(server.errors).toEqual([]);
        expect(server.said()).toMatch(/^(?:[2-5]\d\d[ -][\x20-\x7e]*\r\n)*$/);
      }),
      runs,
    );
  });

  test("a client that ends its side is answered as one that stays, but for what it left unfinished", () => {
    fc.assert(
      fc.property(stream, (texts) => {
        const bytes = Buffer.from(texts.join(""), "latin1");
        const changes = { ...features, auth: "off" as const };
        const stays = drive(changes);
        feed(stays, bytes, [bytes.length || 1]);
        const ends = drive(changes);
        feed(ends, bytes, [bytes.length || 1]);
        ends.machine.ended();
        const { said, messages } = stays;
        expect({ said: ends.said(), messages: ends.messages }).toEqual({ said: said(), messages });
        expect(ends.effects.filter((one) => one === "close")).toHaveLength(1);
        expect(ends.machine.inTransaction).toBe(false);
      }),
      runs,
    );
  });

  test("content begun is ended or given up, never both, never neither", () => {
    fc.assert(
      fc.property(stream, (texts) => {
        let begun = 0;
        let ended = 0;
        let given = 0;
        const server = drive(
          { ...features, auth: "off" },
          {
            onData: () => void begun++,
            onEnd: () => {
              ended++;
              return { code: 250, lines: ["ok"] };
            },
            onAbort: () => void given++,
          },
        );
        server.machine.push(Buffer.from(texts.join(""), "latin1"));
        server.machine.gone();
        expect(ended + given).toBe(begun);
      }),
      runs,
    );
  });
});

/** The rules, written for the eye and not for speed: the content and what follows it, or undefined if it has no end. */
function reference(wire: string): { content: string; rest: string } | undefined {
  const end = wire.startsWith(".\r\n") ? 0 : wire.indexOf("\r\n.\r\n") + 2;
  if (end === 1) return undefined;
  const lines = wire.slice(0, end).split("\r\n").slice(0, -1);
  const content = lines.map((line) => `${line.replace(/^\./, "").replace(/\r|\n/g, "\r\n")}\r\n`).join("");
  return { content, rest: wire.slice(end + 3) };
}

test("TLS-8: the content reader agrees with the rules written plainly, however it is fed", () => {
  const byte = fc.constantFrom("\r", "\n", "\r\n", ".", ".\r\n", "a", "\xe9", "\0", ":", "Received:", "\r\n.\r\n");
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), sizes, (texts, lengths) => {
      const wire = Buffer.from(texts.join(""), "latin1");
      const reader = new ContentReader("data");
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (let turn = 0; at < wire.length && reader.endedAt < 0; turn++) {
        const chunk = Buffer.from(wire.subarray(at, at + (lengths[turn % lengths.length] ?? 1)));
        pieces.push(Buffer.from(reader.push(chunk, 0, chunk.length)));
        at += reader.endedAt < 0 ? chunk.length : reader.endedAt;
      }
      const expected = reference(wire.toString("latin1"));
      expect(reader.endedAt >= 0).toBe(expected !== undefined);
      if (expected === undefined) return;
      const content = Buffer.concat(pieces).toString("latin1");
      expect({ content, rest: wire.toString("latin1", at) }).toEqual(expected);
      const [header = ""] = `\r\n${content}`.split("\r\n\r\n");
      const longest = Math.max(...content.split("\r\n").map((line) => line.length));
      expect(reader).toMatchObject({
        size: content.length,
        has8bit: content.includes("\xe9"),
        headerHas8bit: header.includes("\xe9"),
        longestLine: longest,
        hops: (header.match(/\r\nreceived:/gi) ?? []).length,
        hasNul: content.includes("\0"),
      });
    }),
    { numRuns: 3000 },
  );
});
