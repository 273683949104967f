/** The strikes at a door, against servers that fall for them: what is not noticed there is not noticed anywhere. */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { ip, type Endpoint } from "../../base/index.ts";
import { systemClock, systemNet } from "../../system/index.ts";
import { chooseAttack, everyAttack } from "../../threats/index.ts";
import { makeAuthority } from "../ca.ts";
import type { Inbound, LabMail, RunningSender } from "../senders/types.ts";
import { countsOf, type MailTo } from "./inbound.ts";
import { strikeInjection } from "./injection.ts";
import { strikeSmuggling } from "./smuggling.ts";

const ports = { net: systemNet, clock: systemClock };
const credentials = makeAuthority(systemClock, "Weak CA").issue({ names: ["weak.example"] });
const secureContext = createSecureContext(credentials);
const mailTo: MailTo = (local): LabMail => ({
  from: "alice@sender.example",
  to: `${local}@victim.example`,
  content: "Subject: one\r\n\r\nfirst\r\n",
  requireTls: false,
});

const open: WeakServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Keeps what came behind STARTTLS, and carries it out inside TLS; ends content where `end` says. */
class WeakServer {
  readonly taken: { readonly to: string; readonly inTls: boolean }[] = [];
  readonly #end: RegExp;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(end: RegExp) {
    this.#end = end;
    this.#server = createServer((socket) => this.#serve(socket));
    open.push(this);
  }

  async at(): Promise<Endpoint> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return { address: ip("127.0.0.1"), port: (this.#server.address() as { port: number }).port };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(clear: Socket): void {
    this.#sockets.add(clear);
    let socket: Socket = clear;
    let buffer = "";
    let recipient = "";
    let isContent = false;
    const say = (text: string): void => void socket.write(`${text}\r\n`);
    const read = (): void => {
      for (;;) {
        const found = (isContent ? this.#end : /\r\n/).exec(buffer);
        if (found === null) return;
        const line = buffer.slice(0, found.index);
        buffer = buffer.slice(found.index + found[0].length);
        if (isContent) {
          isContent = false;
          this.taken.push({ to: recipient, inTls: socket !== clear });
          say("250 accepted as x");
        } else if (/^STARTTLS$/i.test(line)) {
          clear.removeAllListeners("data");
          say("220 go ahead");
          const secured = new TLSSocket(clear, { isServer: true, secureContext });
          secured.on("error", () => clear.destroy());
          secured.once("secure", () => {
            socket = secured;
            secured.on("data", hear);
            read();
          });
          return;
        } else if (/^QUIT$/i.test(line)) {
          say("221 bye");
          socket.end();
          return;
        } else {
          recipient = /^RCPT TO:<(.*)>/i.exec(line)?.[1] ?? recipient;
          isContent = /^DATA$/i.test(line);
          say(isContent ? "354 go on" : "250 ok");
        }
      }
    };
    const hear = (chunk: Buffer): void => {
      buffer += chunk.toString("latin1");
      read();
    };
    clear.on("error", () => {}).on("data", hear);
    say("220 weak.example");
  }
}

function inboundOf(at: Endpoint, server: WeakServer): Inbound {
  return {
    door: at,
    taken: (reply) => /accepted as (\w+)/.exec(reply)?.[1],
    starttls: { kind: "of-clients", at, login: { user: "alice", password: "secret" } },
    counts: (recipient) =>
      Promise.resolve([{ hop: "surehop", messages: server.taken.filter(({ to }) => to === recipient).length }]),
  };
}

const sending = {} as RunningSender;

describe("CVE-2011-0411: a server that keeps commands across the handshake is found out", () => {
  test.each([
    ["inject-command", 1, 0],
    ["inject-command:message", 5, 1],
  ])("%s: replies inside TLS to what was said in clear", async (name, slippedIn, messages) => {
    const server = new WeakServer(/\r\n\.\r\n/);
    const inbound = inboundOf(await server.at(), server);
    const attack = chooseAttack(name);
    const injection = attack?.effect.inbound;
    if (injection?.kind !== "injects-commands") throw new Error(name);
    const given = { injection, variant: "victim", mailTo, token: "secret" };
    const strike = await strikeInjection(ports, sending, inbound, given);
    expect(strike).toMatchObject({ slippedIn, strikes: 1 });
    expect(server.taken.filter(({ to }) => to === "injected@victim.example")).toHaveLength(messages);
    // The same hands, left in the lap.
    expect(server.taken.filter(({ to }) => to === strike.legally.recipient)).toEqual([
      { to: "untouched@victim.example", inTls: true },
    ]);
    expect(await countsOf(inbound, strike, () => 0)).toMatchObject([
      { hop: "surehop", messages: 1 + messages, legally: 1 },
      { hop: "receiver" },
    ]);
  });
});

describe("TLS-8: a server that takes a false end for the end is found out, and so is one that does not", () => {
  const data = everyAttack().flatMap(({ name, effect: { inbound } }) =>
    inbound?.kind === "smuggles" && (inbound.as === "data" || inbound.as === "split")
      ? [{ name, smuggling: inbound }]
      : [],
  );
  test.each([
    ["one that does", 2],
    ["one that does not", 1],
  ])("%s", async (_, messages) => {
    const counted = data.map(async ({ name, smuggling }) => {
      const literal = smuggling.end.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
      const server = new WeakServer(messages === 2 ? new RegExp(`\\r\\n\\.\\r\\n|${literal}`) : /\r\n\.\r\n/);
      const inbound = inboundOf(await server.at(), server);
      const strike = await strikeSmuggling(ports, inbound, { smuggling, mailTo, token: "secret" });
      const [hop] = await countsOf(inbound, strike, () => 0);
      return { name, ids: strike.ids.length, messages: hop?.messages, legally: hop?.legally };
    });
    const expected = data.map(({ name }) => ({ name, ids: messages, messages, legally: 2 }));
    expect(await Promise.all(counted)).toEqual(expected);
  });
});
