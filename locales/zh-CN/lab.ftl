# 实验室：真刀真枪的攻击，以及结果如何。

## 攻击：名称，以及攻击者做了什么

lab-attack-eavesdrop = 窃听
lab-attack-eavesdrop-what = 有人待在两台邮件服务器之间的线路上，把经过的内容都读一遍。他什么也不改，所以没人察觉。如果两台服务器加了密，他只能看出有邮件经过，内容一个字也看不到。
lab-attack-strip-ehlo = 删掉“可以加密”那一句
lab-attack-strip-ehlo-what = 两台邮件服务器加密之前，收信的一方要先用明文说一句“我能加密”。线路上有人把这一行删掉，发信方就以为对方不会加密，多数服务器于是改用明文发送。这是最有名的一种攻击，有些国家曾经全国范围内出现过。
lab-attack-refuse-starttls = 冒充对方拒绝加密
lab-attack-refuse-starttls-what = “可以加密”那一句还在。可发信方真要加密时，线路上有人抢先替对方回答：“现在不行”，或者“听不懂”。不少发信方会改用明文；还有的把后一种回答当了真，直接把邮件退了回去。
lab-attack-reset-handshake = 刚开始加密就掐断连接
lab-attack-reset-handshake-what = 加密一开始，线路上就有人掐断连接，一次又一次，直到发信方认定对方的加密坏了，索性不加密。
lab-attack-garble-handshake = 把加密的开头搅乱
lab-attack-garble-handshake-what = 本该开始加密的时候，攻击者胡言乱语，或者干脆一声不吭。他的盘算和掐断连接一样：等发信方改用明文重试。
lab-attack-inject-response = 抢在加密之前插话
lab-attack-inject-response-what = 攻击者不阻止加密，只是在加密前一刻塞进自己的话。粗心的发信方加密之后才读到，就当成是对方在加密连接里说的。
lab-attack-inject-command = 抢在加密之前塞入命令
lab-attack-inject-command-what = 和上一种方向相反：客户端请求加密，攻击者紧跟着塞进自己的命令。粗心的服务器在加密之后照办，好像命令是客户端在加密的保护下发来的。
lab-attack-self-signed = 拿着自制证书的陌生人
lab-attack-self-signed-what = 有人冒充收信服务器，用自己写的证书来加密。线路是加密的，只是另一头坐的不是该坐的人。多数邮件服务器不问对方是谁。
lab-attack-wrong-host = 拿着别人名下真证书的陌生人
lab-attack-wrong-host-what = 和上一种一样，只是证书是真的，但写的是别的名称。谁都能给自己名下的域名申请证书。如果只看证书真不真，不看是谁的，邮件就交到了他手里。
lab-attack-forged-ca = 本不该签发的真证书
lab-attack-forged-ca-what = 大家信任的证书机构有一百多家，其中一家受了骗或遭到入侵，把写着收信服务器名称的证书签给了别人。对证书的任何检查都查不出问题。不受影响的只有两种情形：域名在签名 DNS 里公布了自己的密钥（DANE），或者管理员在规则里写明只认收信方的哪一家机构。
lab-attack-expired = 偷来的过期证书
lab-attack-expired-what = 有人偷到了收信服务器的旧密钥。证书是真的，名称也对，只是已经过期。不看日期的发信方会把他当成收信服务器。
lab-attack-spoof-mx = DNS 指向假的邮件服务器
lab-attack-spoof-mx-what = 发信之前，要先问 DNS 该送到哪台服务器。有人伪造回答，报上自己的服务器；这台服务器有写着自己名称的真证书，怎么查都合格，可惜从一开始就找错了地方。签名的 DNS（DNSSEC）能让这种伪造落空。
lab-attack-spoof-address = DNS 给出假地址
lab-attack-spoof-address-what = 邮件服务器的名称是真的，地址却是伪造的，通向攻击者那里。他无法证明自己就是那台服务器，但许多发信方根本不问。
lab-attack-strip-tlsa = 扣下公布的密钥
lab-attack-strip-tlsa-what = 域名在签名 DNS 里公布了服务器的密钥。攻击者把这条回答扣下，再冒充那台服务器。把“没有收到回答”当成“什么也没公布”的发信方就会上当。
lab-attack-block-sts = 不让发信方取到策略
lab-attack-block-sts-what = 域名在网站上声明来信必须加密（MTA-STS）。攻击者先让发信方取不到这份策略，再删掉“可以加密”那一句。如果是头一次往来，只靠 MTA-STS 谁也防不住：从没听说过的要求，自然无从坚持。以前取到过策略的发信方会一直记着，所以不受影响。
lab-attack-stale-sts = 换成假的策略
lab-attack-stale-sts-what = 攻击者宣布策略有了更新，再冒充网站服务器，给出一份什么都不要求的策略。可他的服务器证明不了自己的名称，谁也不该相信。
lab-attack-downgrade-tls = 退回能破解的旧加密
lab-attack-downgrade-tls-what = 攻击者逼双方使用旧版 TLS，他能算出其中的密钥，一路读下去。凡是要核实身份的地方，低于 TLS 1.2 的一概不算数。
lab-attack-session-cross = 把连接引到别的服务
lab-attack-session-cross-what = 攻击者把加密的连接引到同一主人的另一项服务，比如用着同一张证书的网站。证书没错，应答的程序却错了。谨慎的发信方在邮件服务器应答之前什么也不说。
lab-attack-smuggle = 一封信里藏着另一封
lab-attack-smuggle-what = 发信人在邮件里藏进第二封，中间用一个有的服务器当作结尾、有的服务器不当作结尾的记号隔开。第二封信看上去就像来自可信的服务器，署谁的名都行。
lab-attack-target = 只针对一个目标
lab-attack-target-what = 手法可以是上面任何一种，但只针对某一个人或某一时刻，其余邮件照常通过。只看“邮件通不通”的人，什么毛病也看不出来。连接通向哪里、什么时候发生，从外面就看得见，所以单挑一个域名、一次连接或一个钟头，可以做得干干净净。信是谁的，却写在加密里面：要单挑一个人，攻击者得先闯进所有人的连接，再把用不着的信照样转交出去。读不到的时候，所有人的信都得等着，他也就露了马脚。无论有多少别的邮件顺利通过，这些失败都会留在 Surehop 的记忆里，也写进它发给对方域名的报告里。
lab-attack-read-at-hop = 在中继内部偷看
lab-attack-read-at-hop-what = 服务器之间的加密，到了每台服务器就结束了：邮件在那里是摊开的。这里的收信服务器把身份证明得无懈可击，而管它的人，或者闯进去的人，把经过的邮件读一遍，想改就改，再往下传。不管由谁来发、域名公布了什么，服务器拿得出的任何证明都防不了这个。只有作者为收信人封好的邮件（OpenPGP、S/MIME）才不怕：在那里读不了；要是被改过，收信人的程序会说出来，内容一个字也不显示。
lab-attack-redirect-sealed = 封好的邮件被引走
lab-attack-redirect-sealed-what = 和指向假服务器一样，只是作者在发出之前已经为收信人封好了邮件。发信方被引错了路，攻击者拿到的是封好的邮件，留下一份再转交出去：他知道谁写信给谁，写了什么却一个字也看不到。如果那一跳必须证明身份，他连这个也拿不到。
lab-attack-forged-key = 用来封信的假密钥
lab-attack-forged-key-what = 要封信，先得有收信人的密钥，而密钥要到 DNS 或网上去查。攻击者在那里放上自己的一把，再守在收信服务器里，等着用它封的邮件。谨慎的作者只用三种密钥：签名 DNS 作保的、证明了自己名称的网站给出的、收信人亲手交给他的；哪一种都证明不了，就不发。给什么密钥就用什么的人，信是封给了给他密钥的人。网站靠证书机构作保，所以机构误发的证书在这里同样骗得过人，除非域名的 DNS 有签名。

