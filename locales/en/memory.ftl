# What is remembered of mail servers, and having it forgotten.

cli-memory = look at what is remembered of mail servers, or have it forgotten
cli-memory-show = tell what is remembered of a domain's mail servers; without a domain, what is suspected
cli-memory-forget = forget what is remembered of a domain, of one of its servers (--host), or of a server for all domains (--host alone)
cli-option-memory-host = only this server; without a domain, for all domains
cli-option-memory-why = the reason, which is written down
cli-option-memory-yes = do not ask

cli-facts-none = Nothing has been learned yet in { $directory }.
cli-facts-unreadable = What the relay has learned cannot be read: { $detail }

cli-memory-empty = Nothing is remembered yet.
cli-memory-count = { $domains ->
    [one] One domain
   *[other] { $domains } domains
  } and { $hosts ->
    [one] one mail server
   *[other] { $hosts } mail servers
  } are remembered.
cli-memory-suspected = { $count ->
    [0] Nothing is suspected.
    [one] One server met less than it is known for:
   *[other] { $count } servers met less than they are known for:
  }
cli-memory-nothing = Nothing is remembered of { $name }.
cli-memory-no-past = No mail for { $domain } has been delivered there yet.
cli-memory-encrypted = Mail for { $domain } went there encrypted { $deliveries ->
    [one] once, on { $first }.
   *[other] { $deliveries } times on { $days ->
        [one] one day
       *[other] { $days } days
      }, first on { $first }, last on { $last }.
  }
cli-memory-authenticated = The server proved who it is for { $domain } { $deliveries ->
    [one] once, on { $first }.
   *[other] { $deliveries } times on { $days ->
        [one] one day
       *[other] { $days } days
      }, first on { $first }, last on { $last }.
  }
cli-memory-expects-nothing = That is not yet enough to expect anything of it: it takes { $deliveries } deliveries on { $days } days.
cli-memory-expects-encryption = So it is expected to encrypt. If it does not, somebody may be cutting encryption out, and mail waits.
cli-memory-expects-proof = So it is expected to prove who it is. If it does not, somebody may stand in its place, and mail waits.
cli-memory-expected-of-others = More is expected of it nevertheless: from this domain's other servers, or from other domains' mail to this one.
cli-memory-suspicion = It met less than that: first on { $since }, last on { $last }. What was seen the first time:
cli-memory-of-all = Since mail for { $domain } has been encrypted often enough, any other server that is named for it must encrypt as well.
cli-memory-forgetting = On { $at }, { $by } had { $name } forgotten ({ $count ->
    [one] one entry
   *[other] { $count } entries
  }): “{ $why }”
cli-memory-which = Say what to forget: a domain, or a server with --host, or both.
cli-memory-bad-why = The reason has 1 to { $max } characters.
cli-memory-confirm = Forget { $name } ({ $count ->
    [one] one entry
   *[other] { $count } entries
  })? From then on mail goes there as if for the first time, in clear if need be, unless the domain publishes more or a rule demands it.
cli-memory-forgotten = Forgotten: { $name } ({ $count ->
    [one] one entry
   *[other] { $count } entries
  }). Who had it forgotten, when and why is written down. A running relay notices within a second or two.
cli-memory-still = { $host } is still expected to encrypt, since it did so for other domains. To have that forgotten too: surehop memory forget --host { $host } --why …
