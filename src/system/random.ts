import { randomBytes } from "node:crypto";
import type { Random } from "../base/index.ts";

/** Asking OpenSSL takes so long that for two bytes, as every question to DNS wants them, it is worth drawing some thousands at once. */
const drawBytes = 4_096;
const smallMaxBytes = 64;
let drawn: Uint8Array = new Uint8Array(0);
let used = 0;

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => (count > smallMaxBytes ? randomBytes(count) : takeDrawn(count)),
};

/** Nobody gets the same bytes twice, and none that were given away stay here. */
function takeDrawn(count: number): Uint8Array {
  if (used + count > drawn.length) {
    drawn = randomBytes(drawBytes);
    used = 0;
  }
  const taken = Uint8Array.from(drawn.subarray(used, used + count));
  drawn.fill(0, used, used + count);
  used += count;
  return taken;
}