## 同一种攻击的各种手法，写在名称后面

lab-done-so = { $attack }，手法：{ $way }
lab-way-strip-ehlo-delete = 把那一行删掉
lab-way-strip-ehlo-overwrite = 把那一行涂改掉
lab-way-strip-ehlo-helo = 整张功能清单都不给
lab-way-refuse-starttls-454 = “现在不行”
lab-way-refuse-starttls-502 = “听不懂”
lab-way-reset-handshake-reset = 强行重置
lab-way-reset-handshake-close = 挂断
lab-way-garble-handshake-garbage = 胡言乱语
lab-way-garble-handshake-silence = 一声不吭
lab-way-inject-response-same-write = 一句答复，和同意加密的话一起送到
lab-way-inject-response-whole-session = 整场对话的答复
lab-way-inject-response-next-write = 一句答复，比同意加密的话晚一步
lab-way-inject-command-pipelined = 一条命令，和加密请求一起送出
lab-way-inject-command-message = 一整封邮件，和加密请求一起送出
lab-way-inject-command-late = 一整封邮件，在对方同意之后
lab-way-inject-command-before = 一整封邮件，在加密请求之前
lab-way-self-signed-own-key = 自己给自己签
lab-way-self-signed-own-authority = 自办的证书机构
lab-way-self-signed-namesake-authority = 与可信机构同名的冒牌机构
lab-way-wrong-host-own-name = 写着他自己的名称
lab-way-wrong-host-affixed = 开头与正确名称一样
lab-way-wrong-host-common-name = 正确名称写在不算数的地方
lab-way-wrong-host-wide-wildcard = 通配得太宽
lab-way-wrong-host-no-name = 什么名称都没写
lab-way-expired-run-out = 已过期
lab-way-expired-not-yet = 还没生效
lab-way-forged-bare = 没有签名
lab-way-forged-old-signature = 附上真回答的签名
lab-way-forged-own-key = 用他自己的密钥签名
lab-way-forged-unsigned-zone = 装作域名从来没有签名
lab-way-strip-tlsa-servfail = 让查询失败
lab-way-strip-tlsa-absent = 谎称“没有”
lab-way-block-sts-https = 网页打不开
lab-way-block-sts-record = 藏起公告
lab-way-block-sts-later = 两样都做，但策略以前取到过
lab-way-stale-sts-replaced = 换成他自己的网站
lab-way-downgrade-tls-old-version = 旧版本
lab-way-downgrade-tls-alert = 握手时发警报
lab-way-session-cross-web-server = 引到网站
lab-way-eavesdrop-listen = 在线路上听
lab-way-forged-ca-issued = 写着正确的名称
lab-way-read-at-hop-plain = 没有封
lab-way-read-at-hop-altered = 没有封，还被改了
lab-way-read-at-hop-sealed = 封好的
lab-way-read-at-hop-sealed-altered = 封好的，被改了
lab-way-read-at-hop-sealed-replaced = 封好的，被换成攻击者写的
lab-way-forged-key-careless = 放在 DNS 里，作者连没人作保的也用
lab-way-forged-key-web-self-signed = 放在网上，证书是自制的
lab-way-forged-key-web-other-name = 放在网上，证书写着别的名称
lab-way-forged-key-web-forged-ca = 放在网上，证书本不该签发
lab-way-forged-key-pinned = DNS 里和网上都放了，但作者早有真的那把

