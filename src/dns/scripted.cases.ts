/** A network that is a script: what comes back for each question, when, and from whom. For tests of the stub in still time. */
import { Duplex } from "node:stream";
import { err, ip, ok, type Clock, type DialFault, type Endpoint, type Net } from "../base/index.ts";
import { decodeMessage, encodeMessage, type Message } from "./wire.ts";

export interface Heard {
  readonly to: Endpoint;
  readonly over: "udp" | "tcp";
  readonly query: Message;
}

export interface Packet {
  readonly bytes: Uint8Array;
  readonly afterMs?: number;
  /** The upstream that was asked, if absent. */
  readonly from?: Endpoint;
}

export interface Script {
  answer(heard: Heard): readonly Packet[];
  /** Why TCP cannot be had, if it cannot. */
  readonly tcpFault?: DialFault;
}

export interface ScriptedNet extends Net {
  readonly heard: readonly Heard[];
  /** Sockets opened and not closed. */
  open(): number;
  openMax(): number;
  /** Every UDP socket fails with this reason from now on. */
  breakUdp(reason: string): void;
}

/** The answer to a query, of the given parts, to be sent back. */
export function packet({ query }: Heard, parts: Partial<Message> = {}, rest: Omit<Packet, "bytes"> = {}): Packet {
  return { bytes: encodeMessage({ ...query, response: true, authenticData: false, ...parts }), ...rest };
}

export function scriptedNet(clock: Clock, script: Script): ScriptedNet {
  const heard: Heard[] = [];
  let open = 0;
  let openMax = 0;
  let broken: string | undefined;
  const opened = (): (() => void) => {
    openMax = Math.max(openMax, ++open);
    let closed = false;
    return () => {
      if (!closed) open--;
      closed = true;
    };
  };
  const hear = (to: Endpoint, over: "udp" | "tcp", bytes: Uint8Array): readonly Packet[] => {
    const query = decodeMessage(bytes);
    if (!query.ok) throw new Error(`the stub sent something unreadable: ${query.error}`);
    heard.push({ to, over, query: query.value });
    return script.answer({ to, over, query: query.value });
  };
  return {
    heard,
    open: () => open,
    openMax: () => openMax,
    breakUdp: (reason) => void (broken = reason),
    datagram(_family, onMessage, onError) {
      const close = opened();
      let isOpen = true;
      return {
        send(payload, to) {
          const reason = broken;
          if (reason !== undefined) return void clock.after(0, () => onError(reason));
          for (const { bytes, afterMs = 1, from = to } of hear(to, "udp", payload)) {
            clock.after(afterMs, () => (isOpen ? onMessage(bytes, from) : undefined));
          }
        },
        close() {
          isOpen = false;
          close();
        },
      };
    },
    dial(to) {
      if (script.tcpFault !== undefined) return Promise.resolve(err(script.tcpFault));
      const close = opened();
      const stream = new Duplex({
        read() {},
        write(chunk: Uint8Array, _encoding, done) {
          for (const { bytes, afterMs = 1 } of hear(to, "tcp", chunk.subarray(2))) {
            clock.after(afterMs, () => {
              const frame = Uint8Array.of(bytes.length >> 8, bytes.length & 0xff, ...bytes);
              // In three pieces, as a stream may cut it.
              for (const [from, until] of [[0, 1] as const, [1, 9] as const, [9, frame.length] as const]) {
                if (!stream.destroyed) stream.push(frame.subarray(from, until));
              }
            });
          }
          done();
        },
        destroy(error, done) {
          close();
          done(error);
        },
      });
      return Promise.resolve(ok({ stream, local: { address: ip("127.0.0.1"), port: 1 }, remote: to }));
    },
    listen: () => Promise.reject(new Error("not in this script")),
    datagramAt: () => Promise.reject(new Error("not in this script")),
  };
}
