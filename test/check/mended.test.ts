/** What the checker says to paste, pasted: the domain checked again has nothing left to mend. */
import { expect, test } from "vitest";
import { judge, readyToPaste, type Inspection } from "../../src/check/index.ts";
import { parseStsPolicy, parseStsRecord } from "../../src/policy/index.ts";
import type { ZoneRecord } from "../../src/lab/index.ts";
import { createWords } from "../../src/words/index.ts";
import { chain, keys, openTown, tlsaOf, type TownPlan } from "./town.ts";

const words = createWords("en");
const names = ["mx.town.example"];

async function look(plan: TownPlan): Promise<Inspection> {
  const town = await openTown(plan);
  try {
    return await town.inspect();
  } finally {
    await town.close();
  }
}

/** The lines of a zone file, as the lab's name server takes them. */
function recordsIn(zone: string): {
  readonly tlsa: readonly ZoneRecord[];
  readonly txt: (owner: string) => readonly string[];
} {
  const lines = zone.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
  const rows = lines.map((line) => /^(\S+) \d+ IN (\S+) (.*)$/.exec(line)?.slice(1) ?? []);
  return {
    tlsa: rows
      .filter(([, type]) => type === "TLSA")
      .map(([, , data = ""]) => {
        const [usage = "", selector = "", matching = "", hex = ""] = data.split(" ");
        return tlsaOf([Number(usage), Number(selector), Number(matching)], Buffer.from(hex, "hex"));
      }),
    txt: (owner) =>
      rows.flatMap(([name, type, data = ""]) => (type === "TXT" && name === owner ? [data.replaceAll('"', "")] : [])),
  };
}

test.each<[string, TownPlan]>([
  ["nothing was published", { stsRecord: [], rpt: [], hosts: [{ tlsa: "none" }] }],
  ["the TLSA record was of a key that is gone", { hosts: [{ tlsa: [tlsaOf([3, 1, 1], Buffer.alloc(32, 7))] }] }],
  ["the ECDSA key alone had a record", { hosts: [{ tlsa: [] }], rpt: ["v=TLSRPTv1;"] }],
  ["there were two MTA-STS records", { stsRecord: ["v=STSv1; id=1", "v=STSv1; id=2"] }],
])("%s: pasted, and checked again: clean", async (_, plan) => {
  const shown = [chain(keys.rsa, { names }), chain(keys.ec, { names })];
  const broken: TownPlan = { ...plan, hosts: (plan.hosts ?? [{}]).map((host) => ({ ...host, chains: shown })) };
  const before = await look(broken);
  expect(judge(before).findings).not.toEqual([]);
  const paste = readyToPaste(words, before, "postfix");
  if (!paste.ok) throw new Error(JSON.stringify(paste.error));
  const { zone, policy, snippets, steps } = paste.value;
  const { tlsa, txt } = recordsIn(zone);
  const stsRecord = txt("_mta-sts.town.example.");
  expect(parseStsRecord(stsRecord).ok && parseStsPolicy(Buffer.from(policy.content)).ok).toBe(true);
  expect(snippets.length).toBeGreaterThan(0);
  expect(steps.length).toBeGreaterThan(3);
  const after = judge(
    await look({
      ...broken,
      stsRecord,
      rpt: txt("_smtp._tls.town.example."),
      policy: policy.content,
      hosts: [{ chains: shown, tlsa }],
    }),
  );
  // A policy begins on trial unless it was enforced before, and the next key is yet to be made: that is the way it is meant to go.
  const left = after.findings
    .map(({ code }) => code)
    .filter((code) => code !== "policy-testing" && code !== "tlsa-no-rollover");
  expect(left).toEqual([]);
  expect(["safe", "safe-dane"]).toContain(after.verdict);
});
