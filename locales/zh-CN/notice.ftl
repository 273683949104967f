# 写给发件人的通知：退信、延误、送达。

notice-bounce-subject = 未送达：{ $subject }
notice-bounce-subject-none = 您的邮件未能送达
notice-delay-subject = 投递延误：{ $subject }
notice-delay-subject-none = 您的邮件投递有延误
notice-held-subject = 为安全起见暂缓投递：{ $subject }
notice-held-subject-none = 为安全起见，您的邮件暂缓投递
notice-success-subject = 已送达：{ $subject }
notice-success-subject-none = 您的邮件已送达

notice-from = 这是邮件服务器 { $host } 自动发出的邮件，请勿回复，回信没有人看。
notice-bounce-opening = 您的邮件未能送达下列收件人，我们也不会再尝试：
notice-delay-opening = 您的邮件还没有送达下列收件人，我们会继续尝试：
notice-held-opening = 由于无法证明通往下列收件人的途径是安全的，我们暂缓投递您的邮件，并会继续尝试：
notice-success-opening = 按您的要求特此告知，发给下列收件人的邮件已经交出：

notice-redacted-subject = 您有一封邮件未能送达
notice-redacted = 您发出了一封要求全程保护（REQUIRETLS）的邮件，它没能送达。我们写了信说明原因，但回到您信箱的路上提供不了您要求的保护，所以那封信也没有发出。这封信不透露您邮件的任何内容，因为途中任何人都可能读到它。本服务器的管理员可以告诉您更多：那封信在这里的编号是 { $id }。
notice-redacted-todo = 请让您信箱的管理员开启 REQUIRETLS（RFC 8689）；不需要这样保护的邮件，也可以不提这项要求。

notice-about-subject = 主题：{ $subject }
notice-about-from = 发件人：{ $from }
notice-about-date = 写信时间：{ $date }
notice-about-received = 我们收到的时间：{ $time }

notice-question-happened = 一、发生了什么
notice-question-exposed = 二、我的邮件有没有被别人看到？
notice-question-todo = 三、我能做什么？
notice-question-forward = 四、需要把什么转给管理员？

notice-for = { $recipients }：{ $text }
notice-delay-next = 下次尝试：{ $retry }。如果到{ $until }仍未送达，邮件将退还给您。
notice-success-happened = { $host } 已收下邮件。该服务器不会再回报后续情况，我们所知到此为止。

exposed-nothing = 没有。在寄往这些收件人的途中，邮件的正文和地址都没有离开过我们的服务器。
exposed-some-server = 另一台邮件服务器
exposed-addresses-cleartext = 正文没有。但发件人和收件人的地址曾在没有加密的情况下告诉 { $host }，沿途任何人都能看到这些地址。
exposed-addresses-encrypted = 正文没有。但发件人和收件人的地址曾通过加密连接告诉 { $host }，而那台服务器的身份没有人核实过：中间若有攻击者，就可能看到这些地址。
exposed-addresses-authenticated = 没有。只有发件人和收件人的地址，在 { $host } 证明身份之后，通过加密连接告诉过它。
exposed-content-cleartext = 有可能。邮件的全部或一部分曾在没有加密的情况下发给 { $host }：沿途任何人都能读到，那台服务器也能读到。
exposed-content-encrypted = 有可能。邮件的全部或一部分曾通过加密连接发给 { $host }，但没有人核实过对方是谁：中间若有攻击者，就可能读过它，那台服务器也能读到。
exposed-content-authenticated = 除 { $host } 以外没有。在它证明身份之后，邮件的全部或一部分曾通过加密连接发给它，这一段路上没有别人能读到。

advice-no-such-domain = 请检查地址中 @ 后面的部分，改正后重新发送。
advice-null-mx = 该域名不收邮件，请向收件人另要一个地址。
advice-no-mail-server = 请逐个字母核对地址中 @ 后面的部分，或者向收件人要另一个地址。
advice-mail-loop = 这个问题您自己解决不了，请把下面的内容转给您的邮件服务器管理员。
advice-rejected-address = 请逐个字母核对地址，或向收件人问清楚，然后重新发送。
advice-rejected-mailbox = 收件人的邮箱有问题，可能已满或已停用。请用电话等其他方式告诉收件人。
advice-rejected-policy = 对方服务器不愿接收这封邮件，或不接收来自该发件人的邮件，上面引用的原话或许说明了原因。请用其他方式联系收件人，请对方设法调整。
advice-rejected = 上面引用的对方原话或许说明了原因。如果看不明白，请用电话等其他方式询问收件人。
advice-lifetime-over = 如果您觉得问题已经过去，请重新发送；否则请用其他方式联系收件人。
advice-unsafe = 请不要改用更不安全的方式发送。请用电话等方式告诉收件人：我们没有找到一条能证明安全的途径，把邮件送到他们的邮件系统；对方的管理员可以根据下面的内容查明原因。问题解决之后，请重新发送。
advice-needs-smtputf8 = 请向收件人要一个只含英文字母和数字的地址，再发往那个地址。
advice-needs-8bitmime = 请把邮件程序设置为只发送基本字符（“7 bit”、“quoted-printable”或“base64”编码），然后重新发送。
advice-too-large = 请把邮件改小，例如用分享链接代替附件，然后重新发送。
advice-line-too-long = 请把这段文字作为附件发送，或换用会自动折行的邮件程序。
advice-requiretls-unsupported = 您要求沿途每台服务器都承诺保护。如果可以不要这项承诺，请去掉这个要求（REQUIRETLS）后重新发送；如果不行，请用其他方式联系收件人。
advice-operator-returned = 请向您的邮件服务器管理员询问原因。
advice-delay-safety = 暂时不必做什么，也请不要重复发送。如果事情紧急，请用其他方式告诉收件人：我们还没有找到一条能证明安全的途径，把邮件送到他们的邮件系统；对方的管理员可以根据下面的内容查明原因。
advice-delay = 暂时不必做什么，也请不要重复发送。如果事情紧急，请用其他方式联系收件人。
advice-success = 什么都不用做。如果收件人没有收到，请向对方询问。

notice-forward = 请转发整封邮件，或者至少转发下面这几行：可以转给您自己的邮件服务器管理员，也可以发给收件人，由对方转给他们的管理员。这几行用英文写成，各地的管理员都看得懂：
