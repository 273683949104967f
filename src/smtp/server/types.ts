/** What the SMTP server asks of whoever stands behind it, and what it tells them. Shapes only. */
import type {
  BodyType,
  DomainName,
  Endpoint,
  EnvelopeRecipient,
  MailAddress,
  ReversePath,
  SmtpReply,
} from "../../base/index.ts";

/** Now or later. Answers given at once cost no promise. */
export type Maybe<T> = T | Promise<T>;

/** `undefined` goes on; a reply is said instead of the success, and the command had no effect. */
export type Verdict = SmtpReply | undefined;

/** The inside of a TLS connection that we serve. */
export interface ServerTls {
  /** For example `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}

/** What is known of one connection. Forgotten and begun anew by STARTTLS, but for the endpoints (TLS-2). */
export interface ServerSession {
  readonly client: Endpoint;
  readonly local: Endpoint;
  /** As given in EHLO or HELO: letters, digits and `-._:[]` alone, at most 255 characters. */
  readonly hello: string | undefined;
  /** True after EHLO, false after HELO. */
  readonly extended: boolean;
  readonly tls: ServerTls | undefined;
  /** The account, once AUTH has succeeded. */
  readonly user: string | undefined;
}

/** What MAIL FROM said. */
export interface MailRequest {
  readonly from: ReversePath;
  /** Bytes that the client announced; not to be trusted. */
  readonly size?: number;
  readonly body: BodyType;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret?: "full" | "headers";
  /** Decoded from xtext, printable ASCII. */
  readonly envid?: string;
}

/** One message on its way in. The object is the same from MAIL to the end, so it may serve as a key. */
export interface ServerTransaction {
  readonly mail: MailRequest;
  /** Those that were accepted so far. */
  readonly recipients: readonly EnvelopeRecipient[];
}

/** What was learned of the content as it went by; measured after dots were unstuffed and lines were ended by CRLF. */
export interface ReceivedContent {
  /** Bytes. */
  readonly size: number;
  readonly has8bit: boolean;
  readonly headerHas8bit: boolean;
  /** Bytes, without the CRLF. */
  readonly longestLine: number;
  /** `Received:` fields in the header (RFC 5321 §6.3). */
  readonly hops: number;
  /** The octet NUL is in it. The server takes no such content, so no handler's `onEnd` sees true. */
  readonly hasNul: boolean;
}

/** Both parts are valid UTF-8 without control characters. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export type AuthVerdict =
  | { readonly kind: "accepted"; readonly user: string }
  /** 535 5.7.8, and one failure more. */
  | { readonly kind: "refused" }
  /** 454 4.7.0: could not be decided now. */
  | { readonly kind: "unavailable" };

/** Why the server itself refused something; for counting and logging. */
export type ServerRefusal =
  | "auth-cancelled"
  | "auth-required"
  | "bad-address"
  | "bad-command"
  | "bad-parameter"
  | "commands-before-auth"
  | "injected-bytes"
  | "internal-error"
  | "line-too-long"
  | "mail-loop"
  | "nul-in-content"
  | "too-large"
  | "too-many-auth-failures"
  | "too-many-bad-commands"
  | "too-many-messages"
  | "too-many-recipients"
  | "too-many-rejected-recipients"
  | "timeout"
  | "tls-failed";

/**
 * Whoever stands behind the server. One object may serve many connections; what belongs to one connection or message can
 * hang on `session` or `transaction`. While a promise is pending nothing else is asked on that connection. A handler that
 * throws or rejects makes the client hear 451 4.3.0.
 */
export interface ServerHandler {
  /** Before the greeting. A refusal is said in its place and the connection closed. */
  onConnect?(session: ServerSession): Maybe<Verdict>;
  /** For EHLO and HELO, the name already read. */
  onHello?(verb: "EHLO" | "HELO", name: string, session: ServerSession): Maybe<Verdict>;
  onStartTls?(session: ServerSession): Maybe<Verdict>;
  /** Only inside TLS, and only if AUTH is offered. */
  onAuth?(credentials: Credentials, session: ServerSession): Maybe<AuthVerdict>;
  onMail?(mail: MailRequest, session: ServerSession): Maybe<Verdict>;
  /** `transaction.recipients` does not hold this one yet. */
  onRcpt?(recipient: EnvelopeRecipient, transaction: ServerTransaction, session: ServerSession): Maybe<Verdict>;
  /** Content is about to come (DATA, or the first BDAT). */
  onData?(transaction: ServerTransaction, session: ServerSession): Maybe<Verdict>;
  /** The next piece: CRLF lines, not dot-stuffed, never changed afterwards. A promise holds the client back. */
  onContent(chunk: Uint8Array, transaction: ServerTransaction, session: ServerSession): Maybe<void>;
  /** The content is whole. 2xx only if responsibility for it was taken. */
  onEnd(content: ReceivedContent, transaction: ServerTransaction, session: ServerSession): Maybe<SmtpReply>;
  /** After a successful `onData`, in place of `onEnd`: too large, a loop, RSET, or the connection is gone. */
  onAbort?(transaction: ServerTransaction, session: ServerSession): void;
  /** The server refused something by itself. */
  onRefused?(why: ServerRefusal, session: ServerSession): void;
  /** A bug: what a handler threw or rejected with. */
  onError?(error: unknown, session: ServerSession): void;
  /** The connection is gone. Called once. */
  onClose?(session: ServerSession): void;
}

/** What is offered, and how much of it. */
export interface ServerFeatures {
  /** Our name, in the greeting and in replies; `Postmaster` without a domain is read as being here. */
  readonly hostname: DomainName;
  readonly starttls: boolean;
  /** `required`: MAIL needs AUTH, which needs TLS. `off`: AUTH is not known. */
  readonly auth: "off" | "required";
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  /** Offered and accepted inside TLS only (RFC 8689 §2). */
  readonly requireTls: boolean;
  readonly enhancedStatusCodes: boolean;
  /** Offer SIZE; `messageMaxBytes` holds either way. */
  readonly size: boolean;
  readonly messageMaxBytes: number;
  readonly recipientsMax: number;
  readonly hopsMax: number;
  readonly commandsBeforeAuthMax: number;
  readonly authFailuresMax: number;
  readonly badCommandsMax: number;
  readonly rejectedRecipientsMax: number;
  readonly messagesPerConnectionMax: number;
}

/** What the machine does to the world. None of these calls the machine back before it returns. */
export interface ServerEffects {
  /** ASCII, whole lines; all replies of a batch in one call. */
  write(text: string): void;
  /** Enough is waiting: feed nothing more until `resume`. What still comes is kept. */
  pause(): void;
  resume(): void;
  /** Write `reply`, and when it is out, shake hands; then call `tlsStarted` or `gone`. */
  startTls(reply: string): void;
  /** Close when all that was written is out; then call `gone`. */
  close(): void;
}

export type { BodyType, DomainName, EnvelopeRecipient, MailAddress, ReversePath, SmtpReply };
