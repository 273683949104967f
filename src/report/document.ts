/** A day's counts as the JSON of RFC 8460 §4.4. Pure. */
import { gzipSync } from "node:zlib";
import type { DomainName, MailAddress } from "../base/index.ts";
import type { CountedFailure, CountedPolicy } from "./counts.ts";
import { endOf, startOf, type UtcDay } from "./day.ts";

/** Who reports. */
export interface Reporter {
  readonly organization: string;
  /** Its domain is the submitter (RFC 8460 §5.3). */
  readonly contact: MailAddress;
}

export interface DocumentRequest extends Reporter {
  readonly reportId: string;
  readonly day: UtcDay;
  readonly domain: DomainName;
  readonly counted: readonly CountedPolicy[];
}

/** In the shape of RFC 8460 §4.4, which is I-JSON (RFC 7493): no half characters. */
export function reportDocument(request: DocumentRequest): object {
  const { organization, contact, reportId, day, domain, counted } = request;
  return {
    "organization-name": organization.toWellFormed(),
    "date-range": { "start-datetime": `${day}T00:00:00Z`, "end-datetime": `${day}T23:59:59Z` },
    "contact-info": `${contact.local}@${contact.domain}`,
    "report-id": reportId,
    policies: counted.map((one) => policyObject(domain, one)),
  };
}

/** What is sent (RFC 8460 §5.2). The same document gives the same bytes. */
export function packDocument(document: object): Uint8Array {
  return gzipSync(Buffer.from(JSON.stringify(document)));
}

/** RFC 8460 §5.1. `unique`: letters and digits. */
export function reportFilename(submitter: DomainName, domain: DomainName, day: UtcDay, unique: string): string {
  const seconds = [startOf(day) / 1000, endOf(day) / 1000 - 1];
  return `${submitter}!${domain}!${seconds.join("!")}!${unique}.json.gz`;
}

function policyObject(domain: DomainName, { policy, successes, failures }: CountedPolicy): object {
  const { type, strings, mxHosts } = policy;
  const failed = failures.reduce((sum, { sessions }) => sum + sessions, 0);
  return {
    policy: {
      "policy-type": type,
      ...(strings.length === 0 ? {} : { "policy-string": strings.map((text) => text.toWellFormed()) }),
      "policy-domain": domain,
      ...(mxHosts.length === 0 ? {} : { "mx-host": mxHosts.map((text) => text.toWellFormed()) }),
    },
    summary: { "total-successful-session-count": successes, "total-failure-session-count": failed },
    ...(failures.length === 0 ? {} : { "failure-details": failures.map(failureObject) }),
  };
}

function failureObject({ result, host, address, local, detail, sessions }: CountedFailure): object {
  return {
    "result-type": result,
    ...(local === undefined ? {} : { "sending-mta-ip": local }),
    ...(host === undefined ? {} : { "receiving-mx-hostname": host.toWellFormed() }),
    ...(address === undefined ? {} : { "receiving-ip": address }),
    "failed-session-count": sessions,
    ...(detail === undefined ? {} : { "failure-reason-code": detail.toWellFormed() }),
  };
}
