# A domain looked at: what is wrong with it, why that matters, what to do. {$name} and {$host} are names that strangers chose.

## Commands

cli-check = Say which attack would work against mail to a domain, and what stops it
cli-option-check-markdown = print the report as Markdown
cli-option-check-html = write the report into a file too, as one page that needs nothing else
cli-option-check-paste = print what to publish, ready to paste; with postfix, exim, sendmail or opensmtpd its configuration too
cli-option-check-save = write into a file what was seen; --from reads it again
cli-option-check-from = judge what was kept by --save, and look at nothing
cli-option-check-dns-only = look at DNS and the policy alone, and connect to no mail server
cli-option-check-nameserver-port = port of the domain's name servers, for a test network (default: 53)
cli-option-check-intrusive = also try what could do harm, on loopback and where the configuration itself listens on the SMTP port, and nowhere else
cli-option-check-watch = look again after each such time (1m or more) until stopped, and tell what has changed
cli-option-check-ehlo = the name to give in EHLO (default: the configuration's, else localhost)
cli-check-exit-codes = Exit codes: 0 nothing worse than a notice; 1 something to mend (or nothing was asked); 2 the command was not understood; 3 warnings; 4 it could not be looked at. Of several domains the worst counts.
cli-check-bad-domain = “{ $value }” is not a domain.
cli-check-too-many = At most { $max } domains at a time; “surehop scan” takes more.
cli-check-bad-server = No lines are known for “{ $value }”: postfix, exim, sendmail or opensmtpd.
cli-check-bad-watch = “{ $value }” is not a time of a minute or more (10m, 1h).
cli-check-looking = Looking at { $domain } …
cli-check-unwritable = { $file } cannot be written: { $why }.
cli-check-unreadable = { $file } does not hold what --save writes: { $why }.

## The report

check-changed = { $domain } has changed, seen on { $at }:
check-title = Mail to { $domain }
check-when = Looked at on { $at }
check-level-label = Level:
check-level-authenticated = authenticated – only the two servers can read it, for senders that check
check-level-encrypted = encrypted – an attacker in the middle can read it
check-level-cleartext = cleartext – anyone on the way can read it
check-level-none = none – it takes no mail
check-level-unknown = unknown – its servers could not be looked at

check-verdict-no-mail = { $domain } takes no mail, and says so as it should. Nothing is sent to it that anybody could read.
check-verdict-safe = Nobody on the way can read mail to { $domain } from a server that checks, whether by DANE or by MTA-STS.
check-verdict-safe-dane = Nobody on the way can read mail to { $domain } from a server that checks by DANE. Senders that know only MTA-STS, among them some of the largest, can still be deceived.
check-verdict-safe-sts = Nobody on the way can read mail to { $domain } from a server that checks by MTA-STS and has met the domain before. Senders that know only DANE can still be deceived.
check-verdict-uneven = Mail to { $domain } is protected at some of its servers and not at others. An attacker blocks the good ones, and reads what goes to the rest.
check-verdict-unprotected = Mail to { $domain } is encrypted on its way, and yet somebody who can redirect or alter traffic can read it: nothing makes a sender insist.
check-verdict-readable = Anyone on the way can read mail to { $domain }, at least what goes to one of its servers: there it is not encrypted.
check-verdict-held = Servers that check do not deliver mail to { $domain }: what it publishes and what it shows do not fit. Their mail waits, and in the end comes back.
check-verdict-undeliverable = Mail cannot be delivered to { $domain } at all.
check-verdict-unknown = Whether mail to { $domain } is safe could not be found out: its servers or its DNS could not be looked at from here. That says nothing bad about it.

check-steps-title = What to do first
check-colon = {": "}

check-matrix-title = Who could read it
check-matrix-note = “Read” means that an attacker of this kind gets the message. “Stopped” means that it waits or comes back unread; “no harm”, that it arrives and nobody has read it.
check-matrix-attacker = An attacker who …
check-sender-opportunistic = ordinary
check-sender-mta-sts = with MTA-STS
check-sender-dane = with DANE
check-sender-both = with both
check-sender-requiretls = REQUIRETLS
check-ability-listen = only listens on the way
check-ability-path = sits in the way, alters traffic
check-ability-dns = forges DNS answers
check-ability-first-contact = hides the policy at first contact
check-ability-authority = holds a falsely issued certificate
check-unattacked = is not there
check-cell-read = read
check-cell-stopped = stopped
check-cell-harmless = no harm
check-cell-unknown = ?
check-cell-arrives = arrives
check-cell-waits = fails

check-findings-title = Findings
check-clean = Nothing was found wrong.
check-severity-error = To mend
check-severity-warning = Better so
check-severity-notice = To know
check-label-why = Why it matters:
check-label-fix = What to do:
check-label-who = Who:
check-label-evidence = Seen:
check-label-paste = Into the zone:
check-who-you = you
check-who-provider = { $provider ->
    [unknown] whoever runs that server
   *[other] { $provider }, who runs that server; ask there
}
check-who-registrar = your registrar or DNS provider
check-who-nobody = nobody

check-hosts-title = Servers
check-starttls-required = { $name } takes mail over TLS only.
check-starttls-optional = { $name } offers TLS and does not insist on it: from a sender that does not encrypt it takes mail in clear.
check-starttls-offered = { $name } offers TLS. Whether it insists on it could not be seen.
check-starttls-broken = { $name } offers TLS, and then none comes about.
check-starttls-missing = { $name } offers no TLS.
check-starttls-untested = { $name } could not be talked to.

check-untested-title = Not tested
check-untested-note = None of this is a fault of the domain.
check-untested-silent = { $name }: no packet came back. Most likely your own network lets nobody out to port 25; ask from a server that may send mail.
check-untested-no-route = { $name }: there is no way there from here ({ $detail }). Most likely your own network has no IPv6.
check-untested-refused-connection = { $name }: the connection was refused, there or by a network on the way.
check-untested-slow-down = { $name }: the server asked us to slow down ({ $detail }), and so we did. Ask again later.
check-untested-unwelcome = { $name }: the server does not want to talk to this address ({ $detail }). Ask from a server that may send mail.
check-untested-no-answer = { $name }: no answer in time ({ $detail }).
check-untested-broken-off = { $name }: the conversation broke off ({ $detail }).
check-untested-dns-failed = { $name }: DNS gave no answer ({ $detail }).
check-untested-out-of-time = { $name }: there was no time left ({ $detail }).
check-untested-not-asked = { $name }: not asked ({ $detail }).

check-paste-zone = Into the zone:
check-paste-policy = To be served at { $path }:
check-paste-steps = In this order:

## Why it matters

check-why-clear = Whatever is not encrypted can be read by everybody through whose cables, exchanges and routers the mail passes.
check-why-strip = The offer to encrypt is made in clear. Somebody who sits in the way cuts it out or answers in the server’s place, and most senders then go on without a word. Only a promise that is published where it cannot be forged (DANE) or is known beforehand (MTA-STS) stops that.
check-why-forge = Who can forge DNS answers leads the mail to a server of his own, and nobody notices.
check-why-held = Servers that check keep the mail rather than hand it to the wrong one. It waits, and after some days comes back to its sender.
check-why-weakest = An attacker chooses which server is reached by blocking the others. The weakest one decides how safe the mail is.
check-why-identity = A certificate that does not prove the server’s name is one that anybody could make. Who checks turns away; who does not check can be deceived.
check-why-old = Methods that are known to be weak help whoever records traffic or meddles with the negotiation, even if good ones are offered beside them.
check-why-later = Who records the traffic today and gets hold of the key in some years reads all of it then.
check-why-reach = Some senders cannot reach the domain, or reach it only by luck.
check-why-blind = Nobody tells you when mail to you is attacked or held back.
check-why-soon = It works today and will stop by itself.
check-why-load = A few clients can keep the server busy with nothing.
check-why-issue = Any certificate authority in the world may issue a certificate for this name, and one mistake of one of them suffices.
check-why-demand = A sender who wants proof for a single message (REQUIRETLS) gets it back instead.
check-why-replay = What a client said early can be sent to the server a second time by whoever recorded it.
check-why-inject = Somebody in the way can put commands of his own in front of an encrypted conversation, and have mail or passwords sent to himself.
check-why-smuggle = Whoever may hand in one message can have the server send a second one, in anybody’s name, past all checks of who wrote it.
check-why-nothing = It is as it should be.

## Findings

check-finding-no-domain = There is no domain { $name }.
check-fix-no-domain = Check the spelling. If the domain is yours, see whether it is still registered.
check-finding-null-mx = { $name } declares that it takes no mail (null MX).
check-fix-null-mx = Nothing.
check-finding-implicit-mx = { $name } has no MX record. Mail goes to the address of the domain itself.
check-fix-implicit-mx = Publish an MX record that names the mail server; if the domain takes no mail, publish “MX 0 .”.
check-finding-mx-alias = { $name } is not a host but an alias for { $alias }. Mail standards forbid that in MX records, and some senders do not follow.
check-fix-mx-alias = Name { $alias } in the MX record, or give { $name } addresses of its own. Its certificate and TLSA records have to go along.
check-finding-mx-unusable = An MX record of { $name } does not name a host: { $exchange }.
check-fix-mx-unusable = Put the host’s name there. An address is not allowed.
check-finding-host-no-address = The MX host { $name } has no address.
check-fix-host-no-address = Give it addresses (A, AAAA), or take it out of the MX records.
check-finding-host-private-address = The MX host { $name } has only addresses of private networks.
check-fix-host-private-address = Publish the address under which it can be reached from outside.
check-finding-host-dns-bogus = The addresses of { $name } carry signatures that do not fit.
check-fix-host-dns-bogus = Mend DNSSEC in the zone of { $name }. Until then senders that validate cannot reach it.
check-finding-ipv6-missing = { $name } cannot be reached by IPv6.
check-fix-ipv6-missing = Give the server an IPv6 address and publish it (AAAA), with a reverse entry.
check-finding-ns-ipv6-missing = Name servers of { $name } have no IPv6 address: { $hosts }.
check-fix-ns-ipv6-missing = Let whoever runs them give at least two of them an IPv6 address (AAAA), or take others.
check-finding-ns-ipv6-silent = Name servers of { $name } do not answer at their IPv6 addresses: { $hosts }.
check-fix-ns-ipv6-silent = Let whoever runs them open port 53 (UDP and TCP) there, or take the AAAA record away: whoever asks at such an address waits in vain.
check-finding-address-refuses = { $name } refuses connections at { $address }.
check-fix-address-refuses = Start the server there, open its firewall, or take the address out of DNS.
check-finding-hosts-differ = The MX hosts of { $name } are not equally safe. Less safe than the best: { $hosts }.
check-fix-hosts-differ = Publish for every MX host what the best one has, or take the others out of the MX records.
check-finding-nothing-enforced = Nothing that { $name } publishes makes a sender insist on encryption or on the right server.
check-fix-nothing-enforced = Publish DANE (a signed zone and TLSA records) or MTA-STS in mode enforce, best both. “surehop publish records” prints them.
check-finding-starttls-refused = { $name } offers STARTTLS and then refuses it ({ $detail }).
check-fix-starttls-refused = Look at the server’s log: most often it cannot read its key or its certificate.
check-finding-starttls-required = { $name } takes mail over TLS only: senders that cannot encrypt get theirs back.
check-fix-starttls-required = Nothing, if that is meant. A server that is named in an MX record should by the standard take mail without TLS too (RFC 3207 §4). And it stops nobody who sits in the way, for he answers in the server’s place: only DANE and MTA-STS do.
check-finding-tls-broken = { $name } offers STARTTLS, and then no encryption comes about ({ $detail }).
check-fix-tls-broken = Try it with “openssl s_client -starttls smtp”, and look at the server’s log and at devices before it that inspect mail.
check-finding-tls-too-old = { $name } speaks nothing newer than { $protocol }.
check-fix-tls-too-old = Bring the server up to date, so that it speaks TLS 1.2 and 1.3.
check-finding-tls13-missing = { $name } does not speak TLS 1.3.
check-fix-tls13-missing = Switch it on; the server’s TLS library may have to be newer for it.
check-finding-tls-old-versions = { $name } still speaks { $versions }.
check-fix-tls-old-versions = Allow TLS 1.2 and newer only. “surehop publish snippets” prints the lines.
check-finding-cipher-insecure = { $name } takes ciphers that are broken or encrypt nothing: { $cipher }.
check-fix-cipher-insecure = Take NULL, RC4, DES, export and MD5 ciphers out of its list.
check-finding-cipher-anonymous = { $name } takes ciphers by which it proves nothing: { $cipher }.
check-fix-cipher-anonymous = Take anonymous ciphers (aNULL) out of its list. Senders that check do not offer them.
check-finding-cipher-weak = { $name } takes ciphers that are too weak by now: { $cipher }.
check-fix-cipher-weak = Take 3DES, IDEA and SEED out of its list.
check-finding-cipher-cbc = { $name } takes ciphers of an old mode (CBC) that has been got at again and again: { $cipher }.
check-fix-cipher-cbc = Leave only ciphers with GCM, CCM or ChaCha20-Poly1305 in its list. If old senders write to you, first see in the log who still needs the others.
check-finding-cipher-static = { $name } takes ciphers without forward secrecy: { $cipher }.
check-fix-cipher-static = Leave only ciphers with ECDHE or DHE in its list.
check-finding-cipher-order = { $name } lets the client choose the cipher.
check-fix-cipher-order = Let the server’s order count (Postfix: tls_preempt_cipherlist = yes).
check-finding-dh-short = { $name } exchanges keys by a Diffie-Hellman group of only { $bits } bits.
check-fix-dh-short = Use a group of at least 2048 bits, best one of RFC 7919 (ffdhe2048 or larger).
check-finding-group-weak = { $name } takes an elliptic curve that is too small: { $group }.
check-fix-group-weak = Leave X25519, P-256 and P-384.
check-finding-exchange-sha1 = { $name } signs the key exchange by SHA-1 if a client asks for it.
check-fix-exchange-sha1 = Allow signatures by SHA-256 and better only; in OpenSSL that is security level 1 or 2 (@SECLEVEL=2).
check-finding-ems-missing = { $name } does not tie the key of a TLS 1.2 session to its whole handshake (extended master secret, RFC 7627).
check-fix-ems-missing = Bring its TLS library up to date; those of the last ten years do it unasked.
check-finding-early-data = { $name } takes data before the handshake has ended (0-RTT).
check-fix-early-data = Switch it off: mail has no rules for it, and RFC 8446 forbids it where there are none.
check-finding-compression = { $name } compresses inside TLS, which gives away secrets by their length.
check-fix-compression = Switch TLS compression off.
check-finding-renegotiation-unsafe = { $name } does not know safe renegotiation (RFC 5746).
check-fix-renegotiation-unsafe = Bring its TLS library up to date; modern senders refuse to talk to it.
check-finding-renegotiation-by-client = { $name } lets clients negotiate anew within a session.
check-fix-renegotiation-by-client = Switch renegotiation by clients off (Postfix: tls_ssl_options = NO_RENEGOTIATION).
check-finding-certificate-expired = The { $kind } certificate of { $name } ran out on { $date }.
check-fix-certificate-expired = Renew it, with the same key where TLSA records are published.
check-finding-certificate-not-yet-valid = The { $kind } certificate of { $name } is valid only from { $date } on.
check-fix-certificate-not-yet-valid = Show the former certificate until then; if the date is wrong, look at the clock of whoever issued it.
check-finding-certificate-expires-soon = The { $kind } certificate of { $name } runs out on { $date }, in { $days } days.
check-fix-certificate-expires-soon = Renew it, with the same key where TLSA records are published, and see why that did not happen by itself.
check-finding-certificate-self-signed = The { $kind } certificate of { $name } is signed by its own key alone.
check-fix-certificate-self-signed = Get one from an authority that everybody trusts. With DANE alone it may stay as it is; MTA-STS does not accept it.
check-finding-certificate-untrusted = No authority that senders trust vouches for the { $kind } certificate of { $name } ({ $detail }).
check-fix-certificate-untrusted = Get one from an authority that everybody trusts. With DANE alone it may stay as it is; MTA-STS does not accept it.
check-finding-certificate-other-name = The { $kind } certificate of { $name } is for other names ({ $names }).
check-fix-certificate-other-name = Get one that has { $name } among its names, or name in the MX record the host that the certificate is for.
check-finding-chain-incomplete = { $name } does not send the intermediate certificate that belongs to its { $kind } certificate ({ $issuer }).
check-fix-chain-incomplete = Let the server send its whole chain (often called fullchain.pem), not its own certificate alone.
check-finding-chain-disordered = { $name } sends the certificates of its { $kind } chain in the wrong order, or some that do not belong to it.
check-fix-chain-disordered = Put the server’s own certificate first, then each one that vouches for the one before it, and nothing else.
check-finding-key-short = A key in the { $kind } chain of { $name } is too short ({ $key }; { $subject }).
check-fix-key-short = Make a new key: ECDSA P-256, or RSA with at least 2048 bits. Publish its TLSA record two TTLs before it is put to use.
check-finding-signature-weak = A certificate in the { $kind } chain of { $name } is signed by MD5 or SHA-1 ({ $subject }).
check-fix-signature-weak = Get a new certificate; authorities have signed by SHA-256 for years.
check-finding-command-injection = { $name } obeys commands that were sent in clear behind STARTTLS, once it is encrypted (CVE-2011-0411).
check-fix-command-injection = Bring the server up to date at once: whatever came before TLS must be thrown away.
check-finding-smuggling = { $name } takes a false end of a message for the end ({ $endings }): SMTP smuggling.
check-fix-smuggling = Bring the server up to date, and let only <CR><LF>.<CR><LF> end a message (Postfix: smtpd_forbid_bare_newline = normalize).
check-finding-tlsa-no-rollover = The TLSA records of { $name } stand for the key in use and for no other.
check-fix-tlsa-no-rollover = Publish the record of the next key beside them, two TTLs before it is put to use, or a record of the authority that signs (2 1 1). “surehop publish next” leads through it.
check-finding-requiretls-missing = { $name } does not offer REQUIRETLS.
check-fix-requiretls-missing = Switch it on if the server knows it (RFC 8689); few do yet.
check-finding-caa-missing = No CAA record says who may issue certificates for { $name }.
check-fix-caa-missing = Publish one that names your certificate authority (“surehop publish records --caa”).
