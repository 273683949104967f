/**
 * The SMTP server, one connection, as a state machine without I/O (RFC 5321). It is fed with bytes and events and answers
 * through `ServerEffects`; the socket driver, the fuzzers and the simulation all drive this one.
 *
 *              ┌─────────────────── tlsStarted: everything forgotten (TLS-2) ──────────────────┐
 *              ▼                                                                               │
 *   start ► command ──STARTTLS──► tls ─────────────────────────────────────────────────────────┘
 *            ▲ │ ▲ │                └─ any byte: an attack (TLS-1) ─► closed
 *            │ │ │ └──AUTH──► auth ── a line each ──┐
 *            │ │ └──────────────────────────────────┘
 *            │ ├──DATA──► data ── CRLF.CRLF ──┐
 *            │ └──BDAT──► bdat ── n octets ───┤
 *            └────────── the content's reply ─┘          QUIT, a limit, the clock ─► closed
 *
 * What each state promises. `command`: whole lines are read one by one; replies gather and go out together when the input is
 * used up (RFC 2920). `data` and `bdat`: bytes are content and nothing else, whatever they look like, up to the one end that
 * counts; a message that was refused half-way is read to its end and thrown away, so that it is never taken for commands.
 * `closed`: nothing is read, nothing is said.
 *
 * A client may end its side and still read (RFC 9293 §3.6): what came whole is carried out and answered as ever, then we end ours.
 * What did not come whole (a line without its CRLF, content without its end) is thrown away: a message cut off is never taken,
 * whoever cut it. So it makes no difference here whether TLS was ended properly or cut: a cut can only take away from the end,
 * and every message says itself where that is.
 *
 * Across all states: while the handler makes up its mind (`waiting`), input is kept and, beyond a bound, held back. A
 * transaction begins with MAIL and ends with the content's reply, RSET, EHLO, STARTTLS or the connection; if content had
 * begun, the handler hears exactly one of `onEnd` and `onAbort`.
 */
import type { Endpoint, EnvelopeRecipient, SmtpReply } from "../../base/index.ts";
import { AuthExchange, type AuthStep } from "./auth.ts";
import { decodeLine, parseBdat, parseHello, parseMail, parseRcpt, splitCommand } from "./commands.ts";
import { ContentReader } from "./content.ts";
import { helloReply } from "./hello.ts";
import { InputBuffer } from "./lines.ts";
import { octetsReceived, renderReply, replies } from "./replies.ts";
import type {
  AuthVerdict,
  Credentials,
  MailRequest,
  Maybe,
  ServerEffects,
  ServerFeatures,
  ServerHandler,
  ServerRefusal,
  ServerSession,
  ServerTls,
  ServerTransaction,
  Verdict,
} from "./types.ts";

type Mode = "command" | "auth" | "data" | "bdat" | "tls" | "closed";

interface Session extends ServerSession {
  hello: string | undefined;
  extended: boolean;
  tls: ServerTls | undefined;
  user: string | undefined;
}

interface Transaction extends ServerTransaction {
  readonly mail: MailRequest;
  readonly recipients: EnvelopeRecipient[];
  /** Set once the handler has agreed to take content. */
  reader: ContentReader | undefined;
  /** The content is refused already: what is said when it has been read to its end. */
  failure: SmtpReply | undefined;
}

export interface ServerMachineOptions {
  readonly features: ServerFeatures;
  readonly handler: ServerHandler;
  readonly effects: ServerEffects;
  readonly client: Endpoint;
  readonly local: Endpoint;
}

/** Bytes kept while a decision is pending, before the client is held back. */
const keptMaxBytes = 65_536;
/** Of commands such as NOOP and RSET between two messages; as many again as recipients may be, for batches that failed. */
const fruitlessCommandsMax = 1_000;
/** How far a message may overrun its limit, and be thrown away, before the connection is. */
const overrunMaxBytes = 67_108_864;

export class ServerMachine {
  /** Counts commands and content chunks: a client that makes it grow is not idle. */
  activity = 0;
  /** Transactions begun so far. */
  transactions = 0;

