# What can be wrong with surehop.toml. Each fault has two messages: what is wrong, and what to do.

config-file-missing = There is no file { $path }.
config-file-missing-remedy = Write one with "surehop init", or name another with --config.
config-file-unreadable = The file { $path } cannot be read.
config-file-unreadable-remedy = Check its permissions, and who runs this command.
config-file-too-big = The file { $path } is larger than 1 MiB.
config-file-too-big-remedy = That is hardly a configuration; name the right file with --config.
config-file-exposed = Everyone on this machine can read { $path }, and it holds password hashes.
config-file-exposed-remedy = chmod 600 { $path }, or 640 with the relay's group.
config-not-toml = This is not TOML: { $detail }
config-not-toml-remedy = Strings need quotes, tables stand in [brackets]; see https://toml.io for the rest.

config-unknown-key = There is no setting "{ $key }".
config-unknown-key-remedy = Remove it. Known here: { $known }.
config-misspelt-key = There is no setting "{ $key }". Did you mean "{ $suggestion }"?
config-misspelt-key-remedy = Write "{ $suggestion }".
config-misplaced-key = The setting "{ $key }" belongs to { $suggestion }.
config-misplaced-key-remedy = Move the line below { $suggestion }.
config-missing-key = "{ $key }" is missing.
config-missing-key-remedy = Add it; "surehop init" writes a file that shows how.
config-wrong-type = "{ $key }" must be { $expected ->
    [string] text in quotes
    [boolean] true or false
    [array] a list in [brackets]
    [table] a table
   *[number] a whole number
  }, and is { $got ->
    [string] text
    [boolean] true or false
    [array] a list
    [table] a table
    [date] a date
   *[number] a number
  }.
config-wrong-type-remedy = Write it { $expected ->
    [string] in quotes
    [boolean] as true or false, without quotes
    [array] in brackets, with commas between
    [table] as [{ $key }], with its settings on lines of their own
   *[number] as a whole number without quotes
  }.
config-not-one-of = "{ $key }" cannot be "{ $value }".
config-not-one-of-remedy = Write one of { $options }.

