/** An upstream that lies: it answers with what it has truly heard, but stripped, cut, mixed up, replayed, altered, or not at all. */
import {
  decodeMessage,
  encodeMessage,
  rcodes,
  type AskUpstream,
  type Message,
  type ResourceRecord,
  type WireName,
} from "../../src/dns/index.ts";
import type { Dice } from "./dice.ts";

export interface Liar {
  readonly ask: AskUpstream;
  /** What it did, in order. */
  readonly lies: readonly string[];
}

/** `heard` are true answers to other questions, to replay. It lies about the `share` of those answers that it `mayLie` about. */
export function createLiar(
  dice: Dice,
  honest: AskUpstream,
  heard: readonly Message[],
  share: number,
  mayLie: (name: WireName, type: string) => boolean = () => true,
): Liar {
  const lies: string[] = [];
  return {
    lies,
    async ask(name, type, deadline) {
      const truth = await honest(name, type, deadline);
      if (!truth.ok || !mayLie(name, type) || !dice.chance(share)) return truth;
      const [what, lie] = dice.pick(trades);
      lies.push(`${what}: ${name} ${type}`);
      const told = lie(dice, truth.value, heard);
      if (told === undefined) return { ok: false, error: { failure: "timeout", detail: "the liar keeps silent" } };
      // It answers the very question, or nobody would listen.
      return { ok: true, value: { ...told, id: truth.value.id, questions: truth.value.questions } };
    },
  };
}

type Section = "answers" | "authorities";
type Lie = (dice: Dice, truth: Message, heard: readonly Message[]) => Message | undefined;

const isSignature = (record: ResourceRecord): boolean => record.data.type === "RRSIG";

const trades: readonly (readonly [what: string, lie: Lie])[] = [
  ["silent", () => undefined],
  ["servfail", (_dice, truth) => ({ ...truth, rcode: rcodes.servfail, answers: [], authorities: [] })],
  ["stripped of signatures", (_dice, truth) => edit(truth, (records) => records.filter((one) => !isSignature(one)))],
  [
    "stripped of some signatures",
    (dice, truth) => edit(truth, (records) => records.filter((one) => !isSignature(one) || dice.chance(0.5))),
  ],
  ["stripped of some records", (dice, truth) => edit(truth, (records) => records.filter(() => dice.chance(0.6)))],
  ["without its authority section", (_dice, truth) => ({ ...truth, authorities: [] })],
  ["without its answer section", (_dice, truth) => ({ ...truth, answers: [] })],
  ["truncated", (_dice, truth) => ({ ...truth, truncated: true, answers: [], authorities: [], additionals: [] })],
  ["cut short", (dice, truth) => edit(truth, (records) => records.slice(0, dice.below(records.length + 1)))],
  ["nothing there", (_dice, truth) => ({ ...truth, rcode: rcodes.noerror, answers: [] })],
  ["no such name", (_dice, truth) => ({ ...truth, rcode: rcodes.nxdomain, answers: [] })],
  ["another rcode", (_dice, truth) => ({ ...truth, rcode: truth.rcode === 0 ? rcodes.nxdomain : rcodes.noerror })],
  [
    "swapped for another answer",
    (dice, truth, heard) => ({ ...dice.pick(heard), edns: truth.edns ?? dice.pick(heard).edns }) as Message,
  ],
  ["answers replayed under this name", (dice, truth, heard) => replayed(dice, truth, heard, true)],
  ["answers of another name added", (dice, truth, heard) => replayed(dice, truth, heard, false)],
  ["denied with another's denial", (dice, truth, heard) => ({ ...denialOf(dice, heard), id: truth.id })],
  [
    "another's denial, by another rcode",
    (dice, truth, heard) => ({ ...denialOf(dice, heard), id: truth.id, rcode: dice.pick([0, 3]) }),
  ],
  [
    "another's proofs added",
    (dice, truth, heard) => ({ ...truth, authorities: [...truth.authorities, ...dice.pick(heard).authorities] }),
  ],
  ["a record altered", (dice, truth) => alterOne(dice, truth, () => true)],
  ["a signature altered", (dice, truth) => alterOne(dice, truth, isSignature)],
  ["a record renamed", (dice, truth, heard) => renameOne(dice, truth, heard)],
  ["a bit flipped on the wire", flippedOnTheWire],
  ["another bit flipped on the wire", flippedOnTheWire],
  ["a record forged", (_dice, truth) => forged(truth)],
  ["an alias forged", (dice, truth, heard) => aliasForged(dice, truth, heard)],
  [
    "everything doubled and turned round",
    (_dice, truth) => edit(truth, (records) => [...records, ...records].toReversed()),
  ],
  [
    "kept for ever",
    (_dice, truth) => edit(truth, (records) => records.map((one) => ({ ...one, ttlSeconds: 0x7fffffff }))),
  ],
];

