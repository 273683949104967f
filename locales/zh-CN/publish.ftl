# 自己的域名所公布的内容：可直接粘贴的记录、已公布内容的毛病，以及密钥轮换。

## 命令

cli-publish = 您自己的域名对发信方的承诺：DANE、MTA-STS、TLS 报告
cli-publish-records = 输出您的域名要用的区域记录和策略文件，可直接粘贴
cli-publish-check = 将已公布的内容与服务器和配置对照，并说明该修正什么
cli-publish-next = 说明邮件服务器密钥轮换到了哪一步，接下来做什么
cli-publish-switch = 询问下一把密钥能否启用；其 TLSA 记录公布未满两个 TTL 时拒绝（退出码 1）
cli-publish-snippets = 输出某种邮件服务器的配置，已填好您域名的各个名称
cli-option-publish-domain = 您的域名（默认取 [publish] 中的）
cli-option-publish-mx = 一台 MX 主机，可多次给出（默认取 [publish] 中的，否则取 MX 记录）
cli-option-publish-cert = 在用证书的 PEM 文件，可多次给出（默认取 [publish] 中的，否则取服务器出示的）
cli-option-publish-next-key = 将要接替的密钥的 PEM 文件，可多次给出
cli-option-publish-switch-cert = 即将启用的证书，可多次给出（默认取 [publish] 中的 next_keys）
cli-option-publish-mode = MTA-STS 模式：enforce、testing 或 none
cli-option-publish-max-age = 发信方保留 MTA-STS 策略多久
cli-option-publish-rua = TLS 报告寄往何处（mailto: 或 https:），可多次给出
cli-option-publish-caa = 可以为该域名签发证书的机构，可多次给出
cli-option-publish-ttl = 解析器可以保留这些记录多久
cli-option-publish-at = 在这个地址查看服务器，而不用它们公布的地址
cli-option-publish-server = postfix、exim、sendmail 或 opensmtpd
cli-option-publish-file = 邮件服务器上的证书和密钥，写作“证书:密钥”，可多次给出
cli-publish-exit-codes = 退出码：0 没有毛病（check），或可以切换密钥；1 有毛病，或还不可以；2 命令不明白。

publish-no-domain = 哪个域名？请用 --domain 指明，或写在 surehop.toml 的 [publish] 中。
publish-no-mx = 不知道哪些服务器接收 { $domain } 的邮件，请用 --mx 指明。（{ $detail }）
publish-no-keys = 没有证书可据以生成记录：无法查看 { $host }（{ $detail }）。请用 --cert 指明它的证书。
publish-no-next = 哪把密钥？请用 --cert 指明新证书，或在 surehop.toml 的 [publish] 中写明 next_keys。
publish-bad-file = { $file } 不能用：{ $why ->
    [too-long] 太长，不像证书或密钥
    [too-many] 里面的证书或密钥太多
    [no-certificate] 里面没有证书
    [no-key] 里面既没有证书也没有密钥
   *[unreadable] 读不了
}。
publish-bad-value = { $value } 不是 { $key } 可以取的值。
publish-bad-path = { $value } 不是“证书:密钥”的形式，两者都应是由普通字符组成的绝对路径。
publish-ledger-unreadable = { $file } 读不了，而其中记着每条记录从何时起已公布。请恢复它，或将它删除，那样等待时间就从头算起。
publish-ledger-unwritable = { $file } 写不了，等待时间因此无从算起：{ $detail }
publish-ledger-nowhere = 没有配置文件就什么也记不住，等待时间无从算起。请用 --config 指明。

## 记录

publish-zone-title = { $domain } 区域中的记录
publish-file-title = 下面的文本须能在 { $path } 取得
publish-steps-title = 依次要做的事
publish-for-tlsa-current = DANE：邮件服务器现在出示的密钥。检查 DNSSEC 的发信方只认它。
publish-for-tlsa-next = DANE：接下来要启用的密钥。须公布满两个 TTL，服务器才可以出示它。
publish-for-sts = MTA-STS：本域名有策略。策略一变，id 就变，发信方便会重新获取。
publish-for-tls-rpt = TLS 报告：别的服务器在来信途中遇到问题，告诉何处。
publish-for-caa = CAA：只有这家机构可以为该域名签发证书。
publish-step-sign-zone = 用 DNSSEC 为 { $zone } 及其 MX 主机所在的区域签名。不签名，没有人理会 TLSA 记录。
publish-step-paste-records = 把记录放进 { $zone } 的区域，取代同名同类型的旧记录。
publish-step-serve-policy = 让 { $host } 以 HTTPS 应答，证书须是这个名称的，并在 { $path } 以 text/plain 给出策略。
publish-step-policy-before-record = 策略变动时，先改文件，后改 { $name }：发信方看到 id 变了才会重新获取文件。
publish-step-enforce-later = 策略处于 testing 模式，什么也不会拦下。几周的报告都没有问题之后，请设 mode = "enforce"。
publish-step-name-rua = 请指明报告寄往何处（rua）：没有报告，寄不到您这里的邮件您就无从得知。
publish-step-make-next-key = 现在就生成下一把密钥，让它的记录早早公布：openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out next.key
publish-step-wait-two-ttls = 记录公布之后，至少 { $duration } 之内不要动服务器的证书。"surehop publish next" 会说明何时可以启用下一把密钥。
publish-step-keep-key = 续期证书时沿用原来的密钥（certbot 用 --reuse-key）。续期若换了密钥，寄给您的邮件就会滞留。

