/**
 * The planner: what is done with a message, decided from facts alone. Pure, and the only one: whoever wants to know
 * where mail goes and what the hop must prove asks here.
 *
 * The law: no failure of a lookup ever lowers what a hop requires. So the level comes from the operator (a rule, else the
 * default) and from what this delivery has met before; what DNS says only decides *where* mail may go and *by which
 * names* a host may prove itself. A fact that could not be had takes its host out, or defers.
 */
import {
  parseIp,
  unreachable,
  type DeferReason,
  type DnsStatus,
  type DomainName,
  type Level,
  type MailEvent,
  type PlanReason,
} from "../base/index.ts";
import type { HopRequirement, Proof } from "../tls/index.ts";
import { historyOf } from "./history.ts";
import type { Facts, HostFact, HostHistory, MxFact, Plan, PlannedHost, TlsRetry } from "./types.ts";

export function plan(facts: Facts): Plan {
  const refused = refusalOf(facts);
  if (refused !== undefined) return refused;
  const { reachable, notes, ours } = splitHosts(facts.hosts);
  if (reachable.length === 0) return nowhere(facts, ours, notes);

  const why = reasons(facts);
  const planned = reachable.map((host) => planHost(facts, host, why));
  // Cleartext to a host whose TLS has failed is the last resort: it comes behind every host that may still do TLS.
  const hosts = [
    ...planned.filter((host) => host.skipTls !== true),
    ...planned.filter((host) => host.skipTls === true),
  ];
  const told: MailEvent = {
    code: "planned",
    domain: facts.domain,
    mxStatus: statusOf(facts.mx),
    hosts: hosts.map(({ host, level, proof }) => ({ host, require: level, proof: proof.kind })),
    why,
  };
  return { kind: "try", hosts, why, notes: [...notes, told] };
}

/** What the answer about the domain itself rules out. */
function refusalOf(facts: Facts): Plan | undefined {
  const { mx, nextHop, rule } = facts;
  // A route that leads nowhere is the operator's to mend: it must not send mail back.
  const isRouted = rule?.route !== undefined;
  switch (mx.kind) {
    case "records":
    case "implicit":
    case "routed":
    case "literal":
      return undefined;
    case "nxdomain": {
      const detail = `the domain ${nextHop} does not exist (${mx.status} answer)`;
      return isRouted ? unsatisfiable(`${detail}, and the rule routes there`) : bounce("no-such-domain", detail);
    }
    case "null-mx": {
      const detail = `the domain ${nextHop} declares that it accepts no mail (null MX, ${mx.status} answer)`;
      return isRouted ? unsatisfiable(`${detail}, and the rule routes there`) : bounce("null-mx", detail);
    }
    case "failed":
      return defer(
        mx.status === "bogus" ? "dns-bogus" : "dns-unavailable",
        `the mail servers of ${nextHop} could not be looked up (${mx.failure}): ${mx.detail}`,
      );
    default:
      return unreachable(mx);
  }
}

type ReachableHost = HostFact & {
  readonly host: DomainName;
  readonly addresses: Extract<HostFact["addresses"], { readonly kind: "known" }>;
};

interface Split {
  readonly reachable: readonly ReachableHost[];
  /** One event for each host that is passed over. */
  readonly notes: readonly MailEvent[];
  /** The most preferred host that is us. */
  readonly ours: HostFact | undefined;
}

/** MX-5: we are cut off at our own preference, or mail would go round in circles (RFC 5321 §5.1). */
function splitHosts(hosts: readonly HostFact[]): Split {
  const reachable: ReachableHost[] = [];
  const notes: MailEvent[] = [];
  let ours: HostFact | undefined;
  for (const host of hosts) {
    if (host.isUs && (ours === undefined || host.preference < ours.preference)) ours = host;
  }
  for (const host of hosts) {
    if (ours !== undefined && host.preference >= ours.preference) {
      if (host.isUs) notes.push({ code: "host-skipped", host: host.name, why: "is-us" });
    } else if (isReachable(host)) reachable.push(host);
    else notes.push({ code: "host-skipped", host: host.name, why: whySkipped(host) });
  }
  return { reachable, notes, ours };
}

function isReachable(host: HostFact): host is ReachableHost {
  return host.host !== undefined && host.addresses.kind === "known" && host.addresses.addresses.length > 0;
}

type SkipReason = Extract<MailEvent, { readonly code: "host-skipped" }>["why"];

function whySkipped({ name, host, addresses }: HostFact): SkipReason {
  if (host === undefined) return parseIp(name.replace(/^\[(?:ipv6:)?|\]$/g, "")).ok ? "address-literal" : "no-address";
  switch (addresses.kind) {
    case "known":
    case "none":
      return "no-address";
    case "failed":
      return addresses.status === "bogus" ? "dns-bogus" : "dns-unavailable";
    case "forbidden":
      return "forbidden-address";
  }
}

