/** What can be wrong with a configuration. Each fault has a stable code; `locales/<language>/config.ftl` says it in words. */
import type { Words } from "../../words/index.ts";
import type { KeyPath, Locate } from "./positions.ts";

/** Codes, with the catalogue's two messages behind each: `config-<code>` and `config-<code>-remedy`. */
export const faultCodes = [
  // The file
  "file-missing",
  "file-unreadable",
  "file-too-big",
  "file-exposed",
  "not-toml",
  // Its shape
  "unknown-key",
  "misspelt-key",
  "misplaced-key",
  "missing-key",
  "wrong-type",
  "not-one-of",
  // Its values
  "bad-duration",
  "bad-date",
  "bad-size",
  "bad-endpoint",
  "bad-dot",
  "bad-network",
  "bad-domain",
  "bad-sender",
  "bad-pattern",
  "bad-match",
  "bad-route",
  "bad-ca",
  "rule-needs-authenticated",
  "exception-without-why",
  "exception-lowers-nothing",
  "exception-over",
  "report-only",
  "bad-mailbox",
  "bad-rua",
  "publish-no-mx",
  "publish-too-many",
  "publish-out-of-range",
  "bad-account-name",
  "bad-user-name",
  "bad-password-hash",
  "out-of-range",
  // What they mean together
  "hostname-local",
  "http-not-loopback",
  "trust-ad-remote",
  "no-listener",
  "no-users",
  "tls-needed",
  "endpoint-twice",
  "user-twice",
  "retry-order",
  "no-resolver",
  "bad-anchors",
  "reports-contact",
  "reports-unsigned",
  "dkim-incomplete",
  "dkim-domain",
  "danger-private",
  "danger-dnssec",
  // The world around
  "path-missing",
  "path-unreadable",
  "certificate-unreadable",
  "key-unreadable",
  "key-mismatch",
  "key-exposed",
  "certificate-expired",
  "certificate-name",
  "data-not-directory",
  "data-not-writable",
  "no-such-account",
  "account-ignored",
] as const;

export type FaultCode = (typeof faultCodes)[number];

export interface ConfigFault {
  /** A warning does not keep the relay from starting. */
  readonly severity: "error" | "warning";
  readonly code: FaultCode;
  /** The key as people write it: `limits.message_size`, `rule[2].domain`; empty for the file as a whole. */
  readonly key: string;
  readonly line?: number;
  readonly column?: number;
  /** What the words are about. Never a password or a hash. */
  readonly args: Readonly<Record<string, string | number>>;
}

/** Collects faults and finds the place of each. */
export class Faults {
  readonly #locate: Locate;
  readonly #found: ConfigFault[] = [];

  constructor(locate: Locate) {
    this.#locate = locate;
  }

  error(code: FaultCode, path: KeyPath, args: ConfigFault["args"] = {}): void {
    this.#add("error", code, path, args);
  }

  warn(code: FaultCode, path: KeyPath, args: ConfigFault["args"] = {}): void {
    this.#add("warning", code, path, args);
  }

  get hasErrors(): boolean {
    return this.#found.some((fault) => fault.severity === "error");
  }

  /** In the order of the document. */
  list(): readonly ConfigFault[] {
    return this.#found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  #add(severity: ConfigFault["severity"], code: FaultCode, path: KeyPath, args: ConfigFault["args"]): void {
    this.#found.push({ severity, code, key: formatKey(path), ...this.#locate(path), args: printable(args) });
  }
}

/** `rule[1].domain`: positions in arrays counted from 1, as people count. */
export function formatKey(path: KeyPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part + 1}]` : `${index > 0 ? "." : ""}${part}`))
    .join("");
}

const argMaxChars = 120;

function printable(args: ConfigFault["args"]): ConfigFault["args"] {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === "string" ? printableText(value) : value]),
  );
}

function printableText(text: string): string {
  const plain = text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  return plain.length > argMaxChars ? `${plain.slice(0, argMaxChars - 1)}…` : plain;
}

export interface ExplainedFault {
  /** `surehop.toml:12:3`, as far as it is known. */
  readonly place: string;
  readonly what: string;
  readonly remedy: string;
}

export function explainFault(fault: ConfigFault, file: string, words: Words): ExplainedFault {
  const args = { key: fault.key, ...fault.args };
  return {
    place: [file, fault.line, fault.column].filter((part) => part !== undefined).join(":"),
    what: words.say(`config-${fault.code}`, args),
    remedy: words.say(`config-${fault.code}-remedy`, args),
  };
}
