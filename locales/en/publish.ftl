# What one's own domain publishes: records to paste, what is wrong with those that are out, and the roll-over of keys.

## The commands

cli-publish = what your own domain promises to those who send to it: DANE, MTA-STS, TLS reports
cli-publish-records = print the zone records and the policy file for your domain, ready to paste
cli-publish-check = compare what is published with your servers and your configuration, and say what to mend
cli-publish-next = say where the roll-over of your mail servers' keys stands, and what to do next
cli-publish-switch = ask whether the next key may be put to use; refuses (exit code 1) until its TLSA record was out for two TTLs
cli-publish-snippets = print configuration for a mail server, with your domain's names filled in
cli-option-publish-domain = your domain (default: the one of [publish])
cli-option-publish-mx = an MX host; may be given several times (default: those of [publish], else the MX records)
cli-option-publish-cert = a PEM file with a certificate in use; may be given several times (default: those of [publish], else what the servers show)
cli-option-publish-next-key = a PEM file with a key that is to take over; may be given several times
cli-option-publish-switch-cert = the certificate that is about to be put to use; may be given several times (default: next_keys of [publish])
cli-option-publish-mode = MTA-STS mode: enforce, testing or none
cli-option-publish-max-age = how long senders keep the MTA-STS policy
cli-option-publish-rua = where TLS reports go (mailto: or https:); may be given several times
cli-option-publish-caa = a certificate authority that may issue for the domain; may be given several times
cli-option-publish-ttl = how long resolvers may keep the records
cli-option-publish-at = look at the servers at this address instead of their own
cli-option-publish-server = postfix, exim, sendmail or opensmtpd
cli-option-publish-file = certificate and key on the mail server, as certificate:key; may be given several times
cli-publish-exit-codes = Exit codes: 0 nothing is wrong (check), or the key may be switched; 1 something is, or not yet; 2 not understood.

publish-no-domain = Which domain? Name it with --domain, or below [publish] in surehop.toml.
publish-no-mx = Nobody knows which servers take mail for { $domain }. Name them with --mx. ({ $detail })
publish-no-keys = No certificate to make records of: { $host } could not be looked at ({ $detail }). Name its certificate with --cert.
publish-no-next = Which key? Name the new certificate with --cert, or next_keys below [publish] in surehop.toml.
publish-bad-file = { $file } cannot be used: { $why ->
    [too-long] it is too long to be a certificate or a key
    [too-many] it holds too many certificates or keys
    [no-certificate] there is no certificate in it
    [no-key] there is neither a certificate nor a key in it
   *[unreadable] it cannot be read
}.
publish-bad-value = { $value } is not a value that { $key } can have.
publish-bad-path = { $value } is not certificate:key with two absolute paths of plain characters.
publish-ledger-unreadable = { $file } cannot be read, and it holds since when each record has been out. Restore it, or delete it: then the waiting times begin anew.
publish-ledger-unwritable = { $file } cannot be written, so the waiting times cannot begin: { $detail }
publish-ledger-nowhere = Without a configuration file nothing is remembered, and no waiting time begins. Name one with --config.

## Records

publish-zone-title = Records for the zone of { $domain }
publish-file-title = This text has to be found at { $path }
publish-steps-title = What to do, in this order
publish-for-tlsa-current = DANE: the key that the mail server shows now. Senders that check DNSSEC take no other.
publish-for-tlsa-next = DANE: the key that takes over next. It has to be out for two TTLs before the server may show it.
publish-for-sts = MTA-STS: there is a policy. The id changes whenever the policy does, so that senders fetch it anew.
publish-for-tls-rpt = TLS reports: where other servers tell you what went wrong on their way to you.
publish-for-caa = CAA: only this authority may issue certificates for the domain.
publish-step-sign-zone = Sign the zone of { $zone } and those of its MX hosts with DNSSEC. Without it nobody takes notice of TLSA records.
publish-step-paste-records = Put the records into the zone of { $zone }, in place of older ones of the same name and type.
publish-step-serve-policy = Let { $host } answer over HTTPS, with a certificate for that name, and give out the policy at { $path } as text/plain.
publish-step-policy-before-record = When the policy changes, change the file first and { $name } after it: senders fetch the file when they see another id.
publish-step-enforce-later = The policy is in testing: nothing is stopped by it. When the reports have been clean for some weeks, set mode = "enforce".
publish-step-name-rua = Say where reports go (rua): without them you will not hear of mail that could not reach you.
publish-step-make-next-key = Make the next key now, so that its record is out long before it is needed: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out next.key
publish-step-wait-two-ttls = Leave the server's certificate as it is for at least { $duration } after the records are out. "surehop publish next" says when the next key may be put to use.
publish-step-keep-key = Renew certificates with the same key (certbot: --reuse-key). A renewed certificate with a new key makes mail to you wait.

