# What the DNS said, how far it can be believed, and what is wrong with resolvers.

## Statuses

dns-status-secure = Secure: the answer is proven.
dns-status-insecure = Insecure: nothing vouches for the answer. It is as good as the way that it came over.
dns-status-bogus = Bogus: the answer fails its proof and must not be used. Somebody may have forged it.
dns-status-indeterminate = Indeterminate: no answer could be had that says anything.

## Why

dns-reason-chain-complete = Every link is signed, from the key that is believed from the start down to the answer.
dns-reason-no-anchor = No key that is believed from the start covers this name, so nothing about it can be proven.
dns-reason-insecure-delegation = The zone above says, signed, that this part of the DNS is not signed.
dns-reason-opt-out = The zone above leaves names that are not signed out of its proofs, and this may be one.
dns-reason-unsupported-algorithm = The zone is signed only by methods that are not known here, or no longer safe.
dns-reason-unsupported-digest = The zone above vouches for this one only by methods that are not known here, or no longer safe.
dns-reason-nsec3-iterations = The zone's proofs would take more computing than is safe to do for a stranger.
dns-reason-not-signable = Signatures themselves are not signed: nothing proves that these are all.
dns-reason-signature-missing = The zone is signed, and the answer came without a signature: something has left it out.
dns-reason-signature-invalid = The signature does not fit the answer: the answer was changed, or the zone is signed wrongly.
dns-reason-signature-expired = The signature is out of date: an old answer was repeated, the zone was not signed anew, or this machine's clock is ahead.
dns-reason-signature-not-yet-valid = The signature begins in the future: this machine's clock may be behind.
dns-reason-signer-wrong = The signature was made by somebody who may not sign for this name.
dns-reason-key-missing = A key of the zone is missing from the answers: the one that the signature names, or all of them.
dns-reason-key-mismatch = None of the zone's keys is one that the zone above vouches for.
dns-reason-no-zone-key = None of the zone's keys may sign the zone.
dns-reason-wildcard-unproven = A wildcard stands in for the name, and nothing proves that the name itself does not exist.
dns-reason-denial-missing = The answer says that there is nothing, and does not prove it.
dns-reason-denial-invalid = The proof that there is nothing contradicts itself.
dns-reason-alias-mismatch = An alias leads elsewhere than the zone says that it does.
dns-reason-work-limit = The answer would take more work than any honest one needs.
dns-reason-no-answer = The resolvers gave no answer.
dns-reason-unreadable-answer = The answer cannot be read, or contradicts itself.
dns-reason-chain-too-long = The aliases lead in a circle, or too far.

## What is wrong with resolvers, and what to do

dns-finding-no-answer = No DNS resolver answers ({ $resolvers }: { $detail }). Check the network, the firewall (port 53, UDP and TCP), and which resolvers are named in [dns] or /etc/resolv.conf.
dns-finding-silent = The DNS resolver { $resolvers } does not answer ({ $detail }), while others do. Find out why, or remove it.
dns-finding-refused = The DNS resolver { $resolvers } has no answer about the root of the DNS ({ $detail }): it refuses this machine, or it is no full resolver. Allow this machine to ask it, or name another one in [dns].
dns-finding-stripped = The DNS resolver { $resolvers } leaves the signatures of DNSSEC out of its answers, so that nothing can be proven through it. Name another one in [dns], for example an unbound on this machine.
dns-finding-keys-unknown = The DNS resolver { $resolvers } shows keys of the root that are not the ones known here. Update Surehop; if that changes nothing, its answers are forged, so name another one in [dns].
dns-finding-forged = The DNS resolver { $resolvers } gives answers whose signatures do not fit: something changes them. Name another one in [dns], best of all over TLS ("tls://9.9.9.9#dns.quad9.net").
dns-finding-garbage = What comes from the DNS resolver { $resolvers } is not readable as DNS. See what really answers at that address, or name another one in [dns].
dns-finding-clock-behind = By the signatures of the DNS, the clock of this machine is at least { $duration } behind. Set it ("timedatectl set-ntp true"); until then nothing can be proven.
dns-finding-clock-ahead = By the signatures of the DNS, the clock of this machine is at least { $duration } ahead. Set it ("timedatectl set-ntp true"); if it is right, the resolver repeats old answers, so name another one in [dns].
dns-finding-stale = The DNS resolver { $resolvers } gives answers whose signatures are { $duration } out of date, while others do not. Restart it, or remove it.
dns-finding-udp-blocked = Nothing comes back over UDP from the DNS resolver { $resolvers }, though TCP works. Open port 53 for UDP in the firewall, or name a resolver over TLS.
dns-finding-udp-large-lost = Long answers of the DNS resolver { $resolvers } get lost over UDP, while short ones arrive and TCP works. Let the firewall pass long DNS answers and fragments, or name a resolver over TLS.
dns-finding-udp-changed = Answers of the DNS resolver { $resolvers } come changed over UDP and unchanged over TCP: something on the way interferes. Name a resolver over TLS ("tls://9.9.9.9#dns.quad9.net").
dns-finding-tcp-blocked = The DNS resolver { $resolvers } cannot be reached over TCP ({ $detail }), which long answers need. Open port 53 for TCP in the firewall.

