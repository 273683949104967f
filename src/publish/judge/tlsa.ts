/** One MX host: what it shows against what its TLSA records say (RFC 7672 §3.1, trap 15, trap 32). */
import type { X509Certificate } from "node:crypto";
import type { TlsaRecord } from "../../dns/index.ts";
import { certificateIn, matchDane, usableTlsa } from "../../tls/index.ts";
import { promiseDefaults } from "../promises.ts";
import { publishLimits } from "../limits.ts";
import { hostKeysOf } from "../observe.ts";
import { tlsaRecords } from "../records.ts";
import { keyRecords, standsFor, tlsaName, tlsaText } from "../tlsa.ts";
import type { Finding, Presented, PublishedFacts, PublishedHost, ZoneRecord } from "../types.ts";
import { finding } from "./finding.ts";

type Shown = Extract<Presented, { readonly kind: "chain" }>;

export function judgeHost(facts: PublishedFacts, host: PublishedHost): readonly Finding[] {
  return [...judgeReach(host), ...judgeRecords(facts, host)];
}

function judgeReach({ host, presented, addresses }: PublishedHost): readonly Finding[] {
  const found: Finding[] = [];
  if (presented.some(({ kind }) => kind === "no-starttls")) found.push(finding("host-no-starttls", "error", host));
  const untested = presented.find((one) => one.kind === "untested");
  // What could not be looked at is no fault of the server (trap 27).
  if (untested !== undefined) found.push(finding("host-untested", "notice", host, { detail: untested.detail }));
  if (addresses === "insecure") found.push(finding("addresses-insecure", "warning", host));
  return found;
}

function judgeRecords(facts: PublishedFacts, host: PublishedHost): readonly Finding[] {
  const { tlsa } = host;
  const name = tlsaName(host.host);
  switch (tlsa.kind) {
    case "failed":
      // RFC 7672 §2.1.3: senders that go by DANE keep their mail.
      return [finding("tlsa-unknown", "error", name, { detail: tlsa.detail })];
    case "none":
      return host.addresses === "secure" ? [finding("tlsa-missing", "warning", name, {}, wanted(facts, host))] : [];
    case "records":
      // RFC 7672 §2.2: what is not signed counts for nothing.
      if (tlsa.status === "insecure") return [finding("tlsa-insecure", "warning", name)];
      return judgeSet(facts, host, tlsa.records, wanted(facts, host));
  }
}

function judgeSet(
  facts: PublishedFacts,
  host: PublishedHost,
  records: readonly TlsaRecord[],
  paste: readonly ZoneRecord[],
): readonly Finding[] {
  const name = tlsaName(host.host);
  const pkix = records.filter(({ usage }) => usage === 0 || usage === 1);
  const found = pkix.map((record) => finding("tlsa-pkix", "warning", name, { record: short(record) }, paste));
  const usable = usableTlsa(records);
  if (usable.length === 0) return [...found, finding("tlsa-unusable", "error", name, {}, paste)];
  const chains = host.presented.filter((one): one is Shown => one.kind === "chain");
  const verdicts = chains.map((shown) => ({ shown, verdict: match(facts, host, usable, shown) }));
  const failed = verdicts.filter(({ verdict }) => !verdict.ok);
  for (const { shown, verdict } of failed) {
    if (verdict.ok) continue;
    // Trap 15: which certificate a sender is shown depends on the sender.
    const code = failed.length < verdicts.length ? "tlsa-key-uncovered" : "tlsa-mismatch";
    found.push(finding(code, "error", name, { kind: shown.keyKind, detail: verdict.error.detail }, paste));
  }
  const matched = verdicts.flatMap(({ verdict }) => (verdict.ok ? [verdict.value] : []));
  found.push(...judgeAnchors(name, usable, chains));
  if (matched.some(({ record }) => record.usage === 3 && record.selector === 0)) {
    found.push(finding("tlsa-whole-certificate", "warning", name, {}, paste));
  }
  const coming = host.next.filter((key) => !keyRecords(records).some((record) => standsFor(record, key)));
  if (coming.length > 0) found.push(finding("tlsa-next-missing", "warning", name, {}, paste));
  // Only where everything could be seen can a record be said to stand for nothing.
  const isComplete =
    host.presented.length > 0 && host.presented.every(({ kind }) => kind === "chain" || kind === "not-offered");
  if (isComplete && matched.length > 0) found.push(...judgeStale(name, host, usable, chains));
  return found;
}

