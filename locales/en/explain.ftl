# What other mail servers said, explained. A sentence claims no more than the text shows.
# {$host} is a name that others chose, already fit for a sentence.

explain-some-server = the other server
explain-some-recipient = a recipient who is not named
explain-some-sender = A sender of mail

explain-outcome-delivered = Delivered: { $recipients }
explain-outcome-delayed = Not delivered yet, it will be tried again: { $recipients }
explain-outcome-returned = Not delivered, and given up: { $recipients }
explain-outcome-refused = Refused when it came in from { $host }: { $recipients }
explain-outcome-unknown = What became of it is not told: { $recipients }
explain-reported-good = { $reporter } counted { $sessions ->
    [one] one good session
   *[other] { $sessions } good sessions
  } with { $domain }
explain-reported-bad = { $reporter } counted { $sessions ->
    [one] one session
   *[other] { $sessions } sessions
  } with { $domain } that failed

explain-what-delivered = { $host } has taken the message.
explain-what-tls-not-offered = Encryption (TLS) was demanded, and { $host } did not offer it. Either it has none, or somebody in between removed the offer.
explain-what-tls-refused = Encryption (TLS) was demanded, and { $host } refused to start it. Either something is broken there, or somebody in between answered in its place.
explain-what-tls-handshake = { $host } and the sending server could not agree on an encrypted connection: the TLS handshake broke off.
explain-what-tls-here = The sending server itself could not use TLS: something is wrong with its own configuration.
explain-what-tls-validation = The encrypted connection to { $host } did not pass the check. What failed is not told.
explain-what-certificate-unproven = { $host } could not prove who it is: its certificate did not pass the check. Why is not told.
explain-what-certificate-untrusted = { $host } could not prove who it is: its certificate comes from nobody whom the sending server trusts, or is not valid yet.
explain-what-certificate-name = { $host } could not prove who it is: its certificate is for another name.
explain-what-certificate-expired = { $host } could not prove who it is: its certificate has run out.
explain-what-dane-mismatch = The key of { $host } is not the one that its domain publishes in signed DNS (DANE). Either the published record is out of date, or somebody stands in between.
explain-what-dane-lookup = Whether { $host } publishes a key in signed DNS (DANE) could not be found out: the DNS lookup failed.
explain-what-dane-missing = The sending server demands a key in signed DNS (DANE) for this recipient, and there is none.
explain-what-dnssec-invalid = The DNS answers for the recipient's domain fail their own signature (DNSSEC): a mistake there, or a forgery.
explain-what-sts-fetch = The recipient's domain promises a policy about encryption (MTA-STS), and it could not be fetched.
explain-what-sts-invalid = The policy about encryption (MTA-STS) of the recipient's domain cannot be read.
explain-what-sts-mismatch = { $host } does not meet the policy about encryption (MTA-STS) of the recipient's domain: it is not listed there, or cannot prove its name.
explain-what-requiretls = The message demands protection on the whole way (REQUIRETLS), and a server cannot promise it.
explain-what-peer-wants-tls = { $host } takes mail only over an encrypted connection, and the sending server did not encrypt.
explain-what-peer-wants-login = { $host } wants whoever sends to sign in first, and that did not happen or did not work.
explain-what-no-such-user = The address does not exist there, says { $host }.
explain-what-no-such-domain = The domain behind the @ sign does not exist, or has no mail server.
explain-what-no-mail-there = The domain behind the @ sign says that it takes no mail.
explain-what-dns-failed = Where the mail has to go could not be looked up (DNS).
explain-what-unreachable = { $host } could not be reached.
explain-what-connection-lost = The connection to { $host } broke off.
explain-what-greylisted = { $host } does not know the sender yet and asks to come back later (greylisting). That is routine.
explain-what-busy = { $host } cannot take the message just now and asks to come back later.
explain-what-too-many = { $host } finds that too much has come from this sender, or to this recipient, in too short a time.
explain-what-mailbox-full = The recipient's mailbox is full.
explain-what-mailbox-closed = The recipient's mailbox is closed or blocked.
explain-what-too-large = The message is too large for { $host }.
explain-what-loop = The message goes round in circles between servers.
explain-what-expired = The message has waited for too long. What it waited for is not told.
explain-what-content-refused = { $host } takes the message for spam or for something dangerous, or refuses what is in it.
explain-what-policy-refused = { $host } refuses the message by a rule of its own. Which rule is not told.
explain-what-sender-unproven = { $host } found no proof that the message comes from where it says (SPF, DKIM, DMARC or the name of the sending server).
explain-what-sender-listed = { $host } refuses mail from the sending server, because it stands on a list of bad senders or has a bad name.
explain-what-sender-refused = { $host } refuses the sender's address.
explain-what-relay-refused = { $host } says that it takes no mail for this recipient's domain from there.
explain-what-recipient-restricted = This recipient takes mail only from certain senders, and this sender is not one of them.
explain-what-format-refused = { $host } refuses the form of the message: its characters, its header or its line ends.
explain-what-protocol-error = The two servers misunderstood each other.
explain-what-their-fault = Something is broken at { $host }.
explain-what-our-fault = Something is broken at the sending server.
explain-what-refused-untold = { $host } refused the message. Why is not told.
explain-what-unknown = What happened cannot be seen from this text.

