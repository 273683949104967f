/** The ways in which the lab's name server can be told to misbehave. */
import { parseWireName, type Question, type RecordType } from "../../dns/index.ts";

export type FaultKind =
  | "servfail"
  /** SERVFAIL with the extended error "DNSSEC Bogus" (RFC 8914 §4.7), as a validating resolver says it. */
  | "bogus"
  | "refused"
  | "notimp"
  /** No answer at all. */
  | "timeout"
  /** TC set and no records over UDP; the whole answer over TCP. */
  | "truncate"
  /** The right id, and then no DNS message. */
  | "garbage"
  /** The TCP connection is closed without an answer; UDP answers as ever. */
  | "close-tcp"
  /** First a forged answer under another id, then the true one. */
  | "forged-id"
  /** First a forged answer to another question, then the true one. */
  | "forged-question"
  /** Only forged answers, none with the right id. */
  | "forged-only"
  /** The answer ends with its first CNAME; the target has to be asked about. */
  | "alias-only"
  /** NS of a zone instead of an answer. */
  | "referral"
  /** Absences come without SOA. */
  | "no-soa"
  /** FORMERR to every question with EDNS, as from a server that has never heard of it (RFC 6891 §7). */
  | "no-edns";

export interface Fault {
  /** The name asked for, `*` for all. */
  readonly name: string;
  /** Every type if absent. */
  readonly type?: RecordType;
  readonly kind: FaultKind;
  /** Only the first so many matching questions; all if absent. */
  readonly times?: number;
}

export class Faults {
  readonly #faults: readonly { readonly fault: Fault; readonly name: string; left: number }[];

  /** Throws a TypeError for a name that is none. */
  constructor(faults: readonly Fault[]) {
    this.#faults = faults.map((fault) => ({ fault, name: normal(fault.name), left: fault.times ?? Infinity }));
  }

  /** The fault that this question meets, counted as met. */
  take(question: Question): FaultKind | undefined {
    const met = this.#faults.find(
      ({ fault, name, left }) =>
        left > 0 &&
        (name === "*" || name === question.name) &&
        (fault.type === undefined || fault.type === question.type),
    );
    if (met === undefined) return undefined;
    met.left--;
    return met.fault.kind;
  }
}

function normal(text: string): string {
  if (text === "*") return text;
  const parsed = parseWireName(text);
  if (!parsed.ok) throw new TypeError(`not a name (${parsed.error}): ${JSON.stringify(text)}`);
  return parsed.value;
}
