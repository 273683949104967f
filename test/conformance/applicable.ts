/**
 * Which replays say something about a validator. A replay that turns on a part of unbound that Surehop has not (answers made up
 * locally, stale answers, limits on a resolver's own searching) tells nothing about ours; it is not played, and its reason is told.
 * The reason comes from what stands in the replay, never from its name.
 */
import { typeOf } from "./canonical.ts";
import { optionsOf, serverOptions } from "./config.ts";
import type { Clause, Entry, Replay } from "./replay.ts";
import type { RawRecord } from "./zonetext.ts";

/** Undefined if the replay can be played. */
export function whyNotApplicable(replay: Replay): string | undefined {
  if (serverOptions(replay.config, "trust-anchor").length === 0 && ofConfig(replay.config) === undefined)
    return "has no trust anchor, so that nothing is validated";
  return unread(replay) ?? ofConfig(replay.config) ?? ofSteps(replay) ?? ofEntries(replay) ?? ofForwarders(replay);
}

function unread({ unreadable }: Replay): string | undefined {
  return unreadable.length === 0
    ? undefined
    : unreadable.map((what) => (what === "macros" ? "uses macros" : what)).join(", ");
}

const clauseReasons: Readonly<Record<string, string>> = {
  rpz: "answers come from a response policy zone",
  "auth-zone": "answers come from a zone that unbound holds itself",
  view: "answers depend on who asks",
  python: "answers come from a script",
  dynlib: "answers come from a plug-in",
  cachedb: "answers come from a cache outside the resolver",
  dnscrypt: "DNSCrypt",
};

type Judge = (value: string) => string | undefined;

const turnedOn =
  (reason: string): Judge =>
  (value) =>
    value === "yes" ? reason : undefined;
const always =
  (reason: string): Judge =>
  () =>
    reason;

/** Options of unbound that change what is answered, and that Surehop's validator has no counterpart for. */
const optionReasons: Readonly<Record<string, Judge>> = {
  "module-config": (value) => {
    const modules = value.split(/\s+/).filter((module) => module !== "validator" && module !== "iterator");
    if (modules.length > 0) return `needs the modules ${modules.join(" ")}`;
    return value.includes("validator") ? undefined : "no validator is configured";
  },
  "serve-expired": turnedOn("serves expired answers"),
  "local-zone": (value) => (/\bnodefault$/.test(value) ? undefined : "answers come from a local zone"),
  "local-data": always("answers come from local data"),
  "local-data-ptr": always("answers come from local data"),
  "dlv-anchor": always("look-aside validation (DLV), which is retired (RFC 8749)"),
  "dlv-anchor-file": always("look-aside validation (DLV), which is retired (RFC 8749)"),
  "auto-trust-anchor-file": always("trust anchors that roll by RFC 5011: state on disk, not validation"),
  "trust-anchor-file": always("reads trust anchors from a file"),
  "trusted-keys-file": always("reads trust anchors from a file"),
  "root-hints": always("reads its root servers from a file"),
  "domain-insecure": always("negative trust anchors (RFC 7646)"),
  "val-permissive-mode": turnedOn("lets bogus answers through"),
  "max-global-quota": always("limits how much a resolver searches for one question"),
  ratelimit: always("rate limits"),
  "ip-ratelimit": always("rate limits"),
  "wait-limit": always("rate limits"),
  dns64: turnedOn("DNS64"),
  "dns64-prefix": always("DNS64"),
  "private-address": always("filters addresses"),
  "private-domain": always("filters addresses"),
  "tls-upstream": turnedOn("TLS to name servers"),
  "ssl-upstream": turnedOn("TLS to name servers"),
  "disable-edns-do": turnedOn("asks for answers without signatures"),
  "ignore-cd-flag": turnedOn("judges answers for clients that ask it not to"),
  "deny-any": turnedOn("answers ANY without asking (RFC 8482)"),
  "serve-original-ttl": turnedOn("hands on times to live as they were, not as they are"),
  "send-client-subnet": always("client subnets"),
};