## What is wrong

publish-check-title = What { $domain } has published
publish-check-clean = Nothing is wrong.
publish-check-paste = To have in the zone:
publish-severity-error = Mend this:
publish-severity-warning = Better so:
publish-severity-notice = To know:

publish-finding-mx-unknown = Nobody can say which servers take mail for { $name }: { $detail }.
publish-fix-mx-unknown = Mend the domain's name servers or its DNSSEC signatures. Until then mail to it waits.
publish-finding-mx-missing = { $name } has no MX records.
publish-fix-mx-missing = Name the domain's mail servers in MX records.
publish-finding-mx-insecure = The MX records of { $name } are not signed: whoever can forge them decides where the mail goes.
publish-fix-mx-insecure = Sign the zone with DNSSEC; your registrar or DNS provider does that.
publish-finding-mx-unpromised = { $host } is among the MX records of { $name }, and not among the servers that you promise.
publish-fix-mx-unpromised = Add it to mx below [publish], or take it out of the MX records.
publish-finding-mx-unpublished = { $host } is promised, and not among the MX records of { $name }.
publish-fix-mx-unpublished = Take it out of mx below [publish], or add the MX record. Before a server joins, it is promised first: then this is as it should be.
publish-finding-host-untested = { $name } could not be looked at ({ $detail }). That may be our network and says nothing about the server.
publish-fix-host-untested = Ask again from a network that lets port 25 through.
publish-finding-host-no-starttls = { $name } does not offer TLS (STARTTLS): everyone on the way can read the mail.
publish-fix-host-no-starttls = Give the server a certificate and let it offer TLS. "surehop publish snippets" prints the lines.
publish-finding-addresses-insecure = The addresses of { $name } are not signed, so senders do not even ask for its TLSA records.
publish-fix-addresses-insecure = Sign the zone that { $name } stands in.
publish-finding-tlsa-unknown = Nobody can say whether there are TLSA records at { $name }: { $detail }. Senders that go by DANE keep their mail.
publish-fix-tlsa-unknown = Mend the name servers of that zone: they have to answer questions for TLSA, with a signature, also where there is none.
publish-finding-tlsa-missing = There are no TLSA records at { $name }: DANE does not protect mail to this server.
publish-fix-tlsa-missing = Publish them.
publish-finding-tlsa-insecure = The TLSA records at { $name } are not signed. Nobody takes notice of them.
publish-fix-tlsa-insecure = Sign the zone that they stand in.
publish-finding-tlsa-unusable = None of the TLSA records at { $name } can be judged by: TLS is demanded, and nobody is proven.
publish-fix-tlsa-unusable = Put "3 1 1" records in their place.
publish-finding-tlsa-pkix = The TLSA record at { $name } is of a usage that mail does not know: { $record }.
publish-fix-tlsa-pkix = Take out records that begin with 0 or 1, and have "3 1 1" instead.
publish-finding-tlsa-mismatch = No TLSA record at { $name } fits the { $kind } certificate that the server shows ({ $detail }). Senders that go by DANE keep their mail.
publish-fix-tlsa-mismatch = Show the old certificate again, or publish the record of the new key and leave the old record beside it.
publish-finding-tlsa-key-uncovered = The server shows an { $kind } certificate too, and no TLSA record at { $name } fits that one ({ $detail }). Some senders keep their mail.
publish-fix-tlsa-key-uncovered = Publish a record for each kind of key, or take that certificate from the server.
publish-finding-tlsa-ta-not-sent = The TLSA record at { $name } names a certificate authority whose certificate the server does not send: { $record }.
publish-fix-tlsa-ta-not-sent = Let the server send its whole chain, the certificate of that authority included.
publish-finding-tlsa-whole-certificate = The TLSA record at { $name } stands for the whole certificate: the next renewal breaks it, even with the same key.
publish-fix-tlsa-whole-certificate = Publish "3 1 1", which stands for the key alone.
publish-finding-tlsa-next-missing = The record of the next key is not yet out at { $name }.
publish-fix-tlsa-next-missing = Publish it beside the others, two TTLs before the key is put to use.
publish-finding-tlsa-stale = A TLSA record at { $name } stands for no key that the server shows or that comes next: { $record }.
publish-fix-tlsa-stale = When no server shows that key any more, take it out. "surehop publish next" says when.
publish-finding-certificate-expiring = The { $kind } certificate of { $name } { $state ->
    [over] ran out on { $date }
   *[soon] runs out on { $date }
}.
publish-fix-certificate-expiring = Renew it, with the same key.
publish-finding-webpki-failed = Senders that go by MTA-STS would not take the certificate of { $name }: { $detail }.
publish-fix-webpki-failed = Give the server a certificate for that very name from an authority that everybody trusts, with its chain.
publish-finding-sts-unknown = Nobody can say whether there is a record at { $name }: { $detail }.
publish-fix-sts-unknown = Mend the name servers of that zone.
publish-finding-sts-missing = There is no MTA-STS record at { $name }: nothing points senders at a policy.
publish-fix-sts-missing = Serve the policy first, then publish the record. "surehop publish records" prints both.
publish-finding-sts-several = There are several MTA-STS records at { $name }: senders take that for none.
publish-fix-sts-several = Leave one.
publish-finding-sts-invalid = The MTA-STS record at { $name } { $detail }: senders take that for none.
publish-fix-sts-invalid = Put the right one in its place.
publish-finding-sts-outdated = The id at { $name } ({ $id }) is not that of the policy which is meant: senders will not look at the policy again.
publish-fix-sts-outdated = Once the new policy is served, put the new record in its place.
publish-finding-policy-missing = The MTA-STS policy cannot be fetched from { $name }: { $detail }. Senders who do not know it yet go without.
publish-fix-policy-missing = Serve it there over HTTPS, with a certificate for that name, without redirection. { $content }
publish-finding-policy-invalid = The MTA-STS policy at { $name } { $detail }: senders go without.
publish-fix-policy-invalid = Put the right text in its place. { $content }
publish-finding-policy-differs = The MTA-STS policy at { $name } is not the one that you mean.
publish-fix-policy-differs = Put the right text in its place, then change the record. { $content }
publish-finding-policy-mx-missing = The MTA-STS policy at { $name } does not name { $host }: senders who know it pass that server over.
publish-fix-policy-mx-missing = Add an mx line for it to the policy, or take the server out of the MX records.
publish-finding-policy-mx-stale = The MTA-STS policy at { $name } names { $pattern }, which no MX record leads to.
publish-fix-policy-mx-stale = Take the line out when no server is to come back under that name.
publish-finding-policy-testing = The MTA-STS policy at { $name } is in testing: faults are reported, and nothing is stopped.
publish-fix-policy-testing = When the reports are clean, go over to enforce.
publish-finding-policy-short = Senders forget the MTA-STS policy at { $name } after { $seconds } seconds: who can block it for that long is rid of it.
publish-fix-policy-short = Set max_age to weeks.
publish-finding-rpt-unknown = Nobody can say whether there is a record at { $name }: { $detail }.
publish-fix-rpt-unknown = Mend the name servers of that zone.
publish-finding-rpt-missing = Nobody is asked for TLS reports: there is no record at { $name }.
publish-fix-rpt-missing = Publish one, so that you hear of mail that could not reach you safely.
publish-finding-rpt-several = There are several TLS report records at { $name }: senders take that for none.
publish-fix-rpt-several = Leave one, with all addresses in it.
publish-finding-rpt-invalid = The TLS report record at { $name } { $detail ->
    [too-long] is too long
    [second-version] names a version (v=) twice
    [no-version] does not begin with “v=TLSRPTv1;”
    [bad-field] has a field that is not name=value
    [bad-uri] names something that is no address: it wants “mailto:” or “https://” before it
    [no-rua] does not say where reports are to go (rua=)
   *[other] cannot be read
}: nobody sends reports.
publish-fix-rpt-invalid = Put the right one in its place.
publish-finding-rpt-unusable = The TLS report record at { $name } wants reports at { $uri }, and { $why ->
    [in-clear] nobody sends them in clear
    [no-address] that is no address which mail can be sent to
    [no-host] that is no place on the web which they could be sent to
   *[scheme] nobody sends them that way
}.
publish-fix-rpt-unusable = Name an address that begins with “mailto:” or “https://”.
publish-finding-rpt-differs = The TLS report record at { $name } is not the one that you mean.
publish-fix-rpt-differs = Put the right one in its place.

