# 命令行自身的用语：帮助、提问、答复。

cli-about =
    Surehop 只通过能够证明安全的路径转交邮件，并用平实的语言说明证明了什么。
    不带命令时：若当前目录或 /etc/surehop 中有 surehop.toml，则启动中继；否则进入试用。
cli-try = 在本机沙盒中试用中继：观看邮件如何送达、如何被扣留、如何受到攻击
cli-init = 生成 surehop.toml：回答几个问题，或用选项给出
cli-start = 运行中继
cli-config = 查看配置
cli-config-check = 检查配置，并说明每个问题如何改正
cli-password = 把密码变成可写入 surehop.toml 的散列
cli-queue = 查看和处理等待中的邮件
cli-queue-list = 列出邮件
cli-queue-show = 讲述一封邮件的经过
cli-queue-hold = 扣留邮件，直到放行
cli-queue-release = 放行被扣留的邮件
cli-queue-retry = 立即重试等待中的邮件
cli-queue-delete = 删除邮件，不通知任何人
cli-send = 通过 TLS 提交一封邮件，并跟踪其经过
cli-send-exit-codes =
    退出码：0 已送达所有收件人（或使用 --no-follow 时已被接收），1 未被接收，2 用法错误，
    3 有收件人的邮件被退回，4 仍有收件人在等待。
cli-explain = 用平实的语言解释退信、邮件日志或 TLS 报告；"-" 表示读取标准输入
cli-explain-exit-codes =
    可读退信、Postfix、Exim、sendmail、Exchange、OpenSMTPD 和 qmail 的日志，以及 TLS 报告（JSON、gzip，或携带报告的邮件）。
    退出码：0 已解释，1 没有找到可解释的内容，2 用法错误或无法读取。

cli-reports = TLS 报告：别人对您的服务器怎么说，您对别人的服务器怎么说
cli-reports-list = 列出收到的报告
cli-reports-show = 用大白话讲一份报告：哪里失败，意味着什么，该修什么
cli-reports-import = 从文件或目录收入报告：邮件、邮箱文件、JSON、gzip
cli-reports-send = 显示某一天会寄出什么

cli-lab = 只在本机上真刀真枪地实施攻击，看结果是否与预测一致
cli-lab-list = 列出实验室里的发信方、收信方和攻击
cli-lab-show = 讲解一种攻击，并与正常送达对照演示
cli-lab-exit-codes = 退出码：0 全部与预测一致，1 有不一致，2 用法有误。

cli-title-usage = 用法：
cli-title-arguments = 参数：
cli-title-options = 选项：
cli-title-commands = 命令：

cli-option-help = 显示此帮助
cli-option-version = 显示版本
cli-option-lang = 语言：en 或 zh-CN（默认取自 LANG）
cli-option-once = 试用：发送沙盒邮件，讲述其经过，然后结束
cli-option-config = 配置文件（默认为当前目录的 surehop.toml，其次为 /etc/surehop/surehop.toml）
cli-option-json = 输出供程序使用的 JSON
cli-option-init-config = 要写入的文件（默认：surehop.toml）
cli-option-init-hostname = 本机在互联网上的名称
cli-option-init-data = 队列目录
cli-option-init-user = 可以提交邮件的账号名
cli-option-init-password-env = 存有其密码的环境变量（默认自动生成密码）
cli-option-init-run-as = 中继以本机哪个账户运行
cli-option-init-certificate = 证书，PEM 格式
cli-option-init-key = 私钥，PEM 格式
cli-option-init-self-signed = 生成自签名证书（未给出文件时的默认做法）
cli-option-init-yes = 不提问
cli-option-init-force = 覆盖已有文件
cli-option-start-allow-root = 始终以 root 运行（不建议：请在 [server] 中设置 user）
cli-option-password-stdin = 从标准输入读取密码
cli-option-queue = 队列目录，代替配置中的目录
cli-option-queue-domain = 只处理收件人属于此域的邮件
cli-option-queue-which = open（未完成）、finished（已完成）或 all（全部），默认 open
cli-option-queue-limit = 最多列出多少封，1 到 1000（默认 100）
cli-option-queue-all = 所有等待中的邮件
cli-option-reports-all = 连同通过邮件送来、没有签名的报告
cli-option-reports-limit = 最多显示多少份，1 到 1000（默认 100）
cli-option-reports-dry-run = 什么也不寄（中继会在 UTC 午夜之后自己寄）
cli-option-reports-day = 日期，如 2026-11-25（默认是 UTC 的昨天）
cli-option-send-to = 收件人
cli-option-send-from = 发件人（默认为用户名）
cli-option-send-subject = 主题
cli-option-send-text = 正文
cli-option-send-file = 互联网格式的完整邮件（.eml）；"-" 表示读取标准输入
cli-option-send-via = 提交服务器，主机:端口（默认为正在运行的试用环境）
cli-option-send-tls = implicit 或 starttls（默认依端口而定）
cli-option-send-user = 用户名
cli-option-send-password-env = 存有密码的环境变量（默认：SUREHOP_PASSWORD）
cli-option-send-ca = 所信任机构的 PEM 文件，代替系统的信任列表
cli-option-send-http = 中继的控制台地址，用于跟踪经过
cli-option-send-no-follow = 不跟踪经过
cli-option-send-wait = 跟踪多久（默认：1m）

