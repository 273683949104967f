import type { DomainName } from "../../base/index.ts";
import { isSubdomainOf } from "../../base/index.ts";
import type { ZoneRecord } from "../../publish/index.ts";
import { providerOf } from "../providers.ts";
import type { Finding, OwnFindingCode, Severity } from "../types.ts";

type Acting = Pick<Finding, "who" | "provider">;

/** About the domain itself: its owner, or whoever signs its zone. */
export function ofDomain(
  code: OwnFindingCode,
  severity: Severity,
  domain: DomainName,
  evidence: Finding["evidence"] = {},
): Finding {
  return { code, severity, name: domain, who: "you", evidence, paste: [] };
}

export function ofHost(
  code: OwnFindingCode,
  severity: Severity,
  { domain, host }: { readonly domain: DomainName; readonly host: DomainName },
  evidence: Finding["evidence"] = {},
  paste: readonly ZoneRecord[] = [],
): Finding {
  return { code, severity, name: host, ...actingFor(domain, host), evidence, paste };
}

/** Whose server it is, by its name: what stands below another domain is another's. */
export function actingFor(domain: DomainName, host: DomainName): Acting {
  const provider = providerOf(host);
  if (provider !== undefined) return { who: "provider", provider: provider.name };
  return { who: host === domain || isSubdomainOf(host, domain) ? "you" : "provider" };
}