config-bad-duration = "{ $value }" is not a length of time.
config-bad-duration-remedy = Write a number and a unit: ms, s, m, h, d or w. For example "30m" or "5d".
config-bad-size = "{ $value }" is not a size.
config-bad-size-remedy = Write a whole number and a unit: KB, MB or GB. For example "100MB".
config-bad-endpoint = "{ $value }" is not an address with a port.
config-bad-endpoint-remedy = Write an IP address and a port: "192.0.2.1:465", or "[::]:465" for all addresses of this machine.
config-bad-dot = "{ $value }" does not say at which address the resolver is, and which name its certificate has to be for.
config-bad-dot-remedy = Write both, the name behind a #: "tls://9.9.9.9#dns.quad9.net". The port is 853 unless one is given.
config-bad-network = "{ $value }" is not a network.
config-bad-network-remedy = Write an IP address, or one with a prefix length: "192.0.2.0/24", "2001:db8::/32".
config-bad-domain = "{ $value }" is not a domain name.
config-bad-domain-remedy = Write a name like "mail.example.org".
config-bad-sender = "{ $value }" is not a sender that a user may have.
config-bad-sender-remedy = Write "alice@example.org", "@example.org" for everyone there, or "@.example.org" for all domains below it.
config-bad-pattern = "{ $value }" is not a pattern of domains.
config-bad-pattern-remedy = Write "example.org", ".example.org" for all domains below it, or "*" for every domain.
config-bad-match = "{ $value }" is not a name that a certificate could be for.
config-bad-match-remedy = Write "mx.example.org", or ".example.org" for any name below it.
config-bad-route = "{ $value }" is not a route.
config-bad-route-remedy = Write "[mx.example.org]" or "[192.0.2.1]:25" for that host, or "example.net" for the mail servers of that domain.
config-bad-ca = The file { $value } holds no certificate that could be read.
config-bad-ca-remedy = It must hold certificates in PEM form: -----BEGIN CERTIFICATE-----.
config-rule-needs-authenticated = match and ca say how a server proves who it is, but require = "{ $value }" asks for no such proof.
config-rule-needs-authenticated-remedy = Write require = "authenticated", or remove match and ca.
config-bad-date = "{ $value }" is not a date.
config-bad-date-remedy = Write the last day as "2026-12-31", or a moment as "2026-12-31T12:00:00Z".
config-exception-without-why = An exception needs a reason: it stands in the log each time that the exception is used.
config-exception-without-why-remedy = Write why = "their new server comes in December".
config-exception-lowers-nothing = level = "authenticated" is the most that can be asked for: this exception changes nothing.
config-exception-lowers-nothing-remedy = Write level = "encrypted" or "cleartext", or remove the exception.
config-exception-over = This exception ended with "{ $value }" and has no effect any more.
config-exception-over-remedy = Remove it, or give it a later date.
config-report-only = Nothing but rules is enforced: what domains publish is only looked at, and mail goes out as it can.
config-report-only-remedy = Look at "surehop policy dry-run"; when it shows nothing that you would miss, write enforce = "all" or remove the key.
config-bad-mailbox = "{ $value }" is not a mail address that can be used here.
config-bad-mailbox-remedy = Write one like "tls-reports@example.org", in plain ASCII.
config-reports-contact = TLS reports have to say whom receivers may ask, and there is no contact.
config-reports-contact-remedy = Add contact = "tls-reports@example.org" below [reports], or remove send.
config-reports-unsigned = There is no DKIM key: TLS reports go to those alone who take them by HTTPS, since unsigned mail reports are ignored.
config-reports-unsigned-remedy = Add dkim_selector and dkim_key below [reports]. To send none at all, write send = false.
config-dkim-incomplete = A DKIM signature needs both dkim_selector and dkim_key.
config-dkim-incomplete-remedy = Add the one that is missing, or remove dkim_selector, dkim_key and dkim_domain.
config-dkim-domain = Reports from { $other } cannot be signed by { $value }: receivers would ignore them.
config-dkim-domain-remedy = Remove dkim_domain, or name the domain of the contact address or one above it.
config-bad-rua = "{ $value }" is no address for reports.
config-bad-rua-remedy = Write "mailto:" and a mail address, or an address that begins with "https://".
config-publish-no-mx = No MX host is named.
config-publish-no-mx-remedy = Name every MX host of the domain, for example mx = ["mx.example.org"].
config-publish-too-many = There are more than { $max } of them.
config-publish-too-many-remedy = Leave some out.
config-publish-out-of-range = { $value } seconds is too short or too long.
config-publish-out-of-range-remedy = Write a duration from { $min } to { $max } seconds, for example "1d".
config-bad-account-name = "{ $value }" is not the name of an account.
config-bad-account-name-remedy = Write the name of a user or group of this machine, for example "surehop".
config-bad-user-name = A user's name is empty, too long, or has control characters in it.
config-bad-user-name-remedy = Write what the mail program will give as its user name, for example "alice".
config-bad-password-hash = This is not a password hash.
config-bad-password-hash-remedy = Make one with "surehop password" and paste the whole line that begins with scrypt$. Never write a password here.
config-out-of-range = "{ $key }" cannot be { NUMBER($value, useGrouping: "false") }.
config-out-of-range-remedy = Write a number from { NUMBER($min, useGrouping: "false") } to { NUMBER($max, useGrouping: "false") }.