## 只针对一个目标的攻击，瞄准的是什么

lab-aimed = { $aim }，手法是：{ $attack }
lab-aim-domain = 只针对一个收件域名
lab-aim-sender = 只针对一位发件人的邮件
lab-aim-recipient = 只针对一位收件人的邮件
lab-aim-connection = 只针对第 { $number } 次连接
lab-aim-connections-from = 从第 { $number } 次连接起
lab-aim-from = { $from } 分钟之后才开始
lab-aim-until = 只持续 { $until } 分钟
lab-aim-window = 从第 { $from } 分钟到第 { $until } 分钟
lab-aims = 两台服务器之间的任何一种攻击都可以这样瞄准，写作 "target:攻击:目标"，例如 "target:strip-ehlo:sender"。目标可以是 "domain"（域名）、"sender"（发件人）、"recipient"（收件人）；可以是 "connection-N"（N 最大为 { $connectionMax }）、"connections-from-N"；也可以是分钟："from-M"（M 最大为 { $fromMaxMinutes }）、"until-M"、"from-M-until-M"（最长 { $windowMaxMinutes } 分钟）。
lab-aim-fault-unknown = “{ $value }”：没有这样一种能演示的攻击，或者没有这样的目标。
lab-aim-fault-aimed-twice = “{ $value }”：已经瞄准过的攻击不能再瞄准一次。
lab-aim-fault-at-own-door = “{ $value }”：这种攻击发生在发信方自己的门口。客户端带来的都是自己的邮件，没有别人的可以放过。
lab-bystander-other-domain = 与此同时，寄往同一台机器上另一个域名的邮件：{ $outcome }。
lab-bystander-other-sender = 与此同时，另一个人寄往同一域名的邮件：{ $outcome }。
lab-bystander-other-recipient = 与此同时，寄给同一域名里另一个人的邮件：{ $outcome }。
lab-bystander-earlier = 在此之前，寄往同一域名的其他邮件：{ $outcome }。
lab-bystander-later = 在此之后，寄往同一域名的其他邮件：{ $outcome }。
lab-bystander-handed-on = 这一封他本来也能留下，却照样转交了出去：收件人收到了信，什么也没察觉。
lab-noticed = Surehop 发给该域名的下一份报告会写明：{ $successes ->
    [0] 没有正常的会话
   *[other] 正常的会话 { $successes } 次
  }；失败的：{ $failures }。
