# The lab: attacks carried out, and what came of them.

## Attacks: a name, and what the attacker does

lab-attack-eavesdrop = Listening
lab-attack-eavesdrop-what = Somebody on the way between two mail servers reads whatever passes. He changes nothing, so nobody notices him. Where the servers encrypt, he sees that a message passes, and not one word of it.
lab-attack-strip-ehlo = The offer of encryption is cut out
lab-attack-strip-ehlo-what = Before two mail servers encrypt, the receiving one has to say, in clear, that it can. Somebody on the way removes that line. The sender takes the receiver for one that cannot encrypt, and most send the message in clear then. This is the best known attack of all, and has been seen in whole countries.
lab-attack-refuse-starttls = Encryption is refused in the receiver's name
lab-attack-refuse-starttls-what = The offer stays. When the sender takes it up, somebody on the way answers in the receiver's place: "not now", or "I do not know that word". Many senders go on in clear; some believe the second answer for good and give the message back.
lab-attack-reset-handshake = The encrypted connection is cut at its beginning
lab-attack-reset-handshake-what = As soon as encryption begins, somebody on the way cuts the connection. He does so again and again, until the sender believes that the receiver's encryption is broken, and does without.
lab-attack-garble-handshake = The beginning of encryption is garbled
lab-attack-garble-handshake-what = Where encryption should begin, the attacker says nonsense, or nothing at all. He hopes, as with a cut connection, that the sender will try again in clear.
lab-attack-inject-response = Words slipped in before encryption
lab-attack-inject-response-what = The attacker lets the encryption come about, and just before puts words of his own on the line. A careless sender reads them afterwards, and takes them for something that came encrypted from the receiver.
lab-attack-inject-command = Commands slipped in before encryption
lab-attack-inject-command-what = The same in the other direction: behind the client's request for encryption the attacker puts commands of his own. A careless server carries them out afterwards, as if the client had given them under the protection of encryption.
lab-attack-self-signed = A stranger with a home-made certificate
lab-attack-self-signed-what = Somebody stands in the receiver's place and encrypts with a certificate that he has written for himself. The line is encrypted, and it ends at the wrong person. Most mail servers do not ask who is at the other end.
lab-attack-wrong-host = A stranger with a genuine certificate of his own
lab-attack-wrong-host-what = As before, and the certificate is genuine: for another name. Anybody can have one for a name that is his. Whoever checks only that a certificate is genuine, and not whose it is, hands him the message.
lab-attack-forged-ca = A genuine certificate that should never have been issued
lab-attack-forged-ca-what = One of the hundred-odd authorities that everybody trusts was deceived or broken into, and has issued a certificate for the receiver's name to somebody else. It passes every check of certificates. Two things are safe from it: a domain that publishes its own key in signed DNS (DANE), and a rule of the operator's that names the one authority that counts for the receiver.
lab-attack-expired = A stolen certificate that has run out
lab-attack-expired-what = Somebody has stolen an old key of the receiver's. The certificate for it is genuine and for the right name; its time is over. Whoever ignores the dates takes him for the receiver.
lab-attack-spoof-mx = The DNS names a false mail server
lab-attack-spoof-mx-what = Before mail is sent, the sender asks the DNS which server takes it. Somebody forges the answer and names a server of his own, which has a genuine certificate for its own name: every check passes, and it is the wrong server. Signed DNS (DNSSEC) makes the forgery worthless.
lab-attack-spoof-address = The DNS gives a false address
lab-attack-spoof-address-what = The name of the mail server is true, and its address is forged: it leads to the attacker. He cannot prove that he is that server; many senders do not ask.
lab-attack-strip-tlsa = The published key is kept back
lab-attack-strip-tlsa-what = The domain publishes in signed DNS which key its server has. The attacker keeps that answer from arriving and stands in the server's place. A sender that takes "no answer came" for "nothing is published" believes him.
lab-attack-block-sts = The policy is kept from being fetched
lab-attack-block-sts-what = The domain publishes on the web that its mail must be encrypted (MTA-STS). The attacker keeps the sender from fetching that, and then cuts the offer of encryption out. At the very first contact this works against everyone who relies on MTA-STS alone: what one has never heard of one cannot insist on. Whoever has fetched the policy before keeps it, and is safe.
lab-attack-stale-sts = The policy is replaced by a false one
lab-attack-stale-sts-what = The attacker announces a new policy, and answers in the web server's place with one that asks for nothing. His web server cannot prove its name, so nobody may believe it.
lab-attack-downgrade-tls = Old encryption that can be broken
lab-attack-downgrade-tls-what = The attacker pushes both sides to an old version of TLS, whose secrets he can work out, and reads along. Where identity is to be proven, nothing older than TLS 1.2 may count.
lab-attack-session-cross = The connection is led to another service
lab-attack-session-cross-what = The attacker leads the encrypted connection to another service of the same owner, a web server with the same certificate. The certificate is right, and the wrong program answers. A careful sender says nothing before a mail server has answered.
lab-attack-smuggle = A second message hidden in the first
lab-attack-smuggle-what = A sender hides a second message in the first, behind something that some servers take for its end and others do not. The second one then seems to come from a server that is trusted, in anybody's name.
lab-attack-target = Only one victim
lab-attack-target-what = Any of the others, for one victim or one moment alone; everything else passes. Whoever looks whether "mail works" finds nothing wrong. Where a connection goes to, and when, shows on the outside, so one domain, one connection or one hour can be picked out cleanly. Whose letter it is stands inside the encryption: to pick one person out, the attacker has to break into everybody's connections first, and hands on what he does not want. Where he cannot read, everybody's mail waits, and he has given himself away. The failures stay visible in Surehop's memory and in its reports to the domain, however much other mail went through.
lab-attack-read-at-hop = Reading inside a relay
lab-attack-read-at-hop-what = Encryption between servers ends at each server: there the message lies open. Here the receiving server proves itself perfectly, and its keeper, or somebody who has broken into it, reads what passes, changes it as he likes, and hands it on. No proof that a server can give helps against that, whoever sends and whatever is published. Only a message that its author has sealed for the recipient (OpenPGP, S/MIME) resists: it cannot be read there, and where it was changed, the recipient's program says so and shows nothing of it.
lab-attack-redirect-sealed = A sealed message led astray
lab-attack-redirect-sealed-what = As with the false mail server, and the author has sealed the message for its recipient before it was sent. Where the sender is led astray the attacker gets the sealed message, keeps a copy, and hands it on; he learns who writes to whom, and not one word of what. Where the hop has to be proven, he does not even get that.
lab-attack-forged-key = A false key for sealing
lab-attack-forged-key-what = Whoever seals a message needs the recipient's key, and looks it up: in the DNS, or on the web. The attacker puts a key of his own there, and waits in the receiving server for what is sealed with it. A careful author takes a key only if signed DNS vouches for it, or a web server that has proven its name, or if he had it from the recipient himself; where none can be proven he does not send. Whoever takes any key that he is given seals for whoever gave it to him. On the web certificate authorities vouch, and what one of them has issued wrongly deceives here too, unless the domain's DNS is signed.

