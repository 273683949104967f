# 查看一个域名：哪里不对、为什么要紧、该做什么。{$name} 和 {$host} 是陌生人起的名字。

## 命令

cli-check = 说明对寄往某域名的邮件，哪些攻击会得逞，什么能挡住它们
cli-option-check-markdown = 以 Markdown 输出报告
cli-option-check-html = 另把报告写成一个不依赖任何东西的网页文件
cli-option-check-paste = 输出要公布的内容，可直接粘贴；给出 postfix、exim、sendmail 或 opensmtpd 时连同其配置
cli-option-check-save = 把看到的内容写进文件，以后可用 --from 再读
cli-option-check-from = 评判 --save 所存的内容，什么都不再查看
cli-option-check-dns-only = 只看 DNS 和策略，不连接任何邮件服务器
cli-option-check-nameserver-port = 该域名的域名服务器的端口，用于测试网络（默认 53）
cli-option-check-intrusive = 另试可能造成损害的手法，只在环回地址和配置自己监听 SMTP 端口的地址上试，别处一概不试
cli-option-check-watch = 每隔这么久（至少 1m）再看一次，直到停止，只说有什么变化
cli-option-check-ehlo = EHLO 中报出的名字（默认取配置中的，否则为 localhost）
cli-check-exit-codes = 退出码：0 没有比“须知”更重的问题；1 有必须修正的问题（或没能查询）；2 命令不明白；3 有警告；4 无法查看。查多个域名时取最坏的一个。
cli-check-bad-domain = “{ $value }”不是域名。
cli-check-too-many = 一次最多 { $max } 个域名；更多请用“surehop scan”。
cli-check-bad-server = 没有“{ $value }”的配置：可选 postfix、exim、sendmail 或 opensmtpd。
cli-check-bad-watch = “{ $value }”不是一分钟以上的时间（如 10m、1h）。
cli-check-looking = 正在查看 { $domain } ……
cli-check-unwritable = 无法写入 { $file }：{ $why }。
cli-check-unreadable = { $file } 的内容不是 --save 所写的：{ $why }。

## 报告

check-changed = { $domain } 有变化，看到的时间：{ $at }
check-title = 寄往 { $domain } 的邮件
check-when = 查看时间：{ $at }
check-level-label = 级别：
check-level-authenticated = 已验证（authenticated）——对会核对的发信方，只有两端服务器能读
check-level-encrypted = 已加密（encrypted）——居中的攻击者能读
check-level-cleartext = 明文（cleartext）——途中任何人都能读
check-level-none = 无——它不收邮件
check-level-unknown = 未知——无法查看它的服务器

check-verdict-no-mail = { $domain } 不收邮件，并且按规矩声明了这一点。不会有邮件寄往那里，也就没有可偷看的东西。
check-verdict-safe = 会核对的服务器（无论用 DANE 还是 MTA-STS）寄往 { $domain } 的邮件，途中无人能读。
check-verdict-safe-dane = 用 DANE 核对的服务器寄往 { $domain } 的邮件，途中无人能读。只懂 MTA-STS 的发信方（其中有几家最大的）仍可能受骗。
check-verdict-safe-sts = 用 MTA-STS 核对、且先前与该域名打过交道的服务器，寄往 { $domain } 的邮件途中无人能读。只懂 DANE 的发信方仍可能受骗。
check-verdict-uneven = 寄往 { $domain } 的邮件，在它的一些服务器上受保护，在另一些上没有。攻击者只要堵住好的那些，就能读走其余的。
check-verdict-unprotected = 寄往 { $domain } 的邮件途中是加密的，可是能改道或篡改流量的人仍然读得到：没有任何东西要求发信方坚持。
check-verdict-readable = 途中任何人都能读到寄往 { $domain } 的邮件，至少是到它某台服务器的那些：那里没有加密。
check-verdict-held = 会核对的服务器无法把邮件送到 { $domain }：它公布的与它出示的不相符。这些邮件会等待，最后退回。
check-verdict-undeliverable = 邮件根本无法送达 { $domain }。
check-verdict-unknown = 无法得知寄往 { $domain } 的邮件是否安全：从这里查看不到它的服务器或 DNS。这并不说明它有什么不好。

