/**
 * The planner: what is done with a message, decided from facts alone. Pure, and the only one: whoever wants to know
 * where mail goes and what the hop must prove asks here.
 *
 * The law: no failure of a lookup ever lowers what a hop requires. What each host must prove is put together in `requirement.ts`, out of
 * sources that can only add to one another; a fact that could not be had takes its host out, or defers.
 */
import {
  parseIp,
  unreachable,
  type DeferReason,
  type DnsStatus,
  type MailEvent,
  type PlanReason,
} from "../base/index.ts";
import { demandOf, type Demand, type ReachableHost, type SkipReason } from "./requirement.ts";
import type { Facts, HostFact, MxFact, Plan, PlannedHost } from "./types.ts";

export function plan(facts: Facts): Plan {
  const refused = refusalOf(facts);
  if (refused !== undefined) return refused;
  const split = splitHosts(facts.hosts);
  const notes = [...split.notes];
  const why = reasons(facts);
  const planned: PlannedHost[] = [];
  for (const host of split.reachable) {
    const demand = demandOf(facts, host);
    if (demand.kind === "skip") notes.push({ code: "host-skipped", host: host.name, why: demand.why });
    else planned.push(plannedHost(facts, host, demand, why));
  }
  if (planned.length === 0) return nowhere(facts, split.ours, notes);
  if (!why.some(isPromise)) why.unshift({ code: "no-promise" });
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

function plannedHost(
  facts: Facts,
  fact: ReachableHost,
  { requirement, reported, why, isLastChance }: Extract<Demand, { readonly kind: "ask" }>,
  told: PlanReason[],
): PlannedHost {
  for (const reason of why) addReason(told, reason);
  return {
    ...requirement,
    addresses: fact.addresses.addresses,
    port: facts.rule?.route?.port ?? facts.smtpPort,
    reported,
    ...(isLastChance ? { isLastChance } : {}),
  };
}

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
  if (skipped.has("tlsa-bogus") || skipped.has("tlsa-unavailable")) {
    return defer("dane-unavailable", `whether the mail servers of ${hop} have TLSA records cannot be had`, notes);
  }
  if (skipped.has("policy-unreadable")) {
    return defer("policy-unreadable", `what is kept of ${facts.domain} cannot be read: ${unreadable(facts)}`, notes);
  }
  if (skipped.has("sts-mismatch")) {
    return defer("sts-no-host", `the MTA-STS policy of ${facts.domain} names none of its mail servers`, notes);
  }
  if (skipped.has("requiretls-unprovable")) {
    return bounce("requiretls-unsupported", `nothing proves the names of the mail servers of ${hop}`, notes);
  }
  if (skipped.has("forbidden-address")) {
    return defer("no-address", `the mail servers of ${hop} have only loopback or private addresses`, notes);
  }
  // RFC 5321 §5.1 MUST: reported as an error. Only where the answers said so; what was not answered waits above.
  const isProvenEmpty = [...skipped].every((why) => why === "no-address");
  if (isProvenEmpty && facts.rule?.route === undefined) {
    return bounce("no-mail-server", `no mail server of ${hop} has an address`, notes);
  }
  return defer("no-address", `no mail server of ${hop} has an address`, notes);
}

/** Reasons that hold for every host; those of single hosts are added as they are planned. */
function reasons({ rule, mx }: Facts): PlanReason[] {
  const why: PlanReason[] = [];
  if (rule?.require !== undefined) why.push({ code: "rule", pattern: rule.pattern, require: rule.require });
  if (rule?.route !== undefined) why.push({ code: "route", to: rule.route.text });
  if (mx.kind === "implicit") why.push({ code: "implicit-mx" });
  return why;
}

/** One reason of each kind; of failures, the most: reasons do not name hosts. */
function addReason(why: PlanReason[], reason: PlanReason): void {
  const at = why.findIndex((one) => one.code === reason.code);
  const before = why[at];
  if (before === undefined) why.push(reason);
  else if ("failures" in before && "failures" in reason && before.failures < reason.failures) why[at] = reason;
  // A host whose name is unproven says more than one whose name is.
  else if (before.code === "dane" && reason.code === "dane" && !reason.mxProven) why[at] = reason;
}

/** True for what asks for something by itself. */
function isPromise({ code }: PlanReason): boolean {
  switch (code) {
    case "rule":
    case "dane":
    case "dane-unusable":
    case "mta-sts":
    case "remembered":
    case "requiretls":
    case "exception":
    case "report-only":
    case "tls-not-required":
      return true;
    case "route":
    case "no-promise":
    case "implicit-mx":
    case "tls-failed-before":
    case "tls-given-up":
    case "bytes-injected":
    case "mta-sts-unknown":
    case "memory-given-up":
      return false;
  }
}

function statusOf(mx: MxFact): DnsStatus {
  return "status" in mx ? mx.status : "insecure";
}

function defer(reason: DeferReason, detail: string, notes: readonly MailEvent[] = []): Plan {
  return { kind: "defer", reason, detail, forSafety: isAboutSafety(reason), notes };
}

function unreadable({ sts, memory }: Facts): string {
  if (sts.kind === "unreadable") return sts.detail;
  return memory.kind === "unreadable" ? memory.detail : "nobody knows why";
}

function isAboutSafety(reason: DeferReason): boolean {
  return ["dns-bogus", "dane-unavailable", "policy-unreadable", "sts-no-host"].includes(reason);
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
