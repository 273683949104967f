/** The outcome of a comparison in words. */
import { codeOf, rcodeName, typeName, type ResourceRecord } from "../../src/dns/index.ts";
import type { Difference } from "./explained.ts";
import type { Report } from "./run.ts";
import type { Verdict } from "./verdict.ts";
import type { Zone } from "./world/shape.ts";

const differencesToldMax = 40;

export function told(report: Report): readonly string[] {
  const { asked, statuses, explained, unexplained } = report;
  const lines: string[] = [];
  for (const one of unexplained.slice(0, differencesToldMax)) lines.push(...tellDifference(one));
  if (unexplained.length > differencesToldMax) lines.push(`… and ${unexplained.length - differencesToldMax} more`);
  for (const [{ rfc, why }, count] of explained) lines.push(`explained ${count} times by ${rfc}: ${why}`);
  const shares = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  lines.push(`${asked} questions (unbound: ${shares.join(", ")})`);
  const sum = [...explained.values()].reduce((total, count) => total + count, 0);
  lines.push(`${asked - sum - unexplained.length} equal, ${sum} explained, ${unexplained.length} unexplained`);
  return lines;
}

function tellDifference(one: Report["unexplained"][number]): readonly string[] {
  const { seed, question, what, unbound, ours, plain, zones } = one;
  return [
    `seed ${seed}: ${question.name} ${question.type}: unbound / ours: ${what}`,
    `  unbound: ${tellVerdict(unbound)}`,
    `  ours:    ${tellVerdict(ours)}`,
    ...tellMessage(plain),
    ...zones.map((zone) => `  ${tellZone(zone)}`),
  ];
}

function tellVerdict({ status, rcode, detail }: Verdict): string {
  return `${status}${rcode === undefined ? "" : ` rcode ${rcode}`} ${detail}`;
}

function tellMessage(plain: Difference["plain"]): readonly string[] {
  if (plain === undefined) return ["  the forwarder gave no answer"];
  const tell = (section: string, { name, data }: ResourceRecord): string => {
    const about = data.type === "RRSIG" ? ` of ${typeName(data.covered)} by ${data.signer}` : "";
    return `  ${section} ${name} ${typeName(codeOf(data))}${about}`;
  };
  return [
    `  the forwarder: ${rcodeName(plain.rcode)}`,
    ...plain.answers.map((record) => tell("answer", record)),
    ...plain.authorities.map((record) => tell("authority", record)),
  ];
}

function tellZone({ name, server, delegation, faults, signing }: Difference["zones"][number]): string {
  const how = signing === undefined ? "unsigned" : tellSigning(signing);
  return `${name} ${how}; DS ${delegation}; ${server}${faults.length === 0 ? "" : `; ${faults.join(", ")}`}`;
}

function tellSigning({ algorithms, split, disguise, denial, signer, window }: NonNullable<Zone["signing"]>): string {
  const chain =
    denial.kind === "nsec" ? "NSEC" : `NSEC3 ${denial.iterations} ${denial.salt}${denial.optOut ? " opt-out" : ""}`;
  const known = disguise === undefined ? "" : ` as ${disguise}`;
  return `algorithm ${algorithms.join("+")}${known}${split ? " KSK+ZSK" : ""} ${chain} by ${signer}${window === "current" ? "" : ` ${window}`}`;
}