check-steps-title = 先做这些
check-colon = ：

check-matrix-title = 谁能读到邮件
check-matrix-note = “读到”表示这类攻击者得到了邮件；“挡住”表示邮件等待或原样退回，没人读过；“无害”表示邮件送达，没人读过。
check-matrix-attacker = 攻击者……
check-sender-opportunistic = 普通服务器
check-sender-mta-sts = 用 MTA-STS
check-sender-dane = 用 DANE
check-sender-both = 两者都用
check-sender-requiretls = 要求 REQUIRETLS
check-ability-listen = 只在途中窃听
check-ability-path = 居中并篡改流量
check-ability-dns = 伪造 DNS 应答
check-ability-first-contact = 在首次接触时藏起策略
check-ability-authority = 持有误签发的证书
check-unattacked = 不在场
check-cell-read = 读到
check-cell-stopped = 挡住
check-cell-harmless = 无害
check-cell-unknown = 未知
check-cell-arrives = 送达
check-cell-waits = 送不到

check-findings-title = 发现
check-clean = 没有发现问题。
check-severity-error = 必须修正
check-severity-warning = 最好改进
check-severity-notice = 须知
check-label-why = 为什么要紧：
check-label-fix = 该做什么：
check-label-who = 由谁来做：
check-label-evidence = 所见：
check-label-paste = 写进区域：
check-who-you = 您
check-who-provider = { $provider ->
    [unknown] 运营那台服务器的一方
   *[other] 运营那台服务器的 { $provider }，请向他们提出
}
check-who-registrar = 您的域名注册商或 DNS 服务商
check-who-nobody = 无人

check-hosts-title = 各台服务器
check-starttls-required = { $name } 只收经 TLS 送来的邮件。
check-starttls-optional = { $name } 提供 TLS，但不强求：发信方不加密，它也照收明文邮件。
check-starttls-offered = { $name } 提供 TLS；是否强制使用，未能看出。
check-starttls-broken = { $name } 声称支持 TLS，却建立不了加密连接。
check-starttls-missing = { $name } 不提供 TLS。
check-starttls-untested = 未能与 { $name } 对话。

check-untested-title = 未能测试
check-untested-note = 以下各项都不算该域名的毛病。
check-untested-silent = { $name }：没有任何数据包返回。多半是您自己的网络不许任何人连到 25 端口；请从可以发信的服务器上再问。
check-untested-no-route = { $name }：从这里没有路可到（{ $detail }）。多半是您自己的网络没有 IPv6。
check-untested-refused-connection = { $name }：连接被拒，可能是对方，也可能是途中的网络。
check-untested-slow-down = { $name }：服务器请我们慢一些（{ $detail }），我们照办了。请稍后再问。
check-untested-unwelcome = { $name }：服务器不愿与这个地址交谈（{ $detail }）。请从可以发信的服务器上再问。
check-untested-no-answer = { $name }：没有按时回答（{ $detail }）。
check-untested-broken-off = { $name }：对话中断（{ $detail }）。
check-untested-dns-failed = { $name }：DNS 没有给出答案（{ $detail }）。
check-untested-out-of-time = { $name }：时间不够了（{ $detail }）。
check-untested-not-asked = { $name }：没有查询（{ $detail }）。

check-paste-zone = 写进区域：
check-paste-policy = 在 { $path } 提供：
check-paste-steps = 按这个次序：

## 为什么要紧

