/** Asks both validators the same questions about made-up internets, and says where they differ. */
import type { DnsStatus } from "../../src/base/index.ts";
import {
  createValidator,
  type AskUpstream,
  type Message,
  type TrustAnchor,
  type WireName,
} from "../../src/dns/index.ts";
import { systemClock } from "../../src/system/index.ts";
import type { Client } from "./client.ts";
import { explain, zonesOnTheWay, type Difference, type Explanation } from "./explained.ts";
import { makeQuestions, type Question } from "./questions.ts";
import { startWorld, type RunningWorld } from "./running.ts";
import type { Zone } from "./world/shape.ts";
import { difference, keptTooLong, verdictOfOurs, verdictOfUnbound, type Verdict } from "./verdict.ts";

export interface Report {
  asked: number;
  readonly statuses: Record<DnsStatus, number>;
  readonly explained: Map<Explanation, number>;
  readonly unexplained: (Difference & { readonly seed: number; readonly what: string })[];
  /** Questions in a second, each as quickly as it takes them. */
  readonly rates: { unbound: number; ours: number };
}

/** Each internet is good for this many questions; more need another. */
export const questionsPerWorld = 20_000;
const unboundInFlight = 128;
const oursInFlight = 32;
/** The forwarder's own patience decides. */
export const noDeadline = Number.POSITIVE_INFINITY;

export async function compareValidators(
  options: { readonly questions: number; readonly seed: number },
  tell: (line: string) => void,
): Promise<Report> {
  const report: Report = {
    asked: 0,
    statuses: { secure: 0, insecure: 0, bogus: 0, indeterminate: 0 },
    explained: new Map(),
    unexplained: [],
    rates: { unbound: 0, ours: 0 },
  };
  for (let seed = options.seed; report.asked < options.questions; seed++) {
    const count = Math.min(questionsPerWorld, options.questions - report.asked);
    const began = systemClock.monotonic();
    const running = await startWorld(seed);
    tell(
      `seed ${seed}: ${running.published.world.zones.length} zones signed and served in ${seconds(systemClock.monotonic() - began)}`,
    );
    try {
      const questions = makeQuestions(running.published.world, count);
      await Promise.race([running.died, compareOnce(running, questions, report, tell)]);
    } finally {
      await running.stop();
    }
  }
  return report;
}

async function compareOnce(
  { published, oracle, forwarder }: RunningWorld,
  questions: readonly Question[],
  report: Report,
  tell: (line: string) => void,
): Promise<void> {
  const { world } = published;
  const ask = askThrough(forwarder);
  const askUnbound = async (question: Question): Promise<Verdict> => {
    const answer = await oracle.ask(question.name, question.type);
    return answer.ok ? verdictOfUnbound(question, answer.value) : { status: "indeterminate", detail: answer.error };
  };
  const askOurs = (over: AskUpstream): ((question: Question) => Promise<Verdict>) => {
    const anchors = published.anchors.map(readAnchor);
    const validator = createValidator({ ask: over, clock: systemClock, anchors: () => anchors });
    return async ({ name, type }) => verdictOfOurs(await validator.resolve(name, type));
  };
  const [theirs, theirRate] = await askAll(questions, unboundInFlight, askUnbound);
  const [ours, ourRate] = await askAll(questions, oursInFlight, askOurs(ask));
  tell(`  unbound ${theirRate.toFixed(0)} questions a second, ours ${ourRate.toFixed(0)}`);
  report.rates.unbound = theirRate;
  report.rates.ours = ourRate;
  for (const [at, question] of questions.entries()) {
    const answer = await ask(question.name, question.type, noDeadline);
    const plain = answer.ok ? answer.value : undefined;
    const zones = (): readonly Zone[] => zonesOnTheWay(world, namesPassed(question, plain));
    const compare = (unbound: Verdict, own: Verdict): Judged => judge({ question, unbound, ours: own, plain }, zones);
    let judged = compare(theirs[at] as Verdict, ours[at] as Verdict);
    // On a busy machine an answer may be lost: what nobody could answer is asked once more.
    if (judged.kind === "unexplained" && isUnanswered(judged.found)) {
      judged = compare(await askUnbound(question), await askOurs(askThrough(forwarder))(question));
    }
    report.asked++;
    report.statuses[(theirs[at] as Verdict).status]++;
    if (judged.kind === "unexplained")
      report.unexplained.push({ ...judged.found, seed: world.seed, what: judged.what });
    if (judged.kind === "explained") report.explained.set(judged.by, (report.explained.get(judged.by) ?? 0) + 1);
  }
}

type Judged =
  | { readonly kind: "equal" }
  | { readonly kind: "explained"; readonly by: Explanation }
  | { readonly kind: "unexplained"; readonly what: string; readonly found: Difference };

function judge(both: Omit<Difference, "zones">, zones: () => readonly Zone[]): Judged {
  const { unbound, ours, plain } = both;
  const what = difference(unbound, ours) ?? (plain === undefined ? undefined : keptTooLong(ours, plain));
  if (what === undefined) return { kind: "equal" };
  const found: Difference = { ...both, zones: zones() };
  const by = explain(found);
  return by === undefined ? { kind: "unexplained", what, found } : { kind: "explained", by };
}

function isUnanswered({ unbound, ours }: Difference): boolean {
  return unbound.status === "indeterminate" || ours.status === "indeterminate";
}

/** Ours asks the forwarder each thing once: the zones do not change. */
export function askThrough(forwarder: Client): AskUpstream {
  const asked = new Map<string, ReturnType<AskUpstream>>();
  const ask = async (name: WireName, type: string): Promise<Awaited<ReturnType<AskUpstream>>> => {
    const answer = await forwarder.ask(name, type, { checkingDisabled: true });
    return answer.ok ? answer : { ok: false, error: { failure: "timeout", detail: answer.error } };
  };
  return (name, type) => {
    const key = `${name} ${type}`;
    const known = asked.get(key) ?? ask(name, type);
    asked.set(key, known);
    return known;
  };
}

/** From the text of a DS record of the root. */
export function readAnchor(text: string): TrustAnchor {
  const [keyTag, algorithm, digestType, digest = ""] = text.split(" ");
  return {
    zone: "." as WireName,
    keyTag: Number(keyTag),
    algorithm: Number(algorithm),
    digestType: Number(digestType),
    digest: Buffer.from(digest, "hex"),
  };
}

/** Every name that the plain answer passes by. */
function namesPassed(question: Question, plain: Message | undefined): readonly WireName[] {
  const names = [question.name];
  for (const { name, data } of plain?.answers ?? []) names.push(name, ...(data.type === "CNAME" ? [data.target] : []));
  return names;
}

async function askAll(
  questions: readonly Question[],
  inFlight: number,
  ask: (question: Question) => Promise<Verdict>,
): Promise<readonly [verdicts: readonly Verdict[], perSecond: number]> {
  const verdicts: Verdict[] = [];
  const began = systemClock.monotonic();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < questions.length) {
      const at = next++;
      verdicts[at] = await ask(questions[at] as Question);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return [verdicts, (questions.length * 1000) / (systemClock.monotonic() - began)];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