explain-exposed-yes = Yes, it could be read.
explain-exposed-presumed = Yes, by all appearances it could be read.
explain-exposed-no = No, as far as this text tells.
explain-exposed-unknown = That cannot be told for certain.

explain-sent-nothing = In what it tells of, nothing of the message was sent, neither the text nor the addresses.
explain-sent-addresses = The text was not sent, but the addresses of sender and recipients were.
explain-sent-content = The message was sent, all or part of it.
explain-sent-not-told = How much of the message was sent is not told.

explain-hop-cleartext = The connection to { $host } was not encrypted: anyone on the way could read what went over it.
explain-hop-presumed-cleartext = By all appearances the connection to { $host } was not encrypted, since this log tells of encryption elsewhere and not here: anyone on the way could read what went over it.
explain-hop-unproven = The connection to { $host } was encrypted, but to whoever answered: an attacker in the middle could have read what went over it, somebody who only listens could not.
explain-hop-chain-only = The connection to { $host } was encrypted, and there was a certificate that is trusted, but for any name at all: an attacker in the middle with a certificate of his own could have read what went over it.
explain-hop-name-from-dns = The connection to { $host } was encrypted, and the certificate is for that name. But the name came from DNS, and whether that was protected is not told: somebody who forges DNS could have read what went over it, nobody else.
explain-hop-proven = The connection to { $host } was encrypted, after that server had proved who it is.
explain-hop-internal = It did not leave the machine.
explain-hop-not-told = Whether the connection to { $host } was encrypted is not told.

explain-mends-sender = The sender.
explain-mends-sender-provider = The administrator of the sending server.
explain-mends-recipient = The recipient.
explain-mends-recipient-admin = The administrator of the recipient's mail server.
explain-mends-nobody = Nobody has to: there is nothing to mend, or it passes by itself.
explain-mends-unknown = That cannot be told from this text.

