/** Streams in still time, to peers that say what a test tells them to say. */
import { Duplex } from "node:stream";
import {
  err,
  ip,
  ok,
  type DialFault,
  type Endpoint,
  type IpAddress,
  type Net,
  type Random,
  type Result,
  type Wire,
} from "../base/index.ts";
import { manualClock, seededRandom, type ManualClock } from "../../test/support/clock.ts";
import { Closing } from "./closing.ts";
import { framed, Frames } from "./framing.ts";
import { a, name, record } from "./message.cases.ts";
import { makeQuery, type Exchanged } from "./query.ts";
import { Streams } from "./streams.ts";
import type { Secure, Upstream } from "./upstream.ts";
import { classIn, decodeMessage, encodeMessage, type Message } from "./wire.ts";

/** The other end of one connection. */
export interface Peer {
  readonly to: Endpoint;
  /** What was asked, in order. */
  readonly heard: Message[];
  /** Lengths of the questions as they came. */
  readonly lengths: number[];
  /** Answers the question with this index with an address of its own, or as `parts` say. */
  answer(index: number, parts?: Partial<Message>): void;
  say(bytes: Uint8Array): void;
  hangUp(): void;
  readonly isGone: boolean;
}

export interface StreamStage {
  readonly clock: ManualClock;
  readonly streams: Streams;
  readonly closing: Closing;
  readonly peers: Peer[];
  readonly dials: Endpoint[];
  /** The next dials end so. */
  dialsFail(fault: DialFault | undefined): void;
  /** Asks for the addresses of `n<index>.test`. */
  ask(index: number, timeoutMs?: number): Asking;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

export interface Asking {
  /** What became of it, once something did. */
  outcome: Exchanged | undefined;
}

export const plain: Upstream = { address: ip("192.0.2.53"), port: 53 };

export interface StreamStageOptions {
  readonly upstream?: Upstream;
  readonly secure?: Secure;
  readonly random?: Random;
}

export function streamStage({ upstream = plain, secure, random }: StreamStageOptions = {}): StreamStage {
  const clock = manualClock();
  const closing = new Closing();
  const peers: Peer[] = [];
  const dials: Endpoint[] = [];
  let fault: DialFault | undefined;
  const dial = (to: Endpoint): Promise<Result<Wire, DialFault>> => {
    dials.push(to);
    if (fault !== undefined) return Promise.resolve(err(fault));
    const { peer, stream } = connectionTo(to);
    peers.push(peer);
    return Promise.resolve(ok({ stream, local: { address: ip("192.0.2.1"), port: 40_000 }, remote: to }));
  };
  const net = { dial } as unknown as Net;
  const dice = random ?? seededRandom(1);
  const streams = new Streams({ net, clock, random: dice, closing, ...(secure === undefined ? {} : { secure }) });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(0);
      await new Promise((resolve) => process.nextTick(resolve));
    }
  };
  return {
    clock,
    streams,
    closing,
    peers,
    dials,
    dialsFail: (next) => void (fault = next),
    settle,
    ask(index, timeoutMs = 2000) {
      const asking: Asking = { outcome: undefined };
      const question = { name: name(`n${index}.test`), type: "A", class: classIn };
      const query = makeQuery(dice, question, { wants: "verdict", edns: true, padded: upstream.tls !== undefined });
      void streams.ask(upstream, query, timeoutMs).then((outcome) => (asking.outcome = outcome));
      return asking;
    },
  };
}

/** The address that a peer gives for `n<index>.test`. */
export function addressOf(index: number): IpAddress {
  return ip(`10.0.${index >> 8}.${index & 0xff}`);
}

/** The one address of an answer, or why there is none. */
export function told(outcome: Exchanged | undefined): string | undefined {
  if (outcome?.kind !== "message") return outcome?.failure;
  const [first] = outcome.message.answers;
  return first?.data.type === "A" ? first.data.address : "no address";
}

export function answerTo(query: Message, parts: Partial<Message> = {}): Uint8Array {
  const [question] = query.questions;
  const index = Number(/^n(\d+)\./.exec(question?.name ?? "")?.[1]);
  const answers = [record(question?.name ?? ".", a(addressOf(index)))];
  return encodeMessage({ ...query, response: true, answers, ...parts });
}

function connectionTo(to: Endpoint): { peer: Peer; stream: Duplex } {
  const heard: Message[] = [];
  const lengths: number[] = [];
  const frames = new Frames();
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      for (const bytes of frames.add(chunk)) {
        const query = decodeMessage(bytes);
        if (!query.ok) throw new Error(`something unreadable was asked: ${query.error}`);
        heard.push(query.value);
        lengths.push(bytes.length);
      }
      done();
    },
  });
  const say = (bytes: Uint8Array): void => void (stream.destroyed || stream.push(bytes));
  const peer: Peer = {
    to,
    heard,
    lengths,
    answer(index, parts) {
      const query = heard[index];
      if (query === undefined) throw new Error(`there was no question ${index}`);
      say(framed(answerTo(query, parts)));
    },
    say,
    hangUp: () => void stream.push(null),
    get isGone() {
      return stream.destroyed;
    },
  };
  return { peer, stream };
}
