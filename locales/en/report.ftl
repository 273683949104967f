# TLS reports: the letter that carries one of ours, and what others' reports mean.

report-letter =
    This is a report on how mail from { $submitter } reached the mail servers of { $domain }
    on { $day } (UTC): which connections were encrypted and proven as the domain asks for, and which were not.

    The report itself is attached, in the form that RFC 8460 describes, for programs to read.
    You get it because the DNS record _smtp._tls.{ $domain } asks for such reports to this address.

    Report-ID: { $reportId }

report-nobody = somebody who does not say who
report-that-host = the mail server
report-no-domain = a domain that it does not name
report-line = { $id }  { $day }  { $organization } on { $domains }: { NUMBER($successes) } safe, { NUMBER($failures) } failed{ $proof ->
    [signed] { "" }
    [transport] { "" }
    [unchecked] { " " }(signature not checked)
    [unsigned] { " " }(not signed)
   *[forged] { " " }(signature wrong)
  }
report-head = { $organization } reports on { $day } (UTC){ $contact ->
    [none] { "" }
   *[other] ; to ask: { $contact }
  }. Its name for the report: { $id }
report-proof = { $proof ->
    [signed] The mail that carried it was signed by { $by }.
    [transport] It came without a signature that could be checked: anybody may have written it.
    [unchecked] Its signature could not be checked, since the key could not be had: anybody may have written it.
    [unsigned] The mail that carried it was not signed. Such reports are to be ignored: anybody may have written it.
   *[forged] The signature of the mail that carried it is wrong. It was changed on the way, or somebody made it up.
  }
report-policy = { $domain }, { $type ->
    [tlsa] under the keys in its DNS (DANE)
    [sts] under its MTA-STS policy
    [no-policy-found] without a promise that was found
   *[unknown] under a kind of policy that we do not know
  }: { $successes ->
    [one] one connection was as it should be
   *[other] { NUMBER($successes) } connections were as they should be
  }, { $failures ->
    [one] one failed
   *[other] { NUMBER($failures) } failed
  }.
report-where-host = Mail server { $host }{ $address ->
    [none] { "" }
   *[other] { " " }({ $address })
  }
report-where-address = At the address { $address }
report-where-from = Seen from { $address }
report-where-said = They add: “{ $text }”

report-exposure-held = Mail waited: it is not sent over such a connection. Nothing was exposed.
report-exposure-exposed = Nothing kept the mail back: unless that sender is stricter than it was asked to be, it was sent, and somebody on the way may have read it.
report-exposure-unknown = The report does not tell whether mail was sent all the same.

report-result-starttls-not-supported = { NUMBER($count) } × no encryption offered ({ $result }): the mail server did not offer it, or somebody on the way cut the offer out.
report-result-certificate-host-mismatch = { NUMBER($count) } × a certificate for another name ({ $result }).
report-result-certificate-expired = { NUMBER($count) } × a certificate that has run out ({ $result }).
report-result-certificate-not-trusted = { NUMBER($count) } × a certificate that nobody vouches for ({ $result }): made by the server itself, by an unknown authority, or presented without its chain.
report-result-validation-failure = { NUMBER($count) } × the proof failed in some other way ({ $result }).
report-result-tlsa-invalid = { NUMBER($count) } × keys in the DNS that cannot be used, or that fit nothing ({ $result }).
report-result-dnssec-invalid = { NUMBER($count) } × signed DNS answers that were wrong or did not come ({ $result }).
report-result-dane-required = { NUMBER($count) } × no keys in the DNS where the sender demands them ({ $result }).
report-result-sts-policy-fetch-error = { NUMBER($count) } × the MTA-STS policy could not be fetched ({ $result }).
report-result-sts-policy-invalid = { NUMBER($count) } × an MTA-STS policy that is not one ({ $result }).
report-result-sts-webpki-invalid = { NUMBER($count) } × the MTA-STS policy's web server had a wrong certificate ({ $result }).
report-result-unknown = { NUMBER($count) } × a failure that we have no words for ({ $result }).

report-mend-starttls-not-supported = Connect to { $host } from outside and see whether it offers STARTTLS. If it does, somebody between that sender and you takes it out: a firewall, or an attacker. Publish DANE or MTA-STS, so that mail waits instead.
report-mend-certificate-host-mismatch = Give { $host } a certificate for exactly the name that the MX record has, or correct the MX record, or the mx lines of the MTA-STS policy.
report-mend-certificate-expired = Renew the certificate of { $host }, and have it loaded. Let something watch its last day.
report-mend-certificate-not-trusted = Give { $host } a certificate of a public authority, with its intermediate certificates.
report-mend-validation-failure = Compare what { $host } presents with what is published: TLSA records, MTA-STS policy, versions of TLS. What they add above may tell more.
report-mend-tlsa-invalid = Compare the TLSA records of { $host } with its certificate: the key changed without them, or they were written wrongly. Publish the new key first, wait two TTLs, then change it.
report-mend-dnssec-invalid = Have the DNSSEC of { $domain } and of its mail servers' domains checked: signatures that ran out, or a name server that does not answer for TLSA.
report-mend-dane-required = Publish TLSA records for { $host } in signed DNS, if you mean to have DANE. Otherwise it is the sender who asks for too much.
report-mend-sts-policy-fetch-error = Open https://mta-sts.{ $domain }/.well-known/mta-sts.txt from outside: it has to answer with status 200 and without a redirect.
report-mend-sts-policy-invalid = Have the policy at https://mta-sts.{ $domain }/.well-known/mta-sts.txt checked: version, mode, mx and max_age, one a line.
report-mend-sts-webpki-invalid = Give the web server of mta-sts.{ $domain } a certificate for that name, of a public authority.
report-mend-unknown = Ask whoever sent the report.
