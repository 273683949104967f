/** Every event there is, in every variant that is told apart: the compiler finds the missing ones. For tests. */
import type {
  BounceReason,
  DeferReason,
  DialFault,
  DnsStatus,
  EventCode,
  Level,
  MailEvent,
  PlanReason,
  ProofKind,
  SmtpReply,
  TlsFault,
} from "../base/index.ts";

/** As Extract, also where several codes share a shape. */
type WithCode<E, C> = E extends { readonly code: infer D } ? (C extends D ? E & { readonly code: C } : never) : never;

type All<T extends string> = Readonly<Record<T, true>>;

function keys<T extends string>(all: All<T>): readonly T[] {
  return Object.keys(all) as T[];
}

export const everyLevel = keys<Level>({ cleartext: true, encrypted: true, authenticated: true });

export const everyProof = keys<ProofKind>({
  none: true,
  "any-tls": true,
  "rule-names": true,
  "secure-mx": true,
  dane: true,
  "mta-sts": true,
});

export const everyTlsFault = keys<TlsFault>({
  "starttls-missing": true,
  "starttls-refused": true,
  "handshake-reset": true,
  "handshake-timeout": true,
  "handshake-garbage": true,
  "handshake-failed": true,
  "injected-bytes": true,
  "protocol-too-old": true,
  "certificate-missing": true,
  "certificate-name-mismatch": true,
  "certificate-expired": true,
  "certificate-not-yet-valid": true,
  "certificate-self-signed": true,
  "certificate-untrusted": true,
  "dane-mismatch": true,
  "requiretls-missing": true,
});

export const everyDeferReason = keys<DeferReason>({
  "dns-bogus": true,
  "dns-unavailable": true,
  "no-address": true,
  "dane-unavailable": true,
  "policy-unreadable": true,
  "sts-no-host": true,
  "rule-unsatisfiable": true,
  unreachable: true,
  unproven: true,
  "peer-deferred": true,
  "connection-lost": true,
  "protocol-error": true,
  "our-side": true,
});

export const everyBounceReason = keys<BounceReason>({
  "no-such-domain": true,
  "null-mx": true,
  "mail-loop": true,
  "no-mail-server": true,
  "peer-rejected": true,
  "lifetime-over": true,
  "needs-smtputf8": true,
  "needs-8bitmime": true,
  "too-large": true,
  "line-too-long": true,
  "requiretls-unsupported": true,
  "suspected-downgrade": true,
  "operator-returned": true,
});

const everyDialFault = keys<DialFault>({
  refused: true,
  unreachable: true,
  timeout: true,
  reset: true,
  forbidden: true,
  resources: true,
});

const everyDnsStatus = keys<DnsStatus>({ secure: true, insecure: true, bogus: true, indeterminate: true });

const planReasons: { readonly [C in PlanReason["code"]]: readonly Extract<PlanReason, { code: C }>[] } = {
  rule: everyLevel.map((require) => ({ code: "rule", pattern: "*.example.net", require })),
  route: [{ code: "route", to: "[gate.example.org]:2525" }],
  "no-promise": [{ code: "no-promise" }],
  "tls-failed-before": [1, 2].map((failures) => ({ code: "tls-failed-before", failures, tries: 3 })),
  "tls-given-up": [1, 3].map((failures) => ({ code: "tls-given-up", failures })),
  "bytes-injected": [{ code: "bytes-injected" }],
  "implicit-mx": [{ code: "implicit-mx" }],
  dane: [true, false].map((mxProven) => ({ code: "dane", mxProven })),
  "dane-unusable": [{ code: "dane-unusable" }],
  "mta-sts": (["enforce", "testing"] as const).map((mode) => ({ code: "mta-sts", mode })),
  "mta-sts-unknown": [{ code: "mta-sts-unknown", result: "sts-policy-fetch-error" }],
  remembered: everyLevel.map((level) => ({ code: "remembered", level })),
  "memory-given-up": everyLevel.map((level) => ({ code: "memory-given-up", level })),
  requiretls: [{ code: "requiretls" }],
  "tls-not-required": [{ code: "tls-not-required" }],
  exception: everyLevel.map((level) => ({
    code: "exception",
    pattern: "example.net",
    level,
    until: Date.UTC(2026, 11, 24),
    why: "their new server comes in December",
  })),
  "report-only": everyLevel.map((would) => ({ code: "report-only", would })),
};

const host = "mx1.example.net";
const domain = "example.net";
const recipients = ["bob@example.net"];
const at = { host, address: "192.0.2.25", port: 2525 };
const retryAt = Date.UTC(2026, 10, 24, 12, 30);
const reply: SmtpReply = { code: 550, enhanced: "5.7.1", lines: ["not today"] };
const replies: readonly SmtpReply[] = [
  { code: 250, enhanced: "2.0.0", lines: ["queued as 1"] },
  { code: 354, lines: ["go on"] },
  { code: 451, lines: ["try later"] },
  reply,
];

