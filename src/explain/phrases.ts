/**
 * Sentences of mail servers as causes and stages. Asked in this order, since each knows more than the next: the words, the enhanced
 * status code, the reply code. Within the words, the first that fits counts: what is said of TLS comes before what is said of mail.
 */
import { isFoundInHandshake } from "./judge.ts";
import { causeOfReply, causeOfStatus, tlsResultCauses, vendorCause } from "./codes.ts";
import type { Cause, Codes, Sent } from "./types.ts";

export function causeOf(text: string, codes: Codes = codesIn(text)): Cause {
  const cause = namedCause(text, codes);
  const sent = sentOf(text);
  // Who answers to an address or to content has got past the handshake: whatever certificate is meant, it is not that of this hop.
  if (isFoundInHandshake(cause) && (sent === "addresses" || sent === "content")) return "refused-untold";
  // "Service unavailable" for good is no "not now".
  return cause === "busy" && isForGood(codes) ? "refused-untold" : cause;
}

function isForGood({ status, reply }: Codes): boolean {
  return status?.startsWith("5.") === true || (status === undefined && reply !== undefined && reply >= 500);
}

function namedCause(text: string, codes: Codes): Cause {
  if (codes.tlsResult !== undefined) return tlsResultCauses[codes.tlsResult];
  // What a provider made up for one thing only says more than its sentences.
  const made = codes.status === undefined ? undefined : vendorCause(codes.status);
  if (made !== undefined) return made;
  const sentences = withoutNames(text);
  const said = phrases.find(([pattern]) => pattern.test(sentences))?.[1];
  if (said !== undefined) return said;
  const ofStatus = codes.status === undefined ? undefined : causeOfStatus(codes.status);
  if (ofStatus !== undefined && ofStatus !== "refused-untold") return ofStatus;
  return (codes.reply === undefined ? undefined : causeOfReply(codes.reply)) ?? ofStatus ?? "unknown";
}

/** A server or a mailbox may be called anything, `greylist.example` or `full@…`: names say nothing of what happened. */
function withoutNames(text: string): string {
  return text
    .replace(/[\w.-]{1,255} ?\[[0-9A-Fa-f.:]{2,45}\](?::\d{1,5})?/g, "[]")
    .replace(/<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?/g, "<>");
}

/** Codes and names that a server gives to what it found out itself: not a reply of the other one. */
export function isOwnFinding({ status, tlsResult }: Codes): boolean {
  return tlsResult !== undefined || /^[45]\.7\.32\d$/.test(status ?? "");
}

