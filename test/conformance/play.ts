/** Plays one replay, and says whether the validator did as it expects, or why the replay says nothing about the validator. */
import type { Validator, ValidatorOptions } from "../../src/dns/index.ts";
import { whyNotApplicable } from "./applicable.ts";
import { excuseFor } from "./excuses.ts";
import { readReplay } from "./reader.ts";
import type { Replay } from "./replay.ts";
import { resign } from "./resign.ts";
import { anchorRecords, startOf, trustAnchors } from "./setting.ts";
import { play, type Checked, type StageOptions } from "./stage.ts";

export type Outcome =
  | { readonly kind: "passed"; readonly notes: readonly string[] }
  | { readonly kind: "failed"; readonly reasons: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string };

export interface PlayOptions {
  readonly createValidator: (options: ValidatorOptions) => Validator;
  /** Hears every question that the validator asks, every question to a name server, and every verdict. */
  readonly trace?: (line: string) => void;
}

/** `name` is the file's, for the list of what is known to differ. */
export async function playReplay(name: string, text: string, options: PlayOptions): Promise<Outcome> {
  const read = readReplay(text);
  if (!read.ok) return { kind: "failed", reasons: [`cannot be read: ${read.error}`] };
  const reason = whyNotApplicable(read.value);
  if (reason !== undefined) return { kind: "skipped", reason };
  const anchors = anchorRecords(read.value.config);
  if (!anchors.ok) return { kind: "failed", reasons: [anchors.error] };
  const startsAt = startOf(read.value);
  if (startsAt === undefined) return { kind: "skipped", reason: "its signatures never held all at once" };
  const { replay, anchors: resigned } = resign(read.value, anchors.value);
  const { createValidator, trace = () => {} } = options;
  const stage = { createValidator, anchors: trustAnchors(resigned), startsAt, firstServer: 0, trace };
  const { checks, serversMax } = await play(replay, stage);
  const outcome = outcomeOf(name, replay, checks);
  if (outcome.kind !== "failed" || serversMax < 2) return outcome;
  return (await passesOtherwise(name, replay, { ...stage, trace: () => {} }, serversMax))
    ? {
        kind: "skipped",
        reason: "turns on asking another name server after a wrong answer, which is the upstream's part",
      }
    : outcome;
}

/** Other first servers that are tried. */
const otherServersMax = 5;

/** A validator that asks a resolver cannot choose among name servers; unbound, which is both, asks the next one. */
async function passesOtherwise(name: string, replay: Replay, stage: StageOptions, servers: number): Promise<boolean> {
  for (let firstServer = 1; firstServer < Math.min(servers, 1 + otherServersMax); firstServer++) {
    const { checks } = await play(replay, { ...stage, firstServer });
    if (outcomeOf(name, replay, checks).kind === "passed") return true;
  }
  return false;
}

function outcomeOf(name: string, replay: Replay, checks: readonly Checked[]): Outcome {
  const judged = checks.map((check) => ({ ...check, excuse: excuseFor(name, replay, check) }));
  const reasons = judged.flatMap(({ step, verdict, excuse }) =>
    excuse === undefined ? verdict.differences.map((what) => `step ${step}: ${what}`) : [],
  );
  if (reasons.length > 0) return { kind: "failed", reasons };
  const notes = judged.flatMap(({ step, verdict, excuse }) =>
    (excuse === undefined ? verdict.notes : [`not compared: ${excuse}`]).map((what) => `step ${step}: ${what}`),
  );
  const compared = judged.filter(({ heard, excuse }) => heard !== undefined && excuse === undefined);
  if (compared.length > 0) return { kind: "passed", notes };
  return {
    kind: "skipped",
    reason: judged.find(({ excuse }) => excuse !== undefined)?.excuse ?? "asks a cache without recursion",
  };
}
