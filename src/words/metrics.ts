/** Events as metrics. */
import type { MailEvent, MetricName } from "../base/index.ts";

export type MetricStep = readonly [name: MetricName, labels: Readonly<Record<string, string>>, by: number];

/**
 * What to count for an event. Acceptance, connections, handshakes and TLS faults are counted where they happen (`intake`,
 * `smtp`), so that they are counted for those who have no story too; they count nothing here.
 */
export function eventMetrics(event: MailEvent): readonly MetricStep[] {
  switch (event.code) {
    case "delivered": {
      const { level, proof, recipients } = event;
      return [
        ["surehop_recipients_total", { outcome: "delivered" }, recipients.length],
        ["surehop_hops_total", { level, proof }, recipients.length],
      ];
    }
    case "bounced":
      return [["surehop_recipients_total", { outcome: "bounced" }, event.recipients.length]];
    case "accepted":
    case "planned":
    case "host-skipped":
    case "connected":
    case "connect-failed":
    case "reused":
    case "tls-established":
    case "tls-fault":
    case "would-fail":
    case "cleartext-allowed":
    case "peer-said":
    case "deferred":
    case "delay-notice-sent":
    case "bounce-sent":
    case "notice-about":
    case "bounce-suppressed":
    case "held":
    case "released":
    case "retry-asked":
    case "deleted":
      return none;
  }
}

const none: readonly MetricStep[] = [];
