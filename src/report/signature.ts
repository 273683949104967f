/** Who signed a mail that carries a report (RFC 8460 §3, RFC 6376). */
import type { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { parseDomain, type Clock } from "../base/index.ts";
import type { Resolver } from "../dns/index.ts";
import type { CheckSignature } from "./collector.ts";
import type { ReportProof } from "./received.ts";

/**
 * The signing domain has to be that of the mail's sender, or one above or below it: a stranger's signature on it proves a stranger.
 * Keys are asked for through our own resolver; a key that cannot be had leaves the mail unchecked, not unsigned.
 */
export function signatureChecker(resolver: Pick<Resolver, "txt">, clock: Clock): CheckSignature {
  return async (mail) => {
    // Loaded when the first is checked: most commands never do, and it takes some megabytes.
    const { dkimVerify } = await import("mailauth/lib/dkim/verify.js");
    try {
      const asked = { isMissing: false };
      const { results } = await dkimVerify(Buffer.from(mail), {
        resolver: (name: string) => keyRecords(resolver, name, asked),
        curTime: new Date(clock.now()),
        rejectRsaSha1: true,
      });
      return proofOf(results, asked.isMissing);
    } catch {
      return { kind: "unchecked" };
    }
  };
}

type Results = Awaited<ReturnType<typeof dkimVerify>>["results"];

function proofOf(results: Results, isKeyMissing: boolean): ReportProof {
  const signed = results.filter(({ status }) => status.result !== "none");
  const good = signed.find(({ status }) => status.result === "pass" && status.aligned);
  if (good !== undefined) return { kind: "signed", by: String(good.signingDomain).slice(0, 253) };
  if (signed.length === 0) return { kind: "unsigned" };
  return { kind: isKeyMissing ? "unchecked" : "forged" };
}

/** As mailauth wants it: records as lists of strings, absence and failure as errors with a code. */
async function keyRecords(
  resolver: Pick<Resolver, "txt">,
  name: string,
  asked: { isMissing: boolean },
): Promise<string[][]> {
  const parsed = parseDomain(name);
  if (!parsed.ok) throw Object.assign(new Error("not a name"), { code: "ENOTFOUND" });
  const answer = await resolver.txt(parsed.value);
  switch (answer.kind) {
    case "records":
      return answer.records.map((text) => [text]);
    case "nodata":
    case "nxdomain":
      throw Object.assign(new Error("no such key"), { code: "ENOTFOUND" });
    case "failure":
      asked.isMissing = true;
      throw Object.assign(new Error(answer.failure), { code: "ESERVFAIL" });
  }
}
