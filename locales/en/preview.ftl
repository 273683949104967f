# What would become of a message to a domain, said without sending one. {$host} and {$domain} are names that strangers chose.

preview-verdict-authenticated = A message to { $domain } would go only to servers that prove who they are: only the two servers could read it on the way.
preview-verdict-encrypted = A message to { $domain } would go encrypted or not at all, but who is at the other end would not be proven: an attacker in the middle could read it.
preview-verdict-cleartext = A message to { $domain } would be encrypted if the other server offers it, and sent without encryption if not: anyone on the way who cuts out the offer could read it.
preview-verdict-defer = A message to { $domain } would wait here at present.
preview-verdict-bounce = A message to { $domain } would come back at once.

preview-sts-not-asked = Policy (MTA-STS): not asked for.
preview-sts-none = Policy (MTA-STS): the domain publishes none.
preview-sts-failed = Policy (MTA-STS): one seems to be published, but it could not be had, and none is known from before.
preview-sts-unreadable = Policy (MTA-STS): what was kept of it cannot be read on our own server.
preview-sts-mode-none = Policy (MTA-STS): the domain publishes that it has none any more; known until { $until }.
preview-sts-policy = Policy (MTA-STS): { $mode ->
    [enforce] mail must go to
   *[testing] on trial, mail should go to
  } { $hosts }; known until { $until }.
preview-sts-stale = It could not be fetched anew, and counts until then.

preview-host-tlsa-not-asked = { $host }: its address is { $status ->
    [secure] signed
    [insecure] not signed
    [none] not to be found
    [failed] not to be had
   *[forbidden] in a private network
  }, so no keys (DANE) can be published for it that we could believe.
preview-host-tlsa-none = { $host }: no keys are published for it (DANE).
preview-host-tlsa-records = { $host }: { $count ->
    [one] one key record is
   *[other] { $count } key records are
  } published for it in signed DNS (DANE).
preview-host-tlsa-failed = { $host }: whether keys are published for it (DANE) could not be found out.

preview-memory-off = Memory: switched off.
preview-memory-unreadable = Memory: cannot be read on our own server.
preview-memory-nothing = Memory: no mail has gone there yet.
preview-memory-host = Memory of { $host }: { $encrypted ->
    [one] one delivery
   *[other] { $encrypted } deliveries
  } encrypted, { $authenticated } of them to a proven server.
preview-memory-suspected = Since { $since } it has met less than that.
