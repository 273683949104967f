/** Five bugs that mail servers have had, put in the place of sound parts of a relay. The lab has to notice each. */
import type { Duplex } from "node:stream";
import type { Net, Wire } from "../../src/base/index.ts";
import { openSession, type SessionPorts } from "../../src/smtp/index.ts";
import type { Planted } from "../../src/cli/lab/surehop.ts";
import { startTls, type HopRequirement, type NamedProof } from "../../src/tls/index.ts";

/** A chain to a trusted authority is enough, whomever the certificate is for. */
export const skipsNameCheck: Planted = {
  openSession: (ports, request) =>
    openSession(
      { ...ports, startTls: (wire, requirement, options) => startTls(wire, nameless(requirement), options) },
      request,
    ),
};

function nameless(requirement: HopRequirement): HopRequirement {
  const { proof, also } = requirement;
  return {
    ...requirement,
    proof: isNamed(proof) ? { ...proof, names: anyName } : proof,
    ...(also === undefined ? {} : { also: { ...also, names: anyName } }),
  };
}

function isNamed(proof: HopRequirement["proof"]): proof is NamedProof {
  return "names" in proof && proof.kind !== "dane";
}

/** All names of the lab are below it. */
const anyName = [".example"];

/** TLS that was reset is taken for TLS that is broken, and done without, whatever the plan asks for. */
export const fallsBackOnReset: Planted = {
  async openSession(ports, request) {
    const opened = await openSession(ports, request);
    if (opened.ok || opened.error.kind !== "unproven" || opened.error.fault !== "handshake-reset") return opened;
    const { host } = request.requirement;
    return openSession(ports, {
      ...request,
      requirement: { host, level: "cleartext", proof: { kind: "none" }, skipTls: true },
    });
  },
};

/**
 * What came in clear behind the 220 is kept, and read as if it had come inside TLS (CVE-2011-0411): reply by reply, whenever one is due, as
 * out of a buffer that outlives the handshake. What the server says inside TLS comes behind it.
 */
export const keepsBytes: Planted = {
  openSession(ports, request) {
    const kept = new WeakMap<Duplex, Buffer>();
    const keeping: SessionPorts = {
      ...ports,
      net: keepingNet(ports.net, kept),
      async startTls(wire, requirement, options) {
        const shaken = await startTls(wire, requirement, options);
        const before = kept.get(wire.stream);
        if (shaken.ok && before !== undefined) readFirst(shaken.value.channel.stream, before);
        return shaken;
      },
    };
    return openSession(keeping, request);
  },
};

/** Takes out of the first chunk that is a 220 to STARTTLS what stands behind it. */
function keepingNet(net: Net, kept: WeakMap<Duplex, Buffer>): Net {
  return {
    ...net,
    async dial(to, options) {
      const dialled = await net.dial(to, options);
      if (dialled.ok) takeAside(dialled.value, kept);
      return dialled;
    },
  };
}

function takeAside({ stream }: Wire, kept: WeakMap<Duplex, Buffer>): void {
  let asked = false;
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  stream.write = ((...given: unknown[]) => {
    asked ||= String(given[0]).startsWith("STARTTLS");
    return write(...given);
  }) as typeof stream.write;
  const emit = stream.emit.bind(stream);
  stream.emit = ((event: string, ...given: unknown[]) => {
    const [chunk] = given;
    if (event !== "data" || !asked || !Buffer.isBuffer(chunk)) return emit(event, ...given);
    const end = chunk.indexOf("\r\n") + 2;
    if (!chunk.toString("latin1").startsWith("220") || end >= chunk.length) return emit(event, ...given);
    asked = false;
    kept.set(stream, chunk.subarray(end));
    return emit(event, chunk.subarray(0, end));
  }) as typeof stream.emit;
}

/** Each command is answered out of `kept`, as long as there is something in it. */
function readFirst(stream: Duplex, kept: Buffer): void {
  const replies = kept.toString("latin1").match(/(?:\d{3}-.*\r\n)*\d{3} .*\r\n/g) ?? [];
  const later: unknown[][] = [];
  const emit = stream.emit.bind(stream);
  stream.emit = ((event: string, ...given: unknown[]) => {
    if (event !== "data" || replies.length === 0) return emit(event, ...given);
    return later.push(given) > 0;
  }) as typeof stream.emit;
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  stream.write = ((...given: unknown[]) => {
    if (isDue(String(given[0])) && replies.length > 0) {
      setImmediate(() => {
        emit("data", Buffer.from(replies.shift() ?? "", "latin1"));
        if (replies.length === 0) for (const chunk of later.splice(0)) emit("data", ...chunk);
      });
    }
    return write(...given);
  }) as typeof stream.write;
}

/** A reply is due after a command, and after the end of a message. */
function isDue(said: string): boolean {
  return /^(?:EHLO|MAIL|RCPT|DATA|RSET)\b/.test(said) || said.endsWith(".\r\n");
}

/** A question about TLSA records that failed counts as one that was answered with "none". */
export const takesFailureForAbsence: Planted = {
  resolver: (sound) => ({
    ...sound,
    mx: (name) => sound.mx(name),
    a: (name) => sound.a(name),
    aaaa: (name) => sound.aaaa(name),
    txt: (name) => sound.txt(name),
    cname: (name) => sound.cname(name),
    close: () => sound.close(),
    async tlsa(name) {
      const answer = await sound.tlsa(name);
      if (answer.kind !== "failure") return answer;
      return { kind: "nodata", status: "insecure", question: name, owner: name, aliases: [], ttlSeconds: 60 };
    },
  }),
};

/** A policy that could not be confirmed is given up. */
export const dropsCachedPolicy: Planted = {
  sts: (sound) => ({
    async policyFor(domain) {
      const fact = await sound.policyFor(domain);
      return fact.kind === "policy" && fact.stale !== undefined ? { kind: "none" } : fact;
    },
    recheck: (domain) => sound.recheck(domain),
  }),
};