## 有什么毛病

publish-check-title = { $domain } 所公布的内容
publish-check-clean = 没有毛病。
publish-check-paste = 区域中应有：
publish-severity-error = 须修正：
publish-severity-warning = 宜改进：
publish-severity-notice = 供参考：

publish-finding-mx-unknown = 无法得知哪些服务器接收 { $name } 的邮件：{ $detail }。
publish-fix-mx-unknown = 请修好该域名的域名服务器或 DNSSEC 签名。在此之前，寄给它的邮件都会等待。
publish-finding-mx-missing = { $name } 没有 MX 记录。
publish-fix-mx-missing = 请用 MX 记录指明该域名的邮件服务器。
publish-finding-mx-insecure = { $name } 的 MX 记录没有签名：谁能伪造它们，谁就能决定邮件去哪里。
publish-fix-mx-insecure = 请用 DNSSEC 为区域签名，由您的注册商或 DNS 服务商办理。
publish-finding-mx-unpromised = { $host } 在 { $name } 的 MX 记录中，却不在您所承诺的服务器之列。
publish-fix-mx-unpromised = 请把它加入 [publish] 的 mx，或从 MX 记录中去掉。
publish-finding-mx-unpublished = { $host } 在承诺之列，却不在 { $name } 的 MX 记录中。
publish-fix-mx-unpublished = 请从 [publish] 的 mx 中去掉它，或添上 MX 记录。新服务器加入之前本应先作承诺，那样就无须处理。
publish-finding-host-untested = 无法查看 { $name }（{ $detail }）。可能是本机网络的缘故，并不说明服务器有问题。
publish-fix-host-untested = 请从放行 25 端口的网络再试。
publish-finding-host-no-starttls = { $name } 不提供 TLS（STARTTLS）：途中任何人都能看到邮件。
publish-fix-host-no-starttls = 请为服务器配上证书并开启 TLS。"surehop publish snippets" 会输出所需的配置。
publish-finding-addresses-insecure = { $name } 的地址没有签名，发信方因此根本不会查询它的 TLSA 记录。
publish-fix-addresses-insecure = 请为 { $name } 所在的区域签名。
publish-finding-tlsa-unknown = 无法得知 { $name } 有没有 TLSA 记录：{ $detail }。依 DANE 行事的发信方会扣住邮件。
publish-fix-tlsa-unknown = 请修好该区域的域名服务器：对 TLSA 的查询须带签名应答，没有记录时也一样。
publish-finding-tlsa-missing = { $name } 没有 TLSA 记录：寄往这台服务器的邮件得不到 DANE 的保护。
publish-fix-tlsa-missing = 请公布。
publish-finding-tlsa-insecure = { $name } 的 TLSA 记录没有签名，没有人理会。
publish-fix-tlsa-insecure = 请为它们所在的区域签名。
publish-finding-tlsa-unusable = { $name } 的 TLSA 记录没有一条可据以判断：发信方会要求 TLS，却证明不了对方是谁。
publish-fix-tlsa-unusable = 请换成 "3 1 1" 记录。
publish-finding-tlsa-pkix = { $name } 的 TLSA 记录用了邮件不认的用途：{ $record }。
publish-fix-tlsa-pkix = 请去掉以 0 或 1 开头的记录，改用 "3 1 1"。
publish-finding-tlsa-mismatch = { $name } 没有一条 TLSA 记录与服务器出示的 { $kind } 证书相符（{ $detail }）。依 DANE 行事的发信方会扣住邮件。
publish-fix-tlsa-mismatch = 请换回旧证书，或公布新密钥的记录，并保留旧记录。
publish-finding-tlsa-key-uncovered = 服务器还会出示 { $kind } 证书，而 { $name } 没有一条 TLSA 记录与它相符（{ $detail }）。一部分发信方会扣住邮件。
publish-fix-tlsa-key-uncovered = 请为每种密钥各公布一条记录，或从服务器上撤下那张证书。
publish-finding-tlsa-ta-not-sent = { $name } 的 TLSA 记录指向一家证书机构，服务器却没有发送它的证书：{ $record }。
publish-fix-tlsa-ta-not-sent = 请让服务器发送完整的证书链，包括该机构的证书。
publish-finding-tlsa-whole-certificate = { $name } 的 TLSA 记录代表整张证书：即使密钥不变，下次续期也会使它失效。
publish-fix-tlsa-whole-certificate = 请公布只代表密钥的 "3 1 1"。
publish-finding-tlsa-next-missing = 下一把密钥的记录还没有在 { $name } 公布。
publish-fix-tlsa-next-missing = 请在启用该密钥的两个 TTL 之前，与其他记录并列公布。
publish-finding-tlsa-stale = { $name } 有一条 TLSA 记录，既不代表服务器出示的密钥，也不代表下一把：{ $record }。
publish-fix-tlsa-stale = 没有服务器再出示那把密钥之后，请将它去掉。"surehop publish next" 会说明何时可以。
publish-finding-certificate-expiring = { $name } 的 { $kind } 证书{ $state ->
    [over] 已于 { $date } 过期
   *[soon] 将于 { $date } 过期
}。
publish-fix-certificate-expiring = 请续期，并沿用原来的密钥。
publish-finding-webpki-failed = 依 MTA-STS 行事的发信方不会接受 { $name } 的证书：{ $detail }。
publish-fix-webpki-failed = 请为服务器配上该名称的证书，由公认的机构签发，并附上证书链。
publish-finding-sts-unknown = 无法得知 { $name } 有没有记录：{ $detail }。
publish-fix-sts-unknown = 请修好该区域的域名服务器。
publish-finding-sts-missing = { $name } 没有 MTA-STS 记录：发信方不知道有策略。
publish-fix-sts-missing = 请先提供策略，再公布记录。"surehop publish records" 会输出这两样。
publish-finding-sts-several = { $name } 有多条 MTA-STS 记录：发信方视为没有。
publish-fix-sts-several = 请只留一条。
publish-finding-sts-invalid = { $name } 的 MTA-STS 记录有误（{ $detail }）：发信方视为没有。
publish-fix-sts-invalid = 请换成正确的记录。
publish-finding-sts-outdated = { $name } 的 id（{ $id }）与所要的策略不对应：发信方不会重新查看策略。
publish-fix-sts-outdated = 新策略就位之后，请换上新记录。
publish-finding-policy-missing = 无法从 { $name } 取得 MTA-STS 策略：{ $detail }。还不知道策略的发信方会照没有策略行事。
publish-fix-policy-missing = 请在该处以 HTTPS 提供策略，证书须是那个名称的，且不得重定向。{ $content }
publish-finding-policy-invalid = { $name } 的 MTA-STS 策略有误（{ $detail }）：发信方照没有策略行事。
publish-fix-policy-invalid = 请换成正确的文本。{ $content }
publish-finding-policy-differs = { $name } 的 MTA-STS 策略不是您所要的那一份。
publish-fix-policy-differs = 请换成正确的文本，然后修改记录。{ $content }
publish-finding-policy-mx-missing = { $name } 的 MTA-STS 策略没有列出 { $host }：知道该策略的发信方会跳过这台服务器。
publish-fix-policy-mx-missing = 请在策略中为它添一行 mx，或将该服务器从 MX 记录中去掉。
publish-finding-policy-mx-stale = { $name } 的 MTA-STS 策略列出了 { $pattern }，却没有 MX 记录指向它。
publish-fix-policy-mx-stale = 若不会再有服务器用那个名称，请去掉这一行。
publish-finding-policy-testing = { $name } 的 MTA-STS 策略处于 testing 模式：出错只报告，不拦下。
publish-fix-policy-testing = 报告没有问题之后，请改为 enforce。
publish-finding-policy-short = 发信方在 { $seconds } 秒后就忘记 { $name } 的 MTA-STS 策略：谁能阻断这么久，谁就能摆脱它。
publish-fix-policy-short = 请将 max_age 设为数周。
publish-finding-rpt-unknown = 无法得知 { $name } 有没有记录：{ $detail }。
publish-fix-rpt-unknown = 请修好该区域的域名服务器。
publish-finding-rpt-missing = 没有请求 TLS 报告：{ $name } 没有记录。
publish-fix-rpt-missing = 请公布一条，以便得知哪些邮件没能安全地寄到。
publish-finding-rpt-several = { $name } 有多条 TLS 报告记录：发信方视为没有。
publish-fix-rpt-several = 请只留一条，把所有地址写在其中。
publish-finding-rpt-invalid = { $name } 处的 TLS 报告记录{ $detail ->
    [too-long] 太长
    [second-version] 写了两次版本（v=）
    [no-version] 没有以“v=TLSRPTv1;”开头
    [bad-field] 里有一项不是“名=值”的形式
    [bad-uri] 里写的不是地址：前面应有“mailto:”或“https://”
    [no-rua] 没有写明报告寄往何处（rua=）
   *[other] 无法解读
}：没有人会寄来报告。
publish-fix-rpt-invalid = 换上正确的那一条。
publish-finding-rpt-unusable = { $name } 处的 TLS 报告记录要求把报告送往 { $uri }，但{ $why ->
    [in-clear] 没有人会用明文传送报告
    [no-address] 那不是能收信的地址
    [no-host] 那不是网上能送达的地方
   *[scheme] 没有人会用那种方式送报告
}。
publish-fix-rpt-unusable = 请写一个以“mailto:”或“https://”开头的地址。
publish-finding-rpt-differs = { $name } 的 TLS 报告记录不是您所要的那一条。
publish-fix-rpt-differs = 请换成正确的记录。

