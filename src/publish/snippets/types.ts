/** Pieces of other mail servers' configuration, with the domain's own names in them. Shapes only. */
import type { DomainName, Endpoint } from "../../base/index.ts";

export const daemons = ["postfix", "exim", "sendmail", "opensmtpd"] as const;
export type Daemon = (typeof daemons)[number];

/** `receiving`: for the domain's own MX hosts. `sending`: for whoever sends to the domain, and wants its mail to arrive safely. */
export type Direction = "receiving" | "sending";

/** PEM files on the MX host: the chain with the leaf first, and its key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface SnippetFacts {
  readonly domain: DomainName;
  /** The MX hosts; at least one. */
  readonly mx: readonly DomainName[];
  /** The MX host that the receiving snippets are for. */
  readonly host: DomainName;
  /** ECDSA and RSA, or one of them; at least one. */
  readonly files: readonly CertificateFiles[];
  /** Secure TLSA records are out for every MX host: senders may demand DANE. */
  readonly hasDane: boolean;
  /** Where Surehop takes mail of programs on the same machine (`listen.local`). */
  readonly relay?: Endpoint;
}

/** Comments; `publish-note-<note>` says each in words. */
export const snippetNotes = [
  "receiving",
  "certificates",
  "one-certificate",
  "modern",
  "sending",
  "resolver",
  "dane-everywhere",
  "require-dane",
  "require-names",
  "authorities",
  "no-dane-built-in",
  "no-dane-at-all",
  "hand-over",
] as const;
export type SnippetNote = (typeof snippetNotes)[number];

/** A line as it is, or a comment that is still to be said. */
export type SnippetLine = string | { readonly note: SnippetNote };

export interface Snippet {
  readonly daemon: Daemon;
  readonly direction: Direction;
  /** Where it is to be pasted. */
  readonly file: string;
  /** Exim's files have parts: behind which `begin` it belongs. */
  readonly part?: "main" | "routers" | "transports";
  readonly lines: readonly SnippetLine[];
}
