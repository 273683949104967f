/** Postfix 3.6 or newer. */
import type { Snippet, SnippetFacts } from "./types.ts";

export function postfixSnippets(facts: SnippetFacts): readonly Snippet[] {
  return [receiving(facts), sending(), policy(facts)];
}

function receiving({ host, files }: SnippetFacts): Snippet {
  return {
    daemon: "postfix",
    direction: "receiving",
    file: "/etc/postfix/main.cf",
    lines: [
      { note: "receiving" },
      `myhostname = ${host}`,
      "smtpd_tls_security_level = may",
      { note: "certificates" },
      `smtpd_tls_chain_files = ${files.flatMap(({ certificate, key }) => [key, certificate]).join(", ")}`,
      { note: "modern" },
      "smtpd_tls_protocols = >=TLSv1.2",
      "smtpd_tls_mandatory_protocols = >=TLSv1.2",
      "smtpd_tls_exclude_ciphers = aNULL, eNULL, EXPORT, DES, 3DES, RC4, MD5, PSK",
      "tls_preempt_cipherlist = yes",
      "smtpd_tls_loglevel = 1",
    ],
  };
}

function sending(): Snippet {
  return {
    daemon: "postfix",
    direction: "sending",
    file: "/etc/postfix/main.cf",
    lines: [
      { note: "sending" },
      { note: "resolver" },
      "smtp_dns_support_level = dnssec",
      "smtp_host_lookup = dns",
      { note: "dane-everywhere" },
      "smtp_tls_security_level = dane",
      "smtp_tls_mandatory_protocols = >=TLSv1.2",
      { note: "authorities" },
      "smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt",
      "smtp_tls_loglevel = 1",
      "smtp_tls_policy_maps = texthash:$config_directory/tls_policy",
    ],
  };
}

/** For this very domain no level below what it promises will do. */
function policy({ domain, mx, hasDane }: SnippetFacts): Snippet {
  return {
    daemon: "postfix",
    direction: "sending",
    file: "/etc/postfix/tls_policy",
    lines: hasDane
      ? [{ note: "require-dane" }, `${domain} dane-only`]
      : [{ note: "require-names" }, `${domain} secure match=${mx.join(":")}`],
  };
}
