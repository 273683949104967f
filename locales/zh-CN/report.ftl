# TLS 报告：我们寄出的报告所附的说明，以及别人寄来的报告说了什么。

report-letter =
    这是一份关于 { $submitter } 在 { $day }（UTC）向 { $domain } 的邮件服务器投递邮件的报告：哪些连接按该域名的要求加密并证明了身份，哪些没有。

    报告本身见附件，格式遵循 RFC 8460，供程序读取。
    您收到这封邮件，是因为 DNS 记录 _smtp._tls.{ $domain } 要求把这类报告寄到此地址。

    Report-ID: { $reportId }

report-nobody = 没有署名的人
report-that-host = 邮件服务器
report-no-domain = 未写明的域名
report-line = { $id }  { $day }  { $organization } 关于 { $domains }：安全 { NUMBER($successes) } 次，失败 { NUMBER($failures) } 次{ $proof ->
    [signed] { "" }
    [transport] { "" }
    [unchecked] （签名未核对）
    [unsigned] （没有签名）
   *[forged] （签名不对）
  }
report-head = { $organization } 报告 { $day }（UTC）的情况{ $contact ->
    [none] { "" }
   *[other] ，可向 { $contact } 询问
  }。对方给报告的编号：{ $id }
report-proof = { $proof ->
    [signed] 送来它的邮件由 { $by } 签名。
    [transport] 它没有可供核对的签名：谁都可能写出这样一份报告。
    [unchecked] 取不到密钥，签名无法核对：谁都可能写出这样一份报告。
    [unsigned] 送来它的邮件没有签名。这样的报告应当忽略：谁都可能写得出来。
   *[forged] 送来它的邮件签名不对：要么途中被改过，要么是编造的。
  }
report-policy = { $domain }，{ $type ->
    [tlsa] 按它在 DNS 里公布的密钥（DANE）
    [sts] 按它的 MTA-STS 策略
    [no-policy-found] 没有找到任何承诺
   *[unknown] 按一种我们不认识的策略
  }：{ $successes ->
   *[other] { NUMBER($successes) } 次连接符合要求
  }，{ $failures ->
   *[other] { NUMBER($failures) } 次失败
  }。
report-where-host = 邮件服务器 { $host }{ $address ->
    [none] { "" }
   *[other] （{ $address }）
  }
report-where-address = 地址 { $address }
report-where-from = 从 { $address } 看到
report-where-said = 对方补充：“{ $text }”

report-exposure-held = 邮件留下来等待：不会经由这样的连接发出，什么都没有暴露。
report-exposure-exposed = 没有什么拦住邮件：除非发信方自己要求更严，邮件已经发出，途中的人可能读到了。
report-exposure-unknown = 报告没有说邮件是否照样发出。

report-result-starttls-not-supported = { NUMBER($count) } 次：没有提供加密（{ $result }）。邮件服务器没有提供，或者途中有人把这句话删掉了。
report-result-certificate-host-mismatch = { NUMBER($count) } 次：证书写的是别的名字（{ $result }）。
report-result-certificate-expired = { NUMBER($count) } 次：证书已过期（{ $result }）。
report-result-certificate-not-trusted = { NUMBER($count) } 次：没有人为这张证书担保（{ $result }）。它由服务器自己签发、由陌生的机构签发，或缺少中间证书。
report-result-validation-failure = { NUMBER($count) } 次：证明因其他原因失败（{ $result }）。
report-result-tlsa-invalid = { NUMBER($count) } 次：DNS 里公布的密钥无法使用，或与实际不符（{ $result }）。
report-result-dnssec-invalid = { NUMBER($count) } 次：签名的 DNS 回答不对，或没有回答（{ $result }）。
report-result-dane-required = { NUMBER($count) } 次：发信方要求 DNS 里有密钥，但没有（{ $result }）。
report-result-sts-policy-fetch-error = { NUMBER($count) } 次：取不到 MTA-STS 策略（{ $result }）。
report-result-sts-policy-invalid = { NUMBER($count) } 次：MTA-STS 策略写得不对（{ $result }）。
report-result-sts-webpki-invalid = { NUMBER($count) } 次：提供 MTA-STS 策略的网页服务器证书不对（{ $result }）。
report-result-unknown = { NUMBER($count) } 次：一种我们说不清的失败（{ $result }）。

report-mend-starttls-not-supported = 请从外部连接 { $host }，看它是否提供 STARTTLS。如果提供，就是发信方与您之间有什么把它去掉了：可能是防火墙，也可能是攻击者。发布 DANE 或 MTA-STS，邮件就会留下来等待。
report-mend-certificate-host-mismatch = 请给 { $host } 换上与 MX 记录中的名字完全一致的证书，或者改正 MX 记录，或改正 MTA-STS 策略中的 mx 行。
report-mend-certificate-expired = 请为 { $host } 续期证书并重新加载，再找个办法盯住到期日。
report-mend-certificate-not-trusted = 请给 { $host } 换上公共机构签发的证书，并带上中间证书。
report-mend-validation-failure = 请对照 { $host } 出示的内容与已发布的内容：TLSA 记录、MTA-STS 策略、TLS 版本。上面对方的补充也许说得更多。
report-mend-tlsa-invalid = 请对照 { $host } 的 TLSA 记录与它的证书：密钥换了而记录没换，或者记录写错了。应当先发布新密钥，等两个 TTL，再更换。
report-mend-dnssec-invalid = 请检查 { $domain } 及其邮件服务器所在域名的 DNSSEC：签名是否过期，域名服务器对 TLSA 是否不作回答。
report-mend-dane-required = 如果您打算使用 DANE，请在签名的 DNS 中为 { $host } 发布 TLSA 记录；否则是发信方要求过高。
report-mend-sts-policy-fetch-error = 请从外部打开 https://mta-sts.{ $domain }/.well-known/mta-sts.txt：必须以状态 200 回答，且不能跳转。
report-mend-sts-policy-invalid = 请检查 https://mta-sts.{ $domain }/.well-known/mta-sts.txt 的策略：version、mode、mx、max_age，每行一项。
report-mend-sts-webpki-invalid = 请给 mta-sts.{ $domain } 的网页服务器换上公共机构为该名字签发的证书。
report-mend-unknown = 请询问寄来报告的一方。
