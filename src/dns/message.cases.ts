/** Messages for the tests of this folder, with every field that a test does not care about filled in. */
import { ip } from "../base/index.ts";
import { classIn, parseWireName, type Message, type RecordData, type ResourceRecord, type WireName } from "./wire.ts";

export function name(text: string): WireName {
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}

export function record(owner: string, data: RecordData, ttlSeconds = 300): ResourceRecord {
  return { name: name(owner), ttlSeconds, data };
}

export const a = (address: string): RecordData => ({ type: "A", address: ip(address) });
export const cname = (target: string): RecordData => ({ type: "CNAME", target: name(target) });
export const ns = (target: string): RecordData => ({ type: "NS", target: name(target) });
export const mx = (preference: number, exchange: string): RecordData => ({
  type: "MX",
  preference,
  exchange: name(exchange),
});
export const txt = (...strings: readonly string[]): RecordData => ({
  type: "TXT",
  strings: strings.map((string) => new Uint8Array(Buffer.from(string))),
});
export const soa = (minimum: number): RecordData => ({
  type: "SOA",
  mname: name("ns.test"),
  rname: name("hostmaster.test"),
  serial: 1,
  refresh: 2,
  retry: 3,
  expire: 4,
  minimum,
});

/** An answer to `question` A, as a recursive resolver gives it. */
export function reply(question: string, parts: Partial<Message> = {}): Message {
  return {
    id: 0,
    response: true,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name: name(question), type: "A", class: classIn }],
    answers: [],
    authorities: [],
    additionals: [],
    ...parts,
  };
}