lab-noticed-nothing = Surehop 发给该域名的下一份报告会写明：{ $successes ->
    [0] 没有任何会话。
   *[other] 正常的会话 { $successes } 次，没有失败。
  }
lab-noticed-suspected = Surehop 记得这台服务器以前做得更好，已经起了疑心："surehop memory show" 会照实列出。

## 攻击者必须待在哪里

lab-stand-path = 两台服务器之间的线路上
lab-stand-dns = 发信方与 DNS 之间
lab-stand-web = 通往该域名网站的线路上
lab-stand-authority = 能左右某家证书机构
lab-stand-client = 发信方自己的提交端口
lab-stand-hop = 某台中继的内部

## 什么能挡住它

lab-defence-any-tls = 随便哪种加密
lab-defence-dane = 在签名 DNS 里公布密钥（DANE）
lab-defence-mta-sts = 在网站上公布策略（强制的 MTA-STS）
lab-defence-mta-sts-cached = 以前取到过的 MTA-STS 策略
lab-defence-rule = 管理员写的规则
lab-defence-rule-authority = 只认收信方自己那家证书机构的规则（`ca` 加 `ca_exclusive`）
lab-defence-requiretls = 发信人要求的 REQUIRETLS
lab-defence-memory = 记得对方服务器以前做到过什么
lab-defence-name-match = 核对证书上的名称
lab-defence-dates = 看清证书的日期
lab-defence-dnssec = 签名的 DNS（DNSSEC）
lab-defence-tls-floor = 要核实身份时不接受低于 1.2 的 TLS
lab-defence-clean-handshake = 加密之前来了任何东西就断开
lab-defence-strict-line-ends = 严格认定邮件在哪里结束
lab-defence-patience = 宁可等待，也不（马上）放弃加密
lab-defence-sni-and-port = 对方不按邮件服务器的方式应答，就什么也不说
lab-defence-sealing = 把邮件本身封好（OpenPGP、S/MIME）
lab-defence-proven-keys = 只用有人作保的密钥这一规矩
lab-defence-pinned-keys = 收信人亲手交来的密钥

## 收信方

