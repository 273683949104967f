import { afterEach, describe, expect, test } from "vitest";
import { makeAuthority, selfSigned, type Credentials } from "../../../test/support/certificates.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { loopbackNet, receiver, type Receiver, type ReceiverOptions } from "../../../test/support/receiver.ts";
import {
  address,
  domain,
  ip,
  limits,
  noMetrics,
  type Clock,
  type MailEvent,
  type Metrics,
  type Result,
} from "../../base/index.ts";
import type { HopRequirement } from "../../tls/index.ts";
import type { OutgoingMessage, SessionFailure } from "../types.ts";
import { openSession } from "./session.ts";
import type { SmtpSession } from "./types.ts";

const host = domain("mx.example.org");
const authority = makeAuthority();
const good = authority.issue({ names: ["mx.example.org"] });
const ca = { id: "test", pem: authority.pem, exclusive: true };
const open: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
const given: HopRequirement = { ...open, skipTls: true };
const encrypted: HopRequirement = { host, level: "encrypted", proof: { kind: "any-tls" } };
const sure: HopRequirement = {
  host,
  level: "authenticated",
  proof: { kind: "rule-names", names: ["mx.example.org"], ca },
};

const running: Receiver[] = [];
const sessions: SmtpSession[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  for (const one of running.splice(0)) await one.close();
});

describe("a session that opens", () => {
  test.each<[string, HopRequirement, ReceiverOptions, string, readonly string[]]>([
    ["authenticated", sure, { credentials: good }, "authenticated", ["connected", "tls-established"]],
    ["encrypted", encrypted, { credentials: selfSigned({}) }, "encrypted", ["connected", "tls-established"]],
    [
      "opportunistic, TLS offered",
      open,
      { credentials: selfSigned({}) },
      "encrypted",
      ["connected", "tls-established"],
    ],
    ["opportunistic, TLS not offered", open, {}, "cleartext", ["connected", "cleartext-allowed"]],
    ["cleartext by plan", given, { credentials: good }, "cleartext", ["connected", "cleartext-allowed"]],
  ])("%s", async (_, requirement, options, level, codes) => {
    const peer = await start(options);
    const { opened, events } = await openTo(peer, requirement);
    const session = must(opened);
    expect(session.level).toBe(level);
    expect(session.channel.requirement).toBe(requirement);
    expect(events.map((event) => event.code)).toEqual(codes);
    expect(await session.send(message())).toEqual({
      recipients: [{ kind: "delivered", reply: { code: 250, enhanced: "2.0.0", lines: ["taken"] } }],
      reusable: true,
    });
    const prefix = level === "cleartext" ? "" : "tls ";
    expect(peer.heard.slice(-3)).toEqual(
      ["MAIL FROM:<ann@us.example>", "RCPT TO:<bob@example.org>", "DATA"].map((line) => prefix + line),
    );
    expect(peer.messages).toEqual(["Subject: hi\r\n\r\n..dot\r\nend"]);
    await session.quit();
    expect(peer.heard.at(-1)).toBe(`${prefix}QUIT`);
    expect(session.closed).toBe(true);
  });
  test("a remark for whoever reads the log stands before QUIT, and nothing in it is a command", async () => {
    const peer = await start({ credentials: good });
    const session = must((await openTo(peer, sure)).opened);
    await session.quit('we only look; "a@b.example"\r\nMAIL FROM:<x@y>');
    expect(peer.heard.slice(-2)).toEqual(['tls NOOP "we only look; ?a@b.example???MAIL FROM:<x@y>"', "tls QUIT"]);
    expect(session.closed).toBe(true);
  });
  test("several messages over one handshake", async () => {
    const peer = await start({ credentials: good });
    const session = must((await openTo(peer, sure)).opened);
    for (let round = 0; round < 5; round++) expect((await session.send(message())).reusable).toBe(true);
    expect(peer.counts).toEqual({ connections: 1, handshakes: 1 });
    expect(peer.messages).toHaveLength(5);
  });
});