config-hostname-local = "{ $value }" means nothing to other mail servers.
config-hostname-local-remedy = Write the full name under which the Internet knows this machine, for example "mail.example.org".
config-http-not-loopback = The console must listen on a loopback address, not on { $value }: it shows message stories without asking for a password.
config-http-not-loopback-remedy = Write "127.0.0.1:8025", or "off". To reach it from afar, use an SSH tunnel or a proxy that asks who is there.
config-trust-ad-remote = trust_ad believes a resolver's word that DNSSEC was checked, and { $value } is neither on this machine nor reached over TLS: whoever stands on the way could forge it.
config-trust-ad-remote-remedy = Run a validating resolver here (for example unbound) and name 127.0.0.1, or name one over TLS ("tls://9.9.9.9#dns.quad9.net"), or remove trust_ad.
config-no-listener = Nobody could hand mail in: no listener is configured.
config-no-listener-remedy = Add submissions = ["[::]:465"] below [listen], or local = ["127.0.0.1:25"] for programs on this machine.
config-no-users = There is a submission listener, but no user: nobody will be let in.
config-no-users-remedy = Add a [[user]] with a name and a password made by "surehop password".
config-tls-needed = Submission needs TLS, and there is no certificate.
config-tls-needed-remedy = Add [tls] with certificate and key, the paths of two PEM files.
config-endpoint-twice = { $value } is already taken by { $other } above.
config-endpoint-twice-remedy = Give each listener an address and port of its own. "[::]" takes IPv4 too.
config-user-twice = There are two users named "{ $value }".
config-user-twice-remedy = Rename or remove one.
config-retry-order = retry_first must not be longer than retry_max or lifetime.
config-retry-order-remedy = For example retry_first = "5m", retry_max = "4h", lifetime = "5d".
config-no-resolver = There is no DNS resolver: none is configured, and /etc/resolv.conf names none.
config-no-resolver-remedy = Add resolvers = ["127.0.0.1"] below [dns].
config-bad-anchors = "{ $value }" holds no trust anchors that can be used (line { $detail }).
config-bad-anchors-remedy = Write one DS or DNSKEY record a line, as zone files have them: example.org. IN DS 12345 13 2 4A5F…
config-danger-private = Mail may be sent to loopback and private addresses: a stranger's MX record can then point into your own network.
config-danger-private-remedy = Remove allow_private_addresses, and name internal servers by a [[rule]] with a route.
config-danger-dnssec = DNS answers are not validated: whoever can forge them can name a mail server of their own.
config-danger-dnssec-remedy = Remove skip_dnssec; Surehop validates over any resolver.

config-path-missing = There is no file { $path }.
config-path-missing-remedy = Check the path. Relative paths start from the directory of surehop.toml.
config-path-unreadable = The file { $path } cannot be read.
config-path-unreadable-remedy = Check its permissions, and who runs this command.
config-certificate-unreadable = { $path } holds no certificate in PEM form.
config-certificate-unreadable-remedy = It must begin with -----BEGIN CERTIFICATE-----, the server's own certificate first, then the chain.
config-key-unreadable = { $path } holds no private key that could be read.
config-key-unreadable-remedy = It must be in PEM form and without a passphrase.
config-key-mismatch = The key { $key } does not belong to the certificate { $certificate }.
config-key-mismatch-remedy = Name the key that the certificate was made for.
config-key-exposed = Everyone on this machine can read the private key { $path }.
config-key-exposed-remedy = chmod 600 { $path }
config-certificate-expired = The certificate { $path } ended on { $date }: mail programs will refuse it.
config-certificate-expired-remedy = Renew it; then "systemctl reload surehop".
config-certificate-name = The certificate is not for { $hostname }: mail programs that use this name will refuse it.
config-certificate-name-remedy = Get one that names { $hostname }, or set hostname to a name that it has.
config-data-not-directory = { $path } is not a directory.
config-data-not-directory-remedy = Name a directory for the queue, for example data = "/var/lib/surehop".
config-data-not-writable = Nothing can be written to { $path }.
config-data-not-writable-remedy = Make the directory and give it to the account that runs the relay.
config-no-such-account = This machine has no account "{ $value }".
config-no-such-account-remedy = Make it: useradd --system --no-create-home { $value }
config-account-ignored = user = "{ $value }" has no effect: only root can change to another account.
config-account-ignored-remedy = Nothing to do if you start the relay as that account (the systemd unit does).
