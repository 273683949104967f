/** sendmail 8.15 or newer: lines for sendmail.mc, to stand above the MAILER lines. */
import { isIpv6 } from "../../base/index.ts";
import type { Snippet, SnippetFacts } from "./types.ts";

const file = "/etc/mail/sendmail.mc";

export function sendmailSnippets(facts: SnippetFacts): readonly Snippet[] {
  return [receiving(facts), facts.relay === undefined ? alone() : handOver(facts.relay)];
}

function receiving({ host, files }: SnippetFacts): Snippet {
  const joined = (which: "certificate" | "key"): string => files.map((pair) => pair[which]).join(",");
  return {
    daemon: "sendmail",
    direction: "receiving",
    file,
    lines: [
      { note: "receiving" },
      define("confDOMAIN_NAME", host),
      { note: "certificates" },
      define("confSERVER_CERT", joined("certificate")),
      define("confSERVER_KEY", joined("key")),
      define("confCACERT", "/etc/ssl/certs/ca-certificates.crt"),
      define("confCACERT_PATH", "/etc/ssl/certs"),
      define("confTLS_SRV_OPTIONS", "V"),
      { note: "modern" },
      define("confSERVER_SSL_OPTIONS", `${modern} +SSL_OP_CIPHER_SERVER_PREFERENCE`),
    ],
  };
}

/** What sendmail can do by itself. Whether it knows DANE was decided when it was compiled; Debian's does not. */
function alone(): Snippet {
  return {
    daemon: "sendmail",
    direction: "sending",
    file,
    lines: [
      { note: "sending" },
      { note: "authorities" },
      define("confCACERT", "/etc/ssl/certs/ca-certificates.crt"),
      define("confCLIENT_SSL_OPTIONS", modern),
      { note: "no-dane-built-in" },
      `dnl ${define("confDANE", "true")}`,
    ],
  };
}

/** The relay does what sendmail cannot. */
function handOver({ address, port }: NonNullable<SnippetFacts["relay"]>): Snippet {
  return {
    daemon: "sendmail",
    direction: "sending",
    file,
    lines: [
      { note: "hand-over" },
      define("SMART_HOST", `relay:[${isIpv6(address) ? `IPv6:${address}` : address}]`),
      define("RELAY_MAILER_ARGS", `TCP $h ${port}`),
    ],
  };
}

const modern = "+SSL_OP_NO_SSLv2 +SSL_OP_NO_SSLv3 +SSL_OP_NO_TLSv1 +SSL_OP_NO_TLSv1_1";

function define(name: string, value: string): string {
  return `define(\`${name}', \`${value}')dnl`;
}