explain-do-delivered = Nothing.
explain-do-delivered-clear = Nothing can be done about this message. For the next: recipient's administrator, offer STARTTLS on port 25; administrator of the sending server, demand encryption for this domain.
explain-do-delivered-unproven = Nothing about this message. For the next: the recipient's administrator can publish DANE or MTA-STS, and the administrator of the sending server can demand proof, for example with Surehop.
explain-do-tls-not-offered = Recipient's administrator: offer STARTTLS on port 25; if the server does, look for what removes the offer on the way. Sender: do not look for a less safe way, tell the recipient by telephone.
explain-do-tls-refused = Recipient's administrator: make STARTTLS succeed, and if it does, look for what answers in its place. Sender: wait, and if it stays so, tell the recipient.
explain-do-tls-handshake = Recipient's administrator: offer TLS 1.2 or 1.3 with common ciphers, and look for a firewall that interferes.
explain-do-tls-here = Administrator of the sending server: look into its log for what is wrong with its keys, authorities or TLS rules.
explain-do-tls-validation = Recipient's administrator: check the certificate, its name and dates, and the DANE and MTA-STS records, for example with "surehop check".
explain-do-certificate-unproven = Recipient's administrator: check that the certificate is issued by a public authority, comes with its intermediates, has not run out and lists the name of the mail server.
explain-do-certificate-untrusted = Recipient's administrator: install a certificate issued by a public authority, with its intermediates. Sender's administrator: make sure that the authorities of the system are in use.
explain-do-certificate-name = Recipient's administrator: install a certificate that lists the name which the MX record gives.
explain-do-certificate-expired = Recipient's administrator: renew the certificate.
explain-do-dane-mismatch = Recipient's administrator: publish TLSA records that match the certificate in use. Until then treat it as a possible attack: do not send it in another, less safe way.
explain-do-dane-lookup = Recipient's administrator: make the name servers answer questions for TLSA records. If it happens for all domains, the sending server's own resolver is at fault.
explain-do-dane-missing = Administrator of the sending server: demand DANE only of domains that have it, or ask the recipient's administrator to publish TLSA records in a signed zone.
explain-do-dnssec-invalid = Recipient's administrator: mend the signatures of the zone and the DS record above it. If it happens for many domains, look at the sending server's resolver and clock.
explain-do-sts-fetch = Recipient's administrator: make https://mta-sts.DOMAIN/.well-known/mta-sts.txt reachable, with a valid certificate and without redirects.
explain-do-sts-invalid = Recipient's administrator: correct the policy file: version, mode, mx and max_age.
explain-do-sts-mismatch = Recipient's administrator: list every MX host in the policy, and give each a certificate for its name.
explain-do-requiretls = Send it again without that demand if you can do without; if not, reach the recipient in another way.
explain-do-peer-wants-tls = Administrator of the sending server: turn on TLS for outgoing mail.
explain-do-peer-wants-login = Check the user name, the password and the outgoing server in the mail program; a device or a program has to sign in too.
explain-do-no-such-user = Check the address letter by letter, or ask the recipient for the right one.
explain-do-no-such-domain = Check the part of the address behind the @ sign.
explain-do-no-mail-there = Ask the recipient for another address.
explain-do-dns-failed = Wait. If it stays so for a day, the recipient's administrator has to look at the name servers.
explain-do-unreachable = Wait, the sending server tries again. If it stays so for a day, the recipient's administrator has to look.
explain-do-connection-lost = Wait, the sending server tries again. If it happens each time, the recipient's administrator has to look at filters and firewalls.
explain-do-greylisted = Wait, the sending server tries again by itself.
explain-do-busy = Wait, the sending server tries again by itself.
explain-do-too-many = Administrator of the sending server: send more slowly, and find out whether an account sends without its owner's knowledge.
explain-do-mailbox-full = Tell the recipient in another way; then send it again.
explain-do-mailbox-closed = Ask the recipient in another way for an address that works.
explain-do-too-large = Make it smaller, for example by sharing a link instead of attaching a file.
explain-do-loop = Recipient's administrator: look for forwarding rules or MX records that lead back to where they came from.
explain-do-expired = Look for earlier notices or log lines, which tell why it waited. If there are none, ask the recipient's administrator.
explain-do-content-refused = Change what might offend, such as attachments or links, or ask the recipient to have the sender admitted.
explain-do-policy-refused = Ask the recipient, in another way, to have the administrator there find out which rule it was.
explain-do-sender-unproven = Administrator of the sending server: set up SPF, DKIM and DMARC for the sender's domain, and a reverse DNS name for the server.
explain-do-sender-listed = Administrator of the sending server: find out what was sent that gave it this name, stop it, and ask to be taken off the list.
explain-do-sender-refused = Administrator of the sending server: check that the sender's address and its domain exist and may be used.
explain-do-relay-refused = Recipient's administrator: make the MX record point to a server that knows the domain, or let that server know it.
explain-do-recipient-restricted = Ask the recipient, or the owner of the list, to admit the sender.
explain-do-format-refused = Send it with another mail program, or the text as an attachment.
explain-do-protocol-error = Administrator of the sending server: compare the log of both sides.
explain-do-their-fault = Recipient's administrator: look into the log of that server.
explain-do-our-fault = Administrator of the sending server: look into its log.
explain-do-refused-untold = Ask the recipient in another way, and pass on what the server said.
explain-do-unknown = Give more of the text: the whole bounce, or all lines about the message.

explain-note-tls-not-in-log = These lines do not tell of encryption. Such lines carry no name of the message, so a search for that name leaves them out, and Postfix writes them only with smtp_tls_loglevel = 1.
explain-note-may-fall-back = If the sending server only asks for encryption and does not demand it, it may send the message without on a later attempt. This line does not tell.
explain-note-forgeable-reply = That answer came before encryption, so somebody in between could have written it.
explain-note-rule-names-peer = The certificate is for the name that the sending server's rule demands. If that rule takes the name from unsigned DNS (level "verify"), somebody who forges DNS is not kept out.
explain-note-earlier-attempts-untold = A bounce tells of the last attempt only. What earlier attempts sent, and how the message came to the server that writes, is not told.
explain-note-maybe-delivered = The other server may have taken the message all the same: a second copy can arrive.
explain-note-policy-testing = The domain's policy is in testing mode: such mail is sent all the same, maybe without encryption.

cli-explain-happened = What happened:
cli-explain-exposed = Exposed?
cli-explain-mends = Who can mend it:
cli-explain-todo = What to do:
cli-explain-note = Note:
cli-explain-said = The words:
cli-explain-unreadable = { $file } cannot be read ({ $why }).
cli-explain-nothing = Nothing in it tells of a delivery: no bounce, no log line and no TLS report that we know. Give the whole bounce, or the lines as they stand in the log.
cli-explain-cut-bytes = Only the first { $limit } MiB were read.
cli-explain-cut-lines = Only the first { $limit } lines were read.
cli-explain-cut-incidents = Only the first { $limit } explanations are told.
