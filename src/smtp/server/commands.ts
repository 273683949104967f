/** Reading commands: pure functions from a line to a value or to the reply that refuses it (RFC 5321 §4.1, trap 28). */
import { isUtf8 } from "node:buffer";
import {
  err,
  ok,
  parseAddress,
  type BodyType,
  type EnvelopeRecipient,
  type MailAddress,
  type Notify,
  type Result,
  type ReversePath,
  type SmtpReply,
} from "../../base/index.ts";
import { replies } from "./replies.ts";
import type { MailRequest, ServerFeatures } from "./types.ts";

/** The text of a line (without its CRLF): printable, TAB excluded, ASCII or well-formed UTF-8. */
export function decodeLine(line: Buffer): Result<string, SmtpReply> {
  let seen = 0;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] as number;
    if (byte === 10 || byte === 13) return err(replies.badLineEnd);
    if (byte < 0x20 || byte === 0x7f) return err(replies.badCharacter);
    seen |= byte;
  }
  if (seen < 0x80) return ok(line.toString("latin1"));
  if (!isUtf8(line)) return err(replies.badCharacter);
  const text = line.toString("utf8");
  return uncleanUnicode.test(text) ? err(replies.badCharacter) : ok(text);
}

/** C1 controls, and what some software takes for a line end or shows in another order. */
const uncleanUnicode = /[\u0080-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

export interface Command {
  /** In upper case. */
  readonly verb: string;
  /** What follows the verb, without spaces at either end. */
  readonly rest: string;
}

export function splitCommand(line: string): Command {
  const space = line.indexOf(" ");
  if (space < 0) return { verb: line.toUpperCase(), rest: "" };
  return { verb: line.slice(0, space).toUpperCase(), rest: line.slice(space + 1).trim() };
}

/** A host name or an address literal, judged by its characters alone: many clients do not know their name. */
export function parseHello(rest: string): Result<string, SmtpReply> {
  return /^[A-Za-z0-9._:[\]-]{1,255}$/.test(rest) ? ok(rest) : err(replies.badHello);
}

/** `FROM:<…> parameters`. `inTls` decides on REQUIRETLS. */
export function parseMail(rest: string, features: ServerFeatures, inTls: boolean): Result<MailRequest, SmtpReply> {
  const path = splitPath(rest, "FROM:");
  if (path === undefined) return err(replies.badSender);
  const from = path.inner === "" ? ok(null) : parseAddress(path.inner);
  if (!from.ok) return err(replies.badSender);
  const parameters = parseParameters(path.after);
  if (!parameters.ok) return parameters;
  const mail: Draft = { from: from.value, body: "7bit", smtpUtf8: false, requireTls: false };
  for (const [key, value] of parameters.value) {
    const refusal = readMailParameter(mail, key, value, features, inTls);
    if (refusal !== undefined) return err(refusal);
  }
  if (mail.size !== undefined && mail.size > features.messageMaxBytes) return err(replies.tooLarge);
  if (!mail.smtpUtf8 && !isAscii(rest)) return err(replies.needsSmtpUtf8);
  return ok(mail);
}

interface Draft {
  from: ReversePath;
  size?: number;
  body: BodyType;
  smtpUtf8: boolean;
  requireTls: boolean;
  ret?: "full" | "headers";
  envid?: string;
}

function readMailParameter(
  mail: Draft,
  key: string,
  value: string | undefined,
  features: ServerFeatures,
  inTls: boolean,
): SmtpReply | undefined {
  switch (key) {
    case "SIZE": {
      if (!features.size) return replies.unknownParameter;
      if (value === undefined || !/^\d{1,20}$/.test(value)) return replies.badParameter;
      mail.size = Number(value);
      return undefined;
    }
    case "BODY": {
      if (!features.eightBitMime) return replies.unknownParameter;
      const body = bodyTypes.get(value?.toUpperCase() ?? "");
      if (body === undefined) return replies.badParameter;
      mail.body = body;
      return undefined;
    }
    case "SMTPUTF8":
      if (!features.smtpUtf8) return replies.unknownParameter;
      mail.smtpUtf8 = true;
      return value === undefined ? undefined : replies.badParameter;
    case "REQUIRETLS":
      if (!features.requireTls) return replies.unknownParameter;
      // RFC 8689 §4.1 MUST: only inside TLS.
      if (!inTls) return replies.requireTlsNeedsTls;
      mail.requireTls = true;
      return value === undefined ? undefined : replies.badParameter;
    case "RET": {
      if (!features.dsn) return replies.unknownParameter;
      const ret = returnTypes.get(value?.toUpperCase() ?? "");
      if (ret === undefined) return replies.badParameter;
      mail.ret = ret;
      return undefined;
    }
    case "ENVID": {
      if (!features.dsn) return replies.unknownParameter;
      const envid = decodeXtext(value ?? "", envidMaxChars);
      if (envid === undefined || !/^[\x20-\x7e]+$/.test(envid)) return replies.badParameter;
      mail.envid = envid;
      return undefined;
    }
    case "AUTH":
      // RFC 4954 §5: who the sender is said to be. Read, and not believed.
      if (features.auth === "off") return replies.unknownParameter;
      return decodeXtext(value ?? "", authMaxChars) === undefined ? replies.badParameter : undefined;
    default:
      return replies.unknownParameter;
  }
}

/** `TO:<…> parameters`. */
export function parseRcpt(
  rest: string,
  features: ServerFeatures,
  mail: MailRequest,
): Result<EnvelopeRecipient, SmtpReply> {
  const path = splitPath(rest, "TO:");
  if (path === undefined || path.inner === "") return err(replies.badRecipient);
  // RFC 5321 §4.5.1 MUST: Postmaster, in any case, without a domain.
  const postmaster = path.inner.toLowerCase() === "postmaster";
  const address = parseAddress(postmaster ? `${path.inner}@${features.hostname}` : path.inner);
  if (!address.ok) return err(replies.badRecipient);
  const parameters = parseParameters(path.after);
  if (!parameters.ok) return parameters;
  if (!mail.smtpUtf8 && !isAscii(rest)) return err(replies.needsSmtpUtf8);
  const recipient: { address: MailAddress; notify?: Notify; orcpt?: string } = { address: address.value };
  for (const [key, value] of parameters.value) {
    if (!features.dsn || (key !== "NOTIFY" && key !== "ORCPT")) return err(replies.unknownParameter);
    if (key === "NOTIFY") {
      const notify = parseNotify(value ?? "");
      if (notify === undefined) return err(replies.badParameter);
      recipient.notify = notify;
    } else {
      const orcpt = parseOrcpt(value ?? "");
      if (orcpt === undefined) return err(replies.badParameter);
      recipient.orcpt = orcpt;
    }
  }
  return ok(recipient);
}

/** `<octets> [LAST]` (RFC 3030 §2). */
export function parseBdat(rest: string): { readonly octets: number; readonly last: boolean } | undefined {
  const match = /^(\d{1,15})( +LAST)?$/i.exec(rest);
  return match === null ? undefined : { octets: Number(match[1]), last: match[2] !== undefined };
}

interface PathText {
  /** Between the angle brackets, a source route taken off (RFC 5321 Appendix C). */
  readonly inner: string;
  readonly after: string;
}

function splitPath(rest: string, keyword: "FROM:" | "TO:"): PathText | undefined {
  if (rest.slice(0, keyword.length).toUpperCase() !== keyword) return undefined;
  let open = keyword.length;
  while (rest[open] === " ") open++;
  if (rest[open] !== "<") return undefined;
  const close = closingBracket(rest, open + 1);
  if (close < 0) return undefined;
  const after = rest.slice(close + 1);
  if (after !== "" && !after.startsWith(" ")) return undefined;
  const whole = rest.slice(open + 1, close);
  return { inner: whole.startsWith("@") ? whole.slice(whole.indexOf(":") + 1) : whole, after };
}

/** The `>` that is not within a quoted local part. */
function closingBracket(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ">" && !quoted) return at;
  }
  return -1;
}

