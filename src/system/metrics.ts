/** The metrics port over prom-client; names, help and labels come from the one table in `base/metrics.ts`. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { metricSpecs, type MetricName, type MetricSpec, type Metrics } from "../base/index.ts";

export interface MetricsRegistry extends Metrics {
  /** The exposition format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Seconds: from a fast commit to a message's whole lifetime. */
const buckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 3600, 14_400, 86_400, 432_000,
];

export interface MetricsOptions {
  /** Also tell about the process: memory, event loop, CPU. */
  readonly ofProcess?: boolean;
}

export function openMetrics(options: MetricsOptions = {}): MetricsRegistry {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  if (options.ofProcess === true) collectDefaultMetrics({ register: registry });
  for (const [name, spec] of Object.entries(metricSpecs) as [MetricName, MetricSpec][]) {
    const common = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
    switch (spec.kind) {
      case "counter":
        counters.set(name, new Counter(common));
        break;
      case "gauge":
        gauges.set(name, new Gauge(common));
        break;
      case "histogram":
        histograms.set(name, new Histogram({ ...common, buckets }));
        break;
    }
  }
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels ?? {}, by),
    gauge: (name, value, labels) => gauges.get(name)?.set(labels ?? {}, value),
    observe: (name, value, labels) => histograms.get(name)?.observe(labels ?? {}, value),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
