/** A running intake on loopback over real sockets, with a queue in memory. */
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type TLSSocket } from "node:tls";
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import {
  domain,
  ip,
  noLog,
  type Clock,
  type Envelope,
  type IpAddress,
  type Log,
  type LogFields,
  type MessageId,
  type Metrics,
  type Net,
  type StoryEntry,
} from "../../src/base/index.ts";
import {
  intakeSettings,
  startIntake,
  userDirectory,
  type Intake,
  type IntakeSettings,
  type ListenerSettings,
  type UserRecord,
} from "../../src/intake/index.ts";
import type { ContentFacts, Incoming, Queue } from "../../src/queue/index.ts";
import { makeAuthority } from "./certificates.ts";
import { loopbackNet } from "./receiver.ts";

export interface QueuedMessage {
  readonly id: MessageId;
  readonly content: string;
  readonly envelope: Envelope;
  readonly facts: ContentFacts;
  readonly events: readonly StoryEntry[];
  readonly dueAt: number;
}

export interface FakeQueue extends Pick<Queue, "receive"> {
  readonly messages: QueuedMessage[];
  /** Messages begun and neither committed nor aborted. */
  open: number;
  /** What write and commit do in place of succeeding. */
  failWrite: (() => void | Promise<void>) | undefined;
  failCommit: (() => void | Promise<void>) | undefined;
}

export function fakeQueue(): FakeQueue {
  let serial = 0;
  const queue: FakeQueue = {
    messages: [],
    open: 0,
    failWrite: undefined,
    failCommit: undefined,
    receive(): Incoming {
      const id = `MESSAGE${String(++serial).padStart(19, "0")}` as MessageId;
      const chunks: Buffer[] = [];
      let done = false;
      queue.open++;
      return {
        id,
        write(chunk) {
          chunks.push(Buffer.from(chunk));
          return queue.failWrite?.();
        },
        async commit(envelope, facts, { dueAt, events }) {
          await queue.failCommit?.();
          done = true;
          queue.open--;
          queue.messages.push({
            id,
            content: Buffer.concat(chunks).toString("latin1"),
            envelope,
            facts,
            events,
            dueAt,
          });
        },
        async abort() {
          if (!done) queue.open--;
          done = true;
        },
      };
    },
  };
  return queue;
}

/** Dials as `loopbackNet`, and listens; `from`: what clients' addresses are said to be. */
export function listeningNet(from?: () => IpAddress): Net {
  return {
    ...loopbackNet,
    listen: (at, onConnection) =>
      new Promise((resolve, reject) => {
        const server = createServer({ noDelay: true, allowHalfOpen: true }, (stream) => {
          stream.on("error", () => {});
          const address = from?.() ?? ip("127.0.0.1");
          onConnection({ stream, local: at, remote: { address, port: stream.remotePort ?? 1 } });
        });
        server.once("error", reject);
        server.listen(at.port, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo;
          const close = (): Promise<void> => new Promise((closed) => server.close(() => closed()));
          resolve({ local: { address: ip("127.0.0.1"), port }, close });
        });
      }),
  };
}

const wallClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export interface RunningIntake {
  readonly intake: Intake;
  readonly queue: FakeQueue;
  /** `name label=value …` of each count. */
  readonly counted: string[];
  /** Log lines, fields as JSON. */
  readonly logged: string[];
  port(kind: ListenerSettings["kind"]): number;
}

const authority = makeAuthority();
const credentials = authority.issue({ names: ["mail.example.org"] });
export const testCa = authority.pem;

export async function runIntake(
  options: {
    readonly settings?: Partial<IntakeSettings>;
    readonly kinds?: readonly ListenerSettings["kind"][];
    readonly users?: readonly UserRecord[];
    readonly clock?: Clock;
    readonly from?: () => IpAddress;
    readonly clients?: Extract<ListenerSettings, { readonly kind: "local" }>["clients"];
    readonly verify?: (password: string, hash: string) => Promise<boolean>;
  } = {},
): Promise<RunningIntake> {
  const queue = fakeQueue();
  const counted: string[] = [];
  const logged: string[] = [];
  const note = (message: string, fields?: LogFields): void =>
    void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { ...noLog, debug: note, info: note, warn: note, error: note };
  const metrics: Metrics = {
    count: (name, labels = {}) =>
      void counted.push([name, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(" ")),
    gauge() {},
    observe() {},
  };
  const at = { address: ip("127.0.0.1"), port: 0 };
  const kinds = options.kinds ?? ["submissions", "submission", "local"];
  const secureContext = createSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  const intake = await startIntake({
    ports: {
      net: listeningNet(options.from),
      clock: options.clock ?? wallClock,
      random: { fraction: () => Math.random(), bytes: (count) => randomBytes(count) },
      log,
      metrics,
    },
    settings: intakeSettings({
      hostname: domain("mail.example.org"),
      listeners: kinds.map((kind) =>
        kind === "local" && options.clients !== undefined ? { kind, at, clients: options.clients } : { kind, at },
      ),
      ...options.settings,
    }),
    queue,
    users: userDirectory(options.users ?? []),
    secureContext: () => secureContext,
    ...(options.verify === undefined ? {} : { verify: options.verify }),
  });
  return {
    intake,
    queue,
    counted,
    logged,
    port: (kind) => intake.listeners.find((listener) => listener.kind === kind)?.local.port ?? 0,
  };
}

/** A client that sends what it is told and waits for what it is told. */
export interface RawClient {
  /** All that came, in order. */
  text: string;
  send(text: string): void;
  /** Resolves when `pattern` matches what has come since the last wait; rejects with what came if the connection closes first. */
  wait(pattern: RegExp): Promise<string>;
  closed: Promise<void>;
  startTls(): Promise<void>;
  destroy(): void;
}

export async function rawClient(port: number, implicitTls = false): Promise<RawClient> {
  const raw: Socket = connectTcp({ host: "127.0.0.1", port, noDelay: true });
  raw.on("error", () => {});
  let stream: Duplex = raw;
  let seen = 0;
  let gone = false;
  const waiters = new Set<() => void>();
  const wake = (): void => waiters.forEach((check) => check());
  const closed = new Promise<void>((resolve) =>
    raw.once("close", () => {
      gone = true;
      wake();
      resolve();
    }),
  );
  const listen = (to: Duplex): void => {
    to.on("error", () => {});
    to.on("data", (chunk: Buffer) => {
      client.text += chunk.toString("latin1");
      wake();
    });
  };
  const upgrade = async (): Promise<void> => {
    raw.removeAllListeners("data");
    const socket: TLSSocket = connectTls({ socket: raw, ca: testCa, servername: "mail.example.org" });
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    stream = socket;
    listen(socket);
  };
  const client: RawClient = {
    text: "",
    send: (text) => void stream.write(text, "latin1"),
    wait: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(client.text.slice(seen));
          if (match === null && !gone) return;
          waiters.delete(check);
          if (match === null) return reject(new Error(`closed; came: ${JSON.stringify(client.text.slice(seen))}`));
          seen += match.index + match[0].length;
          resolve(match[0]);
        };
        waiters.add(check);
        check();
      }),
    closed,
    startTls: upgrade,
    destroy: () => raw.destroy(),
  };
  await new Promise<void>((resolve, reject) => raw.once("connect", resolve).once("error", reject));
  if (implicitTls) await upgrade();
  else listen(raw);
  return client;
}
