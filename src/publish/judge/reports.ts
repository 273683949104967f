/** TLS-RPT (RFC 8460 §3): will anybody hear of what goes wrong? */
import { readRecords } from "../../report/index.ts";
import { tlsRptName, tlsRptRecord } from "../records.ts";
import type { Finding, PublishedFacts } from "../types.ts";
import { finding } from "./finding.ts";

export function judgeReports({ domain, tlsRpt, promises }: PublishedFacts): readonly Finding[] {
  const name = `${tlsRptName(domain)}.`;
  const paste = promises === undefined ? [] : tlsRptRecord(promises);
  if (tlsRpt.kind === "failed") return [finding("rpt-unknown", "warning", name, { detail: tlsRpt.detail })];
  const texts = tlsRpt.kind === "none" ? [] : tlsRpt.records;
  const read = readRecords(texts);
  switch (read.kind) {
    case "invalid":
      return [finding("rpt-invalid", "warning", name, { detail: read.why }, paste)];
    case "unwanted": {
      if (read.why === "several") return [finding("rpt-several", "warning", name, {}, paste)];
      return texts.some(isMeantAsOne)
        ? [finding("rpt-invalid", "warning", name, { detail: "no-version" }, paste)]
        : [finding("rpt-missing", "warning", name, {}, paste)];
    }
    case "wanted": {
      const severity = read.targets.length === 0 ? "warning" : "notice";
      const [unusable] = read.unusable;
      // One finding a record: what is wrong with the others is of the same kind, and mended by the same hand.
      if (unusable !== undefined) return [finding("rpt-unusable", severity, name, { ...unusable }, paste)];
      const [meant] = paste;
      const isOther =
        meant !== undefined && tlsRpt.kind === "records" && !tlsRpt.records.some((text) => isSame(text, meant.data));
      return isOther ? [finding("rpt-differs", "notice", name, {}, paste)] : [];
    }
  }
}

/** Somebody has tried, and the version is not as RFC 8460 §3 wants it: to the letter, first, and with a semicolon. */
function isMeantAsOne(text: string): boolean {
  return /tlsrpt|\brua\s*=/i.test(text);
}

/** As a zone file has it, against the strings joined. */
function isSame(text: string, data: string): boolean {
  const joined = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, part = ""]) => part.replace(/\\(.)/g, "$1"))
    .join("");
  const plain = (record: string): string => record.replace(/\s+/g, "").replace(/;$/, "");
  return plain(joined) === plain(text);
}