## Ways of carrying an attack out, behind its name

lab-done-so = { $attack } ({ $way })
lab-way-strip-ehlo-delete = the line is deleted
lab-way-strip-ehlo-overwrite = the line is overwritten
lab-way-strip-ehlo-helo = the whole list of abilities is refused
lab-way-refuse-starttls-454 = "not now"
lab-way-refuse-starttls-502 = "I do not know that word"
lab-way-reset-handshake-reset = by a reset
lab-way-reset-handshake-close = by hanging up
lab-way-garble-handshake-garbage = with nonsense
lab-way-garble-handshake-silence = with silence
lab-way-inject-response-same-write = one reply, together with the consent
lab-way-inject-response-whole-session = the replies of a whole conversation
lab-way-inject-response-next-write = one reply, a moment after the consent
lab-way-inject-command-pipelined = one command, together with the request
lab-way-inject-command-message = a whole message, together with the request
lab-way-inject-command-late = a whole message, after the consent
lab-way-inject-command-before = a whole message, before the request
lab-way-self-signed-own-key = signed by itself
lab-way-self-signed-own-authority = by an authority of his own
lab-way-self-signed-namesake-authority = by an authority of a trusted one's name
lab-way-wrong-host-own-name = for his own name
lab-way-wrong-host-affixed = for a name that begins as the right one does
lab-way-wrong-host-common-name = with the right name where it does not count
lab-way-wrong-host-wide-wildcard = for too wide a pattern
lab-way-wrong-host-no-name = for no name at all
lab-way-expired-run-out = run out
lab-way-expired-not-yet = not yet valid
lab-way-forged-bare = without a signature
lab-way-forged-old-signature = under the true answer's signature
lab-way-forged-own-key = signed with a key of his own
lab-way-forged-unsigned-zone = as if the domain had never been signed
lab-way-strip-tlsa-servfail = the answer fails
lab-way-strip-tlsa-absent = "there is none"
lab-way-block-sts-https = the web page cannot be had
lab-way-block-sts-record = the announcement is hidden
lab-way-block-sts-later = both, when the policy was fetched before
lab-way-stale-sts-replaced = by his own web server
lab-way-downgrade-tls-old-version = an old version
lab-way-downgrade-tls-alert = an alert in the handshake
lab-way-session-cross-web-server = a web server
lab-way-eavesdrop-listen = on the line
lab-way-forged-ca-issued = for the right name
lab-way-read-at-hop-plain = not sealed
lab-way-read-at-hop-altered = not sealed, and altered
lab-way-read-at-hop-sealed = sealed
lab-way-read-at-hop-sealed-altered = sealed, and altered
lab-way-read-at-hop-sealed-replaced = sealed, and replaced by one of the attacker's
lab-way-forged-key-careless = in the DNS; the author takes what nobody vouches for
lab-way-forged-key-web-self-signed = on the web, with a home-made certificate
lab-way-forged-key-web-other-name = on the web, with a certificate for another name
lab-way-forged-key-web-forged-ca = on the web, with a certificate that should never have been issued
lab-way-forged-key-pinned = in the DNS and on the web; the author has the true one already

