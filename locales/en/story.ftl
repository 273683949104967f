# Events, told to people who know nothing of mail servers. A sentence claims no more than its event proves.
# {$host}, {$domain} and the like are names that others chose; {$reply} is what a peer said, made safe.

gap = { " " }
time = { $time } { $offset ->
    [none] (UTC)
   *[other] (UTC{ $offset })
  }
list-rest = { $count ->
    [one] one more
   *[other] { $count } more
  }
null-sender = a mail server (an automatic notice)
some-server = a mail server of { $domain }

## Coming in

accepted-submission = We accepted the message from { $from } for { $recipients ->
    [one] one recipient
   *[other] { $recipients } recipients
  } ({ $size }) and stored it safely. { $client } handed it to us { $tls ->
    [none] without encryption
   *[other] over an encrypted connection ({ $tls })
  }.
accepted-local = We accepted the message from { $from } for { $recipients ->
    [one] one recipient
   *[other] { $recipients } recipients
  } ({ $size }) and stored it safely. A program at { $client }, which needs no password here, handed it to us { $tls ->
    [none] without encryption
   *[other] over an encrypted connection ({ $tls })
  }.
accepted-internal = Our own server wrote this message, for { $recipients ->
    [one] one recipient
   *[other] { $recipients } recipients
  }. So far it has not left the server.

## Where it goes

planned = Mail for { $domain } goes to { $hosts }.
planned-nowhere = Mail for { $domain } has no server to go to at present.
planned-mx-secure = The domain's own signature (DNSSEC) vouches for these names.
planned-mx-insecure = Nothing protects these names from forgery: they come from unsigned DNS.
planned-mx-bogus = The signature on these names is wrong: somebody may have forged them.
planned-mx-indeterminate = Whether these names are genuine could not be found out.
planned-mixed = Not all servers have to prove the same; least is demanded of { $host }.
must-cleartext = Encryption is used if the server offers it, but not demanded: without it anyone on the way can read the message.
must-encrypted = It is sent over an encrypted connection or not at all. Who is at the other end is not checked.
must-authenticated = It is sent only to a server that proves who it is { $by }.
must-encrypted-dane = It is sent only to a server that shows the key published for its name in signed DNS. But the server's name itself comes from unsigned DNS, where an attacker could have put another one.
why-rule = The operator's rule for “{ $pattern }” demands this{ $require ->
    [cleartext] {" "}(encryption not required)
    [encrypted] {" "}(encryption required)
   *[authenticated] {" "}(encryption and proof of identity required)
  }.
why-route = The operator sends this mail by way of { $to }.
why-no-promise = We know of no promise of the domain's about encryption, and no rule of the operator's asks for more.
why-implicit-mx = The domain names no mail server, so the domain itself is tried.
why-tls-failed-before = Encryption was offered there and then failed { $failures ->
    [one] once
   *[other] { $failures } times
  }. Before { $tries } failures we do not even consider doing without it.
why-tls-given-up = Encryption failed there { $failures ->
    [one] once
   *[other] { $failures } times
  }, so the last resort is open: sending without it.
why-bytes-injected = Somebody on the way put words of their own onto this line before encryption began. That is an attack, so this message is not sent there without encryption any more, however long it has to wait.
why-dane = The domain's signed DNS says which key its server has (DANE), so nobody else can pass for it.
why-dane-mx-unproven = The server's own signed DNS says which key it has (DANE), but which server takes the mail is said by unsigned DNS.
why-dane-unusable = Signed DNS names keys for the server, but in no way that could be used (DANE): so encryption is demanded, and nothing more can be.
why-mta-sts-enforce = The domain publishes that its mail must go to the servers it lists, with a valid certificate (MTA-STS).
why-mta-sts-testing = The domain is trying out a policy for its servers (MTA-STS, testing): we look, and demand nothing of it yet.
why-mta-sts-unknown = The domain seems to publish a policy for its servers (MTA-STS), but it could not be had, and we had never seen it before.
why-remembered = Earlier messages went there { $level ->
    [cleartext] without encryption
    [encrypted] encrypted
   *[authenticated] encrypted to a proven server
  }, so we expect no less now.