## The roll-over

publish-roll-unknown-failed = { $host }: nobody can say which TLSA records are out ({ $detail }). Leave keys and records as they are until that is known.
publish-roll-unknown-insecure = { $host }: its TLSA records are not signed with DNSSEC, so nobody takes notice of them, and no waiting time begins. Sign the zone first.
publish-roll-publish-current = { $host }: the key in use has no TLSA record: { $keys }. Publish it now; this comes before all else.
publish-roll-make-next = { $host }: all is well. Make the next key and name it below [publish] (next_keys), so that its record can be published.
publish-roll-publish-next = { $host }: publish the record of the next key beside the others: { $keys }. Leave the server as it is.
publish-roll-wait-to-switch = { $host }: both keys are published. Wait until { $until } before the server shows the next one.
publish-roll-switch = { $host }: the next key has been published since { $since }. The server may show it now.
publish-roll-wait-to-remove = { $host }: the next key is in use. Leave the old record until { $until }, in case you have to go back.
publish-roll-remove-old = { $host }: take out the old records: { $records }.
publish-roll-settled = { $host }: the next key is in use and nothing old is left. Move it from next_keys to certificates, and make another.
publish-refused-not-published = { $host }: the TLSA record of this key is not out: { $keys }. Publish it beside the others and wait two TTLs; whoever switches now makes mail wait.
publish-refused-too-soon = { $host }: too soon for this key: { $keys }. Its record was first seen on { $seen }; other servers may go by the older records until { $allowed }. Switch then.
publish-allowed = Every record has been out for two TTLs: the certificate may be put to use.

## Comments in configuration

publish-note-receiving = Receiving: what makes this server show what the domain promises.
publish-note-certificates = The chain with the server's own certificate first. Renew with the same key, or TLSA records break.
publish-note-one-certificate = OpenSMTPD shows one certificate a name; publish a TLSA record for this one.
publish-note-modern = Nothing older than TLS 1.2.
publish-note-sending = Sending: what makes mail to the domain arrive safely or wait.
publish-note-resolver = DANE needs a resolver on this machine that validates DNSSEC, for example unbound.
publish-note-dane-everywhere = DANE wherever the other domain has it; TLS wherever it is offered.
publish-note-require-dane = For this domain nothing less than DANE.
publish-note-require-names = For this domain only these names, proven by a certificate.
publish-note-authorities = Whose certificates count where names are proven by certificates.
publish-note-no-dane-built-in = DANE: only where sendmail was compiled with it. Debian's was not; let it hand mail to Surehop instead.
publish-note-no-dane-at-all = OpenSMTPD knows no DANE and no MTA-STS: this demands TLS with a trusted certificate. Let it hand mail to Surehop to have both.
publish-note-hand-over = All mail goes to Surehop on this machine, which knows DANE and MTA-STS.
