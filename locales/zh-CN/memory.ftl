# 对邮件服务器的记忆，以及如何让中继忘掉它。

cli-memory = 查看对各邮件服务器的记忆，或将其忘掉
cli-memory-show = 说明记得某个域的邮件服务器的哪些情况；不写域则列出可疑之处
cli-memory-forget = 忘掉某个域的全部记忆，或其中一台服务器的（--host），或某台服务器对所有域的（只写 --host）
cli-option-memory-host = 只限这台服务器；不写域则针对所有域
cli-option-memory-why = 理由，会记录在案
cli-option-memory-yes = 不提问

cli-facts-none = { $directory } 中还没有学到任何情况。
cli-facts-unreadable = 无法读取中继学到的情况：{ $detail }

cli-memory-empty = 还没有任何记忆。
cli-memory-count = 记得 { $domains } 个域、{ $hosts } 台邮件服务器。
cli-memory-suspected = { $count ->
    [0] 没有可疑之处。
   *[other] 有 { $count } 台服务器不如从前：
  }
cli-memory-nothing = 没有关于 { $name } 的记忆。
cli-memory-no-past = 还没有寄给 { $domain } 的邮件送到过这里。
cli-memory-encrypted = 寄给 { $domain } 的邮件曾加密送达这里 { $deliveries } 次，{ $deliveries ->
    [one] 时间是 { $first }。
   *[other] 分布在 { $days } 天里，最早 { $first }，最近 { $last }。
  }
cli-memory-authenticated = 它曾为 { $domain } 的邮件证明自己的身份 { $deliveries } 次，{ $deliveries ->
    [one] 时间是 { $first }。
   *[other] 分布在 { $days } 天里，最早 { $first }，最近 { $last }。
  }
cli-memory-expects-nothing = 这还不足以对它有所要求：要在 { $days } 个不同的日子里送达 { $deliveries } 次才算数。
cli-memory-expects-encryption = 因此要求它加密。若它不加密，可能是有人把加密拦掉了，邮件会先等着。
cli-memory-expects-proof = 因此要求它证明身份。若它证明不了，可能是有人冒名顶替，邮件会先等着。
cli-memory-expected-of-others = 不过对它仍有更高的要求：依据的是该域的其他服务器，或其他域送到这台服务器的邮件。
cli-memory-suspicion = 它没有做到：最早是 { $since }，最近是 { $last }。第一次看到的情形是：
cli-memory-of-all = 寄给 { $domain } 的邮件已多次加密送达，所以代它收信的其他任何服务器也必须加密。
cli-memory-forgetting = { $at }，{ $by } 让中继忘掉了 { $name }（{ $count } 条）：“{ $why }”
cli-memory-which = 请说明要忘掉什么：一个域，或用 --host 给出一台服务器，或两者都给。
cli-memory-bad-why = 理由应为 1 到 { $max } 个字符。
cli-memory-confirm = 要忘掉 { $name } 吗（{ $count } 条）？此后寄往那里的邮件就像第一次寄送一样，必要时会不加密，除非该域公布了更高的要求或有规则要求更多。
cli-memory-forgotten = 已忘掉 { $name }（{ $count } 条）。何人、何时、为何让中继忘掉，均已记录。运行中的中继会在一两秒内得知。
cli-memory-still = { $host } 仍须加密，因为它曾为其他域这样做。若也要忘掉，请运行 "surehop memory forget --host { $host } --why …"。
