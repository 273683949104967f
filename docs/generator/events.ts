/** Events and the codes in them, each with the words that people get and the status that mail programs get. */
import { tlsResultType, type EventCode, type Level, type MailEvent, type ProofKind } from "../../src/base/index.ts";
import {
  everyBounceReason,
  everyDeferReason,
  everyEvent,
  everyLevel,
  everyProof,
  everyTlsFault,
} from "../../src/words/every.cases.ts";
import { createWords, eventLog, statusFor, tellStory } from "../../src/words/index.ts";
import { adviceFor } from "../../src/words/notice/advice.ts";
import { code, codes, head, page, table } from "./markdown.ts";

const words = createWords("en", { timeZone: "UTC" });
const names = { domain: "example.net", host: "mx1.example.net" };

export function eventsPage(): string {
  return page(
    head(
      "Events and codes",
      "src/base/events.ts and src/words",
      "Everything that happens to a message is an event with a stable code. `surehop queue show --json` and `GET /stories/{id}` give events as " +
        "they are; the log, the metrics and the stories are renderings of them. Codes and fields are never renamed. The words below are " +
        "the English ones; `--lang zh-CN` gives the Chinese.",
    ),
    "## Events",
    table(
      ["code", "when", "fields besides `code`", "log", "in words, for example"],
      Object.entries(everyEvent).map(([name, samples]) => eventRow(name as EventCode, samples)),
    ),
    "## Levels",
    "What a hop proved, weakest first. `require` in the configuration takes the same words.",
    table(
      ["level", "who can read the message on this hop"],
      everyLevel.map((level) => [code(level), levelWords[level]]),
    ),
    "## Proofs",
    "How a level is proven (`proof` in events). What this version's plans can ask for is marked.",
    table(
      ["proof", "meaning", "in use"],
      everyProof.map((proof) => [code(proof), ...proofWords[proof]]),
    ),
    "## Why a hop was not proven",
    "`fault` in `tls-fault`, `deferred` and `bounced`. The result type is that of TLS-RPT (RFC 8460 §4.3); the status is that of mail that waits " +
      "for this (RFC 3463). When its time is over the first digit becomes 5.",
    table(
      ["fault", "result type", "status", "in words"],
      everyTlsFault.map((fault) => [
        code(fault),
        code(tlsResultType(fault)),
        statusFor("unproven", fault),
        words.say(`fault-${fault}`, names),
      ]),
    ),
    "## Why mail waits",
    "`reason` in `deferred`, and `after` in `bounced`. `forSafety` is true where it waits because safety could not be proven.",
    table(
      ["reason", "status", "in words"],
      everyDeferReason.map((reason) => [
        code(reason),
        reason === "peer-deferred" ? "as the other server said, else 4.0.0" : statusFor(reason),
        words.say(`deferred-${reason}`, names),
      ]),
    ),
    "## Why mail comes back",
    "`reason` in `bounced`.",
    table(
      ["reason", "status", "in words", "what the sender is advised"],
      everyBounceReason.map((reason) => [
        code(reason),
        bounceStatus(reason),
        words.say(`bounced-${reason}`, names),
        words.say(adviceFor({ kind: "failed", reason })),
      ]),
    ),
  );
}

function eventRow(name: EventCode, samples: readonly MailEvent[]): readonly string[] {
  const [sample] = samples;
  if (sample === undefined) throw new Error(`no sample of ${name}`);
  const fields = new Set(samples.flatMap((one) => Object.keys(one)));
  fields.delete("code");
  const levels = [...new Set(samples.map((one) => eventLog(one).level))].join(" or ");
  return [code(name), when[name], codes([...fields]), levels, tellStory(words, shown[name] ?? sample)];
}

function bounceStatus(reason: (typeof everyBounceReason)[number]): string {
  if (reason === "peer-rejected") return "as the other server said, else 5.0.0";
  return reason === "lifetime-over" ? `${statusFor(reason)}, or that of what it waited for` : statusFor(reason);
}

/** Where the first sample is not the most telling one. */
const shown: { readonly [C in EventCode]?: MailEvent } = {
  "tls-established": everyEvent["tls-established"].find(
    ({ level, proof, name }) => level === "authenticated" && proof === "rule-names" && name !== undefined,
  ),
  "tls-fault": everyEvent["tls-fault"].find(
    ({ fault, required }) => fault === "certificate-self-signed" && required === "authenticated",
  ),
  planned: everyEvent.planned.find(({ why }) => why[0]?.code === "rule" && why[0].require === "authenticated"),
  delivered: everyEvent.delivered.find(({ level, proof }) => level === "authenticated" && proof === "rule-names"),
  deferred: everyEvent.deferred.find(
    ({ reason, forSafety, fault }) => reason === "unproven" && forSafety && fault === "certificate-self-signed",
  ),
  "peer-said": everyEvent["peer-said"].find(({ stage, reply }) => stage === "rcpt" && reply.code >= 500),
} as { readonly [C in EventCode]?: MailEvent };

const when: Readonly<Record<EventCode, string>> = {
  accepted: "the message is on disk and its sender was told so",
  planned: "the plan for the next attempt is made: which hosts, what each must prove, why",
  "host-skipped": "a host of the domain is left out of the plan",
  connected: "a TCP connection came about",
  "connect-failed": "an address could not be connected to; the next is tried",
  reused: "a connection that was proven for the same requirement is used again",
  "tls-established": "the handshake ended, and what the plan demands was proven",
  "tls-fault": "the hop did not prove what the plan demands, or TLS was offered and then failed",
  "would-fail":
    'a proof that was looked at and not demanded was not given (MTA-STS in testing, an exception, `enforce = "report"`)',
  "cleartext-allowed": "the connection stays without TLS, as the plan allows",
  "peer-said": "the other server refused something",
  delivered: "the other server has taken the message for these recipients",
  deferred: "these recipients wait for another attempt",
  bounced: "these recipients will not get the message",
  "delay-notice-sent": "the sender was told of a delay",
  "bounce-sent": "the sender was told that it came back",
  "notice-about": "stands in the story of a notice: what it is about",
  "bounce-suppressed": "a report was due and must not be sent",
  held: "an operator's `queue hold`",
  released: "an operator's `queue release`",
  "retry-asked": "an operator's `queue retry`",
  deleted: "an operator's `queue delete`",
};

const levelWords: Readonly<Record<Level, string>> = {
  cleartext: "anyone on the path",
  encrypted: "an active attacker: the peer was not proven, or its name came from unproven DNS",
  authenticated: "the two servers",
};

const proofWords: Readonly<Record<ProofKind, readonly [meaning: string, inUse: string]>> = {
  none: ["nothing: whatever the host offers is taken", "yes"],
  "any-tls": ["TLS with anyone who answers", "yes"],
  "rule-names": [
    "a certificate of a trusted authority for a name that the operator wrote down, or that is the recipient's own domain or below it",
    "yes",
  ],
  "secure-mx": [
    "a certificate of a trusted authority for an MX host name that DNSSEC vouches for, or for a name of `rule-names`",
    "yes",
  ],
  dane: ["TLSA records in signed DNS that match what the host presents", "yes"],
  "mta-sts": [
    "a certificate of a trusted authority for an MX host name that the policy published over HTTPS lists",
    "yes",
  ],
};
