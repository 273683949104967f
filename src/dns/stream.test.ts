import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain, err, ok, type Wire } from "../base/index.ts";
import { framed } from "./framing.ts";
import { dnsLimits } from "./limits.ts";
import { name } from "./message.cases.ts";
import { addressOf, answerTo, plain, streamStage, told, type Peer, type StreamStage } from "./stream.cases.ts";
import type { Secure, SecureFault, Upstream } from "./upstream.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The peer of the connection that was made `index`-th. */
function peerOf(set: StreamStage, index: number): Peer {
  const peer = set.peers[index];
  if (peer === undefined) throw new Error(`there was no connection ${index}`);
  return peer;
}

describe("RFC 7766 §6.2.1.1: many questions at once on one connection", () => {
  test("answers come in any order, however cut, and each finds its question", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(range(20), { minLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 10 }),
        async (order, lengths) => {
          const set = streamStage();
          const asked = range(20).map((index) => set.ask(index));
          await set.settle();
          const peer = peerOf(set, 0);
          const stream = Buffer.concat(order.map((index) => framed(answerTo(peer.heard[index] ?? fail()))));
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = lengths[turn % lengths.length] ?? 1;
            peer.say(stream.subarray(at, at + length));
            at += length;
          }
          await set.settle();
          expect(asked.map(({ outcome }) => told(outcome))).toEqual(range(20).map(addressOf));
          expect(set.dials.length).toBe(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("no two under way have the same id, even if the dice always fall alike", async () => {
    const set = streamStage({ random: { fraction: () => 0, bytes: (count) => new Uint8Array(count).fill(255) } });
    range(50).forEach((index) => set.ask(index));
    await set.settle();
    expect(new Set(peerOf(set, 0).heard.map(({ id }) => id)).size).toBe(50);
  });

  test("under way on one are only so many; the next ones go over another, and the streams are bounded too", async () => {
    const set = streamStage();
    const all = dnsLimits.streamInFlightMax * dnsLimits.streamsMax;
    const asked = range(all).map((index) => set.ask(index));
    await set.settle();
    expect(set.peers.map((peer) => peer.heard.length)).toEqual(
      range(dnsLimits.streamsMax).map(() => dnsLimits.streamInFlightMax),
    );
    const tooMany = set.ask(all);
    await set.settle();
    expect(tooMany.outcome).toMatchObject({ failure: "network", detail: "too many questions at once" });
    peerOf(set, 1).answer(0);
    await set.settle();
    const again = set.ask(7);
    await set.settle();
    peerOf(set, 1).answer(dnsLimits.streamInFlightMax);
    await set.settle();
    expect(told(again.outcome)).toBe(addressOf(7));
    expect(asked.filter(({ outcome }) => outcome !== undefined).length).toBe(1);
  });

  test("RFC 7766 §6.2.3: an idle connection is kept for a while, and then closed", async () => {
    const set = streamStage();
    for (const index of range(3)) {
      const asking = set.ask(index);
      await set.settle();
      peerOf(set, 0).answer(index);
      await set.settle();
      expect(told(asking.outcome)).toBe(addressOf(index));
      await set.clock.advance(dnsLimits.streamIdleMs - 1);
    }
    expect(peerOf(set, 0).isGone).toBe(false);
    await set.clock.advance(1);
    expect(peerOf(set, 0).isGone).toBe(true);
    set.ask(3);
    await set.settle();
    expect(peerOf(set, 1).heard.length).toBe(1);
  });

  test("a question that is under way for long keeps the connection from idling", async () => {
    const set = streamStage();
    set.ask(0, dnsLimits.streamIdleMs * 2);
    await set.settle();
    await set.clock.advance(dnsLimits.streamIdleMs + 1000);
    expect(peerOf(set, 0).isGone).toBe(false);
  });
});

describe("RFC 7766 §6.2.4: a connection that ends", () => {
  test("what was unanswered is asked again over another, what was answered is not", async () => {
    const set = streamStage();
    const asked = range(3).map((index) => set.ask(index));
    await set.settle();
    peerOf(set, 0).answer(1);
    peerOf(set, 0).hangUp();
    await set.settle();
    const second = peerOf(set, 1);
    expect(second.heard.map(({ questions }) => questions[0]?.name)).toEqual(["n0.test", "n2.test"]);
    second.answer(0);
    second.answer(1);
    await set.settle();
    expect(asked.map(({ outcome }) => told(outcome))).toEqual([0, 1, 2].map(addressOf));
  });

  test("once: a second end is a failure", async () => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    peerOf(set, 0).hangUp();
    await set.settle();
    peerOf(set, 1).hangUp();
    await set.settle();
    expect(asking.outcome).toMatchObject({ failure: "network" });
    expect(set.dials.length).toBe(2);
  });

  test("half an answer is none", async () => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    const peer = peerOf(set, 0);
    const frame = framed(answerTo(peer.heard[0] ?? fail()));
    peer.say(frame.subarray(0, frame.length - 1));
    peer.hangUp();
    await set.settle();
    expect(asking.outcome).toBeUndefined();
    expect(peerOf(set, 1).heard.length).toBe(1);
  });

  test("the time of a question goes on over both", async () => {
    const set = streamStage();
    const asking = set.ask(0, 2000);
    await set.settle();
    await set.clock.advance(1500);
    peerOf(set, 0).hangUp();
    await set.settle();
    await set.clock.advance(500);
    expect(asking.outcome).toMatchObject({ failure: "timeout" });
  });

  test("an idle one that the upstream closes is not missed", async () => {
    const set = streamStage();
    set.ask(0);
    await set.settle();
    peerOf(set, 0).answer(0);
    await set.settle();
    peerOf(set, 0).hangUp();
    await set.settle();
    expect(set.dials.length).toBe(1);
    const asking = set.ask(1);
    await set.settle();
    peerOf(set, 1).answer(0);
    await set.settle();
    expect(told(asking.outcome)).toBe(addressOf(1));
  });
});

