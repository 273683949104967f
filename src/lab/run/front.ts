/**
 * The address at which a sender believes a mail server to be. Whoever dials it comes to where the front leads at that moment: the honest
 * server, or an attacker; and what passes is written down, as anybody on the path could. The sender cannot tell, and between the control and
 * the attack nothing changes but where the front leads.
 */
import type { Duplex } from "node:stream";
import type { Endpoint, Listener, Net, Wire } from "../../base/index.ts";
import { assertInBounds, loopbackOnly } from "../loopback.ts";
import { Transcript, transcriptLimits, type TranscriptLine } from "./transcript.ts";

export const frontLimits = { connectionsKeptMax: 40, dialTimeoutMs: 5_000 } as const;

/** A connection, before it is led anywhere. */
export interface Arrival {
  /** 1 for the first since the front was last led elsewhere. */
  readonly count: number;
  readonly from: Endpoint;
}

export interface Front {
  readonly endpoint: Endpoint;
  /** Where connections come to from now on; those that are open are cut, and what was written down so far is forgotten. */
  leadTo(way: (arrival: Arrival) => Endpoint): void;
  readonly connections: number;
  /** Whether these words passed in clear, on the way to anybody but `except`. */
  overheard(words: string, except?: Endpoint): boolean;
  /** What passed, connection by connection. */
  transcript(): readonly TranscriptLine[];
  close(): Promise<void>;
}

/** Rejects as `net.listen` does, and for an address out of bounds. */
export async function openFront(net: Net, at: Endpoint, way: (arrival: Arrival) => Endpoint): Promise<Front> {
  assertInBounds(net, at);
  const front = new Spliced(loopbackOnly(net), way);
  await front.open(at);
  return front;
}

class Spliced implements Front {
  readonly #net: Net;
  #way: (arrival: Arrival) => Endpoint;
  #listener: Listener | undefined;
  #transcripts: { readonly transcript: Transcript; readonly to: Endpoint }[] = [];
  readonly #open = new Set<() => void>();
  #connections = 0;

  constructor(net: Net, way: (arrival: Arrival) => Endpoint) {
    this.#net = net;
    this.#way = way;
  }

  get endpoint(): Endpoint {
    if (this.#listener === undefined) throw new Error("the front is not open");
    return this.#listener.local;
  }

  get connections(): number {
    return this.#connections;
  }

  async open(at: Endpoint): Promise<void> {
    this.#listener = await this.#net.listen(at, (wire) => void this.#onConnection(wire));
  }

  leadTo(way: (arrival: Arrival) => Endpoint): void {
    this.#way = way;
    this.#cut();
    this.#transcripts = [];
    this.#connections = 0;
  }

  overheard(words: string, except?: Endpoint): boolean {
    return this.#transcripts.some(({ transcript, to }) => !isSame(to, except) && transcript.has(words));
  }

  transcript(): readonly TranscriptLine[] {
    const told: TranscriptLine[] = [];
    for (let at = 0; at < this.#transcripts.length; at++) {
      const lines = this.#transcripts[at]?.transcript.lines() ?? [];
      told.push({ who: "note", text: `connection ${at + 1}` }, ...lines);
      const from = at + 1;
      while (at + 1 < this.#transcripts.length && isAlike(lines, this.#transcripts[at + 1]?.transcript.lines() ?? []))
        at++;
      if (at >= from) told.push({ who: "note", text: `same ${from + 1} ${at + 1}` });
    }
    return told.slice(0, transcriptLimits.linesMax);
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const cut of this.#open) cut();
    this.#open.clear();
  }

  async #onConnection(wire: Wire): Promise<void> {
    const client = wire.stream;
    client.on("error", () => {});
    const transcript = new Transcript();
    const to = this.#way({ count: ++this.#connections, from: wire.remote });
    if (this.#transcripts.length < frontLimits.connectionsKeptMax) this.#transcripts.push({ transcript, to });
    const hangUp = (): void => void client.destroy();
    this.#open.add(hangUp);
    const dialled = await this.#net.dial(to, { timeoutMs: frontLimits.dialTimeoutMs });
    this.#open.delete(hangUp);
    if (!dialled.ok) {
      transcript.ended("refused");
      return hangUp();
    }
    this.#splice(client, dialled.value.stream, transcript);
  }

  #splice(client: Duplex, server: Duplex, transcript: Transcript): void {
    const cut = (): void => {
      client.destroy();
      server.destroy();
      this.#open.delete(cut);
    };
    this.#open.add(cut);
    for (const [who, from, to] of [
      ["client", client, server],
      ["server", server, client],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        transcript.push(who, chunk);
        if (to.destroyed || to.writableEnded || to.write(chunk)) return;
        from.pause();
        to.once("drain", () => from.resume());
      });
      // One side may end and still read: RFC 9293 §3.6.
      if (from.readableEnded) to.end();
      else from.on("end", () => void to.end());
      from.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "ECONNRESET") return;
        transcript.ended("reset");
        reset(to);
      });
      from.on("close", cut);
    }
    if (client.destroyed || server.destroyed) cut();
  }
}

function isSame(one: Endpoint, other: Endpoint | undefined): boolean {
  return one.address === other?.address && one.port === other.port;
}

/** Word for word, but for how many bytes were encrypted. */
function isAlike(some: readonly TranscriptLine[], others: readonly TranscriptLine[]): boolean {
  return some.length === others.length && some.every((line, at) => gist(line) === gist(others[at]));
}

function gist(line: TranscriptLine | undefined): string {
  return line === undefined ? "" : `${line.who} ${line.text.replace(/^encrypted .*/, "encrypted")}`;
}

/**
 * A reset is passed on as one: a sender may take it otherwise than a goodbye. Not where a goodbye is on its way already: Node.js would keep
 * such a socket open for ever, and the process with it.
 */
function reset(stream: Duplex): void {
  if (!stream.writableEnded && "resetAndDestroy" in stream && typeof stream.resetAndDestroy === "function")
    stream.resetAndDestroy();
  else stream.destroy();
}