check-why-clear = 没有加密的东西，邮件途经的线路、交换点和路由器上的任何人都能读。
check-why-strip = 加密的提议是以明文发出的。居中的人把它删掉，或冒充服务器作答，多数发信方便一声不响地继续。只有公布在无法伪造之处的承诺（DANE），或事先已知的承诺（MTA-STS），才挡得住。
check-why-forge = 能伪造 DNS 应答的人会把邮件引到自己的服务器，而且无人察觉。
check-why-held = 会核对的服务器宁可留住邮件，也不交给不该给的人。邮件会等待，几天后退回寄件人。
check-why-weakest = 攻击者堵住别的服务器，就能选定邮件到哪一台。邮件有多安全，由最弱的那台决定。
check-why-identity = 证明不了服务器名字的证书，谁都做得出来。会核对的发信方会拒收，不核对的可能受骗。
check-why-old = 已知薄弱的方法，会帮到记录流量或干扰协商的人，即使旁边也提供好的方法。
check-why-later = 今天录下流量的人，几年后一旦拿到密钥，就能读到全部内容。
check-why-reach = 有些发信方到不了该域名，或者只是碰巧能到。
check-why-blind = 寄给您的邮件受到攻击或被扣住时，没有人告诉您。
check-why-soon = 今天还能用，以后会自己失效。
check-why-load = 几个客户端就能让服务器空忙。
check-why-issue = 世上任何一家证书机构都可以为这个名字签发证书，其中一家出一次错就够了。
check-why-demand = 发信方为某一封邮件要求凭证（REQUIRETLS）时，只会收到退信。
check-why-replay = 客户端提前说的话，录下来的人可以原样再发给服务器一遍。
check-why-inject = 居中的人可以把自己的命令插在加密对话的前面，让邮件或密码寄到他那里。
check-why-smuggle = 凡能交来一封邮件的人，都能让服务器再发出第二封，冒用任何人的名义，绕过对发件人的一切检查。
check-why-nothing = 这样正好。

## 发现