describe("silence", () => {
  test("a connection that says nothing to a question takes no more: it may be gone without our knowing", async () => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    await set.clock.advance(2000);
    expect(asking.outcome).toMatchObject({ failure: "timeout" });
    expect(peerOf(set, 0).isGone).toBe(true);
    set.ask(1);
    await set.settle();
    expect(peerOf(set, 1).heard.length).toBe(1);
  });

  test("what else is under way on it may still be answered", async () => {
    const set = streamStage();
    set.ask(0, 1000);
    const patient = set.ask(1, 2000);
    await set.settle();
    await set.clock.advance(1000);
    peerOf(set, 0).answer(1);
    await set.settle();
    expect(told(patient.outcome)).toBe(addressOf(1));
    expect(peerOf(set, 0).isGone).toBe(true);
  });

  test("where others are answered, one slow question costs nothing, and its late answer is dropped", async () => {
    const set = streamStage();
    range(20).forEach((index) => set.ask(index, 1000));
    const other = set.ask(20);
    await set.settle();
    await set.clock.advance(500);
    peerOf(set, 0).answer(20);
    await set.settle();
    expect(told(other.outcome)).toBe(addressOf(20));
    await set.clock.advance(500);
    range(20).forEach((index) => peerOf(set, 0).answer(index));
    await set.settle();
    expect(peerOf(set, 0).isGone).toBe(false);
    set.ask(21);
    await set.settle();
    expect(peerOf(set, 0).heard.length).toBe(22);
  });

  test("an upstream that owes us too many answers gets no more questions over that connection", async () => {
    const set = streamStage();
    const asked = range(dnsLimits.streamAbandonedMax).map((index) => set.ask(index, 1000));
    const answered = set.ask(1000);
    await set.settle();
    await set.clock.advance(10);
    peerOf(set, 0).answer(asked.length);
    await set.settle();
    expect(told(answered.outcome)).toBe(addressOf(1000));
    await set.clock.advance(1000);
    expect(asked.every(({ outcome }) => told(outcome) === "timeout")).toBe(true);
    expect(peerOf(set, 0).isGone).toBe(true);
  });
});

