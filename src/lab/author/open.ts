/**
 * What arrives, as the recipient's program takes it: it is opened whole or not at all (RFC 9580 §5.13), and shown only if the author has signed
 * it. Whoever was between may have put anything there.
 *
 *   not PGP/MIME ──────────────────────────────────────────────► plain
 *   PGP/MIME ──► opens with a key of ours? ──► signed by the author? ──► opened
 *                       │ no                        │ no
 *                       └ refused: does-not-open    └ refused: not-signed
 */
import { decrypt, readMessage, type PrivateKey, type PublicKey } from "openpgp";
import type { Instant } from "../../base/index.ts";

export const openLimits = {
  /** Of a message as it arrives. */
  messageMaxBytes: 262_144,
  /** Of what is within, unpacked. */
  withinMaxBytes: 1_048_576,
  headerMaxBytes: 65_536,
} as const;

export type Opened =
  /** It was never sealed: there is nothing to notice. */
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "opened"; readonly text: string }
  | { readonly kind: "refused"; readonly why: "does-not-open" | "not-signed" };

export interface OpenTerms {
  readonly keys: readonly PrivateKey[];
  /** The author's, which the recipient has had for long. */
  readonly author: PublicKey;
  readonly now: Instant;
}

/** Never throws. */
export async function openMessage(content: string, { keys, author, now }: OpenTerms): Promise<Opened> {
  const armored = armoredIn(content.slice(0, openLimits.messageMaxBytes));
  if (armored === "none") return { kind: "plain", text: content };
  if (armored === "broken" || keys.length === 0) return doesNotOpen;
  try {
    const { data, signatures } = await decrypt({
      message: await readMessage({ armoredMessage: armored.text }),
      decryptionKeys: [...keys],
      verificationKeys: author,
      date: new Date(now),
      // As octets: text would come with other line ends than were signed.
      format: "binary",
      config: { maxDecompressedMessageSize: openLimits.withinMaxBytes },
    });
    const checked = await Promise.allSettled(signatures.map(({ verified }) => verified));
    const isSigned = checked.length > 0 && checked.every((one) => one.status === "fulfilled" && one.value === true);
    return isSigned ? { kind: "opened", text: textOf(data) } : { kind: "refused", why: "not-signed" };
  } catch {
    return doesNotOpen;
  }
}

/** As `openMessage`, for whoever has a key that it is sealed for and does not care who has signed: undefined if it does not open. */
export async function readWith(content: string, key: PrivateKey): Promise<string | undefined> {
  const armored = armoredIn(content.slice(0, openLimits.messageMaxBytes));
  if (typeof armored === "string") return undefined;
  try {
    const message = await readMessage({ armoredMessage: armored.text });
    const config = { maxDecompressedMessageSize: openLimits.withinMaxBytes };
    return textOf((await decrypt({ message, decryptionKeys: key, format: "binary", config })).data);
  } catch {
    return undefined;
  }
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("utf8");
}

const doesNotOpen: Opened = { kind: "refused", why: "does-not-open" };

/** RFC 3156 §4. `none`: this is no sealed message. `broken`: it says that it is one, and is not. */
function armoredIn(content: string): { readonly text: string } | "none" | "broken" {
  const end = content.indexOf("\r\n\r\n");
  const header = content.slice(0, Math.min(end < 0 ? content.length : end, openLimits.headerMaxBytes));
  const type = /^content-type:[ \t]*(.*)$/im.exec(header.replace(/\r\n[ \t]+/g, " "))?.[1] ?? "";
  if (!/^multipart\/encrypted[ \t]*(?:;|$)/i.test(type)) return "none";
  const boundary = /;[ \t]*boundary="?([\w'()+,./:=?-]{1,70})"?/i.exec(type)?.[1];
  if (end < 0 || boundary === undefined) return "broken";
  const [, version = "", sealed = "", rest = "", ...others] = content
    .slice(end + 2)
    .split(`\r\n--${boundary}`)
    .map((part) => part.replace(/^[ \t]*\r\n/, ""));
  if (!rest.startsWith("--") || others.length > 0) return "broken";
  const isVersion =
    /^content-type:[ \t]*application\/pgp-encrypted\b/im.test(version) && /^version: 1$/im.test(version);
  const isSealed = /^content-type:[ \t]*application\/octet-stream\b/im.test(sealed);
  const text = sealed.slice(Math.max(0, sealed.indexOf("\r\n\r\n"))).trimStart();
  return isVersion && isSealed && text !== "" ? { text } : "broken";
}
