/** Exim 4.94 or newer, whichever TLS library it was built with. */
import type { Snippet, SnippetFacts } from "./types.ts";

const file = "/etc/exim4/exim4.conf";

export function eximSnippets(facts: SnippetFacts): readonly Snippet[] {
  return [receiving(facts), router(), transport(facts)];
}

function receiving({ host, files }: SnippetFacts): Snippet {
  return {
    daemon: "exim",
    direction: "receiving",
    file,
    part: "main",
    lines: [
      { note: "receiving" },
      `primary_hostname = ${host}`,
      "tls_advertise_hosts = *",
      { note: "certificates" },
      `tls_certificate = ${files.map(({ certificate }) => escaped(certificate)).join(" : ")}`,
      `tls_privatekey = ${files.map(({ key }) => escaped(key)).join(" : ")}`,
      { note: "modern" },
      ".ifdef _HAVE_OPENSSL",
      "openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1 +cipher_server_preference",
      ".endif",
      ".ifdef _HAVE_GNUTLS",
      "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE",
      ".endif",
      "log_selector = +tls_cipher +tls_certificate_verified +dnssec",
    ],
  };
}

function router(): Snippet {
  return {
    daemon: "exim",
    direction: "sending",
    file,
    part: "routers",
    lines: [
      { note: "sending" },
      { note: "resolver" },
      "dnslookup:",
      "  driver = dnslookup",
      "  domains = ! +local_domains",
      "  dnssec_request_domains = *",
      "  transport = remote_smtp",
      "  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8 : ::1",
      "  no_more",
    ],
  };
}

function transport({ mx, hasDane }: SnippetFacts): Snippet {
  const hosts = mx.join(" : ");
  return {
    daemon: "exim",
    direction: "sending",
    file,
    part: "transports",
    lines: [
      "remote_smtp:",
      "  driver = smtp",
      { note: "dane-everywhere" },
      "  dnssec_request_domains = *",
      "  hosts_try_dane = *",
      ...(hasDane
        ? [{ note: "require-dane" } as const, `  hosts_require_dane = ${hosts}`]
        : [
            { note: "require-names" } as const,
            `  hosts_require_tls = ${hosts}`,
            `  tls_verify_hosts = ${hosts}`,
            `  tls_verify_cert_hostnames = ${hosts}`,
          ]),
      { note: "authorities" },
      "  tls_verify_certificates = /etc/ssl/certs/ca-certificates.crt",
    ],
  };
}

/** A colon parts the members of a list, and a dollar begins a variable. */
function escaped(path: string): string {
  return path.replace(/:/g, "::").replace(/[$\\]/g, String.raw`\$&`);
}