/** One bit of the wire; where that leaves no message, there is none. */
function flippedOnTheWire(dice: Dice, truth: Message): Message | undefined {
  const bytes = encodeMessage(truth);
  const at = dice.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
  const decoded = decodeMessage(bytes);
  return decoded.ok ? decoded.value : undefined;
}

function edit(truth: Message, change: (records: readonly ResourceRecord[]) => readonly ResourceRecord[]): Message {
  return { ...truth, answers: change(truth.answers), authorities: change(truth.authorities) };
}

function denialOf(dice: Dice, heard: readonly Message[]): Message {
  const denials = heard.filter((message) => message.answers.length === 0 && message.authorities.length > 0);
  return dice.pick(denials.length === 0 ? heard : denials);
}

function replayed(dice: Dice, truth: Message, heard: readonly Message[], renamed: boolean): Message {
  const [asked] = truth.questions;
  const alike = heard.filter((message) => message.answers.length > 0 && message.questions[0]?.type === asked?.type);
  if (alike.length === 0 || asked === undefined) return { ...truth, answers: [] };
  const other = dice.pick(alike);
  if (!renamed) return { ...truth, rcode: 0, answers: [...truth.answers, ...other.answers] };
  const answers = other.answers.map((record) =>
    record.name === other.questions[0]?.name ? { ...record, name: asked.name } : record,
  );
  return { ...truth, rcode: 0, answers, authorities: dice.pick([truth.authorities, other.authorities, []]) };
}

/** Changes the data of one record, by one bit where its data are bytes. */
function alterOne(dice: Dice, truth: Message, which: (record: ResourceRecord) => boolean): Message {
  const section: Section =
    truth.answers.some(which) && (!truth.authorities.some(which) || dice.chance(0.5)) ? "answers" : "authorities";
  const places = truth[section].flatMap((record, at) => (which(record) ? [at] : []));
  if (places.length === 0) return { ...truth, answers: [], authorities: [] };
  const chosen = dice.pick(places);
  return {
    ...truth,
    [section]: truth[section].map((record, at) =>
      at === chosen ? { ...record, data: altered(dice, record.data) } : record,
    ),
  };
}

/** Whatever the data's fields are, one of them is changed. */
export function altered(dice: Dice, data: ResourceRecord["data"]): ResourceRecord["data"] {
  const fields = Object.entries(data).filter(
    ([field, value]) => field !== "type" && (typeof value === "number" || value instanceof Uint8Array),
  );
  if (fields.length === 0) return "target" in data ? ({ ...data, target: `x${data.target}` } as typeof data) : data;
  const [field, value] = dice.pick(fields) as [string, number | Uint8Array];
  if (typeof value === "number") return { ...data, [field]: value ^ 1 } as typeof data;
  const at = dice.below(Math.max(1, value.length));
  return {
    ...data,
    [field]: Uint8Array.from(value, (octet, index) => (index === at ? octet ^ (1 << dice.below(8)) : octet)),
  } as typeof data;
}

function renameOne(dice: Dice, truth: Message, heard: readonly Message[]): Message {
  const name = dice.pick(heard).questions[0]?.name;
  const section: Section = truth.answers.length > 0 ? "answers" : "authorities";
  const chosen = dice.below(truth[section].length);
  const records = truth[section].map((record, at) =>
    at === chosen && name !== undefined ? { ...record, name } : record,
  );
  return { ...truth, [section]: records };
}

/** An attacker's address beside, or in place of, what there is. */
function forged(truth: Message): Message {
  const [asked] = truth.questions;
  if (asked === undefined) return truth;
  const model = truth.answers.find((record) => record.name === asked.name && !isSignature(record));
  const record = { name: asked.name, ttlSeconds: 300, data: { type: "A", address: "192.0.2.66" } } as ResourceRecord;
  return {
    ...truth,
    rcode: 0,
    answers: [...truth.answers, model === undefined || asked.type === "A" ? record : { ...model, ttlSeconds: 0 }],
  };
}

function aliasForged(dice: Dice, truth: Message, heard: readonly Message[]): Message {
  const [asked] = truth.questions;
  const other = dice.pick(heard);
  const target = other.questions[0]?.name;
  if (asked === undefined || target === undefined) return truth;
  const alias: ResourceRecord = { name: asked.name, ttlSeconds: 300, data: { type: "CNAME", target } };
  return { ...other, rcode: other.rcode, answers: [alias, ...other.answers] };
}