## Aims of an attack that is for one victim alone

lab-aimed = { $attack }: { $aim }
lab-aim-domain = one recipient's domain alone
lab-aim-sender = one sender's mail alone
lab-aim-recipient = one recipient's mail alone
lab-aim-connection = connection number { $number } alone
lab-aim-connections-from = every connection from number { $number } on
lab-aim-from = beginning after { $from } minutes
lab-aim-until = for { $until } minutes
lab-aim-window = from minute { $from } to minute { $until }
lab-aims = Any attack between two servers can be aimed: "target:ATTACK:AIM", for example "target:strip-ehlo:sender". Aims: "domain", "sender", "recipient"; "connection-N" (N up to { $connectionMax }), "connections-from-N"; and minutes: "from-M" (M up to { $fromMaxMinutes }), "until-M", "from-M-until-M" (at most { $windowMaxMinutes } minutes long).
lab-aim-fault-unknown = "{ $value }": there is no such attack that can be shown, or no such aim.
lab-aim-fault-aimed-twice = "{ $value }": an aimed attack cannot be aimed once more.
lab-aim-fault-at-own-door = "{ $value }": this attack is made at the sender's own door. A client brings its own mail there, so there is nobody else's to let pass.
lab-bystander-other-domain = Meanwhile, mail to another domain on the same machine: { $outcome }.
lab-bystander-other-sender = Meanwhile, somebody else's mail to the same domain: { $outcome }.
lab-bystander-other-recipient = Meanwhile, mail to somebody else in the same domain: { $outcome }.
lab-bystander-earlier = Before that, other mail to the same domain: { $outcome }.
lab-bystander-later = After that, other mail to the same domain: { $outcome }.
lab-bystander-handed-on = He could have kept that too, and handed it on: its recipient has it and misses nothing.
lab-noticed = Surehop's next report to the domain says: { $successes ->
    [0] no session in order
    [one] one session in order
   *[other] { $successes } sessions in order
  }; failed: { $failures }.
lab-noticed-nothing = Surehop's next report to the domain says: { $successes ->
    [0] no session at all.
    [one] one session in order, none failed.
   *[other] { $successes } sessions in order, none failed.
  }
lab-noticed-suspected = Surehop remembers better of this server, and suspects somebody: "surehop memory show" says so.

