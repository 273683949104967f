# What the command says of itself: help, questions, answers.

cli-about =
    Surehop hands mail on only over hops that it can prove, and tells in plain words what was proven.
    Without a command: the relay, if there is a surehop.toml here or in /etc/surehop; the try-out, if there is none.
cli-try = a relay in a sandbox on this machine: watch mail being delivered, held and attacked
cli-init = write a surehop.toml: asks a few questions, or takes flags
cli-start = run the relay
cli-config = look at the configuration
cli-config-check = check the configuration, and say what to do about each fault
cli-password = turn a password into the hash that stands in surehop.toml
cli-queue = look at and move the mail that waits
cli-queue-list = list messages
cli-queue-show = tell a message's story
cli-queue-hold = keep messages back until they are released
cli-queue-release = let held messages go
cli-queue-retry = try waiting messages now
cli-queue-delete = delete messages; nobody is told
cli-send = submit a message over TLS and watch its story
cli-send-exit-codes =
    Exit codes: 0 delivered to everyone (or accepted, with --no-follow), 1 not accepted, 2 wrong usage,
    3 a recipient's copy came back, 4 a recipient still waits.
cli-explain = say in plain words what a bounce, lines of a mail log or a TLS report mean; "-" reads standard input
cli-explain-exit-codes =
    Reads bounces, logs of Postfix, Exim, sendmail, Exchange, OpenSMTPD and qmail, and TLS reports (JSON, gzip, or the mail
    that brings them). Exit codes: 0 explained, 1 nothing found to explain, 2 wrong usage or not readable.

cli-reports = TLS reports: what others tell of your servers, and what you tell of theirs
cli-reports-list = list received reports
cli-reports-show = tell a report in words: what failed, what it means, what to mend
cli-reports-import = take in reports from a file or a directory: mails, mailboxes, JSON, gzip
cli-reports-send = show what would be sent about a day

cli-lab = carry attacks out on this machine alone, and see whether what was predicted comes of them
cli-lab-list = list the senders, receivers and attacks of the lab
cli-lab-show = explain one attack, and show it beside an honest delivery
cli-lab-exit-codes = Exit codes: 0 everything was as predicted, 1 something was not, 2 wrong usage.

cli-title-usage = Usage:
cli-title-arguments = Arguments:
cli-title-options = Options:
cli-title-commands = Commands:

cli-option-help = show this help
cli-option-version = show the version
cli-option-lang = language: en or zh-CN (default: from LANG)
cli-option-once = try-out: send the sandbox messages, tell their stories, end
cli-option-config = the configuration (default: surehop.toml here, then /etc/surehop/surehop.toml)
cli-option-json = JSON for programs
cli-option-init-config = the file to write (default: surehop.toml)
cli-option-init-hostname = the name under which the Internet knows this machine
cli-option-init-data = directory of the queue
cli-option-init-user = name of the account that may submit mail
cli-option-init-password-env = environment variable that holds its password (default: one is made up)
cli-option-init-run-as = account of this machine that the relay runs as
cli-option-init-certificate = certificate, PEM
cli-option-init-key = private key, PEM
cli-option-init-self-signed = make a self-signed certificate (the default where no files are given)
cli-option-init-yes = ask nothing
cli-option-init-force = overwrite what is there
cli-option-start-allow-root = run as root all the time (not advised: set user in [server])
cli-option-password-stdin = read the password from standard input
cli-option-queue = directory of the queue, in place of the configuration's
cli-option-queue-domain = only messages with a recipient in this domain
cli-option-queue-which = open, finished or all (default: open)
cli-option-queue-limit = at most so many messages, 1 to 1000 (default: 100)
cli-option-queue-all = all messages that wait
cli-option-reports-all = those too that came by mail and that nobody signed
cli-option-reports-limit = at most so many reports, 1 to 1000 (default: 100)
cli-option-reports-dry-run = send nothing (the relay sends by itself, after midnight UTC)
cli-option-reports-day = the day, as 2026-11-25 (default: yesterday, in UTC)
cli-option-send-to = recipients
cli-option-send-from = sender (default: the user name)
cli-option-send-subject = subject
cli-option-send-text = text of the message
cli-option-send-file = a whole message in its Internet form (.eml); "-" reads standard input
cli-option-send-via = submission server, HOST:PORT (default: a running try-out)
cli-option-send-tls = implicit or starttls (default: by the port)
cli-option-send-user = user name
cli-option-send-password-env = environment variable that holds the password (default: SUREHOP_PASSWORD)
cli-option-send-ca = PEM file of the authority to trust in place of the system's
cli-option-send-http = console of the relay, for following the story
cli-option-send-no-follow = do not follow the story
cli-option-send-wait = how long to follow it (default: 1m)

