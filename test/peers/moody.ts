/** Receivers on loopback, each with one mood that a real server has, for senders whose log and bounces are to be explained. */
import type { Duplex } from "node:stream";
import type { Credentials } from "../support/certificates.ts";
import { makeAuthority, selfSigned } from "../support/certificates.ts";
import { receiver, type Receiver } from "../support/receiver.ts";
import { freePort } from "./wait.ts";

/** What each server does. Every mood has a domain of its own: `NAME.example`. */
export const moods = [
  "good",
  "self-signed",
  "other-name",
  "expired",
  "plain",
  "refuses-454",
  "refuses-502",
  "cuts-handshake",
  "talks-nonsense",
  "unknown-user",
  "greylisting",
  "hates-content",
  "full",
  "hangs-up-after-data",
  "wants-tls",
  "closed",
] as const;

export type Mood = (typeof moods)[number];

export interface MoodyServers {
  /** PEM of the authority that vouches for the good ones. */
  readonly ca: string;
  readonly ports: Readonly<Record<Mood, number>>;
  readonly receivers: ReadonlyMap<Mood, Receiver>;
  close(): Promise<void>;
}

/** The good certificates are for `name` and for 127.0.0.1. */
export async function startMoodyServers(name: string): Promise<MoodyServers> {
  const authority = makeAuthority();
  const ips = [[127, 0, 0, 1]];
  const good = authority.issue({ names: [name], ips });
  const credentials: Partial<Record<Mood, Credentials>> = {
    good,
    "self-signed": selfSigned({ names: [name], ips }),
    "other-name": authority.issue({ names: ["elsewhere.example"] }),
    expired: authority.issue({ names: [name], ips, fromDays: -30, toDays: -2 }),
    "unknown-user": good,
    greylisting: good,
    full: good,
  };
  const receivers = new Map<Mood, Receiver>();
  const ports: Partial<Record<Mood, number>> = {};
  for (const mood of moods) {
    if (mood === "closed") {
      ports[mood] = await freePort();
      continue;
    }
    const own = credentials[mood];
    const answers = answersOf[mood] ?? {};
    const opened = await receiver({
      ...(own === undefined ? {} : { credentials: own }),
      extensions: offersItself.has(mood) ? ["STARTTLS", "PIPELINING"] : ["PIPELINING"],
      onLine: (line, stream) => {
        const verb = line === "." ? "." : (line.split(/[ :]/)[0]?.toUpperCase() ?? "");
        const say = answers[verb];
        if (say === undefined) return false;
        say(stream);
        return true;
      },
    });
    receivers.set(mood, opened);
    ports[mood] = opened.port;
  }
  return {
    ca: authority.pem,
    ports: ports as Record<Mood, number>,
    receivers,
    close: async () => void (await Promise.all([...receivers.values()].map((one) => one.close()))),
  };
}

const offersItself: ReadonlySet<Mood> = new Set<Mood>([
  "refuses-454",
  "refuses-502",
  "cuts-handshake",
  "talks-nonsense",
]);

type Answers = Readonly<Record<string, (stream: Duplex) => void>>;

const reply = (text: string) => (stream: Duplex) => void stream.write(`${text}\r\n`);

const answersOf: Readonly<Partial<Record<Mood, Answers>>> = {
  "refuses-454": { STARTTLS: reply("454 4.7.0 TLS not available due to local problem") },
  "refuses-502": { STARTTLS: reply("502 5.5.1 Command not implemented") },
  "cuts-handshake": {
    STARTTLS: (stream) => {
      stream.write("220 2.0.0 go ahead\r\n");
      stream.once("data", () => stream.destroy());
    },
  },
  "talks-nonsense": {
    STARTTLS: (stream) => {
      stream.write("220 2.0.0 go ahead\r\n");
      stream.once("data", () => void stream.write("this is not TLS, and never will be\r\n"));
    },
  },
  "unknown-user": { RCPT: reply("550 5.1.1 <bob@unknown-user.example>: Recipient address rejected: User unknown") },
  greylisting: { RCPT: reply("451 4.7.1 Greylisted, please try again in 300 seconds") },
  full: { RCPT: reply("452 4.2.2 The mailbox is over its quota") },
  "hates-content": { ".": reply("554 5.7.1 Message rejected as spam") },
  "hangs-up-after-data": { ".": (stream) => void stream.destroy() },
  "wants-tls": { MAIL: reply("530 5.7.0 Must issue a STARTTLS command first") },
};