why-memory-given-up = Earlier messages went there { $level ->
    [cleartext] without encryption
    [encrypted] encrypted
   *[authenticated] encrypted to a proven server
  }. For longer than the operator wants to wait this could not be had again, and his setting is to send all the same.
why-requiretls = The sender demands protection on the whole way (REQUIRETLS).
why-tls-not-required = The sender wrote that this message may go without protection (TLS-Required: No), so what the recipient's domain publishes is not asked for.
why-exception = The operator made an exception for “{ $pattern }” until { $until }, { $level ->
    [cleartext] down to no encryption
    [encrypted] down to encryption without proof of identity
   *[authenticated] which lowers nothing
  }. The reason given: “{ $why }”.
why-report-only = We are only watching (enforce = "report"): otherwise { $level ->
    [cleartext] nothing more
    [encrypted] encryption
   *[authenticated] proof of identity
  } would be demanded here.

proof-none = in a way that was not recorded
proof-any-tls = in a way that was not recorded
proof-rule-names = by a certificate for a name that the operator or the address gives, not the DNS
proof-secure-mx = by a certificate for the very name that the domain's signed DNS gives
proof-dane = by the key that its domain publishes in signed DNS (DANE)
proof-mta-sts = by a certificate for a name that the domain's published policy lists (MTA-STS)

skipped-no-address = We passed over { $host }: it has no address that could be found.
skipped-address-literal = We passed over { $host }: a bare address must not stand where a server's name belongs.
skipped-dns-bogus = We passed over { $host }: the answer about its address fails its own signature, so somebody may have forged it.
skipped-dns-unavailable = We passed over { $host }: its address could not be looked up just now.
skipped-forbidden-address = We passed over { $host }: its address belongs to a private network or to this very machine.
skipped-is-us = We passed over { $host }: that is our own server.
skipped-tlsa-bogus = We passed over { $host }: the answer about the keys published for it fails its own signature, so somebody may have forged it.
skipped-tlsa-unavailable = We passed over { $host }: whether keys are published for it could not be looked up, and whoever keeps that from us must not profit by it.
skipped-policy-unreadable = We passed over { $host }: what we had kept about its domain cannot be read on our own server, and we will not expect less for that.
skipped-sts-mismatch = We passed over { $host }: it is not among the servers that the domain's published policy lists (MTA-STS).
skipped-requiretls-unprovable = We passed over { $host }: the sender demands protection on the whole way (REQUIRETLS), and nothing proves that this is the right server.

## On the wire

connected = We are connected to { $host } ({ $address }, port { $port }). Nothing of the message has been sent yet.
connect-failed-refused = { $host } ({ $address }, port { $port }) refused the connection.
connect-failed-unreachable = There is no way to { $host } ({ $address }, port { $port }) just now.
connect-failed-timeout = { $host } ({ $address }, port { $port }) did not answer in time.
connect-failed-reset = The connection to { $host } ({ $address }, port { $port }) was cut at once.
connect-failed-forbidden = { $host } ({ $address }, port { $port }) is on a private network or on this very machine, so we did not connect.
connect-failed-resources = Our own server had no room for another connection to { $host } ({ $address }, port { $port }).
reused = The connection to { $host } was still open from an earlier message that demanded the same.
hop-cleartext = It is not encrypted: anyone on the way can read what passes.
hop-encrypted = It is encrypted, but who is at the other end is not proven: an attacker in the middle could read what passes.
hop-authenticated = It is encrypted and the server has proved who it is: only the two servers can read what passes.
tls-unchecked = The connection to { $host } is now encrypted ({ $protocol }), but nobody checked who is at the other end: an attacker in the middle could read what passes.
tls-name-unproven = The connection to { $host } is now encrypted ({ $protocol }) and the server proved that it is { $name }. But nothing proves that this is the right name: an attacker who forged it could read what passes.
tls-authenticated = The connection to { $host } is now encrypted ({ $protocol }), and the server proved that it is { $name }, { $by }: only the two servers can read what passes.
cleartext-allowed = The connection to { $host } is not encrypted, and no rule demands that it be: anyone on the way can read what passes.
peer-said = { $verdict ->
    [ok] { $host } agreed
    [later] { $host } said “not now”
   *[no] { $host } said no
  } { $stage ->
    [banner] in its greeting
    [ehlo] when we introduced ourselves
    [starttls] when we asked for encryption
    [mail] when we named the sender
    [rcpt] when we named a recipient
    [data] when we wanted to begin sending the message
   *[final] after it had received the whole message
  }: “{ $reply }”.