cli-option-lab-sender = only this sender (may be given more than once)
cli-option-lab-receiver = only this receiver (may be given more than once)
cli-option-lab-attack = only this attack; with ":" and a name, another way to carry it out (may be given more than once)
cli-option-lab-replay = a twin of the domain that "surehop check --save" has written to this file
cli-option-lab-html = write a page with the matrix, each cell's story and its transcripts

cli-unknown-language = There is no language "{ $value }" here. Known: { $known }.
cli-error-unknown-option = There is no option { $value }.{ $suggestion ->
    [none] { "" }
   *[other] { " " }Did you mean { $suggestion }?
  }
cli-error-unknown-command = There is no command { $value }.{ $suggestion ->
    [none] { "" }
   *[other] { " " }Did you mean { $suggestion }?
  }
cli-error-missing-argument = An argument is missing: { $value }.
cli-error-missing-value = The option { $value } needs a value.
cli-error-missing-option = The option { $value } is needed.
cli-error-too-many = There are too many arguments.
cli-default-start = Found { $file }: starting the relay with it. (The try-out is "surehop try".)

cli-config-good = { $file } is good.{ $warnings ->
    [0] { "" }
    [one] { " " }There is one warning.
   *[other] { " " }There are { $warnings } warnings.
  }
cli-config-bad = { $file }: { $errors ->
    [one] one error
   *[other] { $errors } errors
  }. The relay would not start.
cli-config-fault = { $place }: { $severity ->
    [warning] warning: { $what }
   *[error] { $what }
  }
cli-config-remedy = {"    "}→ { $remedy }

cli-start-root = The relay will not run as root: a fault in it would give away the machine. Set user below [server] in { $file }; low ports are bound before root is given up. (--allow-root overrides this.)
cli-start-failed = The relay could not start: { $detail }

cli-ask-password = Password for submitting mail
cli-ask-password-again = Once more
cli-ask-password-empty = A password cannot be empty.
cli-ask-password-differs = That was something else.
cli-password-unfit = A password must have 1 to 1024 characters.

cli-init-exists = { $value } exists already. Nothing was written; --force overwrites it.
cli-init-not-a-terminal = Questions need a terminal. Without one, give --yes and what should not be assumed (--hostname at least). Nothing was written to { $value }.
cli-init-bad-hostname = "{ $value }" is not a full host name. Give --hostname, for example mail.example.org.
cli-init-certificate-and-key = --certificate and --key belong together.
cli-init-unwritable = This could not be written: { $value }
cli-init-written = Wrote { $file } (readable by you alone: it holds a password hash).
cli-init-password = The user "{ $user }" has the password { $password } — it is shown this once.
cli-init-self-signed =
    The certificate is self-signed, for first steps. It keeps listeners out, but no mail program can tell it from an
    impostor's, and most will refuse it or ask. Before real users come, get one from an authority (for example with certbot)
    and name it below [tls]. How your mail travels onward does not depend on it.
cli-init-next =
    Next:
      surehop config check --config { $file }
      surehop start --config { $file }
cli-init-root = Before it starts: set user = "…" below [server] (an account made with useradd --system), or start it as such an account; it does not run as root.
cli-init-still = Note: { $what } → { $remedy }
cli-init-intro = A new relay
cli-init-outro = That is all.
cli-init-given-up = Nothing was written.
cli-init-ask-hostname = Under which name does the Internet know this machine?
cli-init-ask-hostname-bad = A full name, for example mail.example.org
cli-init-ask-data = Where may the queue be kept?
cli-init-ask-user = Who may submit mail? (a user name)
cli-init-ask-empty = Something must stand here.
cli-init-ask-certificate = The certificate for mail programs
cli-init-ask-self-signed = Make a self-signed one, for first steps
cli-init-ask-files = I have one
cli-init-ask-certificate-file = Certificate file (PEM, with its chain)
cli-init-ask-key-file = Private key file (PEM)