cli-option-lab-sender = 只用这个发信方（可重复）
cli-option-lab-receiver = 只用这个收信方（可重复）
cli-option-lab-attack = 只用这种攻击；后接 ":" 和名称可指定另一种手法（可重复）
cli-option-lab-replay = 按 “surehop check --save” 写入此文件的域名搭建一个替身
cli-option-lab-html = 写出一个网页，含结果表、每一格的经过和线路记录

cli-unknown-language = 不支持语言“{ $value }”。支持的有：{ $known }。
cli-error-unknown-option = 没有选项 { $value }。{ $suggestion ->
    [none] { "" }
   *[other] 您是指 { $suggestion } 吗？
  }
cli-error-unknown-command = 没有命令 { $value }。{ $suggestion ->
    [none] { "" }
   *[other] 您是指 { $suggestion } 吗？
  }
cli-error-missing-argument = 缺少参数：{ $value }。
cli-error-missing-value = 选项 { $value } 需要一个值。
cli-error-missing-option = 必须给出选项 { $value }。
cli-error-too-many = 参数过多。
cli-default-start = 找到 { $file }：以此启动中继。（试用请运行 "surehop try"。）

cli-config-good = { $file } 没有错误。{ $warnings ->
    [0] { "" }
   *[other] 有 { $warnings } 个警告。
  }
cli-config-bad = { $file }：有 { $errors } 个错误，中继将无法启动。
cli-config-fault = { $place }：{ $severity ->
    [warning] 警告：{ $what }
   *[error] { $what }
  }
cli-config-remedy = {"    "}→ { $remedy }

cli-start-root = 中继不会以 root 身份运行：一旦出现漏洞，整台机器都会失守。请在 { $file } 的 [server] 中设置 user；低端口会在放弃 root 之前绑定。（--allow-root 可强制运行。）
cli-start-failed = 中继无法启动：{ $detail }

cli-ask-password = 提交邮件用的密码
cli-ask-password-again = 再输入一次
cli-ask-password-empty = 密码不能为空。
cli-ask-password-differs = 两次输入不同。
cli-password-unfit = 密码应为 1 到 1024 个字符。

cli-init-exists = { $value } 已存在，未写入任何内容；--force 可覆盖。
cli-init-not-a-terminal = 提问需要终端。没有终端时，请加 --yes，并给出不应猜测的内容（至少给出 --hostname）。未写入 { $value }。
cli-init-bad-hostname = “{ $value }”不是完整的主机名。请用 --hostname 给出，例如 mail.example.org。
cli-init-certificate-and-key = --certificate 与 --key 必须同时给出。
cli-init-unwritable = 无法写入：{ $value }
cli-init-written = 已写入 { $file }（只有您能读取：其中含有密码散列）。
cli-init-password = 用户“{ $user }”的密码是 { $password } ，只显示这一次。
cli-init-self-signed =
    证书是自签名的，仅供起步之用。它能防止窃听，但邮件程序无法把它与冒名者的证书区分开，多数程序会拒绝或询问。
    在真正的用户使用之前，请向证书机构申请一张（例如用 certbot），并写入 [tls]。
    您的邮件如何继续传送，与此证书无关。
