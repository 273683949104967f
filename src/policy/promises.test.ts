/** What recipients publish, senders demand, and earlier deliveries met, as the plan follows it. Each row begins from one plain cell. */
import { describe, expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { plan } from "./plan.ts";
import { factsIn, plainCell, type Cell } from "./product.cases.ts";
import { failuresBefore } from "./reported.ts";
import type { Facts, HostFact, Plan, PlannedHost } from "./types.ts";

const signed: Partial<Cell> = { mx: "secure", tlsa: "none" };
const dane: Partial<Cell> = { mx: "secure", tlsa: "usable" };

/** `authenticated by dane`, `+ rule-names` for what is demanded besides, `(watch …)` for what is only looked at. */
function tellHost({ level, proof, also, watch, isLastChance }: PlannedHost): string {
  const names = "names" in proof && proof.kind !== "dane" ? ` ${proof.names.join(" ")}` : "";
  const besides = also === undefined ? "" : ` + ${also.kind} ${also.names.join(" ")}`;
  const looked = watch === undefined ? "" : ` (watch ${watch.kind})`;
  return `${level} by ${proof.kind}${names}${besides}${looked}${isLastChance === true ? " or back" : ""}`;
}

function tell(planned: Plan): string {
  if (planned.kind === "try") return planned.hosts.map(tellHost).join("; ");
  return `${planned.kind} ${planned.reason}${planned.kind === "defer" && planned.forSafety ? " for safety" : ""}`;
}

function whyOf(planned: Plan): readonly string[] {
  return planned.kind === "try" ? planned.why.map(({ code }) => code) : [];
}

const cases: readonly (readonly [what: string, cell: Partial<Cell>, told: string, why?: readonly string[]])[] = [
  ["nothing is published", {}, "cleartext by none", ["no-promise"]],
  ["a signed domain that publishes no keys", signed, "cleartext by none", ["no-promise"]],

  ["DANE-4 usable records are mandatory", dane, "authenticated by dane", ["dane"]],
  [
    "DANE-7 behind an unsigned MX they are enforced, and prove no more than encryption",
    { tlsa: "usable" },
    "encrypted by dane",
    ["dane"],
  ],
  [
    "DANE-3, trap 13 none of them usable: TLS with anyone",
    { mx: "secure", tlsa: "unusable" },
    "encrypted by any-tls",
    ["dane-unusable"],
  ],
  [
    "DANE-2, trap 1 nobody can say whether there are any: wait",
    { mx: "secure", tlsa: "failed" },
    "defer dane-unavailable for safety",
  ],

  [
    "STS-4, trap 19 enforce: the MX host's own name, never the pattern",
    { sts: "enforce" },
    "authenticated by mta-sts mx.example.org",
    ["mta-sts"],
  ],
  ["STS-4 an MX host that the policy does not name", { sts: "enforce, other hosts" }, "defer sts-no-host for safety"],
  [
    "STS-5 testing demands nothing, and is looked at",
    { sts: "testing" },
    "cleartext by none (watch mta-sts)",
    ["mta-sts"],
  ],
  [
    "STS-3 no policy could be had: the known limit, and it is told",
    { sts: "unknown" },
    "cleartext by none",
    ["no-promise", "mta-sts-unknown"],
  ],
  [
    "trap 17 a policy that cannot be read back is a deferral",
    { sts: "unreadable" },
    "defer policy-unreadable for safety",
  ],

  ["STS-6, trap 16 both: DANE decides", { ...dane, sts: "enforce" }, "authenticated by dane", ["dane", "mta-sts"]],
  [
    "STS-6 the policy names the host that an unsigned MX record names: with DANE that is proof enough",
    { tlsa: "usable", sts: "enforce" },
    "authenticated by dane",
  ],
  [
    "trap 16 both, and the policy does not name the host",
    { ...dane, sts: "enforce, other hosts" },
    "defer sts-no-host for safety",
  ],
  [
    "STS-6 no key can be used: DANE's absence does not excuse MTA-STS",
    { mx: "secure", tlsa: "unusable", sts: "enforce" },
    "authenticated by mta-sts mx.example.org",
  ],
  [
    "STS-6 a failed look-up of keys is not rescued by MTA-STS",
    { mx: "secure", tlsa: "failed", sts: "enforce" },
    "defer dane-unavailable for safety",
  ],
  ["STS-5 DANE, and a policy in testing", { ...dane, sts: "testing" }, "authenticated by dane (watch mta-sts)"],

  [
    "a rule cannot ask for less than what is published",
    { ...dane, rule: "cleartext" },
    "authenticated by dane",
    ["rule", "dane"],
  ],
  [
    "a rule that names the peer is asked for besides DANE",
    { ...dane, rule: "authenticated, match" },
    "authenticated by dane + rule-names mx.partner.example",
  ],
  [
    "a rule that names the peer is asked for besides MTA-STS",
    { sts: "enforce", rule: "authenticated, match" },
    "authenticated by mta-sts mx.example.org + rule-names mx.partner.example",
  ],
  [
    "a rule that wants to know who it is, and DANE behind an unsigned MX: both",
    { tlsa: "usable", rule: "authenticated" },
    "authenticated by dane + rule-names example.org .example.org",
  ],

  ["MEM-1 what was always encrypted", { memory: "encrypted" }, "encrypted by any-tls", ["remembered"]],
  [
    "MEM-1 what always proved itself",
    { memory: "authenticated" },
    "authenticated by rule-names example.org .example.org",
    ["remembered"],
  ],
  ["MEM-2 it lowers nothing", { ...dane, memory: "encrypted" }, "authenticated by dane", ["dane"]],
  [
    "MEM-1 patience is over: once more, and then back to the sender",
    { memory: "encrypted, patience over" },
    "encrypted by any-tls or back",
  ],
  [
    "MEM-1 patience is over, and the operator wants it sent",
    { memory: "encrypted, patience over, deliver" },
    "cleartext by none",
    ["no-promise", "memory-given-up"],
  ],
  ["trap 17 a memory that cannot be read", { memory: "unreadable" }, "defer policy-unreadable for safety"],

  ["REQ-1 REQUIRETLS with DANE", { ...dane, message: "REQUIRETLS" }, "authenticated by dane", ["dane", "requiretls"]],
  [
    "REQ-1 REQUIRETLS with MTA-STS",
    { sts: "enforce", message: "REQUIRETLS" },
    "authenticated by mta-sts mx.example.org",
  ],
  [
    "REQ-1 REQUIRETLS with a signed MX",
    { ...signed, message: "REQUIRETLS" },
    "authenticated by secure-mx mx.example.org example.org .example.org",
  ],
  [
    "REQ-1 REQUIRETLS with nothing that proves the host's name",
    { message: "REQUIRETLS" },
    "bounce requiretls-unsupported",
  ],
  [
    "REQ-1, trap 13 REQUIRETLS with keys of which none can be used, and an unsigned MX",
    { tlsa: "unusable", message: "REQUIRETLS" },
    "bounce requiretls-unsupported",
  ],
  [
    "REQ-1 REQUIRETLS where the operator named the host",
    { rule: "authenticated, match", message: "REQUIRETLS" },
    "authenticated by rule-names mx.partner.example",
  ],
  [
    "REQ-1 REQUIRETLS waits for what cannot be looked up",
    { mx: "failed", message: "REQUIRETLS" },
    "defer dns-bogus for safety",
  ],
  [
    "REQ-2 TLS-Required: No ignores what the recipient publishes",
    { ...dane, sts: "enforce", message: "TLS-Required: No" },
    "cleartext by none",
    ["tls-not-required"],
  ],
  ["REQ-2 and what was met before", { memory: "authenticated", message: "TLS-Required: No" }, "cleartext by none"],
  [
    "REQ-2 never the operator's rule",
    { ...dane, rule: "authenticated, match", message: "TLS-Required: No" },
    "authenticated by rule-names mx.partner.example",
  ],

  [
    "an exception lowers what is published, and looks at it",
    { ...dane, exception: "encrypted" },
    "encrypted by any-tls (watch dane)",
    ["exception"],
  ],
  [
    "an exception lets mail pass where keys cannot be looked up",
    { mx: "secure", tlsa: "failed", exception: "encrypted" },
    "encrypted by any-tls",
  ],
  ["an exception asks for no more than nothing", { exception: "encrypted" }, "cleartext by none", ["no-promise"]],
  [
    "an exception does not touch REQUIRETLS",
    { ...dane, exception: "encrypted", message: "REQUIRETLS" },
    "authenticated by dane",
  ],
  [
    "an exception does not make a bogus MX believable",
    { mx: "failed", exception: "encrypted" },
    "defer dns-bogus for safety",
  ],

  ["a dry run looks at DANE", { ...dane, enforce: "report" }, "cleartext by none (watch dane)", ["report-only"]],
  ["a dry run enforces rules", { ...dane, enforce: "report", rule: "encrypted" }, "encrypted by any-tls (watch dane)"],
  ["a dry run enforces REQUIRETLS", { ...dane, enforce: "report", message: "REQUIRETLS" }, "authenticated by dane"],
  [
    "a dry run sends where the policy names other hosts",
    { enforce: "report", sts: "enforce, other hosts" },
    "cleartext by none",
  ],
];

for (const [what, cell, told, why] of cases) {
  test(what, () => {
    const planned = plan(factsIn({ ...plainCell, ...cell }));
    expect(tell(planned)).toBe(told);
    if (why !== undefined) expect(whyOf(planned)).toEqual(why);
  });
}

describe("several hosts", () => {
  const facts = factsIn({ ...plainCell, ...dane });
  const [first] = facts.hosts as readonly [HostFact];
  const other = (name: string, tlsa: HostFact["tlsa"]): HostFact => ({ ...first, name, host: domain(name), tlsa });
  const withHosts = (...hosts: readonly HostFact[]): Facts => ({ ...facts, hosts });

  test("trap 8 some hosts with keys and some without: each is held to its own", () => {
    const planned = plan(withHosts(first, other("mx2.example.org", { kind: "none", status: "secure" })));
    expect(tell(planned)).toBe("authenticated by dane; cleartext by none");
  });

  test("DANE-2 a host whose keys cannot be looked up is passed over, the next is tried", () => {
    const failed = other("mx2.example.org", { kind: "failed", status: "bogus", failure: "bogus", detail: "-" });
    const planned = plan(withHosts(failed, first));
    expect(tell(planned)).toBe("authenticated by dane");
    expect(planned.notes[0]).toMatchObject({ code: "host-skipped", host: "mx2.example.org", why: "tlsa-bogus" });
  });

  test("MEM-1 a host that nobody has met, of a domain whose mail was always encrypted", () => {
    const cell: Cell = { ...plainCell, memory: "encrypted" };
    const strange = other("mx.stranger.example", { kind: "not-asked" });
    expect(tell(plan({ ...factsIn(cell), hosts: [strange] }))).toBe("encrypted by any-tls");
  });
});

describe("RPT-1 what is reported", () => {
  const reported = (cell: Partial<Cell>): unknown => {
    const planned = plan(factsIn({ ...plainCell, ...cell }));
    return planned.kind === "try" ? planned.hosts[0]?.reported : undefined;
  };

  test("sessions count under the policy that judges them", () => {
    expect(reported({})).toEqual({ type: "no-policy-found", strings: [], mxHosts: [] });
    expect(reported({ sts: "enforce" })).toEqual({
      type: "sts",
      strings: ["version: STSv1", "mode: enforce", "mx: *.example.org", "max_age: 86400"],
      mxHosts: ["*.example.org"],
    });
    expect(reported({ ...dane, sts: "enforce" })).toEqual({
      type: "tlsa",
      strings: [`3 1 1 ${"07".repeat(32)}`],
      mxHosts: ["mx.example.org"],
    });
  });

  const failures: readonly (readonly [cell: Partial<Cell>, results: readonly string[]])[] = [
    [{}, []],
    [dane, []],
    [{ mx: "secure", tlsa: "failed" }, ["tlsa dnssec-invalid"]],
    [{ sts: "unknown" }, ["sts sts-policy-fetch-error"]],
    [{ sts: "enforce, other hosts" }, ["sts validation-failure"]],
    [{ sts: "testing" }, []],
  ];
  test.each(failures)("%j before there is a session: %j", (cell, results) => {
    const told = failuresBefore(factsIn({ ...plainCell, ...cell })).map(
      ({ policy, result }) => `${policy.type} ${result}`,
    );
    expect(told).toEqual(results);
  });
});
