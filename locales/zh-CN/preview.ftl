# 不发信，只说明寄往某域名的邮件会怎样。{$host}、{$domain} 由他人所定。

preview-verdict-authenticated = 寄往 { $domain } 的邮件只会发给能证明身份的服务器：途中只有双方服务器能读到。
preview-verdict-encrypted = 寄往 { $domain } 的邮件必须加密才会发出，但不核实对方是谁：中间若有攻击者，就能读到。
preview-verdict-cleartext = 寄往 { $domain } 的邮件，对方提供加密就加密，否则不加密照发：途中有人把加密选项删掉，就能读到。
preview-verdict-defer = 寄往 { $domain } 的邮件目前会留在这里等待。
preview-verdict-bounce = 寄往 { $domain } 的邮件会立即退回。

preview-sts-not-asked = 策略（MTA-STS）：没有查询。
preview-sts-none = 策略（MTA-STS）：该域名没有公布。
preview-sts-failed = 策略（MTA-STS）：似乎有公布，但没能取到，以前也没见过。
preview-sts-unreadable = 策略（MTA-STS）：保存的内容在本服务器上读不出来。
preview-sts-mode-none = 策略（MTA-STS）：该域名声明不再有策略，记录保留至 { $until }。
preview-sts-policy = 策略（MTA-STS）：{ $mode ->
    [enforce] 邮件必须送往
   *[testing] 试行中，邮件应当送往
  } { $hosts }，有效至 { $until }。
preview-sts-stale = 这次没能重新取到，在此之前仍照旧执行。

preview-host-tlsa-not-asked = { $host }：它的地址{ $status ->
    [secure] 有签名
    [insecure] 没有签名
    [none] 查不到
    [failed] 暂时查不到
   *[forbidden] 属于内部网络
  }，因此即使公布了密钥（DANE）也无法采信。
preview-host-tlsa-none = { $host }：没有为它公布密钥（DANE）。
preview-host-tlsa-records = { $host }：签名 DNS 中为它公布了 { $count } 条密钥记录（DANE）。
preview-host-tlsa-failed = { $host }：查不到是否为它公布了密钥（DANE）。

preview-memory-off = 记忆：已关闭。
preview-memory-unreadable = 记忆：在本服务器上读不出来。
preview-memory-nothing = 记忆：还没有邮件寄往那里。
preview-memory-host = 对 { $host } 的记忆：加密送达 { $encrypted } 次，其中 { $authenticated } 次送到身份得到证明的服务器。
preview-memory-suspected = 自 { $since } 起，它做不到从前那样了。
