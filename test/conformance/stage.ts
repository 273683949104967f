/**
 * One run of a replay: its name servers are simulated, a small recursive resolver searches them, the validator asks that resolver,
 * and each answer that the replay checks is compared.
 *
 * As in testbound a question is worked on while the clock of steps already stands at the step behind it, so that is the step that
 * decides which servers say what.
 */
import { err, ok, type Clock } from "../../src/base/index.ts";
import { typeCode, typeName, type TrustAnchor, type Validator, type ValidatorOptions } from "../../src/dns/index.ts";
import { serverOptions } from "./config.ts";
import { heardOver, heardUnchecked, judge, type Heard, type Verdict } from "./judge.ts";
import { decoded } from "./packets.ts";
import { createRecursor, type Recursor, type RecursiveReply } from "./recursor.ts";
import { rcodeWord, typeWord } from "./registry.ts";
import type { Entry, Range, Replay, Step } from "./replay.ts";
import { matches, replyFrom, replyOf, type Query, type ServerReply } from "./servers.ts";
import { familiesOf, normalAddress, zonesOf } from "./setting.ts";
import type { RawQuestion } from "./zonetext.ts";

export interface StageOptions {
  readonly createValidator: (options: ValidatorOptions) => Validator;
  readonly anchors: readonly TrustAnchor[];
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  /** Of several servers of a zone the one with this number, from 0, is asked first. */
  readonly firstServer: number;
  readonly trace: (line: string) => void;
}

/** What came of one check. `heard` is absent where nothing could be compared. */
export interface Checked {
  readonly step: number;
  readonly expected: Entry;
  readonly heard?: Heard;
  readonly verdict: Verdict;
}

export interface Played {
  readonly checks: readonly Checked[];
  /** The most servers that any zone had, as far as was asked. */
  readonly serversMax: number;
}

export async function play(replay: Replay, options: StageOptions): Promise<Played> {
  return new Stage(replay, options).play();
}

class Stage {
  readonly #replay: Replay;
  readonly #ranges: readonly Range[];
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  readonly #recursor: Recursor;
  readonly #validator: Validator;
  readonly #trace: (line: string) => void;
  /** What clients have heard and no step has checked yet. */
  readonly #heard: { readonly heard?: Heard; readonly question: RawQuestion }[] = [];
  readonly #asked = new Set<string>();
  /** What the validator was told, by question. */
  readonly #said = new Map<string, RecursiveReply>();
  #elapsedMs = 0;
  #at = 0;

  constructor(replay: Replay, { createValidator, anchors, startsAt, firstServer, trace }: StageOptions) {
    this.#replay = replay;
    this.#ranges = replay.ranges.map((range) => ({ ...range, addresses: range.addresses.map(normalAddress) }));
    this.#trace = trace;
    this.#clock = { now: () => startsAt + this.#elapsedMs, monotonic: () => this.#elapsedMs };
    this.#recursor = createRecursor({
      zones: zonesOf(replay.config),
      families: familiesOf(replay.config),
      firstServer,
      now: () => this.#elapsedMs,
      aggressive: serverOptions(replay.config, "aggressive-nsec").at(-1) !== "no",
      serve: (address, query) => this.#serve(address, query),
    });
    this.#validator = createValidator({
      ask: async (name, type) => {
        const question = { name, type: typeCode(type), class: 1 };
        const reply = this.#recursor.resolve(name, question.type);
        this.#said.set(`${name} ${question.type}`, reply);
        this.#trace(
          `  asked ${name} ${type}: ${rcodeWord(reply.rcode)}, ${reply.answer.length} answers, ${reply.authority.length} in authority`,
        );
        const message = decoded(question, reply);
        return message.ok ? ok(message.value) : err({ failure: "malformed", detail: message.error });
      },
      clock: this.#clock,
      anchors: () => anchors,
    });
  }

  async play(): Promise<Played> {
    const checks: Checked[] = [];
    for (let step = this.#take(); step !== undefined; step = this.#take()) {
      if (step.kind === "TIME_PASSES") this.#elapsedMs += Number(step.words[1] ?? 0) * 1000;
      if (step.kind === "QUERY" && step.entry !== undefined) await this.#query(step, step.entry);
      if (step.kind === "CHECK_ANSWER" && step.entry !== undefined) checks.push(this.#check(step.number, step.entry));
    }
    return { checks, serversMax: this.#recursor.serversMax };
  }

  #take(): Step | undefined {
    return this.#replay.steps[this.#at++];
  }

  async #query(step: Step, entry: Entry): Promise<void> {
    const { question } = entry;
    if (question === undefined) return;
    const name = `${question.name} ${question.type}`;
    // Without recursion a resolver tells what it happens to have: a judgement only if it has just been made.
    if (!entry.flags.has("RD") && !this.#asked.has(name)) {
      this.#heard.push({ question });
      return;
    }
    this.#asked.add(name);
    this.#trace(`step ${step.number}: ${question.name} ${typeWord(question.type)}`);
    const heard = await this.#hear(question, entry);
    this.#trace(`  heard ${rcodeWord(heard.rcode)}${heard.authentic ? " AD" : ""}: ${heard.because}`);
    this.#heard.push({ heard, question });
  }

  async #hear(question: RawQuestion, entry: Entry): Promise<Heard> {
    const { name, type } = question;
    const ignored = serverOptions(this.#replay.config, "ignore-cd-flag").at(-1) === "yes";
    if (entry.flags.has("CD") && !ignored) return heardUnchecked(this.#recursor.resolve(name, type), question);
    const validated = await this.#validator.resolve(name, typeName(type));
    const upstream = this.#said.get(`${name} ${type}`) ?? this.#recursor.resolve(name, type);
    return heardOver(upstream, validated, question, entry);
  }

  #check(step: number, expected: Entry): Checked {
    const next = this.#heard.shift();
    if (next === undefined)
      return { step, expected, verdict: { differences: ["no answer is waiting to be checked"], notes: [] } };
    const { heard, question } = next;
    return heard === undefined
      ? { step, expected, verdict: { differences: [], notes: ["not compared: asks a cache without recursion"] } }
      : { step, expected, heard, verdict: judge(heard, expected, question) };
  }

  /** A step that is itself an answer goes before the ranges, once. */
  #serve(address: string, query: Query): ServerReply | undefined {
    const step = this.#replay.steps[this.#at];
    const own = step?.kind === "REPLY" ? step.entry : undefined;
    const isOwn = own !== undefined && matches(own, query);
    if (isOwn) this.#at++;
    const reply = isOwn ? replyFrom(own, query) : replyOf(this.#ranges, step?.number ?? Infinity, address, query);
    const said = reply === undefined ? "silence" : rcodeWord(reply.rcode);
    this.#trace(`    ${address} ${query.transport}: ${query.question.name} ${typeWord(query.question.type)}: ${said}`);
    return reply;
  }
}
