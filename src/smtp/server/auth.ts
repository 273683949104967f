/**
 * AUTH PLAIN (RFC 4616) and LOGIN as a conversation of a few lines (RFC 4954 §4), without deciding anything.
 *
 *   PLAIN  ── initial response, or 334 and one line ──► credentials
 *   LOGIN  ── user (initial response, or 334 and a line), 334, password ──► credentials
 *
 * A line of `*` cancels.
 */
import { isUtf8 } from "node:buffer";
import type { SmtpReply } from "../../base/index.ts";
import { replies } from "./replies.ts";
import type { Credentials } from "./types.ts";

export type AuthStep =
  | { readonly kind: "challenge"; readonly reply: SmtpReply }
  | { readonly kind: "credentials"; readonly credentials: Credentials }
  /** Well-formed, but nothing that could be right. */
  | { readonly kind: "hopeless" }
  | { readonly kind: "refused"; readonly reply: SmtpReply };

export class AuthExchange {
  readonly #mechanism: "PLAIN" | "LOGIN";
  #user: string | undefined;

  constructor(mechanism: "PLAIN" | "LOGIN") {
    this.#mechanism = mechanism;
  }

  /** `initial`: the initial response, `=` standing for an empty one; undefined if none was given. */
  begin(initial: string | undefined): AuthStep {
    if (initial === undefined) return this.#mechanism === "PLAIN" ? askPlain : askUser;
    return this.next(initial === "=" ? "" : initial);
  }

  next(line: string): AuthStep {
    if (line === "*") return { kind: "refused", reply: replies.authCancelled };
    if (!base64.test(line)) return { kind: "refused", reply: replies.badBase64 };
    const bytes = Buffer.from(line, "base64");
    if (!isUtf8(bytes)) return { kind: "hopeless" };
    const text = bytes.toString("utf8");
    return this.#mechanism === "PLAIN" ? readPlain(text) : this.#login(text);
  }

  #login(text: string): AuthStep {
    if (this.#user !== undefined) return credentials(this.#user, text);
    this.#user = text;
    return askPassword;
  }
}

/** `[authzid] NUL authcid NUL passwd`. Acting for somebody else is not possible here. */
function readPlain(text: string): AuthStep {
  const parts = text.split("\0");
  const [as, user, password] = parts;
  if (parts.length !== 3 || as === undefined || user === undefined || password === undefined) {
    return { kind: "refused", reply: replies.badSyntax };
  }
  return as === "" || as === user ? credentials(user, password) : { kind: "hopeless" };
}

function credentials(user: string, password: string): AuthStep {
  if (user === "" || password === "" || control.test(user) || control.test(password)) return { kind: "hopeless" };
  return { kind: "credentials", credentials: { user, password } };
}

function ask(text: string): AuthStep {
  return { kind: "challenge", reply: Object.freeze({ code: 334, lines: [text] }) };
}

const askPlain = ask("");
/** `Username:` and `Password:` in base64: what every client of LOGIN waits for. */
const askUser = ask("VXNlcm5hbWU6");
const askPassword = ask("UGFzc3dvcmQ6");
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const control = /[\x00-\x1f\x7f-\x9f]/;