describe("hostile bytes", () => {
  const foreign: readonly [why: string, stray: (peer: Peer) => void][] = [
    ["another id", (peer) => peer.answer(0, { id: (peer.heard[0]?.id ?? 0) ^ 0x55 })],
    ["another name", (peer) => peer.answer(0, { questions: [{ name: name("b.test"), type: "A", class: 1 }] })],
    ["another type", (peer) => peer.answer(0, { questions: [{ name: name("n0.test"), type: "MX", class: 1 }] })],
    ["no question", (peer) => peer.answer(0, { questions: [] })],
    ["a question, not an answer", (peer) => peer.answer(0, { response: false })],
  ];
  test.each(foreign)("%s: is ignored, and after a few the connection is closed", async (_, stray) => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    const peer = peerOf(set, 0);
    for (let count = 1; count < dnsLimits.streamStraysMax; count++) stray(peer);
    await set.settle();
    expect([asking.outcome, peer.isGone]).toEqual([undefined, false]);
    stray(peer);
    await set.settle();
    expect(asking.outcome).toMatchObject({ failure: "malformed" });
    expect([peer.isGone, set.dials.length]).toEqual([true, 1]);
  });

  test("a few strays before the answer do no harm", async () => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    for (let count = 1; count < dnsLimits.streamStraysMax; count++) peerOf(set, 0).answer(0, { id: count });
    peerOf(set, 0).answer(0);
    await set.settle();
    expect(told(asking.outcome)).toBe(addressOf(0));
  });

  test("what is said before anything is asked is stray too", async () => {
    const set = streamStage();
    set.ask(0);
    await set.settle();
    peerOf(set, 0).answer(0);
    await set.settle();
    range(dnsLimits.streamStraysMax).forEach(() => peerOf(set, 0).answer(0));
    await set.settle();
    expect(peerOf(set, 0).isGone).toBe(true);
  });

  const spoiled: readonly [why: string, spoil: (answer: Uint8Array) => Uint8Array][] = [
    ["truncated, although nothing is too long for TCP", (answer) => answer.fill(0x82, 2, 3)],
    ["unreadable", (answer) => answer.fill(0xff, 12)],
    ["cut short", (answer) => answer.subarray(0, answer.length - 3)],
  ];
  test.each(spoiled)("an answer that is %s fails its question and no other", async (_, spoil) => {
    const set = streamStage();
    const asked = [set.ask(0), set.ask(1)];
    await set.settle();
    const peer = peerOf(set, 0);
    peer.say(framed(spoil(answerTo(peer.heard[0] ?? fail()))));
    peer.answer(1);
    await set.settle();
    expect(asked.map(({ outcome }) => told(outcome))).toEqual(["malformed", addressOf(1)]);
  });

  test("a length that no message has ends the connection and everything on it", async () => {
    const set = streamStage();
    const asked = [set.ask(0), set.ask(1)];
    await set.settle();
    const peer = peerOf(set, 0);
    peer.answer(1);
    peer.say(Uint8Array.of(0, 11));
    await set.settle();
    expect(asked.map(({ outcome }) => told(outcome))).toEqual(["malformed", addressOf(1)]);
    expect(peer.isGone).toBe(true);
  });

  test("whatever bytes come, every question ends in its time, with its own answer or a failure", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 100 }),
            fc.record({ index: fc.nat(4), at: fc.nat(60), octet: fc.nat(255) }),
          ),
          { maxLength: 12 },
        ),
        async (said) => {
          const set = streamStage();
          const asked = range(5).map((index) => set.ask(index));
          await set.settle();
          const peer = peerOf(set, 0);
          for (const piece of said) {
            if (piece instanceof Uint8Array) peer.say(piece);
            else
              peer.say(framed(answerTo(peer.heard[piece.index] ?? fail())).fill(piece.octet, piece.at, piece.at + 1));
            await set.settle();
          }
          await set.clock.advance(2000);
          await set.settle();
          asked.forEach(({ outcome }, index) => {
            expect(outcome).toBeDefined();
            if (outcome?.kind !== "message") return;
            expect(outcome.message.questions[0]?.name ?? `n${index}.test`).toBe(`n${index}.test`);
          });
          await set.clock.advance(dnsLimits.streamIdleMs);
          expect(set.peers.every(({ isGone }) => isGone)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a connection that cannot be had", () => {
  test("fails what waits for it, and is not tried again for a moment", async () => {
    const set = streamStage();
    set.dialsFail("refused");
    const asked = [set.ask(0), set.ask(1)];
    await set.settle();
    expect(asked.map(({ outcome }) => told(outcome))).toEqual(["network", "network"]);
    const soon = set.ask(2);
    await set.settle();
    expect([told(soon.outcome), set.dials.length]).toEqual(["network", 1]);
    set.dialsFail(undefined);
    await set.clock.advance(dnsLimits.streamRedialMs);
    set.ask(3);
    await set.settle();
    expect(peerOf(set, 0).heard.length).toBe(1);
  });

  test("closing the resolver ends every connection and every question", async () => {
    const set = streamStage();
    const asking = set.ask(0);
    await set.settle();
    set.closing.close();
    await set.settle();
    expect(asking.outcome).toMatchObject({ failure: "network", detail: "the resolver was closed" });
    expect(peerOf(set, 0).isGone).toBe(true);
    const late = set.ask(1);
    await set.settle();
    expect([told(late.outcome), set.dials.length]).toEqual(["network", 1]);
  });
});

