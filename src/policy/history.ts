/** What one delivery has met at each host so far (TLS-4). Stored with the delivery as plain JSON. */
import type { Instant, TlsFault } from "../base/index.ts";
import type { DeliveryHistory, HostHistory } from "./types.ts";

/** What a session that did not prove itself showed. `smtp`'s `unproven` failure fits. */
export interface UnprovenFailure {
  readonly fault: TlsFault;
  /** STARTTLS stood in the EHLO reply. */
  readonly offeredTls: boolean;
}

/** Hosts remembered for one delivery; the one not heard of for longest gives way. */
export const historyHostsMax = 100;

/**
 * Writes a failure down. Only what keeps TLS itself from coming about counts: a host whose certificate is wrong does TLS
 * well enough for a hop that asks for no name, and must not be led towards cleartext by it. A host that has offered
 * TLS before and now does not has failed too.
 */
export function updateHistory(
  history: DeliveryHistory,
  host: string,
  failure: UnprovenFailure,
  now: Instant,
): DeliveryHistory {
  const before = historyOf(history, host);
  const offeredTls = failure.offeredTls || before?.offeredTls === true;
  if (!offeredTls || !isTlsFailure(failure.fault)) return history;
  const after: HostHistory = {
    offeredTls,
    tlsFailures: (before?.tlsFailures ?? 0) + 1,
    firstFailureAt: before?.firstFailureAt ?? now,
    // Injected bytes are an attacker's own hand (TLS-1), and are not forgotten for what comes after them.
    lastFault: before?.lastFault === "injected-bytes" ? "injected-bytes" : failure.fault,
  };
  const others = Object.entries(history).filter(([name]) => name !== host);
  return Object.fromEntries([...others.slice(-(historyHostsMax - 1)), [host, after]]);
}

/** A host's own entry: a host may well be called `constructor`. */
export function historyOf(history: DeliveryHistory, host: string): HostHistory | undefined {
  return Object.hasOwn(history, host) ? history[host] : undefined;
}

/**
 * Reads a stored history. Never throws. An entry that cannot be read counts as one failure at an unknown time, since there
 * was something to remember about that host: it makes the plan ask for more there, never for less.
 */
export function parseHistory(stored: unknown): DeliveryHistory {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
  const entries = Object.entries(stored).slice(-historyHostsMax);
  return Object.fromEntries(entries.map(([host, entry]) => [host, parseEntry(entry) ?? unreadable]));
}

const unreadable: HostHistory = { offeredTls: true, tlsFailures: 1 };

function parseEntry(stored: unknown): HostHistory | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { offeredTls, tlsFailures, firstFailureAt, lastFault } = stored as Readonly<Record<string, unknown>>;
  if (typeof offeredTls !== "boolean") return undefined;
  if (typeof tlsFailures !== "number" || !Number.isSafeInteger(tlsFailures) || tlsFailures < 0) return undefined;
  if (firstFailureAt !== undefined && !isInstant(firstFailureAt)) return undefined;
  return {
    offeredTls,
    tlsFailures,
    ...(firstFailureAt === undefined ? {} : { firstFailureAt }),
    ...(isTlsFault(lastFault) ? { lastFault } : {}),
  };
}

function isInstant(value: unknown): value is Instant {
  return typeof value === "number" && Number.isFinite(value);
}

function isTlsFailure(fault: TlsFault): boolean {
  return faultKinds[fault] === "tls";
}

function isTlsFault(value: unknown): value is TlsFault {
  return typeof value === "string" && Object.hasOwn(faultKinds, value);
}

/** `tls`: no TLS came about. `proof`: it did, and did not prove what a stricter hop asked for. */
const faultKinds: Readonly<Record<TlsFault, "tls" | "proof">> = {
  "starttls-missing": "tls",
  "starttls-refused": "tls",
  "handshake-reset": "tls",
  "handshake-timeout": "tls",
  "handshake-garbage": "tls",
  "handshake-failed": "tls",
  "injected-bytes": "tls",
  "protocol-too-old": "proof",
  "certificate-missing": "proof",
  "certificate-name-mismatch": "proof",
  "certificate-expired": "proof",
  "certificate-not-yet-valid": "proof",
  "certificate-self-signed": "proof",
  "certificate-untrusted": "proof",
  "dane-mismatch": "proof",
  "requiretls-missing": "proof",
};
