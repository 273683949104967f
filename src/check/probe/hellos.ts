/**
 * What a server can be brought to. Each test is a ClientHello that offers one kind of thing and nothing else; what the server takes, it
 * has. A test is left out where another has answered it already: who declines TLS 1.1 and all below has no TLS 1.0.
 */
import type { Random } from "../../base/index.ts";
import {
  helloVersions,
  sayHello,
  suitesOf,
  weakGroups,
  weakSignatures,
  type HelloOffer,
  type SuiteGrade,
} from "../../tls/index.ts";
import { checkLimits } from "../limits.ts";
import type { HelloSeen, HelloTest } from "../types.ts";
import type { Connections } from "./connection.ts";

type Seen = Partial<Record<HelloTest, HelloSeen>>;
type Offer = Pick<HelloOffer, "version" | "suites" | "groups" | "signatures">;

export async function seeHellos(connections: Connections, random: Random): Promise<Seen> {
  const seen: Seen = {};
  const ask = async (test: HelloTest): Promise<HelloSeen> => {
    const answer = await say(connections, random, offers[test]);
    seen[test] = answer;
    return answer;
  };
  const usual = await ask("usual");
  // A server of TLS 1.3 alone declines everything that can be asked here, and one with bad suites alone only these.
  if (usual.kind === "taken" && usual.version === helloVersions["tls1.2"]) {
    for (const test of ["reversed", "cbc", "static", "weak-groups", "weak-signatures"] as const) await ask(test);
    if (usual.primeBits === undefined) await ask("dhe");
  }
  for (const test of ["weak", "insecure", "anonymous"] as const) await ask(test);
  for (const test of ["tls1.1", "tls1", "ssl3"] as const) {
    const older = await ask(test);
    if (older.kind !== "taken") break;
  }
  return seen;
}

async function say(connections: Connections, random: Random, offer: Offer): Promise<HelloSeen> {
  const opened = await connections.openForTls();
  if (!opened.ok) return { kind: "untested", ...opened.error };
  const { wire, done } = opened.value;
  const { host } = connections.target;
  const { clock } = connections.ports;
  const heard = await sayHello(
    wire,
    { ...offer, host, random: random.bytes(32) },
    { clock, timeoutMs: checkLimits.handshakeTimeoutMs },
  );
  done();
  switch (heard.kind) {
    case "taken":
      return heard;
    case "declined":
      return { kind: "declined", detail: `alert ${heard.alert}` };
    // Many servers say nothing and hang up.
    case "closed":
    case "reset":
      return { kind: "declined", detail: heard.detail };
    case "garbage":
      return { kind: "untested", reason: "broken-off", detail: heard.detail };
    case "timeout":
      return { kind: "untested", reason: "no-answer", detail: heard.detail };
  }
}

const codes = (...grades: readonly SuiteGrade[]): readonly number[] => suitesOf(...grades).map(({ code }) => code);
const ofForward = (wanted: "dhe" | "ecdhe"): readonly number[] =>
  suitesOf("forward", "cbc")
    .filter(({ exchange }) => exchange === wanted)
    .map(({ code }) => code);
const usual = codes("forward", "cbc", "static");
const all = codes("forward", "cbc", "static", "weak", "insecure");

const offers: Readonly<Record<HelloTest, Offer>> = {
  usual: { version: "tls1.2", suites: usual },
  reversed: { version: "tls1.2", suites: usual.toReversed() },
  cbc: { version: "tls1.2", suites: codes("cbc") },
  static: { version: "tls1.2", suites: codes("static") },
  weak: { version: "tls1.2", suites: codes("weak") },
  insecure: { version: "tls1.2", suites: codes("insecure") },
  anonymous: { version: "tls1.2", suites: codes("anonymous") },
  dhe: { version: "tls1.2", suites: ofForward("dhe") },
  "weak-groups": { version: "tls1.2", suites: ofForward("ecdhe"), groups: weakGroups },
  "weak-signatures": { version: "tls1.2", suites: codes("forward", "cbc"), signatures: weakSignatures },
  "tls1.1": { version: "tls1.1", suites: all },
  tls1: { version: "tls1", suites: all },
  ssl3: { version: "ssl3", suites: all },
};
