/** Every reply that the server says of itself, in one table, and how a reply looks on the wire. */
import type { EnhancedStatus, SmtpReply } from "../../base/index.ts";

function reply(code: number, enhanced: EnhancedStatus | undefined, text: string): SmtpReply {
  return Object.freeze({ code, lines: [text], ...(enhanced === undefined ? {} : { enhanced }) });
}

export const replies = {
  bye: reply(221, "2.0.0", "Goodbye"),
  ok: reply(250, "2.0.0", "Ok"),
  senderOk: reply(250, "2.1.0", "Sender ok"),
  recipientOk: reply(250, "2.1.5", "Recipient ok"),
  help: reply(214, "2.0.0", "See RFC 5321"),
  authenticated: reply(235, "2.7.0", "Authentication successful"),
  cannotVerify: reply(252, "2.0.0", "Cannot verify; send a message and see"),
  goAhead: reply(354, undefined, "End with CRLF.CRLF"),
  readyForTls: reply(220, "2.0.0", "Ready to start TLS"),

  tooManyMessages: reply(421, "4.7.0", "Enough messages on this connection; please connect again"),
  tooManyConnections: reply(421, "4.7.0", "Too many connections"),
  tooManyBadCommands: reply(421, "4.7.0", "Too many bad commands"),
  tooManyAuthFailures: reply(421, "4.7.0", "Too many failed authentications"),
  tooManyCommandsBeforeAuth: reply(421, "4.7.0", "Too many commands before authentication"),
  tooManyRejectedRecipients: reply(421, "4.7.0", "Too many rejected recipients"),
  notHttp: reply(421, "4.7.0", "This is a mail server"),
  idle: reply(421, "4.4.2", "Waited too long; closing"),
  shuttingDown: reply(421, "4.3.2", "Shutting down; please try again later"),
  internalError: reply(451, "4.3.0", "Local error; please try again later"),
  /** For a while only: whoever put them there was not the client, and its mail must not be lost by it (trap 23). */
  injectedBytes: reply(421, "4.7.0", "Bytes behind STARTTLS; closing"),
  tooManyRecipients: reply(452, "4.5.3", "Too many recipients; send the rest in another transaction"),
  authUnavailable: reply(454, "4.7.0", "Authentication is not available now; please try again"),

  badCommand: reply(500, "5.5.1", "Command not recognised"),
  lineTooLong: reply(500, "5.5.2", "Line too long"),
  badLineEnd: reply(500, "5.5.2", "Lines must end in CRLF, and hold no other CR or LF"),
  badCharacter: reply(500, "5.5.2", "Control character or malformed UTF-8 in command"),
  badSyntax: reply(501, "5.5.4", "Syntax error in parameters"),
  badSender: reply(501, "5.1.7", "Sender address not understood"),
  badRecipient: reply(501, "5.1.3", "Recipient address not understood"),
  badHello: reply(501, "5.5.4", "A host name or address literal is needed"),
  badBase64: reply(501, "5.5.2", "Not base64"),
  badParameter: reply(501, "5.5.4", "Parameter with an unusable value, or given twice"),
  authCancelled: reply(501, "5.7.0", "Authentication cancelled"),
  notImplemented: reply(502, "5.5.1", "Command not implemented"),
  badSequence: reply(503, "5.5.1", "Bad sequence of commands"),
  helloFirst: reply(503, "5.5.1", "Say EHLO or HELO first"),
  mailFirst: reply(503, "5.5.1", "MAIL is needed first"),
  nestedMail: reply(503, "5.5.1", "A sender was already given"),
  authenticatedAlready: reply(503, "5.5.1", "Already authenticated"),
  unknownMechanism: reply(504, "5.5.4", "Authentication mechanism not known"),
  authRequired: reply(530, "5.7.0", "Authentication required"),
  startTlsFirst: reply(530, "5.7.0", "Must issue a STARTTLS command first"),
  requireTlsNeedsTls: reply(530, "5.7.10", "REQUIRETLS is possible inside TLS only"),
  badCredentials: reply(535, "5.7.8", "Authentication failed"),
  authNeedsTls: reply(538, "5.7.11", "Authentication is possible inside TLS only"),
  tooLarge: reply(552, "5.3.4", "Message too large"),
  needsSmtpUtf8: reply(553, "5.6.7", "An address outside ASCII needs SMTPUTF8"),
  noRecipients: reply(554, "5.5.1", "No valid recipients"),
  nulInContent: reply(554, "5.6.0", "The octet NUL is in the message, and may be in none (RFC 2045 section 2.8)"),
  mailLoop: reply(554, "5.4.6", "Too many hops: a mail loop"),
  unknownParameter: reply(555, "5.5.4", "Parameter not known"),
} as const satisfies Record<string, SmtpReply>;

export function octetsReceived(count: number): SmtpReply {
  return reply(250, "2.0.0", `${count} octets received`);
}

/** As bytes on the wire, with CRLF. Characters outside printable ASCII become `?`, so that no reply can hold a line end. */
export function renderReply(answer: SmtpReply, withEnhanced: boolean): string {
  if (!withEnhanced) return render(answer, "");
  const known = rendered.get(answer);
  if (known !== undefined) return known;
  const text = render(answer, answer.enhanced === undefined ? "" : `${answer.enhanced} `);
  // Replies of the table are said over and over; those of a handler are not kept.
  if (Object.isFrozen(answer)) rendered.set(answer, text);
  return text;
}

const rendered = new WeakMap<SmtpReply, string>();
const linesMax = 100;
const lineMaxChars = 480;

function render(answer: SmtpReply, enhanced: string): string {
  const code = answer.code >= 200 && answer.code <= 599 ? Math.floor(answer.code) : 451;
  const lines = answer.lines.length === 0 ? [""] : answer.lines.slice(0, linesMax);
  let text = "";
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? "").slice(0, lineMaxChars).replace(/[^\x20-\x7e]/g, "?");
    text += `${code}${at === lines.length - 1 ? " " : "-"}${enhanced}${line}\r\n`;
  }
  return text;
}
