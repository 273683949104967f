/** TLS-RPT (RFC 8460 §3): will anybody hear of what goes wrong? */
import { readRecords } from "../../report/index.ts";
import { tlsRptName, tlsRptRecord } from "../records.ts";
import type { Finding, PublishedFacts } from "../types.ts";
import { finding } from "./finding.ts";

export function judgeReports({ domain, tlsRpt, promises }: PublishedFacts): readonly Finding[] {
  const name = `${tlsRptName(domain)}.`;
  const paste = promises === undefined ? [] : tlsRptRecord(promises);
  if (tlsRpt.kind === "failed") return [finding("rpt-unknown", "warning", name, { detail: tlsRpt.detail })];
  const read = readRecords(tlsRpt.kind === "none" ? [] : tlsRpt.records);
  switch (read.kind) {
    case "invalid":
      return [finding("rpt-invalid", "warning", name, { detail: read.why }, paste)];
    case "unwanted":
      return [finding(read.why === "several" ? "rpt-several" : "rpt-missing", "warning", name, {}, paste)];
    case "wanted": {
      const [meant] = paste;
      const isOther =
        meant !== undefined && tlsRpt.kind === "records" && !tlsRpt.records.some((text) => isSame(text, meant.data));
      return isOther ? [finding("rpt-differs", "notice", name, {}, paste)] : [];
    }
  }
}

/** As a zone file has it, against the strings joined. */
function isSame(text: string, data: string): boolean {
  const joined = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, part = ""]) => part.replace(/\\(.)/g, "$1"))
    .join("");
  const plain = (record: string): string => record.replace(/\s+/g, "").replace(/;$/, "");
  return plain(joined) === plain(text);
}