lab-receiver-plain = 完全不加密
lab-receiver-opportunistic = 能加密，但没有任何承诺
lab-receiver-signed = 能加密，DNS 有签名
lab-receiver-remembered = 能加密，以前常打交道
lab-receiver-ruled = 能加密，管理员写了规则
lab-receiver-ruled-ca = 能加密，管理员的规则还指定了证书机构
lab-receiver-dane-ee = DANE，公布自己的密钥
lab-receiver-dane-ta = DANE，公布自己的证书机构
lab-receiver-sts-enforce = MTA-STS，强制
lab-receiver-sts-testing = MTA-STS，测试
lab-receiver-dane-and-sts = DANE 加 MTA-STS
lab-receiver-requiretls = DANE，且邮件要求 REQUIRETLS
lab-fault-self-signed = { $receiver }；证书是自制的
lab-fault-expired = { $receiver }；证书已过期
lab-fault-wrong-name = { $receiver }；证书写的是别的名称
lab-fault-missing-intermediate = { $receiver }；证书链缺了一环
lab-fault-stale = { $receiver }；公布的密钥没有更新
lab-fault-missing = { $receiver }，而服务器不支持

## 发信方式

lab-sender-surehop-opportunistic = Surehop，什么都不要求（多数邮件服务器就是这样）
lab-sender-surehop = Surehop，默认设置
lab-sender-surehop-strict = Surehop，要求所有人证明身份
lab-sender-postfix-default = Postfix，Debian 的默认设置
lab-sender-postfix-may = Postfix，对方能加密就加密（may）
lab-sender-postfix-encrypt = Postfix，一律加密（encrypt）
lab-sender-postfix-verify = Postfix，要求核实 DNS 给出的名称（verify）
lab-sender-postfix-secure = Postfix，要求核实收件域名（secure）
lab-sender-postfix-dane = Postfix，启用 DANE
lab-sender-postfix-mta-sts = Postfix，启用 MTA-STS（postfix-mta-sts-resolver），以前取到过策略
lab-sender-postfix-mta-sts-first = Postfix，启用 MTA-STS（postfix-mta-sts-resolver），头一次往来
lab-sender-exim-default = Exim，Debian 的默认设置（会尝试 DANE）
lab-sender-exim-required = Exim，一律加密
lab-sender-exim-required-verify = Exim，要求核实 DNS 给出的名称
lab-sender-sendmail-default = sendmail，Debian 的默认设置
lab-sender-sendmail-required = sendmail，一律加密
lab-sender-opensmtpd-default = OpenSMTPD，Debian 的默认设置
lab-sender-opensmtpd-tls = OpenSMTPD，要求核实 DNS 给出的名称（relay tls）

lab-sender-surehop-before-postfix = 前面是 Surehop，后面是 Postfix
lab-sender-surehop-behind-postfix = 前面是 Debian 默认设置的 Postfix，后面是 Surehop
lab-sender-surehop-behind-postfix-careless = 前面是把不规范换行原样传下去的 Postfix，后面是 Surehop
lab-sender-surehop-behind-postfix-normalize = 前面是会整理换行的 Postfix，后面是 Surehop
lab-sender-surehop-behind-postfix-reject = 前面是拒收不规范换行的 Postfix，后面是 Surehop

## 在哪里清点邮件

lab-hop-surehop = Surehop 这一站
lab-hop-postfix = Postfix 这一站
lab-hop-receiver = 收信方

## 结果

lab-outcome-delivered = 已送达
lab-outcome-held = 暂缓发送
lab-outcome-bounced = 已退回
lab-outcome-exposed-cleartext = 明文被读
lab-outcome-exposed-to-attacker = 落入攻击者手中
lab-outcome-delivered-means = 邮件送到了真正的服务器，没有别人拿到。
lab-outcome-held-means = 谁也没有拿到邮件。发信方在等待，之后会再试。
lab-outcome-bounced-means = 谁也没有拿到邮件。邮件已退回，并说明了原因。
lab-outcome-exposed-cleartext-means = 邮件以明文从攻击者面前经过，他已经读到了。
lab-outcome-exposed-to-attacker-means = 邮件是加密给攻击者的，他已经打开了。

