# DNS 说了什么、能信到什么程度，以及解析器出了什么毛病。

## 状态

dns-status-secure = 可信（secure）：应答已得到证明。
dns-status-insecure = 未签名（insecure）：没有任何东西为应答作保，它的可信程度取决于传来的路径。
dns-status-bogus = 伪冒（bogus）：应答通不过验证，不可使用，可能是伪造的。
dns-status-indeterminate = 无法判定（indeterminate）：没有得到能说明问题的应答。

## 原因

dns-reason-chain-complete = 从一开始就信任的密钥到应答，每一环都有签名。
dns-reason-no-anchor = 没有一把事先信任的密钥管到这个名称，因此关于它的一切都无从证明。
dns-reason-insecure-delegation = 上级区域以签名声明，DNS 的这一部分没有签名。
dns-reason-opt-out = 上级区域的证明不包括未签名的名称，而这个名称可能正是其中之一。
dns-reason-unsupported-algorithm = 该区域只用本程序不认识或已不安全的方法签名。
dns-reason-unsupported-digest = 上级区域只用本程序不认识或已不安全的方法为该区域作保。
dns-reason-nsec3-iterations = 验证该区域的证明所需的计算量过大，不宜为陌生人承担。
dns-reason-not-signable = 签名本身没有签名：无法证明这就是全部。
dns-reason-signature-missing = 该区域有签名，应答却没有带来签名：途中被去掉了。
dns-reason-signature-invalid = 签名与应答不符：应答被改动过，或者该区域签错了名。
dns-reason-signature-expired = 签名已过期：有人重放旧应答，或该区域没有及时重签，或本机时钟快了。
dns-reason-signature-not-yet-valid = 签名尚未生效：本机时钟可能慢了。
dns-reason-signer-wrong = 签名者无权为这个名称签名。
dns-reason-key-missing = 应答中缺少该区域的密钥：缺的是签名所指的那一把，或是全部。
dns-reason-key-mismatch = 该区域的密钥没有一把得到上级区域的作保。
dns-reason-no-zone-key = 该区域的密钥没有一把可以为区域签名。
dns-reason-wildcard-unproven = 应答由通配符得来，却没有证明该名称本身不存在。
dns-reason-denial-missing = 应答说没有记录，却没有给出证明。
dns-reason-denial-invalid = “没有记录”的证明自相矛盾。
dns-reason-alias-mismatch = 别名指向的地方与区域所说的不一致。
dns-reason-work-limit = 验证这个应答所需的工作量超出任何诚实应答的需要。
dns-reason-no-answer = 解析器没有给出应答。
dns-reason-unreadable-answer = 应答无法读懂，或自相矛盾。
dns-reason-chain-too-long = 别名绕了圈，或者链条过长。

## 解析器的毛病与对策

dns-finding-no-answer = 没有一个 DNS 解析器应答（{ $resolvers }：{ $detail }）。请检查网络、防火墙（53 端口的 UDP 和 TCP），以及 [dns] 或 /etc/resolv.conf 中写的解析器。
dns-finding-silent = DNS 解析器 { $resolvers } 不应答（{ $detail }），而别的解析器正常。请查明原因，或将它移除。
dns-finding-refused = DNS 解析器 { $resolvers } 答不出 DNS 的根（{ $detail }）：它拒绝本机，或不是完整的解析器。请允许本机向它查询，或在 [dns] 中另写一个。
dns-finding-stripped = DNS 解析器 { $resolvers } 的应答去掉了 DNSSEC 签名，经由它什么也证明不了。请在 [dns] 中另写一个，例如在本机运行 unbound。
dns-finding-keys-unknown = DNS 解析器 { $resolvers } 给出的根密钥不是本程序所知的那些。请更新 Surehop；若仍如此，则应答是伪造的，请在 [dns] 中另写一个。
dns-finding-forged = DNS 解析器 { $resolvers } 给出的应答与签名不符：有东西改动了它们。请在 [dns] 中另写一个，最好经由 TLS（"tls://9.9.9.9#dns.quad9.net"）。
dns-finding-garbage = 从 DNS 解析器 { $resolvers } 传来的内容不是能读懂的 DNS。请查明那个地址上究竟是什么在应答，或在 [dns] 中另写一个。
dns-finding-clock-behind = 按 DNS 的签名推算，本机时钟至少慢了{ $duration }。请校准时钟（"timedatectl set-ntp true"）；在此之前什么也证明不了。
dns-finding-clock-ahead = 按 DNS 的签名推算，本机时钟至少快了{ $duration }。请校准时钟（"timedatectl set-ntp true"）；若时钟没错，则是解析器在重复旧应答，请在 [dns] 中另写一个。
dns-finding-stale = DNS 解析器 { $resolvers } 给出的应答签名已过时{ $duration }，而别的解析器正常。请重启它，或将它移除。
dns-finding-udp-blocked = DNS 解析器 { $resolvers } 经 UDP 毫无回音，而 TCP 可用。请在防火墙中放行 UDP 的 53 端口，或改用经由 TLS 的解析器。
dns-finding-udp-large-lost = DNS 解析器 { $resolvers } 的长应答在 UDP 上丢失，而短应答能到达，TCP 也可用。请让防火墙放行较长的 DNS 应答和分片，或改用经由 TLS 的解析器。
dns-finding-udp-changed = DNS 解析器 { $resolvers } 的应答经 UDP 被改动，经 TCP 则完好：途中有东西在干预。请改用经由 TLS 的解析器（"tls://9.9.9.9#dns.quad9.net"）。
dns-finding-tcp-blocked = DNS 解析器 { $resolvers } 经 TCP 连不上（{ $detail }），而长应答需要 TCP。请在防火墙中放行 TCP 的 53 端口。