function parseParameters(text: string): Result<ReadonlyMap<string, string | undefined>, SmtpReply> {
  if (text === "") return ok(noParameters);
  const found = new Map<string, string | undefined>();
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const key = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(key)) return err(replies.badSyntax);
    if (found.has(key)) return err(replies.badParameter);
    found.set(key, equals < 0 ? undefined : word.slice(equals + 1));
  }
  return ok(found);
}

/** RFC 3461 §4.1: NEVER stands alone. */
function parseNotify(value: string): Notify | undefined {
  const words = value.toLowerCase().split(",");
  if (words.length === 1 && words[0] === "never") return "never";
  const kinds: ("success" | "failure" | "delay")[] = [];
  for (const word of words) {
    if (word !== "success" && word !== "failure" && word !== "delay") return undefined;
    if (!kinds.includes(word)) kinds.push(word);
  }
  return kinds;
}

/** RFC 3461 §4.2: `type;xtext`, decoded; nothing that could break out of a header line. */
function parseOrcpt(value: string): string | undefined {
  const semicolon = value.indexOf(";");
  const type = value.slice(0, Math.max(semicolon, 0));
  if (!/^[A-Za-z0-9-]+$/.test(type)) return undefined;
  const decoded = decodeXtext(value.slice(semicolon + 1), orcptMaxChars);
  if (decoded === undefined || decoded === "" || /[\x00-\x1f\x7f]/.test(decoded)) return undefined;
  return `${type.toLowerCase()};${decoded}`;
}

/** RFC 3461 §4: `+` and two hexadecimal digits stand for a character of ASCII. Non-ASCII stands for itself (RFC 6533 §3). */
function decodeXtext(text: string, maxChars: number): string | undefined {
  if (text === "" || text.length > maxChars) return undefined;
  if (!/^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|[^\x00-\x7f]|\+[0-7][0-9A-Fa-f])*$/.test(text)) return undefined;
  return text.replace(/\+([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

const noParameters: ReadonlyMap<string, string | undefined> = new Map();
const bodyTypes: ReadonlyMap<string, BodyType> = new Map([
  ["7BIT", "7bit"],
  ["8BITMIME", "8bitmime"],
]);
const returnTypes: ReadonlyMap<string, "full" | "headers"> = new Map([
  ["FULL", "full"],
  ["HDRS", "headers"],
]);
/** RFC 3461 §4.4. */
const envidMaxChars = 100;
/** RFC 3461 §4.2. */
const orcptMaxChars = 500;
/** RFC 4954 §5. */
const authMaxChars = 500;
