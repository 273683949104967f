# 解释别的邮件服务器所说的话。每句话都不超出原文所能证明的范围。
# {$host} 是别人取的名称，已处理成可以放进句子的形式。

explain-some-server = 对方服务器
explain-some-recipient = 未写明的收件人
explain-some-sender = 某个发信方

explain-outcome-delivered = 已送达：{ $recipients }
explain-outcome-delayed = 尚未送达，还会再试：{ $recipients }
explain-outcome-returned = 未送达，已放弃：{ $recipients }
explain-outcome-refused = 从 { $host } 送来时被拒收：{ $recipients }
explain-outcome-unknown = 结果如何，原文没有说：{ $recipients }
explain-reported-good = { $reporter } 统计到与 { $domain } 之间有 { $sessions ->
   *[other] { $sessions }
  } 次成功的会话
explain-reported-bad = { $reporter } 统计到与 { $domain } 之间有 { $sessions ->
   *[other] { $sessions }
  } 次失败的会话

explain-what-delivered = { $host } 已收下邮件。
explain-what-tls-not-offered = 发信方要求加密（TLS），而 { $host } 没有提供。可能它本来就没有，也可能中途有人删掉了这项内容。
explain-what-tls-refused = 发信方要求加密（TLS），而 { $host } 拒绝启用。可能那边出了故障，也可能中途有人冒充它作答。
explain-what-tls-handshake = { $host } 与发信服务器没能建立加密连接：TLS 握手中断了。
explain-what-tls-here = 发信服务器自己用不了 TLS：它自身的配置有问题。
explain-what-tls-validation = 与 { $host } 的加密连接没有通过检查，具体哪里不对，原文没有说。
explain-what-certificate-unproven = { $host } 无法证明自己的身份：证书没有通过检查，原因没有说明。
explain-what-certificate-untrusted = { $host } 无法证明自己的身份：证书的签发者不受发信服务器信任，或者证书尚未生效。
explain-what-certificate-name = { $host } 无法证明自己的身份：证书上写的是别的名称。
explain-what-certificate-expired = { $host } 无法证明自己的身份：证书已经过期。
explain-what-dane-mismatch = { $host } 的密钥与该域名在签名 DNS 中公布的不一致（DANE）。可能公布的记录没有更新，也可能有人夹在中间。
explain-what-dane-lookup = 无法查明 { $host } 是否在签名 DNS 中公布了密钥（DANE）：DNS 查询失败。
explain-what-dane-missing = 发信服务器要求收件方在签名 DNS 中公布密钥（DANE），而对方没有公布。
explain-what-dnssec-invalid = 收件方域名的 DNS 应答与其签名（DNSSEC）不符：可能是对方出错，也可能是有人伪造。
explain-what-sts-fetch = 收件方域名声明有加密策略（MTA-STS），但这份策略取不到。
explain-what-sts-invalid = 收件方域名的加密策略（MTA-STS）无法读懂。
explain-what-sts-mismatch = { $host } 不符合收件方域名的加密策略（MTA-STS）：策略中没有列出它，或者它无法证明自己的名称。
explain-what-requiretls = 邮件要求全程都有保护（REQUIRETLS），而有一台服务器无法承诺。
explain-what-peer-wants-tls = { $host } 只通过加密连接收信，而发信服务器没有加密。
explain-what-peer-wants-login = { $host } 要求发信者先登录，而这里没有登录，或登录没有成功。
explain-what-no-such-user = { $host } 说，这个地址在那里不存在。
explain-what-no-such-domain = 地址中 @ 后面的域名不存在，或者没有邮件服务器。
explain-what-no-mail-there = 地址中 @ 后面的域名声明不收邮件。
explain-what-dns-failed = 查不到邮件该送往哪里（DNS 查询失败）。
explain-what-unreachable = 联系不上 { $host }。
explain-what-connection-lost = 与 { $host } 的连接中断了。
explain-what-greylisted = { $host } 还不认识这个发件人，要求过一会儿再来（灰名单）。这是常规做法。
explain-what-busy = { $host } 暂时不能接收，要求稍后再来。
explain-what-too-many = { $host } 认为短时间内来自该发件人或发给该收件人的邮件太多。
explain-what-mailbox-full = 收件人的邮箱满了。
explain-what-mailbox-closed = 收件人的邮箱已停用或被封。
explain-what-too-large = 邮件太大，{ $host } 不收。
explain-what-loop = 邮件在服务器之间兜圈子。
explain-what-expired = 邮件等得太久了。它在等什么，原文没有说。
explain-what-content-refused = { $host } 把邮件当作垃圾邮件或危险邮件，或者不接受其中的内容。
explain-what-policy-refused = { $host } 按自己的规则拒收了邮件，是哪条规则没有说明。
explain-what-sender-unproven = { $host } 没有找到证据表明邮件确实来自所称的发件方（SPF、DKIM、DMARC 或发信服务器的名称）。
explain-what-sender-listed = { $host } 不收来自该发信服务器的邮件，因为它在黑名单上，或者信誉不佳。
explain-what-sender-refused = { $host } 不接受发件人的地址。
explain-what-relay-refused = { $host } 说，它不替该来源接收寄往这个域名的邮件。
explain-what-recipient-restricted = 该收件人只接收特定发件人的邮件，而这个发件人不在其中。
explain-what-format-refused = { $host } 不接受邮件的格式：字符、邮件头或换行有问题。
explain-what-protocol-error = 两台服务器没能听懂彼此的话。
explain-what-their-fault = { $host } 那边出了故障。
explain-what-our-fault = 发信服务器这边出了故障。
explain-what-refused-untold = { $host } 拒收了邮件，没有说明原因。
explain-what-unknown = 从这段文字看不出发生了什么。