## 信任锚文件

dns-anchor-fault = 第 { $line } 行：{ $what }
dns-anchor-text-too-long = 内容过多，信任锚用不了这么多。
dns-anchor-line-too-long = 这一行比任何 DS 或 DNSKEY 记录都长。
dns-anchor-too-many = 信任锚太多。
dns-anchor-none = 其中没有信任锚。请每行写一条 DS 或 DNSKEY 记录。
dns-anchor-directive = 这里不支持 $ORIGIN、$TTL 等指令。请把每条记录写完整。
dns-anchor-several-lines = 每条记录占一行，以所属名称开头；这里不支持括号。
dns-anchor-bad-owner = 无法读懂所属名称。非英文名称请写成 "xn--" 形式。
dns-anchor-not-an-anchor = 这既不是 IN 类的 DS 记录，也不是 DNSKEY 记录。
dns-anchor-bad-record = 记录不完整，或其中的数字或密钥无法读懂。
dns-anchor-unsupported-algorithm = 密钥的算法本程序不认识，或已不安全。可用：8、10、13、14、15、16。
dns-anchor-unsupported-digest = 摘要类型本程序不认识，或已不安全。可用：2（SHA-256）和 4（SHA-384）。
dns-anchor-bad-digest = 摘要长度不对，或不是十六进制。
dns-anchor-not-a-zone-key = 这把密钥不是用来给区域签名的：标志须为 257 或 256，协议须为 3。
dns-anchor-revoked = 这把密钥已被其主人吊销。

## surehop dns

cli-dns = 查询 DNS，看看哪些可以证明
cli-dns-query = 查询一个问题，并说明应答能信到什么程度
cli-dns-anchors = 显示一开始就信任的密钥
cli-dns-exit-codes = 退出码：0 已得到应答（secure 或 insecure，“没有”也算应答），1 bogus 或 indeterminate，2 用法错误。
cli-option-dns-trace = 以树状显示谁为应答作保
cli-option-dns-via = 向哪些解析器查询（默认取自配置，其次是正在运行的试用，再次是 /etc/resolv.conf）
cli-option-dns-anchor = 含有要信任的 DS 或 DNSKEY 记录的文件；其中若有根的密钥，则取代内置的根密钥
cli-dns-bad-name = “{ $value }”不是 DNS 中的名称。
cli-dns-bad-type = “{ $value }”不是可以查询的类型。请写 MX、TLSA 之类的名称，或写成 TYPE123 这样的编号。
cli-dns-bad-via = “{ $value }”不是解析器。请写地址，必要时带端口（192.0.2.53、[2001:db8::53]:5353），或写 tls://地址#名称。
cli-dns-no-resolver = 没有解析器：请用 --via 指定一个。
cli-dns-tryout = 试用正在运行：这里问的是沙箱的 DNS，不是本机的。想问别处，请用选项指定（见 --help）。
cli-dns-anchor-unreadable = 无法读取 { $file }。
cli-dns-anchor-bad = 文件 { $file }：{ $what }
cli-dns-alias = { $name } 是 { $target } 的别名
cli-dns-nodata = { $name } 没有 { $type } 记录。
cli-dns-nxdomain = { $name } 不存在。
cli-dns-detail = 详情（英文）：{ $detail }
cli-dns-resolvers-well = 解析器本身没有问题；毛病出在这个域名，或在通往它的路上。
cli-dns-trace-title = 谁为这个应答作保：
cli-dns-trace-nobody = 没有人
cli-dns-trace-root = DNS 的根
cli-dns-trace-anchor = 一开始就信任：密钥 { $key }（{ $algorithm }）
cli-dns-trace-dnskey = 密钥 { $key } 为本区域的密钥签名，有效至 { $until }
cli-dns-trace-ds = 密钥 { $key } 以签名声明 { $owner } 用的是哪把密钥，有效至 { $until }
cli-dns-trace-answer = 密钥 { $key } 为 { $owner } 的 { $type } 记录签名，有效至 { $until }
cli-dns-trace-wildcard = 密钥 { $key } 为通配符给予 { $owner } 的 { $type } 记录签名，有效至 { $until }
cli-dns-trace-alias = 密钥 { $key } 以签名声明 { $owner } 是别名（{ $type }），有效至 { $until }
cli-dns-trace-denial = 密钥 { $key } 签名的清单在该名称或类型的位置上是空的（{ $owner } 的 { $type }），有效至 { $until }
cli-dns-trace-insecure-delegation = 密钥 { $key } 以签名声明其下没有签名（{ $owner } 的 { $type }），有效至 { $until }
cli-dns-trace-broken = 到此为止：{ $reason }
cli-dns-anchors-title = 一开始就信任的密钥，以及此后得知的情况：
cli-dns-anchor-line = { $zone } 密钥 { $key }（{ $algorithm }），{ $source ->
    [built-in] 内置
    [own] 来自配置
   *[learned] 得知
  }：{ $state ->
    [unseen] 信任；尚未核对
    [valid] 信任
    [missing] 信任，但区域目前没有出示它
    [add-pend] 新密钥；若仍在，自 { $until } 起信任
    [revoked] 已被其主人吊销，不再信任
   *[removed] 已吊销并撤下，不再信任
  }
cli-dns-anchors-unreadable = 无法在此读取中继得知的密钥情况（{ $file }）；以下按内置密钥显示。请以中继所用的账户运行，或用 --config 指定正确的配置。
cli-dns-anchors-skipped = 配置中设有 skip_dnssec 或 trust_ad：中继并不使用这些密钥。
