/**
 * The author of a message, and its recipient: what stands before the first server and behind the last. Surehop does not seal; a mail program
 * can, before it hands a message in, and then what passes is unreadable wherever it passes.
 *
 *   where is the key? ──► is it proven? ──► seal ──► hand in … the servers, whoever runs them … ──► open ──► who has signed?
 *        │                    │                                                                     │
 *        pinned,              └ no: the author keeps the message                                    └ does not open, or is not from the
 *        DNS (RFC 7929),                                                                              author: the recipient is told so, and
 *        the web (WKD)                                                                                shown nothing
 *
 *   discovery.ts   where a stranger's key is to be found, and whether what is found there is believed
 *   keys.ts        keys of one's own, and octets of strangers that are said to be a key
 *   seal.ts        a message as PGP/MIME (RFC 3156), signed within and encrypted
 *   open.ts        the same again, and whatever else comes in its place
 *   mailbox.ts     what a recipient has got, as his program shows it
 */
export {
  openDirectory,
  openDns,
  type DirectoryTerms,
  type OpenDirectory,
  type OpenWeb,
  type WebTerms,
} from "./directory.ts";
export { findKey, type WebFault, type Directory, type FindKey, type FoundKey, type Kept } from "./discovery.ts";
export { keyPages, openpgpkeyName } from "./published.ts";
export { keyLimits, makeKeys, readStrangersKey, type KeyFault, type Keys } from "./keys.ts";
export { Mailbox, type Letter } from "./mailbox.ts";
export { openLimits, openMessage, readWith, type Opened, type OpenTerms } from "./open.ts";
export { sealMessage, type Draft, type Sealed } from "./seal.ts";