## Where one has to stand for it

lab-stand-path = on the way between the two servers
lab-stand-dns = between the sender and the DNS
lab-stand-web = on the way to the domain's web server
lab-stand-authority = with power over a certificate authority
lab-stand-client = at the sender's own submission port
lab-stand-hop = inside a relay

## What stops it

lab-defence-any-tls = encryption of any kind
lab-defence-dane = a key published in signed DNS (DANE)
lab-defence-mta-sts = an enforced policy on the web (MTA-STS)
lab-defence-mta-sts-cached = an MTA-STS policy that was fetched before
lab-defence-rule = a rule that the operator wrote
lab-defence-rule-authority = a rule that names the receiver's own authority and no other (`ca` with `ca_exclusive`)
lab-defence-requiretls = the sender's own demand (REQUIRETLS)
lab-defence-memory = remembering what the server could do before
lab-defence-name-match = comparing the certificate's name
lab-defence-dates = minding the certificate's dates
lab-defence-dnssec = signed DNS (DNSSEC)
lab-defence-tls-floor = no TLS older than 1.2 where identity counts
lab-defence-clean-handshake = ending a connection on which anything came before encryption
lab-defence-strict-line-ends = minding exactly where a message ends
lab-defence-patience = waiting, in place of giving encryption up (for a while)
lab-defence-sni-and-port = speaking to nobody who does not answer as a mail server
lab-defence-sealing = sealing the message itself (OpenPGP, S/MIME)
lab-defence-proven-keys = taking no key that nobody vouches for
lab-defence-pinned-keys = a key from the recipient himself

## Receivers

lab-receiver-plain = no encryption at all
lab-receiver-opportunistic = encryption, nothing promised
lab-receiver-signed = encryption, signed DNS
lab-receiver-remembered = encryption, met often before
lab-receiver-ruled = encryption, and the operator wrote a rule
lab-receiver-ruled-ca = encryption, and the operator wrote a rule that names its authority
lab-receiver-dane-ee = DANE, its own key
lab-receiver-dane-ta = DANE, its own authority
lab-receiver-sts-enforce = MTA-STS, enforced
lab-receiver-sts-testing = MTA-STS, testing
lab-receiver-dane-and-sts = DANE and MTA-STS
lab-receiver-requiretls = DANE; the message demands REQUIRETLS
lab-fault-self-signed = { $receiver }; its certificate is home-made
lab-fault-expired = { $receiver }; its certificate has run out
lab-fault-wrong-name = { $receiver }; its certificate is for another name
lab-fault-missing-intermediate = { $receiver }; part of its chain is missing
lab-fault-stale = { $receiver }; the published key is out of date
lab-fault-missing = { $receiver }, which the server does not know

## Ways of sending

lab-sender-surehop-opportunistic = Surehop, asking for nothing (as most mail servers do)
lab-sender-surehop = Surehop, as it comes
lab-sender-surehop-strict = Surehop, demanding proof of everyone
lab-sender-postfix-default = Postfix, as Debian ships it
lab-sender-postfix-may = Postfix, encrypting where that is offered (may)
lab-sender-postfix-encrypt = Postfix, always encrypting (encrypt)
lab-sender-postfix-verify = Postfix, demanding proof of the name that DNS gives (verify)
lab-sender-postfix-secure = Postfix, demanding proof of the recipient's domain (secure)
lab-sender-postfix-dane = Postfix with DANE
lab-sender-postfix-mta-sts = Postfix with MTA-STS (postfix-mta-sts-resolver), policy fetched before
lab-sender-postfix-mta-sts-first = Postfix with MTA-STS (postfix-mta-sts-resolver), at first contact
lab-sender-exim-default = Exim, as Debian ships it (it tries DANE)
lab-sender-exim-required = Exim, always encrypting
lab-sender-exim-required-verify = Exim, demanding proof of the name that DNS gives
lab-sender-sendmail-default = sendmail, as Debian ships it
lab-sender-sendmail-required = sendmail, always encrypting
lab-sender-opensmtpd-default = OpenSMTPD, as Debian ships it
lab-sender-opensmtpd-tls = OpenSMTPD, demanding proof of the name that DNS gives (relay tls)

