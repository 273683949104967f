/** Who may submit mail, and in whose name. */
import { err, ok, parseAddress, parseDomain, type MailAddress, type Result, type ReversePath } from "../base/index.ts";

export interface UserRecord {
  /** As given in AUTH; compared exactly. */
  readonly name: string;
  /** Made by `hashPassword`. */
  readonly passwordHash: string;
  /** Senders that this user may give in MAIL FROM; absent: any. The null sender, which names nobody, is always allowed. */
  readonly senders?: readonly SenderPattern[];
  /** Language of notices to this user, as a BCP 47 tag. */
  readonly language?: string;
}

export interface UserDirectory {
  find(name: string): UserRecord | undefined;
}

export function userDirectory(records: readonly UserRecord[]): UserDirectory {
  const byName = new Map(records.map((record) => [record.name, record]));
  return { find: (name) => byName.get(name) };
}

/** `alice@example.org` alone; `@example.org`: everyone there; `@.example.org`: everyone in the domains below it. */
export type SenderPattern =
  | { readonly kind: "address"; readonly address: MailAddress }
  | { readonly kind: "domain"; readonly domain: string }
  | { readonly kind: "below"; readonly suffix: string };

export function parseSenderPattern(text: string): Result<SenderPattern, "bad-sender-pattern"> {
  if (text.startsWith("@")) {
    const below = text.startsWith("@.");
    const name = parseDomain(text.slice(below ? 2 : 1));
    if (!name.ok) return err("bad-sender-pattern");
    return ok(below ? { kind: "below", suffix: `.${name.value}` } : { kind: "domain", domain: name.value });
  }
  const address = parseAddress(text);
  return address.ok ? ok({ kind: "address", address: address.value }) : err("bad-sender-pattern");
}

/** Pure. Local parts are compared without regard to case, since the person behind both is the same in practice. */
export function maySendAs(user: UserRecord, from: ReversePath): boolean {
  if (user.senders === undefined || from === null) return true;
  return user.senders.some((pattern) => matches(pattern, from));
}

function matches(pattern: SenderPattern, from: MailAddress): boolean {
  switch (pattern.kind) {
    case "address":
      return pattern.address.domain === from.domain && pattern.address.local.toLowerCase() === from.local.toLowerCase();
    case "domain":
      return from.domain === pattern.domain;
    case "below":
      return from.domain.endsWith(pattern.suffix);
  }
}