cli-init-next =
    接下来：
      surehop config check --config { $file }
      surehop start --config { $file }
cli-init-root = 启动之前：请在 [server] 中设置 user = "…"（用 useradd --system 建立的账户），或直接以该账户启动；中继不会以 root 身份运行。
cli-init-still = 注意：{ $what } → { $remedy }
cli-init-intro = 新建中继
cli-init-outro = 问完了。
cli-init-given-up = 未写入任何内容。
cli-init-ask-hostname = 本机在互联网上的名称是什么？
cli-init-ask-hostname-bad = 请写完整名称，例如 mail.example.org
cli-init-ask-data = 队列放在哪里？
cli-init-ask-user = 谁可以提交邮件？（用户名）
cli-init-ask-empty = 此处不能为空。
cli-init-ask-certificate = 给邮件程序看的证书
cli-init-ask-self-signed = 生成自签名证书，供起步之用
cli-init-ask-files = 我已有证书
cli-init-ask-certificate-file = 证书文件（PEM，含证书链）
cli-init-ask-key-file = 私钥文件（PEM）

cli-queue-none = { $directory } 中还没有队列。
cli-queue-unreadable = 无法打开 { $directory } 中的队列：{ $detail }
cli-queue-empty = 没有等待中的邮件。
cli-queue-more = 只显示了前 { $limit } 封；用 --limit 可显示更多。
cli-queue-message = { $id }  { $at }  发件人 { $from }  { NUMBER($size) } 字节
cli-queue-delivery = { $domain }：{ $state ->
    [waiting] 等到 { $at }
    [leased] 正在投递
    [held] 已扣留
   *[done] 已完成
  }，{ $attempts ->
    [0] 尚未尝试
   *[other] 已尝试 { $attempts } 次
  }：{ $recipients }
cli-queue-no-message = 没有邮件 { $id }。
cli-queue-bad-which = “{ $value }”不是 open、finished、all 之一。
cli-queue-bad-limit = “{ $value }”不是 1 到 1000 之间的数。
cli-queue-bad-domain = “{ $value }”不是域名。
cli-queue-which-messages = 请说明是哪些邮件：给出编号，或 --domain，或 --all，三者择一。
cli-queue-changed = { $verb ->
    [hold] 已扣留 { $count } 封邮件。
    [release] 已放行 { $count } 封邮件。
    [retry] 正在立即重试 { $count } 封邮件。
   *[delete] 已删除 { $count } 封邮件。
  }
cli-queue-not-changed = { $verb ->
    [hold] 无法扣留 { $id }
    [release] 无法放行 { $id }
    [retry] 无法立即重试 { $id }
   *[delete] 无法删除 { $id }
  }：没有这封邮件，或无需处理。

cli-reports-none = 没有报告。
cli-reports-ignored = { $count ->
    [one] 有 1 份报告通过邮件送来，没有签名或签名不对；加上 --all 可以显示。
   *[other] 有 { $count } 份报告通过邮件送来，没有签名或签名不对；加上 --all 可以显示。
  }
cli-reports-unknown = 没有编号为 { $id } 的报告。
cli-reports-unreadable = { $value } 处没有可读的内容。
cli-reports-not-read = { $file }：{ $fault ->
    [too-large] 比任何报告都大
    [bad-gzip] gzip 已损坏，或解开后会过大
    [bad-mail] 既不是报告，也不是邮件
    [no-report] 邮件里没有 TLS 报告
    [not-json] 不是 JSON
   *[not-a-report] 是 JSON，但不是 TLS 报告
  }
cli-reports-imported = { $kept ->
   *[other] 收入 { $kept } 份报告
  }，{ $known ->
    [0] 没有重复的
   *[other] 另有 { $known } 份早已收过
  }。{ $full ->
    [0] { "" }
   *[other] 还有 { $full } 份放不下。
  }
