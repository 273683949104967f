# surehop.toml 可能出现的问题。每个问题有两条消息：哪里不对，以及怎样改正。

config-file-missing = 没有文件 { $path }。
config-file-missing-remedy = 用 "surehop init" 生成一份，或用 --config 指定别的文件。
config-file-unreadable = 无法读取文件 { $path }。
config-file-unreadable-remedy = 请检查文件权限，以及是谁在运行此命令。
config-file-too-big = 文件 { $path } 超过 1 MiB。
config-file-too-big-remedy = 这不像是配置文件；请用 --config 指定正确的文件。
config-file-exposed = 本机所有人都能读取 { $path }，而其中含有密码散列。
config-file-exposed-remedy = chmod 600 { $path }；若需让中继所属的组读取，则用 640。
config-not-toml = 这不是合法的 TOML：{ $detail }
config-not-toml-remedy = 字符串要加引号，表名写在 [方括号] 里；其余规则见 https://toml.io 。

config-unknown-key = 没有名为“{ $key }”的设置。
config-unknown-key-remedy = 请删去。此处可用的有：{ $known }。
config-misspelt-key = 没有名为“{ $key }”的设置。您是想写“{ $suggestion }”吗？
config-misspelt-key-remedy = 请写“{ $suggestion }”。
config-misplaced-key = 设置“{ $key }”应放在 { $suggestion } 中。
config-misplaced-key-remedy = 请把这一行移到 { $suggestion } 之下。
config-missing-key = 缺少“{ $key }”。
config-missing-key-remedy = 请补上；"surehop init" 生成的文件里有写法示例。
config-wrong-type = “{ $key }”应为{ $expected ->
    [string] 带引号的文本
    [boolean] true 或 false
    [array] 方括号里的列表
    [table] 表
   *[number] 整数
  }，现在却是{ $got ->
    [string] 文本
    [boolean] true 或 false
    [array] 列表
    [table] 表
    [date] 日期
   *[number] 数字
  }。
config-wrong-type-remedy = { $expected ->
    [string] 请加上引号
    [boolean] 请写 true 或 false，不加引号
    [array] 请写在方括号里，各项用逗号分开
    [table] 请写成 [{ $key }]，各项设置另起一行
   *[number] 请写不带引号的整数
  }。
config-not-one-of = “{ $key }”不能是“{ $value }”。
config-not-one-of-remedy = 请从以下选择：{ $options }。