## 密钥轮换

publish-roll-unknown-failed = { $host }：无法得知公布了哪些 TLSA 记录（{ $detail }）。查明之前，请勿改动密钥和记录。
publish-roll-unknown-insecure = { $host }：它的 TLSA 记录没有 DNSSEC 签名，没有人理会，等待时间也无从算起。请先为区域签名。
publish-roll-publish-current = { $host }：在用的密钥没有 TLSA 记录：{ $keys }。请立即公布，这比什么都要紧。
publish-roll-make-next = { $host }：一切正常。请生成下一把密钥，并写在 [publish] 的 next_keys 中，以便公布它的记录。
publish-roll-publish-next = { $host }：请将下一把密钥的记录与其他记录并列公布：{ $keys }。先不要动服务器。
publish-roll-wait-to-switch = { $host }：两把密钥都已公布。请等到 { $until } 之后再让服务器出示下一把。
publish-roll-switch = { $host }：下一把密钥自 { $since } 起已公布。服务器现在可以出示它了。
publish-roll-wait-to-remove = { $host }：下一把密钥已启用。旧记录请保留到 { $until }，以备退回。
publish-roll-remove-old = { $host }：请去掉旧记录：{ $records }。
publish-roll-settled = { $host }：下一把密钥已启用，旧的都已去掉。请把它从 next_keys 移到 certificates，再生成一把新的。
publish-refused-not-published = { $host }：这把密钥的 TLSA 记录没有公布：{ $keys }。请与其他记录并列公布，再等两个 TTL；现在切换会使邮件滞留。
publish-refused-too-soon = { $host }：这把密钥还太早：{ $keys }。它的记录最早见于 { $seen }；在 { $allowed } 之前，别的服务器可能仍以旧记录为准。请到那时再切换。
publish-allowed = 每条记录都已公布满两个 TTL：证书可以启用。

