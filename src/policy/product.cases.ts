/**
 * The product of the facts about one host, each kind of fact with one example: for the law (`plan.product.test.ts`) and for the
 * table of plans in `docs/reference/plan.md`.
 */
import { domain, ip } from "../base/index.ts";
import type {
  Exception,
  Facts,
  HostFact,
  MemoryFact,
  MessageFact,
  MxFact,
  RememberedHost,
  Rule,
  StsFact,
  TlsaFact,
} from "./types.ts";

const day = 86_400_000;
const now = 100 * day;
const host = domain("mx.example.org");

const mx = {
  secure: { kind: "records", status: "secure" },
  insecure: { kind: "records", status: "insecure" },
  failed: { kind: "failed", status: "bogus", failure: "bogus", detail: "made to fail" },
} as const satisfies Record<string, MxFact>;

const digest = (length: number): Uint8Array => new Uint8Array(length).fill(7);

const tlsa = {
  "not asked": { kind: "not-asked" },
  none: { kind: "none", status: "secure" },
  unusable: {
    kind: "records",
    base: host,
    records: [{ usage: 1, selector: 1, matching: 1, association: digest(32) }],
  },
  usable: { kind: "records", base: host, records: [{ usage: 3, selector: 1, matching: 1, association: digest(32) }] },
  failed: { kind: "failed", status: "indeterminate", failure: "servfail", detail: "made to fail" },
} as const satisfies Record<string, TlsaFact>;

const policy = (mode: "enforce" | "testing", name: string): StsFact => ({
  kind: "policy",
  policy: { mode, mx: [name], maxAgeSeconds: 86_400 },
  id: "1",
  fetchedAt: now - day,
  expiresAt: now + day,
});

const sts = {
  none: { kind: "none" },
  unknown: { kind: "none", failure: { result: "sts-policy-fetch-error", detail: "made to fail" } },
  testing: policy("testing", "mx.example.org"),
  enforce: policy("enforce", "*.example.org"),
  "enforce, other hosts": policy("enforce", "mx.example.net"),
  unreadable: { kind: "unreadable", detail: "made to fail" },
} as const satisfies Record<string, StsFact>;

const rule = {
  none: undefined,
  cleartext: { pattern: "example.org", require: "cleartext" },
  encrypted: { pattern: "example.org", require: "encrypted" },
  authenticated: { pattern: "example.org", require: "authenticated" },
  "authenticated, match": { pattern: "example.org", require: "authenticated", match: ["mx.partner.example"] },
} as const satisfies Record<string, Rule | undefined>;

const often = { deliveries: 9, days: 5, firstAt: now - 50 * day, lastAt: now - day };
const remembered = (of: RememberedHost): MemoryFact => ({
  kind: "known",
  ofDomain: { "mx.example.org": of },
  ofHosts: {},
});

const memory = {
  nothing: { fact: remembered({}), afterwards: "bounce" },
  encrypted: { fact: remembered({ encrypted: often }), afterwards: "bounce" },
  authenticated: { fact: remembered({ encrypted: often, authenticated: often }), afterwards: "bounce" },
  "encrypted, patience over": {
    fact: remembered({ encrypted: often, suspectedSince: now - 2 * day }),
    afterwards: "bounce",
  },
  "encrypted, patience over, deliver": {
    fact: remembered({ encrypted: often, suspectedSince: now - 2 * day }),
    afterwards: "deliver",
  },
  unreadable: { fact: { kind: "unreadable", detail: "made to fail" }, afterwards: "bounce" },
} as const satisfies Record<string, { readonly fact: MemoryFact; readonly afterwards: "bounce" | "deliver" }>;

const message = {
  plain: { requireTls: false },
  REQUIRETLS: { requireTls: true },
  "TLS-Required: No": { requireTls: false, tlsOptional: true },
} as const satisfies Record<string, MessageFact>;

const exception = {
  none: undefined,
  encrypted: { pattern: "example.org", level: "encrypted", until: now + day, why: "an example" },
} as const satisfies Record<string, Exception | undefined>;

const enforce = { all: "all", report: "report" } as const;

export const dimensions = { mx, tlsa, sts, rule, memory, message, exception, enforce } as const;

export type Cell = { readonly [D in keyof typeof dimensions]: keyof (typeof dimensions)[D] };

/** What holds where nothing else is said. */
export const plainCell: Cell = {
  mx: "insecure",
  tlsa: "not asked",
  sts: "none",
  rule: "none",
  memory: "nothing",
  message: "plain",
  exception: "none",
  enforce: "all",
};

export function factsIn(cell: Cell): Facts {
  const theTlsa = tlsa[cell.tlsa];
  const theHost: HostFact = {
    name: host,
    host,
    preference: 10,
    isUs: false,
    addresses: {
      kind: "known",
      status: theTlsa.kind === "not-asked" ? "insecure" : "secure",
      addresses: [ip("192.0.2.1")],
    },
    tlsa: theTlsa,
  };
  const theRule = rule[cell.rule];
  const theException = exception[cell.exception];
  const { fact, afterwards } = memory[cell.memory];
  return {
    now,
    domain: domain("example.org"),
    nextHop: domain("example.org"),
    ...(theRule === undefined ? {} : { rule: theRule }),
    mx: mx[cell.mx],
    hosts: cell.mx === "failed" ? [] : [theHost],
    sts: sts[cell.sts],
    memory: fact,
    history: {},
    message: message[cell.message],
    ...(theException === undefined ? {} : { exception: theException }),
    enforce: enforce[cell.enforce],
    memoryTerms: { patienceMs: day, afterwards },
    defaultRequire: "cleartext",
    smtpPort: 25,
    tlsRetry: { tries: 3, overMs: 3_600_000 },
  };
}

/** Every cell, in the order of the dimensions. */
export function* everyCell(): Generator<Cell> {
  const names = Object.keys(dimensions) as (keyof Cell)[];
  const sizes = names.map((name) => Object.keys(dimensions[name]));
  const total = sizes.reduce((product, { length }) => product * length, 1);
  for (let place = 0; place < total; place++) {
    let rest = place;
    const chosen = names.map((name, at) => {
      const values = sizes[at] ?? [];
      const value = values[rest % values.length];
      rest = Math.floor(rest / values.length);
      return [name, value];
    });
    yield Object.fromEntries(chosen) as unknown as Cell;
  }
}