/** RFC 7671 §5.2.2, RFC 7672 §3.1.2: whoever publishes the digest of a CA certificate has to send that certificate. */
function judgeAnchors(name: string, usable: readonly TlsaRecord[], chains: readonly Shown[]): readonly Finding[] {
  const anchors = usable.filter(({ usage, matching }) => usage === 2 && matching !== 0);
  return anchors
    .filter((record) => chains.length > 0 && !chains.some(({ chain }) => isInChain(record, chain)))
    .map((record) => finding("tlsa-ta-not-sent", "warning", name, { record: short(record) }));
}

function judgeStale(
  name: string,
  host: PublishedHost,
  usable: readonly TlsaRecord[],
  chains: readonly Shown[],
): readonly Finding[] {
  return usable
    .filter(({ usage }) => usage === 3)
    .filter((record) => !chains.some(({ chain }) => isInChain(record, chain.slice(0, 1))))
    .filter((record) => !host.next.some((key) => standsFor(record, key)))
    .map((record) => finding("tlsa-stale", "notice", name, { record: short(record) }));
}

/** For how long each is good, and whether it would do for those who go by MTA-STS. */
export function judgeCertificates(
  facts: PublishedFacts,
  { host, presented, webPki }: PublishedHost,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const one of presented) {
    const [der] = one.kind === "chain" ? one.chain : [];
    const leaf = der && certificateIn(der);
    if (leaf === undefined) continue;
    const until = leaf.validToDate.getTime();
    if (until - facts.now > publishLimits.expiryWarningMs) continue;
    const date = leaf.validToDate.toISOString().slice(0, 10);
    const severity = until <= facts.now ? "error" : "warning";
    found.push(
      finding("certificate-expiring", severity, host, {
        kind: one.keyKind,
        date,
        state: until <= facts.now ? "over" : "soon",
      }),
    );
  }
  if (webPki.kind === "failed") {
    const severity = facts.promises?.mode === "enforce" ? "error" : "warning";
    found.push(finding("webpki-failed", severity, host, { detail: webPki.detail }));
  }
  return found;
}

function match(
  { now, domain }: PublishedFacts,
  { host }: PublishedHost,
  records: readonly TlsaRecord[],
  { chain }: Shown,
): ReturnType<typeof matchDane> {
  const certificates = chain.flatMap((der) => certificateIn(der) ?? []);
  return matchDane({ records, chain: certificates, names: [host, domain], now });
}

/** The records that the host should have, as far as its keys could be seen. */
function wanted({ promises, domain }: PublishedFacts, host: PublishedHost): readonly ZoneRecord[] {
  const { ttlSeconds } = promises ?? promiseDefaults;
  const base = { domain, mx: [host.host], mode: "none", maxAgeSeconds: 0, rua: [], caa: [] } as const;
  return tlsaRecords({ ...base, ttlSeconds }, hostKeysOf(host));
}

function isInChain(record: TlsaRecord, chain: readonly Uint8Array[]): boolean {
  return chain.some((der) => {
    const certificate = certificateIn(der);
    return certificate !== undefined && isOf(record, certificate);
  });
}

/** Whatever the record's usage is: does it name this certificate or its key? */
function isOf(record: TlsaRecord, certificate: X509Certificate): boolean {
  return matchDane({ records: [{ ...record, usage: 3 }], chain: [certificate], names: [], now: 0 }).ok;
}

/** Long ones in part: people compare the beginning. */
function short(record: TlsaRecord): string {
  const text = tlsaText(record);
  return text.length > shortMaxChars ? `${text.slice(0, shortMaxChars)}…` : text;
}

const shortMaxChars = 80;