type Script = (line: string, stream: NodeJS.WritableStream, socket: { resetAndDestroy(): unknown }) => boolean;
const on = (wanted: string, act: (...all: Parameters<Script>) => void): Script => {
  return (line, stream, socket) => {
    if (line !== wanted) return false;
    act(line, stream, socket);
    return true;
  };
};
const attacks: readonly [string, ReceiverOptions, string, boolean][] = [
  ["strip-ehlo", {}, "starttls-missing", false],
  [
    "strip-ehlo by refusing EHLO",
    { onLine: on("EHLO us.example", (_, stream) => stream.write("502 no\r\n")) },
    "starttls-missing",
    false,
  ],
  [
    "refuse-starttls",
    { credentials: good, onLine: on("STARTTLS", (_, stream) => stream.write("454 no\r\n")) },
    "starttls-refused",
    true,
  ],
  [
    "reset-handshake",
    {
      credentials: good,
      onLine: on("STARTTLS", (_, stream, socket) =>
        stream.write("220 go\r\n", () => setImmediate(() => socket.resetAndDestroy())),
      ),
    },
    "handshake-reset",
    true,
  ],
  [
    "garble-handshake",
    {
      credentials: good,
      onLine: on("STARTTLS", (_, stream) =>
        setImmediate(
          () => (stream.write("220 go\r\n"), setImmediate(() => stream.write("garbage, garbage\r\n".repeat(20)))),
        ),
      ),
    },
    "handshake-garbage",
    true,
  ],
  [
    "inject-response",
    { credentials: good, onLine: on("STARTTLS", (_, stream) => stream.write("220 go\r\n250 mine\r\n")) },
    "injected-bytes",
    true,
  ],
  ["self-signed", { credentials: selfSigned({ names: ["mx.example.org"] }) }, "certificate-self-signed", true],
  ["wrong-host", { credentials: authority.issue({ names: ["mx.example.com"] }) }, "certificate-name-mismatch", true],
  [
    "expired",
    { credentials: authority.issue({ names: ["mx.example.org"], fromDays: -9, toDays: -1 }) },
    "certificate-expired",
    true,
  ],
  [
    "untrusted",
    { credentials: makeAuthority("Evil").issue({ names: ["mx.example.org"] }) },
    "certificate-untrusted",
    true,
  ],
];

describe("an attack on a hop that must be authenticated leaks nothing", () => {
  test.each(attacks)("%s", async (_, options, fault, offeredTls) => {
    const peer = await start(options);
    const { opened, events, counted } = await openTo(peer, sure);
    expect(opened).toMatchObject({ ok: false, error: { kind: "unproven", fault, offeredTls } });
    expect(events).toContainEqual(expect.objectContaining({ code: "tls-fault", fault, required: "authenticated" }));
    expect(counted).toContain(`surehop_tls_faults_total ${fault}`);
    // TLS may have been made, but nothing was said in it, and nothing but the opening in clear.
    expect(peer.heard.filter((line) => !/^(EHLO us\.example|STARTTLS|QUIT)$/.test(line))).toEqual([]);
    expect(peer.messages).toEqual([]);
  });
  test("garble-handshake by silence", async () => {
    const clock = manualClock();
    const silent = Promise.withResolvers<void>();
    const peer = await start({
      credentials: good,
      onLine: on("STARTTLS", (_, stream) => {
        // The ClientHello is heard, and not answered.
        (stream as unknown as NodeJS.EventEmitter).removeAllListeners("data").once("data", () => silent.resolve());
        stream.write("220 go\r\n");
      }),
    });
    const opening = openTo(peer, sure, clock);
    await silent.promise;
    await clock.advance(limits.handshakeTimeoutMs);
    expect((await opening).opened).toMatchObject({ error: { fault: "handshake-timeout", offeredTls: true } });
  });
});

describe("TLS-4 opportunistic is not naive: TLS that was offered and failed is told, and cleartext is not spoken", () => {
  const failing = attacks.filter(([name]) => /starttls|handshake|inject/.test(name));
  test.each(failing)("%s", async (_, options, fault, offeredTls) => {
    const peer = await start(options);
    const { opened } = await openTo(peer, open);
    expect(opened).toMatchObject({ ok: false, error: { kind: "unproven", fault, offeredTls } });
    expect(peer.messages).toEqual([]);
  });
  test("the table is not empty", () => expect(failing.length).toBe(4));
});

describe("what else stops a session", () => {
  test("nobody listens", async () => {
    const peer = await start({});
    await peer.close();
    const { opened, events } = await openTo(peer, open);
    expect(opened).toEqual({ ok: false, error: { kind: "connect", fault: "refused" } });
    expect(events).toMatchObject([{ code: "connect-failed", fault: "refused" }]);
  });
  test("trap 27 421 at the banner", async () => {
    const peer = await start({ onLine: on("", (_, stream) => stream.write("421 busy\r\n")) });
    const { opened, events } = await openTo(peer, sure);
    expect(opened).toMatchObject({ error: { kind: "refused", stage: "banner", reply: { code: 421 } } });
    expect(events.map((event) => event.code)).toEqual(["connected", "peer-said"]);
  });
  test("a silent banner", async () => {
    const clock = manualClock();
    const connected = Promise.withResolvers<void>();
    const peer = await start({ onLine: on("", () => connected.resolve()) });
    const opening = openTo(peer, open, clock);
    await connected.promise;
    await turn();
    await clock.advance(limits.bannerTimeoutMs);
    expect((await opening).opened).toMatchObject({ error: { kind: "lost", why: "timeout" } });
  });
  test("given up by its owner", async () => {
    const control = new AbortController();
    const peer = await start({ onLine: on("EHLO us.example", () => control.abort()) });
    const { opened } = await openTo(peer, open, manualClock(), control.signal);
    expect(opened).toMatchObject({ ok: false, error: { kind: "lost", why: "closed" } });
  });
});

