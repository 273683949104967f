/**
 * The internet that a scan looks at, in a process of its own, over real sockets: a resolver over UDP and TCP whose answers are signed from
 * a root of its own down, SMTP servers with certificates at thousands of addresses of 127.0.0.0/8, and a web server for policies. Nothing
 * is kept for a domain: what it has follows from its name, so that a million cost no more than ten.
 *
 *   node bench/support/internet.ts PLAN     → {"dnsPort","smtpPort","httpsPort","anchor","authority"}
 *                                           ← "tell"   → {"connections","breaches","busiest","questions"}
 *
 * A latency is waited once for each round trip: before an answer of DNS, and before anything that a client has sent is looked at.
 */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import { domain, type DomainName, type IpAddress } from "../../src/base/index.ts";
import { defaultBudgets, scanLimits } from "../../src/check/index.ts";
import { anchorText } from "../../src/cli/anchor-text.ts";
import { simulatedInternet, type InternetPlan, type SimulatedHost } from "../../test/scan/internet.ts";
import { makeCa, makeCertificate, makeKeys, type Made } from "../../test/support/x509.ts";
import { signedNames } from "./names.ts";

export interface WorldPlan extends InternetPlan {
  /** As much as strangers may publish: long TXT records, certificates with thousands of names. */
  readonly isHeavy?: boolean;
}

export interface World {
  readonly dnsPort: number;
  readonly smtpPort: number;
  readonly httpsPort: number;
  /** The root's DS record, as a line. */
  readonly anchor: string;
  /** PEM. */
  readonly authority: string;
}

export interface WorldSeen {
  readonly connections: number;
  /** Budgets that were overrun. */
  readonly breaches: readonly string[];
  /** Most connections at once. */
  readonly busiest: number;
  readonly questions: number;
}

/** Of a hundred. */
const selfSignedPercent = 8;
const otherNamePercent = 4;
const withPolicyPercent = 3;
const requireTlsPercent = 10;
/** A heavy certificate's names: some 40 KB. */
const heavyNames = 1_200;
/** Before a slow server greets. */
const slownessMs = 20_000;
const jitterMs = 2_000;
/** Connections whose end has not come here yet while the next are made: the two processes share their cores. */
const notHeardOfMax = 10;
const portTriesMax = 50;
const settlingMs = 5;

const plan = JSON.parse(process.argv[2] ?? "{}") as WorldPlan;
const world = simulatedInternet(
  { ...plan, isLoopback: true },
  { ...defaultBudgets, concurrency: scanLimits.concurrencyDefault + notHeardOfMax, jitterMs },
);
const root = makeCa({ commonName: "Bench Root" });
const issuing = makeCa({ commonName: "Bench Issuing CA", issuer: root, keys: makeKeys("p256") });
const keys = makeKeys("p256");
const keyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const contexts = new Map<DomainName, SecureContext>();
const places = new Map(world.hosts.map(({ name }, at) => [name, at]));
const names = signedNames(world, {
  key: keys.publicKey.export({ type: "spki", format: "der" }),
  smtpPort: () => smtpPort,
  hasPolicy: (place) => place % 100 < withPolicyPercent,
  isHeavy: plan.isHeavy === true,
});
let questions = 0;
const dnsPort = await openDns();
const smtpPort = await listen(createServer({ noDelay: true }, onMail), "0.0.0.0");
const httpsPort = await listen(createServer({ noDelay: true }, onWeb), "127.0.0.1");
process.on("message", () => {
  const { connections, breaches, busiest } = world;
  process.send?.({ connections, breaches: breaches.slice(0, 5), busiest: busiest.open, questions } satisfies WorldSeen);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ dnsPort, smtpPort, httpsPort, anchor: anchorText(names.anchor), authority: root.pem } satisfies World);

/** A port that is free for UDP may be somebody's for TCP: then another is tried. */
async function openDns(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { port } = socket.address();
    try {
      await listen(createServer({ noDelay: true }, onDnsStream), "127.0.0.1", port);
      answerAt(socket);
      return port;
    } catch (error) {
      socket.close();
      if (tries >= portTriesMax) throw error;
    }
  }
}

function answerAt(socket: ReturnType<typeof createSocket>): void {
  socket.on("message", (payload, { port, address }) => {
    questions++;
    after(world.lookUpMs(), () => {
      const answer = names.answer(payload, "udp");
      if (answer !== undefined) socket.send(answer, port, address);
    });
  });
}

function onDnsStream(socket: Socket): void {
  let gathered: Buffer = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    gathered = Buffer.concat([gathered, chunk]);
    while (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE(0)) {
      const length = gathered.readUInt16BE(0);
      const payload = Buffer.from(gathered.subarray(2, 2 + length));
      gathered = gathered.subarray(2 + length);
      questions++;
      after(world.lookUpMs(), () => {
        const answer = names.answer(payload, "tcp");
        if (answer === undefined || socket.destroyed) return;
        const head = Buffer.alloc(2);
        head.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([head, answer]));
      });
    }
  });
}

