/**
 * Where Surehop means to differ from unbound, and why. What can be told from a replay and from what our client hears is a rule; the
 * rest is listed by the replay's name. A replay whose checks are all excused is not applicable.
 */
import { typeOf } from "./canonical.ts";
import { serverOptions } from "./config.ts";
import { rcodeWord } from "./registry.ts";
import type { Replay } from "./replay.ts";
import type { Checked } from "./stage.ts";

export interface Listed {
  readonly replay: string;
  readonly steps: readonly number[];
  readonly reason: string;
}

const closestAnchor =
  "unbound looks for the trust anchor above the signer that an answer names, so that an anchor can be denied away by the zone above it; here the closest one above the name counts (RFC 6840 §C.2)";

export const listed: readonly Listed[] = [
  { replay: "val_anchor_nx.rpl", steps: [10], reason: closestAnchor },
  { replay: "val_anchor_nx_nosig.rpl", steps: [10], reason: closestAnchor },
];

/** Why a difference is meant to be one; undefined if there is none, or it is not. */
export function excuseFor(
  name: string,
  replay: Replay,
  { step, expected, heard, verdict }: Checked,
): string | undefined {
  if (verdict.differences.length === 0 || heard === undefined) return undefined;
  const option = (wanted: string): string | undefined => serverOptions(replay.config, wanted).at(-1);
  const [failsThere, failsHere] = [expected.rcode === servfail, heard.rcode === servfail];
  const judgedThere = failsThere || expected.flags.has("AD");
  if (!judgements.includes(expected.rcode))
    return `expects ${rcodeWord(expected.rcode)}, with which a name server refuses a client`;
  if (heard.code === "nsec3-iterations" && judgedThere && iterationsMax(replay) <= unboundIterationsMax)
    return "NSEC3 with more than 100 iterations counts as insecure (RFC 9276 §3.2); unbound computes up to 150";
  if (heard.code === "key-mismatch" && !failsThere && replaysSha1BesideBetter(replay))
    return "counts on a SHA-1 digest beside a better one, which is to be ignored (RFC 4509 §3)";
  if (option("harden-algo-downgrade") === "yes" && failsThere && !failsHere)
    return "wants a signature of every algorithm, which RFC 6840 §5.11 tells a validator not to";
  if (option("harden-dnssec-stripped") === "no" && !failsThere && failsHere)
    return "takes a zone whose keys cannot be had for insecure";
  return listed.find((one) => one.replay === name && one.steps.includes(step))?.reason;
}

const servfail = 2;
/** What an answer's validation can come to: NOERROR, SERVFAIL, NXDOMAIN, YXDOMAIN. */
const judgements = [0, servfail, 3, 6];
const unboundIterationsMax = 150;

function iterationsMax({ ranges }: Replay): number {
  const records = ranges.flatMap(({ entries }) => entries.flatMap(({ sections }) => sections.authority));
  return Math.max(
    0,
    ...records.flatMap(({ type, rdata }) => (type === typeOf.NSEC3 ? [((rdata[2] ?? 0) << 8) | (rdata[3] ?? 0)] : [])),
  );
}

function replaysSha1BesideBetter({ ranges }: Replay): boolean {
  const sections = ranges.flatMap(({ entries }) =>
    entries.flatMap((entry) => [entry.sections.answer, entry.sections.authority]),
  );
  return sections.some((section) => {
    const digests = section.filter(({ type }) => type === typeOf.DS).map(({ rdata }) => rdata[3]);
    return digests.includes(1) && (digests.includes(2) || digests.includes(4));
  });
}
