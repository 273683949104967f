/** The law of lies: what is believed of a lying upstream's answer is true. */
import { zonesOnTheWay } from "./explained.ts";
import type { Question } from "./questions.ts";
import { difference, type Verdict } from "./verdict.ts";
import type { World } from "./world/shape.ts";

/** What is wrong with `told`, said on the word of a liar, where `truth` is so; undefined if nothing is. */
export function complaint(question: Question, truth: Verdict, told: Verdict, world: World): string | undefined {
  if (told.status === "bogus" || told.status === "indeterminate") return undefined;
  if (truth.status === "secure" && told.status === "insecure") {
    return mayBeInsecure(question, truth, world) ? undefined : "a proven answer was taken for an unproven one";
  }
  // What is insecure in truth anyone may change; what fails in truth has no data to compare with.
  if (told.status === "insecure" || truth.status === "bogus" || truth.status === "indeterminate") return undefined;
  // Of an alias that was asked for, the rcode speaks of the name it leads to (RFC 6604 §3): it is passed on, and nobody vouches for it.
  const rcode = question.type === "CNAME" && told.records?.length !== 0 ? truth.rcode : told.rcode;
  const what = difference(truth, rcode === undefined ? told : { ...told, rcode });
  return what === undefined ? undefined : `a false answer was believed: ${what}`;
}

/**
 * Denials with too many iterations prove nothing but can be replayed against names that exist (RFC 9276 §3.2); then nothing is
 * proven, as the zone chose.
 */
function mayBeInsecure(question: Question, truth: Verdict, world: World): boolean {
  return zonesOnTheWay(world, [question.name, ...(truth.aliases ?? [])]).some(
    ({ signing }) => signing?.denial.kind === "nsec3" && signing.denial.iterations > 100,
  );
}