lab-outcome-slipped-means = 攻击者藏在里面的东西被当成了单独的一封邮件或一条命令，并当真传了下去。
lab-outcome-at-hop-means = 邮件到了该到的服务器，它也证明了自己的身份；可服务器里面的人把邮件读了。
lab-outcome-at-hop-altered-means = 邮件到了该到的服务器，它也证明了自己的身份；可服务器里面的人把邮件读了，还加上了自己的话，谁也没有察觉。
lab-outcome-false-key-means = 作者用攻击者的密钥封了信，守在收信服务器里的攻击者把它拆开了。
lab-outcome-spoiled-means = 邮件在路上被改过。收信人的程序说了出来，内容一个字也没显示；没有人读到它。
lab-outcome-sealed-copy-means = 邮件到了收信人手里，他已经拆开读了。攻击者手里有一份封着的，一个字也读不了。
lab-outcome-kept-means = 谁也没有拿到邮件。作者找不到能证明属于收信人的密钥，所以没有发。

## 线路记录

lab-note-connection = 第 { $number } 次连接
lab-note-same = 第 { $from } 到第 { $to } 次连接：与上面相同
lab-note-client-hello = 发信方开始加密
lab-note-server-hello = 对方应答
lab-note-encrypted = 以下内容无法读懂：发出 { $sent } 字节，收到 { $received } 字节
lab-note-reset = 连接被掐断
lab-note-nothing = 没有连接任何服务器
lab-note-refused = 无人应答
lab-note-sealed-pinned = 作者封好邮件，用的是收信人给他的密钥
lab-note-sealed-dns = 作者封好邮件，用的是 DNS 里的密钥
lab-note-sealed-web = 作者封好邮件，用的是网上的密钥
lab-note-kept-dns-failed = 作者不发：DNS 关于密钥的回答是假的，或者没有来
lab-note-kept-web-unproven = 作者不发：存放密钥的网站证明不了自己的名称
lab-note-kept-web-unavailable = 作者不发：存放密钥的网站没有应答
lab-note-kept-bad-key = 作者不发：公布出来的不是收信人的密钥
lab-note-kept-nowhere = 作者不发：找不到密钥
lab-note-hop-read = 收信服务器里有人在读
lab-note-hop-sealed = 收信服务器里有人看见它是封着的，看不见写了什么
lab-note-copy-taken = 攻击者留下一份封着的，再转交出去
lab-note-shown-as-written = 收信人读到了，与写的一字不差
lab-note-shown-altered = 收信人读到的与写的不一样，却没有人告诉他
lab-note-shown-refused = 收信人的程序什么也不显示：“这封信被改过，或者不是给您的”
lab-who-client = 发信方
lab-who-server = 收信方

## 命令

lab-begins = 共 { $cells ->
   *[other] { $cells }
  } 种发信方、收信方与攻击的组合，全部只在本机进行。每封邮件先在没有攻击者的情况下发一次，再在攻击之下发一次。
lab-progress = { $sender }：已完成 { $done }/{ $all }，{ $wrong ->
    [0] 全部与预测一致
   *[other] { $wrong } 个与预测不符
  }
lab-list-missing = { $name }（这里没有：{ $why }）
lab-not-installed = { $sender }：没有试。{ $why }
lab-nothing = 对这种组合没有预测，所以没有可试的。
lab-columns = 各列
lab-none = 没有攻击者
lab-legend = · 已送达   H 暂缓发送   B 已退回   C 明文被读   A 落入攻击者手中   ! 与预测不符
lab-mismatch = { $sender }、{ $receiver }、{ $attack }：预测“{ $predicted }”，实际“{ $observed }”
lab-mismatch-control = { $sender }、{ $receiver }、{ $attack }：还没有攻击者时结果就是“{ $observed }”，而不是“{ $predicted }”
lab-mismatch-shown = { $sender }、{ $receiver }、{ $attack }：收信人看到的本该是{ $predicted }，实际却是{ $observed }
lab-shown-as-written = 原样的内容
lab-shown-altered = 被改过而没有说明的内容
lab-shown-refused = “被改过”的提示
lab-shown-nothing-came = 空空如也，因为什么也没收到
lab-failed-no-end = { $sender }、{ $receiver }、{ $attack }：没有演完。发信方过了 { $seconds } 秒仍没有结果，因此不能得出任何结论。
lab-failed-fault = { $sender }：有 { $cells ->
   *[other] { $cells }
  } 格没有演完，因为发信方没有正常工作：{ $said }