## 配置中的注释

publish-note-receiving = 接收：让本服务器出示域名所承诺的证书。
publish-note-certificates = 证书链，服务器自己的证书在最前。续期请沿用原来的密钥，否则 TLSA 记录失效。
publish-note-one-certificate = OpenSMTPD 每个名称只出示一张证书，请为这一张公布 TLSA 记录。
publish-note-modern = 不用早于 TLS 1.2 的版本。
publish-note-sending = 发送：让寄往该域名的邮件安全到达，否则等待。
publish-note-resolver = DANE 需要本机上有验证 DNSSEC 的解析器，例如 unbound。
publish-note-dane-everywhere = 对方域名有 DANE 就用 DANE，提供 TLS 就用 TLS。
publish-note-require-dane = 寄往该域名的邮件非 DANE 不可。
publish-note-require-names = 寄往该域名的邮件只交给这些名称，须有证书证明。
publish-note-authorities = 以证书证明名称时，信任哪些机构。
publish-note-no-dane-built-in = DANE：只有编译时带上它的 sendmail 才有。Debian 的没有，请让它把邮件交给 Surehop。
publish-note-no-dane-at-all = OpenSMTPD 既没有 DANE 也没有 MTA-STS：这里要求 TLS 和可信的证书。让它把邮件交给 Surehop，两样就都有了。
publish-note-hand-over = 所有邮件交给本机的 Surehop，它懂 DANE 和 MTA-STS。