## Files of trust anchors

dns-anchor-fault = Line { $line }: { $what }
dns-anchor-text-too-long = There is more in it than trust anchors could need.
dns-anchor-line-too-long = The line is longer than a DS or DNSKEY record can be.
dns-anchor-too-many = There are too many trust anchors.
dns-anchor-none = There is no trust anchor in it. Write one DS or DNSKEY record a line.
dns-anchor-directive = Directives ($ORIGIN, $TTL) are not read here. Write each record out in full.
dns-anchor-several-lines = Each record stands on one line and begins with its owner; parentheses are not read here.
dns-anchor-bad-owner = The owner's name cannot be read. Write names of other scripts in their "xn--" form.
dns-anchor-not-an-anchor = This is neither a DS nor a DNSKEY record of class IN.
dns-anchor-bad-record = The record is incomplete, or a number or the key in it cannot be read.
dns-anchor-unsupported-algorithm = The key's algorithm is not known here, or no longer safe. Known: 8, 10, 13, 14, 15, 16.
dns-anchor-unsupported-digest = The digest's type is not known here, or no longer safe. Known: 2 (SHA-256) and 4 (SHA-384).
dns-anchor-bad-digest = The digest has the wrong length, or is not hexadecimal.
dns-anchor-not-a-zone-key = The key is not meant to sign a zone: its flags must be 257 or 256, its protocol 3.
dns-anchor-revoked = The key was revoked by its owner.

## surehop dns

cli-dns = ask the DNS, and see what can be proven
cli-dns-query = ask one question, and tell how far the answer can be believed
cli-dns-anchors = show the keys that are believed from the start
cli-dns-exit-codes = Exit codes: 0 answered (secure or insecure; absence is an answer), 1 bogus or indeterminate, 2 wrong usage.
cli-option-dns-trace = show who vouches for the answer, as a tree
cli-option-dns-via = resolvers to ask (default: those of the configuration, else a running try-out, else those of /etc/resolv.conf)
cli-option-dns-anchor = file with DS or DNSKEY records to believe; those of the root take the place of the built-in ones
cli-dns-bad-name = "{ $value }" is not a name in the DNS.
cli-dns-bad-type = "{ $value }" is not a type that one can ask for. Write a name such as MX or TLSA, or a number as TYPE123.
cli-dns-bad-via = "{ $value }" is not a resolver. Write an address, with a port if need be (192.0.2.53, [2001:db8::53]:5353), or tls://ADDRESS#NAME.
cli-dns-no-resolver = There is no resolver: name one with --via.
cli-dns-tryout = A try-out is running: its DNS is asked, not that of this machine. To ask another, name it (see --help).
cli-dns-anchor-unreadable = { $file } cannot be read.
cli-dns-anchor-bad = { $file }: { $what }
cli-dns-alias = { $name } is an alias of { $target }
cli-dns-nodata = { $name } has no { $type } records.
cli-dns-nxdomain = { $name } does not exist.
cli-dns-detail = In detail: { $detail }
cli-dns-resolvers-well = The resolvers themselves are well; what is wrong lies with this domain, or on the way to it.
cli-dns-trace-title = Who vouches for this answer:
cli-dns-trace-nobody = nobody
cli-dns-trace-root = the root of the DNS
cli-dns-trace-anchor = believed from the start: key { $key } ({ $algorithm })
cli-dns-trace-dnskey = key { $key } signs the zone's own keys, until { $until }
cli-dns-trace-ds = key { $key } signs which key { $owner } has, until { $until }
cli-dns-trace-answer = key { $key } signs the { $type } records of { $owner }, until { $until }
cli-dns-trace-wildcard = key { $key } signs the { $type } records that a wildcard gives to { $owner }, until { $until }
cli-dns-trace-alias = key { $key } signs that { $owner } is an alias ({ $type }), until { $until }
cli-dns-trace-denial = key { $key } signs a list with a gap where the name or type would be ({ $type } of { $owner }), until { $until }
cli-dns-trace-insecure-delegation = key { $key } signs that what is below is not signed ({ $type } of { $owner }), until { $until }
cli-dns-trace-broken = here it ends: { $reason }
cli-dns-anchors-title = Keys that are believed from the start, and what was learned of them:
cli-dns-anchor-line = { $zone } key { $key } ({ $algorithm }), { $source ->
    [built-in] built in
    [own] from the configuration
   *[learned] learned
  }: { $state ->
    [unseen] believed; not looked at yet
    [valid] believed
    [missing] believed, though the zone does not show it now
    [add-pend] new; believed from { $until } on, if it is still there
    [revoked] revoked by its owner: not believed any more
   *[removed] revoked and gone: not believed any more
  }
cli-dns-anchors-unreadable = What the relay has learned of keys ({ $file }) cannot be read here; the built-in keys are shown as they are. Run this as the relay's account, or name the right --config.
cli-dns-anchors-skipped = The configuration sets skip_dnssec or trust_ad: the relay does not use these keys.