explain-exposed-yes = 是的，可能被别人读到。
explain-exposed-presumed = 看来是的，可能被别人读到。
explain-exposed-no = 就这段文字所示，没有。
explain-exposed-unknown = 无法确定。

explain-sent-nothing = 在它所说的过程中，邮件的正文和地址都没有发出。
explain-sent-addresses = 正文没有发出，但发件人和收件人的地址发出了。
explain-sent-content = 邮件的全部或一部分已经发出。
explain-sent-not-told = 邮件发出了多少，原文没有说。

explain-hop-cleartext = 与 { $host } 的连接没有加密：沿途任何人都能读到其中的内容。
explain-hop-presumed-cleartext = 看来与 { $host } 的连接没有加密，因为这份日志在别处提到加密，这里却没有：沿途任何人都能读到其中的内容。
explain-hop-unproven = 与 { $host } 的连接加了密，但没有证实对方是谁：中间若有攻击者，就可能读到其中的内容；只在旁边偷听的人读不到。
explain-hop-chain-only = 与 { $host } 的连接加了密，证书也受信任，但不论证书上写的是什么名称：攻击者若夹在中间并持有自己的证书，就可能读到其中的内容。
explain-hop-name-from-dns = 与 { $host } 的连接加了密，证书也与这个名称相符。但名称来自 DNS，而 DNS 是否受到保护没有说明：能伪造 DNS 的人可能读到其中的内容，别人读不到。
explain-hop-proven = 与 { $host } 的连接加了密，而且是在对方证明身份之后。
explain-hop-internal = 它没有离开过这台机器。
explain-hop-not-told = 与 { $host } 的连接是否加密，原文没有说。

explain-mends-sender = 发件人。
explain-mends-sender-provider = 发信服务器的管理员。
explain-mends-recipient = 收件人。
explain-mends-recipient-admin = 收件方邮件服务器的管理员。
explain-mends-nobody = 不需要谁来解决：没有问题，或者会自行过去。
explain-mends-unknown = 从这段文字看不出来。

