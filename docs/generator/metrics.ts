/** Metrics, from the table that the exporter reads too. */
import { metricSpecs } from "../../src/base/index.ts";
import { code, codes, head, page, table } from "./markdown.ts";

export function metricsPage(): string {
  const rows = Object.entries(metricSpecs).map(([name, { kind, help, labels }]) => [
    code(name),
    kind,
    labels.length === 0 ? "" : codes(labels),
    help,
  ]);
  return page(
    head(
      "Metrics",
      "src/base/metrics.ts",
      "`GET /metrics` on the console's port (`listen.http`, loopback only) gives these in Prometheus' text format, and the " +
        "usual ones of the process (`process_…`, `nodejs_…`) beside them. Histograms are in seconds. No label holds an address, a domain or " +
        "anything else that strangers choose.",
    ),
    table(["metric", "kind", "labels", "what it counts"], rows),
  );
}
