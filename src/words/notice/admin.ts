/** The block that a sender may forward to an administrator: English everywhere, in terms that administrators know. */
import { formatAddress, tlsResultType, type TlsFault } from "../../base/index.ts";
import { wordsLimits } from "../limits.ts";
import { safeAddress, safeName, safeReply } from "../safe.ts";
import { statusOf, type Delayed, type Delivered, type Failed, type NoticeFacts } from "./facts.ts";

type Outcome = Failed | Delayed | Delivered;

/** Indented lines, LF between them. */
export function adminBlock(facts: NoticeFacts<Outcome>): string {
  const { original, exposure, recipients } = facts;
  const level = exposure.level === undefined ? "" : ` (${exposure.level})`;
  const lines = [
    line("Reporting relay", facts.hostname),
    line("Queue id", safeName(facts.queueId)),
    line("Message-ID", original.messageId),
    line("Accepted", new Date(facts.receivedAt).toISOString()),
    line("Last attempt", new Date(facts.now).toISOString()),
    line("Sent to peers", `${exposure.sent}${level}`),
    ...recipients
      .slice(0, wordsLimits.listedForAdminMax)
      .flatMap((recipient) => [
        line("Recipient", safeAddress(formatAddress(recipient.address))),
        ...outcomeLines(recipient.outcome),
      ]),
    line("More recipients", more(recipients.length)),
  ];
  return lines.filter((text) => text !== undefined).join("\n");
}

function more(count: number): string | undefined {
  return count > wordsLimits.listedForAdminMax ? String(count - wordsLimits.listedForAdminMax) : undefined;
}

function outcomeLines(outcome: Outcome): readonly (string | undefined)[] {
  const { host, reply } = outcome;
  const fault = outcome.kind === "delivered" ? undefined : outcome.fault;
  return [
    line("  Result", resultText(outcome)),
    line("  Status", statusOf(outcome)),
    line("  Remote server", host === undefined ? undefined : safeName(host)),
    line("  TLS fault", fault === undefined ? undefined : `${fault} (TLS-RPT: ${tlsResultType(fault)})`),
    line("  Server said", reply === undefined ? undefined : safeReply(reply)),
    line("  To mend", fault === undefined ? undefined : remedies[fault]),
  ];
}

function resultText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "failed":
      return `failed: ${outcome.reason}${outcome.after === undefined ? "" : ` after ${outcome.after}`}`;
    case "delayed":
      return `delayed: ${outcome.reason}${outcome.forSafety ? " (held for safety)" : ""}`;
    case "delivered":
      return `relayed: ${outcome.level}, proof ${outcome.proof}`;
  }
}

function line(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `    ${`${name}:`.padEnd(18)}${value}`;
}

const remedies: Readonly<Record<TlsFault, string>> = {
  "starttls-missing":
    "offer STARTTLS on port 25; if the server does, look for what removes it from the EHLO reply on the way",
  "starttls-refused": "make STARTTLS succeed; if it does locally, look for what answers in its place on the way",
  "handshake-reset": "look for a firewall or an attacker that resets connections after STARTTLS",
  "handshake-timeout": "look for a firewall or an attacker that drops packets after STARTTLS; check the path MTU",
  "handshake-garbage": "check what answers on port 25 after STARTTLS; a middlebox or an attacker may interfere",
  "handshake-failed": "offer TLS 1.2 or 1.3 with common cipher suites",
  "injected-bytes": "data was injected before the TLS handshake (CVE-2011-0411): look for an attacker on the path",
  "protocol-too-old": "offer TLS 1.2 or 1.3",
  "certificate-missing": "install a certificate for the server's name",
  "certificate-name-mismatch": "install a certificate that lists the name of the MX host (or the TLSA base domain)",
  "certificate-expired": "renew the certificate",
  "certificate-not-yet-valid": "check the certificate's dates and the clocks",
  "certificate-self-signed": "install a certificate issued by a public CA, or publish TLSA records for it",
  "certificate-untrusted": "install a certificate issued by a public CA, with its intermediate certificates",
  "dane-mismatch": "publish TLSA records that match the certificate in use (RFC 7671)",
  "requiretls-missing": "offer REQUIRETLS (RFC 8689) on the server, or send without it",
};