cli-reports-nowhere = 报告与中继的队列存放在一起，但现在还没有队列：请先启动一次中继，或用 --queue 指明它的数据目录。
cli-reports-only-dry = 中继会在 UTC 午夜之后自己寄报告。想看它会寄什么，请加 --dry-run
cli-reports-bad-day = "{ $value }" 不是日期；请写成 2026-11-25 这样。
cli-reports-not-configured = 没有在寄报告：[reports] 里没有 contact。
cli-reports-nothing-counted = { $day } 没有任何计数。
cli-reports-would = { $domain }：安全 { NUMBER($successes) } 次，失败 { NUMBER($failures) } 次；{ $outcome ->
    [wanted] 寄往 { $targets }
    [none] 不要报告
    [several] 有多条记录，等于没有
    [dns] DNS 没有回答它要不要报告
    [no-way] 索要报告的地址无法送达
    [no-rua] 记录里没有地址
   *[other] 记录无法读懂
  }

cli-send-submitting = 正在通过 TLS 把邮件交给 { $host }:{ $port }
cli-send-accepted = 已接收：{ $reply }
cli-send-submitted = 已接收，编号 { $id }
cli-send-waiting = 并非所有收件人都已收到；中继会继续尝试。"surehop queue show" 可查看详情。
cli-send-unseen = 邮件已被接收，但无法跟踪其经过（{ $detail }）。
cli-send-failed-connect = 无法连接服务器：{ $detail }
cli-send-failed-tls = 没有可信的 TLS，因此什么也没有发送：{ $detail }
cli-send-failed-auth = 服务器不接受此用户名和密码：{ $detail }
cli-send-failed-refused = 服务器拒绝了这封邮件：{ $detail }
cli-send-failed-other = 无法提交邮件：{ $detail }
cli-send-no-via = 没有正在运行的试用环境。请运行 "surehop try"，或用 --via 主机:端口 指定服务器。
cli-send-bad-via = “{ $value }”不是“主机:端口”。
cli-send-bad-tls = --tls 只能是 implicit 或 starttls，不能是“{ $value }”。不提供明文发送。
cli-send-bad-wait = “{ $value }”不是时间长度；请写例如 30s 或 2m。
cli-send-bad-address = “{ $value }”不是邮件地址。
cli-send-bad-subject = 主题只能有一行。
cli-send-no-from = 请用 --from 给出发件人。
cli-send-no-password = 请把 { $value } 的密码放在环境变量 SUREHOP_PASSWORD 中，或用 --password-env 指定别的变量。
cli-send-empty-variable = 环境变量 { $value } 为空。
cli-send-text-or-file = --text 与 --file 只能给出一个。
cli-send-unreadable = 无法读取文件 { $value }。
cli-send-too-large = { $value } 超过 100 MB。
cli-send-default-subject = 来自 Surehop 的邮件
cli-send-default-text = 这封邮件用来展示邮件如何传送。它的经过会说明每一跳证明了什么。

cli-template-head =
    Surehop 的配置。"surehop config check" 会解释其中的问题。
    以 # 开头的设置是默认值或示例。
cli-template-language = 给发件人的通知使用的语言："en" 或 "zh-CN"。
cli-template-hostname = 其他邮件服务器所知的本机名称。
cli-template-data = 队列。只应让中继的账户能够读取。
cli-template-run-as = 运行中继的账户；以 root 启动时，中继会在接触邮件之前切换到该账户。
cli-template-submissions = 供邮件程序使用：从第一个字节起即为 TLS（惯例端口 465）。
cli-template-submission = 供不支持上一种方式的邮件程序使用：STARTTLS（惯例端口 587）。
cli-template-local = 供本机程序使用：无 TLS、无密码，仅限所列客户端。
cli-template-http = 指标、健康状况和邮件经过；仅限本机访问。"off" 表示关闭。
cli-template-tls = 邮件程序看到的证书。执行 "systemctl reload surehop" 时重新读取。
cli-template-user = 谁可以提交邮件。散列用 "surehop password" 生成；此处绝不写明文密码。
cli-template-from = 该用户可用的发件人；没有这一行则不限。
cli-template-policy =
    每一跳必须证明什么："cleartext"（对方支持 TLS 就用 TLS）、"encrypted"（没有 TLS 就不发）、
    "authenticated"（对方不能证明身份就不发）。无法安全送出的邮件会等待，并告知发件人。
