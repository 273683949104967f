/**
 * A man in the middle: stands where the sender believes the honest server to be, talks to that server himself, and passes
 * everything on, except where he meddles. What passes in clear he writes down.
 *
 *   in clear ──220 to STARTTLS──► meddler's turn: pass it on and be blind from then on, or cut, garble, inject
 *
 * `in clear`: commands and replies are read line by line, and each may be answered or altered. After the 220 the bytes are
 * TLS between the other two, unless the meddler took the connection for himself.
 */
import type { Duplex } from "node:stream";
import { limits, type Wire } from "../../base/index.ts";
import { assertInBounds, loopbackOnly } from "../loopback.ts";
import { Eavesdropper } from "./eavesdropper.ts";
import type { AttackDeps, AttackTarget, Captured, HeldAttack, StartAttack } from "./types.ts";

export const middleLimits = {
  connectionsMax: 200,
  dialTimeoutMs: 5_000,
} as const;

/** Both ends of one connection, for a meddler who takes it over when STARTTLS was agreed upon. */
export interface Passage {
  readonly client: Duplex;
  /** Counts a blow. */
  strike(): void;
  /** From here on bytes go through untouched, both ways. */
  passThrough(): void;
  /** Lets go of the server; the client is the meddler's alone. */
  dropServer(): void;
  /** Resets the client's connection (RST) where the network can do that, else closes it. */
  reset(): void;
}

/** What he does other than pass things on. */
export interface Meddler {
  /** The lines of an EHLO reply as the client is to see them. */
  ehloReply?(lines: readonly string[]): readonly string[];
  /** Says something in the server's place; undefined lets the command through. */
  answer?(command: string): string | undefined;
  /** The server has agreed to STARTTLS; nothing of its 220 (`agreement`, with line end) was passed on yet. */
  startTls?(passage: Passage, agreement: string): void;
}

/** An attack by meddling. */
export function meddling(meddler: Meddler): StartAttack {
  return (deps, target) => startMiddle(deps, target, meddler);
}

/** Listens at once; the meddler is told of each connection's turn. */
export async function startMiddle(
  { net }: Pick<AttackDeps, "net">,
  target: AttackTarget,
  meddler: Meddler,
): Promise<HeldAttack> {
  assertInBounds(net, target.at);
  assertInBounds(net, target.victim);
  const captured: Captured[] = [];
  const counts = { connections: 0, strikes: 0 };
  const open = new Set<Relayed>();
  const arriving = new Set<Wire>();
  const bound = loopbackOnly(net);
  const listener = await bound.listen(target.at, (wire) => {
    counts.connections++;
    // Nothing is lost while the other side is being dialled: nobody reads yet.
    wire.stream.on("error", () => {});
    if (open.size >= middleLimits.connectionsMax) return void wire.stream.destroy();
    arriving.add(wire);
    void bound.dial(target.victim, { timeoutMs: middleLimits.dialTimeoutMs }).then((dialled) => {
      arriving.delete(wire);
      if (!dialled.ok) return wire.stream.destroy();
      const relayed = new Relayed(wire, dialled.value, meddler, new Eavesdropper(captured), {
        strike: () => void counts.strikes++,
        gone: () => void open.delete(relayed),
      });
      open.add(relayed);
      relayed.begin();
    });
  });
  return {
    endpoint: listener.local,
    captured: () => [...captured],
    counts,
    async close() {
      const closed = listener.close();
      for (const wire of arriving) wire.stream.destroy();
      for (const relayed of open) relayed.cut();
      await closed;
    },
  };
}

/** One connection and its counterpart. */
class Relayed implements Passage {
  readonly client: Duplex;
  readonly #server: Duplex;
  readonly #meddler: Meddler;
  readonly #ear: Eavesdropper;
  readonly #tell: { strike(): void; gone(): void };
  #replies = "";
  /** Lines of a reply that is not whole yet. */
  #reply: string[] = [];
  #lastCommand = "";
  #mine = false;

  constructor(client: Wire, server: Wire, meddler: Meddler, ear: Eavesdropper, tell: { strike(): void; gone(): void }) {
    this.client = client.stream;
    this.#server = server.stream;
    this.#meddler = meddler;
    this.#ear = ear;
    this.#tell = tell;
  }