cli-queue-none = There is no queue yet in { $directory }.
cli-queue-unreadable = The queue in { $directory } cannot be opened: { $detail }
cli-queue-empty = Nothing waits.
cli-queue-more = Only the first { $limit } are shown; --limit shows more.
cli-queue-message = { $id }  { $at }  from { $from }  { NUMBER($size) } bytes
cli-queue-delivery = { $domain }: { $state ->
    [waiting] waits until { $at }
    [leased] is being delivered
    [held] is held
   *[done] is done
  }, { $attempts ->
    [0] not tried yet
    [one] tried once
   *[other] tried { $attempts } times
  }: { $recipients }
cli-queue-no-message = There is no message { $id }.
cli-queue-bad-which = "{ $value }" is not one of open, finished, all.
cli-queue-bad-limit = "{ $value }" is not a number from 1 to 1000.
cli-queue-bad-domain = "{ $value }" is not a domain name.
cli-queue-which-messages = Say which messages: their ids, or --domain, or --all; one of the three.
cli-queue-changed = { $verb ->
    [hold] { $count ->
        [one] Holding one message.
       *[other] Holding { $count } messages.
      }
    [release] { $count ->
        [one] Released one message.
       *[other] Released { $count } messages.
      }
    [retry] { $count ->
        [one] Trying one message now.
       *[other] Trying { $count } messages now.
      }
   *[delete] { $count ->
        [one] Deleted one message.
       *[other] Deleted { $count } messages.
      }
  }
cli-queue-not-changed = { $verb ->
    [hold] { $id } cannot be held
    [release] { $id } cannot be released
    [retry] { $id } cannot be tried now
   *[delete] { $id } cannot be deleted
  }: there is no such message, or there is nothing to do.

cli-reports-none = There are no reports.
cli-reports-ignored = { $count ->
    [one] One report came by mail and was not signed, or wrongly; --all shows it.
   *[other] { $count } reports came by mail and were not signed, or wrongly; --all shows them.
  }
cli-reports-unknown = There is no report { $id }.
cli-reports-unreadable = There is nothing to be read at { $value }.
cli-reports-not-read = { $file }: { $fault ->
    [too-large] larger than any report
    [bad-gzip] damaged gzip, or a report that would be too large unpacked
    [bad-mail] neither a report nor a mail
    [no-report] a mail without a TLS report
    [not-json] not JSON
   *[not-a-report] JSON, but no TLS report
  }
cli-reports-imported = { $kept ->
    [one] One report was taken in
   *[other] { $kept } reports were taken in
  }, { $known ->
    [0] none was known before
    [one] one was known before
   *[other] { $known } were known before
  }.{ $full ->
    [0] { "" }
   *[other] { " " }There was no room for { $full }.
  }
cli-reports-nowhere = Reports are kept beside the relay's queue, and there is none yet: start the relay once, or name its data directory with --queue.
cli-reports-only-dry = The relay sends reports by itself, after midnight UTC. To see what it would send: --dry-run
cli-reports-bad-day = "{ $value }" is not a day; write for example 2026-11-25.
cli-reports-not-configured = Nothing is reported: there is no contact in [reports].
cli-reports-nothing-counted = Nothing was counted on { $day }.
cli-reports-would = { $domain }: { NUMBER($successes) } safe, { NUMBER($failures) } failed; { $outcome ->
    [wanted] goes to { $targets }
    [none] wants no reports
    [several] has several records, which count as none
    [dns] the DNS does not tell whether it wants reports
    [no-way] wants them where nobody can be reached
    [no-rua] has a record without an address
   *[other] has a record that cannot be read
  }

cli-send-submitting = Handing the message to { $host }:{ $port } over TLS
cli-send-accepted = Accepted: { $reply }
cli-send-submitted = Accepted as { $id }
cli-send-waiting = Not everyone has it yet; the relay goes on trying. "surehop queue show" tells more.
cli-send-unseen = The message was accepted, but its story cannot be followed ({ $detail }).
cli-send-failed-connect = The server cannot be reached: { $detail }
cli-send-failed-tls = No TLS that can be trusted, so nothing was sent: { $detail }
cli-send-failed-auth = The server does not accept this user and password: { $detail }
cli-send-failed-refused = The server refused the message: { $detail }
cli-send-failed-other = The message could not be handed in: { $detail }
cli-send-no-via = No try-out is running. Start one with "surehop try", or name a server with --via HOST:PORT.
cli-send-bad-via = "{ $value }" is not HOST:PORT.
cli-send-bad-tls = --tls is implicit or starttls, not "{ $value }". There is no way to send in clear.
cli-send-bad-wait = "{ $value }" is not a length of time; write for example 30s or 2m.
cli-send-bad-address = "{ $value }" is not a mail address.
cli-send-bad-subject = A subject is one line.
cli-send-no-from = Give the sender with --from.
cli-send-no-password = Give the password of { $value } in the environment variable SUREHOP_PASSWORD, or name another with --password-env.
cli-send-empty-variable = The environment variable { $value } is empty.
cli-send-text-or-file = Give --text or --file, not both.
cli-send-unreadable = The file { $value } cannot be read.
cli-send-too-large = { $value } is larger than 100 MB.
cli-send-default-subject = A message by Surehop
cli-send-default-text = This message shows how mail travels. Its story tells what each hop proved.