  readonly #features: ServerFeatures;
  readonly #handler: ServerHandler;
  readonly #effects: ServerEffects;
  readonly #session: Session;
  readonly #input = new InputBuffer();
  #mode: Mode = "command";
  #replies = "";
  #waiting = false;
  #running = false;
  #paused = false;
  #draining = false;
  /** Nothing will come any more; replies are still read. */
  #inputEnded = false;
  #gone = false;
  #transaction: Transaction | undefined;
  #exchange: AuthExchange | undefined;
  #bdatLeft = 0;
  #bdatLast = false;
  /** The BDAT chunk being read belongs to nothing: what is said when it has been read. */
  #bdatRefusal: SmtpReply | undefined;
  #discarded = 0;
  #commandsBeforeAuth = 0;
  #badCommands = 0;
  #authFailures = 0;
  #rejectedRecipients = 0;
  #messages = 0;
  /** Commands since the last message that bring none nearer. */
  #fruitless = 0;

  constructor(options: ServerMachineOptions) {
    this.#features = options.features;
    this.#handler = options.handler;
    this.#effects = options.effects;
    this.#session = {
      client: options.client,
      local: options.local,
      hello: undefined,
      extended: false,
      tls: undefined,
      user: undefined,
    };
  }

  get session(): ServerSession {
    return this.#session;
  }

  /** True while the handler makes up its mind: the client is not to blame for the silence. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** True from MAIL until the content's end. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /** Greets, or refuses the connection. To be called once, before anything else; with `tls` where TLS came before SMTP. */
  start(tls?: ServerTls): void {
    this.#session.tls = tls;
    this.#decide(
      () => this.#handler.onConnect?.(this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#sayAndClose(refusal);
        this.#replies += `220 ${this.#features.hostname} ESMTP\r\n`;
      },
    );
    this.#run();
  }

  /** Bytes from the client, split anywhere; they must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#mode === "closed") return;
    if (this.#mode === "tls") return this.#injected();
    this.#input.add(chunk);
    this.#run();
    if (this.#waiting && !this.#paused && this.#input.waiting > keptMaxBytes) {
      this.#paused = true;
      this.#effects.pause();
    }
  }

  /** The client has ended its side. What came whole is answered, then we end ours. */
  ended(): void {
    if (this.#mode === "closed") return;
    this.#inputEnded = true;
    this.#run();
  }

  /** The handshake after STARTTLS is done. All that was known is forgotten (RFC 3207 §4.2 MUST, TLS-2). */
  tlsStarted(tls: ServerTls): void {
    if (this.#mode !== "tls") return;
    this.#endTransaction();
    this.#session.hello = undefined;
    this.#session.extended = false;
    this.#session.user = undefined;
    this.#session.tls = tls;
    this.#input.forget();
    this.#mode = "command";
    if (this.#draining) this.#run();
  }

  /** The client was silent, or the content trickled, for too long. */
  timedOut(): void {
    if (this.#mode === "closed") return;
    this.#handler.onRefused?.("timeout", this.#session);
    // In the middle of a handshake there is nobody to talk to.
    if (this.#mode === "tls") return this.#close();
    this.#sayAndClose(replies.idle);
    this.#flush();
  }

  /** Ends as soon as no transaction is under way: at once, or after its reply. */
  shutDown(): void {
    if (this.#mode === "closed") return;
    this.#draining = true;
    this.#run();
  }

  /** The connection is gone, for whatever reason. */
  gone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#mode = "closed";
    this.#input.forget();
    this.#endTransaction();
    this.#handler.onClose?.(this.#session);
  }

  #run(): void {
    // A handler may answer from within our own call.
    if (this.#running) return;
    this.#running = true;
    while (!this.#waiting && this.#step());
    this.#running = false;
    if (this.#waiting) return;
    if (this.#inputEnded) return this.#close();
    this.#flush();
    if (this.#paused && this.#mode !== "closed") {
      this.#paused = false;
      this.#effects.resume();
    }
  }

  /** One line, or one piece of content. False: nothing more to do with what is here. */
  #step(): boolean {
    switch (this.#mode) {
      case "command":
        if (this.#draining && this.#transaction === undefined) {
          this.#sayAndClose(replies.shuttingDown);
          return false;
        }
        return this.#readLine(false);
      case "auth":
        return this.#readLine(true);
      case "data":
        return this.#readData();
      case "bdat":
        return this.#readBdat();
      case "tls":
      case "closed":
        return false;
    }
  }

  #flush(): void {
    if (this.#replies === "" || this.#gone) return;
    const text = this.#replies;
    this.#replies = "";
    this.#effects.write(text);
  }

  #say(reply: SmtpReply): void {
    this.#replies += renderReply(reply, this.#features.enhancedStatusCodes);
  }

  #sayAndClose(reply: SmtpReply): void {
    this.#say(reply);
    this.#close();
  }

  #close(): void {
    if (this.#mode === "closed") return;
    this.#mode = "closed";
    this.#input.forget();
    this.#endTransaction();
    this.#flush();
    this.#effects.close();
  }

  /** Goes on with the answer at once if it is there, else when it comes; `late` if the connection is gone by then. */
  #decide<T>(ask: () => Maybe<T>, then: (answer: T) => void, late?: (answer: T) => void): void {
    let answer: Maybe<T>;
    try {
      answer = ask();
    } catch (error) {
      return this.#internalError(error);
    }
    if (!(answer instanceof Promise)) return then(answer);
    this.#waiting = true;
    answer.then(
      (value) =>
        this.#decided(
          () => then(value),
          () => late?.(value),
        ),
      (error: unknown) => this.#decided(() => this.#internalError(error)),
    );
  }

  /** `late`: the connection went away meanwhile. */
  #decided(go: () => void, late?: () => void): void {
    this.#waiting = false;
    if (this.#mode === "closed") return late?.();
    go();
    this.#run();
  }

  #internalError(error: unknown): void {
    this.#handler.onError?.(error, this.#session);
    this.#handler.onRefused?.("internal-error", this.#session);
    if (this.#inContent && this.#transaction?.reader !== undefined) return this.#failContent(replies.internalError);
    // A chunk of BDAT that was announced comes in any case, and must not be read as commands.
    if (this.#bdatLeft > 0 && this.#mode !== "bdat") return this.#skipBdat(replies.internalError);
    this.#endTransaction();
    this.#mode = "command";
    this.#say(replies.internalError);
  }

  // Commands

  #readLine(authLine: boolean): boolean {
    const read = this.#input.nextLine(authLine);
    switch (read.kind) {
      case "none":
        return false;
      case "hopeless":
        this.#handler.onRefused?.("line-too-long", this.#session);
        this.#sayAndClose(replies.tooManyBadCommands);
        return false;
      case "too-long":
        this.activity++;
        this.#leaveAuth();
        this.#bad(replies.lineTooLong, "line-too-long");
        return true;
      case "line":
        this.activity++;
        this.#line(read.line);
        return true;
    }
  }

  #line(line: Buffer): void {
    const decoded = decodeLine(line);
    if (!decoded.ok) {
      this.#leaveAuth();
      return this.#bad(decoded.error, "bad-command");
    }
    const { verb, rest } = splitCommand(decoded.value);
    if (this.#mode === "auth") return this.#authStep(this.#exchange?.next(decoded.value));
    if (this.#features.auth === "required" && this.#session.user === undefined) {
      this.#commandsBeforeAuth++;
      if (this.#commandsBeforeAuth > this.#features.commandsBeforeAuthMax && verb !== "QUIT") {
        this.#handler.onRefused?.("commands-before-auth", this.#session);
        return this.#sayAndClose(replies.tooManyCommandsBeforeAuth);
      }
    }
    this.#command(verb, rest);
  }

  #command(verb: string, rest: string): void {
    switch (verb) {
      case "MAIL":
        return this.#mail(rest);
      case "RCPT":
        return this.#rcpt(rest);
      case "DATA":
        return rest === "" ? this.#data() : this.#badSyntax();
      case "BDAT":
        return this.#bdat(rest);
      case "EHLO":
      case "HELO":
        return this.#hello(verb, rest);
      case "RSET":
        if (rest !== "") return this.#badSyntax();
        this.#endTransaction();
        return this.#fruitlessly(replies.ok);
      case "NOOP":
        return this.#fruitlessly(replies.ok);
      case "QUIT":
        return rest === "" ? this.#sayAndClose(replies.bye) : this.#badSyntax();
      case "STARTTLS":
        return this.#startTls(rest);
      case "AUTH":
        return this.#auth(rest);
      case "VRFY":
        return rest === "" ? this.#badSyntax() : this.#fruitlessly(replies.cannotVerify);
      case "HELP":
        return this.#fruitlessly(replies.help);
      case "EXPN":
      case "TURN":
      case "ETRN":
        return this.#bad(replies.notImplemented, "bad-command");
      case "GET":
      case "POST":
      case "PUT":
      case "CONNECT":
      case "OPTIONS":
        // A browser that was talked into speaking to us; its headers and body would follow as commands.
        this.#handler.onRefused?.("bad-command", this.#session);
        return this.#sayAndClose(replies.notHttp);
      default:
        return this.#bad(replies.badCommand, "bad-command");
    }
  }

  #hello(verb: "EHLO" | "HELO", rest: string): void {
    const name = parseHello(rest);
    if (!name.ok) return this.#bad(name.error, "bad-parameter");
    this.#decide(
      () => this.#handler.onHello?.(verb, name.value, this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#say(refusal);
        // RFC 5321 §4.1.4: EHLO resets as RSET does.
        this.#endTransaction();
        this.#session.hello = name.value;
        this.#session.extended = verb === "EHLO";
        this.#replies += helloReply(verb, this.#features, this.#session);
        this.#countFruitless();
      },
    );
  }

  #startTls(rest: string): void {
    if (!this.#features.starttls) return this.#bad(replies.notImplemented, "bad-command");
    if (rest !== "") return this.#badSyntax();
    if (this.#session.tls !== undefined) return this.#bad(replies.badSequence, "bad-command");
    // RFC 3207 §4.2, CVE-2011-0411: what was pipelined in clear must never be read inside TLS.
    if (this.#input.hasUnread) return this.#injected();
    this.#decide(
      () => this.#handler.onStartTls?.(this.#session),
      (refusal) => {
        if (this.#input.hasUnread) return this.#injected();
        if (refusal !== undefined) return this.#say(refusal);
        this.#endTransaction();
        this.#mode = "tls";
        this.#flush();
        this.#effects.startTls(renderReply(replies.readyForTls, this.#features.enhancedStatusCodes));
      },
    );
  }

  #injected(): void {
    this.#handler.onRefused?.("injected-bytes", this.#session);
    // Once the 220 is out the other side expects TLS: a plain word would only be garbage.
    if (this.#mode === "tls") return this.#close();
    this.#sayAndClose(replies.injectedBytes);
  }

  // Authentication

  #auth(rest: string): void {
    const session = this.#session;
    if (this.#features.auth === "off" || this.#handler.onAuth === undefined) {
      return this.#bad(replies.notImplemented, "bad-command");
    }
    if (session.tls === undefined) return this.#bad(replies.authNeedsTls, "auth-required");
    if (!session.extended) return this.#bad(replies.helloFirst, "bad-command");
    if (session.user !== undefined) return this.#bad(replies.authenticatedAlready, "bad-command");
    if (this.#transaction !== undefined) return this.#bad(replies.badSequence, "bad-command");
    const [name = "", initial, ...more] = rest.split(" ").filter((word) => word !== "");
    const mechanism = name.toUpperCase();
    if (mechanism !== "PLAIN" && mechanism !== "LOGIN") return this.#bad(replies.unknownMechanism, "bad-parameter");
    if (more.length > 0) return this.#badSyntax();
    this.#exchange = new AuthExchange(mechanism);
    this.#mode = "auth";
    this.#authStep(this.#exchange.begin(initial));
  }

  #authStep(step: AuthStep | undefined): void {
    switch (step?.kind) {
      case "challenge":
        return this.#say(step.reply);
      case "credentials":
        this.#leaveAuth();
        return this.#checkCredentials(step.credentials);
      case "hopeless":
        this.#leaveAuth();
        return this.#authRefused();
      case "refused":
        this.#leaveAuth();
        return this.#bad(step.reply, step.reply === replies.authCancelled ? "auth-cancelled" : "bad-parameter");
      case undefined:
        this.#leaveAuth();
        return this.#bad(replies.badSequence, "bad-command");
    }
  }

  #checkCredentials(credentials: Credentials): void {
    this.#decide(
      (): Maybe<AuthVerdict> => this.#handler.onAuth?.(credentials, this.#session) ?? { kind: "refused" },
      (verdict) => {
        switch (verdict.kind) {
          case "accepted":
            this.#session.user = verdict.user;
            return this.#say(replies.authenticated);
          case "refused":
            return this.#authRefused();
          case "unavailable":
            return this.#say(replies.authUnavailable);
        }
      },
    );
  }

  #authRefused(): void {
    this.#authFailures++;
    if (this.#authFailures < this.#features.authFailuresMax) return this.#say(replies.badCredentials);
    this.#handler.onRefused?.("too-many-auth-failures", this.#session);
    this.#say(replies.badCredentials);
    this.#sayAndClose(replies.tooManyAuthFailures);
  }

  #leaveAuth(): void {
    this.#exchange = undefined;
    if (this.#mode === "auth") this.#mode = "command";
  }

  // The transaction

  #mail(rest: string): void {
    const { tls, user, hello } = this.#session;
    if (hello === undefined) return this.#bad(replies.helloFirst, "bad-command");
    if (this.#features.auth === "required" && user === undefined) {
      this.#handler.onRefused?.("auth-required", this.#session);
      return this.#say(tls === undefined && this.#features.starttls ? replies.startTlsFirst : replies.authRequired);
    }
    if (this.#transaction !== undefined) return this.#bad(replies.nestedMail, "bad-command");
    if (this.#messages >= this.#features.messagesPerConnectionMax) {
      this.#handler.onRefused?.("too-many-messages", this.#session);
      return this.#sayAndClose(replies.tooManyMessages);
    }
    const mail = parseMail(rest, this.#features, tls !== undefined);
    if (!mail.ok) return this.#badParameter(mail.error);
    this.#decide(
      () => this.#handler.onMail?.(mail.value, this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#say(refusal);
        this.transactions++;
        this.#transaction = { mail: mail.value, recipients: [], reader: undefined, failure: undefined };
        this.#say(replies.senderOk);
      },
    );
  }

  #rcpt(rest: string): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#outOfSequence(replies.mailFirst);
    if (transaction.reader !== undefined) return this.#bad(replies.badSequence, "bad-command");
    if (transaction.recipients.length >= this.#features.recipientsMax) {
      this.#handler.onRefused?.("too-many-recipients", this.#session);
      return this.#say(replies.tooManyRecipients);
    }
    const recipient = parseRcpt(rest, this.#features, transaction.mail);
    if (!recipient.ok) return this.#badParameter(recipient.error);
    this.#decide(
      () => this.#handler.onRcpt?.(recipient.value, transaction, this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#recipientRefused(refusal);
        transaction.recipients.push(recipient.value);
        this.#say(replies.recipientOk);
      },
    );
  }

  #recipientRefused(refusal: SmtpReply): void {
    this.#say(refusal);
    if (refusal.code < 500) return;
    this.#rejectedRecipients++;
    if (this.#rejectedRecipients <= this.#features.rejectedRecipientsMax) return;
    this.#handler.onRefused?.("too-many-rejected-recipients", this.#session);
    this.#sayAndClose(replies.tooManyRejectedRecipients);
  }

  #data(): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#outOfSequence(replies.mailFirst);
    if (transaction.reader !== undefined) return this.#bad(replies.badSequence, "bad-command");
    if (transaction.recipients.length === 0) return this.#outOfSequence(replies.noRecipients);
    this.#decide(
      () => this.#handler.onData?.(transaction, this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#refuseContent(refusal);
        transaction.reader = new ContentReader("data");
        this.#discarded = 0;
        this.#mode = "data";
        this.#say(replies.goAhead);
      },
      (refusal) => this.#abortLate(transaction, refusal),
    );
  }

  /** Content was refused before any came: the transaction is over. */
  #refuseContent(refusal: SmtpReply): void {
    this.#endTransaction();
    this.#say(refusal);
  }

  /** Reads DATA's content out of what has come. */
  #readData(): boolean {
    const transaction = this.#transaction;
    const input = this.#input;
    if (transaction?.reader === undefined || !input.fill()) return false;
    const { reader } = transaction;
    const piece = reader.push(input.chunk, input.at, input.chunk.length);
    const ended = reader.endedAt >= 0;
    input.at = ended ? reader.endedAt : input.chunk.length;
    this.activity++;
    this.#handOn(transaction, reader, piece, () => {
      if (ended) this.#contentEnded(transaction, reader);
    });
    return true;
  }

  #bdat(rest: string): void {
    const chunk = this.#features.chunking ? parseBdat(rest) : undefined;
    if (chunk === undefined) {
      // Nobody knows how many octets follow, and they must not be read as commands.
      this.#handler.onRefused?.("bad-parameter", this.#session);
      return this.#sayAndClose(this.#features.chunking ? replies.badSyntax : replies.notImplemented);
    }
    this.#bdatLeft = chunk.octets;
    this.#bdatLast = chunk.last;
    this.#discarded = 0;
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#skipBdat(replies.mailFirst);
    if (transaction.recipients.length === 0) return this.#skipBdat(replies.noRecipients);
    if (transaction.reader !== undefined) return this.#beginBdat(transaction, transaction.reader);
    this.#decide(
      () => this.#handler.onData?.(transaction, this.#session),
      (refusal) => {
        if (refusal !== undefined) return this.#skipBdat(refusal);
        transaction.reader = new ContentReader("bdat");
        this.#beginBdat(transaction, transaction.reader);
      },
      (refusal) => this.#abortLate(transaction, refusal),
    );
  }

  #beginBdat(transaction: Transaction, reader: ContentReader): void {
    this.#mode = "bdat";
    if (reader.size + this.#bdatLeft > this.#features.messageMaxBytes) this.#overrun(transaction);
    if (this.#bdatLeft === 0 && this.#mode === "bdat") this.#bdatEnded();
  }

  /** The chunk is read and thrown away, then refused. */
  #skipBdat(refusal: SmtpReply): void {
    this.#endTransaction();
    this.#bdatRefusal = refusal;
    this.#mode = "bdat";
    if (this.#bdatLeft === 0) this.#bdatEnded();
  }

  #readBdat(): boolean {
    const input = this.#input;
    if (!input.fill()) return false;
    const from = input.at;
    const to = Math.min(input.chunk.length, from + this.#bdatLeft);
    input.at = to;
    this.#bdatLeft -= to - from;
    this.activity++;
    const transaction = this.#transaction;
    const goOn = (): void => {
      if (this.#bdatLeft === 0) this.#bdatEnded();
    };
    if (transaction?.reader === undefined || transaction.failure !== undefined) {
      if (this.#discard(to - from)) goOn();
      return true;
    }
    this.#handOn(transaction, transaction.reader, transaction.reader.push(input.chunk, from, to), goOn);
    return true;
  }

  #bdatEnded(): void {
    const transaction = this.#transaction;
    const refusal = this.#bdatRefusal ?? transaction?.failure;
    this.#mode = "command";
    if (refusal !== undefined || transaction?.reader === undefined) {
      this.#bdatRefusal = undefined;
      this.#endTransaction();
      return this.#fruitlessly(refusal ?? replies.badSequence);
    }
    const { reader } = transaction;
    if (!this.#bdatLast) return this.#say(octetsReceived(reader.size));
    this.#mode = "bdat";
    this.#handOn(transaction, reader, reader.finish(), () => this.#contentEnded(transaction, reader));
  }

  /** Gives content to the handler, unless the message is refused already; then goes on. */
  #handOn(transaction: Transaction, reader: ContentReader, piece: Uint8Array, goOn: () => void): void {
    if (transaction.failure === undefined && reader.size > this.#features.messageMaxBytes) this.#overrun(transaction);
    if (transaction.failure !== undefined) {
      if (this.#discard(piece.length)) goOn();
      return;
    }
    if (piece.length === 0) return goOn();
    let taken: Maybe<void>;
    try {
      taken = this.#handler.onContent(piece, transaction, this.#session);
    } catch (error) {
      this.#internalError(error);
      return goOn();
    }
    if (taken === undefined) return goOn();
    this.#waiting = true;
    taken.then(
      () => this.#decided(goOn),
      (error: unknown) =>
        this.#decided(() => {
          this.#internalError(error);
          goOn();
        }),
    );
  }

  get #inContent(): boolean {
    return this.#mode === "data" || this.#mode === "bdat";
  }

  #overrun(transaction: Transaction): void {
    if (transaction.failure !== undefined) return;
    this.#handler.onRefused?.("too-large", this.#session);
    this.#failContent(replies.tooLarge);
  }

  /** The message will not be taken. The rest of its content is still to come. */
  #failContent(reply: SmtpReply): void {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.failure !== undefined) return;
    transaction.failure = reply;
    this.#abort(transaction);
  }

  /** False: there was so much of it that the connection is closed. */
  #discard(bytes: number): boolean {
    this.#discarded += bytes;
    if (this.#discarded <= overrunMaxBytes) return true;
    this.#sayAndClose(this.#transaction?.failure ?? this.#bdatRefusal ?? replies.tooLarge);
    return false;
  }

  #contentEnded(transaction: Transaction, reader: ContentReader): void {
    if (transaction.failure === undefined && reader.hops > this.#features.hopsMax) {
      this.#handler.onRefused?.("mail-loop", this.#session);
      this.#failContent(replies.mailLoop);
    }
    // RFC 2045 §2.7, §2.8: servers behind us end a line at NUL, or leave it out; then CRLF NUL "." CRLF is an end (TLS-8).
    if (transaction.failure === undefined && reader.hasNul) {
      this.#handler.onRefused?.("nul-in-content", this.#session);
      this.#failContent(replies.nulInContent);
    }
    this.#mode = "command";
    // From here on the handler has the message, whatever becomes of the connection.
    this.#transaction = undefined;
    if (transaction.failure !== undefined) return this.#say(transaction.failure);
    this.#decide(
      () => this.#handler.onEnd(reader, transaction, this.#session),
      (reply) => {
        if (reply.code < 300) {
          this.#messages++;
          this.#fruitless = 0;
        }
        this.#say(reply);
      },
    );
  }

  #endTransaction(): void {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    if (transaction !== undefined && transaction.failure === undefined) this.#abort(transaction);
  }

  #abortLate(transaction: Transaction, refusal: Verdict): void {
    if (refusal === undefined) this.#handler.onAbort?.(transaction, this.#session);
  }

  #abort(transaction: Transaction): void {
    if (transaction.reader !== undefined) this.#handler.onAbort?.(transaction, this.#session);
  }

  // Refusals

  #badSyntax(): void {
    this.#bad(replies.badSyntax, "bad-parameter");
  }

  #badParameter(reply: SmtpReply): void {
    if (reply === replies.tooLarge) {
      this.#handler.onRefused?.("too-large", this.#session);
      return this.#say(reply);
    }
    const address = reply === replies.badSender || reply === replies.badRecipient || reply === replies.needsSmtpUtf8;
    this.#bad(reply, address ? "bad-address" : "bad-parameter");
  }

  /** Commands that were pipelined behind a refused one: no fault of theirs (RFC 2920 §3.1). */
  #outOfSequence(reply: SmtpReply): void {
    this.#fruitlessly(reply);
  }

  /** A proper answer to a command that does nothing for a message; endless ones are not. */
  #fruitlessly(reply: SmtpReply): void {
    this.#say(reply);
    this.#countFruitless();
  }

  #countFruitless(): void {
    this.#fruitless++;
    if (this.#fruitless <= this.#features.recipientsMax + fruitlessCommandsMax) return;
    this.#handler.onRefused?.("too-many-bad-commands", this.#session);
    this.#sayAndClose(replies.tooManyBadCommands);
  }

  #bad(reply: SmtpReply, why: ServerRefusal): void {
    this.#handler.onRefused?.(why, this.#session);
    this.#badCommands++;
    if (this.#badCommands <= this.#features.badCommandsMax) return this.#say(reply);
    this.#handler.onRefused?.("too-many-bad-commands", this.#session);
    this.#say(reply);
    this.#sayAndClose(replies.tooManyBadCommands);
  }
}
