/** What each setting means. The generator refuses to go on while a key of the schema is missing here. */

export interface KeyMeaning {
  readonly meaning: string;
  /** Of texts: what they hold; of lists, in the plural. */
  readonly kind?: string;
  /** What counts where the key is left out. */
  readonly byDefault?: string;
}

export const tableMeanings: Readonly<Record<string, string>> = {
  server: "The relay itself.",
  listen: "Where mail and operators come in. At least one of `submissions`, `submission` and `local` is needed.",
  tls: "What mail programs see. Needed for `submissions` and `submission`; read again on SIGHUP (`systemctl reload surehop`).",
  user: "Who may submit mail, one table each.",
  limits: "What one client may ask of the relay. More limits, which are fixed, are in [limits](limits.md).",
  delivery: "How long, how often and how widely mail is tried.",
  dns: "Whom the relay asks.",
  policy: "What every hop must prove where no rule says otherwise.",
  memory: "What earlier deliveries met, and what becomes of mail that would meet less (see the guide).",
  exception:
    "Domains of which less is asked for a while, one table each; the first that fits and has not ended counts. It lowers what the domain publishes, what is remembered, and rules; never what a sender demands by REQUIRETLS. Each use is told in the log.",
  rule:
    "What hops to some domains must prove, one table each. The first rule whose `domain` fits the recipient's domain counts, and it alone. " +
    "See the guide, [Writing rules](../guide/en/rules.md).",
  publish:
    "What your own domain promises to those who send to it, for `surehop publish` and the policy file that the console gives out. " +
    "See the guide, [Publish your own promises](../guide/en/publish.md).",
  notices:
    "The language of bounces and delay notices by the sender's domain, one table each; the first that fits counts. A user's own `language` goes first.",
  reports:
    "TLS reports (RFC 8460): what receivers are told about the TLS that was met at their servers, and what others tell us. See the guide, [TLS reports](../guide/en/reports.md).",
  story: "What is remembered of mail that is done with.",
  log: "One line for each thing that happens, on standard output.",
  danger: "Settings that give something up. Nobody needs them on the Internet.",
};

