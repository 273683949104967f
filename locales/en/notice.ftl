# Notices to senders: bounces, delays, successes.

notice-bounce-subject = Not delivered: { $subject }
notice-bounce-subject-none = Your message was not delivered
notice-delay-subject = Delayed: { $subject }
notice-delay-subject-none = Your message is delayed
notice-held-subject = Held back for safety: { $subject }
notice-held-subject-none = Your message is held back for safety
notice-success-subject = Delivered: { $subject }
notice-success-subject-none = Your message was delivered

notice-from = This is an automatic message from the mail server { $host }. Please do not reply: nobody reads the answers.
notice-bounce-opening = Your message could not be delivered to the following recipients, and we will not try again:
notice-delay-opening = Your message has not been delivered to the following recipients yet. We keep trying:
notice-held-opening = We are holding your message back for the following recipients, because a safe way to them could not be proven. We keep trying:
notice-success-opening = Your message was handed on for the following recipients, as you asked to be told:

notice-redacted-subject = A message of yours was not delivered
notice-redacted = You sent a message and demanded protection on the whole way (REQUIRETLS). It could not be delivered. We wrote to you why, but the way back to your own mailbox does not offer the protection that you demanded, so that letter was not sent either. This one says nothing of your message, because anyone on the way may read it. The administrator of this mail server can tell you more: the letter is known here as { $id }.
notice-redacted-todo = Ask the administrator of your mailbox to offer REQUIRETLS (RFC 8689), or do without it for what need not be so protected.

notice-about-subject = Subject: { $subject }
notice-about-from = From: { $from }
notice-about-date = Written: { $date }
notice-about-received = Received by us: { $time }

notice-question-happened = 1. What happened
notice-question-exposed = 2. Was my message exposed to anyone?
notice-question-todo = 3. What can I do?
notice-question-forward = 4. What should I forward to an administrator?

notice-for = { $recipients }: { $text }
notice-delay-next = The next attempt is on { $retry }. If the message still has not been delivered by { $until }, you will get it back.
notice-success-happened = { $host } has taken the message. That server does not report back, so this is the last that we know of it.

exposed-nothing = No. On the way to these recipients nothing of it left our server, neither the text nor the addresses.
exposed-some-server = another mail server
exposed-addresses-cleartext = The text was not. But the addresses of sender and recipients were told to { $host } without encryption: anyone on the way could read them.
exposed-addresses-encrypted = The text was not. But the addresses of sender and recipients were told to { $host }, over an encrypted connection to a server that nobody checked: an attacker in the middle could have read them.
exposed-addresses-authenticated = No. Only the addresses of sender and recipients were told to { $host }, over an encrypted connection, after that server had proved who it is.
exposed-content-cleartext = It may have been. All or part of it was sent to { $host } without encryption: anyone on the way could read it, and so could that server.
exposed-content-encrypted = It may have been. All or part of it was sent to { $host } over an encrypted connection, but nobody checked whom we were talking to: an attacker in the middle could have read it, and so could that server.
exposed-content-authenticated = To nobody but { $host }. All or part of it was sent there over an encrypted connection, after that server had proved who it is. On this hop nobody else could read it.

advice-no-such-domain = Check the part of the address behind the @ sign, correct it, and send the message again.
advice-null-mx = There is no mail at that domain. Ask the recipient for another address.
advice-no-mail-server = Check the part of the address behind the @ sign, letter by letter, or ask the recipient for another address.
advice-mail-loop = You cannot mend this yourself. Please forward the lines below to the administrator of your mail server.
advice-rejected-address = Check the address letter by letter, or ask the recipient for the right one, and send the message again.
advice-rejected-mailbox = Something is wrong with the recipient's mailbox: it may be full or closed. Please tell the recipient in another way, for example by telephone.
advice-rejected-policy = The other server does not want this message, or no mail from this sender. What it said, above, may tell you why. Ask the recipient, in another way, to have this changed.
advice-rejected = What the other server said, above, may tell you why. If it does not help you, ask the recipient in another way, for example by telephone.
advice-lifetime-over = If you think that the trouble is over, send the message again. If not, reach the recipient in another way.
advice-unsafe = Please do not look for a less safe way to send it. Tell the recipient, for example by telephone, that we found no way to their mail system that we could prove to be safe. Their administrator can find out why with the help of the lines below. Once it is mended, send the message again.
advice-needs-smtputf8 = Ask the recipient for an address in plain English letters and digits, and send the message again to that one.
advice-needs-8bitmime = Set your mail program to send only plain characters (“7 bit”, “quoted-printable” or “base64”), and send the message again.
advice-too-large = Make the message smaller, for example by sharing a link instead of attaching a file, and send it again.
advice-line-too-long = Send the text as an attachment, or with another mail program that breaks long lines.
advice-requiretls-unsupported = You asked that every server on the way promise protection. If you can do without that promise, send the message again without it (REQUIRETLS). If you cannot, reach the recipient in another way.
advice-operator-returned = Ask the administrator of your mail server why.
advice-delay-safety = Nothing for now, and please do not send it a second time. If it is urgent, tell the recipient in another way that we have found no way to their mail system that we could prove to be safe. Their administrator can find out why with the help of the lines below.
advice-delay = Nothing for now, and please do not send it a second time. If it is urgent, reach the recipient in another way.
advice-success = Nothing. If the recipient has not got it, ask there.

notice-forward = This whole message, or at least the lines below. Send them to the administrator of your own mail server, or to the recipient, who can pass them on to theirs. The lines are in English, which administrators everywhere can read:
