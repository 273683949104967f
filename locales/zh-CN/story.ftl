# 把事件讲给不懂邮件服务器的人听。一句话所说的，不得超出事件所证明的。
# {$host}、{$domain} 等名称由他人所定；{$reply} 是对方的原话，已做安全处理。

gap = { "" }
time = { $time }{ $offset ->
    [none] （UTC）
   *[other] （UTC{ $offset }）
  }
list-rest = 另外 { $count } 个
null-sender = 某台邮件服务器（自动通知）
some-server = { $domain } 的某台邮件服务器

## 收信

accepted-submission = 我们收下了 { $from } 发给 { $recipients } 位收件人的邮件（{ $size }），并已妥善存好。{ $client } 把它交给我们时，连接{ $tls ->
    [none] 没有加密
   *[other] 是加密的（{ $tls }）
  }。
accepted-local = 我们收下了 { $from } 发给 { $recipients } 位收件人的邮件（{ $size }），并已妥善存好。它由 { $client } 上的程序交来（该处无需密码），连接{ $tls ->
    [none] 没有加密
   *[other] 是加密的（{ $tls }）
  }。
accepted-internal = 这封邮件由本服务器自动撰写，收件人 { $recipients } 位，目前还没有离开本服务器。

## 去向

planned = 寄往 { $domain } 的邮件将送到 { $hosts }。
planned-nowhere = 寄往 { $domain } 的邮件目前没有服务器可送。
planned-mx-secure = 这些服务器名称有该域名自己的签名（DNSSEC）作保。
planned-mx-insecure = 这些服务器名称来自未签名的 DNS，没有任何防伪保护。
planned-mx-bogus = 这些服务器名称的签名不对，可能被人伪造过。
planned-mx-indeterminate = 无法查明这些服务器名称是真是假。
planned-mixed = 对各台服务器的要求不尽相同，其中对 { $host } 的要求最低。
must-cleartext = 对方提供加密就用，但不强求：一旦没有加密，沿途任何人都能读到邮件。
must-encrypted = 必须走加密连接，否则不发；但不核实对方是谁。
must-authenticated = 只发给能证明自己身份的服务器，证明方式是{ $by }。
must-encrypted-dane = 只发给能出示签名 DNS 中所公布密钥的服务器；但服务器名称本身来自未签名的 DNS，攻击者可能换成了别的名称。
why-rule = 这是管理员针对“{ $pattern }”定下的规则{ $require ->
    [cleartext] （不强求加密）
    [encrypted] （必须加密）
   *[authenticated] （必须加密并证明身份）
  }。
why-route = 管理员指定这类邮件经由 { $to } 转送。
why-no-promise = 我们不知道该域名对加密有过任何承诺，管理员也没有更高的要求。
why-implicit-mx = 该域名没有指定邮件服务器，于是直接尝试域名本身。
why-tls-failed-before = 对方曾提供加密，但失败了 { $failures } 次；失败未满 { $tries } 次之前，我们不会考虑不加密发送。
why-tls-given-up = 那里的加密已失败 { $failures } 次，只好动用最后的办法：不加密发送。
why-bytes-injected = 曾有人在途中趁加密还没开始，往这条线路里塞进了自己的话。这是攻击，因此无论要等多久，这封邮件都不会再不加密地发往那里。
why-dane = 该域名的签名 DNS 公布了其服务器的密钥（DANE），别人无法冒充。
why-dane-mx-unproven = 服务器自己的签名 DNS 公布了密钥（DANE），但由哪台服务器收信却是未签名的 DNS 说的。
why-dane-unusable = 签名 DNS 虽为服务器公布了密钥（DANE），却没有一条能用；因此要求加密，更多的也无从要求。
why-mta-sts-enforce = 该域名公开声明：寄给它的邮件只能送到它列出的服务器，且证书必须有效（MTA-STS）。
why-mta-sts-testing = 该域名正在试行针对其服务器的策略（MTA-STS 测试模式）：我们只观察，暂不强求。
why-mta-sts-unknown = 该域名似乎公布了针对其服务器的策略（MTA-STS），但没能取到，而我们以前也没见过它。
why-remembered = 以往寄往那里的邮件{ $level ->
    [cleartext] 没有加密
    [encrypted] 都是加密的
   *[authenticated] 都加密送到了身份得到证明的服务器
  }，所以现在也不接受更差的。