check-finding-no-domain = 没有 { $name } 这个域名。
check-fix-no-domain = 请检查拼写。若是您的域名，请看它是否仍在注册期内。
check-finding-null-mx = { $name } 声明自己不收邮件（null MX）。
check-fix-null-mx = 无须做什么。
check-finding-implicit-mx = { $name } 没有 MX 记录，邮件会送往域名自身的地址。
check-fix-implicit-mx = 公布一条指明邮件服务器的 MX 记录；若该域名不收邮件，请公布“MX 0 .”。
check-finding-mx-alias = { $name } 不是主机，而是 { $alias } 的别名。邮件标准不许 MX 记录这样写，有些发信方不会跟随。
check-fix-mx-alias = 在 MX 记录中写 { $alias }，或给 { $name } 自己的地址。证书和 TLSA 记录须一并改动。
check-finding-mx-unusable = { $name } 的一条 MX 记录写的不是主机：{ $exchange }。
check-fix-mx-unusable = 请写主机名，不许写地址。
check-finding-host-no-address = MX 主机 { $name } 没有地址。
check-fix-host-no-address = 给它地址（A、AAAA），或从 MX 记录中去掉它。
check-finding-host-private-address = MX 主机 { $name } 只有内部网络的地址。
check-fix-host-private-address = 公布从外面能够到达的地址。
check-finding-host-dns-bogus = { $name } 的地址所带的签名不相符。
check-fix-host-dns-bogus = 修正 { $name } 所在区域的 DNSSEC。在此之前，会验证的发信方到不了它。
check-finding-ipv6-missing = 无法通过 IPv6 到达 { $name }。
check-fix-ipv6-missing = 给服务器一个 IPv6 地址并公布（AAAA），同时设好反向解析。
check-finding-ns-ipv6-missing = { $name } 的域名服务器没有 IPv6 地址：{ $hosts }。
check-fix-ns-ipv6-missing = 请域名服务器的运营者至少给其中两台配上 IPv6 地址（AAAA），或者换用别的。
check-finding-ns-ipv6-silent = { $name } 的域名服务器在其 IPv6 地址上没有应答：{ $hosts }。
check-fix-ns-ipv6-silent = 请域名服务器的运营者在该地址上开放 53 端口（UDP 和 TCP），或者撤掉 AAAA 记录：向这样的地址提问只会白等。
check-finding-address-refuses = { $name } 在 { $address } 拒绝连接。
check-fix-address-refuses = 在那里启动服务器，放开防火墙，或从 DNS 中去掉该地址。
check-finding-hosts-differ = { $name } 的各台 MX 主机安全程度不同。不如最好那台的有：{ $hosts }。
check-fix-hosts-differ = 让每台 MX 主机都公布最好那台所有的，或从 MX 记录中去掉其余的。
check-finding-nothing-enforced = { $name } 公布的内容中，没有任何东西要求发信方坚持加密或坚持找对服务器。
check-fix-nothing-enforced = 公布 DANE（签名的区域和 TLSA 记录）或 enforce 模式的 MTA-STS，最好两者都有。“surehop publish records”会输出它们。
check-finding-starttls-refused = { $name } 提供 STARTTLS，随后又拒绝（{ $detail }）。
check-fix-starttls-refused = 请看服务器日志：多半是它读不了自己的密钥或证书。
check-finding-starttls-required = { $name } 只收经 TLS 送来的邮件；不会加密的发信方，信会被退回。
check-fix-starttls-required = 如果本意如此，不必改动。按标准，MX 记录所指的服务器也应接收未加密的邮件（RFC 3207 §4）。况且这挡不住线路中间的人：他会冒充服务器应答。只有 DANE 和 MTA-STS 能挡住。
check-finding-tls-broken = { $name } 提供 STARTTLS，随后却建立不了加密（{ $detail }）。
check-fix-tls-broken = 用“openssl s_client -starttls smtp”试一试，并查看服务器日志和它前面检查邮件的设备。
check-finding-tls-too-old = { $name } 所会的 TLS 不比 { $protocol } 更新。
check-fix-tls-too-old = 更新服务器，使它会 TLS 1.2 和 1.3。
check-finding-tls13-missing = { $name } 不会 TLS 1.3。
check-fix-tls13-missing = 请启用它；服务器的 TLS 库也许要换更新的版本。
check-finding-tls-old-versions = { $name } 还在使用 { $versions }。
check-fix-tls-old-versions = 只允许 TLS 1.2 及更新的版本。“surehop publish snippets”会输出相应的配置。
check-finding-cipher-insecure = { $name } 接受已被攻破或根本不加密的密码套件：{ $cipher }。
check-fix-cipher-insecure = 从列表中去掉 NULL、RC4、DES、export 和 MD5 的密码套件。
check-finding-cipher-anonymous = { $name } 接受不证明任何身份的密码套件：{ $cipher }。
check-fix-cipher-anonymous = 从列表中去掉匿名密码套件（aNULL）。会核对的发信方不会提出它们。
check-finding-cipher-weak = { $name } 接受如今已太弱的密码套件：{ $cipher }。
check-fix-cipher-weak = 从列表中去掉 3DES、IDEA 和 SEED。
check-finding-cipher-cbc = { $name } 接受屡遭攻击的旧式加密模式（CBC）：{ $cipher }。
check-fix-cipher-cbc = 算法列表里只留 GCM、CCM 或 ChaCha20-Poly1305。如果还有老旧的发信方，先从日志里查清谁仍在用旧模式。
check-finding-cipher-static = { $name } 接受没有前向保密的密码套件：{ $cipher }。
check-fix-cipher-static = 列表中只留下 ECDHE 或 DHE 的密码套件。
check-finding-cipher-order = { $name } 让客户端选择密码套件。
check-fix-cipher-order = 以服务器的次序为准（Postfix：tls_preempt_cipherlist = yes）。
check-finding-dh-short = { $name } 交换密钥所用的 Diffie-Hellman 群只有 { $bits } 位。
check-fix-dh-short = 改用至少 2048 位的群，最好是 RFC 7919 中的（ffdhe2048 或更大）。
check-finding-group-weak = { $name } 接受太小的椭圆曲线：{ $group }。
check-fix-group-weak = 只留下 X25519、P-256 和 P-384。
check-finding-exchange-sha1 = 客户端若提出，{ $name } 会用 SHA-1 为密钥交换签名。
check-fix-exchange-sha1 = 只允许 SHA-256 及更好的签名；在 OpenSSL 中就是安全级别 1 或 2（@SECLEVEL=2）。
check-finding-ems-missing = { $name } 在 TLS 1.2 里没有把会话密钥与整个握手绑在一起（扩展主密钥，RFC 7627）。
check-fix-ems-missing = 更新它的 TLS 库；近十年的版本都默认这样做。
check-finding-early-data = { $name } 在握手完成之前就接收数据（0-RTT）。
check-fix-early-data = 请关掉：邮件没有为它定过规则，而 RFC 8446 规定没有规则就不许用。
check-finding-compression = { $name } 在 TLS 内压缩，长度会泄露秘密。
check-fix-compression = 关闭 TLS 压缩。
check-finding-renegotiation-unsafe = { $name } 不会安全的重新协商（RFC 5746）。
check-fix-renegotiation-unsafe = 更新它的 TLS 库；新的发信方会拒绝与它交谈。
check-finding-renegotiation-by-client = { $name } 允许客户端在会话中重新协商。
check-fix-renegotiation-by-client = 关闭由客户端发起的重新协商（Postfix：tls_ssl_options = NO_RENEGOTIATION）。
check-finding-certificate-expired = { $name } 的 { $kind } 证书已于 { $date } 过期。
check-fix-certificate-expired = 请续签；已公布 TLSA 记录时，沿用同一把密钥。
check-finding-certificate-not-yet-valid = { $name } 的 { $kind } 证书要到 { $date } 才生效。
check-fix-certificate-not-yet-valid = 在此之前请出示先前的证书；若日期有误，请检查签发方的时钟。
check-finding-certificate-expires-soon = { $name } 的 { $kind } 证书将于 { $date } 过期，还剩 { $days } 天。
check-fix-certificate-expires-soon = 请续签（已公布 TLSA 记录时，沿用同一把密钥），并查明为什么没有自动续签。
check-finding-certificate-self-signed = { $name } 的 { $kind } 证书是用自己的密钥签的。
check-fix-certificate-self-signed = 请向大家都信任的机构申请一张。只用 DANE 时可以不改；MTA-STS 不接受它。
check-finding-certificate-untrusted = 没有发信方信任的机构为 { $name } 的 { $kind } 证书担保（{ $detail }）。
check-fix-certificate-untrusted = 请向大家都信任的机构申请一张。只用 DANE 时可以不改；MTA-STS 不接受它。
check-finding-certificate-other-name = { $name } 的 { $kind } 证书写的是别的名字（{ $names }）。
check-fix-certificate-other-name = 申请一张名字中有 { $name } 的证书，或在 MX 记录中写证书所写的主机。
check-finding-chain-incomplete = { $name } 没有送出与它的 { $kind } 证书相配的中间证书（{ $issuer }）。
check-fix-chain-incomplete = 让服务器送出整条证书链（文件常叫 fullchain.pem），而不只是它自己的证书。
check-finding-chain-disordered = { $name } 送出的 { $kind } 证书链次序不对，或混有不相干的证书。
check-fix-chain-disordered = 服务器自己的证书放最前，其后依次是为前一张担保的证书，不放别的。
check-finding-key-short = { $name } 的 { $kind } 证书链中有一把密钥太短（{ $key }；{ $subject }）。
check-fix-key-short = 换一把新密钥：ECDSA P-256，或至少 2048 位的 RSA。启用前两个 TTL 就公布它的 TLSA 记录。
check-finding-signature-weak = { $name } 的 { $kind } 证书链中有一张证书是用 MD5 或 SHA-1 签的（{ $subject }）。
check-fix-signature-weak = 请换一张新证书；证书机构用 SHA-256 签名已有多年。
check-finding-command-injection = { $name } 在加密之后，仍会执行以明文跟在 STARTTLS 后面的命令（CVE-2011-0411）。
check-fix-command-injection = 立即更新服务器：TLS 之前来的东西必须全部丢弃。
check-finding-smuggling = { $name } 把假的邮件结尾当成结尾（{ $endings }）：SMTP 走私。
check-fix-smuggling = 更新服务器，只让 <CR><LF>.<CR><LF> 结束一封邮件（Postfix：smtpd_forbid_bare_newline = normalize）。
check-finding-tlsa-no-rollover = { $name } 的 TLSA 记录只对应正在使用的密钥。
check-fix-tlsa-no-rollover = 在启用下一把密钥之前，至少提前两个 TTL 发布它的记录；或者发布签发机构的记录（2 1 1）。“surehop publish next”会一步步带您做。
check-finding-requiretls-missing = { $name } 不提供 REQUIRETLS。
check-fix-requiretls-missing = 服务器若会（RFC 8689），请启用；目前会的还不多。
check-finding-caa-missing = 没有 CAA 记录说明谁可以为 { $name } 签发证书。
check-fix-caa-missing = 公布一条，写明您的证书机构（“surehop publish records --caa”）。