/** No host is left. Why is told by the gravest thing that took one out. */
function nowhere(facts: Facts, ours: HostFact | undefined, notes: readonly MailEvent[]): Plan {
  const skipped = new Set(notes.flatMap((note) => (note.code === "host-skipped" ? [note.why] : [])));
  const hop = facts.nextHop;
  if (skipped.has("dns-bogus")) {
    return defer("dns-bogus", `the addresses of the mail servers of ${hop} fail DNSSEC validation`, notes);
  }
  if (skipped.has("dns-unavailable")) {
    return defer("dns-unavailable", `the addresses of the mail servers of ${hop} could not be looked up`, notes);
  }
  if (ours !== undefined && notes.every((note) => note.code === "host-skipped" && note.why === "is-us")) {
    const detail = `the best mail server of ${hop} is this relay (${ours.name})`;
    return facts.rule?.route === undefined
      ? bounce("mail-loop", detail, notes)
      : unsatisfiable(`${detail}, and the rule routes there`, notes);
  }
  if (skipped.has("forbidden-address")) {
    return defer("no-address", `the mail servers of ${hop} have only loopback or private addresses`, notes);
  }
  return defer("no-address", `no mail server of ${hop} has an address`, notes);
}

/** Reasons that hold for every host; those of single hosts are added as they are planned. */
function reasons({ rule, mx }: Facts): PlanReason[] {
  const why: PlanReason[] = [];
  if (rule?.require !== undefined) why.push({ code: "rule", pattern: rule.pattern, require: rule.require });
  else why.push({ code: "no-promise" });
  if (rule?.route !== undefined) why.push({ code: "route", to: rule.route.text });
  if (mx.kind === "implicit") why.push({ code: "implicit-mx" });
  return why;
}

function planHost(facts: Facts, fact: ReachableHost, why: PlanReason[]): PlannedHost {
  return {
    ...requirementFor(facts, fact.host, why),
    addresses: fact.addresses.addresses,
    port: facts.rule?.route?.port ?? facts.smtpPort,
  };
}

function requirementFor(facts: Facts, host: DomainName, why: PlanReason[]): HopRequirement {
  const level: Level = facts.rule?.require ?? facts.defaultRequire;
  if (level === "authenticated") return { host, level, proof: namedProof(facts, host) };
  if (level === "encrypted") return { host, level, proof: { kind: "any-tls" } };

  const past = historyOf(facts.history, host);
  if (past === undefined || past.tlsFailures === 0) return { host, level, proof: { kind: "none" } };
  const failures = past.tlsFailures;
  // REQUIRETLS cannot be kept without TLS, however often that has failed (RFC 8689 §4.2.1).
  if (facts.message.requireTls || !isGivenUp(past, facts.tlsRetry, facts.now)) {
    addReason(why, { code: "tls-failed-before", failures, tries: facts.tlsRetry.tries });
    return { host, level: "encrypted", proof: { kind: "any-tls" } };
  }
  addReason(why, { code: "tls-given-up", failures });
  return { host, level, proof: { kind: "none" }, skipTls: true };
}

/** TLS-4: often enough, and over a time long enough; a failure at an unknown time is never long ago. */
function isGivenUp(past: HostHistory, retry: TlsRetry, now: number): boolean {
  return (
    past.firstFailureAt !== undefined && past.tlsFailures >= retry.tries && now - past.firstFailureAt >= retry.overMs
  );
}

/** One reason of each kind, with the most failures: reasons do not name hosts. */
function addReason(
  why: PlanReason[],
  reason: Extract<PlanReason, { readonly code: "tls-failed-before" | "tls-given-up" }>,
): void {
  const at = why.findIndex((one) => one.code === reason.code);
  const before = why[at];
  if (before === undefined) why.push(reason);
  else if ("failures" in before && before.failures < reason.failures) why[at] = reason;
}

/**
 * By which names a host may prove itself. The MX host's own name counts only if DNSSEC vouches for it: an attacker who
 * forges MX records names a host of their own, and has a good certificate for it (`spoof-mx`). Else the certificate must
 * be for the domain that the sender wrote, or for what the operator wrote down.
 */
function namedProof(facts: Facts, host: DomainName): Proof {
  const { rule, mx, nextHop } = facts;
  const ca = rule?.ca === undefined ? {} : { ca: rule.ca };
  if (rule?.match !== undefined) return { kind: "rule-names", names: rule.match, ...ca };
  if (mx.kind === "routed" || mx.kind === "literal") return { kind: "rule-names", names: [host], ...ca };
  const ofDomain = domainNames(nextHop);
  const isSecure = (mx.kind === "records" || mx.kind === "implicit") && mx.status === "secure";
  if (!isSecure) return { kind: "rule-names", names: ofDomain, ...ca };
  return { kind: "secure-mx", names: [...new Set([host, ...ofDomain])], ...ca };
}

/** The domain and all below it; below a top-level domain are strangers. */
function domainNames(domain: DomainName): readonly string[] {
  return domain.includes(".") ? [domain, `.${domain}`] : [domain];
}

function statusOf(mx: MxFact): DnsStatus {
  return "status" in mx ? mx.status : "insecure";
}

function defer(reason: DeferReason, detail: string, notes: readonly MailEvent[] = []): Plan {
  return { kind: "defer", reason, detail, forSafety: reason === "dns-bogus", notes };
}

function unsatisfiable(detail: string, notes: readonly MailEvent[] = []): Plan {
  return defer("rule-unsatisfiable", detail, notes);
}

function bounce(
  reason: Extract<Plan, { readonly kind: "bounce" }>["reason"],
  detail: string,
  notes: readonly MailEvent[] = [],
): Plan {
  return { kind: "bounce", reason, detail, notes };
}