  begin(): void {
    for (const end of [this.client, this.#server]) {
      end.on("error", () => {});
      end.once("close", () => {
        if (end === this.client || !this.#mine) this.cut();
      });
    }
    if (this.client.destroyed || this.#server.destroyed) return this.cut();
    this.client.on("data", this.#onClient);
    this.#server.on("data", this.#onServer);
    // One side may end and still read (RFC 9293 §3.6), and may have done so while the other was being dialled.
    whenEnded(this.client, () => (this.#mine ? this.client : this.#server).end());
    whenEnded(this.#server, () => void (this.#mine || this.client.end()));
  }

  strike(): void {
    this.#tell.strike();
  }

  cut(): void {
    this.client.destroy();
    this.#server.destroy();
    this.#tell.gone();
  }

  passThrough(): void {
    this.#goBlind();
    this.client.pipe(this.#server);
    this.#server.pipe(this.client);
  }

  dropServer(): void {
    this.#goBlind();
    this.#mine = true;
    this.#server.destroy();
    this.client.resume();
  }

  reset(): void {
    const { client } = this;
    if ("resetAndDestroy" in client && typeof client.resetAndDestroy === "function") client.resetAndDestroy();
    this.cut();
  }

  #goBlind(): void {
    this.client.off("data", this.#onClient);
    this.#server.off("data", this.#onServer);
  }

  readonly #onClient = (chunk: Buffer): void => {
    const text = chunk.toString("latin1");
    const commands = this.#ear.hear(text);
    const answers = commands.map((command) => this.#meddler.answer?.(command));
    this.#lastCommand = commands.at(-1) ?? this.#lastCommand;
    // Commands that he answers himself come alone (EHLO, STARTTLS end a group: RFC 2920 §3.1), so the rest can pass as it came.
    const answer = answers.find((one) => one !== undefined);
    if (answer !== undefined) {
      this.strike();
      return void this.client.write(answer, "latin1");
    }
    passOn(chunk, this.client, this.#server);
  };

  readonly #onServer = (chunk: Buffer): void => {
    this.#replies += chunk.toString("latin1");
    if (this.#replies.length > limits.replyLineMaxBytes * limits.replyLinesMax) return this.cut();
    for (let end = this.#replies.indexOf("\r\n"); end >= 0; end = this.#replies.indexOf("\r\n")) {
      const line = this.#replies.slice(0, end);
      this.#replies = this.#replies.slice(end + 2);
      this.#reply.push(line);
      if (line[3] === "-") continue;
      const lines = this.#reply;
      this.#reply = [];
      if (this.#onReply(lines)) return;
    }
  };

  /** True if the connection now belongs to the meddler or passes untouched. */
  #onReply(lines: readonly string[]): boolean {
    const code = lines[0]?.slice(0, 3);
    if (code === "354") this.#ear.textFollows();
    const verb = this.#lastCommand.slice(0, 8).trimEnd().toUpperCase();
    if (verb === "STARTTLS" && code === "220") {
      const agreement = wireForm(lines);
      if (this.#meddler.startTls !== undefined) this.#meddler.startTls(this, agreement);
      else {
        this.client.write(agreement, "latin1");
        this.passThrough();
      }
      return true;
    }
    const seen = verb.startsWith("EHLO") && code === "250" ? (this.#meddler.ehloReply?.(lines) ?? lines) : lines;
    if (seen.join() !== lines.join()) this.strike();
    passOn(Buffer.from(wireForm(seen), "latin1"), this.#server, this.client);
    return false;
  }
}

function wireForm(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

function whenEnded(stream: Duplex, then: () => void): void {
  if (stream.readableEnded) then();
  else stream.once("end", then);
}

/** Writes, and holds the source back while the other side does not read. */
function passOn(chunk: Buffer, source: Duplex, sink: Duplex): void {
  if (sink.destroyed || sink.writableEnded || sink.write(chunk)) return;
  source.pause();
  sink.once("drain", () => source.resume());
}
