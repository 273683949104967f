/**
 * Somebody on the way to a server that is asked for STARTTLS, who puts commands of his own beside that, in clear (CVE-2011-0411). The client
 * cannot tell: what answers them is kept from it, or comes where it reads nothing.
 *
 *   behind   STARTTLS and the commands leave in one write
 *   late     the commands leave once the 220 is there, before the client has it and can begin to shake hands
 *   before   the commands leave first, each with its reply awaited and swallowed, then STARTTLS
 */
import type { Duplex } from "node:stream";
import { ip, type Endpoint, type Net } from "../../base/index.ts";
import type { CommandInjection } from "../../threats/index.ts";
import { loopbackOnly } from "../loopback.ts";
import { Transcript, type TranscriptLine } from "./transcript.ts";

export const tampererLimits = { dialTimeoutMs: 10_000, connectionsKeptMax: 40 } as const;

/** `untouched`: all passes as it is. */
export type Tampering = CommandInjection["where"] | "untouched";

export interface Tamperer {
  readonly at: Endpoint;
  /** Connections that came, and how often he put commands in. */
  readonly counts: { readonly connections: number; readonly strikes: number };
  /** From now on these: whole lines, with their CRLF. */
  say(commands: string): void;
  transcript(): readonly TranscriptLine[];
  close(): Promise<void>;
}

/** Rejects as `net.listen` does. */
export async function startTamperer(net: Net, to: Endpoint, where: Tampering): Promise<Tamperer> {
  const tamperer = new OnTheWay(loopbackOnly(net), to, where);
  await tamperer.open();
  return tamperer;
}

class OnTheWay implements Tamperer {
  at: Endpoint = { address: ip("127.0.0.1"), port: 0 };
  readonly counts = { connections: 0, strikes: 0 };
  readonly #net: Net;
  readonly #to: Endpoint;
  readonly #where: Tampering;
  readonly #streams = new Set<Duplex>();
  readonly #transcripts: Transcript[] = [];
  #commands = "";
  #stop: () => Promise<void> = () => Promise.resolve();

  constructor(net: Net, to: Endpoint, where: Tampering) {
    this.#net = net;
    this.#to = to;
    this.#where = where;
  }

  async open(): Promise<void> {
    const listener = await this.#net.listen(this.at, ({ stream }) => void this.#onClient(stream));
    this.at = listener.local;
    this.#stop = () => listener.close();
  }

  say(commands: string): void {
    this.#commands = commands;
  }

  transcript(): readonly TranscriptLine[] {
    return this.#transcripts.flatMap((one) => one.lines());
  }

  close(): Promise<void> {
    const closed = this.#stop();
    for (const stream of this.#streams) stream.destroy();
    return closed;
  }

  async #onClient(client: Duplex): Promise<void> {
    this.counts.connections++;
    this.#keep(client);
    const dialled = await this.#net.dial(this.#to, { timeoutMs: tampererLimits.dialTimeoutMs });
    if (!dialled.ok) return void client.destroy();
    const server = dialled.value.stream;
    this.#keep(server);
    // One side may end and still read (RFC 9293 §3.6).
    server.on("end", () => client.end());
    client.on("end", () => server.end());
    server.on("close", () => client.destroy());
    client.on("close", () => server.destroy());
    const struck = (): void => void this.counts.strikes++;
    new Meddling(client, server, this.#where, this.#commands, this.#written(), struck).begin();
  }

  #keep(stream: Duplex): void {
    stream.on("error", () => {});
    stream.on("close", () => this.#streams.delete(stream));
    this.#streams.add(stream);
  }

  #written(): Transcript {
    const transcript = new Transcript();
    if (this.#transcripts.length < tampererLimits.connectionsKeptMax) this.#transcripts.push(transcript);
    return transcript;
  }
}

/** One connection. */
class Meddling {
  readonly #client: Duplex;
  readonly #server: Duplex;
  readonly #where: Tampering;
  readonly #commands: string;
  readonly #transcript: Transcript;
  readonly #struck: () => void;
  /** Replies that the client must not see. */
  #swallow = 0;
  #heard = "";
  #isAsked = false;

  constructor(
    client: Duplex,
    server: Duplex,
    where: Tampering,
    commands: string,
    transcript: Transcript,
    struck: () => void,
  ) {
    this.#client = client;
    this.#server = server;
    this.#where = where;
    this.#commands = commands;
    this.#transcript = transcript;
    this.#struck = struck;
  }

  begin(): void {
    const [client, server] = [this.#client, this.#server];
    client.on("data", (chunk: Buffer) => this.#fromClient(chunk));
    server.on("data", (chunk: Buffer) => this.#fromServer(chunk));
    client.on("end", () => void server.end());
    server.on("end", () => void client.end());
  }

  #fromClient(chunk: Buffer): void {
    if (this.#isAsked || !/^STARTTLS\r\n$/i.test(chunk.toString("latin1"))) return this.#toServer(chunk);
    this.#isAsked = true;
    switch (this.#where) {
      case "untouched":
      case "late":
        return this.#toServer(chunk);
      case "behind":
        this.#struck();
        return this.#toServer(Buffer.concat([chunk, Buffer.from(this.#commands)]));
      case "before":
        this.#struck();
        this.#swallow = this.#commands.split("\r\n").length - 1;
        return this.#toServer(Buffer.from(this.#commands));
    }
  }

  #fromServer(chunk: Buffer): void {
    if (this.#swallow > 0) return this.#swallowed(chunk);
    this.#transcript.push("server", chunk);
    if (this.#where === "late" && this.#isAsked && chunk.toString("latin1").startsWith("220")) {
      this.#struck();
      this.#toServer(Buffer.from(this.#commands));
      this.#isAsked = false;
    }
    if (!this.#client.destroyed) this.#client.write(chunk);
  }

  #swallowed(chunk: Buffer): void {
    this.#transcript.push("server", chunk);
    this.#heard += chunk.toString("latin1");
    const replies = this.#heard.match(/^\d{3} .*\r\n/gm)?.length ?? 0;
    if (replies < this.#swallow) return;
    this.#swallow = 0;
    this.#toServer(Buffer.from("STARTTLS\r\n"));
  }

  #toServer(bytes: Buffer): void {
    this.#transcript.push("client", bytes);
    if (!this.#server.destroyed) this.#server.write(bytes);
  }
}