## What a hop failed to prove

fault-starttls-missing = { $host } did not offer encryption. Either it has none, or somebody on the way cut the offer out.
fault-starttls-refused = { $host } refused when we asked for encryption. Either it is out of order, or somebody on the way answered in its place.
fault-handshake-reset = The connection to { $host } was cut while encryption was being set up. A broken server does that, and so does an attacker who wants us to do without encryption.
fault-handshake-timeout = { $host } fell silent while encryption was being set up. A broken server does that, and so does an attacker who wants us to do without encryption.
fault-handshake-garbage = { $host } agreed to encrypt, but what came next was not encryption. The server is broken, or somebody on the way interfered.
fault-handshake-failed = { $host } and we could not agree on a way to encrypt.
fault-injected-bytes = Somebody on the way put words of their own onto the line just before encryption began, hoping that we would take them for the words of { $host }. This is an attack. We threw them away and hung up.
fault-protocol-too-old = { $host } knows only an old kind of encryption that is no longer safe enough.
fault-certificate-missing = { $host } showed no certificate, so it did not prove who it is.
fault-certificate-name-mismatch = { $host } showed a certificate that is made out to somebody else.
fault-certificate-expired = { $host } showed a certificate that has run out.
fault-certificate-not-yet-valid = { $host } showed a certificate that is not valid yet.
fault-certificate-self-signed = { $host } showed a certificate that it signed itself. Anybody could have made that.
fault-certificate-untrusted = { $host } showed a certificate from an issuer that we have no reason to trust.
fault-dane-mismatch = { $host } did not show the key that its domain publishes in signed DNS. The server was changed without the DNS, or somebody stands in its place.
fault-requiretls-missing = The sender demands protection on the whole way (REQUIRETLS), and { $host } does not promise to keep it up.
fault-nothing-sent = Nothing of the message was sent over this connection.
fault-tolerated = Proof of identity is not demanded of { $host }, so this alone does not stop the message.
would-fail = We are only watching, so this does not stop the message. Otherwise it would have waited.
would-fail-testing = The domain's policy is still being tried out, or we are only watching: so this does not stop the message. Otherwise it would have waited.

## What became of it

delivered = Delivered to { $recipients }: { $host } has taken the message.
read-cleartext = It travelled without encryption: anyone on the way could have read it.
read-encrypted = It was encrypted, but nobody checked whom we were talking to: an attacker in the middle could have read it.
read-encrypted-name-unproven = It was encrypted, and the server proved its name, but nothing proves that this is the right name: an attacker who forged it could have read the message.
read-authenticated = It was encrypted, and { $host } proved who it is { $by }: on this hop only the two servers could read it.

not-yet = Not yet delivered to { $recipients }.
not-delivered = Not delivered to { $recipients }.
next-held = We did not send it, so nobody could see the message in this attempt. We try again at { $time }.
next-retry = We try again at { $time }.

deferred-dns-bogus = The answer about the mail servers of { $domain } fails its own signature (DNSSEC): somebody may have forged it, so we do not act on it.
deferred-dns-unavailable = Where mail for { $domain } should go could not be looked up in the DNS just now.
deferred-no-address = None of the mail servers of { $domain } has an address that we could use.
deferred-dane-unavailable = Whether the domain publishes keys for the mail servers of { $domain } could not be found out. Somebody may be keeping the answer from us, so we wait.
deferred-policy-unreadable = What we had kept about the promises of { $domain } cannot be read on our own server. Until it can, we wait rather than expect less.
deferred-sts-no-host = The published policy of { $domain } (MTA-STS) lists none of the mail servers that the DNS gives: somebody may have forged the DNS, or the policy was not brought up to date.
deferred-rule-unsatisfiable = The operator's rule for { $domain } demands a proof that cannot be had there at present.
deferred-unreachable = No mail server of { $domain } could be reached.
deferred-unproven = Of the mail servers of { $domain } that answered, none gave the proof that we need before we hand a message over.
deferred-peer-deferred = { $host } asked us to come back later.
deferred-peer-said = { $host } asked us to come back later: “{ $reply }”.
deferred-connection-lost = The connection to { $host } broke off before the message was confirmed. It may already have been on its way.
deferred-protocol-error = { $host } did not talk like a mail server, so we broke off.
deferred-our-side = Our own server had no room for it just now.

