/**
 * A name server for the lab, over UDP and TCP on one port of a loopback address. It answers as a recursive resolver would
 * that knows just the zones it was given: records, absences with their SOA (RFC 2308), wildcards (RFC 4592), aliases followed.
 * It can also be told to misbehave, question by question, in the ways that name servers and attackers do (`faults`), and somebody
 * can be let in between it and those who ask (`meddle`). Its zones can be signed, from a root of its own down (`signing`); then it
 * gives the proofs to whoever wants them (RFC 4035 §3.2.1) and validates nothing.
 *
 * `zones.ts` is what is known, `reply.ts` makes a reply of it, `faults.ts` spoils the reply, `server.ts` carries it.
 */
export type { Fault, FaultKind } from "./faults.ts";
export type { DnsMeddler } from "./meddler.ts";
export { startNameserver, type Nameserver, type NameserverOptions, type SeenQuestion } from "./server.ts";
export type { ZoneRecord, Zones } from "./zones.ts";
