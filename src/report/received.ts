/** Others' reports as they are kept, and the port behind which they are. */
import type { Instant } from "../base/index.ts";
import type { TlsReport } from "./parse.ts";

/** How a report came to us. */
export type ReportSource = "inbox" | "http" | "import";

/**
 * Who vouches for a report. RFC 8460 §3: a report by mail without a valid DKIM signature is to be ignored.
 * `unchecked`: the key could not be had. `transport`: it came by HTTPS, or as a bare file, where there is nothing to check.
 */
export type ReportProof =
  | { readonly kind: "signed"; readonly by: string }
  | { readonly kind: "unsigned" | "forged" | "unchecked" | "transport" };

/** RFC 8460 §3: reports by mail that nobody signed, or whose signature is wrong, are to be ignored. */
export function isToBelieve({ kind }: ReportProof): boolean {
  return kind !== "unsigned" && kind !== "forged";
}

export interface ReceivedReport {
  /** Ours, counted from 1. */
  readonly id: number;
  readonly receivedAt: Instant;
  readonly source: ReportSource;
  readonly proof: ReportProof;
  readonly report: TlsReport;
}

export interface ReceivedStore {
  /** `known`: a report of this organization, id and signer is here already. `full`: nothing is kept, and nothing is dropped for it. */
  keep(report: Omit<ReceivedReport, "id">): "kept" | "known" | "full";
  /** The latest first. */
  received(max: number): readonly ReceivedReport[];
  /** By our number, or by its own report-id. */
  receivedOne(id: string): ReceivedReport | undefined;
  forgetReceived(before: Instant): void;
}