describe("content", () => {
  const body = Buffer.from(`Subject: big\r\n\r\n${"line of text\r\n".repeat(60_000)}`);
  async function* pieces(whole: Buffer, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
  }
  const streamed = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => {
    return message({ inline: undefined, size: body.length, content: () => pieces(body, 65_535), ...more });
  };
  test.each([[sure], [open]])("is streamed under back-pressure (%#)", async (requirement) => {
    const peer = await start(requirement === sure ? { credentials: good } : {});
    const session = must((await openTo(peer, requirement)).opened);
    expect(await session.send(streamed())).toMatchObject({ recipients: [{ kind: "delivered" }], reusable: true });
    expect(`${peer.messages[0]}\r\n`).toBe(body.toString());
  });
  test("that ends too soon is never ended for the peer", async () => {
    const peer = await start({});
    const session = must((await openTo(peer, open)).opened);
    const result = await session.send(streamed({ size: body.length + 1 }));
    expect(result).toMatchObject({ recipients: [{ kind: "lost", afterData: false }], reusable: false });
    expect(session.closed).toBe(true);
    expect(peer.messages).toEqual([]);
  });
  test("that cannot be read is never ended for the peer", async () => {
    const peer = await start({});
    const session = must((await openTo(peer, open)).opened);
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("Subject: x\r\n");
      throw new Error("disk");
    };
    expect(await session.send(streamed({ content }))).toMatchObject({
      recipients: [{ kind: "lost", afterData: false, detail: "our own content could not be read" }],
    });
    expect(peer.messages).toEqual([]);
  });
  test("refused in the middle", async () => {
    const peer = await start({
      onLine: (line, stream) => {
        if (line !== "DATA" && line !== "Subject: x") return false;
        stream.write(line === "DATA" ? "354 go\r\n" : "552 too much\r\n");
        return true;
      },
    });
    const session = must((await openTo(peer, open)).opened);
    const never = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("Subject: x\r\n");
      await closed(session);
      yield Buffer.from("more\r\n");
    };
    const result = await session.send(streamed({ content: never }));
    expect(result).toMatchObject({ recipients: [{ kind: "refused", stage: "final" }], reusable: false });
    expect(peer.messages).toEqual([]);
  });
  test("a line over 998 bytes goes by BDAT", async () => {
    const long = Buffer.from(`Subject: x\r\n\r\n${"x".repeat(2000)}\r\n`);
    let pending = 0;
    const taken: string[] = [];
    const peer = await start({
      extensions: ["PIPELINING", "CHUNKING"],
      onLine: (line, stream) => {
        if (pending > 0) {
          pending -= line.length + 2;
          taken.push(line);
          if (pending === 0) stream.write("250 ok\r\n");
          return true;
        }
        const match = /^BDAT (\d+)/.exec(line);
        pending = Number(match?.[1] ?? 0);
        return match !== null;
      },
    });
    const session = must((await openTo(peer, open)).opened);
    const sent = await session.send(message({ inline: long, size: long.length, longestLine: 2000 }));
    expect(sent).toMatchObject({ recipients: [{ kind: "delivered" }], reusable: true });
    expect(peer.heard).toContain(`BDAT ${long.length} LAST`);
    expect(taken.join("\r\n")).toBe(long.toString().trimEnd());
  });
});

describe("the end of a session", () => {
  test("a lost final reply is told apart: the peer may have the message", async () => {
    const peer = await start({ onLine: on(".", (_, _stream, socket) => socket.resetAndDestroy()) });
    const session = must((await openTo(peer, open)).opened);
    expect(await session.send(message())).toMatchObject({
      recipients: [{ kind: "lost", afterData: true }],
      reusable: false,
    });
  });
  test("no final reply in time", async () => {
    const clock = manualClock();
    const dot = Promise.withResolvers<void>();
    const peer = await start({ onLine: on(".", () => dot.resolve()) });
    const session = must((await openTo(peer, open, clock)).opened);
    const sending = session.send(message());
    await dot.promise;
    await clock.advance(limits.finalReplyTimeoutMs - 1);
    expect(session.closed).toBe(false);
    await clock.advance(1);
    expect(await sending).toMatchObject({ recipients: [{ kind: "lost", why: "timeout", afterData: true }] });
  });
  test("an idle session that the peer closes is noticed", async () => {
    let hangUp = (): unknown => undefined;
    const peer = await start({
      onLine: (line, stream) => {
        if (line === ".") hangUp = () => stream.end("421 idle\r\n");
        return false;
      },
    });
    const session = must((await openTo(peer, open)).opened);
    await session.send(message());
    hangUp();
    await closed(session);
    expect(session.closed).toBe(true);
    expect(await session.send(message())).toMatchObject({
      recipients: [{ kind: "lost", why: "closed", afterData: false }],
    });
  });
  test("quit does not wait for ever", async () => {
    const clock = manualClock();
    const asked = Promise.withResolvers<void>();
    const peer = await start({ credentials: good, onLine: on("QUIT", () => asked.resolve()) });
    const session = must((await openTo(peer, sure, clock)).opened);
    const quitting = session.quit();
    await asked.promise;
    await clock.advance(5_000);
    await quitting;
    expect(session.channel.stream.destroyed).toBe(true);
  });
});