config-bad-duration = “{ $value }”不是时间长度。
config-bad-duration-remedy = 请写数字加单位：ms、s、m、h、d 或 w，例如 "30m" 或 "5d"。
config-bad-size = “{ $value }”不是大小。
config-bad-size-remedy = 请写整数加单位：KB、MB 或 GB，例如 "100MB"。
config-bad-endpoint = “{ $value }”不是带端口的地址。
config-bad-endpoint-remedy = 请写 IP 地址和端口，例如 "192.0.2.1:465"；"[::]:465" 表示本机所有地址。
config-bad-dot = “{ $value }”没有写明解析器的地址，以及其证书必须属于哪个名称。
config-bad-dot-remedy = 请两者都写，名称写在 # 之后："tls://9.9.9.9#dns.quad9.net"。端口不写则为 853。
config-bad-network = “{ $value }”不是网段。
config-bad-network-remedy = 请写 IP 地址，或带前缀长度的地址："192.0.2.0/24"、"2001:db8::/32"。
config-bad-domain = “{ $value }”不是域名。
config-bad-domain-remedy = 请写类似 "mail.example.org" 的名称。
config-bad-sender = “{ $value }”不能作为用户的发件人。
config-bad-sender-remedy = 请写 "alice@example.org"；"@example.org" 表示该域的所有人；"@.example.org" 表示其下所有子域。
config-bad-pattern = “{ $value }”不是域名模式。
config-bad-pattern-remedy = 请写 "example.org"；".example.org" 表示其下所有子域；"*" 表示所有域。
config-bad-match = “{ $value }”不是证书可能使用的名称。
config-bad-match-remedy = 请写 "mx.example.org"；".example.org" 表示其下任意名称。
config-bad-route = “{ $value }”不是路由。
config-bad-route-remedy = 指定主机写 "[mx.example.org]" 或 "[192.0.2.1]:25"；使用某个域的邮件服务器写 "example.net"。
config-bad-ca = 文件 { $value } 中没有可读取的证书。
config-bad-ca-remedy = 其中应有 PEM 格式的证书：-----BEGIN CERTIFICATE-----。
config-rule-needs-authenticated = match 和 ca 规定服务器如何证明身份，但 require = "{ $value }" 并不要求这种证明。
config-rule-needs-authenticated-remedy = 请写 require = "authenticated"，或删去 match 和 ca。
config-bad-date = “{ $value }”不是日期。
config-bad-date-remedy = 请写最后一天，如 "2026-12-31"，或某一时刻，如 "2026-12-31T12:00:00Z"。
config-exception-without-why = 例外必须写明理由：每次用到它，理由都会写进日志。
config-exception-without-why-remedy = 例如写 why = "对方十二月更换服务器"。
config-exception-lowers-nothing = level = "authenticated" 已是最高要求，这条例外不起任何作用。
config-exception-lowers-nothing-remedy = 请写 level = "encrypted" 或 "cleartext"，或者删掉这条例外。
config-exception-over = 这条例外已在“{ $value }”到期，不再起作用。
config-exception-over-remedy = 请删掉它，或者写一个更晚的日期。
config-report-only = 除规则外一概只观察不拦截：域名公布的要求只会被记录，邮件照常发出。
config-report-only-remedy = 请看 "surehop policy dry-run" 的结果；确认不会误拦之后，写 enforce = "all" 或删掉这一项。
config-bad-mailbox = "{ $value }" 不是此处可用的邮件地址。
config-bad-mailbox-remedy = 请写成 "tls-reports@example.org" 这样的地址，只用 ASCII 字符。
config-reports-contact = TLS 报告必须写明收件方可以向谁询问，但没有设置 contact。
config-reports-contact-remedy = 请在 [reports] 下加上 contact = "tls-reports@example.org"，或删去 send。
config-reports-unsigned = 没有 DKIM 密钥：没有签名的邮件报告会被忽略，因此 TLS 报告只能寄给通过 HTTPS 接收的域名。
config-reports-unsigned-remedy = 请在 [reports] 下加上 dkim_selector 和 dkim_key。如果完全不想寄报告，请写 send = false。
config-dkim-incomplete = DKIM 签名需要同时设置 dkim_selector 和 dkim_key。
config-dkim-incomplete-remedy = 请补上缺少的一项，或把 dkim_selector、dkim_key、dkim_domain 都删去。
config-dkim-domain = 来自 { $other } 的报告不能由 { $value } 签名：收件方会忽略这样的报告。
config-dkim-domain-remedy = 请删去 dkim_domain，或写上联系地址的域名或其上级域名。
config-bad-rua = “{ $value }”不是报告的地址。
config-bad-rua-remedy = 请写 "mailto:" 加邮件地址，或以 "https://" 开头的地址。
config-publish-no-mx = 没有写明任何 MX 主机。
config-publish-no-mx-remedy = 请写出该域名的所有 MX 主机，例如 mx = ["mx.example.org"]。
config-publish-too-many = 超过了 { $max } 个。
config-publish-too-many-remedy = 请去掉一些。
config-publish-out-of-range = { $value } 秒太短或太长。
config-publish-out-of-range-remedy = 请写 { $min } 到 { $max } 秒之间的时长，例如 "1d"。
config-bad-account-name = “{ $value }”不是账户名。
config-bad-account-name-remedy = 请写本机的用户名或组名，例如 "surehop"。
config-bad-user-name = 用户名为空、过长，或含有控制字符。
config-bad-user-name-remedy = 请写邮件程序登录时使用的用户名，例如 "alice"。
config-bad-password-hash = 这不是密码散列。
config-bad-password-hash-remedy = 请用 "surehop password" 生成，并粘贴以 scrypt$ 开头的整行。切勿在此写明文密码。
config-out-of-range = “{ $key }”不能是 { NUMBER($value, useGrouping: "false") }。
config-out-of-range-remedy = 请写 { NUMBER($min, useGrouping: "false") } 到 { NUMBER($max, useGrouping: "false") } 之间的数。