why-memory-given-up = 以往寄往那里的邮件{ $level ->
    [cleartext] 没有加密
    [encrypted] 都是加密的
   *[authenticated] 都加密送到了身份得到证明的服务器
  }。但已超过管理员愿意等待的时间仍做不到，按其设置照样发送。
why-requiretls = 发件人要求全程保护（REQUIRETLS）。
why-tls-not-required = 发件人注明这封邮件可以不受保护（TLS-Required: No），因此不追究收件人域名公布的要求。
why-exception = 管理员为“{ $pattern }”开了例外，有效期至 { $until }，{ $level ->
    [cleartext] 最低可不加密
    [encrypted] 最低只需加密而不证明身份
   *[authenticated] 但并未降低要求
  }。所填理由：“{ $why }”。
why-report-only = 目前只观察不拦截（enforce = "report"）：否则这里会要求{ $level ->
    [cleartext] 与现在相同
    [encrypted] 加密
   *[authenticated] 证明身份
  }。

proof-none = 未留记录的某种方式
proof-any-tls = 未留记录的某种方式
proof-rule-names = 出示管理员指定的名称或收件人域名的证书
proof-secure-mx = 出示与域名签名 DNS 所给名称一致的证书
proof-dane = 使用其域名在签名 DNS 中公布的密钥（DANE）
proof-mta-sts = 出示域名公开策略所列名称的证书（MTA-STS）

skipped-no-address = 跳过 { $host }：查不到它的地址。
skipped-address-literal = 跳过 { $host }：这里应当写服务器名称，不能直接写地址。
skipped-dns-bogus = 跳过 { $host }：关于它地址的答复通不过签名验证，可能是伪造的。
skipped-dns-unavailable = 跳过 { $host }：暂时查不到它的地址。
skipped-forbidden-address = 跳过 { $host }：它的地址属于内部网络或本机。
skipped-is-us = 跳过 { $host }：那就是我们自己。
skipped-tlsa-bogus = 跳过 { $host }：关于其公布密钥的答复通不过签名验证，可能是伪造的。
skipped-tlsa-unavailable = 跳过 { $host }：查不到它是否公布了密钥；谁想瞒住这一点，都不该因此得逞。
skipped-policy-unreadable = 跳过 { $host }：我们保存的关于其域名的记录在本服务器上读不出来，我们不会因此降低要求。
skipped-sts-mismatch = 跳过 { $host }：它不在该域名公开策略（MTA-STS）所列的服务器之中。
skipped-requiretls-unprovable = 跳过 { $host }：发件人要求全程保护（REQUIRETLS），而没有什么能证明它就是该找的服务器。

## 途中

connected = 已连上 { $host }（{ $address }，端口 { $port }），邮件内容尚未发出。
connect-failed-refused = { $host }（{ $address }，端口 { $port }）拒绝了连接。
connect-failed-unreachable = 眼下没有通往 { $host }（{ $address }，端口 { $port }）的路。
connect-failed-timeout = { $host }（{ $address }，端口 { $port }）迟迟没有应答。
connect-failed-reset = 与 { $host }（{ $address }，端口 { $port }）的连接刚建立就被切断。
connect-failed-forbidden = { $host }（{ $address }，端口 { $port }）位于内部网络或本机，因此没有连接。
connect-failed-resources = 本服务器暂时腾不出连接给 { $host }（{ $address }，端口 { $port }）。
reused = 与 { $host } 的连接是先前一封同等要求的邮件留下的，这次接着用。
hop-cleartext = 它没有加密，沿途任何人都能读到经过的内容。
hop-encrypted = 它是加密的，但没有证实对方是谁，中间若有攻击者，就能读到经过的内容。
hop-authenticated = 它是加密的，对方也证明了身份，只有双方服务器能读到经过的内容。
tls-unchecked = 与 { $host } 的连接已加密（{ $protocol }），但没有人核实对方是谁：中间若有攻击者，就能读到经过的内容。
tls-name-unproven = 与 { $host } 的连接已加密（{ $protocol }），对方证明了自己是 { $name }；但没有什么能证明这个名称本身没被冒充，伪造名称的攻击者能读到经过的内容。
tls-authenticated = 与 { $host } 的连接已加密（{ $protocol }），对方证明了自己是 { $name }，证明方式是{ $by }：只有双方服务器能读到经过的内容。
cleartext-allowed = 与 { $host } 的连接没有加密，也没有规则要求加密：沿途任何人都能读到经过的内容。
peer-said = { $stage ->
    [banner] 打招呼时
    [ehlo] 我们自报家门时
    [starttls] 我们要求加密时
    [mail] 我们报出发件人时
    [rcpt] 我们报出收件人时
    [data] 我们准备发送邮件时
   *[final] 收完整封邮件后
  }，{ $host } { $verdict ->
    [ok] 表示同意
    [later] 说“现在不行”
   *[no] 说“不行”
  }：“{ $reply }”。