bounced-no-such-domain = There is no domain { $domain }. The address is probably misspelt.
bounced-null-mx = { $domain } has declared that it takes no mail at all.
bounced-no-mail-server = { $domain } exists, but has no mail server that could be reached at all: none of the names that the DNS gives has an address. The address may be misspelt.
bounced-mail-loop = The message was going round in circles: the way to { $domain } leads back to ourselves.
bounced-peer-rejected = { $host } refused it for good.
bounced-peer-said = { $host } refused it for good: “{ $reply }”.
bounced-lifetime-over = We kept trying for as long as we may, and have now given up.
bounced-needs-smtputf8 = It needs international characters where { $host } takes only plain English letters.
bounced-needs-8bitmime = It contains characters that { $host } cannot take, and to rewrite it might damage it.
bounced-too-large = It is larger than { $host } accepts.
bounced-line-too-long = It contains a line so long that { $host } could not take it undamaged.
bounced-requiretls-unsupported = The sender demands protection on the whole way (REQUIRETLS), and { $host } does not promise that. So we did not send it there.
bounced-suspected-downgrade = Earlier messages to { $domain } went over a safer connection than { $host } gives now. Somebody may be interfering, so we waited, and have now given up without sending it.
bounced-operator-returned = The operator of our server sent it back.

delay-notice-sent = The sender was told of the delay, in message { $message }.
bounce-sent = The sender was told, in message { $message }.
notice-about-bounce = This message tells a sender that message { $message } could not be delivered.
notice-about-delay = This message tells a sender that message { $message } is delayed.
notice-about-success = This message tells a sender that message { $message } was delivered.
bounce-suppressed-null-sender = Nobody was told, since this message is itself an automatic notice.
bounce-suppressed-notify = Nobody was told, since the sender had asked for no such notice.
operator-held = { $by } put the message on hold. It stays here until it is released.
operator-released = { $by } released the message. It is on its way again.
operator-retry-asked = { $by } asked for another attempt right away.
operator-deleted = { $by } deleted the message. It is not sent any more.

## One short line each

outcome-delivered-cleartext = ✓ { $recipients }: delivered without encryption; anyone on the way could read it
outcome-delivered-encrypted = ✓ { $recipients }: delivered encrypted to a server that nobody checked; an attacker in the middle could read it
outcome-delivered-authenticated = ✓ { $recipients }: delivered encrypted to a proven server; only the two servers could read it
outcome-held = ⏸ { $recipients }: held for safety, not sent; next attempt { $time }
outcome-waiting = ⏸ { $recipients }: waiting; next attempt { $time }
outcome-returned = ✗ { $recipients }: not delivered; { $why }
outcome-why-no-such-domain = there is no such domain
outcome-why-null-mx = the domain takes no mail
outcome-why-no-mail-server = the domain has no mail server
outcome-why-mail-loop = it was going round in circles
outcome-why-peer-rejected = the other server refused it
outcome-why-lifetime-over = we tried for as long as we may
outcome-why-needs-smtputf8 = the other server cannot take international addresses
outcome-why-needs-8bitmime = the other server cannot take its characters
outcome-why-too-large = it is too large for the other server
outcome-why-line-too-long = a line in it is too long
outcome-why-requiretls-unsupported = the other server cannot promise the protection demanded
outcome-why-suspected-downgrade = the connection was less safe than before
outcome-why-operator-returned = the operator sent it back
