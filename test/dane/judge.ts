/** One row of danetest against our matcher: does it say what OpenSSL says, or is the difference meant? */
import type { Result } from "../../src/base/index.ts";
import { matchDane, type DaneFailure, type DaneMatch, type DaneQuestion } from "../../src/tls/index.ts";
import { explain } from "./explained.ts";
import type { Row } from "./rows.ts";

export type Matcher = (question: DaneQuestion) => Result<DaneMatch, DaneFailure>;

export interface Judged {
  readonly row: Row;
  /** `differs`: another verdict than OpenSSL's, by a rule that is named. */
  readonly outcome: "passed" | "failed" | "differs";
  /** One line: what we said, and why that is or is not what was wanted. */
  readonly reason: string;
}

/** What OpenSSL's own test calls itself by. */
export const danetestName = "example.com";

/** Judges by the rows alone, so that any file of the format can be handed in. */
export function judgeRow(row: Row, now: number, matcher: Matcher = matchDane, name = danetestName): Judged {
  const ask = (records: Row["records"]): ReturnType<Matcher> =>
    matcher({ records, chain: row.chain, names: [name], now });
  const verdict = ask(row.records);
  const said = tell(verdict);
  const unlike = difference(row, verdict);
  const meant = explain({
    row,
    verdict,
    agrees: unlike === undefined,
    ask,
    differs: (other) => difference(row, other) !== undefined,
  });
  if (meant !== undefined) return { row, outcome: "differs", reason: `${said}; ${meant}` };
  if (unlike !== undefined) return { row, outcome: "failed", reason: `${said}; ${unlike}` };
  return { row, outcome: "passed", reason: `${said}${aside(row, verdict)}` };
}

/** How a verdict is unlike the wanted one: accepted or refused, and how deep the match was. */
function difference({ result, depth }: Row, verdict: ReturnType<Matcher>): string | undefined {
  if (verdict.ok !== (result === 0)) return `wanted: ${wanted(result)}`;
  return !verdict.ok || verdict.value.depth === depth ? undefined : `wanted: depth ${depth}`;
}

/** Both refuse; that we found another reason first is told, and no failure. */
function aside({ result }: Row, verdict: ReturnType<Matcher>): string {
  if (verdict.ok) return "";
  const expected = faults[result];
  return expected === undefined || expected === verdict.error.fault
    ? ""
    : ` (OpenSSL refuses it, too: ${wanted(result)})`;
}

function tell(verdict: ReturnType<Matcher>): string {
  if (!verdict.ok) return `refused: ${verdict.error.fault}: ${verdict.error.detail}`;
  const { record, depth } = verdict.value;
  return `accepted by ${record.usage} ${record.selector} ${record.matching} at depth ${depth}`;
}

function wanted(result: number): string {
  return result === 0
    ? "accepted"
    : `refused, error ${result}${faults[result] === undefined ? "" : ` (${faults[result]})`}`;
}

/** X509_V_ERR_* that have one fault of ours. */
const faults: Readonly<Record<number, DaneFailure["fault"] | undefined>> = {
  9: "certificate-not-yet-valid",
  10: "certificate-expired",
  62: "certificate-name-mismatch",
  65: "dane-mismatch",
};

export function tellJudged({ row, outcome, reason }: Judged): string {
  const title = row.title === "" ? "" : ` (${row.title})`;
  return `${outcome} ${row.number}, line ${row.line}${title}: ${reason}`;
}

/** `N passed, N failed, N skipped`; a difference that is meant counts as skipped. */
export function summary(judged: readonly Judged[]): string {
  const count = (outcome: Judged["outcome"]): number => judged.filter((one) => one.outcome === outcome).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("differs")} skipped`;
}
