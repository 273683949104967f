# TLS 报告：我们寄出的报告所附的说明，以及别人寄来的报告说了什么。

report-letter =
    这是一份关于 { $submitter } 在 { $day }（UTC）向 { $domain } 的邮件服务器投递邮件的报告：哪些连接按该域名的要求加密并证明了身份，哪些没有。

    报告本身见附件，格式遵循 RFC 8460，供程序读取。
    您收到这封邮件，是因为 DNS 记录 _smtp._tls.{ $domain } 要求把这类报告寄到此地址。

    Report-ID: { $reportId }
