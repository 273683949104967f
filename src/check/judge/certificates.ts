/** The certificates that a host shows: whom they would convince, for how long, and how well (RFC 5280, RFC 9525). */
import type { X509Certificate } from "node:crypto";
import type { Instant } from "../../base/index.ts";
import { checkLimits } from "../limits.ts";
import type { Finding, Inspection, Severity } from "../types.ts";
import { ofHost } from "./finding.ts";
import { isEnforced, type ChainView, type HostView } from "./view.ts";

export function judgeCertificates(inspection: Inspection, view: HostView): readonly Finding[] {
  const found = view.chains.flatMap((chain) => judgeChain(inspection, view, chain));
  // What both kinds of certificate have in common is said once.
  const keyOf = ({ code, name }: Finding): string => `${code} ${name}`;
  return found.filter((one, at) => found.findIndex((other) => keyOf(other) === keyOf(one)) === at);
}

function judgeChain(inspection: Inspection, { host }: HostView, chain: ChainView): readonly Finding[] {
  const { domain, at } = inspection;
  const about = { domain, host };
  const { looks, validity, weakKeys, weakSignatures, trustDetail, keyKind, addresses } = chain;
  const kind = keyKind.toUpperCase();
  const weight = weigh(inspection, chain);
  const found: Finding[] = [];
  const shown = { kind, address: addresses.join(", ") };
  if (weakKeys.length > 0) {
    const subject = subjectAt(chain, weakKeys);
    found.push(
      ofHost("key-short", "warning", about, {
        ...shown,
        key: keyText(chain.certificates()[weakKeys[0] ?? 0]),
        subject,
      }),
    );
  }
  if (weakSignatures.length > 0) {
    found.push(ofHost("signature-weak", "warning", about, { ...shown, subject: subjectAt(chain, weakSignatures) }));
  }
  const isWeak = weakKeys.length + weakSignatures.length > 0;
  if (looks.chain === "self-signed") found.push(ofHost("certificate-self-signed", weight, about, shown));
  if (looks.chain === "incomplete") {
    const issuer = oneLine(chain.certificates().at(-1)?.issuer);
    found.push(ofHost("chain-incomplete", weight, about, { ...shown, issuer }));
  }
  if (looks.chain === "private" && !isWeak) {
    found.push(ofHost("certificate-untrusted", weight, about, { ...shown, detail: trustDetail }));
  }
  if (looks.name === "other") {
    found.push(
      ofHost("certificate-other-name", weight, about, { ...shown, names: oneLine(chain.leaf().subjectAltName) }),
    );
  }
  const date = dayOf(validity.until);
  const leftMs = validity.until - at;
  if (looks.dates === "expired") found.push(ofHost("certificate-expired", weight, about, { ...shown, date }));
  else if (looks.dates === "not-yet") {
    found.push(ofHost("certificate-not-yet-valid", weight, about, { ...shown, date: dayOf(validity.from) }));
  } else if (leftMs < checkLimits.expirySoonMs) {
    const days = String(Math.max(0, Math.floor(leftMs / dayMs)));
    found.push(
      ofHost("certificate-expires-soon", weight === "error" ? "warning" : weight, about, { ...shown, date, days }),
    );
  }
  if (chain.isDisordered) found.push(ofHost("chain-disordered", "notice", about, shown));
  return found;
}

const dayMs = 86_400_000;

function dayOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** Who would turn the mail away for it: those who go by MTA-STS, nobody, or nobody yet. DANE-EE asks for neither names nor dates. */
function weigh(inspection: Inspection, { dane }: ChainView): Severity {
  if (isEnforced(inspection)) return "error";
  return dane !== undefined && dane !== "mismatch" ? "notice" : "warning";
}

function subjectAt({ certificates }: ChainView, places: readonly number[]): string {
  const chain = certificates();
  return places.map((place) => oneLine(chain[place]?.subject)).join("; ");
}

function keyText(certificate: X509Certificate | undefined): string {
  try {
    const key = certificate?.publicKey;
    const { modulusLength, namedCurve } = key?.asymmetricKeyDetails ?? {};
    return [key?.asymmetricKeyType, modulusLength ?? namedCurve].filter((part) => part !== undefined).join(" ");
  } catch {
    return "?";
  }
}

function oneLine(text: string | undefined): string {
  return (text ?? "").replaceAll("\n", ", ").slice(0, shownMaxChars);
}

const shownMaxChars = 200;