lab-sender-surehop-before-postfix = Surehop, and Postfix behind it
lab-sender-surehop-behind-postfix = Postfix as Debian ships it, and Surehop behind it
lab-sender-surehop-behind-postfix-careless = Postfix that hands stray line ends on, and Surehop behind it
lab-sender-surehop-behind-postfix-normalize = Postfix that puts line ends in order, and Surehop behind it
lab-sender-surehop-behind-postfix-reject = Postfix that refuses stray line ends, and Surehop behind it

## Where messages are counted

lab-hop-surehop = Surehop
lab-hop-postfix = Postfix
lab-hop-receiver = the receiver

## What came of it

lab-outcome-delivered = delivered
lab-outcome-held = held
lab-outcome-bounced = given back
lab-outcome-exposed-cleartext = read in clear
lab-outcome-exposed-to-attacker = taken by the attacker
lab-outcome-delivered-means = The message reached the honest server, and nobody else had it.
lab-outcome-held-means = Nobody has the message. The sender waits and tries again.
lab-outcome-bounced-means = Nobody has the message. It was given back, with the reason.
lab-outcome-exposed-cleartext-means = The message passed the attacker in clear. He has read it.
lab-outcome-exposed-to-attacker-means = The message was encrypted to the attacker, who opened it.

lab-outcome-slipped-means = What the attacker had hidden was taken for a message of its own, or for a command, and passed on as genuine.
lab-outcome-at-hop-means = The message came to the right server, which has proven itself. Whoever is inside that server has read it.
lab-outcome-at-hop-altered-means = The message came to the right server, which has proven itself. Whoever is inside that server has read it and written words of his own into it, and nobody notices.
lab-outcome-false-key-means = The author has sealed the message with the attacker's key, and the attacker, who waited in the receiving server, has opened it.
lab-outcome-spoiled-means = The message was altered on its way. The recipient's program says so and shows nothing of it; nobody has read it.
lab-outcome-sealed-copy-means = The message reached its recipient, who has opened it. The attacker holds a copy of the sealed message, and can read none of it.
lab-outcome-kept-means = Nobody has the message. Its author has found no key that is proven to be the recipient's, and has not sent it.

## Transcripts

lab-note-connection = connection { $number }
lab-note-same = connections { $from } to { $to }: the same again
lab-note-client-hello = the sender begins to encrypt
lab-note-server-hello = the other side answers
lab-note-encrypted = from here on unreadable: { $sent } bytes there, { $received } back
lab-note-reset = the connection is reset
lab-note-nothing = nobody was connected to
lab-note-refused = nobody answers
lab-note-sealed-pinned = the author seals, with the key that the recipient gave him
lab-note-sealed-dns = the author seals, with the key from the DNS
lab-note-sealed-web = the author seals, with the key from the web
lab-note-kept-dns-failed = the author does not send: the DNS answer about the key is false, or did not come
lab-note-kept-web-unproven = the author does not send: the web server with the key cannot prove its name
lab-note-kept-web-unavailable = the author does not send: the web server with the key does not answer
lab-note-kept-bad-key = the author does not send: what is published is no key of the recipient's
lab-note-kept-nowhere = the author does not send: no key is to be found
lab-note-hop-read = in the receiving server somebody reads it
lab-note-hop-sealed = in the receiving server somebody sees that it is sealed, and not what it says
lab-note-copy-taken = the attacker keeps a sealed copy, and hands it on
lab-note-shown-as-written = the recipient reads it, as it was written
lab-note-shown-altered = the recipient reads something else than was written, and is not told
lab-note-shown-refused = the recipient's program shows nothing: "this was altered, or is not for you"
lab-who-client = sender
lab-who-server = receiver

## The command

lab-begins = { $cells ->
    [one] One combination
   *[other] { $cells } combinations
  } of senders, receivers and attacks, on this machine alone. Each message is first sent without an attacker, and then under attack.
lab-progress = { $sender }: { $done } of { $all }, { $wrong ->
    [0] all as predicted
    [one] 1 not as predicted
   *[other] { $wrong } not as predicted
  }
