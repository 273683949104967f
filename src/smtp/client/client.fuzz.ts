/** Hostile peers and hostile splits: nothing throws, nothing depends on where a piece ends, nothing is sent too soon. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { address, domain } from "../../base/index.ts";
import type { HopRequirement } from "../../tls/index.ts";
import type { OutgoingMessage } from "../types.ts";
import { ContentEncoder, encodeWhole } from "./content.ts";
import { ClientMachine, type ClientActions } from "./machine.ts";
import { ReplyReader } from "./reply.ts";

const host = domain("mx.example.org");
const sure: HopRequirement = { host, level: "authenticated", proof: { kind: "rule-names", names: ["mx.example.org"] } };
const open: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };

const codes = [220, 250, 354, 421, 450, 500, 502, 550, 554, 199, 600];
const texts = ["", " ok", "-more", " 2.0.0 ok", "-STARTTLS", " STARTTLS", "-PIPELINING", "-SIZE 10", " \u0000\r", "x"];
const ends = ["\r\n", "\r\n", "\r\n", "\n", "\r", ""];
const peerLine = fc
  .tuple(fc.constantFrom(...codes), fc.constantFrom(...texts), fc.constantFrom(...ends))
  .map(([code, text, end]) => `${code}${text}${end}`);
const peerTalk = fc.oneof(
  { weight: 4, arbitrary: fc.array(peerLine, { maxLength: 30 }).map((lines) => Buffer.from(lines.join(""))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);
const friendly = Buffer.from("220 mx\r\n250-mx\r\n250 PIPELINING\r\n");
const piece = fc.tuple(peerTalk, fc.constantFrom("feed", "feed", "feed", "greet", "begin", "sent", "lost"));

describe("a hostile peer", () => {
  test("never makes the machine throw, and a hop that must be proven never opens without TLS", () => {
    let transactions = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, mustProve) => {
        const seen = play(pieces, mustProve ? sure : open);
        if (mustProve) expect(seen.written.join("")).not.toMatch(/MAIL|RCPT|DATA/);
        expect(seen.ends).toBeLessThanOrEqual(1);
        expect(seen.finished).toBeLessThanOrEqual(seen.begun);
        transactions += seen.finished;
      }),
      { numRuns: 2_000 },
    );
    expect(transactions, "the fuzz gets as far as transactions").toBeGreaterThan(10);
  });
  test("reads the same however its bytes are split", () => {
    fc.assert(
      fc.property(peerTalk, fc.array(fc.nat(40), { maxLength: 20 }), (talk, sizes) => {
        expect(readAll(split(talk, sizes))).toEqual(readAll([talk]));
      }),
      { numRuns: 2_000 },
    );
  });
  test("cannot fill the memory", () => {
    const reader = new ReplyReader();
    let stopped = false;
    for (let fed = 0; fed < 100 && !stopped; fed++) {
      reader.feed(Buffer.alloc(1000, "2"));
      stopped = !reader.next().ok;
    }
    expect(stopped).toBe(true);
  });
});

describe("content", () => {
  const bytes = fc
    .array(fc.constantFrom("a", "bc", ".", "\r", "\n", "\r\n", "\u00ff"), { maxLength: 60 })
    .map((parts) => Buffer.from(parts.join(""), "latin1"));
  test("is encoded the same however it is split", () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(6), { maxLength: 30 }),
        fc.constantFrom("data", "bdat"),
        (content, sizes, mode) => {
          const encoder = new ContentEncoder(mode);
          const out = split(content, sizes).map((chunk) => Buffer.from(encoder.push(chunk)));
          expect(Buffer.concat([...out, encoder.end()])).toEqual(Buffer.from(encodeWhole(content, mode)));
        },
      ),
      { numRuns: 2_000 },
    );
  });
  test("TLS-8 ends only at its end, for the strictest and the laxest receiver", () => {
    fc.assert(
      fc.property(bytes, (content) => {
        const wire = Buffer.from(encodeWhole(content, "data")).toString("latin1");
        expect(wire).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(`\r\n${wire}`.indexOf("\r\n.\r\n")).toBe(wire.length - 3);
        const unstuffed = wire.slice(0, -3).replace(/(^|\r\n)\./g, "$1");
        const lines = content.toString("latin1").split(/\r\n|\r|\n/);
        if (lines.at(-1) === "") lines.pop();
        expect(unstuffed).toBe(lines.map((line) => `${line}\r\n`).join(""));
      }),
      { numRuns: 2_000 },
    );
  });
});

function play(pieces: readonly (readonly [Buffer, string])[], requirement: HopRequirement) {
  const seen = { written: [] as string[], ends: 0, finished: 0, begun: 0 };
  const end = (): void => void seen.ends++;
  const actions: ClientActions = {
    write: (text) => void seen.written.push(text),
    startTls() {},
    opened() {},
    failed: end,
    refused() {},
    sendContent() {},
    chunkTaken() {},
    finished: () => void seen.finished++,
    over: end,
  };
  const machine = new ClientMachine({ ehloName: domain("us.example"), requirement }, actions);
  for (const [talk, what] of pieces) {
    if (what === "feed") machine.receive(talk);
    else if (what === "greet")
      for (const line of friendly.toString().split(/(?<=220 mx\r\n)/)) machine.receive(Buffer.from(line));
    else if (what === "sent") machine.contentSent();
    else if (what === "lost") machine.lost("reset", "reset");
    else if (machine.state === "ready") {
      seen.begun++;
      machine.begin(message);
    }
  }
  return seen;
}

function readAll(pieces: readonly Uint8Array[]): unknown {
  const reader = new ReplyReader();
  const replies: unknown[] = [];
  for (const piece of pieces) {
    reader.feed(piece);
    for (;;) {
      const read = reader.next();
      if (!read.ok) return { replies, error: true };
      if (read.value === undefined) break;
      replies.push(read.value);
    }
  }
  return { replies, error: false };
}

function split(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(whole.subarray(at, at + size));
    at += size;
  }
  return [...pieces, whole.subarray(at)];
}

const message: OutgoingMessage = {
  from: null,
  recipients: [{ address: address("bob@example.org") }, { address: address("cat@example.org") }],
  size: 5,
  has8bit: false,
  longestLine: 3,
  needsUtf8: false,
  requireTls: false,
  inline: undefined,
  async *content() {},
};