cli-template-head =
    The configuration of Surehop. "surehop config check" explains what is wrong with it.
    What stands behind a # is the default or an example.
cli-template-language = Language of notices to senders: "en" or "zh-CN".
cli-template-hostname = The name under which other mail servers know this machine.
cli-template-data = The queue. Only the relay's account should be able to read it.
cli-template-run-as = The account to run as; started as root, the relay changes to it before it touches mail.
cli-template-submissions = For mail programs: TLS from the first byte (port 465 by custom).
cli-template-submission = For mail programs that cannot do that: STARTTLS (port 587 by custom).
cli-template-local = For programs on this machine: no TLS, no password, listed clients only.
cli-template-http = Metrics, health and message stories; on this machine only. "off" for none.
cli-template-tls = What mail programs see. Read again at "systemctl reload surehop".
cli-template-user = Who may submit mail. "surehop password" makes the hash; the password itself never stands here.
cli-template-from = Senders that this user may use; without this line, any.
cli-template-policy =
    What every hop must prove: "cleartext" (TLS wherever the other server has it), "encrypted" (no mail without TLS),
    "authenticated" (no mail to a server that cannot prove who it is). Mail that cannot go safely waits, and its sender is told.
cli-template-rule =
    More for some domains: the first rule that fits counts. domain: "example.org", ".example.org" (all below it), "*".
    match: names that the certificate may be for. route: "[host]:port" in place of the domain's MX. ca: a PEM file.
cli-template-notices = Language of notices by the sender's domain.
cli-template-delivery = How long mail is tried, and how often.
cli-template-dns = Resolvers (default: those of /etc/resolv.conf). trust_ad believes a validating resolver on this machine.
cli-template-story = How long the stories of finished messages are kept.
cli-template-log = level: debug, info, warn, error. format: json or pretty. addresses: whether mail addresses are logged.

# The try-out.

cli-tryout-intro = Surehop, trying out: a real relay, real sockets, real TLS. The Internet is a sandbox on this machine, and nothing leaves it. One message goes to each of its domains.
cli-tryout-site-safe = Its server does everything right, and our rule demands that it proves who it is.
cli-tryout-site-hosted = Another company keeps its mail, and our rule does not say which. Its DNS is signed, which proves the name of that company's server; our rule demands a certificate for it.
cli-tryout-site-busy = Its server says “not now” to strangers and takes the message when they come back.
cli-tryout-site-careless = Its server encrypts, but with a certificate that it made for itself. We have no rule for it.
cli-tryout-site-postcard = Its server does not encrypt, and somebody on the way is listening. We have no rule for it.
cli-tryout-site-unguarded = Its server encrypts, but an attacker on the way cuts out the offer. We have no rule for it.
cli-tryout-site-tapped = The same attack as before, but here our rule demands that the server proves who it is.
cli-tryout-site-impostor = An attacker answers in its server's place, with a good certificate for another name. Our rule demands proof.
cli-tryout-site-keyed = Its certificate is one that it made for itself, but its signed DNS says which key it has (DANE). We have no rule for it, and need none.
cli-tryout-site-swapped = The same, but an attacker answers in its server's place, with a certificate of his own for the right name. We have no rule for it.
cli-tryout-site-redirected = An attacker has forged the DNS answer that names its mail server: it names one of the attacker's, which has a good certificate of its own. The domain's DNS is not signed, and we have no rule for it.
cli-tryout-site-anchored = The same forgery, but this domain's DNS is signed. We have no rule for it either.
cli-tryout-site-broken = The signatures in its DNS do not fit its records. A mistake, or somebody has changed them: nobody can tell.
cli-tryout-site-closed = Its server knows nobody called bob.
cli-tryout-site-nowhere = There is no such domain.
cli-tryout-letter-subject = The treasure
cli-tryout-letter-text = It lies under the old oak.
cli-tryout-not-taken = The relay did not take the message: { $detail }
cli-tryout-attacker-read = The attacker on the way has read it: “{ $text }”
cli-tryout-attacker-nothing = The attacker on the way got nothing of it.
cli-tryout-forger-read = The attacker's own server has taken it, and the attacker has read it: “{ $text }”
cli-tryout-forger-nothing = The attacker's server got nothing of it.
cli-tryout-mail = Mail for { $recipient }: { $subject }
cli-tryout-again = { $recipient }, second attempt
cli-tryout-message = Message { $id }
cli-tryout-summary = What became of them
cli-tryout-summary-nothing = ? { $recipient }: nothing was heard of it
cli-tryout-all-well = All { $count } stories ended as they should.
cli-tryout-wrong-outcome = { $recipient }: the story did not end as it should.
cli-tryout-wrong-leaked = { $recipient }: the attacker got hold of a message that was to be safe.
cli-tryout-wrong-not-received = { $recipient }: the server does not have the message, or it came another way than it should.
cli-tryout-wrong-not-captured = { $recipient }: the attacker got nothing, though nothing kept the message from them; the sandbox is broken.
cli-tryout-wrong-received = { $recipient }: the server has a message that was not to reach it.
cli-tryout-wrong-no-notice = { $recipient }: the sender was not told.
cli-tryout-yours = Your turn
cli-tryout-ports-taken = Taken by somebody else: { $ports }. Other ports were chosen in their place.
cli-tryout-send =
    Hand in a message of your own, to any of these domains, from another terminal:
        { $command } send --to { $recipient }