lab-list-missing = { $name } (not here: { $why })
lab-not-installed = { $sender }: not tried. { $why }
lab-nothing = Nothing is predicted of this combination, so there is nothing to try.
lab-columns = The columns
lab-none = no attacker
lab-legend = · delivered   H held   B given back   C read in clear   A taken by the attacker   ! not as predicted
lab-mismatch = { $sender }, { $receiver }, { $attack }: predicted "{ $predicted }", seen "{ $observed }"
lab-mismatch-control = { $sender }, { $receiver }, { $attack }: already without the attacker it was "{ $observed }" in place of "{ $predicted }"
lab-mismatch-shown = { $sender }, { $receiver }, { $attack }: the recipient should have been shown { $predicted }, and was shown { $observed }
lab-shown-as-written = what was written
lab-shown-altered = something else, without a word about it
lab-shown-refused = that it was altered
lab-shown-nothing-came = nothing, as nothing came
lab-failed-no-end = { $sender }, { $receiver }, { $attack }: not played out. The sender did not come to an end in { $seconds } s; nothing follows from it.
lab-failed-fault = { $sender }: { $cells ->
    [one] 1 cell was
   *[other] { $cells } cells were
  } not played out. The sender did not work: { $said }
lab-summary = { $cells } cells in { $seconds } s: { $exposed } in which the attacker has the message, { $mismatches ->
    [0] all as predicted.
    [one] 1 not as predicted.
   *[other] { $mismatches } not as predicted.
  }
lab-written = The report is { $file }.
lab-replay-unreadable = { $file } cannot be read.
lab-replay-bad = { $file } is not what "surehop check --save" writes.
lab-replay-empty = The domain in { $file } has no mail server that was looked at: there is nothing to make a twin of.
lab-unwritten = The report cannot be written to { $file } ({ $why }).
lab-unknown-sender = There is no sender "{ $value }". "surehop lab list" names them.
lab-unknown-receiver = There is no receiver "{ $value }". "surehop lab list" names them.
lab-unknown-attack = There is no attack "{ $value }" that can be shown. "surehop lab list" names them.
lab-list-senders = Senders
lab-list-receivers = Receivers
lab-list-attacks = Attacks
lab-list-variants = also as { $variants }
lab-show-stands = He has to stand: { $where }.
lab-show-stopped = What stops it: { $what }.
lab-show-wrapped = Here: { $attack }. { $what }
lab-show-example = To a receiver with { $receiver }, sent by { $sender }:
lab-show-honest = Without the attacker
lab-show-attacked = Under attack
lab-show-outcome = What came of it: { $outcome }. { $means }
lab-show-control = Just before, without the attacker: { $outcome }.

## The report

lab-page-title = Surehop's lab
lab-page-intro = Every cell is a message that was really sent, on one machine and through real sockets, first without an attacker and then under attack. What came of it was read off the wire and out of the servers. Choose a cell for its story.
lab-page-wrong = not as predicted
lab-page-sender = Sender
lab-page-receiver = Receiver
lab-page-attack = Attack
lab-page-predicted = Predicted
lab-page-observed = Seen
lab-page-close = Close
lab-page-words = What Surehop said of it (in English, as its log is)
lab-page-evidence = Evidence
lab-page-token = The secret word in the message was { $token }.
lab-page-seen-nowhere = Nobody but the honest server can have seen it.
lab-page-seen-in-clear = It passed the attacker in clear.
lab-page-seen-inside-attackers-tls = It was found inside the encryption that the attacker ended.
lab-page-seen-at-hop = It was found inside the receiving server, which had proven itself.
lab-page-copies = Copies at the honest server: { $copies }.
lab-page-attacker = Connections that came to the attacker: { $connections }. Blows that he struck: { $strikes }.
lab-page-sealed-copies = Sealed messages that he holds and cannot read: { $copies }.
lab-page-slipped = Messages or commands that were slipped in and taken for genuine: { $count }.
lab-page-hop = Messages that { $hop } counted: { $messages }. Of { $sent } that were sent in the same way without a trick it counted { $legally }.
lab-page-language = 中文
lab-page-theme = Light or dark
lab-page-made = { $cells ->
    [one] One cell
   *[other] { $cells } cells
  }, made by Surehop
