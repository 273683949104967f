/** All that is looked at on one address of one MX host. */
import type { DomainName, IpAddress, Random } from "../../base/index.ts";
import { keyKinds } from "../../publish/index.ts";
import { seeEarlyData, surveyTls, tryRenegotiation } from "../../tls/index.ts";
import { checkLimits } from "../limits.ts";
import type { EarlyDataSeen, KeyKind, Presented, RenegotiationSeen, SeenAddress, SessionSeen } from "../types.ts";
import { Connections, type ProbePorts, type ProbeTarget } from "./connection.ts";
import { seeHellos } from "./hellos.ts";
import { seeInsistence } from "./insistence.ts";
import { isOwnAddress, seeIntrusive } from "./intrusive.ts";
import { seeSession } from "./session.ts";

export interface ProbeWishes {
  /** Versions, suites, groups, and whether it insists on TLS: a dozen connections more. */
  readonly thorough: boolean;
  readonly random: Random;
  /** Try what may be tried on one's own servers alone; the domain, and the addresses that are one's own besides loopback. */
  readonly intrusive?: { readonly domain: DomainName; readonly own: readonly IpAddress[] };
}

export async function probeAddress(ports: ProbePorts, target: ProbeTarget, wishes: ProbeWishes): Promise<SeenAddress> {
  const connections = new Connections(ports, target);
  const session = await seeSession(connections);
  const shown = await seeTls(connections, session, wishes);
  const { intrusive } = wishes;
  const isMeant = intrusive !== undefined && isOwnAddress(target.address, intrusive.own);
  if (!isMeant || session.kind === "untested") return shown;
  return { ...shown, intrusive: await seeIntrusive(connections, intrusive.domain, intrusive.own) };
}

async function seeTls(
  connections: Connections,
  session: SessionSeen,
  { thorough, random }: ProbeWishes,
): Promise<SeenAddress> {
  const { address } = connections.target;
  const hasTls = session.kind === "encrypted" || (session.kind === "tls-failed" && !session.isRefusal);
  if (!hasTls) return { address, session, presented: [] };
  const presented: Presented[] = [];
  for (const kind of keyKinds) presented.push(await seeCertificate(connections, kind));
  const shown = { address, session, presented: settled(presented) };
  if (!thorough) return shown;
  const hellos = await seeHellos(connections, random);
  const mayRenegotiate = hellos.usual?.kind === "taken" && hellos.usual.safeRenegotiation;
  const renegotiation = mayRenegotiate ? { renegotiation: await seeRenegotiation(connections) } : {};
  const isNew = session.kind === "encrypted" && session.protocol === "TLSv1.3";
  const earlyData = isNew ? { earlyData: await seeEarly(connections) } : {};
  // The last thing that is asked: some servers take it amiss.
  const insistence = session.kind === "encrypted" ? { insistence: await seeInsistence(connections) } : {};
  return { ...shown, hellos, ...renegotiation, ...earlyData, ...insistence };
}

async function seeCertificate(connections: Connections, keyKind: KeyKind): Promise<Presented> {
  const opened = await connections.openForTls();
  if (!opened.ok) return { kind: "untested", keyKind, detail: opened.error.detail };
  const { wire, done } = opened.value;
  const { clock } = connections.ports;
  const options = { host: connections.target.host, keys: keyKind, clock, timeoutMs: checkLimits.handshakeTimeoutMs };
  const surveyed = await surveyTls(wire, options);
  done();
  if (surveyed.ok) return { kind: "chain", keyKind, chain: surveyed.value.chain.map(({ raw }) => new Uint8Array(raw)) };
  const { fault, detail } = surveyed.error;
  return fault === "handshake-failed" || fault === "handshake-reset"
    ? { kind: "not-offered", keyKind }
    : { kind: "untested", keyKind, detail };
}

/** Who takes neither kind has not merely no certificate of one: then nothing was seen. */
function settled(presented: readonly Presented[]): readonly Presented[] {
  if (!presented.every(({ kind }) => kind === "not-offered")) return presented;
  return presented.map(({ keyKind }) => ({ kind: "untested", keyKind, detail: "no TLS 1.2 or newer handshake" }));
}

async function seeRenegotiation(connections: Connections): Promise<RenegotiationSeen> {
  const opened = await connections.openForTls();
  if (!opened.ok) return { kind: "untested", ...opened.error };
  const tried = await tryRenegotiation(opened.value.wire, {
    host: connections.target.host,
    clock: connections.ports.clock,
    handshakeTimeoutMs: checkLimits.handshakeTimeoutMs,
    answerTimeoutMs: checkLimits.renegotiationTimeoutMs,
  });
  opened.value.done();
  return tried.kind === "untested" ? { ...tried, reason: "broken-off" } : tried;
}

async function seeEarly(connections: Connections): Promise<EarlyDataSeen> {
  const opened = await connections.openForTls();
  if (!opened.ok) return { kind: "untested", ...opened.error };
  const seen = await seeEarlyData(opened.value.wire, {
    host: connections.target.host,
    clock: connections.ports.clock,
    handshakeTimeoutMs: checkLimits.handshakeTimeoutMs,
    ticketTimeoutMs: checkLimits.ticketTimeoutMs,
  });
  opened.value.done();
  return seen.kind === "untested" ? { ...seen, reason: "broken-off" } : seen;
}