cli-template-rule =
    对某些域要求更多：第一条相符的规则生效。domain："example.org"、".example.org"（其下所有子域）、"*"。
    match：证书可以使用的名称。route：用 "[主机]:端口" 代替该域的 MX。ca：PEM 文件。
cli-template-notices = 按发件人的域决定通知的语言。
cli-template-delivery = 邮件尝试多久、多频繁。
cli-template-dns = 解析器（默认取自 /etc/resolv.conf）。trust_ad 表示相信本机上的验证型解析器。
cli-template-story = 已完成邮件的经过保留多久。
cli-template-log = level：debug、info、warn、error。format：json 或 pretty。addresses：是否记录邮件地址。

# 试用。

cli-tryout-intro = Surehop 试用：真实的中继、真实的套接字、真实的 TLS；所谓“互联网”是本机上的一个沙箱，没有任何东西会离开这台机器。接下来给沙箱里的每个域名各发一封信。
cli-tryout-site-safe = 它的服务器样样都做对了，我们的规则要求它证明身份。
cli-tryout-site-hosted = 它的邮件由另一家公司代管，我们的规则没有写明是哪一家。它的 DNS 有签名，能证明那家公司服务器的名称；我们的规则要求证书写的就是这个名称。
cli-tryout-site-busy = 它的服务器对陌生来客先说“稍后再来”，等对方再来时才收信。
cli-tryout-site-careless = 它的服务器会加密，但证书是自己签发的。我们没有为它定规则。
cli-tryout-site-postcard = 它的服务器不加密，途中还有人在听。我们没有为它定规则。
cli-tryout-site-unguarded = 它的服务器会加密，但途中的攻击者删掉了加密的提议。我们没有为它定规则。
cli-tryout-site-tapped = 同样的攻击，但这里我们的规则要求服务器证明身份。
cli-tryout-site-impostor = 攻击者冒充它的服务器应答，出示的是写着别的名称的有效证书。我们的规则要求证明身份。
cli-tryout-site-keyed = 它的证书是自己签发的，但它的签名 DNS 公布了服务器的密钥（DANE）。我们没有为它定规则，也用不着。
cli-tryout-site-swapped = 同上，但攻击者冒充它的服务器应答，证书是他自己做的，名称却没错。我们没有为它定规则。
cli-tryout-site-redirected = 攻击者伪造了 DNS 的答复，说它的邮件服务器是攻击者自己的一台，而那台服务器的证书货真价实。这个域名的 DNS 没有签名，我们也没有为它定规则。
cli-tryout-site-anchored = 同样的伪造，但这个域名的 DNS 有签名。我们同样没有为它定规则。
cli-tryout-site-broken = 它的 DNS 签名与记录对不上：也许是出了差错，也许是有人改过，谁也分不清。
cli-tryout-site-closed = 它的服务器上没有叫 bob 的人。
cli-tryout-site-nowhere = 没有这个域名。
cli-tryout-letter-subject = 宝藏
cli-tryout-letter-text = 就埋在老橡树下。
cli-tryout-not-taken = 中继没有收下这封信：{ $detail }
cli-tryout-attacker-read = 途中的攻击者读到了它：“{ $text }”
cli-tryout-attacker-nothing = 途中的攻击者一无所获。
cli-tryout-forger-read = 攻击者自己的服务器收下了它，攻击者读到了：“{ $text }”
cli-tryout-forger-nothing = 攻击者的服务器一无所获。
cli-tryout-mail = 寄给 { $recipient } 的邮件：{ $subject }
cli-tryout-again = { $recipient }，第二次尝试
cli-tryout-message = 邮件 { $id }
cli-tryout-summary = 结果如何
cli-tryout-summary-nothing = ? { $recipient }：没有任何消息
cli-tryout-all-well = 全部 { $count } 封信的经过都和预期一致。
cli-tryout-wrong-outcome = { $recipient }：结果与预期不符。
cli-tryout-wrong-leaked = { $recipient }：本该安全的邮件落到了攻击者手里。
cli-tryout-wrong-not-received = { $recipient }：服务器没有收到邮件，或者它走的路与预期不符。
cli-tryout-wrong-not-captured = { $recipient }：没有任何东西拦着攻击者，攻击者却一无所获；沙箱出了问题。
cli-tryout-wrong-received = { $recipient }：服务器收到了一封不该到达的邮件。
cli-tryout-wrong-no-notice = { $recipient }：发件人没有收到通知。
cli-tryout-yours = 轮到您了
cli-tryout-ports-taken = 端口 { $ports } 已被占用，改用了别的端口。
cli-tryout-send =
    在另一个终端里，给以上任何一个域名发一封自己的信：
        { $command } send --to { $recipient }