const accepted = {
  code: "accepted",
  from: "ann@ours.example",
  recipients: 1,
  size: 4200,
  client: "192.0.2.7",
} as const;

/** By code, so that no code can be forgotten. */
export const everyEvent: { readonly [C in EventCode]: readonly WithCode<MailEvent, C>[] } = {
  accepted: [
    { ...accepted, via: "submission", user: "ann", tls: "TLSv1.3" },
    { ...accepted, via: "submission", recipients: 12, size: 12 },
    { ...accepted, via: "local", from: "" },
    { ...accepted, via: "local", tls: "TLSv1.3", size: 4_200_000, recipients: 3 },
    { ...accepted, via: "internal", from: "", client: "" },
    { ...accepted, via: "internal", from: "", client: "", recipients: 2 },
  ],
  planned: [
    ...everyDnsStatus.flatMap((mxStatus) =>
      everyLevel.flatMap((require) =>
        everyProof.map((proof) => ({
          code: "planned" as const,
          domain,
          mxStatus,
          hosts: [{ host, require, proof }],
          why: [{ code: "no-promise" as const }],
        })),
      ),
    ),
    ...Object.values(planReasons)
      .flat()
      .map((why) => ({
        code: "planned" as const,
        domain,
        mxStatus: "insecure" as const,
        hosts: [
          { host, require: "authenticated" as const, proof: "rule-names" as const },
          { host: "mx2.example.net", require: "encrypted" as const, proof: "any-tls" as const },
        ],
        why: [why],
      })),
    { code: "planned", domain, mxStatus: "secure", hosts: [], why: [] },
  ],
  "host-skipped": (
    [
      "no-address",
      "address-literal",
      "dns-bogus",
      "dns-unavailable",
      "forbidden-address",
      "is-us",
      "tlsa-bogus",
      "tlsa-unavailable",
      "policy-unreadable",
      "sts-mismatch",
      "requiretls-unprovable",
    ] as const
  ).map((why) => ({ code: "host-skipped", host, why })),
  connected: [{ code: "connected", ...at }],
  "connect-failed": everyDialFault.map((fault) => ({ code: "connect-failed", ...at, fault })),
  reused: everyLevel.map((level) => ({ code: "reused", host, address: at.address, level })),
  "tls-established": everyLevel.flatMap((level) =>
    everyProof.flatMap((proof) => {
      const event = { code: "tls-established", host, level, proof, protocol: "TLSv1.3", cipher: "x" } as const;
      return [event, { ...event, name: "mx.example.net" }];
    }),
  ),
  "tls-fault": everyTlsFault.flatMap((fault) =>
    everyLevel.flatMap((required) => {
      const event = { code: "tls-fault", host, fault, required } as const;
      return [event, { ...event, detail: "seen: this", reply }];
    }),
  ),
  "would-fail": everyTlsFault.flatMap((fault) =>
    everyProof.map((proof) => ({ code: "would-fail", host, proof, fault, detail: "seen: this" })),
  ),
  "cleartext-allowed": [{ code: "cleartext-allowed", host }],
  "peer-said": (["banner", "ehlo", "starttls", "mail", "rcpt", "data", "final"] as const).flatMap((stage) =>
    replies.map((reply) => ({ code: "peer-said", host, stage, reply })),
  ),
  delivered: everyLevel.flatMap((level) =>
    everyProof.map((proof) => ({ code: "delivered", recipients, host, level, proof, reply: replies[0] ?? reply })),
  ),
  deferred: everyDeferReason.flatMap((reason) =>
    [true, false].flatMap((forSafety) => {
      const event = { code: "deferred", recipients, domain, reason, retryAt, forSafety } as const;
      return [event, { ...event, host, reply }, ...everyTlsFault.map((fault) => ({ ...event, host, fault }))];
    }),
  ),
  bounced: everyBounceReason.flatMap((reason) => {
    const event = { code: "bounced", recipients, domain, reason } as const;
    if (reason !== "lifetime-over") return [event, { ...event, host, reply }];
    return [event, ...everyDeferReason.map((after) => ({ ...event, after, host, fault: "handshake-reset" as const }))];
  }),
  "delay-notice-sent": [{ code: "delay-notice-sent", message: "ABC" }],
  "bounce-sent": [{ code: "bounce-sent", message: "ABC" }],
  "notice-about": (["bounce", "delay", "success"] as const).map((kind) => ({
    code: "notice-about",
    message: "ABC",
    kind,
  })),
  "bounce-suppressed": (["null-sender", "notify"] as const).map((why) => ({ code: "bounce-suppressed", why })),
  held: [{ code: "held", by: "root" }],
  released: [{ code: "released", by: "root" }],
  "retry-asked": [{ code: "retry-asked", by: "root" }],
  deleted: [{ code: "deleted", by: "root" }],
};

export const allEvents: readonly MailEvent[] = Object.values(everyEvent).flat();
