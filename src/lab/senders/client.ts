/** A client without a password, on the server's own machine, which hands mail in as it is told. */
import type { Clock, Endpoint, Net } from "../../base/index.ts";
import { Dialogue } from "../dialogue.ts";
import { loopbackOnly } from "../loopback.ts";
import type { Handed, LabMail } from "./types.ts";

const dialTimeoutMs = 10_000;

export interface ClientPorts {
  readonly net: Net;
  readonly clock: Clock;
}

/** Whether somebody at that door says that mail is welcome. */
export async function greets({ net, clock }: ClientPorts, at: Endpoint): Promise<boolean> {
  const dialled = await loopbackOnly(net).dial(at, { timeoutMs: dialTimeoutMs });
  if (!dialled.ok) return false;
  const client = new Dialogue(clock, dialled.value.stream);
  const greeting = await client.reply();
  await client.close();
  return greeting.startsWith("220");
}

/**
 * Hands one message in. `idIn` finds the message's id in the last reply.
 * Rejects with an Error if nobody is there, if he says nothing, or if the last reply has no id.
 */
export async function handIn(
  { net, clock }: ClientPorts,
  at: Endpoint,
  mail: LabMail,
  idIn: (reply: string) => string | undefined,
): Promise<Handed> {
  const dialled = await loopbackOnly(net).dial(at, { timeoutMs: dialTimeoutMs });
  if (!dialled.ok) throw new Error(`nobody takes mail at ${at.address} port ${at.port}: ${dialled.error}`);
  const client = new Dialogue(clock, dialled.value.stream);
  try {
    const greeting = await client.reply();
    if (!greeting.startsWith("220")) throw new Error(`mail is not welcome: ${greeting}`);
    const offered = await client.ask("EHLO client.sender.example");
    return await transaction(client, offered, mail, idIn);
  } finally {
    await client.close();
  }
}

async function transaction(
  client: Dialogue,
  offered: string,
  { from, to, content, requireTls }: LabMail,
  idIn: (reply: string) => string | undefined,
): Promise<Handed> {
  // Nobody reads notices here.
  const notify = /^250[- ]DSN\b/m.test(offered) ? " NOTIFY=NEVER" : "";
  const commands = [`MAIL FROM:<${from}>${requireTls ? " REQUIRETLS" : ""}`, `RCPT TO:<${to}>${notify}`, "DATA"];
  for (const command of commands) {
    const reply = await client.ask(command);
    if (reply === "") throw new Error(`no reply to ${command}`);
    if (!/^[23]/.test(reply)) return { kind: "refused", reply };
  }
  const stuffed = content.replace(/(^|\r\n)\./g, "$1..");
  const reply = await client.ask(`${stuffed}${stuffed.endsWith("\r\n") ? "" : "\r\n"}.`);
  if (reply === "") throw new Error("no reply to the content of a message");
  if (!reply.startsWith("250")) return { kind: "refused", reply };
  const id = idIn(reply);
  if (id === undefined) throw new Error(`an id was looked for in vain: ${reply}`);
  return { kind: "accepted", id };
}