explain-do-delivered = 什么都不用做。
explain-do-delivered-clear = 这封邮件已经无可补救。为了以后：收件方管理员请在 25 端口提供 STARTTLS；发信服务器的管理员请对这个域名要求加密。
explain-do-delivered-unproven = 这封邮件不用再做什么。为了以后：收件方管理员可以公布 DANE 或 MTA-STS，发信服务器的管理员可以要求对方证明身份，例如使用 Surehop。
explain-do-tls-not-offered = 收件方管理员：请在 25 端口提供 STARTTLS；如果已经提供，请查找途中是什么把它删掉了。发件人：不要改用更不安全的方式，请打电话告诉收件人。
explain-do-tls-refused = 收件方管理员：请让 STARTTLS 能够成功；如果本来就能，请查找是什么在冒充服务器作答。发件人：请等待，若一直如此，请告诉收件人。
explain-do-tls-handshake = 收件方管理员：请提供 TLS 1.2 或 1.3 及常用加密套件，并检查是否有防火墙干扰。
explain-do-tls-here = 发信服务器的管理员：请查看日志，找出密钥、证书颁发机构或 TLS 规则哪里不对。
explain-do-tls-validation = 收件方管理员：请检查证书及其名称和日期，以及 DANE 和 MTA-STS 记录，例如使用 "surehop check"。
explain-do-certificate-unproven = 收件方管理员：请确认证书由公共机构签发、附带中间证书、没有过期，并且列有邮件服务器的名称。
explain-do-certificate-untrusted = 收件方管理员：请安装由公共机构签发的证书，并附上中间证书。发信方管理员：请确认系统的根证书已经启用。
explain-do-certificate-name = 收件方管理员：请安装列有 MX 记录所给名称的证书。
explain-do-certificate-expired = 收件方管理员：请更新证书。
explain-do-dane-mismatch = 收件方管理员：请公布与现用证书相符的 TLSA 记录。在此之前，请当作可能的攻击对待，不要改用更不安全的方式发送。
explain-do-dane-lookup = 收件方管理员：请让域名服务器能够回答 TLSA 记录的查询。如果所有域名都这样，问题出在发信服务器自己的解析器。
explain-do-dane-missing = 发信服务器的管理员：请只对提供 DANE 的域名要求 DANE，或者请收件方管理员在签名的区域中公布 TLSA 记录。
explain-do-dnssec-invalid = 收件方管理员：请修正区域的签名和上级的 DS 记录。如果许多域名都这样，请检查发信服务器的解析器和时钟。
explain-do-sts-fetch = 收件方管理员：请让 https://mta-sts.DOMAIN/.well-known/mta-sts.txt 可以访问，证书有效，且没有重定向。
explain-do-sts-invalid = 收件方管理员：请改正策略文件中的 version、mode、mx 和 max_age。
explain-do-sts-mismatch = 收件方管理员：请在策略中列出每一台 MX 服务器，并让每台都有与名称相符的证书。
explain-do-requiretls = 如果可以不要这项要求，请去掉后重新发送；如果不行，请用其他方式联系收件人。
explain-do-peer-wants-tls = 发信服务器的管理员：请为外发邮件启用 TLS。
explain-do-peer-wants-login = 请检查邮件程序中的用户名、密码和发信服务器；设备或程序发信也需要登录。
explain-do-no-such-user = 请逐个字母核对地址，或向收件人问清楚。
explain-do-no-such-domain = 请检查地址中 @ 后面的部分。
explain-do-no-mail-there = 请向收件人另要一个地址。
explain-do-dns-failed = 请等待。如果一天之后仍然如此，收件方管理员需要检查域名服务器。
explain-do-unreachable = 请等待，发信服务器会再试。如果一天之后仍然如此，收件方管理员需要检查。
explain-do-connection-lost = 请等待，发信服务器会再试。如果每次都这样，收件方管理员需要检查过滤器和防火墙。
explain-do-greylisted = 请等待，发信服务器会自动再试。
explain-do-busy = 请等待，发信服务器会自动再试。
explain-do-too-many = 发信服务器的管理员：请放慢发送速度，并查明是否有账号在主人不知情时发信。
explain-do-mailbox-full = 请用其他方式告诉收件人，然后重新发送。
explain-do-mailbox-closed = 请用其他方式向收件人要一个能用的地址。
explain-do-too-large = 请把邮件改小，例如用分享链接代替附件。
explain-do-loop = 收件方管理员：请查找把邮件又带回原处的转发规则或 MX 记录。
explain-do-expired = 请查找更早的通知或日志，其中会说明在等什么。如果没有，请询问收件方管理员。
explain-do-content-refused = 请去掉可能引起怀疑的内容，例如附件或链接，或者请收件人放行该发件人。
explain-do-policy-refused = 请用其他方式联系收件人，让那边的管理员查明是哪条规则。
explain-do-sender-unproven = 发信服务器的管理员：请为发件人的域名设置 SPF、DKIM 和 DMARC，并为服务器设置反向域名。
explain-do-sender-listed = 发信服务器的管理员：请查明是发出的什么邮件造成的，加以制止，并申请从名单中移除。
explain-do-sender-refused = 发信服务器的管理员：请确认发件人的地址及其域名存在，并且可以使用。
explain-do-relay-refused = 收件方管理员：请让 MX 记录指向认得该域名的服务器，或者让那台服务器认得它。
explain-do-recipient-restricted = 请收件人或该列表的所有者放行这个发件人。
explain-do-format-refused = 请换一个邮件程序发送，或者把正文作为附件。
explain-do-protocol-error = 发信服务器的管理员：请对照双方的日志。
explain-do-their-fault = 收件方管理员：请查看那台服务器的日志。
explain-do-our-fault = 发信服务器的管理员：请查看日志。
explain-do-refused-untold = 请用其他方式询问收件人，并转告对方服务器的原话。
explain-do-unknown = 请提供更多内容：整封退信，或者与该邮件有关的所有日志行。