export const keyMeanings: Readonly<Record<string, KeyMeaning>> = {
  language: { byDefault: '`"en"`', meaning: "Language of bounces and delay notices where nothing else decides." },

  "server.hostname": {
    kind: "host name",
    meaning:
      "The full name under which other mail servers know this machine: in greetings, Received fields and notices.",
  },
  "server.data": {
    kind: "directory",
    meaning: "The queue. Made if it is missing. Only the relay's account should be able to read it.",
  },
  "server.user": {
    kind: "account",
    byDefault: "none: it does not change",
    meaning:
      "Started as root, the relay binds low ports and reads its key, then changes to this account before it touches mail.",
  },
  "server.group": { kind: "account", byDefault: "the user's own group", meaning: "The group to change to." },

  "listen.submissions": {
    kind: "endpoints",
    byDefault: "none",
    meaning: "For mail programs: TLS from the first byte, then a password. Port 465 by custom.",
  },
  "listen.submission": {
    kind: "endpoints",
    byDefault: "none",
    meaning: "For mail programs: STARTTLS, then a password, which is asked for inside TLS alone. Port 587 by custom.",
  },
  "listen.local": {
    kind: "endpoints",
    byDefault: "none",
    meaning:
      "For programs on this machine or network: no TLS, no password; only `local_clients` are served, others hear 554.",
  },
  "listen.local_clients": {
    kind: "networks",
    byDefault: '`["127.0.0.0/8", "::1"]`',
    meaning: "Addresses or networks (`192.0.2.0/24`) that `local` serves.",
  },
  "listen.http": {
    kind: "endpoint",
    byDefault: '`"127.0.0.1:8025"`',
    meaning: 'Metrics, health and stories, on a loopback address only; `"off"` for none.',
  },

  "tls.certificate": { kind: "path of a PEM file", meaning: "The certificate, followed by its chain." },
  "tls.key": { kind: "path of a PEM file", meaning: "Its private key, without a passphrase." },

  "user.name": { kind: "text", meaning: "What mail programs log in with." },
  "user.password": { kind: "hash", meaning: "What `surehop password` prints. The password itself never stands here." },
  "user.from": {
    kind: "senders",
    byDefault: "any sender",
    meaning:
      "Senders that this user may use: `alice@example.org`, `@example.org`, `@.example.org` (every domain below it).",
  },
  "user.language": { byDefault: "by `[[notices]]`, then `language`", meaning: "Language of notices to this user." },

  "limits.message_size": { kind: "size", byDefault: '`"100MB"`', meaning: "Larger messages are refused." },
  "limits.recipients": { byDefault: "`1000`", meaning: "Recipients of one message, 1 to 100,000." },
  "limits.connections": { byDefault: "`1000`", meaning: "Incoming connections at a time, 1 to 100,000." },
  "limits.connections_per_client": {
    byDefault: "`50`",
    meaning: "The same of one client: an IPv4 address or an IPv6 /64.",
  },

  "delivery.lifetime": {
    kind: "duration",
    byDefault: '`"5d"`',
    meaning: "Mail that could not be delivered by then comes back.",
  },
  "delivery.retry_first": {
    kind: "duration",
    byDefault: '`"5m"`',
    meaning: "The wait before the second attempt; each later wait is 1.8 times as long, ±20 %.",
  },
  "delivery.retry_max": { kind: "duration", byDefault: '`"4h"`', meaning: "The longest wait." },
  "delivery.connections": { byDefault: "`200`", meaning: "Deliveries under way at a time, 1 to 10,000." },
  "delivery.connections_per_destination": { byDefault: "`20`", meaning: "The same to one domain, 1 to 1,000." },
  "delivery.helo_name": {
    kind: "host name",
    byDefault: "`server.hostname`",
    meaning: "The name in EHLO, if it has to differ.",
  },

  "dns.resolvers": {
    kind: "addresses, with or without a port; `tls://address#name`",
    byDefault: "those of /etc/resolv.conf",
    meaning:
      "Resolvers to ask, in this order. `tls://9.9.9.9#dns.quad9.net` is asked over TLS (port 853 unless one is given) and nothing else, after it has shown a certificate for the name behind `#`.",
  },
  "dns.anchors": {
    kind: "paths",
    byDefault: "none",
    meaning:
      "Files with trust anchors for private zones: one DS or DNSKEY record a line. The root's keys are built in and followed (RFC 5011); keys for the root in such a file take their place.",
  },
  "dns.trust_ad": {
    byDefault: "`false`",
    meaning:
      "Believe these resolvers when they say that an answer was validated with DNSSEC, instead of validating here. Every one of them must be on a loopback address or be asked over TLS, since anyone on the way could forge that otherwise.",
  },

  "policy.require": {
    byDefault: '`"cleartext"`',
    meaning:
      "`cleartext`: TLS wherever the other server does it. `encrypted`: no mail without TLS. `authenticated`: no mail to a server that cannot prove who it is. Mail that cannot go safely waits, and its sender is told.",
  },

  "policy.mta_sts": {
    byDefault: "`true`",
    meaning: "Whether the MTA-STS policies of recipients' domains are asked for and kept to.",
  },
  "policy.enforce": {
    byDefault: '`"all"`',
    meaning:
      "`report`: a dry run. What domains publish, what is remembered and `require` are looked at and told (`surehop policy dry-run`); mail goes out as it can. Rules, and what senders demand by REQUIRETLS, are enforced all the same.",
  },
  "policy.authorities": {
    kind: "path of a PEM file",
    byDefault: "none",
    meaning:
      "Certificate authorities to trust besides the system's, for every domain and for fetching MTA-STS policies.",
  },

  "memory.remember": { byDefault: "`true`", meaning: "Whether hosts are held to what they met before." },
  "memory.patience": {
    kind: "duration",
    byDefault: '`"24h"`',
    meaning: "For how long mail waits for a host that meets less than it did before.",
  },
  "memory.then": {
    byDefault: '`"bounce"`',
    meaning: "What becomes of such mail after that: `bounce` sends it back, `deliver` sends it as the host allows.",
  },

  "exception.domain": { kind: "pattern", meaning: "The recipient's domain, as in a rule." },
  "exception.level": { meaning: "At most this is asked for." },
  "exception.until": {
    kind: "date",
    meaning: "`2026-12-31`: to the end of that day (UTC). `2026-12-31T12:00:00Z`: to that moment.",
  },
  "exception.why": { kind: "text", meaning: "The reason, for whoever reads the log." },

  "rule.domain": {
    kind: "pattern",
    meaning: "`example.org` (that domain alone), `.example.org` or `*.example.org` (every domain below it), `*` (all).",
  },
  "rule.require": { byDefault: "see the guide", meaning: "As in `[policy]`, for these domains." },
  "rule.match": {
    kind: "names",
    byDefault: "see the guide",
    meaning:
      "Names that the other server's certificate may be for: `mx.example.org`, or `.example.org` for any name below it.",
  },
  "rule.route": {
    kind: "route",
    byDefault: "the domain's MX records",
    meaning:
      "`[mx.example.org]:25` or `[192.0.2.1]:25`: that host, no MX lookup. `example.net`: the mail servers of that domain.",
  },
  "rule.ca": {
    kind: "path of a PEM file",
    byDefault: "none",
    meaning: "Certificate authorities to trust for these domains, besides the usual ones.",
  },
  "rule.ca_exclusive": { byDefault: "`false`", meaning: "Trust the authorities of `ca` alone." },

  "publish.domain": { kind: "domain", meaning: "Your domain: what stands behind the @ of addresses." },
  "publish.mx": { kind: "host names", meaning: "Its MX hosts, all of them." },
  "publish.mode": {
    byDefault: '`"testing"`',
    meaning:
      "Of the MTA-STS policy. `enforce`: senders keep mail that cannot go safely. `testing`: they send it, and report. `none`: the promise is taken back.",
  },
  "publish.max_age": {
    kind: "duration",
    byDefault: '`"7d"`',
    meaning: "How long senders keep the MTA-STS policy. Weeks, once it is in `enforce`.",
  },
  "publish.rua": {
    kind: "addresses",
    byDefault: "none",
    meaning: "Where TLS reports go: `mailto:tls@example.org`, `https://example.org/tls`.",
  },
  "publish.certificates": {
    kind: "paths of PEM files",
    byDefault: "what the MX hosts show",
    meaning: "Certificates that the MX hosts show now, one file for each kind of key.",
  },
  "publish.next_keys": {
    kind: "paths of PEM files",
    byDefault: "none",
    meaning:
      "Keys, or certificates, that are to take over at the next roll-over. Of a private key only its public half is used.",
  },
  "publish.ttl": {
    kind: "duration",
    byDefault: '`"1h"`',
    meaning: "Of the records. Twice this is the least wait before a key is switched.",
  },
  "publish.caa": {
    kind: "names",
    byDefault: "none",
    meaning: "Certificate authorities that may issue for the domain: `letsencrypt.org`.",
  },
  "publish.look_every": {
    kind: "duration",
    byDefault: '`"1h"`',
    meaning:
      "How often the running relay looks at the TLSA records and the keys of the MX hosts and notes since when each is out; `surehop publish next` and `switch` count from there. `off`: only those commands look.",
  },

  "notices.domain": { kind: "pattern", meaning: "The sender's domain, as in a rule." },
  "notices.language": { meaning: "The language to write in." },

  "reports.send": {
    byDefault: "`true` if there is a `contact`",
    meaning: "Count sessions, and send a report a day to each domain that asks for one.",
  },
  "reports.organization": {
    kind: "text",
    byDefault: "`server.hostname`",
    meaning: "Who reports, as it stands in the report.",
  },
  "reports.contact": {
    kind: "mail address",
    byDefault: "none",
    meaning: "Whom receivers may ask about a report. Its domain is the one that reports. Without it nothing is sent.",
  },
  "reports.from": {
    kind: "mail address",
    byDefault: "`reports.contact`",
    meaning: "The sender of reports that go by mail.",
  },
  "reports.dkim_selector": {
    kind: "text",
    byDefault: "none",
    meaning: "The name of the key in the DNS: `s1` for `s1._domainkey.example.org`.",
  },
  "reports.dkim_key": {
    kind: "path of a PEM file",
    byDefault: "none: reports go by HTTPS alone",
    meaning: "The private key (Ed25519 or RSA) that signs reports by mail; unsigned ones would be ignored.",
  },
  "reports.dkim_domain": {
    kind: "host name",
    byDefault: "the domain of `reports.contact`",
    meaning: "The domain that signs: that of the contact, or one above it.",
  },
  "reports.inbox": {
    kind: "directory",
    byDefault: "none",
    meaning:
      "Where others' reports arrive as files: a Maildir, or a directory of mails, mailboxes and reports. What was read is moved to `cur` or `read`.",
  },
  "reports.keep": { kind: "duration", byDefault: '`"90d"`', meaning: "How long received reports are kept." },

  "story.keep": {
    kind: "duration",
    byDefault: '`"14d"`',
    meaning: "How long the story of a finished message can still be read.",
  },

  "log.level": { byDefault: '`"info"`', meaning: "The least important lines that are written." },
  "log.format": { byDefault: '`"json"`', meaning: "`json`: one object a line, for programs. `pretty`: for people." },
  "log.addresses": {
    byDefault: "`false`",
    meaning:
      "Whether mail addresses may stand in the log, and what other servers said in full, since it often repeats them.",
  },

  "danger.smtp_port": {
    byDefault: "`25`",
    meaning: "The port at which other mail servers are dialled. For sandboxes.",
  },
  "danger.https_port": {
    byDefault: "`443`",
    meaning: "The port at which MTA-STS policies are fetched. For sandboxes.",
  },
  "danger.skip_dnssec": {
    byDefault: "`false`",
    meaning:
      "Do not validate DNS answers with DNSSEC. Every name that the DNS gives is then as good as the path its answer came over.",
  },
  "danger.allow_private_addresses": {
    byDefault: "`false`",
    meaning:
      "Deliver to loopback and private addresses that a stranger's MX records name. They could point into your own network; for your own servers use a rule with `route`.",
  },
};
