/** A preview told to people, in lines: the verdict first, then where mail would go, then what is known and why. */
import { weakest, type Level } from "../base/index.ts";
import type { Facts, HostFact, RememberedHost, StsFact, TlsaFact } from "../policy/index.ts";
import { sayWhyBounced, sayWhyDeferred, tellStory, type Words } from "../words/index.ts";
import type { Preview } from "./preview.ts";

/** `verdict` is one or two sentences; `lines` are sentences of their own. */
export interface ToldPreview {
  readonly verdict: string;
  readonly lines: readonly string[];
}

export function tellPreview(words: Words, preview: Preview): ToldPreview {
  const { facts, plan } = preview;
  return {
    verdict: verdictOf(words, preview),
    lines: [
      ...plan.notes.map((note) => tellStory(words, note)),
      tellSts(words, facts.sts),
      ...facts.hosts.map((host) => tellHost(words, host)),
      ...tellMemory(words, facts),
    ],
  };
}

function verdictOf(words: Words, { facts, plan }: Preview): string {
  const { domain } = facts;
  switch (plan.kind) {
    case "try": {
      const level = plan.hosts.map((host) => host.level).reduce<Level>(weakest, "authenticated");
      return words.say(`preview-verdict-${level}`, { domain });
    }
    case "defer": {
      const why = sayWhyDeferred(words, { domain, reason: plan.reason });
      return [words.say("preview-verdict-defer", { domain }), why].join(words.say("gap"));
    }
    case "bounce": {
      const why = sayWhyBounced(words, { domain, reason: plan.reason });
      return [words.say("preview-verdict-bounce", { domain }), why].join(words.say("gap"));
    }
  }
}

function tellSts(words: Words, sts: StsFact): string {
  switch (sts.kind) {
    case "not-asked":
      return words.say("preview-sts-not-asked");
    case "none":
      return words.say(sts.failure === undefined ? "preview-sts-none" : "preview-sts-failed");
    case "unreadable":
      return words.say("preview-sts-unreadable");
    case "policy": {
      const { policy, expiresAt, stale } = sts;
      const told = { mode: policy.mode, hosts: words.list(policy.mx), until: words.time(expiresAt) };
      const policyLine = words.say(policy.mode === "none" ? "preview-sts-mode-none" : "preview-sts-policy", told);
      return stale === undefined ? policyLine : [policyLine, words.say("preview-sts-stale")].join(words.say("gap"));
    }
  }
}

function tellHost(words: Words, host: HostFact): string {
  const args = { host: host.name, status: addressStatus(host), count: tlsaCount(host.tlsa) };
  return words.say(`preview-host-tlsa-${host.tlsa.kind}`, args);
}

function addressStatus({ addresses }: HostFact): string {
  return addresses.kind === "known" ? addresses.status : addresses.kind;
}

function tlsaCount(tlsa: TlsaFact): number {
  return tlsa.kind === "records" ? tlsa.records.length : 0;
}

function tellMemory(words: Words, { memory }: Facts): readonly string[] {
  if (memory.kind !== "known") return [words.say(`preview-memory-${memory.kind}`)];
  const hosts = Object.entries(memory.ofDomain);
  if (hosts.length === 0) return [words.say("preview-memory-nothing")];
  return hosts.map(([host, remembered]) => tellRemembered(words, host, remembered));
}

function tellRemembered(
  words: Words,
  host: string,
  { encrypted, authenticated, suspectedSince }: RememberedHost,
): string {
  const told = words.say("preview-memory-host", {
    host,
    encrypted: encrypted?.deliveries ?? 0,
    authenticated: authenticated?.deliveries ?? 0,
  });
  if (suspectedSince === undefined) return told;
  const since = words.say("preview-memory-suspected", { since: words.time(suspectedSince) });
  return [told, since].join(words.say("gap"));
}