cli-tryout-send-beside =
    Another try-out is running (process { $pid }), and "send" hands messages to that one. To this one:
        SUREHOP_PASSWORD={ $password } { $command } send --to { $recipient } \
          --via { $via } --user { $user } --http { $http } \
          --ca { $ca }
cli-tryout-mail-program =
    Or with any mail program:
        server     127.0.0.1, port { $submissions } (TLS) or { $submission } (STARTTLS)
        user       { $user }
        password   { $password }
        authority  { $ca }
                   (the program has to trust it; it vouches for this try-out alone)
    Programs on this machine need neither TLS nor a password at port { $local }.
cli-tryout-look =
    To look at what happened:
        { $command } queue list --which all{ $queue }
        { $http }/metrics
cli-tryout-live = Going live
cli-tryout-live-how =
    A real relay needs a configuration; nothing of the sandbox is in it.
        { $command } init      asks a few questions and writes surehop.toml
        { $command } start     runs it
cli-tryout-running = The relay runs until Ctrl-C. Stories of new messages appear below.
cli-tryout-stopped = Stopped. The sandbox is gone, and so is its mail.
cli-tryout-no-addresses =
    The sandbox needs several loopback addresses, and this machine has too few ({ $detail }).
    On macOS they can be added until the next start of the machine:
        for i in $(seq 1 13) 100 $(seq 101 113); do sudo ifconfig lo0 alias 127.0.25.$i; done
cli-tryout-failed = The try-out could not start: { $detail }

## policy

cli-policy = what would become of a message, and what a dry run has shown
cli-policy-show = say what would become of a message to a domain, without sending one
cli-policy-dry-run = say what would have waited (enforce = "report")
cli-option-policy-require-tls = as for a message that demands REQUIRETLS
cli-option-looking-ca = PEM file of certificate authorities to trust besides the system's
cli-option-looking-port = port of the mail servers, for a test network (default: 25)
cli-option-looking-https-port = port of the policy hosts, for a test network (default: 443)
cli-policy-tryout = A try-out is running: its relay is asked, with its rules and its little internet.
cli-policy-bad-domain = “{ $value }” is not a domain.
cli-policy-dry-run-none = Nothing was seen yet. Set enforce = "report" below [policy], and let the relay work for a while.
cli-policy-dry-run-domain = { $domain }: { $wouldWait ->
    [0] all { $wouldPass } deliveries would have gone through
   *[other] { $wouldWait } would have waited, { $wouldPass } would have gone through
  }
cli-policy-dry-run-why = the latest because of: { $because }
cli-bad-port = “{ $value }” is not a port.
cli-bad-ca = { $file } holds no certificates that could be read.
