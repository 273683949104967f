/** `[reports]`: who reports, and how that is signed. */
import { isSubdomainOf, parseAddress, parseDomain, type DomainName, type MailAddress } from "../../base/index.ts";
import type { DkimKey, SenderSettings } from "../../report/index.ts";
import type { KeyPath } from "./positions.ts";
import type { Reader } from "./reader.ts";
import type { ReportsConfig } from "./types.ts";

const keepDefault = "90d";

export function reportsOf(reader: Reader, hostname: DomainName): ReportsConfig {
  const raw = reader.raw.reports ?? {};
  const at = (key: string): KeyPath => ["reports", key];
  const contact = mailbox(reader, raw.contact, at("contact"));
  const from = mailbox(reader, raw.from, at("from")) ?? contact;
  const dkim = dkimKeyOf(reader, contact, at);
  const wantsSending = raw.send ?? raw.contact !== undefined;
  if (wantsSending && raw.contact === undefined) reader.faults.error("reports-contact", at("send"));
  if (wantsSending && raw.contact !== undefined && raw.dkim_key === undefined) {
    reader.faults.warn("reports-unsigned", at("contact"));
  }
  const isComplete = wantsSending && contact !== undefined && from !== undefined;
  const organization = raw.organization ?? hostname;
  return {
    ...(isComplete
      ? { sender: { organization, contact, from, ...(dkim === undefined ? {} : { dkim }) } satisfies SenderSettings }
      : {}),
    ...(raw.dkim_key === undefined ? {} : { dkimKeyFile: reader.path(raw.dkim_key) }),
    ...(raw.inbox === undefined ? {} : { inbox: reader.path(raw.inbox) }),
    keepMs: reader.duration(raw.keep, keepDefault, at("keep")),
  };
}

function mailbox(reader: Reader, text: string | undefined, path: KeyPath): MailAddress | undefined {
  if (text === undefined) return undefined;
  const parsed = reader.take(parseAddress(text), "bad-mailbox", path, text);
  if (parsed === undefined || !(parsed.needsUtf8 || parsed.domain.startsWith("["))) return parsed;
  reader.faults.error("bad-mailbox", path, { value: text });
  return undefined;
}

/** RFC 8460 §3: reports by mail are signed by the reporting domain. */
function dkimKeyOf(
  reader: Reader,
  contact: MailAddress | undefined,
  at: (key: string) => KeyPath,
): DkimKey | undefined {
  const { dkim_selector: selector, dkim_key: key, dkim_domain: name } = reader.raw.reports ?? {};
  if (selector === undefined && key === undefined && name === undefined) return undefined;
  if (selector === undefined || key === undefined) {
    reader.faults.error("dkim-incomplete", at(key === undefined ? "dkim_selector" : "dkim_key"));
    return undefined;
  }
  const signer = name === undefined ? contact?.domain : reader.domain(name, at("dkim_domain"));
  const privateKey = reader.privateKey(reader.path(key), at("dkim_key"));
  const parsed = reader.take(parseDomain(selector), "bad-domain", at("dkim_selector"), selector);
  if (signer === undefined || privateKey === undefined || parsed === undefined) return undefined;
  if (contact !== undefined && contact.domain !== signer && !isSubdomainOf(contact.domain, signer)) {
    reader.faults.error("dkim-domain", at("dkim_domain"), { value: signer, other: contact.domain });
  }
  return { domain: signer, selector: parsed, privateKey };
}
