/** From what a text tells to what follows: could somebody read it, and who can mend it. Pure, and never more certain than the text. */
import type { Cause, Exposed, Hop, Incident, Judgement, Mends, Note, Outcome, Reader, Sent } from "./types.ts";

export function judge(incident: Incident): Judgement {
  const { sent, hop, cause, outcome } = incident;
  return {
    exposed: exposedBy(sent, hop),
    readers: sent === "nothing" ? [] : readersOf(hop),
    // Delivered in clear: nothing is left to do for this message, but for the next one.
    mends: cause === "delivered" && isClear(hop) ? "recipient-admin" : mendsOf(cause, outcome),
    notes: [...new Set([...incident.notes, ...notesOn(incident)])],
  };
}

/** `no` only where nothing was sent, or the hop is known to be good. What is not told is never taken for good. */
export function exposedBy(sent: Sent, hop: Hop): Exposed {
  if (sent === "nothing") return "no";
  switch (hop) {
    case "proven":
    case "internal":
      return "no";
    case "cleartext":
    case "presumed-cleartext":
      return sent === "not-told" ? "unknown" : "yes";
    case "unproven":
    case "chain-only":
    case "name-from-dns":
    case "not-told":
      return "unknown";
  }
}

export function readersOf(hop: Hop): readonly Reader[] {
  switch (hop) {
    case "cleartext":
    case "presumed-cleartext":
      return ["anyone-on-the-path"];
    case "unproven":
    case "chain-only":
      return ["active-attacker"];
    case "name-from-dns":
      return ["dns-forger"];
    case "proven":
    case "internal":
    case "not-told":
      return [];
  }
}

export function isClear(hop: Hop): boolean {
  return hop === "cleartext" || hop === "presumed-cleartext";
}

export function mendsOf(cause: Cause, outcome: Outcome): Mends {
  switch (cause) {
    case "delivered":
    case "greylisted":
    case "busy":
      return "nobody";
    // It may pass by itself as long as the server still tries; once it has given up, somebody has to look.
    case "unreachable":
    case "connection-lost":
    case "dns-failed":
      return outcome === "delayed" || outcome === "unknown" ? "nobody" : "recipient-admin";
    case "tls-not-offered":
    case "tls-refused":
    case "tls-handshake":
    case "tls-validation":
    case "certificate-unproven":
    case "certificate-untrusted":
    case "certificate-name":
    case "certificate-expired":
    case "dane-mismatch":
    case "dane-lookup":
    case "dnssec-invalid":
    case "sts-fetch":
    case "sts-invalid":
    case "sts-mismatch":
    case "loop":
    case "expired":
    case "policy-refused":
    case "relay-refused":
    case "recipient-restricted":
    case "their-fault":
      return "recipient-admin";
    case "tls-here":
    case "dane-missing":
    case "peer-wants-tls":
    case "sender-unproven":
    case "sender-listed":
    case "sender-refused":
    case "too-many":
    case "protocol-error":
    case "our-fault":
      return "sender-provider";
    case "requiretls":
    case "peer-wants-login":
    case "no-such-user":
    case "no-such-domain":
    case "no-mail-there":
    case "too-large":
    case "content-refused":
    case "format-refused":
      return "sender";
    case "mailbox-full":
    case "mailbox-closed":
      return "recipient";
    case "refused-untold":
    case "unknown":
      return "unknown";
  }
}

/**
 * How much was sent: by the words that tell how far the conversation had come; else nothing, where the fault is one that is found
 * before any address is said. `isReply`: the other server said it, so that there was a conversation.
 */
export function sentBy(cause: Cause, told: Sent, isReply: boolean): Sent {
  if (told !== "not-told") return told;
  // That STARTTLS was refused is itself a reply; any other fault of TLS that the other server tells of may be another hop's.
  if (foundInHandshake.has(cause) && (!isReply || cause === "tls-refused")) return "nothing";
  if (foundBeforeDialling.has(cause) && !isReply) return "nothing";
  // It refuses to be told of a message in clear: no more than addresses.
  return cause === "peer-wants-tls" && isReply ? "addresses" : "not-told";
}

/** By the sender itself, before an address is said. */
export function isFoundInHandshake(cause: Cause): boolean {
  return foundInHandshake.has(cause);
}

const foundInHandshake: ReadonlySet<Cause> = new Set<Cause>([
  "tls-not-offered",
  "tls-refused",
  "tls-handshake",
  "tls-here",
  "certificate-unproven",
  "certificate-untrusted",
  "certificate-name",
  "certificate-expired",
  "dane-mismatch",
  "dane-lookup",
  "dane-missing",
  "dnssec-invalid",
  "sts-fetch",
  "sts-invalid",
  "sts-mismatch",
]);

const foundBeforeDialling: ReadonlySet<Cause> = new Set<Cause>([
  "requiretls",
  "no-such-domain",
  "no-mail-there",
  "dns-failed",
  "unreachable",
]);

/** Of two, the one that let more be read. */
export function worse<T extends { readonly sent: Sent; readonly hop: Hop }>(a: T, b: T): T {
  return severity(b) > severity(a) ? b : a;
}

function severity({ sent, hop }: { readonly sent: Sent; readonly hop: Hop }): number {
  const exposure = { no: 0, unknown: 1, yes: 2 }[exposedBy(sent, hop)];
  return exposure * 10 + { nothing: 0, addresses: 1, "not-told": 2, content: 3 }[sent];
}

function notesOn({ cause, outcome, hop, sent, source }: Incident): readonly Note[] {
  const notes: Note[] = [];
  const isTold = sent !== "nothing";
  if (isTold && hop === "not-told" && (source === "postfix" || source === "sendmail")) notes.push("tls-not-in-log");
  if (isTold && hop === "proven" && source === "postfix") notes.push("rule-names-peer");
  if (cause === "tls-handshake" && outcome === "delayed" && source === "postfix") notes.push("may-fall-back");
  if (cause === "tls-refused" || cause === "tls-not-offered") notes.push("forgeable-reply");
  if (outcome === "returned" && (source === "bounce" || source === "text")) notes.push("earlier-attempts-untold");
  if (cause === "connection-lost" && sent === "content") notes.push("maybe-delivered");
  return notes;
}
