/** OpenSMTPD 6.4 or newer. It knows neither DANE nor MTA-STS, and shows one certificate a name. */
import { isIpv6 } from "../../base/index.ts";
import type { Snippet, SnippetFacts } from "./types.ts";

const file = "/etc/smtpd.conf";

export function opensmtpdSnippets(facts: SnippetFacts): readonly Snippet[] {
  return [receiving(facts), facts.relay === undefined ? alone(facts) : handOver(facts.relay)];
}

function receiving({ domain, host, files }: SnippetFacts): Snippet {
  const [first] = files;
  if (first === undefined) throw new TypeError("a receiving server needs a certificate");
  return {
    daemon: "opensmtpd",
    direction: "receiving",
    file,
    lines: [
      { note: "receiving" },
      ...(files.length > 1 ? [{ note: "one-certificate" } as const] : []),
      `pki ${host} cert ${quoted(first.certificate)}`,
      `pki ${host} key ${quoted(first.key)}`,
      { note: "modern" },
      'smtp ciphers "HIGH:!aNULL:!eNULL:!3DES:!MD5"',
      `listen on 0.0.0.0 tls pki ${host} hostname ${host}`,
      `listen on :: tls pki ${host} hostname ${host}`,
      'action "mailboxes" maildir',
      `match from any for domain ${quoted(domain)} action "mailboxes"`,
    ],
  };
}

function alone({ domain }: SnippetFacts): Snippet {
  const action = `to ${domain}`;
  return {
    daemon: "opensmtpd",
    direction: "sending",
    file,
    lines: [
      { note: "sending" },
      { note: "no-dane-at-all" },
      `action ${quoted(action)} relay tls`,
      `match from local for domain ${quoted(domain)} action ${quoted(action)}`,
    ],
  };
}

function handOver({ address, port }: NonNullable<SnippetFacts["relay"]>): Snippet {
  const at = isIpv6(address) ? `[${address}]` : address;
  return {
    daemon: "opensmtpd",
    direction: "sending",
    file,
    lines: [
      { note: "hand-over" },
      `action "surehop" relay host smtp+notls://${at}:${port}`,
      'match from local for any action "surehop"',
    ],
  };
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
}