cli-tryout-send-beside =
    另一个试用正在运行（进程 { $pid }），“send”会把信交给它。要交给这一个：
        SUREHOP_PASSWORD={ $password } { $command } send --to { $recipient } \
          --via { $via } --user { $user } --http { $http } \
          --ca { $ca }
cli-tryout-mail-program =
    也可以用任何邮件程序：
        服务器    127.0.0.1，端口 { $submissions }（TLS）或 { $submission }（STARTTLS）
        用户名    { $user }
        密码      { $password }
        证书机构  { $ca }
                  （邮件程序须信任它；它只为这次试用作证）
    本机上的程序可以用端口 { $local }，不需要 TLS，也不需要密码。
cli-tryout-look =
    想看看发生过什么：
        { $command } queue list --which all{ $queue }
        { $http }/metrics
cli-tryout-live = 正式使用
cli-tryout-live-how =
    真正的中继需要一份配置，沙箱里的东西不会带过去。
        { $command } init      问几个问题，写出 surehop.toml
        { $command } start     按它运行
cli-tryout-running = 中继会一直运行，按 Ctrl-C 结束。新邮件的经过会显示在下面。
cli-tryout-stopped = 已停止。沙箱没有了，里面的邮件也没有了。
cli-tryout-no-addresses =
    沙箱需要多个回环地址，而这台机器上不够用（{ $detail }）。
    在 macOS 上可以临时添加，重启后失效：
        for i in $(seq 1 13) 100 $(seq 101 113); do sudo ifconfig lo0 alias 127.0.25.$i; done
cli-tryout-failed = 试用无法启动：{ $detail }

## policy

cli-policy = 邮件会怎样，以及只观察不拦截时看到了什么
cli-policy-show = 不发信，说明寄往某域名的邮件会怎样
cli-policy-dry-run = 列出本来会被留下等待的邮件（enforce = "report"）
cli-option-policy-require-tls = 按要求 REQUIRETLS 的邮件来看
cli-option-looking-ca = 除系统自带的之外，另外信任的证书颁发机构（PEM 文件）
cli-option-looking-port = 邮件服务器的端口，用于测试网络（默认 25）
cli-option-looking-https-port = 策略服务器的端口，用于测试网络（默认 443）
cli-policy-tryout = 试用环境正在运行：问的是它的中继，用的是它的规则和小互联网。
cli-policy-bad-domain = “{ $value }”不是域名。
cli-policy-dry-run-none = 还没有任何记录。请在 [policy] 下写 enforce = "report"，让服务器运行一段时间。
cli-policy-dry-run-domain = { $domain }：{ $wouldWait ->
    [0] { $wouldPass } 次投递全都会顺利发出
   *[other] { $wouldWait } 次会被留下等待，{ $wouldPass } 次会顺利发出
  }
cli-policy-dry-run-why = 最近一次的原因：{ $because }
cli-bad-port = “{ $value }”不是端口。
cli-bad-ca = { $file } 里没有能读出的证书。
