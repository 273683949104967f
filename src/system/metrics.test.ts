import { expect, test } from "vitest";
import { metricSpecs } from "../base/index.ts";
import { openMetrics } from "./metrics.ts";

test("every metric of the table is exported under its name, with its help", async () => {
  const text = await openMetrics().text();
  for (const [name, spec] of Object.entries(metricSpecs)) {
    expect(text).toContain(`# HELP ${name} ${spec.help}`);
    expect(text).toContain(`# TYPE ${name} ${spec.kind}`);
  }
});

test("counters, gauges and histograms count, set and observe", async () => {
  const metrics = openMetrics();
  metrics.count("surehop_accepted_total", { via: "local" });
  metrics.count("surehop_accepted_total", { via: "local" }, 2);
  metrics.gauge("surehop_intake_connections", 7);
  metrics.observe("surehop_queue_commit_seconds", 0.004);
  metrics.gauge("surehop_queue_deliveries", 5, { state: "held" });
  const text = await metrics.text();
  expect(text).toContain('surehop_accepted_total{via="local"} 3');
  expect(text).toContain("surehop_intake_connections 7");
  expect(text).toContain('surehop_queue_commit_seconds_bucket{le="0.005"} 1');
  expect(text).toContain('surehop_queue_deliveries{state="held"} 5');
});

test("two registries do not share their numbers", async () => {
  const [one, other] = [openMetrics(), openMetrics()];
  one.gauge("surehop_intake_connections", 7);
  expect(await other.text()).not.toContain("surehop_intake_connections 7");
});