function onMail(socket: Socket): void {
  socket.on("error", () => {});
  const address = (socket.localAddress ?? "") as IpAddress;
  const host = world.hostAt(address);
  if (host === undefined) return void socket.destroy();
  const begunAt = performance.now();
  meter(socket, () => world.enter(address, begunAt));
  const wire = new Late(socket, host.latencyMs);
  switch (host.manner) {
    case "down":
      return void socket.resetAndDestroy();
    case "silent":
      return;
    case "later":
      return void wire.end("421 4.7.0 not now\r\n");
    case "slow":
      return after(slownessMs, () => serve(wire, host));
    case "good":
      // The first round trip is the dialling.
      return after(2 * host.latencyMs, () => serve(wire, host));
  }
}

/**
 * Who has ended his side is gone for himself, and may come back; what is under way to him is late by all the latency. Node tells of new
 * connections before it tells of those that were reset, so each is counted a moment after it has come.
 */
function meter(socket: Socket, enter: () => () => void): void {
  let leave: (() => void) | undefined;
  let isGone = false;
  const go = (): void => {
    if (!isGone) leave?.();
    isGone = true;
  };
  socket.once("end", go);
  socket.once("close", go);
  setTimeout(() => {
    leave = enter();
    if (isGone) leave();
  }, settlingMs);
}

function serve(wire: Duplex, host: SimulatedHost): void {
  wire.write(`220 ${host.name} ESMTP\r\n`);
  converse(wire, host, false);
}

function converse(wire: Duplex, host: SimulatedHost, isSecure: boolean): void {
  let rest = "";
  const onData = (chunk: Buffer): void => {
    const lines = (rest + chunk.toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const command = line.slice(0, 4).toUpperCase();
      if (command === "EHLO") wire.write(hello(host, isSecure));
      else if (command === "STAR" && !isSecure) {
        wire.off("data", onData);
        wire.write("220 go ahead\r\n");
        const socket = new TLSSocket(wire as Socket, { isServer: true, secureContext: contextOf(host) });
        socket.on("error", () => wire.destroy());
        socket.once("close", () => wire.destroy());
        converse(socket, host, true);
        return;
      } else if (command === "QUIT") wire.end("221 bye\r\n");
      else wire.write("250 ok\r\n");
    }
  };
  wire.on("data", onData);
  wire.on("error", () => wire.destroy());
  // Who hangs up is not kept.
  wire.on("end", () => wire.end());
}

function hello({ name }: SimulatedHost, isSecure: boolean): string {
  const hasRequireTls = isSecure && (places.get(name) ?? 0) % 100 < requireTlsPercent;
  const offers = ["PIPELINING", ...(isSecure ? [] : ["STARTTLS"]), ...(hasRequireTls ? ["REQUIRETLS"] : [])];
  return [`250-${name}\r\n`, ...offers.map((offer) => `250-${offer}\r\n`), "250 8BITMIME\r\n"].join("");
}

function contextOf({ name }: SimulatedHost): SecureContext {
  const known = contexts.get(name);
  if (known !== undefined) return known;
  const dice = (places.get(name) ?? 0) % 100;
  const isSelfSigned = dice < selfSignedPercent;
  const shown = dice < selfSignedPercent + otherNamePercent && !isSelfSigned ? domain("elsewhere.example") : name;
  const more = plan.isHeavy === true ? Array.from({ length: heavyNames }, (_, at) => `${at}.long.${name}`) : [];
  const leaf = makeCertificate({
    keys,
    ...(isSelfSigned ? {} : { issuer: issuing }),
    names: [shown, ...more],
    toDays: 60,
  });
  const made = contextWith(isSelfSigned ? [leaf] : [leaf, issuing]);
  contexts.set(name, made);
  return made;
}

function contextWith(chain: readonly Made[]): SecureContext {
  return createSecureContext({ key: keyPem, cert: chain.map(({ pem }) => pem).join(""), minVersion: "TLSv1.2" });
}

function onWeb(socket: Socket): void {
  socket.on("error", () => {});
  let policy: string | undefined;
  const secure = new TLSSocket(socket, {
    isServer: true,
    SNICallback(name, answer) {
      const asked = domain(name.replace(/^mta-sts\./, ""));
      const hosts = [...new Set(world.hostsOf(asked).map((host) => host.name))];
      policy = `version: STSv1\nmode: enforce\n${hosts.map((host) => `mx: ${host}\n`).join("")}max_age: 604800\n`;
      answer(null, contextWith([makeCertificate({ keys, issuer: issuing, names: [name] }), issuing]));
    },
  });
  secure.on("error", () => socket.destroy());
  secure.once("data", () => {
    const body = policy ?? "";
    secure.end(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
}

/** A socket at whose other end everything arrives a round trip later. */
class Late extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, latencyMs: number) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on("data", (chunk) => after(latencyMs, () => this.#open && this.push(chunk)));
    socket.on("end", () => after(latencyMs, () => this.#open && this.push(null)));
    socket.on("close", () => this.destroy());
  }

  get #open(): boolean {
    return !this.destroyed && !this.readableEnded;
  }

  override _read(): void {}

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.writable) this.#socket.write(chunk, encoding, () => done());
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(_: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(null);
  }
}

function after(ms: number, work: () => void): void {
  if (ms <= 0) work();
  else setTimeout(work, ms);
}

function listen(server: ReturnType<typeof createServer>, host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => resolve((server.address() as { readonly port: number }).port));
  });
}
