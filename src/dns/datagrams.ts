/**
 * Sockets for questions over UDP. An answer from somewhere else can be forged by whoever guesses port and id, so such a question has a
 * socket of its own on a fresh port (RFC 5452 §9.2). A resolver on this machine is another matter: nothing from outside has a loopback
 * address for its sender (RFC 1122 §3.2.1.3), and whoever is on this machine need not guess a port that he can look up. Its questions share a
 * socket as long as there are any, and are told apart by their ids; a scan asks hundreds at once.
 */
import { isIpv6, type DatagramSocket, type Endpoint, type Net } from "../base/index.ts";
import { isLoopback } from "./upstream.ts";
import { messageId } from "./wire.ts";

export interface Hearing {
  readonly onMessage: (payload: Uint8Array, from: Endpoint) => void;
  readonly onError: (reason: string) => void;
}

/** For one question; closed when it is over. */
export interface QuestionSocket {
  send(payload: Uint8Array): void;
  close(): void;
}

interface Shared {
  readonly socket: DatagramSocket;
  /** Of the questions under way, by their ids. */
  readonly hearings: Map<number, Hearing>;
}

export class Datagrams {
  readonly #net: Pick<Net, "datagram">;
  readonly #shared = new Map<string, Shared>();

  constructor(net: Pick<Net, "datagram">) {
    this.#net = net;
  }

  /** Throws what the port throws. */
  open(upstream: Endpoint, id: number, hearing: Hearing): QuestionSocket {
    const key = `${upstream.address} ${upstream.port}`;
    const shared = isLoopback(upstream.address) ? (this.#shared.get(key) ?? this.#share(key, upstream)) : undefined;
    if (shared === undefined || shared.hearings.has(id)) return this.#own(upstream, hearing);
    shared.hearings.set(id, hearing);
    return {
      send: (payload) => shared.socket.send(payload, upstream),
      close: () => {
        if (shared.hearings.get(id) === hearing) shared.hearings.delete(id);
        if (shared.hearings.size === 0) this.#end(key, shared);
      },
    };
  }

  #own(upstream: Endpoint, { onMessage, onError }: Hearing): QuestionSocket {
    const socket = this.#net.datagram(isIpv6(upstream.address) ? 6 : 4, onMessage, onError);
    return { send: (payload) => socket.send(payload, upstream), close: () => socket.close() };
  }

  #share(key: string, upstream: Endpoint): Shared {
    const hearings = new Map<number, Hearing>();
    const socket = this.#net.datagram(
      isIpv6(upstream.address) ? 6 : 4,
      (payload, from) => {
        // What nobody has asked for may be a guess, or late: where several have asked it is nobody's.
        const [only] = hearings.size === 1 ? hearings.values() : [];
        const hearing = hearings.get(messageId(payload) ?? -1) ?? only;
        hearing?.onMessage(payload, from);
      },
      (reason) => {
        // One that has failed is nobody's any more; each question says for itself what follows.
        this.#end(key, shared);
        for (const { onError } of hearings.values()) onError(reason);
      },
    );
    const shared = { socket, hearings };
    this.#shared.set(key, shared);
    return shared;
  }

  #end(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    shared.socket.close();
  }
}
