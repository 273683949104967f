/** The sockets of the lab's name server. */
import type { Clock, DatagramSocket, Endpoint, Listener, Net, Wire } from "../../base/index.ts";
import type { Question, RecordType, TrustAnchor } from "../../dns/index.ts";
import { signedInternet, type Internet, type SigningKey, type ZoneState } from "../dnssec/index.ts";
import { assertInBounds, loopbackOnly } from "../loopback.ts";
import { Faults, type Fault } from "./faults.ts";
import type { DnsMeddler } from "./meddler.ts";
import { replyTo, type ReplyContext } from "./reply.ts";
import { recordsOf, ZoneData, type Zones } from "./zones.ts";

export interface NameserverOptions {
  readonly net: Net;
  /** A loopback address; port 0 for any port that is free for both UDP and TCP. */
  readonly at: Endpoint;
  readonly zones: Zones;
  readonly faults?: readonly Fault[];
  /** Whether answers carry the AD bit, for those who ask for it; by question if a function. Default: no. */
  readonly authenticData?: boolean | ((question: Question) => boolean);
  /** Seconds for which an absence may be kept; default 60. Signed zones have their own. */
  readonly negativeTtlSeconds?: number;
  /** Absent: nothing is signed. */
  readonly signing?: SigningOptions;
}

/** The zones that the records lie in, below a root that is signed. What lies in none of them lies in the root. */
export interface SigningOptions {
  /** Signatures are good for some time from now on. */
  readonly clock: Pick<Clock, "now">;
  readonly zones: Readonly<Record<string, ZoneState>>;
}

export interface SeenQuestion {
  readonly name: string;
  readonly type: RecordType;
  readonly over: "udp" | "tcp";
}

export interface Nameserver {
  readonly endpoint: Endpoint;
  /** The root's key, to be believed without proof; empty if nothing is signed. */
  readonly anchors: readonly TrustAnchor[];
  /** Every question so far, in order; the last 10,000 of them. */
  questions(): readonly SeenQuestion[];
  /** Other zones from now on. Throws a TypeError if they are none, as at the start. */
  setZones(zones: Zones): void;
  /** Other faults from now on. */
  setFaults(faults: readonly Fault[]): void;
  setAuthenticData(authenticData: NonNullable<NameserverOptions["authenticData"]>): void;
  /** Lets somebody in between; several stand in a row. What comes back sends him away. */
  meddle(meddler: DnsMeddler): () => void;
  close(): Promise<void>;
}

/** Rejects with a RangeError for an endpoint that is not loopback, with a TypeError for bad zones, or as `net.listen` does. */
export async function startNameserver(options: NameserverOptions): Promise<Nameserver> {
  assertInBounds(options.net, options.at);
  const server = new Server(options);
  await server.open(loopbackOnly(options.net), options.at);
  return server;
}

const questionsKeptMax = 10_000;
const portTriesMax = 50;
const tcpConnectionsMax = 256;

class Server implements Nameserver {
  #context: ReplyContext;
  readonly #questions: SeenQuestion[] = [];
  readonly #wires = new Set<Wire>();
  readonly #meddlers = new Set<DnsMeddler>();
  readonly #signing: SigningOptions | undefined;
  /** A zone keeps its key when its records change. */
  readonly #keys = new Map<string, SigningKey>();
  #internet: Internet | undefined;
  #socket: DatagramSocket | undefined;
  #listener: Listener | undefined;

