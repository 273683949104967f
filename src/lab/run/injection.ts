/** Command injection (CVE-2011-0411): somebody on the way puts commands beside a client's STARTTLS, or beside that of the hop before. */
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { Endpoint, Net } from "../../base/index.ts";
import { catalogue, legalEnd, type CommandInjection } from "../../threats/index.ts";
import { Dialogue } from "../dialogue.ts";
import { loopbackOnly } from "../loopback.ts";
import type { Inbound, LabMail, RunningSender } from "../senders/types.ts";
import { SenderFault } from "./guarded.ts";
import { secondOf, type InboundPorts, type MailTo, type Strike } from "./inbound.ts";
import { startTamperer, type Tamperer } from "./tamperer.ts";

/** Rejects with an Error if nobody is at the door. */
export async function strikeInjection(
  ports: InboundPorts,
  sending: RunningSender,
  inbound: Inbound,
  {
    injection,
    variant,
    mailTo,
    token,
  }: {
    readonly injection: CommandInjection;
    readonly variant: string;
    readonly mailTo: MailTo;
    readonly token: string;
  },
): Promise<Strike> {
  const [mail, legal] = [mailTo(variant, "attack"), mailTo(untouched, "legal")];
  const injected = mailTo("injected", "attack");
  const commands = injection.what === "noop" ? "NOOP injected\r\n" : messageInClear(injected, injection, token);
  const struck = { recipients: [mail.to, injected.to], legally: { recipient: legal.to, sent: 1 } } as const;
  const { starttls } = inbound;
  if (starttls.kind === "between-hops") {
    const tamperer = starttls.tamperers.get(variant);
    const idle = starttls.tamperers.get(untouched);
    if (tamperer === undefined || idle === undefined) throw new Error(`nobody stands between the hops for ${variant}`);
    tamperer.say(commands);
    const handed = [await sending.submit(legal), await sending.submit(mail)];
    const [legalIds = [], ids = []] = handed.map((one) => (one.kind === "accepted" ? [one.id] : []));
    const { counts } = tamperer;
    return {
      ...struck,
      ids,
      legalIds,
      otherwise: "returned",
      slippedIn: 0,
      get strikes() {
        return counts.strikes;
      },
      get transcript() {
        return tamperer.transcript();
      },
      get calm() {
        return idle.transcript();
      },
    };
  }
  const through = async (where: CommandInjection["where"] | "untouched", one: LabMail) => {
    const tamperer = await startTamperer(ports.net, starttls.at, where);
    tamperer.say(commands);
    try {
      return { tamperer, ...(await submitOverStartTls(ports, tamperer, starttls.login, one)) };
    } finally {
      await tamperer.close();
    }
  };
  const legally = await through("untouched", legal);
  const attack = await through(injection.where, mail);
  const idIn = (reply: string) => [inbound.taken(reply)].flatMap((id) => id ?? []);
  return {
    ...struck,
    ids: idIn(attack.reply),
    legalIds: idIn(legally.reply),
    otherwise: "waiting",
    slippedIn: attack.slippedIn,
    strikes: attack.tamperer.counts.strikes,
    transcript: attack.tamperer.transcript(),
    calm: legally.tamperer.transcript(),
  };
}

/** For what passes between two hops, the way that nobody meddles with. */
export const untouched = "untouched";

/** Somebody for each variant of the attack, and one who does nothing, on the way to a server behind another. */
export async function startTamperers(net: Net, to: Endpoint): Promise<ReadonlyMap<string, Tamperer>> {
  const started = new Map<string, Tamperer>([[untouched, await startTamperer(net, to, "untouched")]]);
  for (const [variant, { inbound }] of Object.entries(catalogue["inject-command"].variants)) {
    if (inbound?.kind !== "injects-commands") continue;
    started.set(variant, await startTamperer(net, to, inbound.where));
  }
  return started;
}

const dialTimeoutMs = 10_000;
/** Passwords of many clients are checked beside each other, and that is meant to take long. */
const replyTimeoutMs = 60_000;

/** A whole transaction; where its replies are swallowed one by one, only its envelope. */
function messageInClear(injected: LabMail, { where }: CommandInjection, token: string): string {
  const { envelope, content } = secondOf(injected, token);
  return where === "before" ? envelope : `EHLO evil.example\r\n${envelope}DATA\r\n${content}${legalEnd}`;
}

async function submitOverStartTls(
  { net, clock }: InboundPorts,
  tamperer: Tamperer,
  login: { readonly user: string; readonly password: string },
  mail: LabMail,
): Promise<{ readonly reply: string; readonly slippedIn: number }> {
  const lost = { reply: "", slippedIn: 0 };
  const dialled = await loopbackOnly(net).dial(tamperer.at, { timeoutMs: dialTimeoutMs });
  if (!dialled.ok) throw new SenderFault(`the submission port of the sender cannot be reached: ${dialled.error}`);
  const { stream } = dialled.value;
  const clear = new Dialogue(clock, stream, replyTimeoutMs);
  if (!(await clear.reply()).startsWith("220")) return lost;
  await clear.ask("EHLO client.example");
  if (!(await clear.ask("STARTTLS")).startsWith("220")) return lost;
  const secured = await secure(clear, stream);
  if (secured === undefined) return lost;
  const dialogue = new Dialogue(clock, secured, replyTimeoutMs);
  const commands = [
    "EHLO client.example",
    `AUTH PLAIN ${Buffer.from(`\0${login.user}\0${login.password}`).toString("base64")}`,
    `MAIL FROM:<${mail.from}>`,
    `RCPT TO:<${mail.to}>`,
    "DATA",
    `${mail.content.replace(/^\./gm, "..")}.`,
    "QUIT",
  ];
  const replies: string[] = [];
  for (const command of commands) replies.push(await dialogue.ask(command));
  // One reply a command: what comes besides answers what somebody said in clear.
  for (;;) {
    const more = await dialogue.reply();
    if (more === "") break;
    replies.push(more);
  }
  secured.destroy();
  const heard = replies.filter((reply) => reply !== "");
  return { reply: heard.at(-2) ?? "", slippedIn: Math.max(0, heard.length - commands.length) };
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