lab-summary = 共 { $cells } 格，用时 { $seconds } 秒：其中 { $exposed } 格里攻击者拿到了邮件，{ $mismatches ->
    [0] 全部与预测一致。
   *[other] { $mismatches } 格与预测不符。
  }
lab-written = 报告已写入 { $file }。
lab-replay-unreadable = 无法读取 { $file }。
lab-replay-bad = { $file } 不是 “surehop check --save” 写出的内容。
lab-replay-empty = { $file } 里的域名没有查看过的邮件服务器，无从搭建替身。
lab-unwritten = 报告无法写入 { $file }（{ $why }）。
lab-unknown-sender = 没有名为“{ $value }”的发信方，可用 "surehop lab list" 查看。
lab-unknown-receiver = 没有名为“{ $value }”的收信方，可用 "surehop lab list" 查看。
lab-unknown-attack = 没有名为“{ $value }”且能演示的攻击，可用 "surehop lab list" 查看。
lab-list-senders = 发信方
lab-list-receivers = 收信方
lab-list-attacks = 攻击
lab-list-variants = 其他手法：{ $variants }
lab-show-stands = 攻击者必须待在：{ $where }。
lab-show-stopped = 能挡住它的：{ $what }。
lab-show-wrapped = 这里用的手法：{ $attack }。{ $what }
lab-show-example = 由 { $sender } 发给这样的收信方（{ $receiver }）：
lab-show-honest = 没有攻击者时
lab-show-attacked = 遭到攻击时
lab-show-outcome = 结果：{ $outcome }。{ $means }
lab-show-control = 就在之前，没有攻击者时：{ $outcome }。

## 报告

lab-page-title = Surehop 实验室
lab-page-intro = 每一格都是一封真正发出的邮件，在同一台机器上通过真实的连接发送：先在没有攻击者时发一次，再在攻击之下发一次。结果取自线路和服务器本身。点开任意一格，可以看到经过。
lab-page-wrong = 与预测不符
lab-page-sender = 发信方
lab-page-receiver = 收信方
lab-page-attack = 攻击
lab-page-predicted = 预测
lab-page-observed = 实际
lab-page-close = 关闭
lab-page-words = Surehop 自己的说法（和日志一样用英文）
lab-page-evidence = 证据
lab-page-token = 邮件里的暗语是 { $token }。
lab-page-seen-nowhere = 除了真正的服务器，没有人可能看到它。
lab-page-seen-in-clear = 它以明文从攻击者面前经过。
lab-page-seen-inside-attackers-tls = 它出现在由攻击者解开的加密连接里。
lab-page-seen-at-hop = 它出现在收信服务器里面，而那台服务器证明了自己的身份。
lab-page-copies = 真正的服务器收到的份数：{ $copies }。
lab-page-attacker = 连到攻击者那里的次数：{ $connections }。他出手的次数：{ $strikes }。
lab-page-sealed-copies = 他手里封着、读不了的邮件：{ $copies } 封。
lab-page-slipped = 被夹带进来并当真的邮件或命令：{ $count }。
lab-page-hop = { $hop } 数到的邮件：{ $messages } 封。用同样方式、不耍花招发出的 { $sent } 封，数到 { $legally } 封。
lab-page-language = English（英文）
lab-page-theme = 浅色或深色
lab-page-made = { $cells ->
   *[other] { $cells }
  } 格，由 Surehop 生成
