/**
 * A message as PGP/MIME (RFC 3156 §4, §6.2): signed and encrypted in one, so that what is signed cannot be seen, nor the signature be taken off.
 * Outside stands what servers need and no more; the true subject is within.
 */
import { createMessage, encrypt, type PrivateKey, type PublicKey } from "openpgp";
import type { Instant } from "../../base/index.ts";

/** CRLF lines. */
export interface Draft {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export interface Sealed {
  readonly content: string;
  /** Stands in the header, outside: by it a copy is known again, whoever cannot open it. */
  readonly mark: string;
}

export interface SealTerms {
  readonly to: PublicKey;
  /** Absent: nobody has signed it. */
  readonly by?: PrivateKey;
  readonly now: Instant;
  /** Unguessable words: the message's id, and the boundary. */
  readonly makeToken: () => string;
}

export async function sealMessage({ from, to, subject, body }: Draft, terms: SealTerms): Promise<Sealed> {
  const within = [
    "Content-Type: text/plain; charset=utf-8",
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    "",
    body,
  ].join("\r\n");
  const armored = await encrypt({
    message: await createMessage({ binary: Buffer.from(within, "utf8") }),
    encryptionKeys: terms.to,
    ...(terms.by === undefined ? {} : { signingKeys: terms.by }),
    date: new Date(terms.now),
    format: "armored",
  });
  const mark = `<${terms.makeToken()}@sealed.invalid>`;
  return { mark, content: wrapped({ from, to }, mark, terms.makeToken(), armored) };
}

/** RFC 3156 §4: exactly two parts, the first of which says the version. RFC 3156 §3: seven bits, short lines. */
function wrapped({ from, to }: Pick<Draft, "from" | "to">, mark: string, boundary: string, armored: string): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    "Subject: ...",
    `Message-ID: ${mark}`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
    ` boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    `--${boundary}`,
    "Content-Type: application/octet-stream",
    "",
    ...armored.trimEnd().split(/\r?\n/),
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
}