config-hostname-local = “{ $value }”对其他邮件服务器毫无意义。
config-hostname-local-remedy = 请写本机在互联网上的完整名称，例如 "mail.example.org"。
config-http-not-loopback = 控制台只能监听回环地址，不能监听 { $value }：它不要求密码就会显示邮件经过。
config-http-not-loopback-remedy = 请写 "127.0.0.1:8025" 或 "off"。若需远程访问，请用 SSH 隧道或会验证身份的代理。
config-trust-ad-remote = trust_ad 表示相信解析器所说的 DNSSEC 已验证，而 { $value } 既不在本机，也不经 TLS 访问：途中任何人都能伪造。
config-trust-ad-remote-remedy = 请在本机运行验证型解析器（如 unbound）并写 127.0.0.1，或写经 TLS 访问的解析器（"tls://9.9.9.9#dns.quad9.net"），或删去 trust_ad。
config-no-listener = 没有配置任何监听端口，谁也无法提交邮件。
config-no-listener-remedy = 请在 [listen] 下添加 submissions = ["[::]:465"]；若只供本机程序使用，可写 local = ["127.0.0.1:25"]。
config-no-users = 配置了提交端口，却没有用户：谁也无法登录。
config-no-users-remedy = 请添加 [[user]]，写上名称和用 "surehop password" 生成的密码散列。
config-tls-needed = 提交邮件必须使用 TLS，但没有证书。
config-tls-needed-remedy = 请添加 [tls]，写上 certificate 和 key 两个 PEM 文件的路径。
config-endpoint-twice = { $value } 已被上文的 { $other } 占用。
config-endpoint-twice-remedy = 每个监听器要用各自的地址和端口。"[::]" 也包括 IPv4。
config-user-twice = 有两个名为“{ $value }”的用户。
config-user-twice-remedy = 请改名或删去其一。
config-retry-order = retry_first 不能长于 retry_max 或 lifetime。
config-retry-order-remedy = 例如 retry_first = "5m"、retry_max = "4h"、lifetime = "5d"。
config-no-resolver = 没有 DNS 解析器：既未配置，/etc/resolv.conf 中也没有。
config-no-resolver-remedy = 请在 [dns] 下添加 resolvers = ["127.0.0.1"]。
config-bad-anchors = “{ $value }”中没有可用的信任锚（行号与原因：{ $detail }）。
config-bad-anchors-remedy = 请每行写一条 DS 或 DNSKEY 记录，格式与区域文件相同：example.org. IN DS 12345 13 2 4A5F…
config-danger-private = 允许向回环和私有地址发信：陌生人的 MX 记录因此可以指向您的内部网络。
config-danger-private-remedy = 请删去 allow_private_addresses，改用带 route 的 [[rule]] 指定内部服务器。
config-danger-dnssec = 不验证 DNS 应答：能伪造应答的人就能指定自己的邮件服务器。
config-danger-dnssec-remedy = 请删去 skip_dnssec；Surehop 可以经由任何解析器进行验证。

config-path-missing = 没有文件 { $path }。
config-path-missing-remedy = 请检查路径。相对路径从 surehop.toml 所在目录算起。
config-path-unreadable = 无法读取文件 { $path }。
config-path-unreadable-remedy = 请检查文件权限，以及是谁在运行此命令。
config-certificate-unreadable = { $path } 中没有 PEM 格式的证书。
config-certificate-unreadable-remedy = 应以 -----BEGIN CERTIFICATE----- 开头，先是服务器自己的证书，然后是证书链。
config-key-unreadable = { $path } 中没有可读取的私钥。
config-key-unreadable-remedy = 应为 PEM 格式，且不带口令。
config-key-mismatch = 私钥 { $key } 与证书 { $certificate } 不匹配。
config-key-mismatch-remedy = 请指定生成该证书时所用的私钥。
config-key-exposed = 本机所有人都能读取私钥 { $path }。
config-key-exposed-remedy = chmod 600 { $path }
config-certificate-expired = 证书 { $path } 已于 { $date } 到期：邮件程序会拒绝它。
config-certificate-expired-remedy = 请续期，然后执行 "systemctl reload surehop"。
config-certificate-name = 证书不是颁发给 { $hostname } 的：使用此名称的邮件程序会拒绝它。
config-certificate-name-remedy = 请取得包含 { $hostname } 的证书，或把 hostname 改为证书中的名称。
config-data-not-directory = { $path } 不是目录。
config-data-not-directory-remedy = 请为队列指定一个目录，例如 data = "/var/lib/surehop"。
config-data-not-writable = 无法写入 { $path }。
config-data-not-writable-remedy = 请建立该目录，并交给运行中继的账户。
config-no-such-account = 本机没有账户“{ $value }”。
config-no-such-account-remedy = 请建立：useradd --system --no-create-home { $value }
config-account-ignored = user = "{ $value }" 不起作用：只有 root 才能切换到别的账户。
config-account-ignored-remedy = 如果您本来就以该账户启动中继（systemd 单元即如此），则无需处理。