## 没能证明的事

fault-starttls-missing = { $host } 没有提供加密。要么它不支持，要么有人在途中把这一项删掉了。
fault-starttls-refused = 我们要求加密，{ $host } 拒绝了。要么它出了故障，要么有人在途中冒名作答。
fault-handshake-reset = 正在建立加密时，与 { $host } 的连接被切断。服务器故障会这样，想逼我们放弃加密的攻击者也会这么做。
fault-handshake-timeout = 正在建立加密时，{ $host } 没了声息。服务器故障会这样，想逼我们放弃加密的攻击者也会这么做。
fault-handshake-garbage = { $host } 答应加密，可接下来传来的并不是加密数据。要么服务器坏了，要么有人在途中捣乱。
fault-handshake-failed = { $host } 与我们没能就加密方式达成一致。
fault-injected-bytes = 就在加密开始之前，有人在途中往线路里塞进了自己的话，想让我们误以为那是 { $host } 说的。这是攻击。我们丢弃了这些话并挂断了连接。
fault-protocol-too-old = { $host } 只会一种过时的加密方式，已不够安全。
fault-certificate-missing = { $host } 没有出示证书，因此没有证明自己是谁。
fault-certificate-name-mismatch = { $host } 出示的证书是发给别人的。
fault-certificate-expired = { $host } 出示的证书已经过期。
fault-certificate-not-yet-valid = { $host } 出示的证书尚未生效。
fault-certificate-self-signed = { $host } 出示的证书是它自己签发的，这样的证书谁都做得出来。
fault-certificate-untrusted = { $host } 出示的证书，其签发者我们没有理由信任。
fault-dane-mismatch = { $host } 出示的密钥，与其域名在签名 DNS 中公布的不符。要么服务器换了密钥却没更新 DNS，要么有人冒名顶替。
fault-requiretls-missing = 发件人要求全程保护（REQUIRETLS），而 { $host } 没有承诺做到。
fault-nothing-sent = 这次连接没有发出邮件的任何内容。
fault-tolerated = 对 { $host } 没有身份证明的要求，单凭这一点不会拦下邮件。
would-fail = 目前只观察不拦截，所以邮件照常发送；否则它会被留下等待。
would-fail-testing = 该域名的策略还在试行，或者我们只观察不拦截，所以邮件照常发送；否则它会被留下等待。

## 结果

delivered = 已送达 { $recipients }：{ $host } 已收下邮件。
read-cleartext = 这一段没有加密，沿途任何人都可能读过它。
read-encrypted = 这一段是加密的，但没有人核实过对方是谁：中间若有攻击者，就可能读过它。
read-encrypted-name-unproven = 这一段是加密的，对方也证明了自己的名称，但没有什么能证明这个名称没被冒充：伪造名称的攻击者可能读过它。
read-authenticated = 这一段是加密的，{ $host } 也证明了身份（{ $by }）：只有双方服务器能读到它。

not-yet = 尚未送达 { $recipients }。
not-delivered = 未能送达 { $recipients }。
next-held = 我们没有发出它，所以这一次没有任何人能看到邮件。下次尝试：{ $time }。
next-retry = 下次尝试：{ $time }。

deferred-dns-bogus = 关于 { $domain } 邮件服务器的答复通不过签名验证（DNSSEC），可能是伪造的，所以我们没有照办。
deferred-dns-unavailable = 暂时无法从 DNS 查到寄往 { $domain } 的邮件该送到哪里。
deferred-no-address = { $domain } 的邮件服务器都没有可用的地址。
deferred-dane-unavailable = 查不到 { $domain } 的邮件服务器是否公布了密钥，也许有人在隐瞒答复，所以我们等待。
deferred-policy-unreadable = 我们保存的关于 { $domain } 所作承诺的记录，在本服务器上读不出来；读出来之前，我们宁可等待，也不降低要求。
deferred-sts-no-host = { $domain } 的公开策略（MTA-STS）没有列出 DNS 给出的任何一台邮件服务器：可能有人伪造了 DNS，也可能策略没有更新。
deferred-rule-unsatisfiable = 管理员为 { $domain } 定下的规则，要求一种目前在那里得不到的证明。
deferred-unreachable = { $domain } 的邮件服务器一台也连不上。
deferred-unproven = { $domain } 有应答的邮件服务器当中，没有一台给出发信前必需的证明。
deferred-peer-deferred = { $host } 请我们稍后再来。
deferred-peer-said = { $host } 请我们稍后再来：“{ $reply }”。
deferred-connection-lost = 与 { $host } 的连接在对方确认收到之前断了，邮件当时可能已在传送途中。
deferred-protocol-error = { $host } 的应答不像邮件服务器，我们中止了连接。
deferred-our-side = 本服务器暂时没有余力处理它。

