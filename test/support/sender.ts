/** A client that hands mail in and says what it was answered: over a plain local connection, or as a user over TLS. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface Handed {
  readonly from: string;
  readonly to: readonly string[];
  /** LF or CRLF lines; made CRLF and dot-stuffed. */
  readonly content: string;
  /** Behind MAIL FROM:<…> and RCPT TO:<…>. */
  readonly mailOptions?: string;
  readonly rcptOptions?: string;
}

/** Each message's last reply, in order; one connection. A refusal of MAIL, RCPT or DATA stands for the message's reply. */
export async function handIn(port: number, messages: Iterable<Handed>): Promise<readonly string[]> {
  const client = await openClient(port);
  const replies: string[] = [];
  for (const message of messages) replies.push(await client.send(message));
  await client.quit();
  return replies;
}

export interface Client {
  send(message: Handed): Promise<string>;
  quit(): Promise<void>;
  destroy(): void;
}

export function openClient(port: number): Promise<Client> {
  return clientOver(connect({ host: "127.0.0.1", port, noDelay: true }));
}

/** TLS from the first byte, then AUTH. */
export function openSubmission(
  port: number,
  { user, ca }: { readonly user: { readonly name: string; readonly password: string }; readonly ca: string },
): Promise<Client> {
  const plain = Buffer.from(`\0${user.name}\0${user.password}`).toString("base64");
  const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" });
  return clientOver(socket, `AUTH PLAIN ${plain}`);
}

async function clientOver(socket: Socket, login?: string): Promise<Client> {
  const lines: string[] = [];
  let rest = "";
  let wake: (() => void) | undefined;
  let lost: Error | undefined;
  const lose = (why: string): void => {
    lost ??= new Error(why);
    wake?.();
  };
  socket.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("utf8")).split("\r\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.filter((line) => /^\d{3} /.test(line)));
    wake?.();
  });
  socket.on("error", (error) => lose(error.message)).on("close", () => lose("the connection closed"));
  const reply = async (): Promise<string> => {
    while (lines.length === 0) {
      if (lost !== undefined) throw lost;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return lines.shift() ?? "";
  };
  const ask = async (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    return reply();
  };
  await reply();
  await ask("EHLO client.example");
  if (login !== undefined) {
    const answer = await ask(login);
    if (!answer.startsWith("235")) throw new Error(`not let in: ${answer}`);
  }
  return {
    async send({ from, to, content, mailOptions = "", rcptOptions = "" }) {
      const mail = await ask(`MAIL FROM:<${from}>${mailOptions}`);
      if (!mail.startsWith("250")) return mail;
      for (const recipient of to) {
        const answer = await ask(`RCPT TO:<${recipient}>${rcptOptions}`);
        if (answer.startsWith("250")) continue;
        await ask("RSET");
        return answer;
      }
      const go = await ask("DATA");
      if (!go.startsWith("354")) return go;
      const text = content.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
      return ask(`${text.endsWith("\r\n") ? text : `${text}\r\n`}.`);
    },
    async quit() {
      await ask("QUIT").catch(() => "");
      socket.destroy();
    },
    destroy: () => socket.destroy(),
  };
}

/** The message's id out of `250 2.0.0 accepted as ID`. */
export function idOf(reply: string): string {
  const id = /^250 .*accepted as (\w{26})$/.exec(reply)?.[1];
  if (id === undefined) throw new Error(`not accepted: ${reply}`);
  return id;
}
