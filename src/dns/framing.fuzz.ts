import * as fc from "fast-check";
import { expect, test } from "vitest";
import { framed, Frames } from "./framing.ts";

const message = fc.uint8Array({ minLength: 12, maxLength: 600 });
/** Where a stream may be cut. */
const cuts = fc.array(fc.nat(300), { maxLength: 40 });

function inPieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...pieces, bytes.subarray(at)];
}

function read(frames: Frames, pieces: readonly Uint8Array[]): string[] {
  return pieces.flatMap((piece) => frames.add(piece)).map((one) => Buffer.from(one).toString("hex"));
}

test("messages come out as they went in, wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), cuts, (messages, lengths) => {
      const frames = new Frames();
      const out = read(frames, inPieces(Buffer.concat(messages.map(framed)), lengths));
      expect(out).toEqual(messages.map((one) => Buffer.from(one).toString("hex")));
      expect(frames.broken).toBe(false);
    }),
  );
});

test("any bytes are messages of at least a header, or broken, and the same wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (bytes, lengths) => {
      const [whole, cut] = [new Frames(), new Frames()];
      const out = read(whole, [bytes]);
      expect(read(cut, inPieces(bytes, lengths))).toEqual(out);
      expect(cut.broken).toBe(whole.broken);
      const taken = out.reduce((sum, one) => sum + 2 + one.length / 2, 0);
      expect(taken).toBeLessThanOrEqual(bytes.length);
      expect(out.every((one) => one.length / 2 >= 12)).toBe(true);
    }),
  );
});

test("a message of 65,535 bytes, byte by byte", () => {
  const frames = new Frames();
  const largest = new Uint8Array(65_535).fill(7);
  const out = Array.from(framed(largest)).flatMap((octet) => frames.add(Uint8Array.of(octet)));
  expect(out.length).toBe(1);
  expect(Buffer.from(out[0] ?? []).equals(largest)).toBe(true);
});

test.each([0, 1, 11])("after a length of %d, which no message has, nothing more is read", (length) => {
  const frames = new Frames();
  const good = framed(new Uint8Array(12));
  expect(frames.add(Buffer.concat([good, Uint8Array.of(0, length), good, good])).length).toBe(1);
  expect(frames.broken).toBe(true);
  expect(frames.add(good)).toEqual([]);
});
