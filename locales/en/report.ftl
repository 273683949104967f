# TLS reports: the letter that carries one of ours, and what others' reports mean.

report-letter =
    This is a report on how mail from { $submitter } reached the mail servers of { $domain }
    on { $day } (UTC): which connections were encrypted and proven as the domain asks for, and which were not.

    The report itself is attached, in the form that RFC 8460 describes, for programs to read.
    You get it because the DNS record _smtp._tls.{ $domain } asks for such reports to this address.

    Report-ID: { $reportId }