explain-note-tls-not-in-log = 这些日志行没有提到加密。记录加密的行不带邮件编号，按编号查找就会漏掉；而且 Postfix 只有在 smtp_tls_loglevel = 1 时才写这种行。
explain-note-may-fall-back = 如果发信服务器只是希望加密而不是必须加密，下次尝试时可能会不加密发送。这一行看不出来。
explain-note-forgeable-reply = 这个回答是在加密之前给出的，中途的人也可能写得出来。
explain-note-rule-names-peer = 证书与发信服务器的规则所要求的名称相符。如果规则的名称取自未签名的 DNS（"verify" 级别），就挡不住能伪造 DNS 的人。
explain-note-earlier-attempts-untold = 退信只说最后一次尝试。之前的尝试发出过什么，以及邮件是怎样到达写这封退信的服务器的，都没有说。
explain-note-maybe-delivered = 对方服务器可能其实已经收下了邮件：收件人也许会收到两份。
explain-note-policy-testing = 该域名的策略处于测试模式：这样的邮件照样会发出，也许没有加密。

cli-explain-happened = 发生了什么：
cli-explain-exposed = 是否被看到：
cli-explain-mends = 谁能解决：
cli-explain-todo = 怎么办：
cli-explain-note = 注意：
cli-explain-said = 原话：
cli-explain-unreadable = 无法读取 { $file }（{ $why }）。
cli-explain-nothing = 其中没有讲到投递的内容：没有我们认得的退信、日志行或 TLS 报告。请提供整封退信，或日志中的原样内容。
cli-explain-cut-bytes = 只读取了前 { $limit } MiB。
cli-explain-cut-lines = 只读取了前 { $limit } 行。
cli-explain-cut-incidents = 只给出前 { $limit } 条解释。
