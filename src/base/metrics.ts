/** Every metric's name, kind, help text and labels, in one table: the exporter and the documentation read it. */
export interface MetricSpec {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

export const metricSpecs = {
  surehop_accepted_total: { kind: "counter", help: "Messages accepted and made durable.", labels: ["via"] },
  surehop_refused_total: { kind: "counter", help: "Commands or messages refused at intake.", labels: ["why"] },
  surehop_intake_connections: { kind: "gauge", help: "Open incoming connections.", labels: [] },
  surehop_auth_total: { kind: "counter", help: "Authentication attempts at submission.", labels: ["result"] },
  surehop_recipients_total: { kind: "counter", help: "Recipients settled, by outcome.", labels: ["outcome"] },
  surehop_hops_total: {
    kind: "counter",
    help: "Recipients delivered, by what the hop proved.",
    labels: ["level", "proof"],
  },
  surehop_tls_faults_total: { kind: "counter", help: "What hops failed to prove.", labels: ["fault"] },
  surehop_suspected_downgrades_total: {
    kind: "counter",
    help: "Hosts that began to meet less than is remembered of them, by the fault first seen.",
    labels: ["fault"],
  },
  surehop_connections_out_total: { kind: "counter", help: "Outgoing connections, by result.", labels: ["result"] },
  surehop_tls_handshakes_out_total: { kind: "counter", help: "Outgoing TLS handshakes completed.", labels: [] },
  surehop_queue_deliveries: { kind: "gauge", help: "Deliveries in the queue, by state.", labels: ["state"] },
  surehop_queue_commit_seconds: { kind: "histogram", help: "Time to make one group of changes durable.", labels: [] },
  surehop_delivery_seconds: { kind: "histogram", help: "From acceptance to delivery.", labels: [] },
  surehop_dns_questions_total: {
    kind: "counter",
    help: "DNS questions, by where the answer came from.",
    labels: ["source"],
  },
  surehop_report_sessions_uncounted_total: {
    kind: "counter",
    help: "Sessions left out of TLS reports because a limit was reached.",
    labels: [],
  },
  surehop_reports_sent_total: {
    kind: "counter",
    help: "TLS reports of ours, by way and outcome.",
    labels: ["way", "outcome"],
  },
  surehop_reports_received_total: {
    kind: "counter",
    help: "TLS reports that came in, by source and outcome.",
    labels: ["source", "outcome"],
  },
  surehop_sts_answers_total: {
    kind: "counter",
    help: "MTA-STS policies asked for, by what could be said.",
    labels: ["answer"],
  },
  surehop_sts_fetches_total: { kind: "counter", help: "MTA-STS policies fetched, by result.", labels: ["result"] },
  surehop_sts_policies: { kind: "gauge", help: "MTA-STS policies kept, by mode.", labels: ["mode"] },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof metricSpecs;