  constructor({ zones, faults = [], authenticData = false, negativeTtlSeconds = 60, signing }: NameserverOptions) {
    this.#signing = signing;
    this.#context = {
      ...this.#knowing(zones),
      meddlers: this.#meddlers,
      faults: new Faults(faults),
      authenticData: asFunction(authenticData),
      negativeTtlSeconds,
    };
  }

  get endpoint(): Endpoint {
    if (this.#listener === undefined) throw new Error("the name server is not open");
    return this.#listener.local;
  }

  get anchors(): readonly TrustAnchor[] {
    return this.#internet?.anchors ?? [];
  }

  /** Port 0 gives a UDP port that another program may hold for TCP: then another is tried. */
  async open(net: Net, at: Endpoint): Promise<void> {
    for (let tries = 1; ; tries++) {
      const socket = await net.datagramAt(at, (payload, from) => this.#onDatagram(payload, from));
      try {
        this.#listener = await net.listen(socket.local, (wire) => this.#onConnection(wire));
        this.#socket = socket;
        return;
      } catch (error) {
        socket.close();
        if (at.port !== 0 || tries >= portTriesMax) throw error;
      }
    }
  }

  questions(): readonly SeenQuestion[] {
    return [...this.#questions];
  }

  setZones(zones: Zones): void {
    this.#context = { ...this.#context, ...this.#knowing(zones) };
  }

  setFaults(faults: readonly Fault[]): void {
    this.#context = { ...this.#context, faults: new Faults(faults) };
  }

  setAuthenticData(authenticData: NonNullable<NameserverOptions["authenticData"]>): void {
    this.#context = { ...this.#context, authenticData: asFunction(authenticData) };
  }

  meddle(meddler: DnsMeddler): () => void {
    this.#meddlers.add(meddler);
    return () => void this.#meddlers.delete(meddler);
  }

  async close(): Promise<void> {
    this.#socket?.close();
    for (const wire of this.#wires) wire.stream.destroy();
    await this.#listener?.close();
  }

  #knowing(zones: Zones): Pick<ReplyContext, "zones" | "signed"> {
    const data = new ZoneData(zones);
    if (this.#signing === undefined) return { zones: data };
    this.#internet = signedInternet({ ...this.#signing, records: recordsOf(zones), keys: this.#keys });
    return { zones: data, signed: this.#internet.recursor };
  }

  #onDatagram(payload: Uint8Array, from: Endpoint): void {
    for (const packet of this.#reply(payload, "udp").packets) this.#socket?.send(packet, from);
  }

  #onConnection(wire: Wire): void {
    const { stream } = wire;
    if (this.#wires.size >= tcpConnectionsMax) {
      stream.destroy();
      return;
    }
    this.#wires.add(wire);
    let gathered: Uint8Array = new Uint8Array();
    stream.on("error", () => {});
    // Every question that came is answered by then.
    stream.on("end", () => stream.end());
    stream.on("close", () => this.#wires.delete(wire));
    stream.on("data", (chunk: Uint8Array) => {
      gathered = Buffer.concat([gathered, chunk]);
      for (let payload = framedIn(gathered); payload !== undefined; payload = framedIn(gathered)) {
        gathered = gathered.subarray(2 + payload.length);
        const reply = this.#reply(payload, "tcp");
        for (const packet of reply.packets) stream.write(framed(packet));
        if (reply.hangUp === true) stream.destroy();
      }
    });
  }

  #reply(payload: Uint8Array, over: "udp" | "tcp"): ReturnType<typeof replyTo> {
    const reply = replyTo(payload, over, this.#context);
    if (reply.question !== undefined) {
      this.#questions.push({ name: reply.question.name, type: reply.question.type, over });
      if (this.#questions.length > questionsKeptMax) this.#questions.shift();
    }
    return reply;
  }
}

function asFunction(authenticData: NonNullable<NameserverOptions["authenticData"]>): (question: Question) => boolean {
  return typeof authenticData === "function" ? authenticData : () => authenticData;
}

/** The first whole message of a TCP stream (RFC 1035 §4.2.2). */
function framedIn(bytes: Uint8Array): Uint8Array | undefined {
  const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  return bytes.length < 2 || bytes.length < 2 + length ? undefined : bytes.subarray(2, 2 + length);
}

function framed(packet: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(packet.length >> 8, packet.length & 0xff), packet]);
}