/** The first reply code and enhanced status code that stand where such codes stand, and a name of RFC 8460 §4.3. */
export function codesIn(text: string): Codes {
  const whole = /(?:^|[\s"'(<:=_>])([245]\d\d)[ _-]#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(text);
  const reply = whole?.[1] ?? /(?:^|[\s"'(:=_>])([45]\d\d)(?=[\s_-][^\d\s])/.exec(text)?.[1];
  const status = whole?.[2] ?? /(?:^|[\s#("'<:=;])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(text)?.[1];
  const named = tlsResultPattern.exec(text)?.[1];
  return {
    ...(status === undefined ? {} : { status }),
    ...(reply === undefined ? {} : { reply: Number(reply) }),
    ...(named === undefined ? {} : { tlsResult: named as keyof typeof tlsResultCauses }),
  };
}

/** How far the conversation had come, by the words of Postfix, Exim and qmail. */
export function sentOf(text: string): Sent {
  if (
    /\(in reply to (?:end of DATA|BDAT)|(?:sending|in response to|after) (?:the )?(?:end of data|message body)/i.test(
      text,
    )
  )
    return "content";
  if (/while (?:sending (?:message body|end of data)|receiving the .{0,40}end of data)/i.test(text)) return "content";
  if (/failed_after_I_sent_the_message|failed after I sent the message/.test(text)) return "content";
  if (/does_not_like_recipient|but_sender_was_rejected|does not like recipient|but sender was rejected/.test(text))
    return "addresses";
  if (
    /\(in reply to (?:MAIL FROM|RCPT TO|DATA) command|while (?:sending|performing the) (?:MAIL FROM|RCPT TO|DATA)/.test(
      text,
    )
  )
    return "addresses";
  if (/after (?:pipelined )?(?:MAIL FROM|RCPT TO|sending data block|DATA)/.test(text))
    return /data block/.test(text) ? "content" : "addresses";
  if (
    /\(in reply to (?:EHLO|HELO|STARTTLS|AUTH|XCLIENT)|(?:EHLO|HELO) handshake|receiving the initial server greeting|while receiving the STARTTLS|after (?:initial connection|EHLO|HELO|STARTTLS)/.test(
      text,
    )
  )
    return "nothing";
  if (/refused to talk to me|Connected_to_.{0,200}but_greeting_failed|wasn't_able_to_establish/.test(text))
    return "nothing";
  return "not-told";
}

const tlsResultPattern = new RegExp(`(?:^|[\\s;:("'])(${Object.keys(tlsResultCauses).join("|")})(?=[\\s:;,.)"']|$)`);

const phrases: readonly (readonly [RegExp, Cause])[] = [
  // TLS, as senders tell of it
  [
    /TLS is required, but was not offered|TLS session is required, but the server did not offer|TLS required but not supported|(?:does|did) not support (?:START)?TLS|did not offer (?:START)?TLS|STARTTLS not (?:supported|offered) by|TLS.{0,20}not available from|requires TLS.{0,60}(?:unable to establish|not (?:offer|support))|starttls is (?:required|mandatory) but/i,
    "tls-not-offered",
  ],
  [
    /TLS is required, but host .{0,300} refused to start TLS|refused to start TLS|attempt to start TLS failed|454[ -](?:4\.[37]\.0 )?TLS (?:currently )?(?:not available|unavailable)/i,
    "tls-refused",
  ],
  [
    /TLS is required, but our TLS engine is unavailable|client TLS configuration problem|TLS policy lookup error|initializing the client-side TLS engine|TLS engine unavailable/i,
    "tls-here",
  ],
  [
    /TLSA lookup (?:error|failed)|tlsa lookup (?:DEFER|FAIL(?! ?ED?_?NO))|DANE TLSA lookup problem|DANE (?:lookup|error).{0,40}(?:temp|defer|servfail)|TLSA.{0,30}(?:SERVFAIL|temporary)/i,
    "dane-lookup",
  ],
  [
    /no TLSA records found|TLSA records? (?:not found|missing)|non DNSSEC destination|not DNSSEC|DANE.{0,40}(?:required|mandatory).{0,60}(?:no|not|without)|dane_require_tls/i,
    "dane-missing",
  ],
  [
    /TLSA records? (?:are )?unusable|all TLSA records unusable|empty DANE match list|not trusted by local or TLSA policy|DANE.{0,60}(?:mismatch|no match|not match|validation fail|verif\w+ fail|attempt failed)|No matching (?:DANE )?TLSA|failed DANE validation|tls_dane.{0,20}fail/i,
    "dane-mismatch",
  ],
  [
    /DNSSEC.{0,40}(?:bogus|validation fail|invalid)|bogus.{0,20}DNSSEC|RRSIG.{0,40}(?:expired|invalid)/i,
    "dnssec-invalid",
  ],
  [
    /MTA-?STS.{0,80}(?:fetch|retriev|download|unreachable|timed? ?out)|(?:fetch|retriev|download)\w*.{0,40}(?:MTA-?STS|STS policy)/i,
    "sts-fetch",
  ],
  [
    /MTA-?STS.{0,60}(?:invalid|malformed|syntax|bad policy)|(?:invalid|malformed|bad).{0,20}(?:MTA-?STS|STS) policy/i,
    "sts-invalid",
  ],
  [
    /MTA-?STS.{0,80}(?:fail|mismatch|not match|not (?:listed|allowed|authori)|violat|reject|does not)|STS policy.{0,60}(?:mismatch|not match|not (?:listed|allowed)|fail)|failed MTA-STS validation/i,
    "sts-mismatch",
  ],
  [/REQUIRETLS/i, "requiretls"],
  [
    /hostname mismatch|name mismatch|IP address mismatch|(?:certificate|cert).{0,60}(?:does not match|doesn't match|mismatch|not valid for)|common name .{0,40}not match|subject.{0,20}does not match host/i,
    "certificate-name",
  ],
  [/certificate.{0,20}(?:has |is )?expired|expired.{0,12}certificate|CERT_HAS_EXPIRED/i, "certificate-expired"],
  [
    /self-?signed certificate|untrusted issuer|unable to get (?:local )?issuer|unable to verify the first|unknown CA|unknown ca|issuer (?:is )?unknown|certificate.{0,20}not trusted|not signed by a (?:valid|trusted)|certificate signed by unknown|UntrustedRoot|SubjectIssuerNameMismatch|certificate not yet valid/i,
    "certificate-untrusted",
  ],
  [
    /Server certificate not verified|certificate verification failed|certificate verify failed|certificate (?:could not be|was not|not) (?:verified|validated)|Peer certificate.{0,30}(?:invalid|not verified)|CertificateValidation|certificate check failed/i,
    "certificate-unproven",
  ],
  [
    /Cannot start TLS: handshake failure|TLS handshake fail|SSL_connect|gnutls_handshake|TLS negotiation (?:failed|with .{0,80} failed)|handshake fail|TLS session: |tlsv1 alert|sslv3 alert|wrong version number|no shared cipher|unsupported protocol|TLS error on connection|IO Error: .{0,30}(?:handshake|SSL)|STARTTLS.{0,20}fail/i,
    "tls-handshake",
  ],
  // What receivers demand
  [
    /must issue a? ?STARTTLS|STARTTLS is required|issue a STARTTLS command first|requires? (?:a )?(?:TLS|encrypted|secure) (?:connection|session|transport)|encryption required|TLS (?:is )?required|without TLS|not sent over a TLS|must (?:be )?(?:use|using|sent (?:over|via|using)) (?:a )?TLS/i,
    "peer-wants-tls",
  ],
  [
    /authentication (?:is )?required|must authenticate|SMTP AUTH|client was not authenticated|not logged in|authentication fail|Username and Password not accepted|sender address rejected: not logged/i,
    "peer-wants-login",
  ],
  // Where it was to go
  [/grey-?list|gray-?list|try again (?:in|after) \d+ ?(?:s|m)|please try again later.{0,40}first time/i, "greylisted"],
  [/null ?MX|does not accept mail|doesn't accept mail|domain .{0,80}(?:receives|accepts) no mail/i, "no-mail-there"],
  [
    /RecipientNotFound|not found by SMTP address lookup|user unknown|unknown user|no such (?:user|recipient|mailbox|person|account)|does(?:n't| not) exist|unknown (?:recipient|mailbox|local part|account)|mailbox (?:not found|unavailable|does)|recipient (?:not found|unknown|address rejected: (?:user|undeliverable|access denied))|invalid (?:recipient|mailbox|user)|no mailbox here|address unknown|unrouteable address|not a valid (?:user|mailbox|recipient)|no longer (?:available|valid|exists)|undeliverable address|account that you tried to reach/i,
    "no-such-user",
  ],
  [
    /mailbox (?:is )?(?:full|over)|over ?quota|quota exceeded|exceeded.{0,20}(?:storage|quota)|out of storage|storage (?:is )?full|insufficient (?:system )?storage/i,
    "mailbox-full",
  ],
  [
    /mailbox (?:is )?(?:disabled|inactive|locked|closed|suspended)|account (?:is |has been )?(?:disabled|inactive|suspended|closed|locked)|(?:user|recipient) (?:is )?(?:disabled|inactive|suspended)/i,
    "mailbox-closed",
  ],
  [
    /too large|size limit|message size exceeds|exceeds (?:the )?(?:maximum|fixed maximum|size)|too big|length exceeds/i,
    "too-large",
  ],
  [/loops back to myself|too many hops|routing loop|mail loop|loop detected|hop count|maximum hop/i, "loop"],
  [
    /relay(?:ing)? (?:access )?(?:denied|not permitted|not allowed|prohibited)|unable to relay|not permitted to relay|we do not relay|TenantAttribution|isn't in my list of allowed rcpthosts/i,
    "relay-refused",
  ],
  [
    /\bSPF\b|\bDKIM\b|\bDMARC\b|unauthenticated (?:email|mail|message)|reverse (?:DNS|hostname)|PTR record|helo command rejected|cannot find your (?:reverse )?hostname|does not designate/i,
    "sender-unproven",
  ],
  [
    /block ?list|black ?list|\bRBL\b|DNSBL|spamhaus|barracuda|spamcop|sorbs|poor reputation|bad reputation|low reputation|banned (?:send|IP)|blocked using|S3140|S3150|listed (?:at|by|in|on)|\bAS\(?1\d{3}\)?\b|blocked (?:by|due to)/i,
    "sender-listed",
  ],
  [
    /rate limit|too many (?:messages|connections|recipients|concurrent|errors|sessions|mails)|throttl|(?:daily|hourly|sending) (?:limit|quota)|exceeded .{0,40}(?:limit|rate|threshold)|unusual rate|receiving (?:mail|email) (?:too quickly|at a rate)|resources temporarily|deferred due to (?:user complaints|unexpected volume)/i,
    "too-many",
  ],
  [
    /sender (?:address )?(?:rejected|denied|refused|unknown|verify fail)|bad outbound sender|sender domain|sender address.{0,20}(?:invalid|not)|invalid sender/i,
    "sender-refused",
  ],
  [
    /RESOLVER\.RST\.|not (?:in|on) (?:the )?allowed[- ]senders|restricted (?:group|recipient)|only (?:accepts|allows) (?:messages|mail) from|Sender(?:Not| was not)? ?[Aa]uthenticated|not allowed to (?:send|post)/,
    "recipient-restricted",
  ],
  [
    /\bspam\b|virus|malware|phish|junk|unsolicited|content (?:rejected|refused|not accepted|denied|filter)|message (?:content )?(?:rejected|blocked|refused)|suspicious|attachment (?:type )?(?:not allowed|blocked)|malicious/i,
    "content-refused",
  ],
  [
    /name or service not known|host (?:or domain name )?not found\.? .{0,80}(?:try again|type=MX: (?:Host not found, try again))|Host not found, try again|temporar\w+ .{0,30}(?:lookup|resolution|DNS|MX)|host lookup did not complete|DNS (?:query|lookup) .{0,20}(?:failed|timeout)|Name server: .{0,200}(?:no data|try again|host name lookup failure)|CNAME_lookup_failed_temporarily|DNS server failure|lookup (?:timed out|deferred)|SERVFAIL/i,
    "dns-failed",
  ],
  [
    /host or domain name not found|host unknown|domain not found|no such domain|unknown (?:host|domain)|unroutable domain|all relevant MX records point to non-existent|couldn't_find_any_host|couldn't find any host|NXDOMAIN|bad destination (?:host|system)|InfoDomainNonexistent|no mail host|unresolv|domain .{0,60}does not exist|Unrouteable/i,
    "no-such-domain",
  ],
  [
    /Connection refused|Connection timed out|Operation timed out|No route to host|Network (?:is )?unreachable|Network error on destination|unable to connect|Unable to connect|couldn't connect|could not connect|wasn't_able_to_establish|wasn't able to establish|Connection reset by peer|no MX(?:s)? (?:reachable|available)|Socket error code 100|all hosts .{0,60}(?:failing|been failing)|(?:Failed to|Cannot) connect|Connecting.{0,40}timed out|connection dropped before|No valid route|Domain is not found or unreachable/i,
    "unreachable",
  ],
  [
    /lost connection|connection (?:was )?(?:lost|closed|dropped|died|broken)|closed connection|conversation with .{0,200} timed out|timeout (?:while|after|reading)|timed out while|timed out after|unexpectedly closed|read error|connection_died|EOF/i,
    "connection-lost",
  ],
  [
    /retry timeout exceeded|message expired|delivery (?:time )?expired|envelope expired|expired, returned|queue (?:time|lifetime).{0,20}(?:expired|exceeded)|this_message_has_been_in_the_queue_too_long|been in the queue too long|delivery cancelled; message timed out|could not be delivered for|maximum (?:delivery|retry) time|Message timed out/i,
    "expired",
  ],
  [
    /temporarily (?:unavailable|deferred|rejected)|try (?:again|your message) later|service (?:is )?(?:temporarily )?(?:unavailable|not available)|server (?:is )?(?:too )?busy|system (?:load|busy)|local problem|please (?:try|retry)/i,
    "busy",
  ],
  [
    /SMTPUTF8|8BITMIME|bare (?:line feed|LF|CR)|RFC ?5322|RFC ?2822|header (?:missing|invalid|too)|line too long|non-ASCII/i,
    "format-refused",
  ],
  [
    /local configuration error|mail system configuration error|local delivery failed|disk full|server configuration|cannot update mailbox|insufficient permission|temporary lookup failure|mail transport unavailable/i,
    "our-fault",
  ],
  [
    /access denied|not authori[sz]ed|policy (?:violation|reasons|rejection|restriction)|violat|denied|forbidden|administrative prohibition|not permitted|not allowed/i,
    "policy-refused",
  ],
];