bounced-no-such-domain = 域名 { $domain } 不存在，地址很可能写错了。
bounced-null-mx = { $domain } 已声明不接收任何邮件。
bounced-no-mail-server = { $domain } 存在，但没有任何可以送达的邮件服务器：DNS 给出的名称都没有地址。地址可能写错了。
bounced-mail-loop = 邮件在兜圈子：通往 { $domain } 的路又绕回了我们自己。
bounced-peer-rejected = { $host } 明确拒收。
bounced-peer-said = { $host } 明确拒收：“{ $reply }”。
bounced-lifetime-over = 允许的时间内我们一直在尝试，现在只好放弃。
bounced-needs-smtputf8 = 它要用到国际字符，而 { $host } 在这些地方只接受基本的英文字母。
bounced-needs-8bitmime = 它含有 { $host } 收不了的字符，而改写又可能损坏邮件。
bounced-too-large = 它超过了 { $host } 允许的大小。
bounced-line-too-long = 它有一行太长，{ $host } 无法原样收下。
bounced-requiretls-unsupported = 发件人要求全程保护（REQUIRETLS），而 { $host } 没有承诺做到，所以我们没有发给它。
bounced-suspected-downgrade = 以往寄往 { $domain } 的邮件走的是比 { $host } 现在所能提供的更安全的连接。可能有人从中作梗，所以我们先等待，现在放弃，没有发出。
bounced-operator-returned = 本服务器的管理员把它退了回来。

delay-notice-sent = 已用邮件 { $message } 告知发件人有延误。
bounce-sent = 已用邮件 { $message } 告知发件人。
notice-about-bounce = 这封邮件用来告知发件人：邮件 { $message } 未能送达。
notice-about-delay = 这封邮件用来告知发件人：邮件 { $message } 有延误。
notice-about-success = 这封邮件用来告知发件人：邮件 { $message } 已送达。
bounce-suppressed-null-sender = 没有另行通知，因为这封邮件本身就是自动通知。
bounce-suppressed-notify = 没有另行通知，因为发件人表示不需要这类通知。
operator-held = { $by } 暂扣了这封邮件，放行之前它会一直留在这里。
operator-released = { $by } 放行了这封邮件，它又上路了。
operator-retry-asked = { $by } 要求立即再试一次。
operator-deleted = { $by } 删除了这封邮件，它不会再发出。

## 一行一个结果

outcome-delivered-cleartext = ✓ { $recipients }：已送达，没有加密；沿途任何人都能读到
outcome-delivered-encrypted = ✓ { $recipients }：已加密送达，但没有核实对方是谁；中间的攻击者能读到
outcome-delivered-authenticated = ✓ { $recipients }：已加密送达身份得到证明的服务器；只有双方服务器能读到
outcome-held = ⏸ { $recipients }：为安全起见暂缓，没有发出；下次尝试：{ $time }
outcome-waiting = ⏸ { $recipients }：等待中；下次尝试：{ $time }
outcome-returned = ✗ { $recipients }：未送达；{ $why }
outcome-why-no-such-domain = 没有这个域名
outcome-why-null-mx = 该域名不收邮件
outcome-why-no-mail-server = 该域名没有邮件服务器
outcome-why-mail-loop = 邮件在兜圈子
outcome-why-peer-rejected = 对方服务器拒收
outcome-why-lifetime-over = 已尝试到允许的期限
outcome-why-needs-smtputf8 = 对方服务器收不了国际化地址
outcome-why-needs-8bitmime = 对方服务器收不了其中的字符
outcome-why-too-large = 邮件太大，对方服务器不收
outcome-why-line-too-long = 邮件里有一行太长
outcome-why-requiretls-unsupported = 对方服务器无法承诺所要求的保护
outcome-why-suspected-downgrade = 连接不如从前安全
outcome-why-operator-returned = 管理员退回了它