describe("RFC 8310 §5: over TLS, and nothing else", () => {
  const upstream: Upstream = { ...plain, port: 853, tls: { name: domain("dns.example") } };
  const held: Secure = () => new Promise(() => {});

  test("nothing is asked before the other end has proven its name", async () => {
    const asks: [wire: Wire, name: string, timeoutMs: number][] = [];
    let prove = (): void => {};
    const secure: Secure = (wire, name, timeoutMs) => {
      asks.push([wire, name, timeoutMs]);
      return new Promise((resolve) => (prove = () => resolve(ok(wire))));
    };
    const set = streamStage({ upstream, secure });
    const asked = [set.ask(0), set.ask(1)];
    await set.settle();
    expect(asks.map(([, name, timeoutMs]) => [name, timeoutMs])).toEqual([
      ["dns.example", dnsLimits.streamConnectTimeoutMs],
    ]);
    expect(peerOf(set, 0).heard.length).toBe(0);
    prove();
    await set.settle();
    peerOf(set, 0).answer(1);
    peerOf(set, 0).answer(0);
    await set.settle();
    expect(asked.map(({ outcome }) => told(outcome))).toEqual([0, 1].map(addressOf));
  });

  test("RFC 8467 §4.1: questions are padded to a multiple of 128 bytes", async () => {
    const set = streamStage({ upstream, secure: (wire) => Promise.resolve(ok(wire)) });
    [1, 10, 100, 1000, 10_000_000_000].forEach((index) => set.ask(index));
    await set.settle();
    expect(peerOf(set, 0).lengths).toEqual([128, 128, 128, 128, 128]);
  });

  const faults: readonly [kind: SecureFault["kind"], failure: string][] = [
    ["untrusted", "network"],
    ["broken", "network"],
    ["timeout", "timeout"],
  ];
  test.each(faults)("a handshake that ends as %s is the failure %s, and nothing was asked", async (kind, failure) => {
    const set = streamStage({ upstream, secure: () => Promise.resolve(err({ kind, detail: "seen" })) });
    const asking = set.ask(0);
    await set.settle();
    expect(asking.outcome).toMatchObject({ failure, detail: "TLS: seen" });
    expect([peerOf(set, 0).heard.length, peerOf(set, 0).isGone]).toEqual([0, true]);
  });

  test("without the port there is no connection at all", async () => {
    const set = streamStage({ upstream });
    const asking = set.ask(0);
    await set.settle();
    expect(asking.outcome).toMatchObject({ failure: "network", detail: "DNS over TLS is not to be had here" });
    expect(set.dials).toEqual([]);
  });

  test("a port that throws is a failure, and leaves no connection", async () => {
    const set = streamStage({ upstream, secure: () => Promise.reject(new Error("planted")) });
    const asking = set.ask(0);
    await set.settle();
    expect(told(asking.outcome)).toBe("network");
    expect(peerOf(set, 0).isGone).toBe(true);
  });

  test("a handshake that never ends costs a question no more than its time", async () => {
    const set = streamStage({ upstream, secure: held });
    const asking = set.ask(0, 2000);
    await set.settle();
    await set.clock.advance(2000);
    expect(told(asking.outcome)).toBe("timeout");
  });

  test("closing the resolver during a handshake ends both, and what the handshake brings later is dropped", async () => {
    let prove = (): void => {};
    const secure: Secure = (wire) => new Promise((resolve) => (prove = () => resolve(ok(wire))));
    const set = streamStage({ upstream, secure });
    const asking = set.ask(0);
    await set.settle();
    set.closing.close();
    prove();
    await set.settle();
    expect(told(asking.outcome)).toBe("network");
    expect([peerOf(set, 0).heard.length, peerOf(set, 0).isGone]).toEqual([0, true]);
  });
});

function fail(): never {
  throw new Error("nothing was asked");
}