function ofConfig(config: readonly Clause[]): string | undefined {
  for (const clause of config) {
    const reason = clauseReasons[clause.name];
    if (reason !== undefined) return reason;
    if (clause.name !== "server") continue;
    for (const [name, judge] of Object.entries(optionReasons))
      for (const value of optionsOf(clause, name)) {
        const why = judge(value);
        if (why !== undefined) return why;
      }
  }
  return undefined;
}

const playable = new Set(["NOTHING", "QUERY", "CHECK_ANSWER", "TIME_PASSES", "TRAFFIC", "REPLY"]);

const stepReasons: Readonly<Record<string, string>> = {
  CHECK_OUT_QUERY: "checks what unbound asks of name servers",
  CHECK_AUTOTRUST: "checks unbound's file of trust anchors",
  CHECK_TEMPFILE: "checks a file that unbound writes",
  TIMEOUT: "lets one particular question of unbound's run out of time",
  ERROR: "lets one particular question of unbound's fail",
  INFRA_RTT: "sets unbound's memory of round-trip times",
  FLUSH_MESSAGE: "empties unbound's cache",
  EXPIRE_MESSAGE: "ages unbound's cache",
  ASSIGN: "uses macros",
};

function ofSteps({ steps }: Replay): string | undefined {
  const step = steps.find(({ kind }) => !playable.has(kind));
  if (step !== undefined) return stepReasons[step.kind] ?? `the step ${step.kind}`;
  const evaluated = steps.some(({ kind, words }) => kind === "TIME_PASSES" && words[0] !== "ELAPSE");
  if (evaluated) return "uses macros";
  const checks = steps.filter(({ kind }) => kind === "CHECK_ANSWER");
  if (checks.length === 0) return "no answer is checked";
  return undefined;
}

function ofEntries({ ranges, steps }: Replay): string | undefined {
  const canned = ranges.flatMap(({ entries }) => entries);
  const stepped = steps.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  return [...canned, ...stepped].map(ofEntry).find((reason) => reason !== undefined);
}

/** The forwarder stands for Surehop's upstream; one that says "ask those" has not answered, and is not taken to have (MX-2). */
function ofForwarders({ config, ranges }: Replay): string | undefined {
  const forwards =
    config.some(({ name }) => name === "forward-zone") && !config.some(({ name }) => name === "stub-zone");
  const refers = ranges.some(({ entries }) => entries.some(isReferral));
  return forwards && refers ? "its upstream refers to other servers where it should answer" : undefined;
}

function isReferral({ rcode, sections: { answer, authority } }: Entry): boolean {
  const has = (type: number): boolean => authority.some((record) => record.type === type);
  return rcode === 0 && answer.length === 0 && has(typeOf.NS) && !has(typeOf.SOA);
}

function ofEntry({ oddities, question, opcode, sections }: Entry): string | undefined {
  if (oddities.includes("HEX_ANSWER_BEGIN")) return "an answer in raw bytes";
  if (oddities.includes("HEX_EDNSDATA_BEGIN") || oddities.includes("HEX_EDNS_BEGIN")) return "EDNS options";
  if (oddities.includes("EXTRA_PACKET")) return "an answer of several packets";
  if (opcode !== 0) return "something else than a query";
  if (question !== undefined && question.class !== 1) return "a class other than IN";
  if (question !== undefined && /^root-key-sentinel-(?:is|not)-ta-/.test(question.name))
    return "asks which root keys a resolver has (RFC 8509)";
  return [...sections.answer, ...sections.authority].some(usesGost) ? "GOST, which is retired (RFC 9906)" : undefined;
}

/** Algorithm 12 of a key, digest 3 of a DS. */
function usesGost({ type, rdata }: RawRecord): boolean {
  return (type === typeOf.DNSKEY && rdata[3] === 12) || (type === typeOf.DS && (rdata[2] === 12 || rdata[3] === 3));
}
