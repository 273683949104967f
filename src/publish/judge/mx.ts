/** The MX set: is it there, is it signed, and is it the one that was promised? */
import { exchanges } from "../observe.ts";
import type { Finding, PublishedFacts } from "../types.ts";
import { finding } from "./finding.ts";

export function judgeMx({ domain, mx, promises }: PublishedFacts): readonly Finding[] {
  switch (mx.kind) {
    case "failed":
      return [finding("mx-unknown", "error", domain, { detail: mx.detail })];
    case "none":
      return [finding("mx-missing", "error", domain)];
    case "records": {
      const published = exchanges(mx);
      const promised = promises?.mx ?? published;
      return [
        // RFC 7672 §2.2.1: DANE then holds for each host, and not for the choice of the host.
        ...(mx.status === "insecure" ? [finding("mx-insecure", "warning", domain)] : []),
        ...published
          .filter((host) => !promised.includes(host))
          .map((host) => finding("mx-unpromised", "warning", domain, { host })),
        ...promised
          .filter((host) => !published.includes(host))
          .map((host) => finding("mx-unpublished", "notice", domain, { host })),
      ];
    }
  }
}