describe("the last gate", () => {
  test("REQUIRETLS needs more than the peer's word: an authenticated hop", async () => {
    const peer = await start({ credentials: good, extensions: ["REQUIRETLS"] });
    const lax = must((await openTo(peer, encrypted)).opened);
    expect(await lax.send(message({ requireTls: true }))).toMatchObject({
      recipients: [{ kind: "cannot", why: "requiretls-unsupported" }],
      reusable: true,
    });
    const strict = must((await openTo(peer, sure)).opened);
    expect(await strict.send(message({ requireTls: true }))).toMatchObject({ recipients: [{ kind: "delivered" }] });
    expect(peer.heard).toContain("tls MAIL FROM:<ann@us.example> REQUIRETLS");
    expect(peer.messages).toHaveLength(1);
  });
  test("a channel that was swapped for another carries nothing", async () => {
    const peer = await start({});
    const session = must((await openTo(peer, open)).opened);
    const forged = { ...session.channel, level: "authenticated" as const };
    Object.assign(session, { channel: forged });
    await expect(session.send(message())).rejects.toThrow("authorized channel");
    expect(peer.messages).toEqual([]);
  });
  test("one transaction at a time, and of bounded size", async () => {
    const peer = await start({});
    const session = must((await openTo(peer, open)).opened);
    const first = session.send(message());
    await expect(session.send(message())).rejects.toThrow("under way");
    expect(await first).toMatchObject({ reusable: true });
    const many = Array.from({ length: 101 }, () => ({ address: address("bob@example.org") }));
    await expect(session.send(message({ recipients: many }))).rejects.toThrow("101 recipients");
    await expect(session.send(message({ recipients: [] }))).rejects.toThrow("0 recipients");
  });
  test("refusals are told to the transaction's own story", async () => {
    const peer = await start({
      onLine: on("RCPT TO:<bob@example.org>", (_, stream) => stream.write("550 5.1.1 who\r\n")),
    });
    const { opened, events } = await openTo(peer, open);
    const before = events.length;
    const own: MailEvent[] = [];
    const session = must(opened);
    await session.send(message(), (event) => own.push(event));
    expect(own).toEqual([
      { code: "peer-said", host, stage: "rcpt", reply: { code: 550, enhanced: "5.1.1", lines: ["who"] } },
    ]);
    expect(events).toHaveLength(before);
  });
});

async function start(options: ReceiverOptions & { readonly credentials?: Credentials }): Promise<Receiver> {
  const started = await receiver(options);
  running.push(started);
  return started;
}

async function openTo(
  peer: Receiver,
  requirement: HopRequirement,
  clock: Clock = manualClock(),
  signal?: AbortSignal,
): Promise<{ opened: Result<SmtpSession, SessionFailure>; events: MailEvent[]; counted: string[] }> {
  const events: MailEvent[] = [];
  const counted: string[] = [];
  const metrics: Metrics = {
    ...noMetrics,
    count: (name, labels = {}) => void counted.push([name, ...Object.values(labels)].join(" ")),
  };
  const opened = await openSession(
    { net: loopbackNet, clock, metrics },
    {
      requirement,
      addresses: [ip("127.0.0.1")],
      port: peer.port,
      ehloName: domain("us.example"),
      onEvent: (event) => events.push(event),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (opened.ok) sessions.push(opened.value);
  return { opened, events, counted };
}

function must(opened: Result<SmtpSession, SessionFailure>): SmtpSession {
  if (!opened.ok) throw new Error(`no session: ${JSON.stringify(opened.error)}`);
  return opened.value;
}

function closed(session: SmtpSession): Promise<void> {
  return new Promise((resolve) => session.onClosed(resolve));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function message(overrides: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const inline = Buffer.from("Subject: hi\r\n\r\n.dot\nend");
  return {
    from: address("ann@us.example"),
    recipients: [{ address: address("bob@example.org") }],
    size: inline.length,
    has8bit: false,
    longestLine: 11,
    needsUtf8: false,
    requireTls: false,
    inline,
    async *content() {
      yield inline;
    },
    ...overrides,
  };
}
